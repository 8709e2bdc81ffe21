"""The live board while nothing can be written: a place in the queue, late answers, a takeover."""

import json
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, Route, expect

from pipeline.domain.documents import SectionStatus
from pipeline.domain.jobs import ModelDelayed, TaskStarted
from tests.e2e.conftest import RunningApp, StartApp
from tests.e2e.live_job import CAUSES, INTRO, LiveJob
from tests.e2e.test_board import card, page_of

pytestmark = [pytest.mark.browser, pytest.mark.long, pytest.mark.timeout(60)]


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


def test_a_late_answer_is_said_on_its_card_until_text_comes(page: Page, job: LiveJob) -> None:
    late = ModelDelayed(
        section_id=CAUSES,
        reason="rate_limited",
        wait_s=8,
        attempt=2,
        attempts=3,
        **job.envelope(2),
    )
    job.say(job.planned(), job.state(CAUSES, SectionStatus.WRITING), late)

    told = "The model's provider asks for a pause: asking again in 8 s (try 2 of 3)."
    expect(card(page, CAUSES).locator(".lb-tail")).to_have_text(told)
    expect(card(page, CAUSES)).to_have_class(re.compile("lb-card-late"))
    job.say(job.text(CAUSES, "The Moon"))
    expect(card(page, CAUSES).locator(".lb-tail")).to_have_text("The Moon")
    expect(card(page, CAUSES)).not_to_have_class(re.compile("lb-card-late"))


def test_a_late_answer_of_no_section_is_said_above(browser: Browser, job: LiveJob) -> None:
    with page_of(browser, job, "compact&lang=zh") as page:
        late = ModelDelayed(reason="stalled", wait_s=0.6, attempt=3, attempts=3, **job.envelope(2))
        job.say(late)

        told = "模型中途没有响应，1 秒后重试（第 3/3 次）。"
        expect(page.locator(".lb-now")).to_have_text(told, timeout=8_000)


def with_time_left(page: Page, job: LiveJob) -> Locator:
    """The summary of a job that took a minute for the first of its sections."""
    summary = page.locator(".lb-summary")
    job.say(
        job.planned(),
        job.state(INTRO, SectionStatus.WRITING, 0),
        job.state(INTRO, SectionStatus.DONE, 60, content="It turns.", word_count=2),
    )
    expect(summary).to_have_text("1 of 4 sections, 2 words, about 3 minutes left")
    return summary


def test_no_time_is_promised_while_an_answer_is_late_and_another_one_after_it(
    page: Page, job: LiveJob
) -> None:
    summary = with_time_left(page, job)

    job.say(ModelDelayed(section_id=CAUSES, reason="stalled", **job.envelope(61)))
    expect(summary).to_have_text("1 of 4 sections, 2 words")

    job.say(job.text(CAUSES, "pull " * 50, 300))
    expect(summary).to_have_text("1 of 4 sections, 52 words, about 8 minutes left")


def test_the_waits_for_a_providers_limits_count_in_the_time_that_is_left(
    page: Page, job: LiveJob
) -> None:
    summary = with_time_left(page, job)

    job.say(ModelDelayed(section_id=CAUSES, reason="limits", **job.envelope(120)))
    expect(summary).to_have_text("1 of 4 sections, 2 words, about 6 minutes left")


def test_a_job_that_was_taken_over_says_so(page: Page, job: LiveJob) -> None:
    job.say(job.planned(), TaskStarted(attempt=2, **job.envelope(1)))

    expect(page.locator(".lb-resumed")).to_have_text(
        "The work broke off and goes on (start 2). What was finished is kept."
    )


@pytest.mark.parametrize("state", ["researching", "waiting"])
def test_a_text_that_the_attempt_before_had_begun_is_not_shown_until_it_is_written(
    page: Page, job: LiveJob, state: str
) -> None:
    job.say(job.planned(), job.state(CAUSES, SectionStatus.WRITING), job.text(CAUSES, "月球"))
    expect(card(page, CAUSES).locator(".lb-tail")).to_have_text("月球")

    code = "budget_reached" if state == "waiting" else ""
    again = job.state(CAUSES, SectionStatus(state), code=code)
    job.say(TaskStarted(attempt=2, **job.envelope(1)), again)

    expect(card(page, CAUSES).locator(".lb-tail")).not_to_contain_text("月球")
    expect(card(page, CAUSES).locator(".lb-state")).not_to_contain_text("·")


@pytest.mark.parametrize(
    ("language", "one"), [("en", "One job is before yours."), ("zh", "前面还有 1 个任务。")]
)
def test_a_job_that_waits_says_how_many_are_before_it_until_it_begins(
    browser: Browser, job: LiveJob, language: str, one: str
) -> None:
    with page_of(browser, job, f"lang={language}") as page:
        sentence = page.locator(".lb-waiting [role=status]")
        job.control("say", json.dumps([["waiting", {"before": 1, "priority": "normal"}]]))
        expect(sentence).to_have_text(one)

        page.locator(".lb-select").select_option("urgent")

        expect(page.locator(".lb-waiting .lb-problem")).to_be_empty()
        assert job.facts()["priorities"] == ["urgent"]
        job.say(TaskStarted(outline_title="Tides", **job.envelope(1)), job.planned())
        expect(sentence).to_be_hidden()


def test_a_job_that_was_given_back_says_again_how_many_are_before_it(
    page: Page, job: LiveJob
) -> None:
    job.say(TaskStarted(outline_title="Tides", **job.envelope(1)), job.planned())
    expect(card(page, CAUSES)).to_be_visible()

    job.control("say", json.dumps([["waiting", {"before": 2, "priority": "normal"}]]))

    sentence = page.locator(".lb-waiting [role=status]")
    expect(sentence).to_have_text("2 jobs are before yours.")
    page.wait_for_timeout(300)  # some frames are painted meanwhile
    expect(sentence).to_be_visible()
    job.say(TaskStarted(outline_title="Tides", **job.envelope(2)))
    expect(sentence).to_be_hidden()


def test_a_job_that_runs_takes_another_priority_until_it_ends(page: Page, job: LiveJob) -> None:
    job.say(TaskStarted(outline_title="Tides", **job.envelope(1)), job.planned())
    job.control("say", json.dumps([["running", {"priority": "low"}]]))
    choice = page.get_by_label("Priority")
    expect(choice).to_have_value("low")

    choice.select_option("high")

    expect(choice).to_be_enabled()
    assert job.facts()["priorities"] == ["high"]
    expect(page.locator(".lb-waiting [role=status]")).to_be_hidden()
    job.say(job.failed("model_unavailable"))
    expect(choice).to_be_hidden()


def test_the_priority_of_a_proposal_that_runs_is_not_asked(browser: Browser, job: LiveJob) -> None:
    with page_of(browser, job, "compact") as page:
        job.control("say", json.dumps([["waiting", {"before": 0, "priority": "low"}]]))
        expect(page.get_by_label("Priority")).to_be_visible()

        job.control("say", json.dumps([["running", {"priority": "low"}]]))

        expect(page.get_by_label("Priority")).to_be_hidden()


def test_arrow_keys_go_on_while_a_priority_is_on_its_way(page: Page, job: LiveJob) -> None:
    held: list[Route] = []

    def hold_the_first(route: Route) -> None:
        if held:
            route.continue_()
        else:
            held.append(route)

    job.control("say", json.dumps([["waiting", {"before": 3, "priority": "normal"}]]))
    choice = page.get_by_label("Priority")
    page.route("**/priority", hold_the_first)
    choice.focus()
    page.keyboard.press("ArrowDown")
    expect(choice).to_have_attribute("aria-busy", "true")
    page.keyboard.press("ArrowDown")
    job.control("say", json.dumps([["waiting", {"before": 2, "priority": "normal"}]]))
    expect(page.locator(".lb-waiting [role=status]")).to_have_text("2 jobs are before yours.")
    expect(choice).to_have_value("urgent")

    held[0].continue_()

    expect(page.locator(".lb-taken")).to_have_text("The priority is now urgent.")
    expect(choice).to_have_attribute("aria-busy", "false")
    expect(choice).to_be_focused()
    assert job.facts()["priorities"] == ["high", "urgent"]


def test_a_priority_that_was_not_taken_is_as_it_was(page: Page, job: LiveJob) -> None:
    job.control("configure", json.dumps({"priority_status": 503}))
    job.control("say", json.dumps([["waiting", {"before": 3, "priority": "normal"}]]))
    expect(page.locator(".lb-waiting [role=status]")).to_have_text("3 jobs are before yours.")

    page.locator(".lb-select").select_option("high")

    expect(page.locator(".lb-waiting .lb-problem")).to_contain_text("as it was")
    expect(page.locator(".lb-select")).to_have_value("normal")
