"""Asks all searches that are configured at once, and lets none of them hold up the others."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import timedelta

import httpx2

from pipeline.adapters.web.providers import Provider, Question
from pipeline.domain.documents import Language, Publication, Reading
from pipeline.domain.web import WebAnswer, WebHit, merged

log = logging.getLogger(__name__)

PATIENCE = 3
"""Time limits that one search may use up for all queries of a job: eight are asked in turn."""

RETRY_S = 1.5
"""Before the one second try; free plans allow one request a second."""

_HEADERS = {"User-Agent": "Longhand (authoring tool; searches on behalf of its user)"}
_PASSING = {429, 500, 502, 503, 504}

ReadPage = Callable[[str, Publication], Awaitable[Reading]]
Sleep = Callable[[float], Awaitable[None]]


class OpenWeb:
    """Keeps the port `Web`."""

    def __init__(
        self,
        providers: Mapping[str, Provider],
        read_page: ReadPage,
        *,
        most_pages: int,
        time_limit: timedelta,
        transport: httpx2.AsyncBaseTransport | None = None,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._providers = dict(providers)
        self._read_page = read_page
        self._most_pages = most_pages
        self._seconds = time_limit.total_seconds()
        self._transport = transport
        self._sleep = sleep

    @property
    def names(self) -> Sequence[str]:
        return list(self._providers)

    @property
    def most_pages(self) -> int:
        return self._most_pages

    async def search(self, queries: Sequence[str], *, language: Language, limit: int) -> WebAnswer:
        """As the port says; takes at most `PATIENCE` time limits."""
        questions = [Question(query, language, limit) for query in queries]
        async with httpx2.AsyncClient(
            headers=_HEADERS, timeout=self._seconds, transport=self._transport
        ) as client:
            answers = await asyncio.gather(
                *(self._asked(name, client, questions) for name in self._providers)
            )
        failed = {name: code for name, _, code in answers if code}
        rankings = [ranking for _, found, _ in answers for ranking in found]
        return WebAnswer(hits=merged(rankings), failed=failed)

    async def fetch(self, url: str, known: Publication) -> Reading:
        """As the port says."""
        return await self._read_page(url, known)

    async def _asked(
        self, name: str, client: httpx2.AsyncClient, questions: Sequence[Question]
    ) -> tuple[str, list[Sequence[WebHit]], str]:
        """What one service found, query by query, until it failed; and how it did."""
        found: list[Sequence[WebHit]] = []
        try:
            async with asyncio.timeout(PATIENCE * self._seconds):
                for question in questions:
                    hits = await self._answer(self._providers[name], client, question)
                    found.append([hit for hit in hits if hit.url][: question.limit])
        except (httpx2.HTTPError, httpx2.InvalidURL, ValueError, TimeoutError) as error:
            code = _code(error)
            log.warning("the search %s failed: %s (%s)", name, code, type(error).__name__)
            return name, found, code
        return name, found, ""

    async def _answer(
        self, provider: Provider, client: httpx2.AsyncClient, question: Question
    ) -> Sequence[WebHit]:
        try:
            return await provider(client, question)
        except httpx2.HTTPStatusError as error:
            if error.response.status_code not in _PASSING:
                raise
        except (httpx2.NetworkError, httpx2.RemoteProtocolError):
            pass
        await self._sleep(RETRY_S)
        return await provider(client, question)


def _code(error: Exception) -> str:
    """Why a search failed, as the phrases name it."""
    if isinstance(error, TimeoutError | httpx2.TimeoutException):
        return "search_timeout"
    if isinstance(error, httpx2.HTTPStatusError):
        status = error.response.status_code
        if status == 429:
            return "search_rate_limited"
        if status in {401, 403}:
            return "search_key_invalid"
        return "search_unavailable" if status >= 500 else "search_refused"
    if isinstance(error, httpx2.HTTPError | httpx2.InvalidURL):
        return "search_unavailable"
    return "search_answer_invalid"
