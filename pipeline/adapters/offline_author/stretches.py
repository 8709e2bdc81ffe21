"""Text without headings, cut into stretches that each keep to one subject."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from pipeline.adapters.offline_author.labels import is_label
from pipeline.adapters.offline_author.pointing import leans
from pipeline.domain.documents import Reading
from pipeline.domain.language import count_words, split_sentences
from pipeline.domain.terms import terms

MOST_UNITS = 110
"""Of one text; the time grows with their square. A longer text has longer units."""

UNIT_WORDS = 30
"""A shorter paragraph joins the next one: its words say too little."""

SHORT_STRETCH = 70
"""Words; a section shorter than this is seldom meant."""

TOO_SHORT, LEANS, NAMED = 40.0, 12.0, -12.0
"""Nats: for a stretch of no words at all, for a cut before a paragraph that leans on the one
before it, and before a line that names what follows. Set by eye on the tuning half."""

TELLING = 60
"""Terms of a unit that are compared, the most frequent ones: bounds the time for long units."""

SENTENCES = 4
"""Of a unit, where a text is one single paragraph."""


@dataclass(frozen=True, slots=True)
class Unit:
    """The smallest part that a stretch is made of: a paragraph or a few."""

    texts: tuple[str, ...]
    words: int
    counts: Counter[str]
    resistance: float = 0.0
    """What a cut before it costs: much where it leans on what stands before, less than nothing
    where it is a line of its own that names what follows."""


def running_texts(reading: Reading) -> list[str]:
    """The paragraphs and lists; code and tables say little of a subject."""
    return [block.text for block in reading.blocks if block.kind in {"paragraph", "list"}]


def units_of(texts: Sequence[str]) -> list[Unit]:
    """Paragraphs as units, in order, short ones together."""
    if len(texts) == 1:
        sentences = split_sentences(texts[0])
        starts = range(0, len(sentences), SENTENCES)
        texts = [" ".join(sentences[start : start + SENTENCES]) for start in starts]
    sizes = [count_words(text) for text in texts]
    least = max(UNIT_WORDS, sum(sizes) // MOST_UNITS)
    units: list[Unit] = []
    held: list[str] = []
    words = 0
    for text, size in zip(texts, sizes, strict=True):
        held.append(text)
        words += size
        if words >= least:
            units.append(_unit(held, words))
            held, words = [], 0
    if held:
        units.append(_unit(held, words))
    return units


def cut(units: Sequence[Unit], count: int) -> list[list[Unit]]:
    """The units as `count` stretches, each of which repeats its own words most.

    Minimises the description length of the words by stretch (Utiyama and Isahara, 2001: "A
    statistical model for domain-independent text segmentation"), for a given number of them.
    """
    count = min(count, len(units))
    if count <= 1:
        return [list(units)] if units else []
    costs = _costs(units)
    total = len(units)
    best = [[math.inf] * (total + 1) for _ in range(count + 1)]
    back = [[0] * (total + 1) for _ in range(count + 1)]
    best[0][0] = 0.0
    for part in range(1, count + 1):
        for end in range(part, total + 1):
            for start in range(part - 1, end):
                cost = best[part - 1][start] + costs[start][end - start - 1]
                if cost < best[part][end]:
                    best[part][end], back[part][end] = cost, start
    ends = [total]
    for part in range(count, 0, -1):
        ends.append(back[part][ends[-1]])
    edges = ends[::-1]
    return [list(units[a:b]) for a, b in pairwise(edges)]


def _costs(units: Sequence[Unit]) -> list[list[float]]:
    """By first unit and length - 1: how many nats the words of such a stretch take."""
    vocabulary = len({term for unit in units for term in unit.counts})
    rows: list[list[float]] = []
    for start in range(len(units)):
        counts: Counter[str] = Counter()
        length = words = 0
        weighted = 0.0
        row: list[float] = []
        cut_cost = units[start].resistance if start else 0.0
        for unit in units[start:]:
            for term, number in unit.counts.items():
                before = counts[term]
                counts[term] = before + number
                weighted += _nats(before + number) - _nats(before)
            length += unit.counts.total()
            words += unit.words
            missing = max(0.0, 1 - words / SHORT_STRETCH)
            cost = length * math.log(length + vocabulary) - weighted
            row.append(cost + TOO_SHORT * missing + cut_cost)
        rows.append(row)
    return rows


@cache
def _nats(count: int) -> float:
    """What so many of one term weigh; there are few different counts, each asked for often."""
    return count * math.log(count + 1)


def _unit(texts: Sequence[str], words: int) -> Unit:
    counts = Counter(terms(" ".join(texts)))
    if len(counts) > TELLING:
        counts = Counter(dict(counts.most_common(TELLING)))
    return Unit(tuple(texts), words, counts, _resistance(texts[0]))


def _resistance(text: str) -> float:
    if is_label(text):
        return NAMED
    return LEANS if leans(text) else 0.0
