"""Sentences of two sections that say nearly the same, and differ in a number or a negation."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from pipeline.domain.checking.places import Spot, between
from pipeline.domain.documents import Document, Finding, NodeId
from pipeline.domain.facts import Facts, facts
from pipeline.domain.prose import SECTIONS_KEPT, Sentence, sentences
from pipeline.domain.quantities import Quantity
from pipeline.domain.terms import likeness

ALIKE = 0.7
"""Share of common terms from which two sentences speak of the same; below it too many do not."""

FEWEST_TERMS = 4
"""A shorter sentence names too little to be sure that it is the same thing."""

MOST_WITH_A_TERM = 40
"""Sentences; a term that more of them have is what the whole document is about."""

_LABEL = re.compile(
    r"\b(?:phase|step|stage|section|chapter|figure|table|version|level|part|appendix|option|"
    r"scenario|group|class|type|zone|unit|no\.|number)\s?(?:\d+|[IVX]+\b|[A-Z]\b)"
    r"|第\s?[\d一二三四五六七八九十]+|[图表]\s?\d+|[甲乙丙丁](?=[组方案类区])",
    re.IGNORECASE,
)
_YEARS = range(1500, 2101)
_STOPS = (".", "!", "。", "！", ";", "；")
"""What ends none of these is a caption, a label or a question."""


@dataclass(frozen=True, slots=True)
class _Told:
    """A sentence with what it states."""

    sentence: Sentence
    facts: Facts
    labels: frozenset[str]
    """Such as `step 2`: with another number it is another thing."""
    dates: frozenset[Quantity]

    @property
    def figures(self) -> frozenset[Quantity]:
        return self.facts.quantities - self.dates

    @property
    def is_checkable(self) -> bool:
        return bool(self.facts.quantities or self.facts.denied)


@dataclass(frozen=True, slots=True)
class _Place:
    section: NodeId
    told: _Told

    @property
    def spot(self) -> Spot:
        return self.section, self.told.sentence


def contradictions(document: Document) -> Iterator[Finding]:
    """Candidates with both places; `values` says what differs: `number`, `date` or `negation`."""
    places = [_Place(s.id, told) for s in document.sections for told in _told(s.content)]
    by_term: dict[str, list[int]] = defaultdict(list)
    for number, place in enumerate(places):
        for term in place.told.facts.terms:
            by_term[term].append(number)
    done: set[tuple[int, int]] = set()
    for number, place in enumerate(places):
        if not place.told.is_checkable:
            continue
        for other in _near(number, places, by_term):
            pair = (min(number, other), max(number, other))
            differs = "" if pair in done else _difference(place.told, places[other].told)
            if differs:
                done.add(pair)
                later, earlier = places[pair[1]].spot, places[pair[0]].spot
                yield between("contradiction", later, earlier, {"differs": differs})


def _near(
    number: int, places: Sequence[_Place], by_term: Mapping[str, Sequence[int]]
) -> Iterator[int]:
    """Sentences of other sections that share about half of the rarer terms."""
    place = places[number]
    rare = [by_term[t] for t in place.told.facts.terms if len(by_term[t]) <= MOST_WITH_A_TERM]
    shared = Counter(other for found in rare for other in found)
    for other, count in shared.items():
        if 2 * count >= len(rare) and places[other].section != place.section:
            yield other


def _difference(one: _Told, other: _Told) -> str:
    """What two sentences about the same thing differ in; nothing where they may both be right."""
    if one.labels != other.labels or one.facts.names != other.facts.names:
        return ""
    if likeness(one.facts.terms, other.facts.terms) < ALIKE:
        return ""
    if bool(one.facts.denied) != bool(other.facts.denied):
        denying, saying = (one, other) if one.facts.denied else (other, one)
        is_held = any(scope and scope <= saying.facts.terms for scope in denying.facts.denied)
        same = one.facts.quantities == other.facts.quantities
        return "negation" if is_held and same else ""
    if one.dates == other.dates:
        return "number" if _exclude(one.figures, other.figures) else ""
    has_figures = one.figures or other.figures  # in another year they may well be others
    return "date" if not has_figures and _exclude(one.dates, other.dates) else ""


def _exclude(one: frozenset[Quantity], other: frozenset[Quantity]) -> bool:
    """Whether each has a number that the other has not, in the same unit."""
    ours, theirs = one - other, other - one
    return bool(ours and theirs) and {q.unit for q in ours} == {q.unit for q in theirs}


@lru_cache(maxsize=SECTIONS_KEPT)
def _told(content: str) -> tuple[_Told, ...]:
    found: list[_Told] = []
    for sentence in sentences(content):
        if sentence.kind not in {"paragraph", "list"} or not sentence.text.endswith(_STOPS):
            continue
        stated = facts(sentence.text)
        if len(stated.terms) >= FEWEST_TERMS:
            labels = frozenset(label.lower() for label in _LABEL.findall(sentence.text))
            dates = frozenset(q for q in stated.quantities if _is_date(q))
            found.append(_Told(sentence, stated, labels, dates))
    return tuple(found)


def _is_date(quantity: Quantity) -> bool:
    if quantity.value.startswith("m"):
        return True
    is_year = quantity.value.isdigit() and int(quantity.value) in _YEARS
    return is_year and not quantity.unit
