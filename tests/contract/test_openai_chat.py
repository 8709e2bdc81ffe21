"""The transport to a model, against a simulated endpoint on loopback."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from datetime import timedelta

import httpx2
import openai
import pytest

from benchmarks.endpoint import Endpoint, Pace
from pipeline.adapters.openai_chat import OpenAIChat, Watcher
from pipeline.adapters.openai_chat import failures as endpoint_failures
from pipeline.adapters.openai_chat.unmetered import Unmetered
from pipeline.adapters.openai_chat.wire import Reading, read_stream
from pipeline.errors import (
    ModelAnswerInvalid,
    ModelRateLimited,
    ModelRejected,
    ModelUnavailable,
    PipelineError,
)
from tests.simulated_chat import (
    EN,
    ZH,
    Screen,
    Waits,
    asking,
    failure,
    settings,
    streamed,
    with_chat,
)


@pytest.mark.parametrize("prompt", [EN, ZH])
def test_a_streamed_text_is_what_its_pieces_add_up_to(prompt: str) -> None:
    text, screen, _ = streamed("sim", prompt)

    assert len(text) > 60
    assert screen.text == text
    assert screen.restarts == 0


def test_what_comes_at_once_is_shown_in_one_piece() -> None:
    async def reads() -> AsyncIterator[bytes]:
        yield _lines("The ", "sea ") + _lines("ri")[:9]
        yield _lines("ri")[9:] + _lines("ses.") + b"data: [DONE]\n\n"

    screen = Screen()
    endpoint = endpoint_failures.Endpoint("http://127.0.0.1/v1", "sim")
    reading = Reading(endpoint, screen.watcher(), Unmetered())

    answer = asyncio.run(read_stream(reads(), reading, None))

    assert answer.text == screen.text == "The sea rises."
    assert screen.pieces == 2


def _lines(*pieces: str) -> bytes:
    chunks = ({"choices": [{"delta": {"content": piece}}]} for piece in pieces)
    return "".join(f"data: {json.dumps(chunk)}\n\n" for chunk in chunks).encode()


@pytest.mark.parametrize("fault", ["think", "think-closing", "reasoning"])
@pytest.mark.parametrize("prompt", [EN, ZH])
def test_thinking_never_reaches_the_text(fault: str, prompt: str) -> None:
    plain, _, _ = streamed("sim", prompt)

    text, screen, _ = streamed(f"sim-{fault}", prompt)

    assert text == plain
    assert screen.text == plain


@pytest.mark.parametrize("fault", ["cut", "unfinished", "badjson", "error", "500", "503", "429"])
def test_a_passing_failure_is_tried_again_as_a_whole(fault: str) -> None:
    plain, _, _ = streamed("sim")

    text, screen, waits = streamed(f"sim-{fault}-once")

    assert text == plain
    assert (screen.text, screen.restarts) == (plain, 1)
    assert len(waits) == 1


@pytest.mark.parametrize(
    "fault", ["cut", "unfinished", "badjson", "error", "500", "503", "garbage", "nochoices"]
)
def test_a_failure_that_does_not_pass_is_told_after_all_tries(fault: str) -> None:
    async def use(chat: OpenAIChat, endpoint: Endpoint, waits: Waits) -> tuple[int, Waits]:
        with pytest.raises(ModelUnavailable):
            await chat.stream(asking(EN), model=f"sim-{fault}", watcher=Screen().watcher())
        return len(endpoint.requests), waits

    asked, waits = with_chat(use, model_retries=2)

    assert asked == 3
    assert waits[0] < waits[1] < 1.5


def test_no_retries_means_one_request() -> None:
    async def use(chat: OpenAIChat, endpoint: Endpoint, waits: Waits) -> tuple[int, Waits]:
        with pytest.raises(ModelUnavailable):
            await chat.stream(asking(EN), model="sim-500", watcher=Screen().watcher())
        return len(endpoint.requests), waits

    assert with_chat(use, model_retries=0) == (1, [])


def test_the_wait_that_an_endpoint_asks_for_is_kept() -> None:
    _, _, waits = streamed("sim-429-once")

    assert waits == [1]


def test_a_long_asked_wait_is_told_and_not_waited_for() -> None:
    error = failure("sim-429-long")

    assert isinstance(error, ModelRateLimited)
    assert error.details["retry_after_s"] == 3600
    assert "3600 s" in str(error)


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ("quota", "model_quota_exhausted"),
        ("balance", "model_quota_exhausted"),
        ("key", "model_key_invalid"),
        ("forbidden", "model_key_invalid"),
        ("unknown", "model_unknown"),
        ("unknown-ollama", "model_unknown"),
        ("404", "model_base_url_wrong"),
        ("path", "model_base_url_wrong"),
        ("html", "model_base_url_wrong"),
        ("context", "model_context_too_long"),
        ("context-vllm", "model_context_too_long"),
        ("context-llamacpp", "model_context_too_long"),
        ("context-ollama", "model_context_too_long"),
        ("400", "model_rejected"),
        ("filter", "model_rejected"),
    ],
)
def test_each_refusal_has_its_own_code_and_is_asked_once(fault: str, code: str) -> None:
    async def use(chat: OpenAIChat, endpoint: Endpoint, _: Waits) -> tuple[PipelineError, int]:
        with pytest.raises(ModelRejected) as caught:
            await chat.stream(asking(EN), model=f"sim-{fault}", watcher=Screen().watcher())
        return caught.value, len(endpoint.requests)

    error, asked = with_chat(use)

    assert error.code == code
    assert asked == 1


@pytest.mark.parametrize("fault", ["empty", "think-only"])
def test_an_answer_without_text_is_no_answer(fault: str) -> None:
    error = failure(f"sim-{fault}", model_retries=1)

    assert isinstance(error, ModelAnswerInvalid)
    assert error.details["reason"] == "empty"


@pytest.mark.parametrize("fault", ["stall", "comments"])
def test_a_silent_stream_is_given_up_after_the_stall_time(fault: str) -> None:
    error = failure(f"sim-{fault}", model_retries=0, model_stall_timeout=timedelta(seconds=0.1))

    assert isinstance(error, ModelUnavailable)
    assert error.details["reason"] == "stall"
    assert "MODEL_STALL_TIMEOUT" in str(error)


def test_an_endpoint_that_lets_a_call_wait_and_says_so_is_waited_for() -> None:
    plain, _, _ = streamed("sim")

    text, screen, waits = streamed("sim-queued", model_stall_timeout=timedelta(seconds=0.2))

    assert (text, screen.restarts, waits) == (plain, 0, [])


def test_a_call_that_only_waits_is_given_up_in_time_for_another_try() -> None:
    limits = {"model_stall_timeout": timedelta(seconds=0.1), "model_timeout": timedelta(seconds=1)}

    error = failure("sim-busy", model_retries=0, **limits)

    assert isinstance(error, ModelUnavailable)
    assert error.details["reason"] == "stall"


def test_a_call_ends_at_its_time_limit() -> None:
    error = failure("sim-stall", model_timeout=timedelta(seconds=0.2))

    assert isinstance(error, ModelUnavailable)
    assert error.details["reason"] == "timeout"


def test_an_endpoint_that_does_not_run_is_unavailable() -> None:
    async def run() -> None:
        chat = OpenAIChat(settings("http://127.0.0.1:9/v1"), Waits().sleep)
        await chat.stream(asking(EN), model="sim", watcher=Screen().watcher())

    with pytest.raises(ModelUnavailable, match=r"http://127\.0\.0\.1:9/v1"):
        asyncio.run(run())


def test_a_refused_option_is_left_out_and_not_sent_again() -> None:
    async def use(chat: OpenAIChat, endpoint: Endpoint, _: Waits) -> list[bool]:
        for _attempt in range(2):
            await chat.stream(asking(EN), model="sim-nooptions", watcher=Screen().watcher())
        return ["stream_options" in request for request in endpoint.requests]

    assert with_chat(use) == [True, False, False]


def test_a_text_at_the_length_limit_says_so() -> None:
    async def use(chat: OpenAIChat, _: Endpoint, __: Waits) -> bool:
        answer = await chat.stream(asking(EN), model="sim-length", watcher=Screen().watcher())
        return answer.is_cut

    assert with_chat(use)


def test_a_text_that_never_ends_is_closed() -> None:
    async def use(chat: OpenAIChat, endpoint: Endpoint, _: Waits) -> tuple[int, bool]:
        answer = await chat.stream(
            asking(EN), model="sim", watcher=Screen().watcher(), max_chars=200
        )
        return len(answer.text), answer.is_cut

    length, is_cut = with_chat(use, Pace(tokens=4000, tokens_per_second=2000))

    assert is_cut
    assert 200 < length < 4000


def test_cancelling_closes_the_stream() -> None:
    async def use(chat: OpenAIChat, endpoint: Endpoint, _: Waits) -> tuple[int, int]:
        first = asyncio.Event()
        watcher = Watcher(lambda _: first.set())
        call = asyncio.create_task(chat.stream(asking(EN), model="sim", watcher=watcher))
        await first.wait()
        before = endpoint.open_streams
        call.cancel()
        await asyncio.gather(call, return_exceptions=True)
        await asyncio.wait_for(endpoint.idle.wait(), 5)
        return before, endpoint.open_streams

    assert with_chat(use, Pace(tokens=400, tokens_per_second=50)) == (1, 0)


def test_neither_prompt_nor_key_is_logged_or_told(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)

    told = [str(failure(f"sim-{fault}")) for fault in ("key", "echo", "500", "cut", "429-long")]

    everything = "\n".join([*told, caplog.text])
    assert "secret" not in everything
    assert EN not in everything


def test_a_password_in_the_base_url_is_not_told() -> None:
    async def run() -> None:
        chat = OpenAIChat(settings("http://me:hidden@127.0.0.1:9/v1?k=hidden"), Waits().sleep)
        await chat.stream(asking(EN), model="sim", watcher=Screen().watcher())

    with pytest.raises(ModelUnavailable) as caught:
        asyncio.run(run())

    assert "hidden" not in str(caught.value)


def _subclasses(kind: type[Exception]) -> list[type[Exception]]:
    below = [each for sub in kind.__subclasses__() for each in _subclasses(sub)]
    return [kind, *below]


def _made(kind: type[Exception]) -> Exception:
    """An instance of a library's exception, as far as reading it goes."""
    error = kind.__new__(kind)
    request = httpx2.Request("POST", "http://127.0.0.1/v1")
    status = getattr(kind, "status_code", 500)
    response = httpx2.Response(status if isinstance(status, int) else 500, request=request)
    for name, value in {"response": response, "body": None, "status_code": status}.items():
        if issubclass(kind, openai.APIStatusError):
            setattr(error, name, response.status_code if name == "status_code" else value)
    return error


@pytest.mark.parametrize(
    "kind", sorted({k for root in endpoint_failures.FOREIGN for k in _subclasses(root)}, key=str)
)
def test_every_exception_of_the_client_library_becomes_ours(kind: type[Exception]) -> None:
    endpoint = endpoint_failures.Endpoint("http://127.0.0.1/v1", "sim")

    with pytest.raises(PipelineError) as caught, endpoint_failures.our_errors(endpoint):
        raise _made(kind)

    assert isinstance(
        caught.value, ModelUnavailable | ModelRateLimited | ModelRejected | ModelAnswerInvalid
    )
    assert "sim" in str(caught.value) or "127.0.0.1" in str(caught.value)
