"""How a job ends on the live board: stopped from there, and nothing says that it goes on."""

import json
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from pipeline.domain.jobs import TaskStarted
from tests.e2e.conftest import RunningApp, StartApp
from tests.e2e.live_job import LiveJob
from tests.e2e.test_board import page_of

pytestmark = [pytest.mark.browser, pytest.mark.long, pytest.mark.timeout(60)]

GOES_ON = "You can leave this page; the work goes on."


@pytest.fixture(scope="module")
def app(start_app: StartApp) -> RunningApp:
    return start_app("tests/e2e/apps/board_app.py")


@pytest.fixture
def job(app: RunningApp) -> LiveJob:
    return LiveJob(app)


@pytest.fixture
def page(browser: Browser, job: LiveJob) -> Iterator[Page]:
    with page_of(browser, job) as page:
        yield page


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


@pytest.mark.parametrize("code", ["cancelled", "model_unavailable"])
def test_an_ended_job_is_not_said_to_go_on(page: Page, job: LiveJob, code: str) -> None:
    job.say(job.planned())
    expect(page.get_by_text(GOES_ON)).to_be_visible()

    job.say(job.failed(code))

    expect(page.get_by_text(GOES_ON)).to_be_hidden()
    expect(page.locator(".lb-summary")).to_have_text("0 of 4 sections")
    expect(page.get_by_role("progressbar")).to_have_attribute("aria-valuenow", "0")


def test_a_job_that_ended_before_it_had_a_plan_shows_no_progress(page: Page, job: LiveJob) -> None:
    begun = TaskStarted(outline_title="Tides", **job.envelope(0))

    job.say(begun, job.failed("no_readable_file"))

    expect(page.locator(".lb-now")).to_contain_text("None of the files could be read.")
    expect(page.locator(".lb-summary")).to_be_empty()
    expect(page.get_by_role("progressbar")).to_be_hidden()
    expect(page.get_by_text(GOES_ON)).to_be_hidden()


def test_a_job_that_is_no_longer_kept_is_not_said_to_go_on(browser: Browser, job: LiveJob) -> None:
    job.control("configure", json.dumps({"is_known": False}))

    with page_of(browser, job) as page:
        expect(page.locator(".lb-now")).to_contain_text("This job is no longer kept.")
        expect(page.locator(".lb-summary")).to_be_empty()
        expect(page.get_by_role("progressbar")).to_be_hidden()
        expect(page.get_by_text(GOES_ON)).to_be_hidden()
