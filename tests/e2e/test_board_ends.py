"""How a job ends on the live board: stopped from where it is shown."""

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.conftest import RunningApp, StartApp
from tests.e2e.live_job import LiveJob
from tests.e2e.test_board import page_of

pytestmark = [pytest.mark.browser, pytest.mark.long, pytest.mark.timeout(60)]


@pytest.fixture(scope="module")
def app(start_app: StartApp) -> RunningApp:
    return start_app("tests/e2e/apps/board_app.py")


@pytest.fixture
def job(app: RunningApp) -> LiveJob:
    return LiveJob(app)


@pytest.mark.parametrize(
    ("language", "stop", "question"),
    [
        ("en", "Stop", "Stop the proposal? What is here is kept."),
        ("zh", "停止", "停止拟定大纲？现有内容会保留。"),
    ],
)
def test_a_proposal_is_stopped_where_it_is_shown(
    browser: Browser, job: LiveJob, language: str, stop: str, question: str
) -> None:
    with page_of(browser, job, f"compact&lang={language}") as page:
        job.say(job.progress("正在拟定大纲。"))
        page.get_by_role("button", name=stop, exact=True).click()
        dialog = page.get_by_role("alertdialog", name=question)

        dialog.get_by_role("button", name=stop, exact=True).click()

        expect(dialog).to_be_hidden()
        job.say(job.failed("cancelled"))
        expect(page.get_by_text("The page knows: cancelled")).to_be_visible()
        expect(page.locator(".lb-button").first).to_be_hidden()
        assert job.facts()["cancels"] == 1
