"""The API over a whole runtime: one running engine for all of its tests."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest
from starlette.applications import Starlette
from starlette.routing import Route
from starlette.testclient import TestClient

from api.app import api_mount, health_route
from api.live import live_routes
from api.metrics import metrics_route
from pipeline.runtime import Runtime, override
from tests.runtimes import idle_runtime, running_runtime

Serve = Callable[[Runtime], AbstractContextManager[TestClient]]


@pytest.fixture(scope="session")
def site() -> Starlette:
    """The routes as `app.py` mounts them."""
    probes = [Route("/health", health_route), Route("/metrics", metrics_route)]
    return Starlette(routes=[api_mount(), *probes, *live_routes()])


@pytest.fixture
def serve(site: Starlette) -> Serve:
    """Serve another runtime for a while."""

    @contextmanager
    def serving(runtime: Runtime) -> Iterator[TestClient]:
        with override(runtime):
            yield TestClient(site, raise_server_exceptions=False)

    return serving


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runtime]:
    with running_runtime(tmp_path_factory.mktemp("running")) as runtime:
        yield runtime


@pytest.fixture(scope="session")
def idle(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runtime]:
    """Takes jobs, and never starts one."""
    with idle_runtime(tmp_path_factory.mktemp("idle")) as runtime:
        yield runtime


@pytest.fixture
def client(running: Runtime, serve: Serve) -> Iterator[TestClient]:
    with serve(running) as serving:
        yield serving
