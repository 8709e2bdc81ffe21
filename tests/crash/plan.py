"""What a sweep, or a soak, does."""

from dataclasses import dataclass

from pipeline.adapters.redis_keys import Terms
from tests.running import TERMS


@dataclass(frozen=True, slots=True)
class Plan:
    """The choices of one run."""

    seed: int
    jobs: int = 3
    """That run at once; each that ends is followed by a new one."""
    spared: int = 0
    """Engines that are never killed."""
    redis_share: float = 0.2
    """Of the kills; of the others, most kill an engine."""
    longest_calm_s: float = 3.0
    """Between two cancels."""
    terms: Terms = TERMS
    """Of the jobs that it stops itself: those of its engines, but for the lease."""
