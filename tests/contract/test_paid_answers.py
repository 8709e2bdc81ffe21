"""What is paid for: answers that are whole are kept, and only what was never taken is free."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable

import httpx2
import openai
import pytest

from pipeline.adapters.openai_chat import Answer, Message, OpenAIChat, Watcher
from pipeline.adapters.openai_chat.failures import Endpoint, our_errors, was_not_taken
from pipeline.adapters.openai_chat.wire import Reading, read_stream, read_whole
from pipeline.config import Settings
from pipeline.domain.documents import Usage
from pipeline.domain.spending import Budget, Ledger
from pipeline.errors import BudgetReached, ModelUnavailable, PipelineError
from pipeline.graphs.metering import JobMeter, Till
from pipeline.ports.metering import Spending

ASKED: list[Message] = [{"role": "user", "content": "写一段关于潮汐能的文字。" * 10}]
SAID = "潮汐发电。" * 20
HERE = Endpoint("http://127.0.0.1/v1", "sim")
REQUEST = httpx2.Request("POST", "http://127.0.0.1/v1")


def a_meter(tokens: int) -> JobMeter:
    return JobMeter(Till(Ledger(Budget(tokens=tokens))))


async def in_one_piece(spending: Spending) -> Answer:
    async def chunks() -> AsyncIterator[bytes]:
        piece = json.dumps({"choices": [{"delta": {"content": SAID}}]})
        end = json.dumps({"choices": [{"delta": {}, "finish_reason": "stop"}]})
        yield f"data: {piece}\n\ndata: {end}\n\ndata: [DONE]\n\n".encode()

    return await read_stream(chunks(), Reading(HERE, Watcher(lambda _: None), spending), None)


async def not_streamed(spending: Spending) -> Answer:
    body = {"choices": [{"message": {"content": SAID}, "finish_reason": "stop"}]}
    return read_whole(json.dumps(body).encode(), HERE, spending)


@pytest.mark.parametrize("read", [in_one_piece, not_streamed])
def test_a_whole_answer_is_kept_when_it_bursts_the_budget(
    read: Callable[[Spending], Awaitable[Answer]],
) -> None:
    async def act() -> str:
        meter = a_meter(140)
        async with meter.call(100, 1) as spending:
            spending.sent()
            answer = await read(spending)
        with pytest.raises(BudgetReached):
            async with meter.call(1, 1):
                pass
        return answer.text

    assert asyncio.run(act()) == SAID


@pytest.mark.parametrize(
    "delta",
    [
        {"content": SAID * 3},
        {"content": f"<think>{SAID * 3}"},
        {"reasoning_content": SAID * 3},
        {"reasoning": SAID * 3},
    ],
    ids=["text", "tagged thinking", "thinking", "reasoning"],
)
def test_an_answer_in_a_few_long_pieces_is_closed_when_it_bursts_the_budget(
    delta: dict[str, str],
) -> None:
    read = 0

    paragraph = json.dumps({"choices": [{"delta": delta}]})

    async def paragraphs() -> AsyncIterator[bytes]:
        nonlocal read
        for _ in range(7):
            read += 1
            yield f"data: {paragraph}\n\n".encode()

    async def act() -> None:
        meter = a_meter(140)
        async with meter.call(1, 1) as spending:
            spending.sent()
            await read_stream(paragraphs(), Reading(HERE, Watcher(lambda _: None), spending), None)

    with pytest.raises(BudgetReached):
        asyncio.run(act())
    assert read == 1


def test_thinking_beside_an_answer_counts_where_an_endpoint_tells_no_usage() -> None:
    message = {"content": "潮汐", "reasoning_content": SAID}
    body = {"choices": [{"message": message, "finish_reason": "stop"}]}

    async def act() -> Usage:
        ledger = Ledger(Budget())
        async with JobMeter(Till(ledger)).call(0, 0) as spending:
            spending.sent()
            read_whole(json.dumps(body).encode(), HERE, spending)
        return ledger.usage

    assert asyncio.run(act()).tokens_out == 2 + len(SAID)


def ours(error: Exception) -> PipelineError:
    with pytest.raises(PipelineError) as caught, our_errors(HERE):
        raise error
    return caught.value


@pytest.mark.parametrize(
    ("status", "is_free"),
    [(400, True), (401, True), (404, True), (413, True), (429, True)]
    + [(status, False) for status in (408, 500, 502, 503, 504)],
)
def test_only_a_refused_request_is_free(status: int, is_free: bool) -> None:
    response = httpx2.Response(status, request=REQUEST)

    error = ours(openai.APIStatusError("it said no", response=response, body=None))

    assert was_not_taken(error) is is_free


@pytest.mark.parametrize(
    ("cause", "is_free"),
    [
        (httpx2.ConnectError("nobody is there"), True),
        (httpx2.ConnectTimeout("nobody opens"), True),
        (httpx2.ReadError("it hung up"), False),
        (httpx2.RemoteProtocolError("it hung up"), False),
        (httpx2.ReadTimeout("silence"), False),
    ],
)
def test_only_a_connection_that_never_stood_is_free(cause: Exception, is_free: bool) -> None:
    timed_out = isinstance(cause, httpx2.TimeoutException)
    error = (
        openai.APITimeoutError(request=REQUEST)
        if timed_out
        else openai.APIConnectionError(request=REQUEST)
    )
    error.__cause__ = cause

    assert was_not_taken(ours(error)) is is_free


def test_an_endpoint_that_is_not_there_costs_nothing() -> None:
    async def act() -> tuple[int, int]:
        settings = Settings(
            _env_file=None,
            openai_base_url="http://127.0.0.1:9/v1",
            openai_model="sim",
            model_retries=0,
        )
        meter, chat = a_meter(10_000), OpenAIChat(settings)
        try:
            with pytest.raises(ModelUnavailable):
                await chat.metered(meter).stream(
                    ASKED, model="sim", watcher=Watcher(lambda _: None)
                )
        finally:
            await chat.aclose()
        usage = meter.till.ledger.usage
        return usage.calls, usage.tokens_in

    assert asyncio.run(act()) == (1, 0)
