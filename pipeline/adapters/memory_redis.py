"""A Redis inside this process, for machines without a server; nothing in it survives the process.

Imported when it is asked for: what it stands on takes longer to import than the rest of the store.
"""

import asyncio
from functools import cache
from typing import Any

from fakeredis import FakeAsyncRedis, FakeRedis, FakeServer
from redis import Redis
from redis.asyncio import Redis as AsyncRedis

POLL_S = 0.02
# How often the store is asked for new events; asking takes 0.1 ms.


def connect(url: str) -> Redis:
    """A client for threads; all clients of a URL share one store."""
    return FakeRedis(server=_server(url), decode_responses=True)


def connect_async(url: str) -> AsyncRedis:
    """A client for one event loop, of the same store."""
    return _PollingRedis(server=_server(url), decode_responses=True)


class _PollingRedis(FakeAsyncRedis):
    """Reads streams without waiting in the store.

    A blocking read that is cancelled would stay registered there, and break all writers when its
    loop is closed.
    """

    async def xread(  # type: ignore[override]  # the parent is a plain function with a coroutine
        self, streams: dict[Any, Any], count: int | None = None, block: int | None = None
    ) -> Any:
        """Entries after those ids; with `block` it waits a moment where there are none."""
        found = await super().xread(streams, count)
        if not found and block is not None:
            await asyncio.sleep(POLL_S)
        return found


@cache
def _server(_url: str) -> FakeServer:
    return FakeServer()
