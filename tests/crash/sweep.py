"""Kill engines and Redis again and again while jobs run, and count what it cost.

`python -m tests.crash.sweep --kills 1000 --seed 7` prints a table. Half of the kills come at
random moments, half right after a reader has seen an event of a certain kind, each kind in turn.
Meanwhile jobs are cancelled and tried again, and engines are asked to stop.
"""

import argparse
import asyncio
import json
import os
import random
import signal
import sys
import tempfile
import threading
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from itertools import count
from pathlib import Path

from redis import Redis
from redis.exceptions import RedisError

from pipeline.adapters.embedded_redis import ensure_server, server_pid, stop_server
from pipeline.adapters.redis_connection import connect, store_errors
from pipeline.adapters.redis_keys import JobKeys
from pipeline.adapters.redis_store import RedisJobStore
from pipeline.domain.documents import ContextFile, NodeId, Outline, OutlineNode
from pipeline.domain.jobs import (
    START,
    DocumentGenerationRequest,
    Job,
    JobId,
    JobKind,
    JobOptions,
    OutlineGenerationRequest,
)
from pipeline.errors import StoreUnavailable
from tests.crash.engines import CHAIN, REDONE, STALE, WRITTEN, Manner
from tests.crash.plan import Plan
from tests.crash.processes import Engines, engines
from tests.crash.readers import ENDS, Event, Reader
from tests.crash.tally import Tally
from tests.running import utc_now

CHAIN_TTL_S = 600
# No job and its retries take so long.
OUTLINE_SHARE = 0.25
# Of the jobs; the others are documents.
BOTH_SHARE = 0.05
# Of the kills; these kill an engine and Redis.
DRAIN_SHARE = 0.2
# So often an engine is asked to stop, beside the kills.
RETRY_SHARE = 0.6
# Of cancelled jobs.
LONGEST_PAUSE_S = 0.6
# Before a kill at a random moment; a lease is 0.5 s.
SETTLED_S = 1.5
# After Redis is back clients still pause; a cancel within that time says nothing of its engine.
LOOK_S = 0.02
# Between two looks whether it is back.
AWAY_S = 0.3
# Between two tries while Redis is away.
PATIENCE_S = 60
# For the last jobs to end when nothing is killed any more.
KINDS = (
    "task_started",
    "file_read",
    "sections_planned",
    "task_progress",
    "outline_node",
    "section_state:researching",
    "section_state:writing",
    "text_delta",
    "model_delayed",
    "usage",
    "section_state:done",
    "chapter_fused",
    "task_completed",
    "task_failed",
)


class Sweep:
    """One run: jobs, readers, kills, and what they cost."""

    def __init__(self, data_dir: Path, ours: Engines, plan: Plan) -> None:
        url = ensure_server(data_dir, None)
        self._data_dir = data_dir
        self._engines = ours
        self._redis = connect(url)
        self._probe = Redis.from_url(url, socket_timeout=1)  # without retries
        self._store = RedisJobStore(self._redis, plan.terms, utc_now)
        self._plan = plan
        self._dice = random.Random(plan.seed)  # noqa: S311
        self._reader = Reader(url, self._note)
        self._numbers = count(1)
        self._following: dict[JobId, asyncio.Task[None]] = {}
        self._growing = threading.Lock()
        """Held to add a job that is followed, and to go through them in another thread."""
        self._retries: set[JobId] = set()
        self._redis_killed_at = self._redis_back_at = 0.0
        self._looking: set[asyncio.Task[None]] = set()
        self._orphans: dict[JobId, tuple[float, bool]] = {}
        """Jobs whose engine was ended: when, and whether it was asked to stop."""
        self._cancelled: dict[JobId, tuple[float, int | None]] = {}
        """When, and which process ran it then."""
        self.tally = Tally()

    async def run(self, kills: int) -> Tally:
        """Kill so many times, and let the last jobs end."""
        async with self.busy():
            for number in range(kills):
                await self._moment(number)
                await self.kill()
        return self.tally

    async def kill(self) -> None:
        """Kill something, and now and then ask an engine to stop."""
        await asyncio.to_thread(self._kill)
        if self._redis_back_at < self._redis_killed_at and not self._looking:
            looking = asyncio.create_task(self._see_redis_back())
            self._looking.add(looking)
            looking.add_done_callback(self._looking.discard)
        if self._dice.random() < DRAIN_SHARE:
            await asyncio.to_thread(self._drain)

    async def kill_at(self, kind: str, patience_s: float) -> bool:
        """Kill the engine of a job as soon as its reader sees an event of that kind."""
        job_id = await self._reader.next(kind, patience_s)
        if job_id is not None:
            await asyncio.to_thread(self._kill_engine_of, job_id)
        return job_id is not None

    @asynccontextmanager
    async def busy(self) -> AsyncIterator[None]:
        """Jobs run, and are cancelled; at the end the last ones are let end."""
        busy = [asyncio.create_task(self._keep_busy()), asyncio.create_task(self._meddle())]
        try:
            yield
        finally:
            for task in busy:
                task.cancel()
            await asyncio.wait(busy)
        late = {task for task in self._following.values() if not task.done()}
        if late:
            _, hanging = await asyncio.wait(late, timeout=PATIENCE_S)
            self.tally.hung = len(hanging)
            for task in hanging:
                task.cancel()
        for task in self._following.values():
            if task.done() and not task.cancelled():
                task.result()
        await asyncio.to_thread(self._count)

    async def _keep_busy(self) -> None:
        while True:
            running = [task for task in self._following.values() if not task.done()]
            if len(running) >= self._plan.jobs:
                await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
                continue
            try:
                self._follow(await asyncio.to_thread(self._submit))
            except StoreUnavailable:
                continue

    def _follow(self, job_id: JobId) -> None:
        with self._growing:
            self._following[job_id] = asyncio.create_task(self._through(job_id))

    async def _through(self, job_id: JobId) -> None:
        """Follow a job to its end, and count what it was."""
        await self._reader.follow(job_id)
        while True:
            try:
                await asyncio.to_thread(self._count_job, job_id)
            except StoreUnavailable:
                await asyncio.sleep(AWAY_S)
            else:
                del self._reader.seen[job_id]
                return

    async def _meddle(self) -> None:
        """Cancel a job now and then; most are tried again."""
        while True:
            await asyncio.sleep(self._dice.uniform(0.2, self._plan.longest_calm_s))
            running = [job for job, task in self._following.items() if not task.done()]
            if not running:
                continue
            job_id = self._dice.choice(running)
            try:
                await asyncio.to_thread(self._cancel, job_id)
                await asyncio.wait({self._following[job_id]}, timeout=PATIENCE_S)
                if self._dice.random() < RETRY_SHARE:
                    self._follow(await asyncio.to_thread(self._retry, job_id))
            except StoreUnavailable:
                continue

    async def _moment(self, number: int) -> None:
        if number % 2:
            await self._reader.next(KINDS[number // 2 % len(KINDS)], LONGEST_PAUSE_S)
        else:
            await asyncio.sleep(self._dice.uniform(0, LONGEST_PAUSE_S))

    def _kill(self) -> None:
        chosen = self._dice.random()
        if chosen < self._plan.redis_share + BOTH_SHARE:
            is_killed = self._kill_redis()
            if not is_killed or chosen > BOTH_SHARE:
                return
            self.tally.kills["both"] += 1
        victim = self._engines.choose(self._dice, spared=self._plan.spared)
        if chosen > BOTH_SHARE:
            self._note_orphans(victim, asked=False)
        self._engines.kill(victim)
        self.tally.kills["engine"] += 1

    def _kill_engine_of(self, job_id: JobId) -> None:
        owner = self._owner(job_id)
        victim = owner if owner in self._engines.alive else self._engines.choose(self._dice)
        self._note_orphans(victim, asked=False)
        self._engines.kill(victim)
        self.tally.kills["engine"] += 1

    def _kill_redis(self) -> bool:
        pid = server_pid(self._data_dir)
        if pid is None:
            return False
        os.kill(pid, signal.SIGKILL)
        self._redis_killed_at = time.monotonic()
        self.tally.kills["redis"] += 1
        return True

    async def _see_redis_back(self) -> None:
        """Note when it answers again; another kill meanwhile is waited for, too."""
        while self._redis_back_at < self._redis_killed_at:
            await asyncio.sleep(LOOK_S)
            asked_at = time.monotonic()
            if await asyncio.to_thread(_answers, self._probe):
                self._redis_back_at = asked_at

    def _drain(self) -> None:
        victim = self._engines.choose(self._dice, spared=self._plan.spared)
        self._note_orphans(victim, asked=True)
        self._engines.drain(victim)
        self.tally.drains += 1

    def _note_orphans(self, victim: int, *, asked: bool) -> None:
        with self._growing:
            following = list(self._following.items())
        for job_id in [job for job, task in following if not task.done()]:
            if self._owner(job_id) == victim:
                self._orphans[job_id] = time.monotonic(), asked

    def _owner(self, job_id: JobId) -> int | None:
        """The process that runs a job."""
        with suppress(StoreUnavailable), store_errors("say who runs a job"):
            owner, status = self._redis.hmget(JobKeys.of(job_id).meta, ["owner", "status"])
            return int(str(owner).split(":")[1]) if owner and status == "running" else None
        return None

    def _note(self, job_id: JobId, event: Event, at: float) -> None:
        """See how long a takeover, or a cancel, has taken."""
        if event["type"] == "task_started" and job_id in self._orphans:
            since, asked = self._orphans.pop(job_id)
            if self._redis_killed_at < since:
                times = self.tally.handover_s if asked else self.tally.takeover_s
                times.append(at - since)
        if event["type"] in ENDS:
            self._orphans.pop(job_id, None)
            since, owner = self._cancelled.pop(job_id, (0.0, None))
            lived = owner is None or owner not in self._engines.killed_at
            if since and lived and self._redis_killed_at <= self._redis_back_at < since - SETTLED_S:
                self.tally.cancel_s.append(at - since)

    def _cancel(self, job_id: JobId) -> None:
        owner = self._owner(job_id)
        self._cancelled[job_id] = time.monotonic(), owner
        self._store.request_cancel(job_id)
        self.tally.cancels += 1

    def _submit(self) -> JobId:
        job_id = JobId(f"job-{next(self._numbers)}")
        request = a_request(job_id, self._dice)
        is_outline = isinstance(request, OutlineGenerationRequest)
        kind = JobKind.OUTLINE if is_outline else JobKind.DOCUMENT
        return self._create(job_id, kind, request.model_dump_json(exclude={"job_id"}), job_id)

    def _retry(self, job_id: JobId) -> JobId:
        again = JobId(f"job-{next(self._numbers)}")
        request = self._store.request(job_id)
        self._retries.add(again)
        self.tally.retries += 1
        chain = json.loads(request)["tone"]
        return self._create(again, self._store.load(job_id).kind, request, chain, job_id)

    def _create(
        self, job_id: JobId, kind: JobKind, body: str, chain: str, units_of: JobId | None = None
    ) -> JobId:
        job = Job(id=job_id, kind=kind, title="潮汐能", language="zh", created_at=utc_now())
        with store_errors("note which jobs belong together"):
            self._redis.sadd(CHAIN + chain, job_id)
            self._redis.expire(CHAIN + chain, CHAIN_TTL_S)
        self._store.create(job, body, job_id, units_of=units_of)
        return job_id

    def _count(self) -> None:
        self.tally.written = int(self._redis.get(WRITTEN) or 0)
        self.tally.redone = int(self._redis.get(REDONE) or 0)
        self.tally.stale = int(self._redis.get(STALE) or 0)
        self.tally.died = len(self._engines.died)
        self.tally.drains_that_hung = len(self._engines.still_draining())

    def _count_job(self, job_id: JobId) -> None:
        stored = [
            (str(event_id), event.model_dump(mode="json"))
            for event_id, event in self._store.events(job_id, after=START, limit=100_000)
        ]
        result = self._store.result(job_id)
        self.tally.add_job(stored, self._reader.seen[job_id])
        if result is not None:
            events, is_retry = [event for _, event in stored], job_id in self._retries
            self.tally.add_result(json.loads(result), events, is_retry=is_retry)


def _answers(client: Redis) -> bool:
    try:
        return bool(client.ping())
    except (RedisError, OSError):
        return False


def a_request(job_id: JobId, dice: random.Random) -> JobOptions:
    """An outline, or a document of two to four chapters with one to three sections each."""
    file = ContextFile(
        file_id="notes", file_name="潮汐.md", content="# 潮汐\n\n潮汐能是可再生能源。"
    )
    # the tone tells the author which job it works for
    options = {"job_id": job_id, "context_files": (file,), "tone": job_id}
    if dice.random() < OUTLINE_SHARE:
        return OutlineGenerationRequest.model_validate({"task_prompt": "潮汐能报告", **options})
    chapters = tuple(
        OutlineNode(
            id=NodeId(f"c{chapter}"),
            title=f"第{chapter}章",
            children=tuple(
                OutlineNode(id=NodeId(f"c{chapter}s{number}"), title=f"潮汐 {chapter}.{number}")
                for number in range(1, dice.randint(2, 4))
            ),
        )
        for chapter in range(1, dice.randint(3, 5))
    )
    outline = Outline(title="潮汐能", nodes=chapters)
    return DocumentGenerationRequest.model_validate({"outline": outline, **options})


def sweep(kills: int, seed: int) -> Tally:
    """Run one sweep on a server of its own."""
    with tempfile.TemporaryDirectory(prefix="longhand-sweep-") as folder:
        data_dir = Path(folder)
        ensure_server(data_dir, None)
        try:
            with engines(data_dir, Manner()) as ours:
                return asyncio.run(Sweep(data_dir, ours, Plan(seed)).run(kills))
        finally:
            stop_server(data_dir, only_if_unused=False)


def main() -> None:
    """Sweep and print the table; exit with 1 when something was lost or slow."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    begun = time.perf_counter()
    tally = sweep(given.kills, given.seed)
    print(tally)  # noqa: T201
    print(f"It took {time.perf_counter() - begun:.0f} s.")  # noqa: T201
    sys.exit(0 if tally.is_clean and tally.is_quick else 1)


if __name__ == "__main__":
    main()
