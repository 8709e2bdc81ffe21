"""A model's answer that takes longer than it should: why, for how long, and who hears of it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
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


Listener = Callable[[Delay], None]

_LISTENER: ContextVar[Listener | None] = ContextVar("listener", default=None)


@contextmanager
def heard_by(listener: Listener) -> Iterator[None]:
    """Let the listener hear of delays inside, whoever makes the calls, also in tasks begun here."""
    token = _LISTENER.set(listener)
    try:
        yield
    finally:
        _LISTENER.reset(token)


def tell_delay(delay: Delay) -> None:
    """Say so to who listens; nobody may."""
    listener = _LISTENER.get()
    if listener is not None:
        listener(delay)
