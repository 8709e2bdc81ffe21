"""Which sentences a section takes: those that are its own, best first, none said twice."""

import math
import zlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from pipeline.adapters.offline_author.genres import kind_of
from pipeline.adapters.offline_author.sentences import Candidate
from pipeline.adapters.offline_author.terms import share, term_set, terms
from pipeline.domain.briefs import Neighbour, SectionBrief

SATURATION, LENGTH_EFFECT = 1.2, 0.75
"""The usual constants of BM25."""

DAMPING, ROUNDS = 0.85, 20
"""Of the walk over similar sentences; the order does not change after some ten rounds."""

FIT = 0.2
"""A sentence belongs to a section from this affinity on; below it shares only a stray word."""

MOST_COMPARED = 300
"""Sentences, the most relevant ones, that are compared with each other: the cost is its square.
All others count as central as the least central of them."""

REPEATED = 0.6
"""From this share of common terms on, a second sentence says the same again."""

UNTITLED = 0.5
"""What it weighs that a passage without headings has a title's terms: a heading says more."""

TITLE_WEIGHT = 0.15
"""What a term of the document's title weighs in a section's title: all sections have it."""


@dataclass(frozen=True, slots=True)
class _Aim:
    """What a section is about, so that every section of the job sees it alike."""

    number: str
    title: frozenset[str]
    summary: frozenset[str]
    opens: bool
    closes: bool


class _Rivals:
    """All sections, by their terms: of a thousand only a few can want a sentence."""

    def __init__(self, aims: Sequence[_Aim]) -> None:
        self._always = [aim for aim in aims if aim.opens or aim.closes]
        self._by_term: dict[str, list[_Aim]] = {}
        for aim in aims:
            for term in aim.title | aim.summary:
                self._by_term.setdefault(term, []).append(aim)

    def of(self, candidate: Candidate, number: str) -> list[_Aim]:
        """Those that can want the sentence beside the section of that number."""
        found = {aim.number: aim for aim in self._always}
        for term in candidate.terms | candidate.about:
            found |= {aim.number: aim for aim in self._by_term.get(term, ())}
        found.pop(number, None)
        return list(found.values())


def own_sentences(brief: SectionBrief, found: Sequence[Candidate]) -> list[Candidate]:
    """The sentences that belong into this section rather than into a neighbour.

    Sections are written at the same time without seeing each other, so each decides by the same
    rule for all; of sections that fit equally well, one gets the sentence by its wording.
    """
    common = term_set(brief.commission.title)
    me = _aim(brief.number, brief.title, f"{brief.summary} {brief.notes}")
    rivals_of = _rivals(brief.neighbours)
    above = term_set(" ".join(brief.path))
    mine: list[Candidate] = []
    for candidate in found:
        if candidate.needs:
            if mine and candidate.goes_on_from(mine[-1]):
                mine.append(candidate)
            continue
        fit = _affinity(me, candidate, common)
        if fit < FIT and not (fit > 0 and share(above, candidate.about) >= 0.5):
            continue
        others = rivals_of.of(candidate, me.number)
        rivals = [(_affinity(o, candidate, common), o.number) for o in others]
        best = max([fit, *(rival for rival, _ in rivals)])
        if fit < best - 0.05:
            continue
        tied = sorted({me.number, *(number for rival, number in rivals if rival >= fit - 0.05)})
        if tied[zlib.crc32(candidate.text.encode()) % len(tied)] == me.number:
            mine.append(candidate)
    return mine


def chosen(brief: SectionBrief, own: Sequence[Candidate]) -> list[Candidate]:
    """The best of them up to the section's length, in the order in which they were chosen."""
    if not own:
        return []
    scores = _scores(brief, own)
    most = brief.target_words * 1.1
    left = {i: score for i, score in enumerate(scores) if not own[i].needs}
    likest = [0.0] * len(own)
    follows: set[int] = set()
    picked: list[int] = []
    words = 0
    while left and words < 0.95 * brief.target_words:
        best = max(left, key=lambda i: (left[i] - 0.4 * likest[i] + 0.12 * (i in follows), -i))
        del left[best]
        candidate = own[best]
        if picked and (words + candidate.words > most or likest[best] > REPEATED):
            continue
        picked.append(best)
        words += candidate.words
        for i in range(best + 1, min(best + 2, len(own))):
            if own[i].needs and own[i].goes_on_from(candidate):
                left[i] = scores[i]
                likest[i] = max(_overlap(own[i], own[p]) for p in picked)
        for i in left:
            likest[i] = max(likest[i], _overlap(own[i], candidate))
            if own[i].goes_on_from(candidate) or candidate.goes_on_from(own[i]):
                follows.add(i)
    return [own[i] for i in picked]


@lru_cache(maxsize=8)
def _rivals(neighbours: tuple[Neighbour, ...]) -> _Rivals:
    """Made once for all sections of a job: they share their neighbours."""
    return _Rivals([_aim(n.number, n.title, n.summary) for n in neighbours])


@lru_cache(maxsize=4_000)
def _aim(number: str, title: str, summary: str) -> _Aim:
    kind = kind_of(title)
    return _Aim(
        number,
        term_set(title),
        term_set(summary),
        opens=kind in {"intro", "summary"},
        closes=kind == "conclusion",
    )


def _affinity(aim: _Aim, candidate: Candidate, common: frozenset[str]) -> float:
    fit = _weighted(aim.title, candidate.about, common)
    if not candidate.passage.heading_path:
        fit *= UNTITLED
    fit += 0.6 * _weighted(aim.title, candidate.terms, common)
    fit += _summary_fit(aim.summary, candidate)
    if aim.opens and candidate.passage.position == 0:
        fit += 0.6
    kind = kind_of(candidate.passage.heading_path[-1]) if candidate.passage.heading_path else None
    if (aim.closes and kind == "conclusion") or (aim.opens and kind in {"intro", "summary"}):
        fit += 1.0
    return fit


def _summary_fit(summary: frozenset[str], candidate: Candidate) -> float:
    """What the summary adds, at most 0.5; a single common term may be chance."""
    common = len(summary & (candidate.terms | candidate.about))
    return min(0.5, common / len(summary)) if common > 1 else 0.0


def _weighted(wanted: frozenset[str], have: frozenset[str], common: frozenset[str]) -> float:
    """The share of the wanted terms that are there; terms of the document's title count little."""
    weights = {term: TITLE_WEIGHT if term in common else 1.0 for term in wanted}
    total = sum(weights.values())
    return sum(w for term, w in weights.items() if term in have) / total if total else 0.0


def _scores(brief: SectionBrief, own: Sequence[Candidate]) -> list[float]:
    query = terms(f"{brief.title} {brief.title} {brief.summary} {brief.notes}")
    weights = _rarity(own)
    relevance = _scaled(_bm25(query, own, weights))
    best = sorted(range(len(own)), key=lambda i: (-relevance[i], i))[:MOST_COMPARED]
    ranks = _scaled(_centrality([own[i] for i in best], weights))
    central = dict(zip(best, ranks, strict=True))
    centre = [central.get(i, min(ranks)) for i in range(len(own))]
    return [
        candidate.worth
        * (
            0.4 * relevance[i]
            + 0.3 * centre[i]
            + 0.2 / (1 + 0.25 * candidate.rank)
            + 0.1 / (1 + candidate.place)
        )
        for i, candidate in enumerate(own)
    ]


def _overlap(one: Candidate, other: Candidate) -> float:
    shorter = min(len(one.terms), len(other.terms))
    return len(one.terms & other.terms) / shorter if shorter else 0.0


def _rarity(own: Sequence[Candidate]) -> dict[str, float]:
    seen = Counter(term for candidate in own for term in candidate.terms)
    count = len(own)
    return {term: math.log(1 + (count - n + 0.5) / (n + 0.5)) for term, n in seen.items()}


def _bm25(query: Sequence[str], own: Sequence[Candidate], weights: dict[str, float]) -> list[float]:
    average = sum(len(candidate.terms) for candidate in own) / len(own) or 1.0
    wanted = Counter(query)
    scores: list[float] = []
    for candidate in own:
        length = SATURATION * (1 - LENGTH_EFFECT + LENGTH_EFFECT * len(candidate.terms) / average)
        common = (term for term in wanted if term in candidate.terms)
        scores.append(
            sum(
                min(wanted[term], 2) * weights[term] * (SATURATION + 1) / (1 + length)
                for term in common
            )
        )
    return scores


def _centrality(own: Sequence[Candidate], weights: dict[str, float]) -> list[float]:
    """How much each sentence has in common with the others, and with those that have much."""
    norms = [math.sqrt(sum(weights[t] ** 2 for t in c.terms)) or 1.0 for c in own]
    links: list[list[tuple[int, float]]] = [[] for _ in own]
    for i, one in enumerate(own):
        for j in range(i):
            shared = sum(weights[t] ** 2 for t in one.terms & own[j].terms)
            if (alike := shared / (norms[i] * norms[j])) > 0.05:
                links[i].append((j, alike))
                links[j].append((i, alike))
    rank = [1.0] * len(own)
    sums = [sum(weight for _, weight in row) or 1.0 for row in links]
    for _ in range(ROUNDS):
        rank = [
            1 - DAMPING + DAMPING * sum(rank[j] * weight / sums[j] for j, weight in row)
            for row in links
        ]
    return rank


def _scaled(values: Sequence[float]) -> list[float]:
    top = max(values) or 1.0
    return [value / top for value in values]
