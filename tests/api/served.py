"""The API of a runtime on a port of its own, and a wire that breaks, for tests of clients."""

import socket
import socketserver
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import uvicorn
from starlette.applications import Starlette

from pipeline.runtime import Runtime, override

PATIENCE_S = 10


@contextmanager
def served(site: Starlette, runtime: Runtime) -> Iterator[str]:
    """The address of the site, which uses that runtime, on loopback."""
    config = uvicorn.Config(site, log_level="warning", lifespan="off", timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    with override(runtime), socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=server.run, args=([listening],), daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(PATIENCE_S)


@contextmanager
def breaking(url: str, *, after_bytes: int) -> Iterator[str]:
    """A way to that address on which each connection breaks after so many bytes of an answer."""
    host, _, port = url.removeprefix("http://").partition(":")

    class Wire(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with socket.create_connection((host, int(port))) as behind:
                asking = threading.Thread(target=_copy, args=(self.request, behind), daemon=True)
                asking.start()
                _copy(behind, self.request, after_bytes)

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Wire) as wire:
        wire.daemon_threads = True
        thread = threading.Thread(target=wire.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{wire.server_address[1]}"
        finally:
            wire.shutdown()
            thread.join(PATIENCE_S)


def _copy(source: socket.socket, target: socket.socket, most: int = sys.maxsize) -> None:
    with suppress(OSError):  # the other end is closed: the wire is broken
        while most > 0 and (data := source.recv(min(most, 4_096))):
            target.sendall(data)
            most -= len(data)
