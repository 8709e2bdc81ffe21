"""What tests of the engine and of Redis share: jobs, a store, engines with short leases."""

import asyncio
import json
import os
import queue
import signal
import threading
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

from pipeline.adapters.embedded_redis import server_pid
from pipeline.adapters.redis_connection import connect, connect_async
from pipeline.adapters.redis_flusher import Flusher
from pipeline.adapters.redis_journal import RedisJournal, Watch
from pipeline.adapters.redis_keys import Terms
from pipeline.adapters.redis_leases import Claim, Leases
from pipeline.adapters.redis_store import RedisJobStore
from pipeline.config import Settings
from pipeline.domain.jobs import (
    START,
    Job,
    JobEvent,
    JobId,
    JobKind,
    ManuscriptId,
    TaskCompleted,
    TaskFailed,
    TaskProgress,
)
from pipeline.engine import Close, Engine, Hooks
from pipeline.ports import Work

Answer = TypeVar("Answer")

LEASE = timedelta(milliseconds=300)
# Short, so that a takeover takes a fraction of a second.
PATIENCE_S = 10
# A test that waits longer has failed.
REQUEST = json.dumps({"task_prompt": "写一份关于潮汐能的报告"}, ensure_ascii=False)
RESULT = json.dumps({"outline": {"title": "潮汐能", "nodes": [{"id": "一"}]}}, ensure_ascii=False)
TERMS = Terms(
    lease=LEASE,
    running_ttl=timedelta(days=90),
    result_ttl=timedelta(hours=1),
    manuscript_ttl=timedelta(days=90),
    max_attempts=3,
    max_queued=1_000,
)


def utc_now() -> datetime:
    return datetime.now(UTC)


def a_job(
    job_id: str = "任务-1".encode().hex(),
    *,
    kind: JobKind = JobKind.OUTLINE,
    manuscript_id: str | None = None,
    created_at: datetime | None = None,
) -> Job:
    return Job(
        id=JobId(job_id),
        kind=kind,
        title="潮汐能",
        language="zh",
        manuscript_id=ManuscriptId(manuscript_id) if manuscript_id else None,
        created_at=created_at or utc_now(),
    )


def a_store(url: str) -> RedisJobStore:
    return RedisJobStore(connect(url), TERMS, utc_now)


def progress(job: Job, *, done: int = 1, total: int = 3, text: str = "正在写") -> TaskProgress:
    return TaskProgress(
        job_id=job.id,
        task_type=job.kind,
        at=utc_now(),
        step="write",
        progress=text,
        done=done,
        total=total,
    )


def events_of(store: RedisJobStore, job_id: JobId) -> Sequence[JobEvent]:
    return [event for _, event in store.events(job_id, after=START)]


def endings_of(store: RedisJobStore, job_id: JobId) -> Sequence[JobEvent]:
    events = events_of(store, job_id)
    return [event for event in events if isinstance(event, TaskCompleted | TaskFailed)]


def numbered(event_ids: Iterable[str]) -> list[str]:
    """Event ids with claims counted from 1, where they have the time of each; a gap stays one."""
    epochs: list[str] = []
    short = []
    for event_id in event_ids:
        epoch, dash, seq = event_id.partition("-")
        if dash and epoch not in epochs:
            epochs.append(epoch)
        short.append(f"{epochs.index(epoch) + 1}-{seq}" if dash else event_id)
    return short


def some_settings(**changes: object) -> Settings:
    return Settings.model_validate({"lease": LEASE, "max_attempts": 3, **changes})


@dataclass
class RunningEngine:
    """An engine with the jobs that it ended, in order."""

    engine: Engine
    ended: "queue.Queue[Job]" = field(default_factory=queue.Queue)

    def next_end(self) -> Job:
        return self.ended.get(timeout=PATIENCE_S)


@contextmanager
def running_engine(
    url: str,
    work: Work,
    *,
    after: Callable[[Job], None] | None = None,
    revive: Callable[[], object] | None = None,
    cancel: Callable[[JobId], object] | None = None,
    on_stop: tuple[Close, ...] = (),
    **settings: object,
) -> Iterator[RunningEngine]:
    ended: queue.Queue[Job] = queue.Queue()

    def note(job: Job) -> None:
        ended.put(job)
        if after is not None:
            after(job)

    hooks = Hooks(now=utc_now, on_finished=note, cancel=cancel, revive=revive, on_stop=on_stop)
    engine = Engine(some_settings(**settings), url, work, hooks)
    engine.start()
    try:
        yield RunningEngine(engine, ended)
    finally:
        engine.stop()


@dataclass
class Writer:
    """One engine's hold on one job, without the engine: it never beats by itself."""

    claim: Claim
    journal: RedisJournal
    leases: Leases
    heard: list[str]


def as_writer(
    url: str,
    job: Job,
    act: Callable[[Writer], Awaitable[Answer]],
    *,
    owner: str = "甲",
    terms: Terms = TERMS,
) -> Answer:
    """Claim a job, do something with its journal, and vanish like a process that was killed."""

    async def run() -> Answer:
        async with AsyncExitStack() as stack:
            client = connect_async(url)
            stack.push_async_callback(client.aclose)
            flusher = Flusher(client, terms, utc_now)
            flushing = asyncio.create_task(flusher.run())
            stack.callback(flushing.cancel)
            leases = Leases(client, terms, owner=owner, now=utc_now)
            claim = await leases.claim(job.id)
            assert claim is not None, "the job is held by somebody else, or is over"
            heard: list[str] = []
            watch = Watch(
                lost=lambda: heard.append("lost"), cancelled=lambda: heard.append("cancelled")
            )
            return await act(Writer(claim, flusher.open(claim, watch), leases, heard))

    return asyncio.run(run())


def kill_server(data_dir: Path) -> None:
    """Kill the server like a crash, and wait until it is gone."""
    while (pid := server_pid(data_dir)) is None:  # it is just being started again
        threading.Event().wait(0.005)
    os.kill(pid, signal.SIGKILL)
    while server_pid(data_dir) == pid:
        threading.Event().wait(0.005)
