"""Kill the app, its workers and Redis, as real processes, while readers follow over the network.

`python -m tests.crash.whole --kills 20 --seed 1` prints a table. The app takes jobs and serves
events; two Celery workers write with a simulated model. Half of the readers follow by WebSocket,
half by server-sent events; each comes back with the last id that it saw.
"""

import argparse
import asyncio
import json
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
from websockets.asyncio.client import connect as connect_socket
from websockets.exceptions import WebSocketException

from benchmarks.endpoint import Pace, serving
from pipeline.adapters.embedded_redis import ensure_server, server_pid, stop_server
from pipeline.adapters.redis_connection import connect
from pipeline.adapters.redis_store import RedisJobStore
from pipeline.domain.jobs import START, JobId
from tests.crash.readers import ENDS
from tests.running import TERMS, utc_now

ROOT = Path(__file__).parents[2]
LEASE_S = 1
WORKERS = 2
JOBS = 3
# That run at once.
PACE = Pace(ttft_ms=200, tokens_per_second=40, tokens=80)
# A section takes two seconds, a document some four.
PAUSE_S = (0.3, 3.0)
# Before a kill; an app and a worker need two seconds to start.
RETRY_S = 0.2
# Before a client asks again.
CHAPTERS = range(1, 5)
# Of each document, with a section each.
PATIENCE_S = 90
# For the last jobs to end when nothing is killed any more.

GONE = (httpx2.HTTPError, WebSocketException, OSError, TimeoutError)
PLACES = {"waiting", "running"}
# What a socket says of a job's place among others, which is no event of it.
Seen = list[tuple[str, str]]


@dataclass
class Found:
    """What was counted."""

    kills: Counter[str] = field(default_factory=Counter)
    jobs: int = 0
    hung: int = 0
    reconnections: int = 0
    takeovers: int = 0
    endings: Counter[str] = field(default_factory=Counter)
    gaps: int = 0
    doubles: int = 0
    redone: int = 0
    """Sections that became done more than once."""
    incomplete: int = 0
    """Results without one of their sections, or with one that could not be written."""

    def rows(self) -> list[tuple[str, str, str]]:
        ends = ", ".join(f"{end}: {jobs} jobs" for end, jobs in sorted(self.endings.items()))
        return [
            *((f"kills of {what}", str(number), "") for what, number in self.kills.items()),
            ("jobs", str(self.jobs), ""),
            ("takeovers", str(self.takeovers), ""),
            ("readers that came back", str(self.reconnections), ""),
            ("terminal events of a job", ends, "one task_completed"),
            ("jobs that hung", str(self.hung), "0"),
            ("events that a reader missed", str(self.gaps), "0"),
            ("events that a reader saw twice", str(self.doubles), "0"),
            ("sections finished twice", str(self.redone), "0"),
            ("results that lack a section", str(self.incomplete), "0"),
        ]

    def __str__(self) -> str:
        return "\n".join(f"{what:35s} {value:32s} {goal}" for what, value, goal in self.rows())

    @property
    def is_clean(self) -> bool:
        faults = (self.hung, self.gaps, self.doubles, self.redone, self.incomplete)
        return not any(faults) and set(self.endings) == {"task_completed"}

    def add(self, stored: Sequence[tuple[str, dict[str, Any]]], seen: Seen) -> None:
        ids, events = [event_id for event_id, _ in seen], [event for _, event in stored]
        self.jobs += 1
        ends = [event["type"] for event in events if event["type"] in ENDS]
        self.endings[" ".join(ends) or "none"] += 1
        self.doubles += len(ids) - len(set(ids))
        self.gaps += len({event_id for event_id, _ in stored} ^ set(ids))
        attempts = [event["attempt"] for event in events if event["type"] == "task_started"]
        self.takeovers += max(attempts, default=1) - 1
        done = [event["section_id"] for event in events if event.get("state") == "done"]
        self.redone += len(done) - len(set(done))


class Processes:
    """The app and the workers; each that is killed is started again at once."""

    def __init__(self, data_dir: Path, model: str) -> None:
        self._data_dir = data_dir
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        settings = {
            "DATA_DIR": data_dir,
            "JOB_QUEUE": "celery",
            "LEASE": LEASE_S,
            "MAX_ATTEMPTS": 1000,
            "OPENAI_BASE_URL": model,
            "OPENAI_MODEL": "sim",
            "LOG_LEVEL": "ERROR",
            "REDIS_URL": "",
        }
        self._env = ["/usr/bin/env", *(f"{name}={value}" for name, value in settings.items())]
        self._log = (data_dir.parent / "processes.log").open("ab")
        self._app = self._start_app()
        self._workers = [self._start_worker() for _ in range(WORKERS)]

    def kill(self, what: str, dice: random.Random) -> bool:
        if what == "Redis":
            pid = server_pid(self._data_dir)
            if pid is not None:
                os.kill(pid, signal.SIGKILL)
            return pid is not None
        if what == "the app":
            _kill(self._app)
            self._app = self._start_app()
        else:
            place = dice.randrange(WORKERS)
            _kill(self._workers[place])
            self._workers[place] = self._start_worker()
        return True

    def end(self) -> None:
        for process in [self._app, *self._workers]:
            _kill(process)
        self._log.close()

    def _start_app(self) -> "subprocess.Popen[bytes]":
        options = {
            "server.port": str(self.port),
            "server.address": "127.0.0.1",
            "server.headless": "true",
            "browser.gatherUsageStats": "false",
        }
        flags = [part for name, value in options.items() for part in (f"--{name}", value)]
        return self._start("streamlit", "run", "app.py", *flags)

    def _start_worker(self) -> "subprocess.Popen[bytes]":
        return self._start("celery", "-A", "workers.app", "worker", "--without-mingle")

    def _start(self, *command: str) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(  # noqa: S603
            [*self._env, sys.executable, "-m", *command],
            cwd=ROOT,
            stdout=self._log,
            stderr=self._log,
        )


class WholeSweep:
    """One run: clients over the network, kills, and the count at the end."""

    def __init__(self, processes: Processes, *, seed: int) -> None:
        self._processes = processes
        self._dice = random.Random(seed)  # noqa: S311
        self._here = f"127.0.0.1:{processes.port}"
        self._client = httpx2.AsyncClient(timeout=httpx2.Timeout(5, read=30))
        self._seen: dict[str, Seen] = {}
        self._is_over = False
        self.found = Found()

    async def run(self, kills: int, data_dir: Path) -> Found:
        clients = [asyncio.create_task(self._submit_on(number)) for number in range(JOBS)]
        await self._app_answers()
        for _ in range(kills):
            await asyncio.sleep(self._dice.uniform(*PAUSE_S))
            what = self._dice.choice(["the app", "the app", "a worker", "a worker", "Redis"])
            if await asyncio.to_thread(self._processes.kill, what, self._dice):
                self.found.kills[what] += 1
        self._is_over = True
        _, hanging = await asyncio.wait(clients, timeout=PATIENCE_S)
        self.found.hung = len(hanging)
        for client in hanging:
            client.cancel()
        await asyncio.wait(clients)
        await self._client.aclose()
        await asyncio.to_thread(self._count, data_dir)
        return self.found

    async def _app_answers(self) -> None:
        while True:
            with suppress(*GONE):
                await self._client.get(f"http://{self._here}/health")
                return
            await asyncio.sleep(RETRY_S)

    async def _submit_on(self, place: int) -> None:
        """One client: a job after the other, each followed to its end."""
        number = 0
        while not self._is_over:
            number += 1
            job_id = f"client-{place}-{number}"
            await self._submit(job_id)
            self._seen[job_id] = []
            while not await self._follow(job_id, by_socket=number % 2 == place % 2):
                self.found.reconnections += 1
                await asyncio.sleep(RETRY_S)

    async def _submit(self, job_id: str) -> None:
        nodes = [
            {"id": f"c{c}", "title": f"第{c}章", "children": [{"id": f"c{c}s", "title": "潮汐"}]}
            for c in CHAPTERS
        ]
        outline = {"title": "潮汐能", "nodes": nodes}
        body = {"job_id": job_id, "outline": outline, "target_words": 400}
        url = f"http://{self._here}/api/v1/jobs/document"
        while True:
            with suppress(*GONE):
                answer = await self._client.post(url, json=body)
                if answer.status_code == 202:
                    return
                if answer.status_code < 500:
                    raise RuntimeError(f"The app refused a job: {answer.text}")
            await asyncio.sleep(RETRY_S)

    async def _follow(self, job_id: str, *, by_socket: bool) -> bool:
        """Read on after the last event seen; whether the end was seen."""
        seen = self._seen[job_id]
        after = seen[-1][0] if seen else "0-0"
        reading = self._by_socket(job_id, after) if by_socket else self._by_events(job_id, after)
        with suppress(*GONE):
            async for event_id, kind in reading:
                seen.append((event_id, kind))
        return bool(seen) and seen[-1][1] in ENDS

    async def _by_socket(self, job_id: str, after: str) -> AsyncIterator[tuple[str, str]]:
        async with connect_socket(f"ws://{self._here}/live/jobs/{job_id}?after={after}") as socket_:
            async for batch in socket_:
                for event_id, event in json.loads(batch or "[]"):
                    if event_id in PLACES:
                        continue
                    yield event_id, event["type"] if event else "gap"

    async def _by_events(self, job_id: str, after: str) -> AsyncIterator[tuple[str, str]]:
        url, event_id = f"http://{self._here}/api/v1/jobs/{job_id}/events", ""
        headers = {"Last-Event-ID": after}
        async with self._client.stream("GET", url, headers=headers) as answer:
            async for line in answer.aiter_lines():
                field_name, _, value = line.partition(": ")
                if field_name == "id":
                    event_id = value
                elif field_name == "event":
                    yield event_id, value

    def _count(self, data_dir: Path) -> None:
        store = RedisJobStore(connect(ensure_server(data_dir, None)), TERMS, utc_now)
        for job_id, seen in self._seen.items():
            stored = [
                (str(event_id), event.model_dump(mode="json"))
                for event_id, event in store.events(JobId(job_id), after=START, limit=100_000)
            ]
            self.found.add(stored, seen)
            result = json.loads(store.result(JobId(job_id)) or '{"document": {"sections": []}}')
            sections = result["document"]["sections"]
            written = {section["id"] for section in sections if section["status"] == "done"}
            self.found.incomplete += not written.issuperset(f"c{c}s" for c in CHAPTERS)


def _kill(process: "subprocess.Popen[bytes]") -> None:
    process.kill()
    process.wait()


async def _run(folder: Path, kills: int, seed: int) -> Found:
    data_dir = folder / "data"
    async with serving(PACE) as endpoint:
        processes = await asyncio.to_thread(Processes, data_dir, endpoint.base_url)
        try:
            return await WholeSweep(processes, seed=seed).run(kills, data_dir)
        finally:
            await asyncio.to_thread(processes.end)


def sweep(kills: int, seed: int) -> Found:
    """Run one sweep of real processes on a server of their own."""
    with tempfile.TemporaryDirectory(prefix="longhand-whole-") as folder:
        try:
            return asyncio.run(_run(Path(folder), kills, seed))
        finally:
            stop_server(Path(folder) / "data", only_if_unused=False)


def main() -> None:
    """Sweep and print the table; exit with 1 when something was lost, doubled or left hanging."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    begun = time.perf_counter()
    found = sweep(given.kills, given.seed)
    print(found)  # noqa: T201
    print(f"It took {time.perf_counter() - begun:.0f} s.")  # noqa: T201
    sys.exit(0 if found.is_clean else 1)


if __name__ == "__main__":
    main()
