"""What a page is sent runs on Celery workers and streams to the page, whatever happens to them."""

import re

import pytest
from playwright.sync_api import Browser, expect

from benchmarks.endpoint import Pace, serving_in_thread
from components.board.labels import LABELS
from pipeline.adapters.embedded_redis import find_binary
from tests.e2e.app_driver import visiting
from tests.e2e.conftest import StartApp
from tests.e2e.worker_driver import LEASE_S, app_side, with_model, worker

pytestmark = [
    pytest.mark.browser,
    pytest.mark.long,
    pytest.mark.timeout(240),
    pytest.mark.skipif(find_binary() is None, reason="there is no redis-server here"),
]

AT_ONCE = Pace(tokens=60)
SLOWLY = Pace(ttft_ms=100, tokens_per_second=6, tokens=60)
PATIENCE_MS = 60_000


def test_a_page_sees_its_job_wait_run_on_a_worker_outlive_it_and_become_a_document(
    browser: Browser, start_app: StartApp
) -> None:
    labels = LABELS["en"]
    with serving_in_thread(AT_ONCE) as endpoint:
        model = with_model(endpoint)
        running = start_app("app.py", JOB_QUEUE="celery", LEASE=str(LEASE_S), **model)
        with app_side(running.data_dir / "data") as app, visiting(browser, running) as visit:
            visit.new()
            visit.take_example("grid")
            visit.page.locator(".lc-submit").click()
            visit.arrives("outline")
            waiting = visit.page.locator(".lb-waiting [role=status]")
            expect(waiting).to_have_text(labels["waiting_nobody"], timeout=PATIENCE_MS)

            with worker(app, **model) as first:
                visit.page.wait_for_selector(".ol-row", timeout=PATIENCE_MS)
                visit.wait_until_saved()
                endpoint.pace = SLOWLY
                visit.write()
                visit.arrives("writing")
                text = visit.page.locator(".lb-card[data-state=writing] .lb-tail")
                expect(text.first).to_have_text(re.compile(r"\w+ \w+"), timeout=PATIENCE_MS)
                with worker(app, **model):
                    first.kill()
                    resumed = visit.page.locator(".lb-resumed")
                    expect(resumed).to_have_text(
                        labels["resumed"].replace("{n}", "2"), timeout=PATIENCE_MS
                    )
                    endpoint.pace = AT_ONCE
                    visit.page.wait_for_url(re.compile("/document"), timeout=PATIENCE_MS)
                    section = visit.page.locator(".lr-section").first
                    expect(section).to_be_visible(timeout=PATIENCE_MS)
            assert visit.complaints == []
