"""The list of jobs, page by page."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from tests.api.conftest import Serve
from tests.api.wire import refusal
from tests.runtimes import idle_runtime

JOBS = "/api/v1/jobs"
CALL = {"outline": {"title": "潮汐能", "nodes": [{"id": "n1", "title": "引言"}]}}


@pytest.fixture
def client(tmp_path: Path, serve: Serve) -> Iterator[TestClient]:
    """Seven outlines and a document, newest last; nothing runs."""
    with idle_runtime(tmp_path) as runtime, serve(runtime) as serving:
        for number in range(7):
            body = {"job_id": f"o{number}", "task_prompt": "潮汐能"}
            assert serving.post(f"{JOBS}/outline", json=body).status_code == 202
        assert serving.post(f"{JOBS}/document", json={**CALL, "job_id": "d"}).status_code == 202
        yield serving


def pages_of(client: TestClient, query: str) -> list[list[str]]:
    pages: list[list[str]] = []
    place = ""
    while True:
        body = client.get(f"{JOBS}?{query}{place}").json()
        pages.append([job["job_id"] for job in body["jobs"]])
        if body["next"] is None:
            return pages
        place = f"&before={body['next']}"


def test_pages_follow_each_other_without_gap_or_duplicate(client: TestClient) -> None:
    assert pages_of(client, "limit=3") == [["d", "o6", "o5"], ["o4", "o3", "o2"], ["o1", "o0"]]
    assert pages_of(client, "limit=4") == [["d", "o6", "o5", "o4"], ["o3", "o2", "o1", "o0"]]
    assert pages_of(client, "limit=50") == [["d", "o6", "o5", "o4", "o3", "o2", "o1", "o0"]]


def test_jobs_that_come_and_go_do_not_move_the_next_page(client: TestClient) -> None:
    place = client.get(f"{JOBS}?limit=3").json()["next"]
    client.post(f"{JOBS}/outline", json={"job_id": "newer", "task_prompt": "潮汐能"})
    for gone in ("o5", "o4"):
        client.post(f"{JOBS}/{gone}/cancel")
        assert client.delete(f"{JOBS}/{gone}").status_code == 204

    page = client.get(f"{JOBS}?limit=3&before={place}").json()["jobs"]

    assert [job["job_id"] for job in page] == ["o3", "o2", "o1"]


def test_a_list_is_of_one_kind_or_status(client: TestClient) -> None:
    client.post(f"{JOBS}/o2/cancel")
    client.post(f"{JOBS}/o4/cancel")

    assert pages_of(client, "kind=document_generation") == [["d"]]
    assert pages_of(client, "status=cancelled&limit=1") == [["o4"], ["o2"]]
    assert pages_of(client, "status=cancelled&kind=document_generation") == [[]]


@pytest.mark.parametrize("place", ["x", "1", "-d", "1-a b", "9" * 30 + "-d", "1-任务"])
def test_a_place_that_no_page_named_is_refused(client: TestClient, place: str) -> None:
    assert refusal(client.get(JOBS, params={"before": place})) == (422, "invalid_request")


def test_a_kind_that_there_is_not_is_refused(client: TestClient) -> None:
    assert refusal(client.get(f"{JOBS}?kind=poem")) == (422, "invalid_request")
