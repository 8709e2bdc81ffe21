"""Reads answers of a Chat Completions endpoint, streamed or whole, into plain text."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, Literal, TypedDict

from pipeline.adapters.openai_chat.failures import (
    Endpoint,
    broke_off,
    fell_silent,
    not_an_api,
    out_of_body,
)
from pipeline.adapters.openai_chat.thoughts import Thoughts, without_thoughts
from pipeline.domain.tokens import tokens_of
from pipeline.errors import ModelAnswerInvalid, ModelRejected
from pipeline.ports.metering import Spending

READ_PAUSE = 0.04
# Seconds to let tokens gather in the socket before the next read: a read costs more than a
# token, and events leave for the page every 50 ms anyway. The first token is never delayed.

MANY = 4
# Tokens in a piece, by our count, from which on an endpoint does not send each by itself.

COUNTED_AT_ONCE, MOST_UNCOUNTED = 8, 200
# Pieces of an answer, and characters: it may go so far beyond its budget before it is closed.

WAITED = 0.001
# A read that took longer than this many seconds came from the network and not from a buffer.


class Message(TypedDict):
    """One message of a conversation with a model."""

    role: Literal["system", "user", "assistant"]
    content: str


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one call, as the endpoint counts them."""

    tokens_in: int
    tokens_out: int


@dataclass(frozen=True, slots=True)
class Answer:
    """What a model said, without its thinking."""

    text: str
    is_cut: bool = False
    """It stopped at a length limit and not because it had finished."""
    usage: Usage | None = None
    """None where the endpoint does not tell."""


def _nothing() -> None:
    return None


@dataclass(frozen=True, slots=True)
class Watcher:
    """Who sees an answer while it is made."""

    write: Callable[[str], None]
    restart: Callable[[], None] = _nothing
    """What was written so far does not count: the answer starts over."""


@dataclass(slots=True)
class Reading:
    """What is known of an answer while it streams in."""

    endpoint: Endpoint
    watcher: Watcher
    spending: Spending
    silence: timedelta = timedelta.max
    """The longest one that is borne."""
    queue: timedelta = timedelta.max
    """The longest wait for the first piece that is borne of an endpoint that says that it lives."""
    thoughts: Thoughts = field(default_factory=Thoughts)
    parts: list[str] = field(default_factory=list)
    chars: int = 0
    finish: str = ""
    is_done: bool = False
    has_refused: bool = False
    usage: Usage | None = None
    pieces: int = 0
    """Of the text and of the thinking that is sent: about one token each with most endpoints."""
    heard_at: float = field(default_factory=time.monotonic)
    has_begun: bool = False
    uncounted: list[str] = field(default_factory=list)
    """Text and thinking since the last time that they were counted."""
    chars_uncounted: int = 0
    unshown: int = 0
    """Of `parts`: the watcher has those before it."""

    def listen(self, lines: Sequence[bytes]) -> None:
        """Raise `ModelUnavailable` when nothing but comments has come for too long."""
        now = time.monotonic()
        if any(map(_says_something, lines)):
            self.heard_at, self.has_begun = now, True
            return
        longest = self.silence if self.has_begun else max(self.silence, self.queue)
        if now - self.heard_at > longest.total_seconds():
            raise fell_silent(self.endpoint)

    def take(self, line: bytes) -> None:
        """Take one line of the event stream."""
        data = line.removeprefix(b"data:").strip() if line.startswith(b"data:") else line
        if data == b"[DONE]":
            self.is_done = True
        elif data.startswith(b"{"):
            self._chunk(_json(data, self.endpoint, encoding="utf-8"))  # as all event streams
        elif line.startswith(b"data:") and data:
            raise broke_off(self.endpoint, "a line of the stream is not JSON")

    def end(self) -> Answer:
        """The whole answer; raises if it is not whole."""
        self._write(self.thoughts.rest())
        self.show()
        answer = _checked("".join(self.parts), self.finish, self.has_refused, self.endpoint)
        return replace(answer, usage=self.usage)

    def show(self) -> None:
        """Show the watcher what has come since the last time, in one piece."""
        if self.unshown < len(self.parts):
            new = self.parts[self.unshown :]
            self.unshown = len(self.parts)
            self.watcher.write("".join(new))

    def count(self) -> None:
        """Count what has come, some pieces at a time; raise when the budget holds no more."""
        is_much = self.pieces >= COUNTED_AT_ONCE or self.chars_uncounted >= MOST_UNCOUNTED
        if is_much and not (self.is_done or self.finish):
            self.spending.wrote(self._uncounted())

    def count_rest(self) -> None:
        """Count what is left of an answer that is whole, or of which no more is read."""
        if self.pieces:
            self.spending.ended(self._uncounted())

    def _uncounted(self) -> int:
        """Tokens since the last time: some endpoints send many in a piece."""
        pieces, tokens = self.pieces, tokens_of("".join(self.uncounted))
        self.uncounted.clear()
        self.pieces = self.chars_uncounted = 0
        return tokens if tokens > MANY * pieces else pieces

    def _chunk(self, chunk: Mapping[str, Any]) -> None:
        if chunk.get("error"):
            raise out_of_body(chunk, self.endpoint)
        if usage := _told_usage(chunk.get("usage"), self.spending):
            self.usage = usage
        choices = chunk.get("choices")
        if not choices:
            return
        delta = choices[0].get("delta") or {}
        self.finish = choices[0].get("finish_reason") or self.finish
        self.has_refused = self.has_refused or bool(delta.get("refusal"))
        if thinking := _thinking(delta):
            self._hear(thinking)
        if piece := _text(delta.get("content")):
            self._hear(piece)
            text = self.thoughts.feed(piece)
            if self.thoughts.was_retracted():
                self.parts.clear()
                self.chars = self.unshown = 0
                self.watcher.restart()
            self._write(text)

    def _hear(self, piece: str) -> None:
        self.pieces += 1
        self.uncounted.append(piece)
        self.chars_uncounted += len(piece)

    def _write(self, text: str) -> None:
        if text:
            self.parts.append(text)
            self.chars += len(text)


async def read_stream(
    chunks: AsyncIterator[bytes], reading: Reading, max_chars: int | None
) -> Answer:
    """Read an event stream to its end, or until the text is longer than `max_chars`.

    Raises:
        ModelUnavailable: It ended before it was finished, fell silent, or holds what is not JSON.
        ModelAnswerInvalid: It is finished and has no text.
        BudgetReached: It is longer than the job's budget holds.
    """
    endpoint = reading.endpoint
    try:
        async for lines in _lines(chunks):
            reading.listen(lines)
            for line in lines:
                if line:
                    _take(reading, line, endpoint)
            reading.show()
            reading.count()
            if reading.is_done:
                break
            if max_chars is not None and reading.chars > max_chars:
                return Answer("".join(reading.parts), is_cut=True)
    finally:
        reading.count_rest()
    if not (reading.is_done or reading.finish):
        raise broke_off(endpoint, "the stream ended before the answer did")
    return reading.end()


def read_whole(body: bytes, endpoint: Endpoint, spending: Spending) -> Answer:
    """Read an answer that was not streamed. Errors as above."""
    answer = _json(body, endpoint)
    usage = _told_usage(answer.get("usage"), spending)
    if answer.get("error") or not isinstance(answer.get("choices"), list):
        raise out_of_body(answer, endpoint)
    if not answer["choices"]:
        raise broke_off(endpoint, "the answer has no choices")
    choice = answer["choices"][0]
    message = choice.get("message") or {}
    said = _text(message.get("content"))
    text = without_thoughts(said)
    if usage is None:
        spending.ended(tokens_of(_thinking(message) + said))
    has_refused = bool(message.get("refusal"))
    checked = _checked(text, choice.get("finish_reason") or "", has_refused, endpoint)
    return replace(checked, usage=usage)


def check_is_api(content_type: str, endpoint: Endpoint) -> None:
    """Refuse an answer that is a web page. Raises `ModelRejected`."""
    if content_type.startswith(("text/html", "application/xhtml")):
        raise not_an_api(endpoint)


async def _lines(chunks: AsyncIterator[bytes]) -> AsyncIterator[list[bytes]]:
    """Complete lines as they come; after a read that had to wait, tokens may gather first."""
    now = asyncio.get_running_loop().time
    pending, asked = b"", now()
    async for chunk in chunks:
        *lines, pending = (pending + chunk).split(b"\n")
        has_waited = now() - asked > WAITED
        yield lines
        if has_waited:
            await asyncio.sleep(READ_PAUSE)
        asked = now()
    yield [pending]


def _says_something(line: bytes) -> bool:
    """Gateways send comments (`: keep-alive`), which the socket takes for life."""
    return bool(line.strip()) and not line.startswith(b":")


def _take(reading: Reading, line: bytes, endpoint: Endpoint) -> None:
    try:
        reading.take(line)
    except (TypeError, KeyError, IndexError, AttributeError) as error:
        raise broke_off(endpoint, "a line of the stream has an unknown shape") from error


def _json(data: bytes, endpoint: Endpoint, *, encoding: str = "") -> Mapping[str, Any]:
    """The object in a JSON text; without its encoding that is found out."""
    try:
        value = json.loads(data.decode(encoding, "surrogatepass") if encoding else data)
    except ValueError as error:
        raise broke_off(endpoint, "the answer is not JSON") from error
    if not isinstance(value, dict):
        raise broke_off(endpoint, "the answer is not a JSON object")
    return value


def _usage(told: object) -> Usage | None:
    if not isinstance(told, dict):
        return None
    counts = told.get("prompt_tokens"), told.get("completion_tokens")
    tokens_in, tokens_out = (
        count if isinstance(count, int) and count >= 0 else None for count in counts
    )
    if tokens_in is None or tokens_out is None:
        return None
    return Usage(tokens_in, tokens_out)


def _told_usage(told: object, spending: Spending) -> Usage | None:
    usage = _usage(told) if told else None
    if usage:
        spending.told(usage.tokens_in, usage.tokens_out)
    return usage


def _text(content: object) -> str:
    """The text of a message; some endpoints send a list of parts, thinking among them."""
    if isinstance(content, str):
        return content
    if isinstance(content, list):
        parts = [part for part in content if isinstance(part, dict) and part.get("type") == "text"]
        return "".join(str(part.get("text") or "") for part in parts)
    return ""


def _thinking(message: Mapping[str, Any]) -> str:
    """What stands beside the text of a message or of a piece; it is paid for, too."""
    return str(message.get("reasoning_content") or message.get("reasoning") or "")


def _checked(text: str, finish: str, has_refused: bool, endpoint: Endpoint) -> Answer:
    if has_refused or finish == "content_filter":
        raise ModelRejected(
            "model_rejected",
            f"Model {endpoint.model!r} refused to answer, or a content filter stopped it. "
            "Change the wording of the prompt or of the section's summary, or the model.",
            {"model": endpoint.model, "reason": "content_filter"},
        )
    if not text.strip():
        why = "it used all of its length for thinking" if finish == "length" else "no text came"
        raise ModelAnswerInvalid(
            f"Model {endpoint.model!r} gave an empty answer: {why}. "
            "Try again, or choose another model.",
            {"model": endpoint.model, "reason": "empty"},
        )
    return Answer(text, is_cut=finish == "length")
