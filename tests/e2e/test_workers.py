"""Celery workers as real processes: jobs by name, jobs of the app, draining, and sudden death."""

import asyncio
import json
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from benchmarks.endpoint import Endpoint, Pace, serving_in_thread
from pipeline.adapters.celery_queue import TASKS, broker_url, celery_app
from pipeline.adapters.embedded_redis import ensure_server, find_binary
from pipeline.config import Settings
from pipeline.domain.jobs import (
    START,
    DocumentGenerationRequest,
    JobId,
    JobKind,
    OutlineGenerationRequest,
    Priority,
)
from pipeline.errors import NotFound
from pipeline.runtime import Runtime, build_runtime

ROOT = Path(__file__).parents[2]
PATIENCE_S = 60
# A worker starts within three seconds; a busy machine may take much longer.
LEASE_S = 2

pytestmark = [
    pytest.mark.long,
    pytest.mark.timeout(180),
    pytest.mark.skipif(find_binary() is None, reason="there is no redis-server here"),
]

SECTIONS = [{"id": f"n{i}", "title": f"第{i}节", "target_words": 100} for i in range(6)]
OUTLINE: dict[str, Any] = {"title": "人工智能技术文档", "nodes": SECTIONS}
AT_ONCE = Pace(tokens=60)
SLOWLY = Pace(ttft_ms=100, tokens_per_second=15, tokens=60)


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Runtime]:
    """The app's side: it submits and reads, and runs nothing itself."""
    fields = {"data_dir": tmp_path / "data", "job_queue": "celery", "lease": LEASE_S}
    runtime = build_runtime(Settings.model_validate(fields))
    runtime.start()
    yield runtime
    runtime.stop()


@contextmanager
def worker(app: Runtime, **variables: str) -> Iterator[subprocess.Popen[bytes]]:
    given = {
        "DATA_DIR": str(app.settings.data_dir.resolve()),
        "LEASE": str(LEASE_S),
        "OPENAI_BASE_URL": "",
        "OPENAI_API_KEY": "",
        "OPENAI_MODEL": "",
        **variables,
    }
    settings = [f"{name}={value}" for name, value in given.items()]
    celery = [sys.executable, "-m", "celery", "-A", "workers.app", "worker", "--without-mingle"]
    with subprocess.Popen(["/usr/bin/env", *settings, *celery], cwd=ROOT) as process:  # noqa: S603
        try:
            yield process
        finally:
            process.kill()


def with_model(endpoint: Endpoint) -> dict[str, str]:
    return {"OPENAI_BASE_URL": endpoint.base_url, "OPENAI_MODEL": "sim"}


def follow(app: Runtime, job_id: str, until: str = "") -> list[dict[str, Any]]:
    """The job's events up to the first of that type, or to the end."""

    async def read() -> list[dict[str, Any]]:
        events: list[dict[str, Any]] = []
        async with asyncio.timeout(PATIENCE_S):
            while not is_saved(app, job_id):  # by a worker that was called by name
                await asyncio.sleep(0.02)
            async for batch in app.feed.follow(JobId(job_id), after=START):
                events += [event for _, event in json.loads(batch or "[]")]
                if until and any(is_at(event, until) for event in events):
                    break
        return events

    return asyncio.run(read())


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


def test_other_programs_call_the_two_tasks_by_name(app: Runtime) -> None:
    client = celery_app(lambda: broker_url(ensure_server(app.settings.data_dir, None)))
    with worker(app):
        client.send_task(TASKS[JobKind.OUTLINE], args=["by-name", "写一份潮汐能报告的大纲"])
        client.send_task(TASKS[JobKind.DOCUMENT], args=["document-by-name", OUTLINE])
        outline, document = follow(app, "by-name"), follow(app, "document-by-name")

    assert endings(outline) == endings(document) == ["task_completed"]
    assert json.loads(app.jobs.result(JobId("by-name")))["outline"]["nodes"]
    written = json.loads(app.jobs.result(JobId("document-by-name")))["document"]
    assert [section["title"] for section in written["sections"]] == [
        node["title"] for node in SECTIONS
    ]


def test_a_job_of_the_app_runs_on_a_worker_and_streams_to_the_app(app: Runtime) -> None:
    request = OutlineGenerationRequest(job_id="of-the-app", task_prompt="潮汐能")
    app.jobs.submit_outline(request)
    with worker(app):
        events = follow(app, "of-the-app")

    assert app.engine.load().jobs == 0
    assert events[0]["type"] == "task_started"
    assert endings(events) == ["task_completed"]


def test_a_worker_that_is_told_to_stop_hands_its_job_to_the_next(app: Runtime) -> None:
    with serving_in_thread(SLOWLY) as endpoint:
        submit_document(app, "handed-over")
        with worker(app, **with_model(endpoint)) as first:
            follow(app, "handed-over", until="section_state:writing")
            first.send_signal(signal.SIGTERM)
            assert first.wait(timeout=PATIENCE_S) == 0
        endpoint.pace = AT_ONCE
        with worker(app, **with_model(endpoint)):
            events = follow(app, "handed-over")

    assert [event["attempt"] for event in events if event["type"] == "task_started"] == [1, 1]
    assert endings(events) == ["task_completed"]


def test_a_worker_that_dies_is_replaced_by_another_one(app: Runtime) -> None:
    with serving_in_thread(SLOWLY) as endpoint:
        submit_document(app, "orphan")
        with worker(app, **with_model(endpoint)) as first:
            follow(app, "orphan", until="section_state:writing")
            with worker(app, **with_model(endpoint)):
                first.kill()
                endpoint.pace = AT_ONCE
                events = follow(app, "orphan")

    assert [event["attempt"] for event in events if event["type"] == "task_started"] == [1, 2]
    assert endings(events) == ["task_completed"]


def test_waiting_jobs_run_by_priority_on_two_workers(app: Runtime) -> None:
    names: list[tuple[Priority, str]] = []
    for number in range(100):
        priority = list(Priority)[number % 4]
        names.append((priority, f"job-{number}"))
        request = OutlineGenerationRequest(
            job_id=names[-1][1], task_prompt=f"潮汐能 {number}", priority=priority
        )
        app.jobs.submit_outline(request)
    with worker(app, MAX_JOBS="1"), worker(app, MAX_JOBS="1"):
        starts = [(follow(app, name)[0]["at"], priority) for priority, name in names]

    ranks = [priority.rank for _, priority in sorted(starts)]
    # two workers may begin two neighbours in either order
    out_of_turn = [place for place in range(2, 100) if ranks[place] > min(ranks[: place - 1])]
    assert not out_of_turn


def submit_document(app: Runtime, job_id: str) -> None:
    body = {"job_id": job_id, "outline": OUTLINE}
    app.jobs.submit_document(DocumentGenerationRequest.model_validate(body))
