"""A web of our own for tests: names, addresses that look public, and one server behind them."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta

import httpcore2

from pipeline.adapters.web.fetching import PageFetcher
from pipeline.adapters.web.guard import GuardedBackend

PUBLIC = "93.184.215.14"
# Nobody is asked there: whoever dials it is connected to the server on loopback.

HTML = "text/html; charset=utf-8"


def response(
    body: bytes | str = b"", status: str = "200 OK", kind: str = HTML, **headers: str
) -> bytes:
    """A whole HTTP answer."""
    data = body.encode() if isinstance(body, str) else body
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    lines = {"Content-Type": kind, "Content-Length": str(len(data)), **given}
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"HTTP/1.1 {status}\r\n{head}\r\n".encode() + data


def redirect(place: str, status: str = "302 Found") -> bytes:
    return response(status=status, Location=place)


class Names:
    """A resolver that knows what it is told; several answers for a name are given in turn."""

    def __init__(self, known: Mapping[str, Sequence[Sequence[str]]]) -> None:
        self._known = {name: list(answers) for name, answers in known.items()}
        self.asked: list[str] = []

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        self.asked.append(host)
        if host not in self._known:
            raise OSError("Name or service not known")
        answers = self._known[host]
        return answers.pop(0) if len(answers) > 1 else answers[0]


class Dial(httpcore2.AsyncNetworkBackend):
    """Connects whatever is dialled to the local server, and remembers what that was."""

    def __init__(self, port: int, dead: Iterable[str] = ()) -> None:
        self._port = port
        self._dead = frozenset(dead)
        self._real = httpcore2.AnyIOBackend()
        self.dialled: list[tuple[str, int]] = []

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109  the library's own signature
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        self.dialled.append((host, port))
        if host in self._dead:
            raise httpcore2.ConnectError("refused")
        return await self._real.connect_tcp("127.0.0.1", self._port, timeout)


class Site:
    """A server on loopback that answers paths with prepared bytes, or with nothing at all."""

    def __init__(self, paths: Mapping[str, bytes | Sequence[bytes]]) -> None:
        self._paths = paths
        self.requests: list[str] = []
        self.port = 0

    async def __aenter__(self) -> "Site":
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            self.requests.append(head)
            answer = self._paths[head.split()[1]]
            pieces = [answer] if isinstance(answer, bytes) else answer
            for piece in pieces:
                writer.write(piece)
                await writer.drain()
            if not isinstance(answer, bytes):
                await reader.read()  # says no more, until the other side gives up
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()


def fetcher_on(
    site: Site,
    names: Names | None = None,
    *,
    dead: Iterable[str] = (),
    max_bytes: int = 1_000_000,
    seconds: float = 5,
) -> tuple[PageFetcher, Dial]:
    """A real fetcher whose connections end at the site; `a.example` and `b.example` are known."""
    dial = Dial(site.port, dead)
    resolve = names or Names({"a.example": [[PUBLIC]], "b.example": [[PUBLIC]]})
    fetcher = PageFetcher(
        max_bytes=max_bytes,
        time_limit=timedelta(seconds=seconds),
        backend=GuardedBackend(resolve, dial),
    )
    return fetcher, dial
