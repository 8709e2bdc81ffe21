"""Hand-written work for engines under test."""

import asyncio
import threading

from pipeline.domain.jobs import Job, JobId
from pipeline.ports import Journal, Slots
from tests.running import PATIENCE_S, REQUEST, RESULT, RunningEngine, a_store, progress


class Rooms:
    """Work that waits until it is let go; notes who came in, who left, and how."""

    def __init__(self) -> None:
        self.entered: list[JobId] = []
        self.left: list[str] = []
        self.is_inside = threading.Semaphore(0)
        self._exits: list[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = []

    async def __call__(self, job: Job, request: str, journal: Journal, slots: Slots) -> str:
        leave = asyncio.Event()
        self._exits.append((asyncio.get_running_loop(), leave))
        self.entered.append(job.id)
        self.is_inside.release()
        try:
            await leave.wait()
        except asyncio.CancelledError:
            self.left.append("cancelled")
            raise
        self.left.append("done")
        return RESULT

    def wait_for(self, count: int = 1) -> None:
        for _ in range(count):
            assert self.is_inside.acquire(timeout=PATIENCE_S)

    def let_out(self) -> None:
        for loop, leave in self._exits:
            if not loop.is_closed():
                loop.call_soon_threadsafe(leave.set)


class Units:
    """Work of a few units, each kept in the journal; notes which were really done."""

    def __init__(self, *names: str) -> None:
        self.names = names
        self.done: list[str] = []

    async def __call__(self, job: Job, request: str, journal: Journal, slots: Slots) -> str:
        for number, name in enumerate(self.names):
            if journal.finished(name, f"{name}-key") is None:
                async with slots.slot():
                    self.done.append(name)
                journal.write(name, f"第{name}节")
                await journal.finish(
                    name, f"{name}-key", {"text": f"第{name}节"}, progress(job, done=number + 1)
                )
                self.finished(name)
        return RESULT

    def finished(self, name: str) -> None:
        """Called when a unit is durable."""


def submit(url: str, running: RunningEngine, job: Job) -> Job:
    a_store(url).create(job, REQUEST, "fingerprint")
    running.engine.submit(job.id)
    return job
