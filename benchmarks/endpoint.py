"""A simulated OpenAI-compatible endpoint: its pace and its faults are chosen, its cost is small.

`python -m benchmarks.endpoint --port 8900` serves it; a model named `sim` answers well, one
named `sim-<fault>` has that fault, and `sim-<fault>-once` only for the first such request.
`sim-asked` writes as many words as its prompt wants, `sim-short` and `sim-long` miss that until
they are asked for a correction; `sim-echoing` always writes the same. A text to edit comes back
as it is; `sim-losing` and `sim-inventing` spoil its citations until they are asked again, and
`sim-lost` each time.
"""

import argparse
import asyncio
import json
import math
import re
import threading
from collections import deque
from collections.abc import AsyncIterator, Iterator, Mapping
from concurrent.futures import Future
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from benchmarks.endpoint_answers import TEXT_TOKENS, answer_tokens
from benchmarks.endpoint_faults import TOO_MANY, Reply, fault_of, head_fault

HEADERS_LIMIT = 1 << 16
# Longest head of a request; the client library sends about 1 KB.


_TOKEN = re.compile(r" ?[A-Za-z]{1,6}|\d{1,3}|[\u2e80-\U0003ffff]|[^\sA-Za-z\d]|\n+")
# About what a tokeniser makes of a text: short words whole, long ones in pieces.


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast and how much it answers; 0 tokens per second is as fast as it can."""

    ttft_ms: float = 0
    tokens_per_second: float = 0
    tokens: int = TEXT_TOKENS
    seed: int = 1
    most_requests: int = 0
    """In each `window_s`; further ones are answered with 429. 0: no limit."""
    window_s: float = 60.0
    tells_usage: bool = False
    """Tell what a call used, as it counts: pieces of words, each Chinese character, marks."""


@dataclass(slots=True)
class Endpoint:
    """A running endpoint and what it saw."""

    pace: Pace
    base_url: str = ""
    requests: list[dict[str, Any]] = field(default_factory=list)
    read: int = 0
    """Tokens of all prompts that it took, as it counts."""
    wrote: int = 0
    """Tokens of all answers that it sent, also of those that were broken off."""
    refused: int = 0
    """Requests beyond the limit of its pace."""
    open_streams: int = 0
    idle: asyncio.Event = field(default_factory=asyncio.Event)
    """Set whenever the last open answer has ended."""
    late_s: float = 0.0
    """The most that a token was sent behind its time: above 0.05 the endpoint is a bottleneck."""
    longest_s: dict[str, float] = field(default_factory=lambda: {"text": 0.0, "shape": 0.0})
    """Model time of the longest answer of each kind: by the pace, whoever was late."""
    _taken: deque[float] = field(default_factory=deque)
    _seen: set[str] = field(default_factory=set)
    _connections: set[asyncio.Task[None]] = field(default_factory=set)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer the requests of one connection, until it is closed."""
        if (task := asyncio.current_task()) is not None:
            self._connections.add(task)
            task.add_done_callback(self._connections.discard)
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                method, path, body = await _request(head, reader)
                await self._answer(method, path, body, writer)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError, _CutError, asyncio.CancelledError):
            pass  # the client, a fault or `close` ended it: this task is the connection's own
        finally:
            writer.close()

    async def close(self) -> None:
        """Close all connections, also those in the middle of an answer."""
        tasks = list(self._connections)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _answer(
        self, method: str, path: str, body: bytes, writer: asyncio.StreamWriter
    ) -> None:
        if method == "GET" and path == "/v1/models":
            return _send(writer, Reply(200, {"object": "list", "data": [{"id": "sim"}]}))
        if method == "GET" and path == "/stats":
            return _send(writer, Reply(200, self._take_stats()))
        if path != "/v1/chat/completions":
            return _send(writer, Reply(404, {"detail": "Not Found"}))
        request = json.loads(body)
        self.requests.append(request)
        fault = fault_of(request["model"], is_first=self._is_first(request))
        if (reply := self._refusal() or head_fault(fault, request)) is not None:
            return _send(writer, reply)
        pace = self.pace
        tokens = answer_tokens(request, seed=pace.seed, tokens=pace.tokens, fault=fault)
        self._note_time(request, len(tokens))
        if fault == "parrot":
            tokens = [request["messages"][0]["content"]]
        answer = _Answer(self, fault, _twisted(tokens, fault), count_tokens(request))
        self.read += answer.read
        self.open_streams += 1
        self.idle.clear()
        try:
            if request.get("stream"):
                await answer.stream(writer, bool(request.get("stream_options")))
            else:
                await answer.whole(writer)
        finally:
            self.open_streams -= 1
            if not self.open_streams:
                self.idle.set()
        return None

    def _refusal(self) -> Reply | None:
        if not self.pace.most_requests:
            return None
        now = asyncio.get_running_loop().time()
        while self._taken and self._taken[0] + self.pace.window_s <= now:
            self._taken.popleft()
        if len(self._taken) >= self.pace.most_requests:
            self.refused += 1
            return TOO_MANY
        self._taken.append(now)
        return None

    def _note_time(self, request: dict[str, Any], count: int) -> None:
        pace = self.pace
        seconds = pace.ttft_ms / 1000
        if pace.tokens_per_second:
            seconds += count / pace.tokens_per_second
        kind = "shape" if request.get("response_format") else "text"
        self.longest_s[kind] = max(self.longest_s[kind], seconds)

    def _take_stats(self) -> dict[str, Any]:
        """What was measured since it was last asked for."""
        stats = {"calls": len(self.requests), "late_s": self.late_s, "longest_s": self.longest_s}
        self.requests, self.late_s = [], 0.0
        self.longest_s = {"text": 0.0, "shape": 0.0}
        return stats

    def _is_first(self, request: dict[str, Any]) -> bool:
        key = json.dumps([request["model"], request["messages"]])
        is_first = key not in self._seen
        self._seen.add(key)
        return is_first


def count_tokens(request: Mapping[str, Any]) -> int:
    """What a prompt is charged as; counted in another way than the app counts."""
    texts = [str(message.get("content", "")) for message in request["messages"]]
    return sum(len(_TOKEN.findall(text)) for text in texts)


class _CutError(Exception):
    """The fault is to close the connection."""


def _twisted(tokens: list[str], fault: str) -> list[str]:
    """The pieces of an answer with a fault of its content."""
    commented = "".join(tokens).replace("{", "{ // an object\n", 1)
    return {
        "think": ["<th", "ink>Let me", " plan</thi", "nk>\n\n", *tokens],
        "think-closing": ["I plan ", "first", "</thi", "nk>\n", *tokens],
        "think-only": ["<think>", "forever"],
        "fence": ["Sure, here it is:\n```json\n", f"{commented[:-1]},}}\n", "```\nAnything else?"],
        "prose": ["I am ", "sorry, ", "no JSON."],
        "empty": [],
    }.get(fault, tokens)


class _Answer:
    """One answer on its way."""

    def __init__(self, endpoint: Endpoint, fault: str, tokens: list[str], read: int) -> None:
        self.read = read
        self._endpoint = endpoint
        self._fault = fault
        self._tokens = tokens
        self._finish = "length" if fault == "length" else "stop"
        if fault == "filter":
            self._finish = "content_filter"

    async def whole(self, writer: asyncio.StreamWriter) -> None:
        pace = self._endpoint.pace
        per_token = 1 / pace.tokens_per_second if pace.tokens_per_second else 0
        await asyncio.sleep(pace.ttft_ms / 1000 + per_token * len(self._tokens))
        message = {"role": "assistant", "content": "".join(self._tokens)}
        choice = {"index": 0, "message": message, "finish_reason": self._finish}
        self._endpoint.wrote += len(self._tokens)
        body = {"object": "chat.completion", "choices": [choice], "usage": self._usage()}
        _send(writer, Reply(200, body))

    async def stream(self, writer: asyncio.StreamWriter, wants_usage: bool) -> None:
        writer.write(
            b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n"
            b"transfer-encoding: chunked\r\n\r\n"
        )
        if self._fault in {"queued", "busy"}:
            await self._keep_alive(writer, 0.4 if self._fault == "queued" else math.inf)
        if self._fault == "reasoning":
            _event(writer, _chunk({"reasoning_content": "Let me plan."}))
        await self._send_tokens(writer)
        _event(writer, _chunk({}, self._finish))
        if wants_usage:
            _event(writer, json.dumps({"choices": [], "usage": self._usage()}).encode())
        _event(writer, b"[DONE]")
        writer.write(b"0\r\n\r\n")

    def _usage(self) -> dict[str, int]:
        if not self._endpoint.pace.tells_usage:
            return {"total_tokens": 7}  # some endpoints have a shape of their own
        return {"prompt_tokens": self.read, "completion_tokens": len(self._tokens)}

    async def _send_tokens(self, writer: asyncio.StreamWriter) -> None:
        pace, endpoint = self._endpoint.pace, self._endpoint
        now = asyncio.get_running_loop().time
        due = now() + pace.ttft_ms / 1000
        step = 1 / pace.tokens_per_second if pace.tokens_per_second else 0
        for i, token in enumerate(self._tokens):
            wait = due - now()
            if wait > 0:
                await asyncio.sleep(wait)
            if pace.tokens_per_second:
                endpoint.late_s = max(endpoint.late_s, now() - due)
            if i == 3:
                await self._break_off(writer)
            _event(writer, _chunk({"content": token}))
            endpoint.wrote += 1
            due += step
            if writer.is_closing():
                raise _CutError
        await writer.drain()

    async def _break_off(self, writer: asyncio.StreamWriter) -> None:
        """What a fault does after three tokens."""
        if self._fault == "cut":
            await writer.drain()
            raise _CutError
        if self._fault == "unfinished":
            writer.write(b"0\r\n\r\n")
            raise _CutError
        if self._fault == "badjson":
            _event(writer, b'{"choices": [{"delta": {"con')
        if self._fault == "error":
            _event(writer, b'{"error": {"message": "worker died", "code": 502}}')
        if self._fault in {"stall", "slow"}:
            await asyncio.sleep(3600 if self._fault == "stall" else 0.5)
        if self._fault == "comments":
            await self._keep_alive(writer, math.inf)

    async def _keep_alive(self, writer: asyncio.StreamWriter, seconds: float) -> None:
        now = asyncio.get_running_loop().time
        until = now() + seconds
        while now() < until and not writer.is_closing():
            _frame(writer, b": keep-alive\n\n")
            await asyncio.sleep(0.02)


_TEMPLATE = (
    b'{"id":"chatcmpl-sim","object":"chat.completion.chunk","created":1,"model":"sim",'
    b'"choices":[{"index":0,"delta":%b,"finish_reason":%b}]}'
)


def _chunk(delta: dict[str, str], finish: str | None = None) -> bytes:
    said = json.dumps(delta, ensure_ascii=False).encode()
    return _TEMPLATE % (said, json.dumps(finish).encode())


def _event(writer: asyncio.StreamWriter, data: bytes) -> None:
    _frame(writer, b"data: %b\n\n" % data)


def _frame(writer: asyncio.StreamWriter, frame: bytes) -> None:
    writer.write(b"%x\r\n%b\r\n" % (len(frame), frame))


async def _request(head: bytes, reader: asyncio.StreamReader) -> tuple[str, str, bytes]:
    first, *lines = head.decode("latin-1").split("\r\n")
    method, path, _ = first.split(" ")
    headers = {k.lower(): v.strip() for k, _, v in (line.partition(":") for line in lines)}
    return method, path, await reader.readexactly(int(headers.get("content-length", "0")))


def _send(writer: asyncio.StreamWriter, reply: Reply) -> None:
    body = reply.body if isinstance(reply.body, bytes) else json.dumps(reply.body).encode()
    headers = {"content-type": reply.content_type, "content-length": str(len(body))}
    lines = [f"{name}: {value}" for name, value in ({**headers, **reply.headers}).items()]
    head = "\r\n".join([f"HTTP/1.1 {reply.status} Simulated", *lines, "", ""])
    writer.write(head.encode("latin-1") + body)


@asynccontextmanager
async def serving(pace: Pace | None = None, port: int = 0) -> AsyncIterator[Endpoint]:
    """An endpoint on loopback in this event loop; port 0 takes a free one."""
    endpoint = Endpoint(pace or Pace())
    server = await asyncio.start_server(endpoint.serve, "127.0.0.1", port, limit=HEADERS_LIMIT)
    endpoint.base_url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
    try:
        yield endpoint
    finally:
        server.close()
        await endpoint.close()


@contextmanager
def serving_in_thread(pace: Pace | None = None) -> Iterator[Endpoint]:
    """An endpoint with an event loop of its own, for code that is not async."""
    started: Future[tuple[Endpoint, asyncio.AbstractEventLoop, asyncio.Event]] = Future()

    async def serve() -> None:
        stop = asyncio.Event()
        async with serving(pace) as endpoint:
            started.set_result((endpoint, asyncio.get_running_loop(), stop))
            await stop.wait()

    thread = threading.Thread(target=lambda: asyncio.run(serve()), name="endpoint", daemon=True)
    thread.start()
    endpoint, loop, stop = started.result(timeout=5)
    try:
        yield endpoint
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()


async def _serve_forever(pace: Pace, port: int) -> None:
    async with serving(pace, port) as endpoint:
        print(f"Simulated endpoint at {endpoint.base_url}", flush=True)
        await asyncio.Event().wait()


def main() -> None:
    """Serve until interrupted."""
    parser = argparse.ArgumentParser(description="A simulated OpenAI-compatible endpoint.")
    parser.add_argument("--port", type=int, default=8900)
    parser.add_argument("--ttft-ms", type=float, default=400, help="time to the first token")
    parser.add_argument("--tokens-per-second", type=float, default=80, help="0: no pause")
    parser.add_argument("--tokens", type=int, default=TEXT_TOKENS, help="of one text")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    pace = Pace(given.ttft_ms, given.tokens_per_second, given.tokens, given.seed)
    with suppress(KeyboardInterrupt):
        asyncio.run(_serve_forever(pace, given.port))


if __name__ == "__main__":
    main()
