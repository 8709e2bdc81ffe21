"""What a monitor may ask of an installation: jobs that wait, run and have ended; engines; Redis."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from pipeline.domain.jobs import JobKind, Priority

BUCKETS_S = (1, 5, 15, 30, 60, 120, 300, 600, 1_800, 3_600, 14_400)
"""Upper ends of the classes that durations are counted in: from an outline's second to a book's
hours. A change makes the counts of before unreadable: they are kept by these numbers."""


class Ending(NamedTuple):
    """How a job ended; the code is empty unless it failed or was cancelled."""

    kind: JobKind
    status: str
    code: str


class TokenCount(NamedTuple):
    """What tokens are counted by."""

    kind: JobKind
    model: str
    """Empty where a job was submitted without one that is known by name."""
    token_type: str
    """`input`: read by the model; `output`: written by it."""


@dataclass(frozen=True, slots=True)
class Durations:
    """How long something took, since counting began."""

    by_bucket: Mapping[int, int] = field(default_factory=dict)
    """How many took at most so many seconds, and longer than the class before."""
    count: int = 0
    total_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Figures:
    """Of all processes over one Redis."""

    waiting: Mapping[Priority, int] = field(default_factory=dict)
    oldest_waiting_s: Mapping[Priority, float] = field(default_factory=dict)
    running: int = 0
    orphaned: int = 0
    """Begun, and held by no engine: they wait to be taken over."""
    ended: Mapping[Ending, int] = field(default_factory=dict)
    took: Mapping[JobKind, Durations] = field(default_factory=dict)
    """From the first start to the end."""
    waited: Mapping[JobKind, Durations] = field(default_factory=dict)
    """From the submission to the first start."""
    tokens: Mapping[TokenCount, int] = field(default_factory=dict)
    """Of jobs that have ended."""
    engines: int = 0
    engine_jobs: int = 0
    model_calls: int = 0
    """In flight, of those engines."""
    memory_bytes: int = 0
    most_memory_bytes: int = 0
    """0: Redis has no limit of its own."""
    evicted_keys: int = 0


@dataclass(frozen=True, slots=True)
class ProcessFigures:
    """Of the process that is asked."""

    cpu_s: float
    threads: int
    memory_bytes: int | None
    """None where the system does not tell."""
