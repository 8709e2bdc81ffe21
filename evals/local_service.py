"""A local server for embeddings and reranking that answers as it is told."""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

from pipeline.adapters.meaning import Embeddings, JsonService, Meaning, Reranker

Answer = tuple[int, object]
Say = Callable[[str, Mapping[str, Any]], Answer]


class Service:
    """A server for `/embeddings` and `/rerank` that answers as it is told, and counts."""

    def __init__(self, say: Say) -> None:
        self.asked: list[tuple[str, Mapping[str, Any]]] = []
        self.keys: list[str | None] = []
        self.connections = 0
        self._say = say
        self.url = ""

    def answer(self, path: str, body: Mapping[str, Any], key: str | None) -> tuple[int, bytes]:
        self.asked.append((path, body))
        self.keys.append(key)
        status, value = self._say(path, body)
        return status, value if isinstance(value, bytes) else json.dumps(value).encode()


@contextmanager
def service(say: Say) -> Iterator[Service]:
    made = Service(say)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"  # keeps connections
        wbufsize = -1  # head and body in one packet: the second would wait for an answer to it

        def setup(self) -> None:
            made.connections += 1
            super().setup()

        def handle(self) -> None:
            with suppress(ConnectionError):  # who asked has hung up
                super().handle()

        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            body = json.loads(self.rfile.read(length))
            status, content = made.answer(self.path, body, self.headers.get("Authorization"))
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made.url = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield made
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


async def at_once(seconds: float) -> None:
    del seconds


def meaning(url: str, *, embeddings: bool = True, reranker: bool = True) -> Meaning:
    return Meaning(
        Embeddings(JsonService(f"{url}/embeddings", sleep=at_once), "m") if embeddings else None,
        Reranker(JsonService(f"{url}/rerank", "key", sleep=at_once), "r") if reranker else None,
    )
