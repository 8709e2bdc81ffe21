"""The client of the documentation, over real connections that break and servers that refuse."""

import importlib.util
import threading
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from pipeline.runtime import Runtime
from tests.api.served import breaking, served
from tests.runtimes import idle_runtime, running_runtime

ROOT = Path(__file__).parents[2]
OUTLINE = {"title": "潮汐能", "nodes": [{"id": f"n{n}", "title": f"第{n}节"} for n in range(8)]}


@pytest.fixture(scope="session")
def client() -> ModuleType:
    spec = importlib.util.spec_from_file_location("client", ROOT / "docs" / "client.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Waits(list[float]):
    """Notes the pauses that are asked for, and hardly makes them."""

    def __call__(self, seconds: float) -> None:
        self.append(seconds)
        threading.Event().wait(0.001)


def test_a_reader_whose_connection_breaks_again_and_again_misses_nothing(
    client: ModuleType, running: Runtime, site: Starlette
) -> None:
    with served(site, running) as url, breaking(url, after_bytes=6_000) as poor:
        whole = client.Longhand(url)
        job_id = whole.submit("document", {"outline": OUTLINE})
        at_once = list(whole.follow(job_id))

        waits = Waits()
        in_pieces = list(client.Longhand(poor, sleep=waits).follow(job_id))

    assert in_pieces == at_once
    assert len(waits) >= 3, "the connection never broke"
    assert [event["type"] for _, event in at_once if event["type"] in client.ENDS] == [
        "task_completed"
    ]


def test_a_reader_gives_up_when_nothing_comes_any_more(
    client: ModuleType, idle: Runtime, site: Starlette
) -> None:
    with served(site, idle) as url, breaking(url, after_bytes=10) as dead:
        job_id = client.Longhand(url).submit("outline", {"task_prompt": "潮汐能"})

        with pytest.raises(ConnectionError):
            list(client.Longhand(dead, sleep=Waits()).follow(job_id))


def test_a_call_whose_answer_is_lost_is_made_again_as_the_same_job(
    client: ModuleType, idle: Runtime, site: Starlette
) -> None:
    with served(site, idle) as url, breaking(url, after_bytes=10) as dead:
        with pytest.raises(client.LOST):
            client.Longhand(dead, sleep=Waits()).submit(
                "outline", {"task_prompt": "潮汐能", "job_id": "once"}
            )
        again = client.Longhand(url).submit("outline", {"task_prompt": "潮汐能", "job_id": "once"})

    assert again == "once"
    assert [job.id for job in idle.jobs.recent() if job.id == "once"] == ["once"]


def test_it_waits_for_as_long_as_a_full_queue_asks(
    client: ModuleType, tmp_path: Path, site: Starlette
) -> None:
    with idle_runtime(tmp_path, max_queued_jobs=1) as runtime, served(site, runtime) as url:
        waits = Waits()
        longhand = client.Longhand(url, sleep=waits)
        longhand.submit("outline", {"task_prompt": "潮汐能"})

        with pytest.raises(client.RefusedError) as caught:
            longhand.submit("outline", {"task_prompt": "潮汐能"})

    assert (caught.value.status, caught.value.code) == (429, "queue_full")
    assert waits == [30.0] * (client.TRIES - 1)


def test_it_tries_again_while_redis_is_away(
    client: ModuleType, tmp_path: Path, site: Starlette, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client, "TRIES", 2)
    with (
        idle_runtime(tmp_path, redis_url="redis://127.0.0.1:1") as runtime,
        served(site, runtime) as url,
    ):
        waits = Waits()
        with pytest.raises(client.RefusedError) as caught:
            client.Longhand(url, sleep=waits).call("GET", "/jobs")

    assert (caught.value.status, caught.value.code) == (503, "store_unavailable")
    assert waits == [0.5]


def test_what_a_proxy_answers_is_an_error_like_any_other(
    client: ModuleType, idle: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: Request) -> JSONResponse:
        later = {"Retry-After": "Wed, 21 Oct 2026 07:28:00 GMT"}
        return JSONResponse({"error": "bad gateway"}, 502, later)

    monkeypatch.setattr(client, "TRIES", 2)
    proxy = Starlette(routes=[Route("/api/v1/jobs", refuse)])
    with served(proxy, idle) as url:
        waits = Waits()
        with pytest.raises(client.RefusedError) as caught:
            client.Longhand(url, sleep=waits).call("GET", "/jobs")

    assert (caught.value.status, caught.value.code) == (502, "http_502")
    assert waits == [0.5]


def test_what_has_expired_is_done_once_more(
    client: ModuleType, tmp_path: Path, site: Starlette
) -> None:
    seen: list[dict[str, Any]] = []

    with (
        running_runtime(tmp_path, result_ttl=3) as runtime,
        served(site, runtime) as url,
    ):
        longhand = client.Longhand(url)

        def show(event: dict[str, Any]) -> None:
            seen.append(event)
            if event["type"] == "task_completed" and len({e["job_id"] for e in seen}) == 1:
                threading.Event().wait(3.1)  # of the first job; the second is fetched at once

        result = longhand.run("outline", {"task_prompt": "潮汐能"}, show)

    assert result["outline"]["nodes"]
    assert len({event["job_id"] for event in seen}) == 2


def test_a_conflict_and_whatever_else_is_wrong_is_raised_with_its_code(
    client: ModuleType, idle: Runtime, site: Starlette
) -> None:
    with served(site, idle) as url:
        longhand = client.Longhand(url, sleep=Waits())
        longhand.submit("outline", {"task_prompt": "潮汐能", "job_id": "taken"})
        codes = []
        for kind, request in (
            ("outline", {"task_prompt": "风能", "job_id": "taken"}),
            ("outline", {"task_prompt": " "}),
            ("document", {"outline": {"title": "x", "nodes": []}}),
        ):
            with pytest.raises(client.RefusedError) as caught:
                longhand.submit(kind, request)
            codes.append((caught.value.status, caught.value.code))

    assert codes == [(409, "conflict"), (400, "prompt_empty"), (400, "outline_empty")]


def test_an_edit_that_cannot_be_done_is_raised(
    client: ModuleType, running: Runtime, site: Starlette
) -> None:
    with served(site, running) as url:
        longhand = client.Longhand(url)
        shown: list[str] = []
        text = longhand.edit("summarize", "潮水每天上涨两次[1]。", shown.append)
        with pytest.raises(client.RefusedError) as caught:
            longhand.edit("polish", "潮水每天上涨两次[1]。")

    assert shown[-1] == text == "潮水每天上涨两次[1]。"
    assert caught.value.code == "model_needed"
