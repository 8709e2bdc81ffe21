"""Where a job stands among others, as its page is told: its place in the queue, its priority."""

import asyncio
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import WebSocketTestSession

from pipeline.adapters.embedded_redis import ensure_server
from pipeline.domain.figures import Figures
from pipeline.domain.jobs import Job, OutlineGenerationRequest, Priority
from pipeline.runtime import Runtime
from tests.api.conftest import Serve
from tests.api.test_live import FOREIGN
from tests.api.wire import refusal
from tests.running import TERMS, Writer, as_writer, numbered, progress
from tests.runtimes import idle_runtime


@pytest.fixture
def alone(tmp_path: Path) -> Iterator[Runtime]:
    """Takes jobs and starts none; before the first of them there is no other."""
    with idle_runtime(tmp_path) as runtime:
        yield runtime


def given_back(runtime: Runtime, job: Job) -> None:
    """An engine takes the job up, tells what it does, and stops: the job waits again."""

    async def begin_and_leave(writer: Writer) -> None:
        writer.journal.tell(progress(job))
        await writer.journal.settle()
        await writer.leases.give_back(writer.claim)

    as_writer(ensure_server(runtime.settings.data_dir), job, begin_and_leave)


def places(socket: WebSocketTestSession, *, until: str) -> list[Any]:
    """What comes over a socket, to the first place of that name."""
    said: list[Any] = []
    while not said or numbered([said[-1][0]]) != [until]:
        said += json.loads(socket.receive_text() or "[]")
    return said


def test_a_job_that_waits_for_workers_is_told_when_there_is_none(
    tmp_path: Path, serve: Serve
) -> None:
    async def tell_that_it_lives(writer: Writer) -> None:
        await writer.leases.give_back(writer.claim)
        await writer.leases.tell_load(0, 0)

    monitored: list[Figures] = []

    def figures() -> Figures:
        monitored.append(runtime.figures())
        return monitored[-1]

    with idle_runtime(tmp_path, job_queue="celery", redis_url="") as runtime:
        watched = replace(runtime, figures=figures)
        job = runtime.jobs.submit_outline(asked("潮汐能"))
        with serve(watched) as client, client.websocket_connect(f"/live/jobs/{job.id}") as socket:
            alone = places(socket, until="waiting")[-1]
            url, terms = ensure_server(tmp_path), replace(TERMS, lease=timedelta(minutes=1))
            as_writer(url, job, tell_that_it_lives, terms=terms)
            while (served := places(socket, until="waiting")[-1]) == alone:
                pass

    assert alone == ["waiting", {"before": 0, "nobody": True, "priority": "normal"}]
    assert served == ["waiting", {"before": 0, "priority": "normal"}]
    assert monitored == [], "each page that waits asks once a second"


def test_a_job_that_waits_is_told_its_place_and_its_priority(idle: Runtime, serve: Serve) -> None:
    first, second = (idle.jobs.submit_outline(asked(f"潮汐能 {n}")) for n in range(2))
    with serve(idle) as client, client.websocket_connect(f"/live/jobs/{second.id}") as socket:
        [[name, place]] = socket.receive_json()
        sent = client.post(f"/live/jobs/{second.id}/priority", json={"priority": "urgent"})
        [[_, sooner]] = socket.receive_json()

    before = idle.jobs.waiting_before(first.id)
    assert (name, place) == ("waiting", {"before": before, "priority": "normal"})
    assert sent.status_code == 202
    assert sooner == {"before": idle.jobs.waiting_before(second.id), "priority": "urgent"}
    assert sooner["before"] < place["before"]


def test_a_job_that_was_given_back_is_told_its_place_also_after_a_reload(
    alone: Runtime, serve: Serve
) -> None:
    job = alone.jobs.submit_outline(asked("潮汐能"))
    given_back(alone, job)
    with serve(alone) as client, client.websocket_connect(f"/live/jobs/{job.id}") as socket:
        replayed = places(socket, until="1-1")
        told = places(socket, until="waiting")

    assert replayed[-1][1]["type"] == "task_progress"
    assert told[-1] == ["waiting", {"before": 0, "priority": "normal"}]


def test_the_place_comes_behind_the_events_that_would_hide_it(alone: Runtime, serve: Serve) -> None:
    job = alone.jobs.submit_outline(asked("潮汐能"))
    with serve(alone) as client, client.websocket_connect(f"/live/jobs/{job.id}") as socket:
        places(socket, until="waiting")
        given_back(alone, job)
        places(socket, until="1-1")
        told = places(socket, until="waiting")

    assert told[-1] == ["waiting", {"before": 0, "priority": "normal"}]


def test_a_running_job_is_told_its_priority_and_takes_another(idle: Runtime, serve: Serve) -> None:
    job = idle.jobs.submit_outline(asked("潮汐能"))

    async def change_it(writer: Writer) -> tuple[list[Any], list[Any], int]:
        return await asyncio.to_thread(told_while_it_runs)

    def told_while_it_runs() -> tuple[list[Any], list[Any], int]:
        with serve(idle) as client, client.websocket_connect(f"/live/jobs/{job.id}") as socket:
            before = places(socket, until="running")
            sent = client.post(f"/live/jobs/{job.id}/priority", json={"priority": "high"})
            return before, places(socket, until="running"), sent.status_code

    before, after, status = as_writer(ensure_server(idle.settings.data_dir), job, change_it)

    assert (before[-1], after[-1]) == (
        ["running", {"priority": "normal"}],
        ["running", {"priority": "high"}],
    )
    assert status == 202
    assert idle.jobs.job(job.id).priority is Priority.HIGH


@pytest.mark.parametrize(
    ("job", "body", "expected"),
    [
        ("known", {"priority": "soon"}, (422, "invalid_request")),
        ("known", {}, (422, "invalid_request")),
        ("nobody", {"priority": "high"}, (404, "not_found")),
    ],
)
def test_another_priority_is_refused(
    idle: Runtime, serve: Serve, job: str, body: object, expected: tuple[int, str]
) -> None:
    known = idle.jobs.submit_outline(asked("潮汐能"))
    with serve(idle) as client:
        address = f"/live/jobs/{known.id if job == 'known' else job}/priority"
        assert refusal(client.post(address, json=body)) == expected
        assert refusal(client.post(address, json=body, headers=FOREIGN))[0] == 403


def asked(prompt: str) -> OutlineGenerationRequest:
    return OutlineGenerationRequest(task_prompt=prompt)
