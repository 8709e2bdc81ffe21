"""Connections to Redis, and its errors as ours."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, TypedDict, cast

from redis import BlockingConnectionPool, Redis
from redis.asyncio import BlockingConnectionPool as AsyncBlockingConnectionPool
from redis.asyncio import Redis as AsyncRedis
from redis.asyncio.retry import Retry as AsyncRetry
from redis.backoff import ExponentialWithJitterBackoff, NoBackoff
from redis.exceptions import (
    ChildDeadlockedError,
    IncorrectPolicyType,
    RedisClusterException,
    RedisError,
)
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.retry import Retry

from pipeline.errors import ConfigError, StoreUnavailable

MEMORY = "memory://"
# The address of a store inside this process: see `memory_redis`.
SCHEMES = ("redis://", "rediss://", "unix://")
# What the client understands.
CONNECTIONS = 16
# Commands take well under a millisecond: this many serve hundreds of threads, the rest waits.
PAGE_TIMEOUT_S = 4.0
# A page or a caller of the API that waits so long for a free connection, and then so long for one
# command, is told that the store is gone, however many wait with it. A server that hangs is not
# asked again: one that died is, until it has been started again.
WAIT_FOR_CONNECTION_S = 30
# Of an event loop, where nobody waits with a page before him; far above any queue.
RETRIES = 6
# With the back-off below some 2.5 s: long enough for an embedded server to be started again.
FIRST_PAUSE_S = 0.05
LONGEST_PAUSE_S = 1.0
# The back-off between retries doubles from the first to the longest, with jitter.
TIMEOUT_S = 10.0
# A command that has no answer by then never gets one. Above BLOCK_MS, for blocking reads.
BRIEF_S = 1.0
# A monitor that is kept waiting takes the app for dead.
BLOCK_MS = 2_000
# How long one blocking read waits on the server before it asks again.

Entries = Sequence[tuple[str, dict[str, str]]]
Streams = Sequence[tuple[str, Entries]]

FOREIGN = (RedisError, RedisClusterException, ChildDeadlockedError, IncorrectPolicyType, OSError)
# The client's errors have no common ancestor below Exception; a test walks them all.


class _Options(TypedDict):
    decode_responses: bool
    protocol: int
    socket_timeout: float
    socket_connect_timeout: float


_OPTIONS = _Options(
    decode_responses=True,
    protocol=2,
    socket_timeout=TIMEOUT_S,
    socket_connect_timeout=TIMEOUT_S,
)


def connect(url: str) -> Redis:
    """A client for threads. Connects with the first command, not now."""
    if url.startswith(MEMORY):
        from pipeline.adapters import memory_redis  # noqa: PLC0415  see its first lines

        return memory_redis.connect(url)
    _refuse_unknown(url)
    backoff = ExponentialWithJitterBackoff(cap=LONGEST_PAUSE_S, base=FIRST_PAUSE_S)
    limits = {"socket_timeout": PAGE_TIMEOUT_S, "socket_connect_timeout": PAGE_TIMEOUT_S}
    pool = BlockingConnectionPool.from_url(
        url,
        max_connections=CONNECTIONS,
        timeout=PAGE_TIMEOUT_S,
        retry=Retry(backoff, RETRIES, supported_errors=(RedisConnectionError,)),
        **_OPTIONS | limits,
    )
    return Redis.from_pool(pool)


def connect_briefly(url: str) -> Redis:
    """A client that tells within a second whether Redis answers: one try, and no queue."""
    if url.startswith(MEMORY):
        return connect(url)
    _refuse_unknown(url)
    limits = {"socket_timeout": BRIEF_S, "socket_connect_timeout": BRIEF_S}
    pool = BlockingConnectionPool.from_url(
        url, max_connections=2, timeout=BRIEF_S, retry=Retry(NoBackoff(), 0), **_OPTIONS | limits
    )
    return Redis.from_pool(pool)


def connect_async(url: str, *, connections: int = CONNECTIONS) -> AsyncRedis:
    """A client for one event loop. Blocking reads need one of their own."""
    if url.startswith(MEMORY):
        from pipeline.adapters import memory_redis  # noqa: PLC0415  see its first lines

        return memory_redis.connect_async(url)
    _refuse_unknown(url)
    backoff = ExponentialWithJitterBackoff(cap=LONGEST_PAUSE_S, base=FIRST_PAUSE_S)
    pool = AsyncBlockingConnectionPool.from_url(
        url,
        max_connections=connections,
        timeout=WAIT_FOR_CONNECTION_S,
        retry=AsyncRetry(backoff, RETRIES),
        **_OPTIONS,
    )
    return AsyncRedis.from_pool(pool)


async def read_streams(client: AsyncRedis, cursors: Mapping[str, str], count: int) -> Streams:
    """Entries after those ids, by key; waits for some seconds, then there are none."""
    streams: dict[Any, Any] = dict(cursors)
    return cast("Streams | None", await client.xread(streams, count, BLOCK_MS)) or []


@contextmanager
def store_errors(doing: str) -> Iterator[None]:
    """Turn whatever the client raises into `StoreUnavailable`; `doing` says what we tried."""
    try:
        yield
    except FOREIGN as error:
        raise StoreUnavailable(
            f"Redis could not {doing}: {type(error).__name__}: {error}. "
            "Check REDIS_URL, or unset it to use the embedded server."
        ) from error


def _refuse_unknown(url: str) -> None:
    if not url.startswith(SCHEMES):
        raise ConfigError(
            f"REDIS_URL must start with one of {', '.join(SCHEMES)}; unset it to use the "
            "embedded server."
        )
