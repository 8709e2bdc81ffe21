"""HEAD, OPTIONS and methods that a path does not take."""

import pytest
from starlette.testclient import TestClient

from pipeline.runtime import Runtime
from tests.api.conftest import Serve
from tests.api.wire import refusal

API = "/api/v1"
ALLOWED = {
    "/jobs": {"GET", "HEAD", "OPTIONS"},
    "/jobs/any": {"GET", "HEAD", "DELETE", "OPTIONS"},
    "/jobs/outline": {"POST", "OPTIONS"},
    "/jobs/any/cancel": {"POST", "OPTIONS"},
    "/health": {"GET", "HEAD", "OPTIONS"},
}


def methods_of(header: str) -> set[str]:
    return set(header.split(", "))


@pytest.mark.parametrize("path", ALLOWED)
def test_options_tells_what_a_path_takes(client: TestClient, path: str) -> None:
    answer = client.options(f"{API}{path}")

    assert (answer.status_code, answer.content) == (204, b"")
    assert methods_of(answer.headers["allow"]) == ALLOWED[path]


@pytest.mark.parametrize("path", ALLOWED)
def test_a_method_that_a_path_does_not_take_is_refused_with_those_it_takes(
    client: TestClient, path: str
) -> None:
    refused = client.put(f"{API}{path}", json={})

    assert refusal(refused) == (405, "method_not_allowed")
    assert methods_of(refused.headers["allow"]) == ALLOWED[path]


def test_a_path_that_there_is_not_takes_nothing(client: TestClient) -> None:
    assert refusal(client.options(f"{API}/nothing")) == (404, "not_found")
    assert client.head(f"{API}/nothing").status_code == 404


@pytest.mark.parametrize("path", ["/jobs", "/health", "/jobs/nobody", "/jobs/nobody/result"])
def test_head_is_get_without_its_body(client: TestClient, path: str) -> None:
    head, get = client.head(f"{API}{path}"), client.get(f"{API}{path}")

    assert (head.status_code, head.content) == (get.status_code, b"")
    assert head.headers["content-type"] == get.headers["content-type"]


def test_head_of_events_does_not_wait_for_them(idle: Runtime, serve: Serve) -> None:
    with serve(idle) as client:
        client.post(f"{API}/jobs/outline", json={"job_id": "endless", "task_prompt": "潮汐能"})

        head = client.head(f"{API}/jobs/endless/events")

    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-type"].startswith("text/event-stream")


def test_head_of_a_body_does_nothing(client: TestClient) -> None:
    assert client.head(f"{API}/jobs/any/cancel").status_code == 405
