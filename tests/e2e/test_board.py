"""The live board in a browser: what it shows of a job's events, and how it survives trouble."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from pipeline.domain.documents import NodeId, SectionStatus
from pipeline.domain.jobs import (
    ChapterFused,
    Event,
    TaskCompleted,
    TaskStarted,
)
from tests.e2e.accessibility import violations
from tests.e2e.conftest import RunningApp, StartApp
from tests.e2e.live_job import CAUSES, EVIL, GONE, INTRO, TABLES, LiveJob

pytestmark = [pytest.mark.browser, pytest.mark.detail, pytest.mark.timeout(60)]


@pytest.fixture(scope="module")
def app(start_app: StartApp) -> RunningApp:
    return start_app("tests/e2e/apps/board_app.py")


@pytest.fixture
def job(app: RunningApp) -> LiveJob:
    return LiveJob(app)


@contextmanager
def page_of(browser: Browser, job: LiveJob, query: str = "", **options: Any) -> Iterator[Page]:
    context = browser.new_context(**{"viewport": {"width": 1200, "height": 900}} | options)
    page = context.new_page()
    page.goto(f"{job.app.url}?job={job.id}&{query}")
    expect(page.locator(".lb")).to_be_visible(timeout=15_000)
    yield page
    context.close()


@pytest.fixture
def page(browser: Browser, job: LiveJob) -> Iterator[Page]:
    with page_of(browser, job) as page:
        yield page


def card(page: Page, section: NodeId) -> Any:
    return page.locator(f'[data-section="{section}"]')


def test_every_section_is_shown_with_its_number_title_and_state(page: Page, job: LiveJob) -> None:
    job.say(job.planned(), job.state(CAUSES, SectionStatus.RESEARCHING))

    expect(card(page, INTRO)).to_contain_text("1 引言")
    expect(card(page, INTRO)).to_contain_text("Waiting")
    expect(card(page, CAUSES)).to_contain_text("2.1 Moon and Sun")
    expect(card(page, CAUSES)).to_contain_text("Researching")
    expect(page.get_by_role("heading", name="2 What makes the tides")).to_be_visible()
    expect(page.locator(".lb-summary")).to_have_text("0 of 4 sections")
    assert page.locator(".lb-card").count() == 4


def test_text_streams_into_a_card_that_does_not_grow(page: Page, job: LiveJob) -> None:
    job.say(job.planned())
    expect(card(page, TABLES)).to_be_visible()
    before = page.locator(".lb").bounding_box()

    job.say(job.state(CAUSES, SectionStatus.WRITING), job.text(CAUSES, "The **Moon** pulls [@m"))
    job.say(job.text(CAUSES, "4]. 潮汐由月球引起[S3]。" * 40 + "The end."))

    tail = card(page, CAUSES).locator(".lb-tail")
    expect(tail).to_contain_text("潮汐由月球引起。The end.")
    assert "[" not in tail.inner_text()
    assert len(tail.inner_text()) <= 303
    assert page.locator(".lb").bounding_box() == before
    assert int(page.locator(".lb").get_attribute("data-first-text-ms") or -1) >= 0


def test_the_summary_counts_words_and_says_how_long_it_takes(page: Page, job: LiveJob) -> None:
    job.say(
        job.planned(),
        job.state(INTRO, SectionStatus.WRITING, 0),
        job.state(INTRO, SectionStatus.DONE, 60, content="It turns.", word_count=1234),
    )

    expect(page.locator(".lb-summary")).to_have_text(
        "1 of 4 sections, 1,234 words, about 3 minutes left"
    )
    expect(page.get_by_role("progressbar", name="Progress")).to_have_attribute(
        "aria-valuenow", "25"
    )


def test_one_section_is_no_sections(page: Page, job: LiveJob) -> None:
    planned = job.planned()

    job.say(planned.model_copy(update={"sections": planned.sections[:1]}))

    expect(page.locator(".lb-summary")).to_have_text("0 of 1 section")


def test_chinese_documents_are_counted_in_characters(browser: Browser, job: LiveJob) -> None:
    with page_of(browser, job, "lang=zh&document=zh&title=潮汐") as page:
        job.say(job.planned(), job.text(INTRO, "潮汐由 Moon 引"), job.text(INTRO, "起。"))

        expect(page.get_by_role("heading", level=1)).to_have_text("正在撰写《潮汐》")
        expect(page.locator(".lb-summary")).to_have_text("已完成 0/4 节，6 字")
        expect(page.get_by_role("button", name="停止")).to_be_visible()


def test_a_word_that_arrives_in_pieces_is_one_word(page: Page, job: LiveJob) -> None:
    pieces = ["The neap", "-", "ti", "de doesn", "'t ", "wait", ". It", " goes"]

    job.say(job.planned(), *(job.text(INTRO, piece) for piece in pieces))

    expect(page.locator(".lb-summary")).to_have_text("0 of 4 sections, 6 words")


def test_words_once_counted_are_never_taken_back(page: Page, job: LiveJob) -> None:
    job.say(job.planned(), job.text(INTRO, "one two three four"))
    expect(page.locator(".lb-summary")).to_contain_text("4 words")

    job.say(job.state(INTRO, SectionStatus.WRITING), job.text(INTRO, "again"))

    expect(card(page, INTRO).locator(".lb-tail")).to_have_text("again")
    expect(page.locator(".lb-summary")).to_contain_text("4 words")


def test_a_finished_section_opens_on_a_click_and_by_keyboard(page: Page, job: LiveJob) -> None:
    content = "### 结论\n\nThe **Moon** pulls[@m4].\n\nSo does the Sun."
    job.say(job.planned(), job.state(CAUSES, SectionStatus.DONE, content=content, word_count=9))
    read = page.get_by_role("button", name="Read 2.1 Moon and Sun")

    expect(card(page, CAUSES).locator(".lb-tail")).to_have_text("The Moon pulls. So does the Sun.")

    read.focus()
    page.keyboard.press("Enter")

    full = card(page, CAUSES).locator(".lb-full")
    assert full.locator("p").all_inner_texts() == ["结论", "The Moon pulls.", "So does the Sun."]
    close = page.get_by_role("button", name="Close 2.1 Moon and Sun")
    expect(close).to_be_focused()
    expect(close).to_have_attribute("aria-expanded", "true")
    close.click()
    expect(full).to_be_hidden()


def test_a_failed_section_says_why_in_the_language_of_the_interface(
    browser: Browser, job: LiveJob
) -> None:
    with page_of(browser, job, "lang=zh") as page:
        job.say(
            job.planned(),
            job.state(INTRO, SectionStatus.FAILED, code="model_unavailable", error="timeout"),
            job.state(TABLES, SectionStatus.FAILED, code="never_heard_of", error="secret"),
        )

        expect(card(page, INTRO)).to_contain_text("未能完成")
        expect(card(page, INTRO)).to_contain_text("模型没有响应，请稍后重试。")
        expect(card(page, TABLES)).to_contain_text("未能写成")
        expect(page.locator(".lb")).not_to_contain_text("secret")


def test_a_fused_chapter_is_marked(page: Page, job: LiveJob) -> None:
    job.say(job.planned(), ChapterFused(chapter_id=NodeId("c2"), **job.envelope(3)))

    expect(page.locator(".lb-fused")).to_contain_text("Revised as a whole")


def test_markup_in_titles_and_text_does_nothing(browser: Browser, job: LiveJob) -> None:
    with page_of(browser, job, f"title={EVIL}") as page:
        job.say(
            job.planned(),
            job.text(INTRO, EVIL),
            job.progress(EVIL),
            job.state(TABLES, SectionStatus.DONE, content=f"{EVIL} [x](javascript:hurt())"),
        )
        page.get_by_role("button", name="Read 2.2 Tide tables").click()

        expect(card(page, GONE)).to_contain_text(f"3 {EVIL}")
        expect(card(page, TABLES).locator(".lb-full")).to_contain_text(EVIL)
        assert page.locator(".lb img, .lb a").count() == 0
        assert page.evaluate("window.hurt") is None


def test_a_broken_connection_is_said_and_resumed_without_a_gap_or_a_repeat(
    page: Page, job: LiveJob
) -> None:
    job.say(job.planned(), job.text(INTRO, "one "))
    expect(card(page, INTRO).locator(".lb-tail")).to_have_text("one")
    job.control("configure", json.dumps({"is_reachable": False}))
    job.control("drop", json.dumps(["", job.frame(job.text(INTRO, "two"), first=2)]))
    status = page.get_by_role("status")
    expect(status).to_have_text("Connection lost; reconnecting. The work goes on.")

    job.control("configure", json.dumps({"is_reachable": True}))
    page.evaluate("window.dispatchEvent(new Event('online'))")
    expect(status).to_have_text("Connected again.")
    job.say(job.text(INTRO, "three"))

    expect(card(page, INTRO).locator(".lb-tail")).to_have_text("one three")
    assert job.facts()["afters"] == ["0-0", "1-2"]


def test_ids_are_compared_as_numbers(page: Page, job: LiveJob) -> None:
    events: list[tuple[str, Event]] = [
        ("9-9", job.planned()),
        ("9-10", job.text(INTRO, "ten ")),
        ("10-1", job.text(INTRO, "epoch")),
        ("9-11", job.text(INTRO, "stale")),
    ]

    for number, event in events:
        job.control("say", json.dumps([[number, event.model_dump(mode="json")]]))

    expect(card(page, INTRO).locator(".lb-tail")).to_have_text("ten epoch")


def test_after_a_gap_the_text_is_built_anew(page: Page, job: LiveJob) -> None:
    job.say(job.planned(), job.text(INTRO, "half of"))
    expect(card(page, INTRO).locator(".lb-tail")).to_have_text("half of")

    told_anew = json.loads(job.frame(job.text(INTRO, "潮汐的全部"), first=1))
    job.control("say", json.dumps([["gap", None], *told_anew]))

    expect(card(page, INTRO).locator(".lb-tail")).to_have_text("潮汐的全部")


def test_a_viewer_asks_for_nothing_while_events_arrive(page: Page, job: LiveJob) -> None:
    job.say(job.planned())
    expect(card(page, INTRO)).to_be_visible()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))

    job.say(job.text(INTRO, "one"), job.state(CAUSES, SectionStatus.WRITING))
    expect(card(page, CAUSES)).to_contain_text("Writing")

    assert asked == []


def test_the_page_learns_that_the_job_is_done(page: Page, job: LiveJob) -> None:
    job.say(job.planned(), TaskCompleted(result={}, duration=2.5, **job.envelope(9)))

    expect(page.get_by_text("The page knows: completed")).to_be_visible()
    expect(page.get_by_role("status").filter(has_text="Finished.")).to_be_visible()
    expect(page.get_by_role("button", name="Stop")).to_be_hidden()


@pytest.mark.parametrize(
    ("code", "known", "sentence"),
    [
        ("cancelled", "cancelled cancelled", "Stopped. Finished sections are kept."),
        ("model_key_invalid", "failed model_key_invalid", "The provider refused the key."),
        ("unheard_of", "failed unheard_of", "Something went wrong on our side."),
    ],
)
def test_a_job_that_failed_says_why_and_tells_the_page(
    page: Page, job: LiveJob, code: str, known: str, sentence: str
) -> None:
    job.say(job.planned(), job.failed(code))

    expect(page.get_by_text(f"The page knows: {known}")).to_be_visible()
    expect(page.locator(".lb-now")).to_contain_text(sentence)


def test_a_job_that_is_no_longer_kept_is_not_asked_for_again(
    browser: Browser, job: LiveJob
) -> None:
    job.control("configure", json.dumps({"is_known": False}))

    with page_of(browser, job) as page:
        expect(page.locator(".lb-now")).to_contain_text("This job is no longer kept.")
        expect(page.get_by_text("The page knows: gone not_found")).to_be_visible()
    assert job.facts()["afters"] == ["0-0"]


def test_stop_asks_once_and_goes_on_when_told_so(page: Page, job: LiveJob) -> None:
    stop = page.get_by_role("button", name="Stop", exact=True)
    stop.click()
    question = page.get_by_role("alertdialog")
    expect(question).to_contain_text("Stop writing? Finished sections are kept.")
    expect(page.get_by_role("button", name="Keep writing")).to_be_focused()

    page.keyboard.press("Escape")

    expect(question).to_be_hidden()
    expect(stop).to_be_focused()
    assert job.facts()["cancels"] == 0


def test_stop_is_shown_at_once_and_sent_once(page: Page, job: LiveJob) -> None:
    page.get_by_role("button", name="Stop", exact=True).click()
    page.get_by_role("alertdialog").get_by_role("button", name="Stop").click()

    stopping = page.get_by_role("button", name="Stopping…")
    expect(stopping).to_be_focused()
    stopping.click(force=True)
    expect(page.get_by_role("alertdialog")).to_be_hidden()
    job.say(job.failed("cancelled"))
    expect(page.get_by_text("The page knows: cancelled")).to_be_visible()
    assert job.facts()["cancels"] == 1


def test_a_stop_that_did_not_arrive_can_be_tried_again(page: Page, job: LiveJob) -> None:
    job.control("configure", json.dumps({"cancel_status": 503}))

    page.get_by_role("button", name="Stop", exact=True).click()
    page.get_by_role("alertdialog").get_by_role("button", name="Stop").click()

    expect(page.get_by_role("alert")).to_contain_text("the work goes on. Try Stop again.")
    expect(page.get_by_role("button", name="Stop", exact=True)).to_be_visible()


def test_the_compact_form_says_what_is_done_and_how_far_it_is(
    browser: Browser, job: LiveJob
) -> None:
    with page_of(browser, job, "compact=1&lang=zh") as page:
        bar = page.get_by_role("progressbar", name="进度")
        expect(bar).not_to_have_attribute("aria-valuenow", re.compile(".*"))

        job.say(job.progress("正在阅读第 2 个文件，共 5 个…", done=2, total=5))

        expect(page.get_by_role("status")).to_have_text("正在阅读第 2 个文件，共 5 个…")
        expect(bar).to_have_attribute("aria-valuenow", "40")
        expect(page.get_by_role("button", name="停止")).to_be_visible()
        assert page.locator(".lb-card").count() == 0


def test_sentences_are_read_out_with_pauses_and_the_last_one_is_not_lost(
    page: Page, job: LiveJob
) -> None:
    job.say(TaskStarted(outline_title="Tides", **job.envelope(0)), job.progress("First."))
    expect(page.get_by_role("status")).to_have_text("First.")

    job.say(job.progress("Second."))
    job.say(job.progress("Third."), job.text(INTRO, "text"))

    expect(page.locator(".lb")).to_have_attribute("data-first-text-ms", re.compile(r"\d+"))
    expect(page.get_by_role("status")).to_have_text("First.")
    expect(page.get_by_role("status")).to_have_text("Third.", timeout=8_000)


@pytest.mark.parametrize(
    ("scheme", "width", "query"),
    [("light", 1200, ""), ("dark", 1200, "lang=zh&document=zh"), ("dark", 390, "lang=zh")],
)
def test_the_board_has_no_barrier_that_axe_knows(
    browser: Browser, job: LiveJob, scheme: str, width: int, query: str
) -> None:
    size = {"width": width, "height": 900}
    with page_of(browser, job, query, color_scheme=scheme, viewport=size) as page:
        job.say(
            job.planned(),
            job.progress("正在撰写。"),
            job.text(INTRO, "潮汐由月球引起。"),
            job.state(INTRO, SectionStatus.WRITING),
            job.state(CAUSES, SectionStatus.DONE, content="Text.", word_count=1),
            job.state(GONE, SectionStatus.FAILED, code="model_unavailable"),
            ChapterFused(chapter_id=NodeId("c2"), **job.envelope(3)),
        )
        card(page, CAUSES).get_by_role("button").click()
        page.locator(".lb-button").first.click()

        assert violations(page, ".lb") == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
