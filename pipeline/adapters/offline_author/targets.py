"""How long each section shall be: what its material carries, as far as the whole length goes."""

import math
from collections.abc import Sequence

STEP = 10
"""Targets are multiples of it: nobody writes 137 words."""

SPARE = 1.05
"""A section is done at 95 % of its target: with so much more it tells all that it has."""


def targets(carried: Sequence[int], total: int) -> list[int]:
    """A target for each section out of the words that its material has, in their order.

    A section with four times the material gets twice the length, and none more than it can fill;
    when all is filled, the sum stays below `total`. A section without material gets an even share:
    somebody asked for it.
    """
    even = total / max(1, len(carried))
    most = [SPARE * words for words in carried if words]
    left = total - even * sum(1 for words in carried if not words)
    scale = _scale(most, left)
    return [
        _rounded(min(SPARE * words, scale * math.sqrt(SPARE * words)) if words else even)
        for words in carried
    ]


def _scale(most: Sequence[float], total: float) -> float:
    """With which the square roots, each cut at what it can fill, add up to `total`."""
    high = max(map(math.sqrt, most), default=0.0)
    if sum(most) <= total:
        return high
    low = 0.0
    for _ in range(40):
        middle = (low + high) / 2
        if sum(min(words, middle * math.sqrt(words)) for words in most) < total:
            low = middle
        else:
            high = middle
    return high


def _rounded(words: float) -> int:
    return max(STEP, math.ceil(round(words / STEP, 3)) * STEP)
