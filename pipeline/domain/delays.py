"""A model's answer that takes longer than it should: why, and for how long."""

from typing import Literal

from pydantic import Field

from pipeline.domain.documents import Value

DelayReason = Literal["rate_limited", "stalled", "broke_off", "unavailable", "unusable", "limits"]
"""`limits`: a call waits for its turn within the provider's limits; the others are failures."""


class Delay(Value):
    """A call that failed for a passing reason and is made again, or that waits for its turn."""

    reason: DelayReason
    wait_s: float = Field(default=0, ge=0)
    """0: nobody knows."""
    attempt: int = Field(default=0, ge=0)
    """The try that comes, of `attempts`; 0: none has failed."""
    attempts: int = Field(default=0, ge=0)
