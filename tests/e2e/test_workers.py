"""Celery workers as real processes: jobs by name, jobs of the app, draining, and sudden death."""

import json
import re
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import psutil
import pytest
from websockets.sync.client import connect

from benchmarks.endpoint import Pace, serving_in_thread
from pipeline.adapters.embedded_redis import find_binary
from pipeline.domain.jobs import JobId, JobKind, JobStatus, OutlineGenerationRequest, Priority
from pipeline.runtime import Runtime
from tests.crash.whole import PLACES
from tests.e2e.conftest import StartApp
from tests.e2e.worker_driver import (
    LEASE_S,
    OUTLINE,
    PATIENCE_S,
    ROOT,
    SECTIONS,
    app_side,
    attempts,
    call_by_name,
    command,
    endings,
    follow,
    is_at,
    is_saved,
    said_by_worker,
    submit_document,
    tcp_server,
    with_model,
    worker,
)

pytestmark = [
    pytest.mark.long,
    pytest.mark.timeout(180),
    pytest.mark.skipif(find_binary() is None, reason="there is no redis-server here"),
]

AT_ONCE = Pace(tokens=60)
SLOWLY = Pace(ttft_ms=100, tokens_per_second=15, tokens=60)


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Runtime]:
    with app_side(tmp_path / "data") as runtime:
        yield runtime


def test_other_programs_call_the_two_tasks_by_name(app: Runtime) -> None:
    with worker(app):
        call_by_name(app, JobKind.OUTLINE, "by-name", "写一份潮汐能报告的大纲")
        call_by_name(app, JobKind.DOCUMENT, "document-by-name", OUTLINE)
        outline, document = follow(app, "by-name"), follow(app, "document-by-name")

    assert endings(outline) == endings(document) == ["task_completed"]
    assert json.loads(app.jobs.result(JobId("by-name")))["outline"]["nodes"]
    written = json.loads(app.jobs.result(JobId("document-by-name")))["document"]
    assert [section["title"] for section in written["sections"]] == [
        node["title"] for node in SECTIONS
    ]


def test_a_call_by_name_that_cannot_be_done_ends_as_a_failed_job(app: Runtime) -> None:
    twice = {"title": "重复", "nodes": [SECTIONS[0], SECTIONS[0]]}
    calls: dict[str, tuple[JobKind, tuple[object, ...], dict[str, object], str]] = {
        "empty": (JobKind.OUTLINE, ("  ",), {}, "prompt_empty"),
        "field": (JobKind.OUTLINE, ("潮汐能",), {"colour": "蓝"}, "invalid_request"),
        "twice": (JobKind.DOCUMENT, (twice,), {}, "node_id_twice"),
        "broken": (JobKind.DOCUMENT, ({"nodes": "无"},), {}, "invalid_request"),
    }
    with worker(app):
        for job_id, (kind, args, options, _) in calls.items():
            call_by_name(app, kind, job_id, *args, **options)
        call_by_name(app, JobKind.OUTLINE, "no id!", "潮汐能")
        call_by_name(app, JobKind.OUTLINE, "last", "潮汐能")
        events = {job_id: follow(app, job_id) for job_id in calls}
        follow(app, "last")

    assert {job_id: [(e["type"], e.get("code")) for e in events[job_id]] for job_id in calls} == {
        job_id: [("task_failed", code)] for job_id, (*_, code) in calls.items()
    }
    assert all(app.jobs.job(JobId(job_id)).status is JobStatus.FAILED for job_id in calls)
    assert not is_saved(app, "no id!")


def test_a_call_that_comes_twice_makes_one_job(app: Runtime) -> None:
    with worker(app), worker(app):
        for _ in range(5):
            call_by_name(app, JobKind.DOCUMENT, "twice", OUTLINE)
        call_by_name(app, JobKind.DOCUMENT, "twice", {**OUTLINE, "title": "别的"})
        events = follow(app, "twice")
        call_by_name(app, JobKind.DOCUMENT, "twice", OUTLINE)
        call_by_name(app, JobKind.OUTLINE, "after-it", "潮汐能")
        follow(app, "after-it")

    assert attempts(events) == [1]
    assert endings(events) == ["task_completed"]
    assert follow(app, "twice") == events


def test_a_job_of_the_app_runs_on_a_worker_and_streams_to_the_app(app: Runtime) -> None:
    request = OutlineGenerationRequest(job_id="of-the-app", task_prompt="潮汐能")
    app.jobs.submit_outline(request)
    with worker(app):
        events = follow(app, "of-the-app")

    assert app.engine.load().jobs == 0
    assert events[0]["type"] == "task_started"
    assert endings(events) == ["task_completed"]


def test_a_worker_runs_what_a_whole_app_was_sent_and_both_ways_of_following_see_it(
    start_app: StartApp,
) -> None:
    running = start_app("app.py", JOB_QUEUE="celery", LEASE=str(LEASE_S))
    body = {"job_id": "whole", "outline": OUTLINE}
    sent = httpx2.post(f"{running.url}api/v1/jobs/document", json=body)
    with (
        app_side(running.data_dir / "data") as app,
        worker(app),
        connect(f"ws{running.url.removeprefix('http')}live/jobs/whole") as socket,
    ):
        told = [pair for batch in socket for pair in json.loads(batch or "[]")]
        events = follow(app, "whole")
    frames = httpx2.get(f"{running.url}api/v1/jobs/whole/events").text
    heard = [(event_id, event) for event_id, event in told if event_id not in PLACES]

    assert sent.status_code == 202
    assert [event for _, event in heard] == events
    assert endings(events) == ["task_completed"]
    assert re.findall(r"^id: (.*)$", frames, re.MULTILINE) == [event_id for event_id, _ in heard]


def test_a_worker_that_is_told_to_stop_hands_its_job_to_another_at_once(app: Runtime) -> None:
    long_lease = {"LEASE": str(10 * PATIENCE_S)}  # who waited for it would wait too long
    with serving_in_thread(SLOWLY) as endpoint:
        submit_document(app, "handed-over")
        with worker(app, **with_model(endpoint), **long_lease) as first:
            follow(app, "handed-over", until="section_state:writing")
            with worker(app, **with_model(endpoint), **long_lease):
                first.send_signal(signal.SIGTERM)
                assert first.wait(timeout=PATIENCE_S) == 0
                endpoint.pace = AT_ONCE
                events = follow(app, "handed-over")

    assert attempts(events) == [1, 1]
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

    assert attempts(events) == [1, 2]
    assert endings(events) == ["task_completed"]


def test_machines_that_share_nothing_but_a_server_take_over_from_each_other(
    tmp_path: Path,
) -> None:
    with (
        tcp_server(tmp_path) as server,
        app_side(tmp_path / "app", redis_url=server.url) as app,
        serving_in_thread(SLOWLY) as endpoint,
    ):
        submit_document(app, "travelling")
        first_one = {"DATA_DIR": str(tmp_path / "one"), **with_model(endpoint)}
        second_one = {"DATA_DIR": str(tmp_path / "two"), **with_model(endpoint)}
        with worker(app, **first_one) as first:
            follow(app, "travelling", until="section_state:writing")
            with worker(app, **second_one):
                first.kill()
                endpoint.pace = AT_ONCE
                events = follow(app, "travelling")

    assert attempts(events) == [1, 2]
    assert endings(events) == ["task_completed"]
    assert not list(tmp_path.glob("*/redis.sock"))


def test_workers_go_on_when_the_server_that_they_share_was_killed_and_is_back(
    tmp_path: Path,
) -> None:
    with (
        tcp_server(tmp_path) as server,
        app_side(tmp_path / "app", redis_url=server.url) as app,
        serving_in_thread(SLOWLY) as endpoint,
    ):
        one = {"DATA_DIR": str(tmp_path / "one"), **with_model(endpoint)}
        two = {"DATA_DIR": str(tmp_path / "two"), **with_model(endpoint)}
        with worker(app, **one), worker(app, **two):
            submit_document(app, "broken-off")
            follow(app, "broken-off", until="section_state:writing")
            server.restart()
            endpoint.pace = AT_ONCE
            events = follow(app, "broken-off")
            call_by_name(app, JobKind.OUTLINE, "afterwards", "潮汐能")
            later = follow(app, "afterwards")

    assert endings(events) == endings(later) == ["task_completed"]
    done = [event["section_id"] for event in events if is_at(event, "section_state:done")]
    assert sorted(done) == [node["id"] for node in SECTIONS]


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


@pytest.mark.parametrize(
    ("options", "variables", "reason"),
    [
        ((), {"REDIS_URL": "redis://127.0.0.1:1/0"}, "Cannot connect to redis://"),
        ((), {"REDIS_URL": "http://缓存/0"}, "REDIS_URL must start with one of redis://"),
        ((), {"OPENAI_MODEL": "模型"}, "OPENAI_MODEL is set but neither"),
        (("-P", "solo"), {}, "leave -P out"),
        (("-P", "processes"), {}, "leave -P out"),
    ],
    ids=["nobody there", "no address", "half a model", "solo", "processes"],
)
def test_a_worker_that_cannot_work_says_why(
    app: Runtime, options: tuple[str, ...], variables: dict[str, Any], reason: str
) -> None:
    assert reason in said_by_worker(app, *options, until=reason, **variables)


def test_asked_for_celerys_own_default_a_worker_has_threads_all_the_same(app: Runtime) -> None:
    with worker(app, "-P", "prefork") as process:
        call_by_name(app, JobKind.OUTLINE, "by-threads", "潮汐能")
        events = follow(app, "by-threads")
        children = psutil.Process(process.pid).children()

    assert endings(events) == ["task_completed"]
    assert not [child for child in children if "celery" in " ".join(child.cmdline())]


def test_a_worker_is_stopped_while_it_still_looks_for_its_server(app: Runtime) -> None:
    asked = command(app, REDIS_URL="redis://127.0.0.1:1/0")
    with subprocess.Popen(  # noqa: S603
        asked, cwd=ROOT, stderr=subprocess.PIPE, text=True
    ) as process:
        said = ""
        for line in process.stderr or ():
            said += line
            if "Cannot connect" in line:
                process.send_signal(signal.SIGTERM)
                break
        said += process.communicate(timeout=PATIENCE_S)[1]

    assert process.returncode == 0
    assert "Traceback" not in said
