"""Short markers for passages: models get [S1], never an id, and their markers are turned back."""

import re
from collections.abc import Callable, Collection, Sequence

from pipeline.domain.documents import PassageId
from pipeline.domain.markdown import is_within, protected

UNKNOWN = "[@unknown]"
"""Stands for a marker that was not given; it names no passage, so it is removed and counted."""

MOST_IN_RANGE = 20
"""`[S2-S5]` means each of them; a longer range is a slip and not a citation."""

_NUMBER = r"[Ss]\s?\d{1,4}"
_SEPARATOR = r"\s*(?:[,，、;；&+]|[-–—~～]|至|到|和|及|and|to)?\s*"
_MARKER = re.compile(
    rf"[\[【［]\s*(?:(?:sources?|来源)[:：]?\s*)?[@^]?({_NUMBER}(?:{_SEPARATOR}[@^]?{_NUMBER})*)\s*[\]】］]"
    r"(?!\()",
    re.IGNORECASE,
)
_BARE_NUMBER = re.compile(r"(?<!\\)(?:\[\^?\d{1,3}\](?![(:])|【\d{1,3}】)")
_ONE = re.compile(r"(?P<to>[-–—~～]|至|到|to)?\s*[@^]?[Ss]\s?(?P<number>\d{1,4})", re.IGNORECASE)
_LONG = re.compile(r"\[@([^\[\]\s]+)\]")


class Markers:
    """The markers of one prompt: S1 is the first passage that was given."""

    def __init__(
        self, passages: Sequence[PassageId], shown: Collection[PassageId] | None = None
    ) -> None:
        self._passages = list(dict.fromkeys(passages))
        self._names = {p: f"S{i}" for i, p in enumerate(self._passages, start=1)}
        self._shown = frozenset(self._passages if shown is None else shown)

    @classmethod
    def of_texts(cls, texts: Sequence[str]) -> "Markers":
        """Markers for what texts already cite."""
        return cls([PassageId(found) for text in texts for found in _LONG.findall(text)])

    def only(self, shown: Collection[PassageId]) -> "Markers":
        """The same names, of which only those of passages that a prompt held are turned back."""
        return Markers(self._passages, shown)

    def name(self, passage: PassageId) -> str:
        return self._names[passage]

    def shortened(self, text: str) -> str:
        """The text with `[S1]` for each `[@passage-id]`."""

        def short(match: re.Match[str]) -> str:
            name = self._names.get(PassageId(match.group(1)))
            return f"[{name}]" if name else match.group()

        return _LONG.sub(short, text)

    def restored(self, text: str) -> str:
        """The text with `[@passage-id]` for each short marker, however it was written.

        A marker that was not given, and a bare number as of a reference list, become `UNKNOWN`.
        Code, formulas and links stay as they are.
        """
        return _outside(_BARE_NUMBER, _outside(_MARKER, text, self._long), lambda _: UNKNOWN)

    def _long(self, match: re.Match[str]) -> str:
        numbers: list[int] = []
        for one in _ONE.finditer(match.group(1)):
            number = int(one["number"])
            if one["to"] and numbers and 0 < number - numbers[-1] <= MOST_IN_RANGE:
                numbers += range(numbers[-1] + 1, number)
            numbers.append(number)
        return "".join(self._passage(number) for number in dict.fromkeys(numbers))

    def _passage(self, number: int) -> str:
        if 1 <= number <= len(self._passages) and self._passages[number - 1] in self._shown:
            return f"[@{self._passages[number - 1]}]"
        return UNKNOWN


def _outside(pattern: re.Pattern[str], text: str, replace: Callable[[re.Match[str]], str]) -> str:
    """Replace what matches, but not in code, formulas and links."""
    shield = protected(text)
    return pattern.sub(lambda m: m.group() if is_within(shield, m.start()) else replace(m), text)
