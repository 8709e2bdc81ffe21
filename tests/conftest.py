"""Fixtures that more than one suite needs."""

from collections.abc import Iterator

import pytest
from hypothesis import settings

from pipeline.adapters.embedded_redis import ensure_server, find_binary, stop_server
from pipeline.adapters.redis_connection import connect
from pipeline.runtime import Runtime
from tests.runtimes import priced_runtime

# A machine that is busy for 0.2 s is no fault of the code; the limit of 20 s a test holds.
# The same examples in each run, so that a run says something of the change that it is for. Others
# are looked for by `--hypothesis-profile=exploring`.
settings.register_profile("repeatable", deadline=None, derandomize=True)
settings.register_profile("exploring", deadline=None)
settings.load_profile("repeatable")


@pytest.fixture(scope="session")
def _embedded_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    data_dir = tmp_path_factory.mktemp("redis")
    yield ensure_server(data_dir)
    stop_server(data_dir, only_if_unused=False)


@pytest.fixture
def redis_url(_embedded_url: str) -> str:
    """An empty embedded server, one for the whole session; without a binary, in memory."""
    return _emptied(_embedded_url)


@pytest.fixture(params=["embedded", "memory"])
def any_url(request: pytest.FixtureRequest) -> str:
    """Each kind of store in turn, empty."""
    if request.param == "memory":
        return _emptied("memory://tests")
    if find_binary() is None:
        pytest.skip("there is no redis-server on this machine")
    return _emptied(request.getfixturevalue("_embedded_url"))


@pytest.fixture(scope="session")
def priced(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runtime]:
    """A running one whose model tells what it uses, and has a price."""
    with priced_runtime(tmp_path_factory.mktemp("priced")) as runtime:
        yield runtime


def _emptied(url: str) -> str:
    client = connect(url)
    client.flushall()
    client.close()
    return url
