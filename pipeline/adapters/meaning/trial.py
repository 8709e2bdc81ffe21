"""A trial with known answers: whether a service can tell the passages of a material apart."""

from collections.abc import Sequence
from dataclasses import dataclass

TEXTS = 16
"""Passages from all over the material; a reranker reads so few at once."""

PARTS = 12
"""Stretches of the first of them, each of which has to lead back to its own passage."""

STRETCH, FEWEST_CHARS = 8, 40
"""An eighth of a passage, mostly a sentence. A half leads back by any stray word: vectors of eight
numbers, which find the answer to one question in twenty, passed with it."""

LEAST_MERIT = 0.8
"""Numbers drawn at random reach it in one of some 7,000 trials. Simulated vectors that find most
answers by themselves, or half of them, always were above 0.95; that find nearly none, about 0.8."""

LOOKED_AT = 200
"""Passages that are compared for stretches that stand in one only: forms and logs repeat theirs."""

FEWEST = 3
"""With fewer passages there is nothing to be mistaken for another."""


@dataclass(frozen=True, slots=True)
class Trial:
    """Texts, and a stretch of each of the first of them."""

    texts: tuple[str, ...]
    parts: tuple[str, ...]


def trial_of(texts: Sequence[str]) -> Trial:
    """A trial on some of a material's texts; an empty one where too few can be told apart."""
    looked_at = _spread(list(dict.fromkeys(texts)), LOOKED_AT)
    own = [text for text in looked_at if sum(_stretch(text) in each for each in looked_at) == 1]
    if len(own) < FEWEST:
        return Trial((), ())
    chosen = _spread(own, TEXTS)
    return Trial(tuple(chosen), tuple(map(_stretch, chosen[:PARTS])))


def _spread(texts: Sequence[str], most: int) -> Sequence[str]:
    """At most so many, from all over."""
    count = min(most, len(texts))
    return [texts[number * len(texts) // count] for number in range(count)]


def merit(scores: Sequence[Sequence[float]]) -> float:
    """How well stretches lead back: the mean share of other texts that score below the own one.

    Args:
        scores: Of each stretch with every text; its own has the same place as the stretch. Equal
            ones count half.

    Returns:
        From 0 to 1; 0.5 by chance.
    """
    shares = [
        (sum((row[place] > each) + 0.5 * (row[place] == each) for each in row) - 0.5)
        / (len(row) - 1)
        for place, row in enumerate(scores)
    ]
    return sum(shares) / len(shares)


def _stretch(text: str) -> str:
    start = len(text) // 2
    return text[start : start + max(FEWEST_CHARS, len(text) // STRETCH)]
