"""Numbers as authors type them, with any input method."""

import re
import unicodedata

_NUMBER = re.compile(r"(\d{1,3}(,\d{3})+|\d+)(\.\d*)?|\.\d+")
"""Commas between thousands only: "2,50" read as 250 would be a hundred times as much."""

_SIGNS = "$€£¥"


def amount_of(text: str, *, least: float, most: float) -> float | None:
    """The number that stands there, or None where nothing does.

    Raises:
        ValueError: It is no number, or not between those two.
    """
    typed = "".join(unicodedata.normalize("NFKC", text).replace("。", ".").split()).strip(_SIGNS)
    if not typed:
        return None
    if not _NUMBER.fullmatch(typed):
        raise ValueError(text)
    number = float(typed.replace(",", ""))
    if not least <= number <= most:
        raise ValueError(text)
    return number


def count_of(text: str, *, most: int) -> int | None:
    """As `amount_of`, of things that there are only whole ones of, from one on."""
    number = amount_of(text, least=1, most=most)
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
