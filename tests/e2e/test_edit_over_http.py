"""Edits over real connections: a reader who leaves stops the model, whoever runs the jobs."""

import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from statistics import median

import pytest
from httpx2 import Client

from benchmarks.endpoint import Endpoint, Pace, serving_in_thread
from tests.e2e.conftest import RunningApp, StartApp

pytestmark = [pytest.mark.long, pytest.mark.alone, pytest.mark.timeout(90)]

TEXT = " ".join(f"Tides rise and fall, as sentence number {n} says [{n}]." for n in range(1, 40))
EDIT = {"action": "polish", "text": TEXT}
PATH = "api/v1/actions/edit"
SLOWLY = Pace(ttft_ms=50, tokens_per_second=40)
"""Half a minute for this text."""

LEAVES = 3
"""A machine that does other things, too, may be late once."""


@pytest.fixture(scope="module")
def endpoint() -> Iterator[Endpoint]:
    with serving_in_thread(SLOWLY) as endpoint:
        yield endpoint


@pytest.fixture(scope="module", params=["local", "celery"])
def app(request: pytest.FixtureRequest, start_app: StartApp, endpoint: Endpoint) -> RunningApp:
    return start_app(
        "app.py",
        OPENAI_BASE_URL=endpoint.base_url,
        OPENAI_MODEL="sim",
        JOB_QUEUE=request.param,
        MODEL_CALLS="1",
    )


def seconds_until(endpoint: Endpoint, streams: int) -> float:
    """How long it takes until the model streams that many answers."""
    begun = time.monotonic()
    while endpoint.open_streams != streams:
        assert time.monotonic() - begun < 20, f"{endpoint.open_streams} streams are open"
        threading.Event().wait(0.005)
    return time.monotonic() - begun


def test_a_reader_who_leaves_closes_the_models_stream_within_half_a_second(
    app: RunningApp, endpoint: Endpoint
) -> None:
    taken: list[float] = []
    with Client(base_url=app.url, timeout=20) as client:
        for _ in range(LEAVES):
            with client.stream("POST", PATH, json=EDIT) as answer:
                first = next(answer.iter_lines())
                assert first == "event: edit_delta"
                assert endpoint.open_streams == 1
            taken.append(seconds_until(endpoint, streams=0))

    assert median(taken) < 0.5, taken


def test_a_reader_who_leaves_before_the_first_piece_does_so_too(
    app: RunningApp, endpoint: Endpoint
) -> None:
    endpoint.pace = Pace(ttft_ms=400, tokens_per_second=40)  # it notices with its first token
    taken: list[float] = []
    with Client(base_url=app.url, timeout=20) as client:
        for _ in range(LEAVES):
            with client.stream("POST", PATH, json=EDIT) as answer:
                assert answer.headers["content-type"].startswith("text/event-stream")
                seconds_until(endpoint, streams=1)
            taken.append(seconds_until(endpoint, streams=0))
    endpoint.pace = SLOWLY

    assert median(taken) < 0.5, taken


def test_edits_wait_for_a_free_call_of_the_model(app: RunningApp, endpoint: Endpoint) -> None:
    before = len(endpoint.requests)
    short = {"action": "polish", "text": "Tides."}
    with Client(base_url=app.url, timeout=20) as client, ExitStack() as later:
        with client.stream("POST", PATH, json=EDIT) as first:
            pieces = first.iter_lines()
            next(pieces)
            second = later.enter_context(client.stream("POST", PATH, json=short))
            assert second.status_code == 200
            for _ in range(30):  # it goes on while the other one waits
                next(pieces)
            assert len(endpoint.requests) == before + 1

        assert next(second.iter_lines()) == "event: edit_delta"
    assert len(endpoint.requests) == before + 2
    seconds_until(endpoint, streams=0)


def test_a_whole_text_comes_back(app: RunningApp, endpoint: Endpoint) -> None:
    endpoint.pace = Pace()
    with Client(base_url=app.url, timeout=20) as client:
        answer = client.post(PATH, json=EDIT)
    endpoint.pace = SLOWLY

    assert "event: edit_completed" in answer.text
    assert TEXT in answer.text
