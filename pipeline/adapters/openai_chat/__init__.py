"""The transport to a model: any endpoint that speaks Chat Completions."""

import asyncio
import logging
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar, cast
from urllib.parse import urlsplit

from openai import AsyncOpenAI, Timeout
from openai.types.chat import ChatCompletionMessageParam

from pipeline.adapters.openai_chat.failures import (
    Endpoint,
    cut_off,
    delay_reason,
    our_errors,
    took_too_long,
    was_not_taken,
)
from pipeline.adapters.openai_chat.pacing import Admission, Pacer
from pipeline.adapters.openai_chat.shapes import (
    Growing,
    Rung,
    Shape,
    asking,
    parsed,
    response_format,
)
from pipeline.adapters.openai_chat.unmetered import Unmetered
from pipeline.adapters.openai_chat.wire import (
    Answer,
    Message,
    Reading,
    Usage,
    Watcher,
    check_is_api,
    read_stream,
    read_whole,
)
from pipeline.config import Settings
from pipeline.domain.delays import Delay
from pipeline.domain.tokens import tokens_of
from pipeline.errors import ModelAnswerInvalid, ModelRejected, PipelineError
from pipeline.ports.metering import Meter, Spending

__all__ = ["Answer", "Message", "OpenAIChat", "Watcher"]

log = logging.getLogger(__name__)

T = TypeVar("T")

OPENAI = "https://api.openai.com/v1"
# Where a key without a base URL belongs to.

NO_KEY = "none"
# The client library insists on a key; a local endpoint does not look at it.

CONNECT_S = 10.0
# A reachable host accepts a connection well within this.

FIRST_BACKOFF_S = 0.5
LONGEST_BACKOFF_S = 8.0
# Doubled with each try, with jitter, so that many sections don't come back at the same moment.

LONGEST_ASKED_WAIT_S = 120
# A longer Retry-After is told to the author at once instead of being waited for.

SILENT_WAIT_S = 2.0
# Who waits no longer for the provider's limits need not be told.

USUAL_ANSWER = 1_000
# Tokens that an answer is thought to have where nobody says: a section of some 700 words.

LADDER = (Rung.SCHEMA, Rung.JSON, Rung.PROMPT, Rung.PROMPT)
# The last rung is tried twice: a model that answers in prose once often does not do it again.


@dataclass(slots=True)
class _Manners:
    """What one model of this endpoint was found to accept."""

    rung: Rung = Rung.SCHEMA
    usage: bool = True


@dataclass(slots=True)
class _Connection:
    """What all views of one chat share; it belongs to the event loop that first uses it."""

    client: AsyncOpenAI | None = None
    loop: asyncio.AbstractEventLoop | None = None
    manners: dict[str, _Manners] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Call:
    """One request and who watches its answer; nobody: it is not streamed."""

    endpoint: Endpoint
    messages: Sequence[Message]
    expected: int
    watcher: Watcher | None = None
    extra: dict[str, Any] | None = None
    max_chars: int | None = None
    clock: asyncio.Timeout | None = None
    """Of the whole call; it stands still while the provider's limits are waited for."""


class OpenAIChat:
    """Asks models of one endpoint. It belongs to the event loop that first uses it.

    Every call is bounded by `model_timeout`, retries and their waits included; waits for the
    provider's limits are not. What is tried again is tried as a whole; a watcher is then told to
    start over.
    """

    def __init__(
        self,
        settings: Settings,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        pacer: Pacer | None = None,
        meter: Meter | None = None,
        connection: _Connection | None = None,
    ) -> None:
        self._settings = settings
        self._pacer = pacer or Pacer(
            settings.model_requests_per_minute, settings.model_tokens_per_minute
        )
        self._sleep = sleep
        self._base_url = settings.openai_base_url or OPENAI
        self._meter = meter or Unmetered()
        self._connection = connection or _Connection()

    def metered(self, meter: Meter) -> "OpenAIChat":
        """The same chat, of which that meter is told; connections and limits are shared."""
        return OpenAIChat(self._settings, self._sleep, self._pacer, meter, self._connection)

    @asynccontextmanager
    async def holding(self, tokens_in: int, tokens_out: int) -> AsyncIterator["OpenAIChat"]:
        """The same chat with room held for several calls. Raises `BudgetReached`."""
        async with self._meter.hold(tokens_in, tokens_out) as meter:
            yield self.metered(meter)

    async def stream(
        self,
        messages: Sequence[Message],
        *,
        model: str,
        watcher: Watcher,
        max_chars: int | None = None,
        expected: int = USUAL_ANSWER,
    ) -> Answer:
        """Ask for a text and show it while it is made.

        Args:
            messages: The conversation so far.
            model: Its name at the endpoint.
            watcher: Gets the text piece by piece, and is told when it starts over.
            max_chars: A longer answer is closed here; bounds a model that goes round in circles.
            expected: About how many tokens the answer has: the job's budget must hold them.

        Raises:
            BudgetReached: There is no room for it, or none any more while it is written.
            ModelUnavailable, ModelRateLimited, ModelAnswerInvalid: retryable.
            ModelRejected: trying again changes nothing.
        """
        call = _Call(self._endpoint(model), messages, expected, watcher, max_chars=max_chars)
        return await self._in_time(
            call.endpoint, lambda clock: self._persist(replace(call, clock=clock))
        )

    async def structured(
        self,
        messages: Sequence[Message],
        *,
        model: str,
        shape: type[Shape],
        on_partial: Callable[[Shape], None] | None = None,
        on_restart: Callable[[], None] | None = None,
        expected: int = USUAL_ANSWER,
    ) -> Shape:
        """Ask for a value of a shape; `on_partial` gets each larger part of it.

        Every field of the shape needs a default, so that a part of it is a value too. The way
        of asking that worked is remembered per model. Errors as above.
        """
        growing = Growing(shape, on_partial) if on_partial else None

        def restart() -> None:
            if growing:
                growing.restart()
            if on_restart:
                on_restart()

        watcher = Watcher(growing.write, restart) if growing else None
        endpoint = self._endpoint(model)
        call = _Call(endpoint, messages, expected, watcher)
        return await self._in_time(
            endpoint, lambda clock: self._climb_down(replace(call, clock=clock), shape)
        )

    async def aclose(self) -> None:
        """Close the connections. The next call opens new ones."""
        client, self._connection.client = self._connection.client, None
        if client is not None:
            await client.close()

    async def _climb_down(self, question: _Call, shape: type[Shape]) -> Shape:
        endpoint, watcher = question.endpoint, question.watcher
        manners = self._manners_of(endpoint.model)
        for rung in LADDER[manners.rung :]:
            extra = response_format(rung, shape)
            asked = asking(question.messages, rung, shape)
            call = replace(question, messages=asked, extra=extra)
            try:
                answer = await self._persist(call)
            except ModelRejected as error:
                if error.code != "model_rejected" or rung is Rung.PROMPT or _is_filtered(error):
                    raise
                log.info("Model %r takes no %s; asking in another way", endpoint.model, rung.name)
                continue
            if answer.is_cut:
                raise cut_off(endpoint)
            try:
                value = parsed(answer.text, shape)
            except ValueError:
                log.info("Model %r missed the shape at %s", endpoint.model, rung.name)
                if watcher:
                    watcher.restart()
                continue
            manners.rung = rung
            return value
        raise ModelAnswerInvalid(
            f"Model {endpoint.model!r} did not answer in the shape {shape.__name__}, asked in "
            "every way that we know. Try again, or choose a model that can write JSON.",
            {"model": endpoint.model, "reason": "shape"},
        )

    async def _persist(self, call: _Call) -> Answer:
        """Ask again, as a whole, while the failure is a passing one and tries are left."""
        tries = self._settings.model_retries
        for tried in range(tries + 1):
            try:
                return await self._ask_politely(call)
            except PipelineError as error:
                asked = int(error.details.get("retry_after_s", 0))
                until = self._pacer.pause(asked) if 0 < asked <= LONGEST_ASKED_WAIT_S else 0.0
                if not error.retryable or tried == tries or asked > LONGEST_ASKED_WAIT_S:
                    raise
                log.info("Model %r failed with %s; trying again", call.endpoint.model, error.code)
                wait, reason = asked or _backoff(tried), delay_reason(error)
            if call.watcher:
                call.watcher.restart()
            self._meter.delayed(
                Delay(reason=reason, wait_s=round(wait, 1), attempt=tried + 2, attempts=tries + 1)
            )
            await self._sleep(wait)
            self._pacer.resume(until)
        raise AssertionError  # the last try returns or raises

    async def _ask_politely(self, call: _Call) -> Answer:
        """Ask; without the count of tokens if the endpoint does not know that option."""
        manners = self._manners_of(call.endpoint.model)
        try:
            return await self._ask(call, usage=manners.usage)
        except ModelRejected as error:
            if not (manners.usage and call.watcher and _is_about_usage(error)):
                raise
            manners.usage = False
            return await self._ask(call, usage=False)

    async def _ask(self, call: _Call, *, usage: bool) -> Answer:
        """Ask once, as soon as the job's budget and the provider's limits allow."""
        prompt = sum(tokens_of(message["content"]) for message in call.messages)
        async with AsyncExitStack() as stack:
            with self._clock_stopped(call):
                metered = self._meter.call(prompt, call.expected)
                spending = await stack.enter_async_context(metered)
                admission = await self._pacer_admits(prompt)
            answer = await self._sent(call, spending, usage=usage)
        self._correct(admission, answer, prompt)
        return answer

    def _correct(self, admission: Admission, answer: Answer, prompt: int) -> None:
        used = answer.usage or Usage(prompt, tokens_of(answer.text))
        self._pacer.correct(admission, used.tokens_in, used.tokens_out)

    @contextmanager
    def _clock_stopped(self, call: _Call) -> Iterator[None]:
        """Waits for limits are not the model's time."""
        clock = call.clock
        ends = clock.when() if clock else None
        if clock is None or ends is None:
            yield
            return
        now = asyncio.get_running_loop().time
        left = ends - now()
        if left <= 0:
            raise took_too_long(call.endpoint, self._settings.model_timeout.total_seconds())
        clock.reschedule(None)
        yield
        clock.reschedule(now() + left)

    async def _pacer_admits(self, prompt_tokens: int) -> Admission:
        loop = asyncio.get_running_loop()
        told = loop.call_later(SILENT_WAIT_S, self._meter.delayed, Delay(reason="limits"))
        try:
            return await self._pacer.admit(prompt_tokens)
        finally:
            told.cancel()

    async def _sent(self, call: _Call, spending: Spending, *, usage: bool) -> Answer:
        spending.sent()
        try:
            return await self._answer(call, spending, usage=usage)
        except PipelineError as error:
            if was_not_taken(error):
                spending.refused()
            raise

    async def _answer(self, call: _Call, spending: Spending, *, usage: bool) -> Answer:
        extra = dict(call.extra or {})
        is_streamed = call.watcher is not None
        if is_streamed and usage:
            extra["stream_options"] = {"include_usage": True}
        with our_errors(call.endpoint):
            async with self._client_here().chat.completions.with_streaming_response.create(
                model=call.endpoint.model,
                messages=cast("list[ChatCompletionMessageParam]", list(call.messages)),
                stream=is_streamed,
                extra_body=extra,
                timeout=self._timeout(is_streamed=is_streamed),
            ) as answer:
                content_type = answer.headers.get("content-type", "")
                check_is_api(content_type, call.endpoint)
                response = answer.http_response
                if call.watcher is None:
                    return read_whole(await response.aread(), call.endpoint, spending)
                if content_type.startswith("application/json"):
                    whole = read_whole(await response.aread(), call.endpoint, spending)
                    call.watcher.write(whole.text)
                    return whole
                silence, limit = self._settings.model_stall_timeout, self._settings.model_timeout
                reading = Reading(call.endpoint, call.watcher, spending, silence, limit / 2)
                return await read_stream(response.aiter_bytes(), reading, call.max_chars)

    async def _in_time(
        self, endpoint: Endpoint, answer: Callable[[asyncio.Timeout], Awaitable[T]]
    ) -> T:
        limit = self._settings.model_timeout.total_seconds()
        try:
            async with asyncio.timeout(limit) as clock:
                return await answer(clock)
        except TimeoutError as error:
            raise took_too_long(endpoint, limit) from error

    def _client_here(self) -> AsyncOpenAI:
        loop, connection = asyncio.get_running_loop(), self._connection
        if connection.client is None or connection.loop is not loop:
            key = self._settings.openai_api_key
            connection.client = AsyncOpenAI(
                api_key=(key.get_secret_value() if key else "") or NO_KEY,
                base_url=self._base_url,
                max_retries=0,  # one budget for all passing failures, half streams included
            )
            connection.loop = loop
        return connection.client

    def _timeout(self, *, is_streamed: bool) -> Timeout:
        """Between two reads; an answer that is not streamed is one long silence."""
        settings = self._settings
        silence = settings.model_stall_timeout if is_streamed else settings.model_timeout
        return Timeout(silence.total_seconds(), connect=CONNECT_S)

    def _endpoint(self, model: str) -> Endpoint:
        parts = urlsplit(self._base_url)
        host = parts.netloc.rpartition("@")[2]
        return Endpoint(url=f"{parts.scheme}://{host}{parts.path}", model=model)

    def _manners_of(self, model: str) -> _Manners:
        return self._connection.manners.setdefault(model, _Manners())


def _backoff(tried: int) -> float:
    delay = min(LONGEST_BACKOFF_S, FIRST_BACKOFF_S * 2.0**tried)
    return delay * random.uniform(0.75, 1.25)  # noqa: S311 - jitter, no secret


def _is_about_usage(error: ModelRejected) -> bool:
    said = str(error.details.get("said", "")).lower()
    return "stream_options" in said or "include_usage" in said


def _is_filtered(error: ModelRejected) -> bool:
    return error.details.get("reason") == "content_filter"
