"""Celery workers as real processes, and the readers of what they do."""

import asyncio
import itertools
import json
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing, contextmanager
from pathlib import Path
from typing import Any

from celery import Celery

from benchmarks.endpoint import Endpoint
from pipeline.adapters.celery_queue import TASKS
from pipeline.adapters.embedded_redis import find_binary
from pipeline.adapters.redis_connection import connect
from pipeline.config import Settings
from pipeline.domain.jobs import START, DocumentGenerationRequest, JobId, JobKind
from pipeline.errors import NotFound
from pipeline.runtime import Runtime, broker_of, build_runtime

ROOT = Path(__file__).parents[2]
PATIENCE_S = 60
# A worker starts within three seconds; a busy machine may take much longer.
LEASE_S = 2
POLL_S = 0.02
# How often it is looked whether a worker has saved the job it was called for.

SECTIONS = [{"id": f"n{i}", "title": f"第{i}节", "target_words": 100} for i in range(6)]
OUTLINE: dict[str, Any] = {"title": "人工智能技术文档", "nodes": SECTIONS}


@contextmanager
def app_side(data_dir: Path, **fields: object) -> Iterator[Runtime]:
    """The app's side: it submits and reads, and runs nothing itself."""
    given = {"data_dir": data_dir, "job_queue": "celery", "lease": LEASE_S, **fields}
    runtime = build_runtime(Settings.model_validate(given))
    runtime.start()
    try:
        yield runtime
    finally:
        runtime.stop()


@contextmanager
def worker(app: Runtime, *options: str, **variables: str) -> Iterator["subprocess.Popen[bytes]"]:
    """A worker beside the app; killed at the end if it still runs."""
    with subprocess.Popen(command(app, *options, **variables), cwd=ROOT) as process:  # noqa: S603
        try:
            yield process
        finally:
            process.kill()


def said_by_worker(app: Runtime, *options: str, until: str, **variables: str) -> str:
    """What a worker says up to a line with that text, or until it ends; then it is killed."""
    said: list[str] = []
    with subprocess.Popen(  # noqa: S603
        command(app, *options, **variables),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        too_late = threading.Timer(PATIENCE_S, process.kill)
        too_late.start()
        for line in process.stdout or ():
            said.append(line)
            if until in line:
                break
        process.kill()
        too_late.cancel()
    return "".join(said)


def command(app: Runtime, *options: str, **variables: str) -> list[str]:
    given = {
        "DATA_DIR": str(app.settings.data_dir.resolve()),
        "REDIS_URL": app.settings.redis_url or "",
        "LEASE": str(LEASE_S),
        "OPENAI_BASE_URL": "",
        "OPENAI_API_KEY": "",
        "OPENAI_MODEL": "",
        **variables,
    }
    settings = [f"{name}={value}" for name, value in given.items()]
    celery = [sys.executable, "-m", "celery", "-A", "workers.app", "worker", "--without-mingle"]
    return ["/usr/bin/env", *settings, *celery, *options]


def with_model(endpoint: Endpoint) -> dict[str, str]:
    return {"OPENAI_BASE_URL": endpoint.base_url, "OPENAI_MODEL": "sim"}


def submit_document(app: Runtime, job_id: str) -> None:
    body = {"job_id": job_id, "outline": OUTLINE}
    app.jobs.submit_document(DocumentGenerationRequest.model_validate(body))


def call_by_name(app: Runtime, kind: JobKind, *args: object, **options: object) -> None:
    """Send a task as another program does, which knows its name and the broker, no more."""
    client = Celery(broker=broker_of(app.settings), set_as_current=False)
    client.send_task(TASKS[kind], args=list(args), kwargs=options)


def follow(app: Runtime, job_id: str, until: str = "") -> list[dict[str, Any]]:
    """The job's events up to the first of that type, or to the end."""

    async def read() -> list[dict[str, Any]]:
        events: list[dict[str, Any]] = []
        async with asyncio.timeout(PATIENCE_S):
            async with aclosing(app.feed.follow(JobId(job_id), after=START)) as batches:
                async for batch in batches:
                    events += [event for _, event in json.loads(batch or "[]")]
                    if until and any(is_at(event, until) for event in events):
                        break
        return events

    patience = itertools.repeat(threading.Event(), int(PATIENCE_S / POLL_S))
    assert is_saved(app, job_id) or any(
        is_saved(app, job_id) for never in patience if not never.wait(POLL_S)
    ), "no worker took the call"
    with ThreadPoolExecutor(1) as thread:  # the browser of other tests has a loop in this one
        return thread.submit(lambda: asyncio.run(read())).result()


def is_saved(app: Runtime, job_id: str) -> bool:
    try:
        app.jobs.job(JobId(job_id))
    except NotFound:
        return False
    return True


def is_at(event: dict[str, Any], what: str) -> bool:
    return what in {event["type"], f"{event['type']}:{event.get('state')}"}


def endings(events: Sequence[dict[str, Any]]) -> list[str]:
    return [e["type"] for e in events if e["type"] in {"task_completed", "task_failed"}]


def attempts(events: Sequence[dict[str, Any]]) -> list[int]:
    return [event["attempt"] for event in events if event["type"] == "task_started"]


class TcpServer:
    """A Redis server on a port of loopback, as several machines share one; it keeps a file."""

    def __init__(self, folder: Path) -> None:
        program = find_binary()
        assert program is not None
        port = _free_port()
        options = {"port": str(port), "bind": "127.0.0.1", "dir": str(folder)}
        options |= {"save": "", "appendonly": "yes"}
        flags = [part for name, value in options.items() for part in (f"--{name}", value)]
        self._command = [str(program), *flags]
        self.url = f"redis://127.0.0.1:{port}/0"
        self._start()

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()

    def restart(self) -> None:
        self.kill()
        self._start()

    def _start(self) -> None:
        self._process = subprocess.Popen(self._command, stdout=subprocess.DEVNULL)  # noqa: S603
        client = connect(self.url)
        client.ping()  # the client tries for two seconds
        client.close()


@contextmanager
def tcp_server(folder: Path) -> Iterator[TcpServer]:
    server = TcpServer(folder)
    try:
        yield server
    finally:
        server.kill()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
