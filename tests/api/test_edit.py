"""`POST /actions/edit`: what may be asked, and what streams back."""

import asyncio
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from concurrent.futures import Future
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from httpx2 import ASGITransport, AsyncClient, Response
from starlette.applications import Starlette
from starlette.testclient import TestClient

from benchmarks.endpoint import Endpoint, Pace, serving_in_thread
from pipeline.adapters.offline_author.editing import OfflineEditor
from pipeline.domain.citations import bracketed
from pipeline.domain.text_edits import EditCompleted, EditEvent, EditFailed, TextEditRequest
from pipeline.ports import Slots
from pipeline.runtime import Runtime, override
from pipeline.service.editing import EditService
from tests.api.conftest import Serve
from tests.api.wire import Frame, frames_of, refusal
from tests.runtimes import PATIENCE_S, idle_runtime, running_runtime

EDIT = "/api/v1/actions/edit"
PACE = Pace(tokens=40, tells_usage=True)
EN = "Tides rise twice a day [1]. They are known for years ahead [2], see `tide.py`."
ZH = "潮水每天上涨两次[1]。多年以后的潮汐也能预报[2]，见 `tide.py`。"


@pytest.fixture(scope="module")
def endpoint() -> Iterator[Endpoint]:
    with serving_in_thread(PACE) as endpoint:
        yield endpoint


@pytest.fixture(scope="module")
def with_model(endpoint: Endpoint, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runtime]:
    folder = tmp_path_factory.mktemp("with-model")
    with running_runtime(
        folder,
        openai_base_url=endpoint.base_url,
        openai_model="sim",
        model_prices={"sim": {"read": 2, "written": 8}},
    ) as runtime:
        yield runtime


@pytest.fixture
def model(with_model: Runtime, serve: Serve) -> Iterator[TestClient]:
    with serve(with_model) as client:
        yield client


def edited(client: TestClient, text: str, action: str = "polish", **given: Any) -> list[Frame]:
    answer = client.post(EDIT, json={"action": action, "text": text, **given})
    return list(frames_of(answer))


def as_shown(frames: list[Frame]) -> str:
    """What a reader sees before the end."""
    text = ""
    for frame in frames:
        text = "" if frame.type == "edit_reset" else text
        text += frame.data["text"] if frame.type == "edit_delta" else ""
    return text


@pytest.mark.parametrize("action", ["polish", "expand", "summarize"])
@pytest.mark.parametrize("text", [EN, ZH])
def test_pieces_come_and_the_end_has_all_of_the_text(
    model: TestClient, action: str, text: str
) -> None:
    *pieces, end = edited(model, text, action)

    assert {piece.type for piece in pieces} == {"edit_delta"}
    assert as_shown(pieces) == text
    assert (end.type, end.data) == (
        "edit_completed",
        {
            "type": "edit_completed",
            "action": action,
            "text": text,
            "author": "sim",
            "left_out": [],
            "usage": end.data["usage"],
        },
    )


def test_a_command_goes_with_every_action_and_another_model_may_be_asked(
    model: TestClient, endpoint: Endpoint
) -> None:
    end = edited(model, EN, "custom", command="Use British spelling", model="sim-asked")[-1]

    request = endpoint.requests[-1]
    assert end.data["author"] == request["model"] == "sim-asked"
    assert "<command>\nUse British spelling\n</command>" in request["messages"][-1]["content"]


def test_what_was_shown_is_withdrawn_when_it_lost_a_citation(model: TestClient) -> None:
    frames = edited(model, ZH, model="sim-losing")

    assert [frame.type for frame in frames].count("edit_reset") == 1
    assert as_shown(frames) == frames[-1].data["text"] == ZH


def test_an_answer_that_keeps_losing_ends_with_an_error_in_the_envelope(model: TestClient) -> None:
    end = edited(model, EN, model="sim-lost")[-1]

    assert end.type == "edit_failed"
    assert end.data["retryable"] is True
    error = end.data["error"]
    assert error.keys() == {"code", "message", "details"}
    assert (error["code"], error["details"]["pieces"]) == ("model_answer_invalid", "[1]  [2]")


def test_what_an_edit_used_is_told_at_its_end(model: TestClient, endpoint: Endpoint) -> None:
    read = endpoint.read

    usage = edited(model, ZH)[-1].data["usage"]

    assert usage == {
        "calls": 1,
        "estimated": 0,
        "tokens_in": endpoint.read - read,
        "tokens_out": usage["tokens_out"],
        "cost": pytest.approx((usage["tokens_in"] * 2 + usage["tokens_out"] * 8) / 1_000_000),
        "currency": "USD",
    }
    assert usage["tokens_out"] > 0


def test_an_edit_that_comes_to_nothing_tells_what_it_used(model: TestClient) -> None:
    end = edited(model, EN, model="sim-lost")[-1]

    assert (end.type, end.data["usage"]["calls"]) == ("edit_failed", 2)
    assert end.data["usage"]["cost"] is None  # of that model no price is known


def test_who_waits_for_an_edit_hears_that_the_model_is_asked_again(model: TestClient) -> None:
    frames = edited(model, ZH, model="sim-cut-once")

    delays = [frame.data for frame in frames if frame.type == "edit_delayed"]
    assert [(delay["reason"], delay["attempt"], delay["attempts"]) for delay in delays] == [
        ("broke_off", 2, 3)
    ]
    assert delays[0]["wait_s"] > 0
    assert as_shown(frames) == frames[-1].data["text"] == ZH
    assert frames[-1].data["usage"]["calls"] == 2


def test_an_endpoint_that_refuses_ends_the_stream_with_its_reason(model: TestClient) -> None:
    end = edited(model, EN, model="sim-key")[-1]

    assert (end.type, end.data["error"]["code"]) == ("edit_failed", "model_key_invalid")
    assert end.data["retryable"] is False


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"action": "polish", "text": " \n"}, "text_empty"),
        ({"action": "custom", "text": "潮汐"}, "command_empty"),
        ({"action": "custom", "text": "潮汐", "command": " "}, "command_empty"),
        ({"action": "shout", "text": "潮汐"}, "invalid_request"),
        ({"action": "polish"}, "invalid_request"),
        ({"text": "潮汐"}, "invalid_request"),
        ({"action": "polish", "text": "潮" * 20_001}, "invalid_request"),
        ({"action": "custom", "text": "潮汐", "command": "改" * 2_001}, "invalid_request"),
        ({"action": "polish", "text": "潮汐", "tone": "formal"}, "invalid_request"),
        ({"action": "polish", "text": 1}, "invalid_request"),
    ],
)
def test_what_cannot_be_edited_is_refused_before_a_stream_begins(
    model: TestClient, body: dict[str, object], code: str
) -> None:
    assert refusal(model.post(EDIT, json=body)) == (422, code)


def test_without_a_model_a_summary_is_made_of_the_texts_own_sentences(client: TestClient) -> None:
    text = f"{EN} The Moon pulls the sea, and so tides rise. Bananas are yellow, they say."

    delta, end = edited(client, text, "summarize", model="gpt-x")

    assert delta.data["text"] == end.data["text"]
    assert bracketed(end.data["text"])
    assert (end.data["author"], end.data["usage"]) == ("offline", None)
    assert end.data["left_out"]


@pytest.mark.parametrize("action", ["polish", "expand", "continue_writing", "custom"])
def test_without_a_model_the_rest_says_what_to_configure(client: TestClient, action: str) -> None:
    answer = client.post(EDIT, json={"action": action, "text": ZH, "command": "改"})

    assert refusal(answer) == (422, "model_needed")
    assert "OPENAI_MODEL" in answer.json()["error"]["message"]
    assert answer.json()["error"]["details"] == {"action": action, "possible": "summarize"}


def test_an_app_that_is_not_started_refuses_before_a_stream_begins(
    idle: Runtime, serve: Serve
) -> None:
    with serve(idle) as client:
        answer = client.post(EDIT, json={"action": "summarize", "text": ZH})

    assert refusal(answer) == (503, "service_unavailable")


def test_signs_of_life_come_while_the_model_is_silent(
    with_model: Runtime, serve: Serve, endpoint: Endpoint
) -> None:
    endpoint.pace = Pace(ttft_ms=300)
    edits = EditService(
        with_model.edits._editor, with_model.engine.lend, silence=timedelta(seconds=0.05)
    )
    with serve(replace(with_model, edits=edits)) as client:
        answer = client.post(EDIT, json={"action": "polish", "text": EN})
    endpoint.pace = PACE

    assert answer.text.startswith(": ping\n\n: ping\n\n")
    assert frames_of(answer)[-1].data["text"] == EN


class Closed(OfflineEditor):
    """An editor that says nothing until it is opened."""

    def __init__(self) -> None:
        self.begun, self.opened, self.left = (threading.Event() for _ in range(3))

    async def edit(self, edit: TextEditRequest, write: Callable[[str], None]) -> str:
        self.begun.set()
        try:
            await asyncio.to_thread(self.opened.wait, PATIENCE_S)
        finally:
            self.left.set()
        return await super().edit(edit, write)


def test_of_a_burst_no_more_edits_are_taken_than_may_run_at_once(
    running: Runtime, site: Starlette
) -> None:
    editor = Closed()
    edits = EditService(editor, running.engine.lend, most_at_once=3)

    async def burst() -> tuple[list[Response], list[Response]]:
        async with AsyncClient(transport=ASGITransport(app=site), base_url="http://test") as client:

            async def ask() -> Response:
                answer = await client.post(EDIT, json={"action": "summarize", "text": ZH})
                if answer.status_code == 429 and next(refused) == 8:
                    editor.opened.set()
                return answer

            refused = count(1)
            at_once = await asyncio.gather(*(ask() for _ in range(11)))
            later = await asyncio.gather(*(ask() for _ in range(3)))
            return at_once, later

    with override(replace(running, edits=edits)):
        at_once, later = asyncio.run(burst())

    refused = [answer for answer in at_once if answer.status_code != 200]
    assert {refusal(answer) for answer in refused} == {(429, "too_many_edits")}
    assert (len(at_once), len(refused)) == (11, 8)
    assert {answer.headers["Retry-After"] for answer in refused} == {"5"}
    error = refused[0].json()["error"]
    assert error["message"].startswith("3 edits run already")
    assert error["details"] == {"limit": 3, "retry_after_s": 5}
    assert [frames_of(answer)[-1].type for answer in later] == ["edit_completed"] * 3


def test_a_stream_that_nobody_begins_to_read_is_stopped_and_gives_its_place_back(
    running: Runtime,
) -> None:
    editor = Closed()
    edits = EditService(editor, running.engine.lend, most_at_once=1)
    request = TextEditRequest(action="summarize", text=EN)

    async def drop_one_and_read_one() -> EditEvent | None:
        stream = edits.begin(request)
        assert await asyncio.to_thread(editor.begun.wait, PATIENCE_S)
        del stream
        assert await asyncio.to_thread(editor.left.wait, PATIENCE_S)
        editor.opened.set()
        return [event async for event in edits.begin(request)][-1]

    assert isinstance(asyncio.run(drop_one_and_read_one()), EditCompleted)


def test_who_waits_too_long_for_a_free_call_of_the_model_is_told_so() -> None:
    class Taken:
        @asynccontextmanager
        async def slot(self) -> AsyncIterator[None]:
            await asyncio.Event().wait()
            yield

    async def ask() -> list[EditEvent | None]:
        loop = asyncio.get_running_loop()

        def lend(work: Callable[[Slots], Awaitable[str]]) -> Future[str]:
            async def run() -> str:
                return await work(Taken())

            return asyncio.run_coroutine_threadsafe(run(), loop)

        edits = EditService(OfflineEditor(), lend, longest_wait=timedelta(seconds=0.05))
        request = TextEditRequest(action="summarize", text=EN)
        return [event async for event in edits.begin(request)]

    (end,) = asyncio.run(ask())

    assert isinstance(end, EditFailed)
    assert (end.error.code, end.retryable) == ("model_busy", True)


def test_the_action_needs_a_key_where_there_are_some(tmp_path: Path, serve: Serve) -> None:
    with idle_runtime(tmp_path, api_keys="one") as runtime, serve(runtime) as client:
        refused = client.post(EDIT, json={"action": "summarize", "text": ZH})

    assert refusal(refused) == (401, "key_refused")


def test_pages_of_other_sites_are_refused(client: TestClient) -> None:
    refused = client.post(
        EDIT,
        json={"action": "summarize", "text": ZH},
        headers={"Origin": "https://elsewhere.example"},
    )

    assert refusal(refused) == (403, "foreign_origin")
