"""The searches: each a function that asks one service and names what it found.

What a service answers is taken as it comes: a result without an address is passed over, and an
answer in another shape is a failure of that service.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import unescape
from typing import Any, Protocol
from urllib.parse import quote

from httpx2 import AsyncClient, Request, Response
from lxml import etree

from pipeline.adapters.bounded_http import parsed, sent
from pipeline.config import SearchProvider, Settings
from pipeline.domain.documents import Language
from pipeline.domain.web import WebHit

TERMS = 8
"""Of a query to arXiv, which wants every word to be there."""

MAX_ANSWER_BYTES = 10_000_000
"""A hundred times what a page of results has; Crossref sends the references of each work, too."""

_TAG = re.compile("<[^<>]{0,200}>")
_WORD = re.compile(r"\w+")
_DATE = re.compile(r"\d{4}(?:-\d{2}(?:-\d{2})?)?")
_ATOM = {"a": "http://www.w3.org/2005/Atom", "x": "http://arxiv.org/schemas/atom"}


@dataclass(frozen=True, slots=True)
class Question:
    """One query to one service."""

    text: str
    language: Language
    limit: int


class Provider(Protocol):
    """Raises `httpx2.HTTPError`, or `ValueError` for an answer in another shape."""

    async def __call__(self, client: AsyncClient, question: Question) -> Sequence[WebHit]: ...


def providers_of(settings: Settings) -> Mapping[str, Provider]:
    """The searches that are configured, by name, in the order of the setting."""
    known: Mapping[SearchProvider, Provider] = {
        "searxng": Searxng(settings.searxng_url or ""),
        "tavily": Tavily(_secret(settings.tavily_api_key)),
        "brave": Brave(_secret(settings.brave_api_key)),
        "wikipedia": wikipedia,
        "crossref": crossref,
        "arxiv": arxiv,
    }
    return {name: known[name] for name in settings.search_provider}


@dataclass(frozen=True, slots=True)
class Searxng:
    """A SearXNG instance; its address may be private, because the operator gave it."""

    url: str

    async def __call__(self, client: AsyncClient, question: Question) -> Sequence[WebHit]:
        language = "zh-CN" if question.language == "zh" else "en"
        params = {"q": question.text, "format": "json", "language": language}
        url = f"{self.url.rstrip('/')}/search"
        answer = await _sent(client, client.build_request("GET", url, params=params))
        return [
            _hit(row, "searxng", snippet="content", published="publishedDate")
            for row in _rows(answer, "results")
        ][: question.limit]


@dataclass(frozen=True, slots=True)
class Tavily:
    """The search of tavily.com."""

    key: str

    async def __call__(self, client: AsyncClient, question: Question) -> Sequence[WebHit]:
        request = client.build_request(
            "POST",
            "https://api.tavily.com/search",
            headers={"Authorization": f"Bearer {self.key}"},
            json={"query": question.text, "max_results": min(question.limit, 20)},
        )
        answer = await _sent(client, request)
        return [
            _hit(row, "tavily", snippet="content", published="published_date")
            for row in _rows(answer, "results")
        ]


@dataclass(frozen=True, slots=True)
class Brave:
    """The search of brave.com."""

    key: str

    async def __call__(self, client: AsyncClient, question: Question) -> Sequence[WebHit]:
        language = "zh-hans" if question.language == "zh" else "en"
        request = client.build_request(
            "GET",
            "https://api.search.brave.com/res/v1/web/search",
            headers={"X-Subscription-Token": self.key, "Accept": "application/json"},
            params={
                "q": question.text,
                "count": min(question.limit, 20),
                "search_lang": language,
            },
        )
        answer = await _sent(client, request)
        return [
            _hit(row, "brave", snippet="description", published="page_age")
            for row in _rows(answer, "web", "results")
        ]


async def wikipedia(client: AsyncClient, question: Question) -> Sequence[WebHit]:
    """The encyclopaedia in the language of the document."""
    site = f"https://{question.language}.wikipedia.org"
    params: dict[str, str | int] = {
        "action": "query",
        "list": "search",
        "srsearch": question.text,
        "srlimit": question.limit,
        "format": "json",
    }
    answer = await _sent(client, client.build_request("GET", f"{site}/w/api.php", params=params))
    return [
        WebHit(
            title=title,
            url=f"{site}/wiki/{quote(title.replace(' ', '_'))}",
            snippet=_text(row, "snippet"),
            published=_date(row, "timestamp"),
            container="维基百科" if question.language == "zh" else "Wikipedia",
            provider="wikipedia",
        )
        for row in _rows(answer, "query", "search")
        if (title := _text(row, "title"))
    ]


async def crossref(client: AsyncClient, question: Question) -> Sequence[WebHit]:
    """Scholarly works by their registered descriptions."""
    params: dict[str, str | int] = {"query.bibliographic": question.text, "rows": question.limit}
    request = client.build_request("GET", "https://api.crossref.org/works", params=params)
    answer = await _sent(client, request)
    return [
        WebHit(
            title=_first(row, "title"),
            url=_text(row, "URL") or f"https://doi.org/{_text(row, 'DOI')}",
            snippet=_text(row, "abstract"),
            published=_parts(row.get("issued")),
            authors=tuple(_name(author) for author in _dicts(row.get("author"))),
            container=_first(row, "container-title"),
            doi=_text(row, "DOI"),
            provider="crossref",
        )
        for row in _rows(answer, "message", "items")
        if _text(row, "DOI") and _first(row, "title")
    ]


async def arxiv(client: AsyncClient, question: Question) -> Sequence[WebHit]:
    """Preprints; hardly anything is found for a Chinese query."""
    words = " AND ".join(f"all:{word}" for word in _WORD.findall(question.text)[:TERMS])
    params: dict[str, str | int] = {"search_query": words, "max_results": question.limit}
    request = client.build_request("GET", "https://export.arxiv.org/api/query", params=params)
    answer = await _sent(client, request)
    answer.raise_for_status()
    try:
        feed = etree.fromstring(answer.content, etree.XMLParser(resolve_entities=False))
    except etree.XMLSyntaxError as error:
        raise ValueError("no XML") from error
    return [
        WebHit(
            title=_line(entry.findtext("a:title", "", _ATOM)),
            url=entry.findtext("a:id", "", _ATOM).replace("http://", "https://", 1),
            snippet=_line(entry.findtext("a:summary", "", _ATOM)),
            published=entry.findtext("a:published", "", _ATOM)[:10],
            authors=tuple(_line(n.text or "") for n in entry.findall("a:author/a:name", _ATOM)),
            container="arXiv",
            doi=entry.findtext("x:doi", "", _ATOM),
            provider="arxiv",
        )
        for entry in feed.findall("a:entry", _ATOM)
    ]


async def _sent(client: AsyncClient, request: Request) -> Response:
    return await sent(client, request, max_bytes=MAX_ANSWER_BYTES)


def _secret(value: Any) -> str:
    return value.get_secret_value() if value else ""


def _rows(answer: Response, *path: str) -> Iterator[Mapping[str, Any]]:
    """The results of an answer, at that place of it; services leave the place out for none."""
    answer.raise_for_status()
    value: Any = parsed(answer.content)
    if not isinstance(value, dict):
        raise ValueError("no object")  # noqa: TRY004  the answer's shape, not an argument's type
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return _dicts(value)


def _dicts(value: Any) -> Iterator[Mapping[str, Any]]:
    return (each for each in (value if isinstance(value, list) else ()) if isinstance(each, dict))


def _hit(row: Mapping[str, Any], provider: str, *, snippet: str, published: str) -> WebHit:
    """A result of one of the services that agree on `title` and `url`."""
    return WebHit(
        title=_text(row, "title"),
        url=_text(row, "url"),
        snippet=_text(row, snippet),
        published=_date(row, published),
        provider=provider,
    )


def _text(row: Mapping[str, Any], key: str) -> str:
    """A text without the markup that services put around the words that matched."""
    value = row.get(key)
    return _line(unescape(_TAG.sub("", value))) if isinstance(value, str) else ""


def _line(text: str) -> str:
    return " ".join(text.split())


def _date(row: Mapping[str, Any], key: str) -> str:
    """The day, where there is one in the common notation."""
    match = _DATE.match(_text(row, key))
    return match[0] if match else ""


def _first(row: Mapping[str, Any], key: str) -> str:
    texts = row.get(key)
    found = texts[0] if isinstance(texts, list) and texts else ""
    return _text({"": found}, "")


def _name(author: Mapping[str, Any]) -> str:
    given, family = _text(author, "given"), _text(author, "family")
    return " ".join(part for part in (given, family) if part) or _text(author, "name")


def _parts(issued: Any) -> str:
    """`[[2024, 5]]` as `2024-05`."""
    parts = issued.get("date-parts") if isinstance(issued, dict) else None
    first = parts[0] if isinstance(parts, list) and parts else None
    numbers = [n for n in first if isinstance(n, int)] if isinstance(first, list) else []
    return "-".join([str(numbers[0]), *(f"{n:02}" for n in numbers[1:3])]) if numbers else ""
