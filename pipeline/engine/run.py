"""One job on the engine's loop, from its claim to its end."""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pipeline.adapters.async_tasks import stop_task
from pipeline.adapters.redis_flusher import Flusher
from pipeline.adapters.redis_journal import Ending, LeaseLost, RedisJournal, Watch
from pipeline.adapters.redis_leases import Claim, Leases
from pipeline.domain.jobs import Job, JobId, Priority, TaskFailed, TaskStarted
from pipeline.engine.endings import (
    DeadlineExceeded,
    Outcome,
    StopReason,
    Summarise,
    completed,
    crashed_too_often,
    failed,
    request_gone,
    started_with,
    summarise,
)
from pipeline.engine.task_tree import TaskTree
from pipeline.errors import Cancelled, PipelineError, StoreUnavailable
from pipeline.ports import Slots, Work

log = logging.getLogger(__name__)

PAUSE_S = 0.3
# Of a place whose job could not be claimed: a store that takes no writes is not asked at once.

STOP_PATIENCE_S = 5.0
# Closing streams takes 0.1 s; what does not stop by then is left behind, and its journal is shut.
STOP_TIMES = 5
# How often it is told within that time; each must leave time to close streams in good order.
DRAIN_PATIENCE_S = 3.0
# Who shuts down waits for this; afterwards the lease simply runs out.


Close = Callable[[], Coroutine[Any, Any, None]]


@dataclass(frozen=True, slots=True)
class Hooks:
    """What an engine calls beside the work; what may block runs in other threads."""

    now: Callable[[], datetime]
    summarise: Summarise = summarise
    """Makes the figures of `task_completed` from a job and its result."""
    on_finished: Callable[[Job], None] | None = None
    """Gets each job that this engine ended, after its terminal event; may block."""
    cancel: Callable[[JobId], object] | None = None
    """Ends a job that was to stop and that nobody runs; may block."""
    revive: Callable[[], object] | None = None
    """Starts the embedded server again if it has died."""
    on_stop: tuple[Close, ...] = ()
    """Each lets go of connections that belong to the engine's loop, on which it runs at the end."""


class JobRun:
    """A job that this engine holds, or is about to claim."""

    def __init__(self, job_id: JobId) -> None:
        self.job_id = job_id
        self.priority: Priority | None = None
        """The one that was asked for since its claim began; None: that of the job."""
        self._stop: asyncio.Future[StopReason] = asyncio.get_running_loop().create_future()
        self._tree = TaskTree()

    def stop(self, reason: StopReason) -> None:
        """Ask it to stop; the first reason counts."""
        if not self._stop.done():
            self._stop.set_result(reason)

    @property
    def stopped(self) -> StopReason | None:
        return self._stop.result() if self._stop.done() else None

    def watch(self) -> Watch:
        return Watch(lost=lambda: self.stop("lost"), cancelled=lambda: self.stop("cancelled"))

    async def outcome(self, work: Coroutine[Any, Any, str], deadline: timedelta) -> Outcome:
        """Run the work until it is done, is asked to stop, or has run for too long."""
        task = self._tree.start(work, name=f"job {self.job_id}")
        either: set[asyncio.Future[Any]] = {task, self._stop}
        await asyncio.wait(
            either, timeout=deadline.total_seconds(), return_when=asyncio.FIRST_COMPLETED
        )
        stopped: StopReason | None = None
        if not task.done():
            stopped = self.stopped or "deadline"
            await stop_task(task, again_after_s=STOP_PATIENCE_S / STOP_TIMES, times=STOP_TIMES)
        if stubborn := await self._tree.clear(STOP_PATIENCE_S):
            log.error("Job %s left %d tasks that do not stop", self.job_id, stubborn)
        if stopped:
            return Outcome(stopped=stopped)
        if task.cancelled():
            return Outcome(error=asyncio.CancelledError("the work cancelled itself"))
        error = task.exception()
        return Outcome(error=error) if error else Outcome(result=task.result())


class Runner:
    """Claims a job, runs it and publishes how it ended."""

    def __init__(
        self, leases: Leases, flusher: Flusher, work: Work, hooks: Hooks, deadline: timedelta
    ) -> None:
        self._leases = leases
        self._flusher = flusher
        self._work = work
        self._hooks = hooks
        self._deadline = deadline

    async def run(self, run: JobRun, share: Callable[[Job], Slots]) -> None:
        """Do the job if nobody else does; returns when this engine has let go of it."""
        try:
            claim = await self._leases.claim(run.job_id)
        except StoreUnavailable as error:
            log.warning("Job %s waits: %s", run.job_id, error)
            await asyncio.sleep(PAUSE_S)
            return
        if claim is None:
            return
        journal = self._flusher.open(claim, run.watch())
        try:
            ending = await self._ending(run, claim, journal, share(claim.job))
            if ending is not None:
                await journal.end(ending)
                log.info("Job %s ended: %s", run.job_id, ending.status)
                await self._tell_finished(claim.job, ending)
            elif run.stopped == "drained":
                await self._give_back(claim, journal)
        except (LeaseLost, StoreUnavailable) as error:
            log.warning("Job %s is left to whoever takes it over: %s", run.job_id, error)
        finally:
            self._flusher.close(journal)

    async def _ending(
        self, run: JobRun, claim: Claim, journal: RedisJournal, slots: Slots
    ) -> Ending | None:
        """Run the work; None when the job goes on elsewhere."""
        job, now = claim.job, self._hooks.now
        if job.cancel_requested:
            return failed(job, Cancelled(), now())
        if claim.given_up:
            return failed(job, crashed_too_often(job, claim.attempts - 1), now())
        if claim.request is None:
            return failed(job, request_gone(job), now())
        outcome = await run.outcome(self._start(claim, journal, slots), self._left(claim))
        if outcome.stopped in {"lost", "drained"}:
            return None
        if isinstance(outcome.error, LeaseLost | StoreUnavailable):
            raise outcome.error  # Redis is away, which says nothing of the job
        if outcome.stopped:
            log.info("Job %s is stopped: %s", run.job_id, outcome.stopped)
            error = Cancelled() if outcome.stopped == "cancelled" else DeadlineExceeded()
            return failed(job, error, now())
        return await self._result(claim, outcome)

    def _left(self, claim: Claim) -> timedelta:
        """Of the deadline, whoever ran the job before; while nobody runs it, it stands still."""
        return max(timedelta(0), self._deadline - claim.ran)

    async def _start(self, claim: Claim, journal: RedisJournal, slots: Slots) -> str:
        job, request = claim.job, claim.request or ""
        asked = await asyncio.to_thread(started_with, job, request)  # it may hold whole files
        journal.tell(
            TaskStarted(
                job_id=job.id,
                task_type=job.kind,
                at=self._hooks.now(),
                attempt=claim.attempts,
                task_prompt=asked.get("task_prompt", ""),
                outline_title=asked.get("outline_title", ""),
            )
        )
        return await self._work(job, request, journal, slots)

    async def _result(self, claim: Claim, outcome: Outcome) -> Ending:
        job, error = claim.job, outcome.error
        if outcome.result is not None:
            try:
                summary = await asyncio.to_thread(self._hooks.summarise, job, outcome.result)
            except Exception as wrong:  # noqa: BLE001  whatever it is, the job must end
                error = wrong
            else:
                at = self._hooks.now()
                duration = (at - claim.started_at).total_seconds()
                return completed(job, outcome.result, summary, at=at, duration=duration)
        if error is None or not isinstance(error, PipelineError):
            log.error("Job %s met an unexpected error", job.id, exc_info=error)
        return failed(job, error or RuntimeError("no result"), self._hooks.now())

    async def _give_back(self, claim: Claim, journal: RedisJournal) -> None:
        try:
            async with asyncio.timeout(DRAIN_PATIENCE_S):
                await journal.settle()
                await self._leases.give_back(claim)
        except TimeoutError:
            log.warning("Job %s could not be given back; its lease runs out", claim.job.id)

    async def _tell_finished(self, job: Job, ending: Ending) -> None:
        if self._hooks.on_finished is None:
            return
        event = ending.event
        changes: dict[str, object] = {"status": ending.status, "finished_at": event.at}
        if isinstance(event, TaskFailed):
            changes |= {"error": event.error, "error_code": event.code}
            changes["retryable"] = event.retryable
        try:
            finished = job.model_copy(update=changes)
            await asyncio.to_thread(self._hooks.on_finished, finished)
        except Exception:
            log.exception("Job %s ended, but what follows it failed", job.id)
