"""Short markers for passages: models get [S1], never an id, and their markers are turned back."""

import re
from collections.abc import Callable, Collection, Sequence

from pipeline.domain.documents import PassageId
from pipeline.domain.inline import LINK_TARGET
from pipeline.domain.markdown import is_within, protected
from pipeline.domain.stray_markers import Names, is_place_in_a_list, straightened

UNKNOWN = "[@unknown]"
"""Stands for a marker that was not given; it names no passage, so it is removed and counted."""

MOST_IN_RANGE = 20
"""`[S2-S5]` means each of them; a longer range is a slip and not a citation."""

_NUMBER = r"[Ss]\s?\d{1,4}"
_TO = r"[-–—~～]|至|到|to"
_SEPARATOR = rf"\s{{0,4}}(?:[,，、;；&+]|{_TO}|和|及|and)?\s{{0,4}}"
_MARKER = re.compile(
    rf"[\[【［]\s{{0,4}}(?:(?:sources?|来源)[:：]?\s{{0,4}})?"
    rf"[@^]?({_NUMBER}(?:{_SEPARATOR}[@^]?{_NUMBER})*)\s{{0,4}}[\]】］](?!{LINK_TARGET})",
    re.IGNORECASE,
)
NAMES = re.compile(rf"\s*[@^]?{_NUMBER}(?:{_SEPARATOR}[@^]?{_NUMBER})*\s*", re.IGNORECASE)
"""What stands in the brackets of markers: their names, and nothing else."""

_NAME = re.compile(
    r"(?<![A-Za-z0-9_.])(?<!fig )(?<!fig\. )(?<!figs\. )(?<!figure )(?<!table )(?<!图)(?<!表)"
    rf"([@^]?{_NUMBER}(?:\s?(?:{_TO})\s?[@^]?{_NUMBER})?)(?![A-Za-z0-9_])",
    re.IGNORECASE,
)
"""Figure S1 is one of a supplement."""

_BARE_NUMBER = re.compile(r"(?<!\\)(?:\[(?P<note>\^)?(?P<number>\d{1,3})\](?![(:])|【\d{1,3}】)")
_DEFINITION = re.compile(r"^ {0,3}\[\^(\d{1,3})\]:", re.MULTILINE)
_ONE = re.compile(rf"(?P<to>{_TO})?\s{{0,4}}[@^]?[Ss]\s?(?P<number>\d{{1,4}})", re.IGNORECASE)
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
        `[S1, p. 5]` is a marker, and so is `(S1)` when it was given.
        Code, formulas and links stay as they are.
        """
        known = _outside(_MARKER, text, lambda match: self._long(match[1]))
        names = Names(_NAME, takes=self._takes, write=self._long, amid_prose=False)
        return _without_bare_numbers(straightened(known, names))

    def _takes(self, name: re.Match[str], leads: bool) -> bool:
        return leads or (name[0].startswith("S") and UNKNOWN not in self._long(name[0]))

    def _long(self, names: str) -> str:
        numbers: list[int] = []
        for one in _ONE.finditer(names):
            number = int(one["number"])
            if one["to"] and numbers and 0 < number - numbers[-1] <= MOST_IN_RANGE:
                numbers += range(numbers[-1] + 1, number)
            numbers.append(number)
        return "".join(self._passage(number) for number in dict.fromkeys(numbers))

    def _passage(self, number: int) -> str:
        if 1 <= number <= len(self._passages) and self._passages[number - 1] in self._shown:
            return f"[@{self._passages[number - 1]}]"
        return UNKNOWN


def _without_bare_numbers(text: str) -> str:
    """Numbers as of a reference list become `UNKNOWN`; those that are a place in a list stay.

    So do notes that the text holds.
    """
    notes = frozenset(_DEFINITION.findall(text))

    def unknown(match: re.Match[str]) -> str:
        number = match["number"]
        is_place = not match["note"] and is_place_in_a_list(text, match.start(), number or "")
        return match[0] if is_place or (match["note"] and number in notes) else UNKNOWN

    return _outside(_BARE_NUMBER, text, unknown)


def _outside(pattern: re.Pattern[str], text: str, replace: Callable[[re.Match[str]], str]) -> str:
    """Replace what matches, but not in code, formulas and links."""
    shield = protected(text)
    return pattern.sub(lambda m: m.group() if is_within(shield, m.start()) else replace(m), text)
