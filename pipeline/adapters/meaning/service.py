"""A service that answers JSON with JSON, with limits, retries, and its errors as ours."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx2

from pipeline.adapters.bounded_http import AnswerTooLarge, parsed, sent
from pipeline.errors import RankingFailed

log = logging.getLogger(__name__)

FOREIGN = (httpx2.HTTPError, httpx2.InvalidURL, httpx2.StreamError, UnicodeError)
"""All that the transport raises; the last for a key that no header can carry."""

CALL_S = 20.0
"""A batch takes well under a second at a hosted service, and some seconds on a small machine."""

TRIES = 2
"""A connection that broke, or a second of too many requests; what lasts longer is an outage."""

PAUSE_S = 0.5

LONGEST_S = 60.0
"""For one question with its second try, from when it has a place among those that are asked: how
many wait before it says nothing about the service."""

MAX_ANSWER_BYTES = 50_000_000
"""Vectors for a batch of texts take some 5 MB as JSON."""

AT_ONCE = 4
"""Calls at once: more only queue up at the service."""

QUOTE_CHARS = 200
"""Of the service's own words: enough for its first sentence."""


@dataclass(frozen=True, slots=True)
class _Line:
    """Connections to the service, and places for those who use them."""

    client: httpx2.AsyncClient
    free: asyncio.Semaphore


class JsonService:
    """Asks one address; belongs to one event loop from its first call until it is closed."""

    def __init__(
        self, url: str, key: str = "", sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    ) -> None:
        self._url = url
        self._headers = {"Authorization": f"Bearer {key}"} if key else {}
        self._sleep = sleep
        self._line: _Line | None = None

    async def ask(self, body: Mapping[str, object]) -> Mapping[str, Any]:
        """The answer to a body. Raises `RankingFailed`."""
        line = self._opened()
        async with line.free:
            try:
                async with asyncio.timeout(LONGEST_S):
                    return await self._answered(line, body)
            except TimeoutError as error:
                raise self.failed(f"it took over {LONGEST_S:g} s") from error

    async def _answered(self, line: _Line, body: Mapping[str, object]) -> Mapping[str, Any]:
        for left in reversed(range(TRIES)):
            try:
                request = line.client.build_request("POST", self._url, json=body)
                response = await sent(line.client, request, max_bytes=MAX_ANSWER_BYTES)
            except AnswerTooLarge as error:
                raise self.failed("the answer is too large") from error
            except FOREIGN as error:
                if not left:
                    raise self.failed(type(error).__name__) from error
            else:
                if response.status_code < 400:
                    return self._parsed(response.content)
                if not left or response.status_code not in {408, 429, 500, 502, 503, 504}:
                    said = response.text[:QUOTE_CHARS]
                    raise self.failed(f"HTTP {response.status_code}: {said}")
            await self._sleep(PAUSE_S)
        raise AssertionError  # the last try returns or raises

    def failed(self, reason: str) -> RankingFailed:
        """The error that says that this service could not be used."""
        parts = urlsplit(self._url)
        where = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"
        return RankingFailed(
            f"{where} could not rank passages: {reason}. They are found by their words. Check the "
            "EMBEDDING_ and RERANK_ settings, or unset them."
        )

    def _parsed(self, content: bytes) -> Mapping[str, Any]:
        try:
            answer = parsed(content)
        except ValueError as error:
            raise self.failed("the answer is not JSON") from error
        if not isinstance(answer, dict):
            raise self.failed("the answer is no JSON object")
        return answer

    def _opened(self) -> _Line:
        if self._line is None:
            client = httpx2.AsyncClient(headers=self._headers, timeout=CALL_S)
            self._line = _Line(client, asyncio.Semaphore(AT_ONCE))
        return self._line

    async def aclose(self) -> None:
        """Close the connections. The next call opens new ones."""
        line, self._line = self._line, None
        if line is not None:
            await line.client.aclose()
