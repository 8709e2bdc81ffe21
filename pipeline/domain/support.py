"""Whether the passages that a sentence cites carry it: words, numbers, names and negations.

It compares, it does not understand: what it finds wanting is worth a look, and no verdict.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations

from pipeline.domain.documents import Language, Support
from pipeline.domain.facts import Facts, facts, squeezed, subject
from pipeline.domain.language import detect_language, split_sentences
from pipeline.domain.quantities import Quantity, is_rough, missing, stated
from pipeline.domain.rewordings import changes

SUPPORTED_FROM = 0.45
"""Chosen on the tuning half of `evals/data/support`: sentences that their passage carries, in
other words too, mostly lie above it, and of those with another passage one in a hundred does."""

NOT_FOUND_BELOW = 0.3
"""Chosen on the same half: all claims that people called unsupported lay below it, and none of
those that they called supported."""

PASSAGES_KEPT = 512
"""What a long document cites; about 20 kB each."""

SHORTEST_INITIALS = 3
"""Letters; two fit by chance."""

_CAPITALISED = re.compile(
    r"\b[A-Z][a-z]\w*(?:[ -](?:(?:of|and|the|for|in|on|de|du|la) ){0,2}[A-Z][a-z]\w*){2,6}"
)

SAME_SENTENCE = 0.5
"""From this share of terms on, a sentence of the passage says what the claim says, or denies it."""


@dataclass(frozen=True, slots=True)
class Ground:
    """A passage, taken apart: what a sentence may stand on."""

    language: Language
    sentences: tuple[Facts, ...]
    terms: frozenset[str]
    quantities: frozenset[Quantity]
    words: str
    """As `squeezed` has them, between spaces."""
    initials: frozenset[str]
    """The first letters of each row of capitalised words, with and without the words between."""


@dataclass(frozen=True, slots=True)
class Verdict:
    support: Support
    reasons: tuple[str, ...] = ()
    score: float = 0.0
    """Share of the sentence's terms that were found, from 0 to 1; 0 across languages."""
    missing: float = 0.0
    """Share of its figures and names that no passage has, from 0 to 1; measured in `evals/`, and
    not shown."""


@dataclass(frozen=True, slots=True)
class _Absent:
    """Figures and names that no passage has, and their share of all that a sentence states."""

    figures: int
    names: int
    share: float


@lru_cache(maxsize=PASSAGES_KEPT)
def ground(text: str, context: str = "") -> Ground:
    """Take a passage apart; `context` is its title and headings, which name what it is about."""
    whole = f"{context}\n{text}"
    words = squeezed(whole)
    return Ground(
        language=detect_language(text),
        sentences=tuple(facts(sentence) for sentence in split_sentences(text)),
        terms=subject(whole),
        quantities=stated(whole),
        words=f" {words} ",
        initials=frozenset(_initials(whole)),
    )


def _initials(text: str) -> Iterator[str]:
    for row in _CAPITALISED.findall(text):
        words = re.findall(r"[A-Za-z]+", row)
        for chosen in (words, [word for word in words if word[0].isupper()]):
            letters = "".join(word[0] for word in chosen).lower()
            spans = combinations(range(len(letters) + 1), 2)
            yield from (letters[a:b] for a, b in spans if b - a >= SHORTEST_INITIALS)


def support(sentence: str, grounds: Sequence[Ground]) -> Verdict:
    """Compare a sentence without markup with all the passages that it cites, joined."""
    claim = facts(sentence)
    absent = _absent(claim, sentence, grounds)
    reasons = tuple(_wanting(claim, absent, grounds))
    language = detect_language(sentence)
    same = [each for each in grounds if each.language == language]
    if not same:
        return Verdict(Support.CHECK, ("other_language", *reasons))
    score = _coverage(claim, same)
    reasons = tuple(dict.fromkeys([*reasons, *_differing(claim, same)]))
    if not reasons:
        reasons = _changed(claim, same) or _elsewhere(claim, _most_like(claim, same))
    if score < NOT_FOUND_BELOW:
        return Verdict(Support.NOT_FOUND, ("words", *reasons), score, absent.share)
    if score < SUPPORTED_FROM:
        reasons = ("words", *reasons)
    return Verdict(Support.CHECK if reasons else Support.SUPPORTED, reasons, score, absent.share)


def _coverage(claim: Facts, grounds: Sequence[Ground]) -> float:
    """Terms found in all passages and in the two best sentences, half and half."""
    if not claim.terms:
        return 1.0 if claim.quantities or claim.quotes else 0.0
    everywhere = frozenset().union(*(each.terms for each in grounds))
    found = [claim.terms & each.terms for one in grounds for each in one.sentences]
    best = max(found, key=len, default=frozenset())
    second = max((len(best | each) for each in found), default=0)
    return (len(claim.terms & everywhere) + second) / (2 * len(claim.terms))


def _absent(claim: Facts, sentence: str, grounds: Sequence[Ground]) -> _Absent:
    have = frozenset().union(*(each.quantities for each in grounds))
    words = "".join(each.words for each in grounds)
    figures = len(missing(claim.quantities, have, rough=is_rough(sentence)))
    names = sum(not _names(name, grounds) for name in claim.names)
    han_names = sum(name not in words for name in claim.han_names)
    stated = len(claim.quantities) + len(claim.names) + len(claim.han_names)
    return _Absent(figures, names, (figures + names + han_names) / stated if stated else 0.0)


def _wanting(claim: Facts, absent: _Absent, grounds: Sequence[Ground]) -> Iterator[str]:
    if absent.figures:
        yield "number"
    if absent.names:
        yield "name"
    if any(all(quote not in each.words for each in grounds) for quote in claim.quotes):
        yield "quote"


def _names(name: str, grounds: Sequence[Ground]) -> bool:
    wanted = squeezed(name)
    for each in grounds:
        if f" {wanted} " in each.words or (not name.isascii() and wanted in each.words):
            return True
        if len(wanted) >= 5 and f" {wanted[:5]}" in each.words:
            return True
        if wanted in each.initials:
            return True
    return False


def _differing(claim: Facts, grounds: Sequence[Ground]) -> Iterator[str]:
    """What differs from the sentences that are most like the claim, by words that both have."""
    if any(name not in "".join(each.words for each in grounds) for name in claim.han_names):
        yield "name"
    theirs = [each for one in grounds for each in one.sentences]
    if _is_denied(claim, theirs):
        yield "negation"
    if claim.trend or claim.bound:
        like = _most_like(claim, grounds)
        trends, bounds = [each.trend for each in like], [each.bound for each in like]
        if _is_reversed(claim.trend, trends) or _is_reversed(claim.bound, bounds):
            yield "opposite"


def _changed(claim: Facts, grounds: Sequence[Ground]) -> tuple[str, ...]:
    """What the claim changes in each of the sentences that it is most like."""
    if any(f" {claim.words} " in each.words for each in grounds):
        return ()
    found = [set(changes(claim.words, each.words)) for each in _most_like(claim, grounds)]
    return tuple(sorted(set.intersection(*found))) if found else ()


def _elsewhere(claim: Facts, like: Sequence[Facts]) -> tuple[str, ...]:
    """Years and Chinese names of the claim in whose place the sentences like it have others.

    They stand in other sentences of the passages: 1980 is the year in which the park was opened,
    and the claim says it of the land, which was given in 1975.
    """
    found: list[str] = []
    for reason, ours, theirs in (
        ("number", _years(claim), [_years(each) for each in like]),
        ("name", claim.han_names, [each.han_names for each in like]),
    ):
        if theirs and any(all(one not in each and each - ours for each in theirs) for one in ours):
            found.append(reason)
    return tuple(found)


def _years(sentence: Facts) -> frozenset[str]:
    figures = (each.value for each in sentence.quantities if not each.unit)
    return frozenset(value for value in figures if len(value) == 4 and value.isdigit())


def _most_like(claim: Facts, grounds: Sequence[Ground]) -> list[Facts]:
    """The sentences that share most terms with it, where that is much of them."""
    shared = [(len(claim.terms & each.terms), each) for one in grounds for each in one.sentences]
    most = max((count for count, _ in shared), default=0)
    if not most or most < SAME_SENTENCE * len(claim.terms):
        return []
    return [each for count, each in shared if count == most]


def _is_denied(claim: Facts, theirs: Sequence[Facts]) -> bool:
    """Whether the claim denies what the passages say, or says what they deny."""
    for scope in claim.denied:
        holders = [each for each in theirs if _holds(each, scope)]
        if holders and not any(claim.terms & denied for each in holders for denied in each.denied):
            return True
    if claim.denied or not claim.terms or not theirs:
        return False
    like = max(theirs, key=lambda each: len(claim.terms & each.terms))
    is_like = len(claim.terms & like.terms) >= SAME_SENTENCE * len(claim.terms)
    return is_like and any(_holds(claim, scope) for scope in like.denied)


def _is_reversed(ours: int, theirs: Sequence[int]) -> bool:
    """Whether the claim lets rise what every like sentence of the passages lets fall, or so."""
    return ours != 0 and bool(theirs) and all(each == -ours for each in theirs)


def _holds(sentence: Facts, scope: frozenset[str]) -> bool:
    return len(scope & sentence.terms) * 2 > len(scope)
