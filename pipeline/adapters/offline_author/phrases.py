"""Key phrases: word groups that a material repeats and that say what a part of it is about."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import chain
from typing import NamedTuple

from pipeline.domain.language import HAN
from pipeline.domain.terms import HAN_STOPS, STOP_WORDS, likeness, stem, term_set

_RUN = re.compile(rf"[{HAN}]+")
_WORDS = re.compile(r"[A-Za-z][A-Za-z0-9\-]*|[^\sA-Za-z]")

LONGEST_HAN = 6
"""Characters of a Chinese phrase; the usual term has four."""

_HAN_STARTS = HAN_STOPS | frozenset(
    "个种些次只才已没无所得地应须需使令来去说以可将会要对从到等并最由于让给向把每有上下中否再出不为类层复"
)
_HAN_ENDS = HAN_STOPS | frozenset(
    "个种些只才已没所得地应须需使令来去说以可将会要对从到等并更最由于让给向把每有否再不为时一两先"
)
"""No Chinese phrase starts, or ends, with these."""

SHORTEST = 3
"""Letters of the first and of the last word of an English phrase."""

NAMED = 2
"""From so many real phrases on, single words are left out: they say less."""


class _Group(NamedTuple):
    """A word group as it stands once in a text."""

    phrase: str
    """Of stems, so that the same group in another form is the same phrase."""
    shown: str
    left: str = ""
    right: str = ""
    """What stands beside a Chinese group, which no space sets apart."""


@dataclass(slots=True)
class _Seen:
    count: int = 0
    texts: set[int] = field(default_factory=set)
    left: set[str] = field(default_factory=set)
    right: set[str] = field(default_factory=set)
    shown: Counter[str] = field(default_factory=Counter)

    def note(self, group: _Group, number: int) -> None:
        self.count += 1
        self.texts.add(number)
        self.left.add(group.left)
        self.right.add(group.right)
        self.shown[group.shown] += 1


class PhraseBook:
    """The phrases that some texts repeat, ready to be asked about a part of them.

    Most groups of words come once only, in Chinese nearly all: nothing but their number is kept,
    and that while the book is made.
    """

    def __init__(self, texts: Sequence[str]) -> None:
        often = Counter(group.phrase for text in texts for group in _groups(text))
        seen = {phrase: _Seen() for phrase, count in often.items() if count > 1}
        for number, text in enumerate(texts):
            for group in _groups(text):
                if group.phrase in seen:
                    seen[group.phrase].note(group, number)
        self._worth = {phrase: _worth(phrase, entry) for phrase, entry in seen.items()}
        self._shown = {phrase: entry.shown.most_common(1)[0][0] for phrase, entry in seen.items()}

    def phrases(self, texts: Sequence[str], limit: int, without: str = "") -> list[str]:
        """The best phrases of these texts, best first, none like another or like `without`."""
        here = Counter(group.phrase for text in texts for group in _groups(text))
        rated = sorted(
            ((self._worth.get(phrase, 0.0) * count, phrase) for phrase, count in here.items()),
            reverse=True,
        )
        chosen: list[str] = []
        taken = [term_set(without)]
        for worth, phrase in rated:
            if worth <= 0 or len(chosen) == limit:
                break
            terms = term_set(self._shown[phrase])
            if terms and all(_is_new(terms, other) for other in taken):
                chosen.append(self._shown[phrase])
                taken.append(terms)
        long = [phrase for phrase in chosen if _is_long(phrase)]
        return long if len(long) >= NAMED else chosen


def _is_long(phrase: str) -> bool:
    return " " in phrase if phrase.isascii() else len(phrase) > 2


def _is_new(terms: frozenset[str], other: frozenset[str]) -> bool:
    return not terms <= other and likeness(terms, other) < 0.34


def _worth(phrase: str, entry: _Seen) -> float:
    if phrase.isascii():
        words = phrase.split()
        return {1: 0.25, 2: 1.6, 3: 2.0}[len(words)] * (1 + 0.2 * (len(entry.texts) > 1))
    if len(entry.left) < 2 or len(entry.right) < 2:
        return 0.0
    return {2: 0.5, 3: 0.9, 4: 1.8, 5: 1.9, 6: 2.0}[len(phrase)] * (
        1 + 0.2 * (len(entry.texts) > 1)
    )


@dataclass(frozen=True, slots=True)
class _Word:
    """What decides whether a word may stand in a phrase; made once for each word."""

    stem: str
    lower: str
    may_start: bool
    may_end: bool
    may_be_alone: bool
    is_name: bool


def _groups(text: str) -> Iterator[_Group]:
    return chain(_english_groups(text), _chinese_groups(text))


def _english_groups(text: str) -> Iterator[_Group]:
    words = _WORDS.findall(text)
    known = [_word(word) for word in words]
    for i, first in enumerate(known):
        if first is None or not first.may_start:
            continue
        for length in (1, 2, 3):
            last = known[i + length - 1] if i + length <= len(known) else None
            if last is None:
                break
            if not (last.may_be_alone if length == 1 else last.may_end):
                continue
            group = [word for word in known[i : i + length] if word]
            is_name = any(word.is_name for word in group)
            shown = words[i : i + length] if is_name else [word.lower for word in group]
            yield _Group(" ".join(word.stem for word in group), " ".join(shown))


@lru_cache(maxsize=50_000)
def _word(word: str) -> _Word | None:
    """None for what no phrase holds: a stop word, a sign, a word of another script."""
    lower = word.lower()
    if not word[0].isalpha() or not word.isascii() or lower in STOP_WORDS:
        return None
    may_start = len(word) >= SHORTEST and not lower.endswith("ly")
    may_end = len(word) >= SHORTEST and not lower.endswith(("ly", "ed", "ing"))
    return _Word(
        stem=stem(lower),
        lower=lower,
        may_start=may_start,
        may_end=may_end,
        may_be_alone=may_end and not lower.endswith(("al", "ous", "ive", "ic", "able")),
        is_name=word[1:] != word[1:].lower(),
    )


def _chinese_groups(text: str) -> Iterator[_Group]:
    for match in _RUN.finditer(text):
        run = f"\x02{match[0]}\x03"
        for length in range(2, LONGEST_HAN + 1):
            for i in range(1, len(run) - length):
                group = run[i : i + length]
                if HAN_STOPS.intersection(group):
                    continue
                if group[0] in _HAN_STARTS or group[-1] in _HAN_ENDS:
                    continue
                left = _edge(run[i - 1], match.start())
                yield _Group(group, group, left, _edge(run[i + length], match.start()))


def _edge(neighbour: str, place: int) -> str:
    """A neighbour; the end of a run and a linking character differ each time."""
    is_end = neighbour in "\x02\x03" or neighbour in HAN_STOPS
    return f"{neighbour}{place}" if is_end else neighbour
