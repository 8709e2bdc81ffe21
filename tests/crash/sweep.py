"""Kill engines and Redis again and again while documents are written, and count what it cost.

`python -m tests.crash.sweep --kills 1000 --seed 7` prints a table. Half of the kills come at
random moments, half right after a reader has seen an event of a certain kind, each kind in turn.
"""

import argparse
import asyncio
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

from pipeline.adapters.embedded_redis import ensure_server, server_pid, stop_server
from pipeline.adapters.redis_connection import connect
from pipeline.adapters.redis_feed import RedisEventFeed
from pipeline.adapters.redis_store import RedisJobStore
from pipeline.domain.documents import ContextFile, NodeId, Outline, OutlineNode
from pipeline.domain.jobs import START, DocumentGenerationRequest, Job, JobId, JobKind
from pipeline.errors import StoreUnavailable
from tests.crash.engines import REDONE, WRITTEN, text_of
from tests.running import TERMS, utc_now

ENGINES = 2
# That run at once; one that is killed is replaced at once.
JOBS = 3
# Documents that are written at once; each that ends is followed by a new one.
REDIS_SHARE = 0.25
# Of the kills; the others kill an engine.
LONGEST_PAUSE_S = 0.6
# Before a kill at a random moment; a lease is 0.5 s.
PATIENCE_S = 60
# For the last jobs to end when nothing is killed any more.
KINDS = (
    "task_started",
    "file_read",
    "sections_planned",
    "task_progress",
    "section_state:researching",
    "section_state:writing",
    "text_delta",
    "section_state:done",
    "chapter_fused",
    "task_completed",
)

Event = dict[str, Any]


@dataclass
class Tally:
    """What the sweep counted."""

    kills: Counter[str] = field(default_factory=Counter)
    jobs: int = 0
    completed: int = 0
    takeovers: int = 0
    sections: int = 0
    written: int = 0
    redone: int = 0
    hung: int = 0
    endings: Counter[int] = field(default_factory=Counter)
    """Jobs by their number of terminal events."""
    gaps: int = 0
    """Events that a reader who was there all along did not see."""
    doubles: int = 0
    """Events that it saw twice, or out of order."""
    lost_deltas: int = 0
    """Sections whose pieces, as a reader saw them, are not their text."""
    wrong_texts: int = 0
    """Sections that stand in the result with another text than was written."""

    def rows(self) -> list[tuple[str, str, str]]:
        """What, how many, and what it must be."""
        return [
            ("kills of engines", str(self.kills["engine"]), ""),
            ("kills of Redis", str(self.kills["redis"]), ""),
            ("documents written", f"{self.completed} of {self.jobs}", "all"),
            ("jobs that hung", str(self.hung), "0"),
            ("takeovers", str(self.takeovers), ""),
            ("terminal events per job", _spread(self.endings), "1"),
            ("sections finished", str(self.sections), ""),
            ("sections begun", str(self.written), ""),
            ("sections written again after they were finished", str(self.redone), "0"),
            ("events that a reader missed", str(self.gaps), "0"),
            ("events that a reader saw twice", str(self.doubles), "0"),
            ("sections with lost deltas", str(self.lost_deltas), "0"),
            ("sections with another text in the result", str(self.wrong_texts), "0"),
        ]

    @property
    def is_clean(self) -> bool:
        """Whether nothing was lost, doubled, redone or left hanging."""
        faults = (self.hung, self.redone, self.gaps, self.doubles, self.lost_deltas)
        return not any(faults) and not self.wrong_texts and set(self.endings) == {1}


class Reader:
    """Follows every job from its start, as an open page does."""

    def __init__(self, url: str) -> None:
        self._feed = RedisEventFeed(url)
        self.seen: dict[JobId, list[tuple[str, Event]]] = defaultdict(list)
        self._waiting: dict[str, asyncio.Event] = {}

    async def follow(self, job_id: JobId) -> None:
        async for batch in self._feed.follow(job_id, after=START):
            for event_id, event in json.loads(batch or "[]"):
                self.seen[job_id].append((event_id, event or {"type": "gap"}))
                for kind in (event["type"], f"{event['type']}:{event.get('state')}"):
                    if kind in self._waiting:
                        self._waiting[kind].set()

    async def next(self, kind: str, patience_s: float) -> None:
        """Wait for the next event of that kind, but not for long: it may be a rare one."""
        self._waiting[kind] = asyncio.Event()
        try:
            await asyncio.wait_for(self._waiting[kind].wait(), patience_s)
        except TimeoutError:
            return
        finally:
            del self._waiting[kind]


class Engines:
    """The processes that are killed."""

    def __init__(self, mother: "subprocess.Popen[str]") -> None:
        self._mother = mother
        self.alive: list[int] = []

    def add(self) -> None:
        if self._mother.stdin is None or self._mother.stdout is None:
            raise RuntimeError("The mother of engines has no pipes.")
        self._mother.stdin.write("\n")
        self._mother.stdin.flush()
        self.alive.append(int(self._mother.stdout.readline()))

    def kill(self, dice: random.Random) -> None:
        victim = self.alive.pop(dice.randrange(len(self.alive)))
        os.kill(victim, signal.SIGKILL)
        self.add()

    def end(self) -> None:
        for process in self.alive:
            os.kill(process, signal.SIGKILL)


@contextmanager
def engines(data_dir: Path) -> Iterator[Engines]:
    command = [sys.executable, "-m", "tests.crash.engines", str(data_dir)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as mother:  # noqa: S603
        if mother.stdout is None or mother.stdout.readline() != "ready\n":
            raise RuntimeError("The mother of engines did not start.")
        ours = Engines(mother)
        try:
            for _ in range(ENGINES):
                ours.add()
            yield ours
        finally:
            ours.end()
            mother.kill()


class Sweep:
    """One run: jobs, readers, kills, and the count at the end."""

    def __init__(self, data_dir: Path, ours: Engines, *, seed: int) -> None:
        url = ensure_server(data_dir, None)
        self._data_dir = data_dir
        self._engines = ours
        self._redis = connect(url)
        self._store = RedisJobStore(self._redis, TERMS, utc_now)
        self._dice = random.Random(seed)  # noqa: S311
        self._reader = Reader(url)
        self._numbers = count(1)
        self._following: dict[JobId, asyncio.Task[None]] = {}
        self._jobs: list[JobId] = []
        self.tally = Tally()

    async def run(self, kills: int) -> Tally:
        """Kill so many times, let the last jobs end, and count."""
        keeping = asyncio.create_task(self._keep_busy())
        for number in range(kills):
            await self._moment(number)
            await asyncio.to_thread(self._kill)
        keeping.cancel()
        await asyncio.wait({keeping})
        late = {task for task in self._following.values() if not task.done()}
        if late:
            _, hanging = await asyncio.wait(late, timeout=PATIENCE_S)
            self.tally.hung = len(hanging)
            for task in hanging:
                task.cancel()
        await asyncio.to_thread(self._count)
        return self.tally

    async def _keep_busy(self) -> None:
        while True:
            running = [task for task in self._following.values() if not task.done()]
            if len(running) >= JOBS:
                await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
                continue
            try:
                job_id = await asyncio.to_thread(self._submit)
            except StoreUnavailable:
                continue
            self._jobs.append(job_id)
            self._following[job_id] = asyncio.create_task(self._reader.follow(job_id))

    async def _moment(self, number: int) -> None:
        if number % 2:
            await self._reader.next(KINDS[number // 2 % len(KINDS)], LONGEST_PAUSE_S)
        else:
            await asyncio.sleep(self._dice.uniform(0, LONGEST_PAUSE_S))

    def _kill(self) -> None:
        if self._dice.random() < REDIS_SHARE:
            pid = server_pid(self._data_dir)
            if pid is not None:
                os.kill(pid, signal.SIGKILL)
                self.tally.kills["redis"] += 1
        else:
            self._engines.kill(self._dice)
            self.tally.kills["engine"] += 1

    def _submit(self) -> JobId:
        job_id = JobId(f"job-{next(self._numbers)}")
        request = a_request(job_id, self._dice)
        job = Job(
            id=job_id,
            kind=JobKind.DOCUMENT,
            title=request.outline.title,
            language="zh",
            created_at=utc_now(),
        )
        body = request.model_dump_json(exclude={"job_id"})
        self._store.create(job, body, job_id)
        return job_id

    def _count(self) -> None:
        self.tally.written = int(self._redis.get(WRITTEN) or 0)
        self.tally.redone = int(self._redis.get(REDONE) or 0)
        for job_id in self._jobs:
            self._count_job(job_id)

    def _count_job(self, job_id: JobId) -> None:
        stored = [
            (event_id, event.model_dump(mode="json"))
            for event_id, event in self._store.events(job_id, after=START, limit=100_000)
        ]
        seen = self._reader.seen[job_id]
        ids = [event_id for event_id, _ in seen]
        events = [event for _, event in stored]
        starts = [event["attempt"] for event in events if event["type"] == "task_started"]
        ends = [e for e in events if e["type"] in {"task_completed", "task_failed"}]
        tally = self.tally
        tally.jobs += 1
        tally.endings[len(ends)] += 1
        tally.takeovers += max(starts, default=1) - 1
        tally.doubles += len(ids) - len(set(ids)) + (ids != sorted(ids, key=_place))
        tally.gaps += len({event_id for event_id, _ in stored} - set(ids))
        done = _texts_done(events)
        tally.sections += len(done)
        tally.lost_deltas += _with_lost_deltas([event for _, event in seen])
        result = self._store.result(job_id)
        if result is not None:
            tally.completed += 1
            tally.wrong_texts += _wrong_texts(json.loads(result)["document"], done)


def a_request(job_id: JobId, dice: random.Random) -> DocumentGenerationRequest:
    """A document of two to four chapters with one to three sections each, and a file."""
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
    file = ContextFile(
        file_id="notes", file_name="潮汐.md", content="# 潮汐\n\n潮汐能是可再生能源。"
    )
    return DocumentGenerationRequest(
        job_id=job_id,
        outline=Outline(title="潮汐能", nodes=chapters),
        context_files=(file,),
        tone=job_id,  # tells the author which job it writes for
    )


def _texts_done(events: Sequence[Event]) -> dict[str, str]:
    return {
        event["section_id"]: event["content"]
        for event in events
        if event["type"] == "section_state" and event["state"] == "done"
    }


def _with_lost_deltas(events: Sequence[Event]) -> int:
    """Sections that became done with other pieces than their text, as a page would show them."""
    pieces: dict[str, str] = {}
    lost = 0
    for event in events:
        if event["type"] == "text_delta":
            for section, text in event["sections"].items():
                pieces[section] = pieces.get(section, "") + text
        elif event["type"] == "section_state" and event["state"] == "writing":
            pieces[event["section_id"]] = ""
        elif event["type"] == "section_state" and event["state"] == "done":
            shown = pieces.pop(event["section_id"], None)
            lost += shown is not None and shown != text_of(event["title"])
    return lost


def _wrong_texts(document: Event, done: dict[str, str]) -> int:
    standing = {section["id"]: section["content"] for section in document["sections"]}
    return sum(
        text_of(section["title"]) != standing[section["id"]]
        for section in document["sections"]
        if section["id"] in done
    )


def _place(event_id: str) -> tuple[int, ...]:
    return tuple(map(int, event_id.split("-")))


def _spread(endings: Counter[int]) -> str:
    return ", ".join(f"{number}: {jobs} jobs" for number, jobs in sorted(endings.items()))


def sweep(kills: int, seed: int) -> Tally:
    """Run one sweep on a server of its own."""
    with tempfile.TemporaryDirectory(prefix="longhand-sweep-") as folder:
        data_dir = Path(folder)
        ensure_server(data_dir, None)
        try:
            with engines(data_dir) as ours:
                return asyncio.run(Sweep(data_dir, ours, seed=seed).run(kills))
        finally:
            stop_server(data_dir, only_if_unused=False)


def main() -> None:
    """Sweep and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    begun = time.perf_counter()
    tally = sweep(given.kills, given.seed)
    for what, value, goal in tally.rows():
        print(f"{what:50s} {value:20s} {goal}")  # noqa: T201
    print(f"It took {time.perf_counter() - begun:.0f} s.")  # noqa: T201


if __name__ == "__main__":
    main()
