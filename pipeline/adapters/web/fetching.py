"""Fetches one page within limits: its time, its size, its type, and where it may lead."""

import asyncio
import ssl
import threading
import zlib
from collections.abc import AsyncIterator, Mapping
from datetime import timedelta

import httpcore2
from httpx2 import URL, InvalidURL, create_ssl_context

from pipeline.adapters.web.guard import AddressRefused, GuardedBackend, checked_url
from pipeline.adapters.web.page_types import HTML, Page, accepted_name, in_utf8
from pipeline.errors import UnreadableFile

MAX_REDIRECTS = 5
"""From http to https to www to the article takes three."""

CONNECT_S = 5.0
"""Of the time for a page; a server that is there answers within one."""

GZIP = 16 + zlib.MAX_WBITS
"""What zlib calls a gzip stream."""

GZIP_BEGINS = b"\x1f\x8b"
"""A second stream behind the first, which no web server sends, is refused: half a page is none."""

_REDIRECTS = {301, 302, 303, 307, 308}
_HEADERS: Mapping[bytes | str, bytes | str] = {
    "User-Agent": "Longhand (authoring tool; fetches single pages that its user works from)",
    "Accept": f"{HTML},application/xhtml+xml,application/pdf,text/plain;q=0.9,*/*;q=0.5",
    "Accept-Encoding": "gzip",
}
_FAILURES = (
    httpcore2.NetworkError,
    httpcore2.ProtocolError,
    httpcore2.ProxyError,
    httpcore2.UnsupportedProtocol,
)
"""With `TimeoutException`, all that comes out of the library's pool."""


class PageFetcher:
    """Fetches pages; nothing is kept from one to the next: no cookies, no connections.

    A proxy of the environment is not used: it would connect to what is checked here.
    """

    def __init__(
        self,
        *,
        max_bytes: int,
        time_limit: timedelta,
        backend: httpcore2.AsyncNetworkBackend | None = None,
    ) -> None:
        self._max_bytes = max_bytes
        self._time_limit = time_limit
        self._backend = backend or GuardedBackend()
        self._ssl: ssl.SSLContext | None = None
        self._lock = threading.Lock()

    async def __call__(self, url: str) -> Page:
        """Fetch a page; works on any event loop.

        Raises:
            UnreadableFile: `address_refused`, `page_unavailable`, `page_unsupported`,
                `page_too_large` or `page_timeout`, with a sentence.
        """
        try:
            async with asyncio.timeout(self._time_limit.total_seconds()):
                return await self._followed(url)
        except AddressRefused as error:
            raise UnreadableFile(
                "address_refused", f"{_shown(url)} is not fetched: {error}. Give a public page."
            ) from error
        except httpcore2.ConnectTimeout as error:
            raise UnreadableFile(
                "page_timeout",
                f"{_shown(url)} could not be connected to within {CONNECT_S:g} s. Try again later, "
                "or save the page and attach it.",
            ) from error
        except (TimeoutError, httpcore2.TimeoutException) as error:
            raise UnreadableFile(
                "page_timeout",
                f"{_shown(url)} took longer than {self._time_limit.total_seconds():g} s. Try again "
                "later, or save the page and attach it.",
            ) from error
        except _FAILURES as error:
            raise _unavailable(url, str(error) or type(error).__name__) from error

    async def _followed(self, url: str) -> Page:
        """The page, behind at most `MAX_REDIRECTS` redirects, each checked like the first."""
        context = await asyncio.to_thread(self._ssl_context)
        async with httpcore2.AsyncConnectionPool(
            ssl_context=context, network_backend=self._backend
        ) as pool:
            for _ in range(MAX_REDIRECTS + 1):
                target = checked_url(url)
                async with pool.stream(
                    "GET", _for_the_wire(target), headers=_HEADERS, extensions=_TIMEOUTS
                ) as response:
                    headers = _headers(response)
                    if response.status not in _REDIRECTS:
                        return await self._page(target, response, headers)
                    url = _led_to(target, headers)
        raise _unavailable(url, f"it leads on more than {MAX_REDIRECTS} times")

    async def _page(
        self, url: URL, response: httpcore2.Response, headers: Mapping[str, str]
    ) -> Page:
        if response.status not in {200, 203}:
            raise _unavailable(str(url), f"the server answers {response.status}")
        name = accepted_name(url.host, url.path, headers.get("content-type", ""))
        if name is None:
            kind = headers.get("content-type", "")[:80]
            raise UnreadableFile(
                "page_unsupported",
                f"{_shown(str(url))} is no page or document that can be read, but {kind!r}.",
            )
        length = headers.get("content-length", "")
        if length.isdecimal() and int(length) > self._max_bytes:
            raise self._too_large(url)
        data = await self._body(url, response, headers.get("content-encoding", "").lower())
        kind = headers.get("content-type", "")
        return Page(str(url), name, await asyncio.to_thread(in_utf8, name, data, kind))

    async def _body(self, url: URL, response: httpcore2.Response, encoding: str) -> bytes:
        if encoding not in {"", "identity", "gzip", "x-gzip"}:
            raise UnreadableFile(
                "page_unsupported",
                f"{_shown(str(url))} is packed as {encoding[:40]!r}, which was not asked for.",
            )
        stream: AsyncIterator[bytes] = response.aiter_stream()
        if "gzip" in encoding:
            stream = self._unpacked(url, stream)
        body = bytearray()
        async for piece in stream:
            body += piece
            if len(body) > self._max_bytes:
                raise self._too_large(url)
        return bytes(body)

    async def _unpacked(self, url: URL, packed: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        """Unpack no more than may be kept: a packed megabyte may hold a thousand."""
        decoder = zlib.decompressobj(GZIP)
        received = 0
        try:
            async for piece in packed:
                received += len(piece)
                if received > self._max_bytes:
                    raise self._too_large(url)
                yield decoder.decompress(piece, self._max_bytes + 1)
        except zlib.error as error:
            raise _unavailable(str(url), "what it sends cannot be unpacked") from error
        if (received and not decoder.eof) or decoder.unused_data.startswith(GZIP_BEGINS):
            raise _unavailable(str(url), "what it sends breaks off")

    def _too_large(self, url: URL) -> UnreadableFile:
        return UnreadableFile(
            "page_too_large",
            f"{_shown(str(url))} is larger than {self._max_bytes:,} bytes. Save the part that "
            "matters and attach it.",
            {"limit": self._max_bytes},
        )

    def _ssl_context(self) -> ssl.SSLContext:
        """Made once, and not before it is needed: it reads all certificates of the system."""
        with self._lock:
            if self._ssl is None:
                self._ssl = create_ssl_context()
            return self._ssl


_TIMEOUTS = {"timeout": {"connect": CONNECT_S, "pool": CONNECT_S}}


def _for_the_wire(url: URL) -> httpcore2.URL:
    return httpcore2.URL(
        scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path
    )


def _headers(response: httpcore2.Response) -> dict[str, str]:
    """Names in small letters; of a header that comes twice the first."""
    found: dict[str, str] = {}
    for name, value in response.headers:
        found.setdefault(name.decode("latin-1").lower(), value.decode("latin-1").strip())
    return found


def _led_to(url: URL, headers: Mapping[str, str]) -> str:
    """Where a redirect leads; one without a place is a broken answer."""
    place = headers.get("location", "")
    if not place:
        raise _unavailable(str(url), "it leads on without saying where")
    try:
        # The bytes of a header are UTF-8 where a server writes Chinese paths as they are.
        return str(url.join(place.encode("latin-1").decode("utf-8", "replace")))
    except (InvalidURL, ValueError) as error:
        raise AddressRefused("it leads to what cannot be understood") from error


def _unavailable(url: str, reason: str) -> UnreadableFile:
    return UnreadableFile(
        "page_unavailable",
        f"{_shown(url)} could not be fetched: {reason[:200]}. Check the address, or save the page "
        "and attach it.",
    )


def _shown(url: str) -> str:
    """The address as an error names it, without what a reader must not see in a log."""
    before, _, after = url[:200].partition("://")
    return repr(f"{before}://{after.rpartition('@')[2]}" if after else before)
