"""Stopping takes effect at once: the model's connections are closed, from the page and the API."""

import statistics
import time
from collections.abc import Callable, Iterator

import httpx2
import pytest
from playwright.sync_api import Browser

from benchmarks.endpoint import Endpoint, Pace, serving_in_thread
from components.board.labels import LABELS
from tests.e2e.app_driver import visiting
from tests.e2e.conftest import RunningApp, StartApp
from tests.e2e.worker_driver import OUTLINE, SECTIONS

pytestmark = [pytest.mark.browser, pytest.mark.long, pytest.mark.alone, pytest.mark.timeout(120)]

MOST_S = 0.5
ENDLESS = Pace(ttft_ms=50, tokens_per_second=50, tokens=20_000)
PATIENCE_S = 30


@pytest.fixture(scope="module")
def endpoint() -> Iterator[Endpoint]:
    with serving_in_thread(ENDLESS) as endpoint:
        yield endpoint


@pytest.fixture(scope="module")
def app(start_app: StartApp, endpoint: Endpoint) -> RunningApp:
    return start_app("app.py", OPENAI_BASE_URL=endpoint.base_url, OPENAI_MODEL="sim")


def begin(app: RunningApp, endpoint: Endpoint, job_id: str) -> None:
    body = {"job_id": job_id, "outline": OUTLINE}
    httpx2.post(f"{app.url}api/v1/jobs/document", json=body).raise_for_status()
    until(lambda: endpoint.open_streams == len(SECTIONS))


def until(is_so: Callable[[], bool]) -> float:
    """How long that took."""
    begun = time.monotonic()
    while not is_so():
        assert time.monotonic() - begun < PATIENCE_S
        time.sleep(0.002)
    return time.monotonic() - begun


def test_a_cancel_over_http_closes_all_of_a_jobs_streams_within_half_a_second(
    app: RunningApp, endpoint: Endpoint
) -> None:
    times: list[float] = []
    for number in range(3):  # of three, one may meet a busy moment of the machine
        begin(app, endpoint, f"cancelled-{number}")
        asked = time.monotonic()
        httpx2.post(f"{app.url}api/v1/jobs/cancelled-{number}/cancel").raise_for_status()
        until(lambda: endpoint.open_streams == 0)
        times.append(time.monotonic() - asked)

    assert statistics.median(times) <= MOST_S, times
    status = httpx2.get(f"{app.url}api/v1/jobs/cancelled-0").json()["status"]
    assert status == "cancelled"


def test_stop_on_the_page_closes_them_as_soon(
    browser: Browser, app: RunningApp, endpoint: Endpoint
) -> None:
    times: list[float] = []
    with visiting(browser, app) as visit:
        for number in range(3):
            begin(app, endpoint, f"stopped-{number}")
            visit.go(f"writing?job=stopped-{number}")
            stop = LABELS["en"]["stop"]
            visit.button_named(stop).click()
            confirm = visit.page.get_by_role("alertdialog").get_by_role("button", name=stop)
            confirm.wait_for()
            asked = time.monotonic()
            confirm.click()
            until(lambda: endpoint.open_streams == 0)
            times.append(time.monotonic() - asked)
            visit.says("writing.cancelled")

    assert statistics.median(times) <= MOST_S, times
