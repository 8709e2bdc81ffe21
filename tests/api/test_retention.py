"""How long jobs are kept, and how many are taken, as the API tells it."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from httpx2 import Response
from starlette.testclient import TestClient

from pipeline.domain.jobs import JobId, JobKind
from pipeline.errors import InvalidRequest
from pipeline.runtime import Runtime
from tests.api.conftest import Serve
from tests.api.wire import events_of, refusal
from tests.runtimes import idle_runtime, running_runtime

JOBS = "/api/v1/jobs"
OUTLINE = f"{JOBS}/outline"
DAY_S = 24 * 3600


@pytest.fixture
def ended(client: TestClient) -> str:
    """A job that is done."""
    job_id = str(client.post(OUTLINE, json={"task_prompt": "潮汐能报告"}).json()["job_id"])
    assert events_of(client, job_id)[-1].type == "task_completed"
    return job_id


def seconds_left(answer: Response) -> float:
    body = answer.json()
    expires_at = datetime.fromisoformat(body["expires_at"])
    assert expires_at.utcoffset() == timedelta(0)
    return (expires_at - datetime.fromisoformat(body["finished_at"])).total_seconds()


def test_an_ended_job_says_when_it_expires(client: TestClient, ended: str) -> None:
    assert 3590 < seconds_left(client.get(f"{JOBS}/{ended}")) < 3610


def test_a_job_that_has_not_ended_has_no_such_time(idle: Runtime, serve: Serve) -> None:
    with serve(idle) as client:
        client.post(OUTLINE, json={"job_id": "waits", "task_prompt": "潮汐能"})

        assert client.get(f"{JOBS}/waits").json()["expires_at"] is None
        assert refusal(client.post(f"{JOBS}/waits/keep")) == (409, "illegal_transition")


def test_an_ended_job_is_kept_for_as_long_as_was_asked(client: TestClient, ended: str) -> None:
    longer = client.post(f"{JOBS}/{ended}/keep", json={"seconds": DAY_S})
    never_shorter = client.post(f"{JOBS}/{ended}/keep", json={"seconds": 1})

    assert (longer.status_code, never_shorter.status_code) == (200, 200)
    assert DAY_S - 30 < seconds_left(longer) < DAY_S + 30
    assert seconds_left(never_shorter) == pytest.approx(seconds_left(longer), abs=1)
    assert client.get(f"{JOBS}/{ended}").json()["expires_at"] == never_shorter.json()["expires_at"]


def test_without_a_time_a_job_is_kept_as_if_it_had_just_ended(
    client: TestClient, ended: str
) -> None:
    kept = client.post(f"{JOBS}/{ended}/keep")

    assert kept.status_code == 200
    assert 3590 < seconds_left(kept) < 3700


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"seconds": 31 * DAY_S}, "keep_too_long"),
        ({"seconds": 10**30}, "keep_too_long"),
        ({"seconds": 0}, "invalid_request"),
        ({"seconds": "for ever"}, "invalid_request"),
        ({"hours": 1}, "invalid_request"),
    ],
)
def test_a_time_that_does_not_fit_is_refused(
    client: TestClient, ended: str, body: dict[str, object], code: str
) -> None:
    assert refusal(client.post(f"{JOBS}/{ended}/keep", json=body)) == (422, code)


def test_an_expired_job_says_so_whatever_is_asked_of_it(tmp_path: Path, serve: Serve) -> None:
    ttl = timedelta(milliseconds=500)
    with running_runtime(tmp_path, result_ttl=ttl) as runtime, serve(runtime) as client:
        client.post(OUTLINE, json={"job_id": "brief", "task_prompt": "潮汐能"})
        events_of(client, "brief")
        while client.get(f"{JOBS}/brief").status_code == 200:
            pass  # it is there for half a second more
        job = f"{JOBS}/brief"
        ask: dict[str, Callable[[], Response]] = {
            "status": lambda: client.get(job),
            "result": lambda: client.get(f"{job}/result"),
            "events": lambda: client.get(f"{job}/events"),
            "export": lambda: client.get(f"{job}/export?format=md"),
            "keep": lambda: client.post(f"{job}/keep"),
            "retry": lambda: client.post(f"{job}/retry"),
            "cancel": lambda: client.post(f"{job}/cancel"),
            "priority": lambda: client.post(f"{job}/priority", json={"priority": "high"}),
            "delete": lambda: client.delete(job),
        }

        answers = {name: refusal(call()) for name, call in ask.items()}
        listed = client.get(JOBS).json()["jobs"]

    assert set(answers.values()) == {(410, "expired")}, answers
    assert listed == []


def test_a_call_by_name_that_was_refused_has_not_expired(idle: Runtime, serve: Serve) -> None:
    reason = InvalidRequest("outline_empty", "大纲没有节点。")
    idle.jobs.refuse(JobId("by-name"), JobKind.DOCUMENT, reason)
    job = f"{JOBS}/by-name"

    with serve(idle) as client:
        answers = [
            client.get(f"{job}/result"),
            client.get(f"{job}/export?format=md"),
            client.post(f"{job}/retry"),
        ]

    assert {refusal(answer) for answer in answers} == {(409, "not_finished")}


def test_a_deleted_job_is_not_found(client: TestClient, ended: str) -> None:
    assert client.delete(f"{JOBS}/{ended}").status_code == 204

    assert refusal(client.get(f"{JOBS}/{ended}")) == (404, "not_found")
    assert refusal(client.delete(f"{JOBS}/{ended}")) == (404, "not_found")


def test_when_too_many_wait_a_program_hears_when_to_try_again(tmp_path: Path, serve: Serve) -> None:
    with idle_runtime(tmp_path, max_queued_jobs=1) as runtime, serve(runtime) as client:
        body = {"job_id": "first", "task_prompt": "潮汐能"}
        client.post(OUTLINE, json=body)

        refused = client.post(OUTLINE, json={"task_prompt": "另一份"})
        again = client.post(OUTLINE, json=body)

    assert refusal(refused) == (429, "queue_full")
    assert int(refused.headers["retry-after"]) > 0
    assert (again.status_code, again.json()) == (202, {"job_id": "first"})
