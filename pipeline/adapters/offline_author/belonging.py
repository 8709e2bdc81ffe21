"""Which section a sentence belongs to: by the heading that it stands below, or what fits best.

Sections are written at the same time without seeing each other, so each makes the same table for a
sentence, from what all of them share, and looks whether it is the one that the table names. What
stands below a heading that the outline has belongs to the section of that name.
"""

import zlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from pipeline.adapters.offline_author.genres import kind_of
from pipeline.adapters.offline_author.sentences import Candidate, fingerprint
from pipeline.adapters.offline_author.title_text import named_by
from pipeline.domain.briefs import Neighbour, SectionBrief
from pipeline.domain.documents import SourceId
from pipeline.domain.terms import share, term_set

HOME = 2.0
"""What it counts that a sentence stands below the heading which gave the section its title."""

NAMED = 3.5
"""What it counts that a sentence has all words of a title that no heading of the files has: who
asked for such a section asked for just that sentence, wherever it stands."""

FIT = 0.2
"""A sentence belongs to a section from this affinity on; below it shares only a stray word."""

FAR_FIT = 0.45
"""The same for a sentence of a source that is not among those which the section is bound to."""

BELOW = 0.5
"""From this share of the titles above a section on, in the headings above a sentence, it is enough
that the sentence fits at all."""

NEAR = 0.05
"""Sections whose affinity differs by less fit equally well."""

UNTITLED = 0.5
"""What it weighs that a paragraph has a title's terms: a heading says more."""

BOUND = 0.3
"""What it counts that a section is bound to the sentence's source, and others are not."""

FIRST, OPENING = {"1", "1.1"}, 3
"""Numbers of a first section: it tells the first sentences of a text without headings."""

TITLE_WEIGHT = 0.15
"""What a term of the document's title weighs in a section's title: all sections have it."""

LEAST_WEIGHT = 0.75
"""A title whose terms weigh less in all says too little for a sentence that has them all."""


@dataclass(frozen=True, slots=True)
class _Aim:
    """What a section is about, so that every section of the job sees it alike."""

    number: str
    name: str
    path: tuple[str, ...]
    above: frozenset[str]
    """Terms of the titles above it."""
    title: frozenset[str]
    summary: frozenset[str]
    sources: frozenset[SourceId]
    opens: bool
    closes: bool


class _Field:
    """All sections: of a thousand only a few can want a sentence."""

    def __init__(self, neighbours: Iterable[Neighbour]) -> None:
        aims = [_aim(each) for each in neighbours]
        self._always = [a for a in aims if a.opens or a.closes or a.number in FIRST]
        self._by_term: defaultdict[str, list[_Aim]] = defaultdict(list)
        self._by_name: defaultdict[str, list[_Aim]] = defaultdict(list)
        self._first_below: defaultdict[str, list[_Aim]] = defaultdict(list)
        for aim in aims:
            for term in aim.title | aim.summary:
                self._by_term[term].append(aim)
            self._by_name[aim.name].append(aim)
            if aim.path and aim.number.endswith(".1"):
                self._first_below[aim.path[-1]].append(aim)
        self._titles = Counter(term for aim in aims for term in aim.title)
        self._summaries = Counter(term for aim in aims for term in aim.title | aim.summary)
        self._binds = len({aim.sources for aim in aims}) > 1
        self._by_source: defaultdict[SourceId, list[str]] = defaultdict(list)
        for aim in aims if self._binds else ():
            for source_id in aim.sources:
                self._by_source[source_id].append(aim.number)
        self._homes: dict[tuple[str, ...], frozenset[str]] = {}

    def weight(self, term: str) -> float:
        """A term that several titles have tells them apart less."""
        return 1 / max(1, self._titles[term])

    def weight_in_summaries(self, term: str) -> float:
        return 1 / max(1, self._summaries[term])

    def is_bound(self, aim: _Aim, candidate: Candidate) -> bool:
        return self._binds and candidate.passage.source_id in aim.sources

    def is_far(self, aim: _Aim, candidate: Candidate) -> bool:
        return self._binds and bool(aim.sources) and not self.is_bound(aim, candidate)

    def homes(self, candidate: Candidate) -> frozenset[str]:
        """Numbers of the sections that have the deepest of its headings for a title.

        What stands directly below a chapter's heading is at home in the chapter's first section.
        """
        path = candidate.passage.heading_path
        if path not in self._homes:
            self._homes[path] = self._homes_of([_name(heading) for heading in path])
        return self._homes[path]

    def _homes_of(self, names: Sequence[str]) -> frozenset[str]:
        for depth in range(len(names) - 1, -1, -1):
            named = self._by_name.get(names[depth]) or self._first_below.get(names[depth])
            if named:
                above = set(names[:depth])
                most = max(sum(1 for name in aim.path if name in above) for aim in named)
                return frozenset(
                    aim.number
                    for aim in named
                    if sum(1 for name in aim.path if name in above) == most
                )
        return frozenset()

    def bound(self, candidate: Candidate) -> Sequence[str]:
        """Numbers of the sections that are bound to its source, as others are not."""
        return self._by_source.get(candidate.passage.source_id, ())

    def wanting(self, candidate: Candidate, homes: frozenset[str]) -> list[_Aim]:
        """The sections that can want the sentence for more than being bound to its source."""
        found = {aim.number: aim for aim in self._always}
        for term in candidate.terms | candidate.about | candidate.around:
            found |= {aim.number: aim for aim in self._by_term.get(term, ())}
        for name in map(_name, candidate.passage.heading_path):
            for aim in (*self._by_name.get(name, ()), *self._first_below.get(name, ())):
                if aim.number in homes:
                    found[aim.number] = aim
        return list(found.values())


def own_sentences(brief: SectionBrief, found: Sequence[Candidate]) -> list[Candidate]:
    """The sentences that belong into this section rather than into a neighbour.

    Of sections that fit equally well, one gets the paragraph by its wording.
    """
    sections = brief.neighbours
    if all(each.number != brief.number for each in sections):
        path = brief.path
        me = Neighbour(number=brief.number, title=brief.title, summary=brief.summary, path=path)
        sections = (*sections, me)
    judge = _Judge(
        me=next(_aim(each) for each in sections if each.number == brief.number),
        field=_field(sections),
        common=term_set(brief.commission.title),
        headings=_names(brief.headings),
    )
    mine: list[Candidate] = []
    for candidate in found:
        follows = bool(mine) and candidate.goes_on_from(mine[-1])
        if follows if candidate.needs else judge.is_mine(candidate):
            mine.append(candidate)
    return mine


@dataclass(frozen=True, slots=True)
class _Judge:
    """Decides for one section; all but `me` is the same for all of them."""

    me: _Aim
    field: _Field
    common: frozenset[str]
    """Terms of the document's title."""
    headings: frozenset[str]
    """Names of all headings of the material."""

    def is_mine(self, candidate: Candidate) -> bool:
        """Whether the table of the sentence names this section; it is made as far as needed."""
        homes = self.field.homes(candidate)
        fit = self._wanted(self.me, candidate, homes)
        if not fit:
            return False
        table = {self.me.number: fit}
        for aim in self.field.wanting(candidate, homes):
            if aim.number != self.me.number:
                table[aim.number] = self._wanted(aim, candidate, homes)
                if fit < table[aim.number] - NEAR:
                    return False
        if fit <= BOUND + 2 * NEAR:  # else none of them comes near
            table |= {n: BOUND for n in self.field.bound(candidate) if n not in table}
        best = max(table.values())
        tied = sorted(number for number, other in table.items() if other >= best - NEAR)
        return fit >= best - NEAR and _drawn(tied, candidate) == self.me.number

    def _wanted(self, aim: _Aim, candidate: Candidate, homes: frozenset[str]) -> float:
        """How well the sentence fits that section; 0 when it does not fit well enough."""
        fit = self._fit(aim, candidate, homes)
        if fit >= (FAR_FIT if self.field.is_far(aim, candidate) else FIT):
            return fit
        return fit if fit > 0 and share(aim.above, candidate.about) >= BELOW else 0.0

    def _fit(self, aim: _Aim, candidate: Candidate, homes: frozenset[str]) -> float:
        fit = _affinity(aim, candidate, self.common, self.field)
        is_asked = bool(self.headings) and aim.name not in self.headings
        if is_asked and len(aim.title - self.common) > 1:
            fit += NAMED * (aim.title <= candidate.terms)
        return fit + HOME * (aim.number in homes)


def _drawn(numbers: Sequence[str], candidate: Candidate) -> str:
    """One of the sections that fit equally well, the same for all that goes together.

    Below a heading that is each sentence for itself, in a text without headings the paragraph.
    """
    together = candidate.text if candidate.passage.heading_path else candidate.paragraph
    return numbers[zlib.crc32(together.encode()) % len(numbers)]


@lru_cache(maxsize=8)
def _field(neighbours: tuple[Neighbour, ...]) -> _Field:
    """Made once for all sections of a job: they share their neighbours."""
    return _Field(neighbours)


@lru_cache(maxsize=4_000)
def _aim(section: Neighbour) -> _Aim:
    kind = kind_of(section.title)
    return _Aim(
        section.number,
        _name(section.title),
        tuple(map(_name, section.path)),
        term_set(" ".join(section.path)),
        term_set(section.title),
        term_set(section.summary),
        frozenset(section.source_ids),
        opens=kind in {"intro", "summary"},
        closes=kind == "conclusion",
    )


@lru_cache(maxsize=8)
def _names(headings: frozenset[str]) -> frozenset[str]:
    """Made once for all sections of a job."""
    return frozenset(map(_name, headings))


@lru_cache(maxsize=4_000)
def _name(heading: str) -> str:
    return fingerprint(named_by(heading) or heading)


def _affinity(aim: _Aim, candidate: Candidate, common: frozenset[str], field: _Field) -> float:
    weights = {t: TITLE_WEIGHT if t in common else field.weight(t) for t in aim.title}
    fit = UNTITLED * _weighted(weights, candidate.around)
    near = candidate.around
    if candidate.passage.heading_path:
        fit = max(fit, _weighted(weights, candidate.about))
        near = candidate.terms
    fit += 0.6 * _weighted(weights, near)
    fit += _summary_fit(aim, candidate, field)
    fit += BOUND * field.is_bound(aim, candidate)
    is_first = not candidate.passage.heading_path and aim.number in FIRST
    if candidate.passage.position == 0 and (aim.opens or (is_first and candidate.place < OPENING)):
        fit += 0.6
    kind = kind_of(candidate.passage.heading_path[-1]) if candidate.passage.heading_path else None
    if (aim.closes and kind == "conclusion") or (aim.opens and kind in {"intro", "summary"}):
        fit += 1.0
    return fit


def _summary_fit(aim: _Aim, candidate: Candidate, field: _Field) -> float:
    """What the summary adds, at most 0.5; a single common term may be chance.

    Of a text without headings, which is cut by what its parts repeat, a summary names just that.
    """
    if candidate.passage.heading_path:
        common = len(aim.summary & (candidate.terms | candidate.about))
        return min(0.5, common / len(aim.summary)) if common > 1 else 0.0
    weights = {term: field.weight_in_summaries(term) for term in aim.summary}
    return min(0.5, _weighted(weights, candidate.around))


def _weighted(weights: Mapping[str, float], have: frozenset[str]) -> float:
    """The share of the wanted terms that are there, by their weight."""
    total = max(LEAST_WEIGHT, sum(weights.values()))
    return sum(w for term, w in weights.items() if term in have) / total
