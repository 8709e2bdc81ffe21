import asyncio
import gzip
import inspect
import zlib
from collections.abc import Sequence
from datetime import timedelta

import httpcore2
import pytest

from pipeline.adapters.web.fetching import CONNECT_S, PageFetcher
from pipeline.adapters.web.page_types import Page, accepted_name
from pipeline.errors import UnreadableFile
from tests.web_site import Site, fetcher_on, redirect, response

TEXT = "<!doctype html><p>潮汐能 is power from the tides.</p>"
PACKED = gzip.compress(TEXT.encode())


def fetched(
    answer: bytes | Sequence[bytes], url: str = "http://a.example/", *, seconds: float = 5
) -> Page:
    async def run() -> Page:
        path = "/" + url.partition("://")[2].partition("/")[2]
        async with Site({path: answer}) as site:
            fetch, _ = fetcher_on(site, max_bytes=100_000, seconds=seconds)
            return await fetch(url)

    return asyncio.run(run())


def refused(answer: bytes | Sequence[bytes], *, seconds: float = 5) -> UnreadableFile:
    with pytest.raises(UnreadableFile) as caught:
        fetched(answer, seconds=seconds)
    return caught.value


def test_a_page_arrives_as_it_was_sent() -> None:
    page = fetched(response(TEXT), "http://a.example/wiki/tides.html")

    assert page == Page("http://a.example/wiki/tides.html", "tides.html", TEXT.encode())


def test_a_packed_page_is_unpacked() -> None:
    assert fetched(response(PACKED, Content_Encoding="gzip")).data == TEXT.encode()


def test_a_page_in_pieces_is_put_together() -> None:
    data = TEXT.encode()
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(p), p) for p in (data[:20], data[20:])) + b"0\r\n\r\n"
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n"

    assert fetched([head, chunks[:15], chunks[15:]]).data == data


def test_redirects_are_followed_to_where_they_lead() -> None:
    async def run() -> tuple[Page, list[str]]:
        paths = {
            "/old": redirect("/%E6%BD%AE", "301 Moved"),
            "/%E6%BD%AE": redirect("http://b.example/wiki/潮汐", "307 Temporary Redirect"),
            "/wiki/%E6%BD%AE%E6%B1%90": response(TEXT),
        }
        async with Site(paths) as site:
            fetch, _ = fetcher_on(site)
            page = await fetch("http://a.example/old")
            return page, [head.split("\r\n")[1] for head in site.requests]

    page, hosts = asyncio.run(run())

    assert page.url == "http://b.example/wiki/%E6%BD%AE%E6%B1%90"
    assert page.data == TEXT.encode()
    assert len(hosts) == 3
    assert hosts[-1] == "Host: b.example"


def test_nothing_is_carried_from_one_request_to_the_next() -> None:
    async def run() -> list[str]:
        setting = redirect("/b").replace(b"\r\n\r\n", b"\r\nSet-Cookie: id=7; Path=/\r\n\r\n")
        async with Site({"/": setting, "/b": response(TEXT)}) as site:
            fetch, _ = fetcher_on(site)
            await fetch("http://a.example/")
            return site.requests

    first, second = asyncio.run(run())

    for head in (first, second):
        assert not {"cookie:", "authorization:", "referer:"} & {
            line.split(" ")[0].lower() for line in head.split("\r\n")
        }
    assert "Longhand" in first


@pytest.mark.parametrize("hops", [5, 6])
def test_only_so_many_redirects_are_followed(hops: int) -> None:
    async def run() -> Page:
        chain = {f"/{n}": redirect(f"/{n + 1}") for n in range(hops)}
        async with Site({**chain, f"/{hops}": response(TEXT)}) as site:
            fetch, _ = fetcher_on(site)
            return await fetch("http://a.example/0")

    if hops == 5:
        assert asyncio.run(run()).url == "http://a.example/5"
    else:
        with pytest.raises(UnreadableFile, match="more than 5 times") as caught:
            asyncio.run(run())
        assert caught.value.code == "page_unavailable"


BOMB = gzip.compress(b"0" * 50_000_000)
ENDLESS_HEAD = b"HTTP/1.1 200 OK\r\n" + b"".join(
    b"X-%d: %s\r\n" % (n, b"a" * 100) for n in range(2_000)
)


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        pytest.param(redirect("/"), "page_unavailable", id="a redirect to itself"),
        pytest.param(redirect(""), "page_unavailable", id="a redirect to nowhere"),
        pytest.param(response(BOMB, Content_Encoding="gzip"), "page_too_large", id="a gzip bomb"),
        pytest.param(
            response(PACKED + PACKED, Content_Encoding="gzip"),
            "page_unavailable",
            id="two packed streams in a row",
        ),
        pytest.param(
            response(gzip.compress(BOMB), Content_Encoding="gzip, gzip"),
            "page_unsupported",
            id="a bomb in a bomb",
        ),
        pytest.param(
            response(zlib.compress(b"x"), Content_Encoding="br"), "page_unsupported", id="brotli"
        ),
        pytest.param(response(b"x" * 100_001), "page_too_large", id="a large page"),
        pytest.param(
            b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + b"x" * 200_000,
            "page_too_large",
            id="a large page that does not say so",
        ),
        pytest.param(
            response(b"", Content_Length="9" * 15), "page_too_large", id="an enormous length"
        ),
        pytest.param(ENDLESS_HEAD, "page_unavailable", id="a huge head"),
        pytest.param(b"SSH-2.0-OpenSSH_9.6\r\n", "page_unavailable", id="no web server"),
        pytest.param(b"", "page_unavailable", id="nothing"),
        pytest.param(response(TEXT)[:-10], "page_unavailable", id="a page that breaks off"),
        pytest.param(
            response(PACKED[:-12], Content_Encoding="gzip"), "page_unavailable", id="half a pack"
        ),
        pytest.param(
            response(b"\x1f\x8bnonsense", Content_Encoding="gzip"),
            "page_unavailable",
            id="no pack at all",
        ),
        pytest.param(response(TEXT, "404 Not Found"), "page_unavailable", id="not found"),
        pytest.param(response(TEXT, "403 Forbidden"), "page_unavailable", id="forbidden"),
        pytest.param(response(TEXT, "500 Error"), "page_unavailable", id="an error"),
        pytest.param(response(status="204 No Content"), "page_unavailable", id="no content"),
        pytest.param(response(b"x", kind="application/zip"), "page_unsupported", id="an archive"),
        pytest.param(response(b"x", kind="image/png"), "page_unsupported", id="a picture"),
        pytest.param(response(b"x", kind="video/mp4"), "page_unsupported", id="a film"),
        pytest.param(
            response(b"x", kind="application/octet-stream"), "page_unsupported", id="any bytes"
        ),
    ],
)
def test_an_answer_that_is_no_page_is_refused_with_its_reason(answer: bytes, code: str) -> None:
    error = refused(answer)

    assert error.code == code
    assert "http://a.example/" in str(error)


@pytest.mark.parametrize(
    "said",
    [
        pytest.param([], id="nothing"),
        pytest.param([b"HTTP/1.1 200 OK\r\nContent-Ty"], id="half a head"),
        pytest.param([response("x" * 50)[:-20]], id="half a page"),
    ],
)
def test_a_server_that_falls_silent_is_given_up(said: Sequence[bytes]) -> None:
    error = refused(said, seconds=0.3)

    assert error.code == "page_timeout"
    assert "0.3 s" in str(error)


def test_a_server_that_sends_for_ever_is_given_up() -> None:
    async def run() -> None:
        async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n")
            try:
                while not reader.at_eof():
                    writer.write(b"x")
                    await writer.drain()
                    await asyncio.wait([asyncio.ensure_future(reader.read(1))], timeout=0.05)
            except ConnectionError:
                pass
            writer.close()

        site = Site({})
        server = await asyncio.start_server(drip, "127.0.0.1", 0)
        site.port = server.sockets[0].getsockname()[1]
        async with server:
            fetch, _ = fetcher_on(site, seconds=0.4)
            await fetch("http://a.example/")

    with pytest.raises(UnreadableFile) as caught:
        asyncio.run(run())

    assert caught.value.code == "page_timeout"


@pytest.mark.parametrize(
    ("path", "kind", "name"),
    [
        ("/", "text/html; charset=utf-8", "a.example.html"),
        ("/wiki/潮汐", "text/html", "潮汐.html"),
        ("/tides.php", "application/xhtml+xml", "tides.php.html"),
        ("/paper", "application/pdf", "paper.pdf"),
        ("/paper.pdf", "application/octet-stream", "paper.pdf"),
        ("/notes.md", "text/plain", "notes.md"),
        ("/notes.html", "text/plain", "notes.html"),
        ("/data", "text/csv", "data.csv"),
        ("/api", "application/json", "api.txt"),
        ("/thing", "", "thing.txt"),
        ("/a/../..%2fetc", "text/plain", ".._etc.txt"),
        ("/tool", "application/octet-stream", None),
        ("/tides.exe", "application/x-msdownload", None),
        ("/" + "潮" * 300, "text/html", "潮" * 100 + ".html"),
    ],
)
def test_the_name_of_a_page_says_what_it_is(path: str, kind: str, name: str | None) -> None:
    assert accepted_name("a.example", path, kind) == name


def test_an_encoding_that_only_the_server_names_is_heeded() -> None:
    page = fetched(response("<p>潮汐能发电</p>".encode("gbk"), kind="text/html; charset=GB2312"))

    assert page.data.decode() == "<p>潮汐能发电</p>"


def test_an_encoding_that_the_server_gets_wrong_is_not() -> None:
    page = fetched(response("<p>潮汐能发电</p>", kind="text/html; charset=gbk"))

    assert page.data.decode() == "<p>潮汐能发电</p>"


class Failing(httpcore2.AsyncNetworkBackend):
    """Fails to connect as it is told."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    async def connect_tcp(self, *_: object, **__: object) -> httpcore2.AsyncNetworkStream:
        raise self._error


LIBRARY_ERRORS = [
    error
    for _, error in inspect.getmembers(httpcore2, inspect.isclass)
    if issubclass(error, Exception) and error is not httpcore2.ConnectionNotAvailable
]
# That one passes between the library's own connections and pool.


@pytest.mark.parametrize("error", LIBRARY_ERRORS, ids=lambda error: str(error.__name__))
def test_whatever_the_library_raises_becomes_a_reason(error: type[Exception]) -> None:
    fetch = PageFetcher(
        max_bytes=1_000, time_limit=timedelta(seconds=5), backend=Failing(error("no luck"))
    )

    with pytest.raises(UnreadableFile) as caught:
        asyncio.run(fetch("http://a.example/"))

    is_timeout = issubclass(error, httpcore2.TimeoutException)
    assert caught.value.code == ("page_timeout" if is_timeout else "page_unavailable")


def test_a_connection_that_is_not_made_in_time_is_told_with_its_own_limit() -> None:
    fetch = PageFetcher(
        max_bytes=1_000,
        time_limit=timedelta(seconds=30),
        backend=Failing(httpcore2.ConnectTimeout("no luck")),
    )

    with pytest.raises(UnreadableFile, match=f"within {CONNECT_S:g} s") as caught:
        asyncio.run(fetch("http://a.example/"))

    assert caught.value.code == "page_timeout"


def test_all_the_errors_of_the_library_are_tried() -> None:
    assert len(LIBRARY_ERRORS) >= 13
