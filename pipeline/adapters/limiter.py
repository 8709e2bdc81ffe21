"""A limit on model calls at once, shared fairly between the jobs of a process."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

from pipeline.domain.jobs import JobId


@dataclass(slots=True, eq=False)
class Share:
    """Of one job in the calls of this process."""

    weight: float
    served: float = 0.0
    """Calls so far, divided by the weight."""
    running: int = 0
    waiting: deque[asyncio.Future[None]] = field(default_factory=deque)

    def has_waiting(self) -> bool:
        """Whether a call waits, once those that were cancelled meanwhile are dropped."""
        while self.waiting and self.waiting[0].done():
            self.waiting.popleft()
        return bool(self.waiting)


class FairLimiter:
    """Gives a free call to the job that has the fewest for its weight; for one event loop."""

    def __init__(self, *, total: int, per_job: int) -> None:
        self._total = total
        self._per_job = per_job
        self._running = 0
        self._shares: dict[JobId, Share] = {}

    @property
    def running(self) -> int:
        """Model calls that run now."""
        return self._running

    def join(self, job_id: JobId, weight: float) -> "JobSlots":
        """Let a job take part; a newcomer is served as if it had been there all along."""
        least = min((share.served for share in self._shares.values()), default=0.0)
        share = self._shares[job_id] = Share(weight, served=least)
        return JobSlots(self, share)

    def reweigh(self, job_id: JobId, weight: float) -> None:
        """Give a job another share of the calls from now on; an unknown one is left alone."""
        share = self._shares.get(job_id)
        if share is not None:
            share.weight = weight

    def leave(self, job_id: JobId) -> None:
        """Forget a job; calls that still run give their slots back."""
        self._shares.pop(job_id, None)

    async def acquire(self, share: Share) -> None:
        waiting = asyncio.get_running_loop().create_future()
        share.waiting.append(waiting)
        self._give()
        try:
            await waiting
        except asyncio.CancelledError:
            if waiting.done() and not waiting.cancelled():
                self.release(share)  # it was given in the same turn of the loop
            raise

    def release(self, share: Share) -> None:
        self._running -= 1
        share.running -= 1
        self._give()

    def _give(self) -> None:
        while self._running < self._total:
            ready = [
                share
                for share in self._shares.values()
                if share.running < self._per_job and share.has_waiting()
            ]
            if not ready:
                return
            share = min(ready, key=lambda each: (each.running / each.weight, each.served))
            self._running += 1
            share.running += 1
            share.served += 1 / share.weight
            share.waiting.popleft().set_result(None)


def share_here() -> Share | None:
    """The share of the job whose call is made here; None outside of a slot."""
    return _HELD.get()


_HELD: ContextVar[Share | None] = ContextVar("held", default=None)


class JobSlots:
    """`Slots` of one job."""

    def __init__(self, limiter: FairLimiter, share: Share) -> None:
        self._limiter = limiter
        self._share = share

    @asynccontextmanager
    async def slot(self) -> AsyncIterator[None]:
        await self._limiter.acquire(self._share)
        _HELD.set(self._share)
        try:
            yield
        finally:
            _HELD.set(None)  # by a token it could not be: a task inside may be who gives it back
            self._limiter.release(self._share)
