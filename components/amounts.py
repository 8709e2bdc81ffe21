"""Numbers as authors type them, with any input method."""

import re
import unicodedata
from collections.abc import Collection

_NUMBER = re.compile(r"(\d{1,3}(,\d{3})+|\d+)(\.\d*)?|\.\d+")
"""Commas between thousands only: "2,50" read as 250 would be a hundred times as much."""

SIGNS = "$€£¥"


def amount_of(
    text: str, *, least: float, most: float, names: Collection[str] = SIGNS
) -> float | None:
    """The number that stands there, or None where nothing does.

    Args:
        least: The smallest that is taken.
        most: The largest that is taken.
        names: What the number may follow, or be followed by, in small letters or large ones.

    Raises:
        ValueError: It is no number, or not between those two.
    """
    typed = _plain(text.replace("。", "."))
    if not typed:
        return None
    named = "|".join(re.escape(_plain(name)) for name in names)
    found = re.fullmatch(rf"(?:{named})?(?P<number>{_NUMBER.pattern})(?:{named})?", typed)
    if not found:
        raise ValueError(text)
    number = float(found["number"].replace(",", ""))
    if not least <= number <= most:
        raise ValueError(text)
    return number


def count_of(text: str, *, most: int, names: Collection[str] = ()) -> int | None:
    """As `amount_of`, of things that there are only whole ones of, from one on."""
    number = amount_of(text, least=1, most=most, names=names)
    if number is None:
        return None
    if not number.is_integer():
        raise ValueError(text)
    return int(number)


def shown(number: float | None) -> str:
    """The number as `amount_of` reads it back: money with two digits, where that is all of it."""
    if number is None:
        return ""
    if isinstance(number, int):
        return f"{number:,}"
    return f"{number:,.2f}" if round(number, 2) == number else str(number)


def _plain(text: str) -> str:
    """Without what differs by the input method alone."""
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())
