import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta

import httpx2
import pytest

from pipeline.adapters.web.providers import providers_of
from pipeline.adapters.web.search import OpenWeb
from pipeline.config import Settings
from pipeline.domain.documents import Language, Publication, Reading
from pipeline.domain.web import WebAnswer, WebHit
from pipeline.ports import Web
from tests.runtimes import UNCONFIGURED

ATOM = """<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"
 xmlns:arxiv="http://arxiv.org/schemas/atom"><entry><id>http://arxiv.org/abs/2101.00001v1</id>
 <title>Tides\n  of 潮汐</title><summary> A summary. </summary><published>2021-01-02T00:00:00Z
 </published><author><name>Mary Shelley</name></author><author><name>鲁迅</name></author>
 <arxiv:doi>10.1000/182</arxiv:doi></entry></feed>"""

ANSWERS: Mapping[str, object] = {
    "searx.example": {
        "results": [
            {
                "title": "潮汐能",
                "url": "https://a.example/潮汐",
                "content": "潮汐 <b>发电</b> &amp; 成本",
                "publishedDate": "2024-05-17T08:00:00",
            },
            {"title": "no address"},
            "no result",
            {"title": "Second", "url": "https://b.example/", "content": None},
        ]
    },
    "api.tavily.com": {
        "results": [{"title": "潮汐", "url": "https://a.example/t", "content": "x"}]
    },
    "api.search.brave.com": {
        "web": {
            "results": [
                {
                    "title": "Tides &amp; waves",
                    "url": "https://a.example/b",
                    "description": "<strong>Tidal</strong> power",
                    "page_age": "2023-01-02T03:04:05",
                }
            ]
        }
    },
    "zh.wikipedia.org": {
        "query": {
            "search": [
                {
                    "title": "潮汐 能",
                    "snippet": '<span class="searchmatch">潮汐</span>能',
                    "timestamp": "2026-01-01T00:00:00Z",
                }
            ]
        }
    },
    "api.crossref.org": {
        "message": {
            "items": [
                {
                    "title": ["On <i>tides</i>"],
                    "URL": "https://doi.org/10.1000/182",
                    "DOI": "10.1000/182",
                    "author": [
                        {"given": "Mary", "family": "Shelley"},
                        {"name": "Royal Observatory"},
                    ],
                    "issued": {"date-parts": [[2024, 5]]},
                    "container-title": ["Journal of the Sea"],
                    "abstract": "<jats:p>An abstract.</jats:p>",
                },
                {"title": [], "DOI": "10.1000/183"},
                {"title": ["Dateless"], "DOI": "10.1000/184", "issued": {"date-parts": [[None]]}},
            ]
        }
    },
    "export.arxiv.org": ATOM,
}

EXPECTED = {
    "searxng": [
        WebHit(
            title="潮汐能",
            url="https://a.example/潮汐",
            snippet="潮汐 发电 & 成本",
            published="2024-05-17",
            provider="searxng",
        ),
        WebHit(title="Second", url="https://b.example/", provider="searxng"),
    ],
    "tavily": [WebHit(title="潮汐", url="https://a.example/t", snippet="x", provider="tavily")],
    "brave": [
        WebHit(
            title="Tides & waves",
            url="https://a.example/b",
            snippet="Tidal power",
            published="2023-01-02",
            provider="brave",
        )
    ],
    "wikipedia": [
        WebHit(
            title="潮汐 能",
            url="https://zh.wikipedia.org/wiki/%E6%BD%AE%E6%B1%90_%E8%83%BD",
            snippet="潮汐能",
            published="2026-01-01",
            container="维基百科",
            provider="wikipedia",
        )
    ],
    "crossref": [
        WebHit(
            title="On tides",
            url="https://doi.org/10.1000/182",
            snippet="An abstract.",
            published="2024-05",
            authors=("Mary Shelley", "Royal Observatory"),
            container="Journal of the Sea",
            doi="10.1000/182",
            provider="crossref",
        ),
        WebHit(
            title="Dateless", url="https://doi.org/10.1000/184", doi="10.1000/184",
            provider="crossref",
        ),
    ],
    "arxiv": [
        WebHit(
            title="Tides of 潮汐",
            url="https://arxiv.org/abs/2101.00001v1",
            snippet="A summary.",
            published="2021-01-02",
            authors=("Mary Shelley", "鲁迅"),
            container="arXiv",
            doi="10.1000/182",
            provider="arxiv",
        )
    ],
}  # fmt: skip

Answer = Callable[[httpx2.Request], httpx2.Response]


class Services:
    """All services behind one transport; some answer as they are told to."""

    def __init__(self, **other: Sequence[httpx2.Response | Exception]) -> None:
        self._other = {name.replace("_", "."): list(answers) for name, answers in other.items()}
        self.requests: list[httpx2.Request] = []

    def transport(self) -> httpx2.MockTransport:
        return httpx2.MockTransport(self._answer)

    def _answer(self, request: httpx2.Request) -> httpx2.Response:
        self.requests.append(request)
        host = request.url.host
        if told := self._other.get(host):
            answer = told.pop(0) if len(told) > 1 else told[0]
            if isinstance(answer, Exception):
                raise answer
            return answer
        known = ANSWERS[host]
        text = known if isinstance(known, str) else json.dumps(known)
        return httpx2.Response(200, content=text.encode())


def settings(*names: str) -> Settings:
    values: dict[str, object] = {**UNCONFIGURED, "search_provider": names}
    if "searxng" in names:
        values["searxng_url"] = "http://searx.example/search-engine/"
    if "tavily" in names:
        values["tavily_api_key"] = "tavily-secret"
    if "brave" in names:
        values["brave_api_key"] = "brave-secret"
    return Settings(_env_file=None, **values)  # type: ignore[arg-type]  # checked by pydantic


async def no_page(url: str, known: Publication) -> Reading:
    raise AssertionError("nothing is to be read here")


def web(services: Services, *names: str, seconds: float = 5) -> OpenWeb:
    waits: list[float] = []

    async def sleep(wait_s: float) -> None:
        waits.append(wait_s)

    return OpenWeb(
        providers_of(settings(*names)),
        no_page,
        most_pages=3,
        time_limit=timedelta(seconds=seconds),
        transport=services.transport(),
        sleep=sleep,
    )


def search(open_web: Web, *queries: str, language: Language = "zh", limit: int = 5) -> WebAnswer:
    return asyncio.run(open_web.search(queries, language=language, limit=limit))


@pytest.mark.parametrize("name", list(EXPECTED))
def test_what_a_service_finds_is_told_in_one_shape(name: str) -> None:
    answer = search(web(Services(), name), "潮汐能")

    assert list(answer.hits) == EXPECTED[name]
    assert answer.failed == {}


def test_each_service_is_asked_as_it_wants_to_be() -> None:
    services = Services()

    search(web(services, *EXPECTED), "潮汐 能", limit=30)

    asked = {request.url.host: request for request in services.requests}
    searx, wikipedia = asked["searx.example"].url, asked["zh.wikipedia.org"].url
    assert searx.path == "/search-engine/search"
    assert (searx.params["q"], searx.params["format"]) == ("潮汐 能", "json")
    assert (searx.params["language"], wikipedia.params["srsearch"]) == ("zh-CN", "潮汐 能")
    tavily = asked["api.tavily.com"]
    assert tavily.headers["Authorization"] == "Bearer tavily-secret"
    assert json.loads(tavily.content) == {"query": "潮汐 能", "max_results": 20}
    brave = asked["api.search.brave.com"]
    assert brave.headers["X-Subscription-Token"] == "brave-secret"
    assert (brave.url.params["count"], brave.url.params["search_lang"]) == ("20", "zh-hans")
    assert asked["export.arxiv.org"].url.params["search_query"] == "all:潮汐 AND all:能"
    assert asked["api.crossref.org"].url.params["query.bibliographic"] == "潮汐 能"


def test_a_key_goes_to_its_own_service_only() -> None:
    services = Services()

    search(web(services, *EXPECTED), "潮汐")

    for request in services.requests:
        said = f"{request.url} {request.headers.raw!r}"
        assert ("tavily-secret" in said) == (request.url.host == "api.tavily.com")
        assert ("brave-secret" in said) == (request.url.host == "api.search.brave.com")


def test_the_encyclopaedia_is_asked_in_the_language_of_the_document() -> None:
    services = Services(en_wikipedia_org=[httpx2.Response(200, json={"query": {"search": []}})])

    search(web(services, "wikipedia"), "tides", language="en")

    assert [request.url.host for request in services.requests] == ["en.wikipedia.org"]


def test_the_same_page_of_two_services_is_one_hit() -> None:
    same = {"results": [{"title": "T", "url": "http://www.a.example/潮汐/?utm_source=t"}]}
    services = Services(api_tavily_com=[httpx2.Response(200, json=same)])

    answer = search(web(services, "searxng", "tavily"), "潮汐能")

    assert [hit.url for hit in answer.hits] == ["https://a.example/潮汐", "https://b.example/"]


FAILURES: Sequence[tuple[httpx2.Response | Exception, str]] = [
    (httpx2.Response(401, json={"detail": "no"}), "search_key_invalid"),
    (httpx2.Response(403), "search_key_invalid"),
    (httpx2.Response(422), "search_refused"),
    (httpx2.Response(429), "search_rate_limited"),
    (httpx2.Response(500), "search_unavailable"),
    (httpx2.Response(302, headers={"Location": "http://10.0.0.1/"}), "search_refused"),
    (httpx2.ConnectTimeout("slow"), "search_timeout"),
    (httpx2.ReadTimeout("slow"), "search_timeout"),
    (httpx2.ConnectError("no route"), "search_unavailable"),
    (httpx2.RemoteProtocolError("odd"), "search_unavailable"),
    (httpx2.Response(200, text="<html>JSON is switched off</html>"), "search_answer_invalid"),
    (httpx2.Response(200, text="[]"), "search_answer_invalid"),
    (httpx2.Response(200, content=b"\xff\xfe\x00"), "search_answer_invalid"),
    (httpx2.Response(200, content=b"[" * 100_000), "search_answer_invalid"),
]


@pytest.mark.parametrize(
    ("failure", "code"), FAILURES, ids=[f"{code}-{n}" for n, (_, code) in enumerate(FAILURES)]
)
def test_a_service_that_fails_is_named_and_the_others_count(
    failure: httpx2.Response | Exception, code: str
) -> None:
    services = Services(api_tavily_com=[failure])

    answer = search(web(services, "tavily", "wikipedia"), "潮汐", "潮汐 成本")

    assert answer.failed == {"tavily": code}
    assert [hit.provider for hit in answer.hits] == ["wikipedia"]
    tries = sum(1 for request in services.requests if request.url.host == "api.tavily.com")
    assert tries == (2 if code in {"search_rate_limited", "search_unavailable"} else 1)


@pytest.mark.parametrize("odd", [5, True, "潮汐", {"title": "x"}])
def test_results_that_are_no_list_are_none(odd: object) -> None:
    services = Services(api_tavily_com=[httpx2.Response(200, json={"results": odd})])

    answer = search(web(services, "tavily", "wikipedia"), "潮汐")

    assert answer.failed == {}
    assert [hit.provider for hit in answer.hits] == ["wikipedia"]


def test_a_feed_that_is_none_is_a_failure_and_its_entities_stay_closed() -> None:
    bomb = '<!DOCTYPE f [<!ENTITY x SYSTEM "file:///etc/passwd">]><feed xmlns="http://www.w3.org/2005/Atom"><entry><title>&x;</title><id>http://a.example</id></entry></feed>'
    for text, failed in (("潮汐", {"arxiv": "search_answer_invalid"}), (bomb, {})):
        services = Services(export_arxiv_org=[httpx2.Response(200, text=text)])

        answer = search(web(services, "arxiv"), "tides")

        assert answer.failed == failed
        assert all("root" not in hit.title for hit in answer.hits)


def test_a_passing_failure_is_tried_once_more() -> None:
    good = httpx2.Response(200, json=ANSWERS["api.tavily.com"])
    services = Services(api_tavily_com=[httpx2.Response(429), good])

    answer = search(web(services, "tavily"), "潮汐能")

    assert answer.failed == {}
    assert list(answer.hits) == EXPECTED["tavily"]


def test_a_service_that_never_answers_holds_up_nobody_for_ever() -> None:
    class Silent(httpx2.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
            if request.url.host == "api.tavily.com":
                await asyncio.Event().wait()
            return httpx2.Response(200, json=ANSWERS[request.url.host])

    open_web = OpenWeb(
        providers_of(settings("tavily", "wikipedia")),
        no_page,
        most_pages=3,
        time_limit=timedelta(seconds=0.1),
        transport=Silent(),
    )

    answer = search(open_web, "潮汐")

    assert answer.failed == {"tavily": "search_timeout"}
    assert list(answer.hits) == EXPECTED["wikipedia"]


def test_what_a_service_found_before_it_failed_counts() -> None:
    good = httpx2.Response(200, json=ANSWERS["api.tavily.com"])
    services = Services(api_tavily_com=[good, httpx2.Response(401)])

    answer = search(web(services, "tavily"), "潮汐", "成本", "风险")

    assert answer.failed == {"tavily": "search_key_invalid"}
    assert list(answer.hits) == EXPECTED["tavily"]
    assert len(services.requests) == 2


def test_one_service_gives_no_more_than_was_asked_for() -> None:
    answer = search(web(Services(), "searxng"), "潮汐", limit=1)

    assert [hit.title for hit in answer.hits] == ["潮汐能"]


def test_the_names_of_the_services_are_told_in_their_order() -> None:
    assert web(Services(), "wikipedia", "arxiv").names == ["wikipedia", "arxiv"]
