"""A Redis server that takes connections and never answers."""

import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from pipeline.adapters import redis_connection
from pipeline.adapters.redis_store import RedisJobStore
from pipeline.errors import StoreUnavailable
from tests.running import TERMS, utc_now

CALLERS = 100
PATIENCE_S = 1.0


@pytest.fixture
def hanging_url() -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0), backlog=CALLERS) as listening:
        yield f"redis://127.0.0.1:{listening.getsockname()[1]}/0"


def test_all_of_many_callers_hear_soon_that_the_store_hangs(
    hanging_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(redis_connection, "PAGE_TIMEOUT_S", PATIENCE_S)
    store = RedisJobStore(redis_connection.connect(hanging_url), TERMS, utc_now)

    def ask(_: int) -> float:
        since = time.monotonic()
        with pytest.raises(StoreUnavailable):
            store.ping()
        return time.monotonic() - since

    with ThreadPoolExecutor(CALLERS) as pool:
        waited = list(pool.map(ask, range(CALLERS)))

    # one wait for a connection, and one for its answer
    assert max(waited) < 3.5 * PATIENCE_S
