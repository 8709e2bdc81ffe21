"""Which of its own sentences a section tells: best first, none said twice."""

import math
from collections import Counter
from collections.abc import Sequence

from pipeline.adapters.offline_author.sentences import Candidate
from pipeline.domain.briefs import SectionBrief
from pipeline.domain.terms import terms

SATURATION, LENGTH_EFFECT = 1.2, 0.75
"""The usual constants of BM25."""

DAMPING, ROUNDS = 0.85, 20
"""Of the walk over similar sentences; the order does not change after some ten rounds."""

MOST_COMPARED = 300
"""Sentences, the most relevant ones, that are compared with each other: the cost is its square.
All others count as central as the least central of them."""

BOUND_FIRST = 0.3
"""What it adds that a sentence is of a source which the section is bound to: as much as being
central; what other sources say better is still told behind it."""

REPEATED = 0.6
"""From this share of common terms on, a second sentence says the same again."""


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


def _scores(brief: SectionBrief, own: Sequence[Candidate]) -> list[float]:
    query = terms(f"{brief.title} {brief.title} {brief.summary} {brief.notes}")
    weights = _rarity(own)
    relevance = _scaled(_bm25(query, own, weights))
    best = sorted(range(len(own)), key=lambda i: (-relevance[i], i))[:MOST_COMPARED]
    ranks = _scaled(_centrality([own[i] for i in best], weights))
    central = dict(zip(best, ranks, strict=True))
    centre = [central.get(i, min(ranks)) for i in range(len(own))]
    bound = frozenset(brief.bound)
    return [
        candidate.worth
        * (
            BOUND_FIRST * (candidate.passage.source_id in bound)
            + 0.4 * relevance[i]
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
