"""The engine: a daemon thread with one event loop, and what other threads may ask of it."""

import asyncio
import logging
import os
import socket
import threading
import uuid
from collections.abc import Awaitable, Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from typing import Any, TypeVar

from pipeline.adapters.async_tasks import stop_task
from pipeline.adapters.limiter import FairLimiter
from pipeline.adapters.redis_connection import MEMORY, connect_async
from pipeline.adapters.redis_flusher import Flusher
from pipeline.adapters.redis_keys import Terms
from pipeline.adapters.redis_leases import Controls, Leases
from pipeline.config import Settings
from pipeline.domain.jobs import Job, JobId, Priority
from pipeline.engine.run import Hooks, JobRun, Runner
from pipeline.engine.task_tree import note_tasks
from pipeline.errors import NotFound, ServiceUnavailable, StoreUnavailable
from pipeline.ports import Slots, Work

log = logging.getLogger(__name__)

Answer = TypeVar("Answer")

START_TIMEOUT_S = 20.0
# Starting a thread takes milliseconds; a busy machine may take longer.
REVIVE_S = 0.5
# An embedded server that died is there again within a second.
PAUSE_S = 0.3
# Between two tries of a loop whose step has failed.
STOP_S = 0.1
# The engine's own loops let go within milliseconds.
LOAD_TOLD_S = 5.0
# A monitor asks every 15 s or so.
LEAVING_S = 1.0
# Nobody waits longer for a figure: what an engine told runs out by itself.
CLOSING_S = 2.0
# Connections close within milliseconds; whoever stops a server waits for this.
LENT_WEIGHT = Priority.HIGH.weight
# Somebody waits for what is lent, with the text before him.
LEASE_PARTS = 3
# A lease is renewed, and expired ones are looked for, this often within one lease.


@dataclass(frozen=True, slots=True)
class Load:
    """What an engine does now."""

    jobs: int
    model_calls: int


class Engine:
    """Runs jobs of any kind; every process that runs jobs has one."""

    def __init__(self, settings: Settings, url: str, work: Work, hooks: Hooks) -> None:
        self._settings = settings
        self._url = url
        self._work = work
        self._hooks = hooks
        self._thread: threading.Thread | None = None
        self._ready = threading.Event()
        self._core: _Core | None = None
        self._takes_jobs = True

    def start(self, *, takes_jobs: bool = True) -> None:
        """Start the thread; Redis may come later. Does nothing when it runs.

        Without jobs it only lends its loop, looks after the embedded server, and ends, as each
        engine does, jobs that were to stop when theirs died: then it neither claims nor obeys.
        """
        if self._thread is not None and self._thread.is_alive():
            return
        self._ready.clear()
        self._takes_jobs = takes_jobs
        self._thread = threading.Thread(target=self._run, name="engine", daemon=True)
        self._thread.start()
        if not self._ready.wait(START_TIMEOUT_S) or self._core is None:
            raise ServiceUnavailable("The engine's thread did not start; look at the log.")

    def submit(self, job_id: JobId) -> Future[None]:
        """Run that job if nobody else does; done when this engine has let go of it."""
        core = self._running_core()
        return asyncio.run_coroutine_threadsafe(core.follow(job_id), core.loop)

    def lend(self, work: Callable[[Slots], Awaitable[Answer]]) -> Future[Answer]:
        """Run something that is no job on this loop, with model calls beside those of the jobs.

        The model's client, the pacing of its provider's limits and the fair limiter all belong
        to one event loop. A second client on another loop would count its own calls only, and
        with two counts the limits are hit. Cancelling the future stops the work; so does draining.

        Raises:
            ServiceUnavailable: The engine does not run, or is being stopped.
        """
        core = self._running_core()
        core.refuse_while_draining()
        return asyncio.run_coroutine_threadsafe(core.lend(work), core.loop)

    def load(self) -> Load:
        return self._core.load() if self._core else Load(jobs=0, model_calls=0)

    def drain(self, timeout: timedelta = timedelta(seconds=10)) -> bool:
        """Give all jobs back and take no more; False if some did not stop in time."""
        core = self._running_core()
        drained = asyncio.run_coroutine_threadsafe(core.drain(), core.loop)
        try:
            drained.result(timeout.total_seconds())
        except TimeoutError:
            return False
        return True

    def stop(self, timeout: timedelta = timedelta(seconds=10)) -> None:
        """Drain, close the connections and end the thread."""
        thread, core = self._thread, self._core
        if thread is None or core is None or not thread.is_alive():
            return
        core.loop.call_soon_threadsafe(core.stopping.set)
        thread.join(timeout.total_seconds())
        if thread.is_alive():
            log.error("The engine did not stop within %s; its leases run out", timeout)

    def _run(self) -> None:
        try:
            asyncio.run(self._main())
        finally:
            self._ready.set()  # whoever waits for the start sees that there is no core

    async def _main(self) -> None:
        note_tasks(asyncio.get_running_loop())
        self._core = _Core(self._settings, self._url, self._work, self._hooks)
        try:
            await self._core.run(self._ready.set, takes_jobs=self._takes_jobs)
        finally:
            self._core = None

    def _running_core(self) -> "_Core":
        if self._core is None:
            raise ServiceUnavailable("The engine does not run. Try again in some seconds.")
        return self._core


class _Core:
    """What lives on the engine's loop."""

    def __init__(self, settings: Settings, url: str, work: Work, hooks: Hooks) -> None:
        self.loop = asyncio.get_running_loop()
        self.stopping = asyncio.Event()
        self._settings = settings
        self._url = url
        self._hooks = hooks
        self._runs: dict[JobId, tuple[JobRun, asyncio.Task[None]]] = {}
        self._suspect: JobId | None = None
        self._lent: set[asyncio.Task[Any]] = set()
        self._numbers = count()
        self._is_draining = False
        self._place_is_free = asyncio.Event()
        # not among the loop's own threads: all of these may be waiting for Redis
        self._reviver = ThreadPoolExecutor(1, thread_name_prefix="revive")
        self._others_wait = False
        self._limiter = FairLimiter(
            total=settings.model_calls, per_job=settings.model_calls_per_job
        )
        terms = terms_of(settings)
        self._commands = connect_async(url)
        self._blocking = connect_async(url, connections=1)
        owner = f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex[:8]}"
        self._leases = Leases(self._commands, terms, owner=owner, now=hooks.now)
        self._flusher = Flusher(self._commands, terms, hooks.now)
        self._controls = Controls(self._blocking)
        self._runner = Runner(self._leases, self._flusher, work, hooks, settings.job_deadline)

    async def run(self, ready: Callable[[], None], *, takes_jobs: bool) -> None:
        steps: list[Callable[[], Awaitable[None]]] = []
        if takes_jobs:
            steps += [self._tell_load, self._flusher.run, self._obey, self._beat, self._reap]
        if self._hooks.cancel is not None:
            steps.append(self._bury)
        if self._hooks.revive is not None and not self._url.startswith(MEMORY):
            steps.append(self._revive)
        loops = [asyncio.create_task(_again_and_again(step)) for step in steps]
        ready()
        await self.stopping.wait()
        await self.drain()
        await asyncio.gather(*(stop_task(task, again_after_s=STOP_S) for task in loops))
        if takes_jobs:
            with suppress(StoreUnavailable, TimeoutError):
                async with asyncio.timeout(LEAVING_S):
                    await self._leases.leave()
        self._reviver.shutdown(wait=False)
        await self._close_what_jobs_used()
        await self._commands.aclose()
        await self._blocking.aclose()

    async def _close_what_jobs_used(self) -> None:
        """A client that breaks or hangs keeps nothing else open."""
        for close in self._hooks.on_stop:
            try:
                async with asyncio.timeout(CLOSING_S):
                    await close()
            except Exception:
                log.exception("Connections of the jobs could not be closed")

    async def follow(self, job_id: JobId) -> None:
        """Take up what waits, and if the job is among it, wait until this engine lets it go.

        A job that comes before it by priority is taken first: a message only says that something
        is there. Without a free place it waits in Redis.
        """
        if job_id not in self._runs:
            try:
                await self._take_waiting()
            except StoreUnavailable as error:
                log.warning("Job %s waits: %s", job_id, error)
        if job_id in self._runs:
            await asyncio.wait({self._runs[job_id][1]})

    async def lend(self, work: Callable[[Slots], Awaitable[Answer]]) -> Answer:
        self.refuse_while_draining()
        task = asyncio.current_task()
        name = JobId(f"lent/{next(self._numbers)}")  # no id of a job has a slash
        slots = self._limiter.join(name, LENT_WEIGHT)
        if task is not None:
            self._lent.add(task)
            task.add_done_callback(self._lent.discard)
        try:
            return await work(slots)
        finally:
            self._limiter.leave(name)

    def refuse_while_draining(self) -> None:
        if self._is_draining:
            raise ServiceUnavailable("The engine is being stopped. Try again elsewhere, or later.")

    async def drain(self) -> None:
        self._is_draining = True
        for task in self._lent:
            task.cancel()
        for run, _ in self._runs.values():
            run.stop("drained")
        if tasks := [*self._lent, *(task for _, task in self._runs.values())]:
            await asyncio.wait(tasks)

    def load(self) -> Load:
        return Load(jobs=len(self._runs), model_calls=self._limiter.running)

    async def _take_waiting(self) -> None:
        """Take up jobs that nobody runs, in their order, as many as there are free places.

        Of jobs that have lost their process often only one runs at a time, and the others are
        left where they are: one that kills its process takes none of them along, and none that
        waits for it holds a place.
        """
        if self._is_draining or self._is_full:
            return
        # as many as there are places: those that are being claimed here are among the answer
        for job_id, is_suspect in (await self._leases.expired(self._settings.max_jobs)).items():
            if not (self._is_draining or self._is_full):
                self._take(job_id, is_suspect=is_suspect)
        self._others_wait = self._is_full

    @property
    def _is_full(self) -> bool:
        return len(self._runs) >= self._settings.max_jobs

    def _take(self, job_id: JobId, *, is_suspect: bool) -> None:
        if job_id in self._runs or (is_suspect and self._suspect is not None):
            return
        if is_suspect:
            self._suspect = job_id
        run = JobRun(job_id)
        task = asyncio.create_task(self._job(run), name=f"run {job_id}")
        self._runs[job_id] = (run, task)
        task.add_done_callback(lambda _: self._let_go(job_id))

    def _let_go(self, job_id: JobId) -> None:
        self._runs.pop(job_id, None)
        if self._others_wait or self._suspect == job_id:
            self._place_is_free.set()
        if self._suspect == job_id:
            self._suspect = None

    async def _job(self, run: JobRun) -> None:
        try:
            await self._runner.run(run, self._share)
        except Exception:
            log.exception("Job %s was dropped; its lease runs out", run.job_id)
        finally:
            self._limiter.leave(run.job_id)

    def _share(self, job: Job) -> Slots:
        """By the priority that was asked for while the job was claimed, if one was."""
        run, _ = self._runs[job.id]
        return self._limiter.join(job.id, (run.priority or job.priority).weight)

    async def _obey(self) -> None:
        """Do what was asked of the jobs that run here, and take up what others gave back."""
        if not self._controls.is_listening:
            await self._controls.listen()
            await self._take_waiting()  # what was said before is not heard
        controls = await self._controls.next()
        if any(control.is_free for control in controls):
            await self._take_waiting()
        for control in controls:
            if control.is_free or control.job_id not in self._runs:
                continue
            run, _ = self._runs[control.job_id]
            if control.priority is not None:
                run.priority = control.priority
                self._limiter.reweigh(control.job_id, control.priority.weight)
            else:
                run.stop("cancelled")

    async def _beat(self) -> None:
        await asyncio.sleep(self._settings.lease.total_seconds() / LEASE_PARTS)
        self._flusher.beat()

    async def _tell_load(self) -> None:
        load = self.load()
        await self._leases.tell_load(load.jobs, load.model_calls)
        await asyncio.sleep(min(LOAD_TOLD_S, self._settings.lease.total_seconds()))

    async def _reap(self) -> None:
        """Look for jobs that nobody runs, now and then and when a place becomes free."""
        patience = self._settings.lease.total_seconds() / LEASE_PARTS
        with suppress(TimeoutError):
            async with asyncio.timeout(patience):
                await self._place_is_free.wait()
        self._place_is_free.clear()
        await self._take_waiting()

    async def _bury(self) -> None:
        """End jobs that were to stop but whose engine died: all that take jobs may be full."""
        await asyncio.sleep(self._settings.lease.total_seconds() / LEASE_PARTS)
        for job_id in await self._leases.cancelled():
            try:
                if self._hooks.cancel is not None:
                    await asyncio.to_thread(self._hooks.cancel, job_id)
            except NotFound:
                continue
            except Exception:
                log.exception("Job %s is to stop and could not be ended", job_id)

    async def _revive(self) -> None:
        await asyncio.sleep(REVIVE_S)
        if self._hooks.revive is not None:
            await self.loop.run_in_executor(self._reviver, self._hooks.revive)


def terms_of(settings: Settings) -> Terms:
    """The part of the settings that the adapters of Redis need."""
    return Terms(
        lease=settings.lease,
        running_ttl=settings.running_ttl,
        result_ttl=settings.result_ttl,
        manuscript_ttl=settings.manuscript_ttl,
        max_attempts=settings.max_attempts,
        max_queued=settings.max_queued_jobs,
    )


async def _again_and_again(step: Callable[[], Awaitable[None]]) -> None:
    """Repeat a step for ever; the engine lives on when one fails."""
    while True:
        try:
            await step()
        except StoreUnavailable as error:
            log.warning("The engine waits for Redis: %s", error)
            await asyncio.sleep(PAUSE_S)
        except Exception:
            log.exception("A step of the engine failed; it is tried again")
            await asyncio.sleep(PAUSE_S)
