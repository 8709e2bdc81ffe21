"""A store that hangs, and is not dead: nobody waits long for a page or an answer."""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx2
import pytest
from playwright.sync_api import Browser, expect

from pipeline.adapters.embedded_redis import find_binary, server_pid
from pipeline.domain.documents import Language
from tests.e2e.app_driver import PATIENCE_MS, visiting
from tests.e2e.conftest import RunningApp, StartApp

pytestmark = [
    pytest.mark.browser,
    pytest.mark.long,
    pytest.mark.alone,
    pytest.mark.timeout(120),
    pytest.mark.skipif(find_binary() is None, reason="there is no redis-server here"),
]

PATIENCE_S = 9.0
"""Four for the command, and as long again for a busy machine."""


@pytest.fixture(scope="module")
def app(start_app: StartApp) -> RunningApp:
    return start_app("app.py")


@contextmanager
def hanging(app: RunningApp) -> Iterator[None]:
    pid = server_pid(app.data_dir / "data")
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_page_says_soon_that_the_store_is_gone_and_comes_back_by_itself(
    browser: Browser, app: RunningApp, language: Language
) -> None:
    with visiting(browser, app, language) as visit:
        manuscript = visit.propose_example()
        gone = visit.page.get_by_text(visit.m("store.gone"))
        with hanging(app):
            visit.go(f"library?doc={manuscript}")
            expect(gone).to_be_visible(timeout=PATIENCE_S * 1000)
        expect(gone).to_have_count(0, timeout=2 * PATIENCE_MS)
        expect(visit.page.get_by_text(visit.m("library.title")).first).to_be_visible()
        visit.shows_no_exception()


def test_the_api_says_soon_that_the_store_is_gone(app: RunningApp) -> None:
    with hanging(app):
        begun = time.monotonic()
        answers = [
            httpx2.get(f"{app.url}{path}", timeout=2 * PATIENCE_S).status_code
            for path in ("api/v1/jobs/any", "health")
        ]
        taken = time.monotonic() - begun

    assert answers == [503, 503]
    assert taken < 2 * PATIENCE_S
    assert httpx2.get(f"{app.url}health").status_code == 200
