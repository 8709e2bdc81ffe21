"""A trial with known answers: whether a service can tell the passages of a material apart."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from pipeline.domain.language import split_sentences

TEXTS = 24
"""Passages from all over the material, and as many sentences: one call for embeddings."""

LEAST_MERIT = 0.75
"""Numbers drawn at random stay four standard deviations below it with 24 texts, two with eight.
What knows words leads nearly all sentences back, so that a passage that resembles others costs a
good service some hundredths."""

LOOKED_AT = 200
"""Passages that are compared for sentences that stand in one only: forms and logs repeat theirs."""

FEWEST = 8
"""With fewer passages chance decides, and nearly all of them are given to the author anyway."""

Spread = TypeVar("Spread")


@dataclass(frozen=True, slots=True)
class Trial:
    """Texts, and a sentence of each."""

    texts: tuple[str, ...]
    parts: tuple[str, ...]


def trial_of(texts: Sequence[str]) -> Trial:
    """A trial on some of a material's texts; an empty one where too few can be told apart."""
    looked_at = _spread(list(dict.fromkeys(texts)), LOOKED_AT)
    letters = [_letters(text) for text in looked_at]
    own: list[tuple[str, str]] = []
    for text in looked_at:
        part = max(split_sentences(text), key=len, default="")
        sought = _letters(part)
        if sought and part != text.strip() and sum(sought in each for each in letters) == 1:
            own.append((text, part))
    if len(own) < FEWEST:
        return Trial((), ())
    chosen = _spread(own, TEXTS)
    return Trial(tuple(text for text, _ in chosen), tuple(part for _, part in chosen))


def merit(scores: Sequence[Sequence[float]]) -> float:
    """How well sentences lead back: the mean share of other texts that score below the own one.

    Args:
        scores: Of each sentence with every text; its own has the same place as the sentence.
            Equal ones count half.

    Returns:
        From 0 to 1; 0.5 by chance.
    """
    shares = [
        (sum((row[place] > each) + 0.5 * (row[place] == each) for each in row) - 0.5)
        / (len(row) - 1)
        for place, row in enumerate(scores)
    ]
    return sum(shares) / len(shares)


def _spread(texts: Sequence[Spread], most: int) -> Sequence[Spread]:
    """At most so many, from all over."""
    count = min(most, len(texts))
    return [texts[number * len(texts) // count] for number in range(count)]


def _letters(text: str) -> str:
    """Without figures and marks: rows that differ in these alone are not to be told apart."""
    return "".join(c for c in text.casefold() if c.isalpha())
