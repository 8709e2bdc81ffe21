"""The board of a document in one language, on a page in the other one."""

from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from pipeline.domain.documents import Language, SectionStatus
from pipeline.domain.phrases import say
from tests.e2e.conftest import RunningApp, StartApp
from tests.e2e.live_job import CAUSES, INTRO, TABLES, LiveJob
from tests.e2e.test_board import card, page_of

pytestmark = [pytest.mark.browser, pytest.mark.detail, pytest.mark.timeout(60)]

UNFUSED = {"number": "2", "title": "潮汐 {reason} & Tides", "reason": "model_unavailable"}
IN_CHINESE = "第 2 章 潮汐 {reason} & Tides 未能通稿，保留各节原文：模型没有响应。"
IN_ENGLISH = (
    "Chapter 2 潮汐 {reason} & Tides stays as its sections were written: the model did not answer."
)


@pytest.fixture(scope="module")
def app(start_app: StartApp) -> RunningApp:
    return start_app("tests/e2e/apps/board_app.py")


@pytest.fixture
def job(app: RunningApp) -> LiveJob:
    return LiveJob(app)


@pytest.mark.parametrize("form", ["compact", "whole"])
@pytest.mark.parametrize(
    ("page_language", "document", "said"),
    [("en", "zh", IN_ENGLISH), ("zh", "en", IN_CHINESE)],
)
def test_a_job_speaks_the_language_of_the_page_and_titles_stay_as_they_are(
    browser: Browser,
    job: LiveJob,
    page_language: Language,
    document: Language,
    said: str,
    form: str,
) -> None:
    sentence = say(document, "not_fused", UNFUSED)
    with page_of(browser, job, f"{form}&lang={page_language}&document={document}") as page:
        job.say(job.planned(), job.progress(sentence, key="not_fused", values=UNFUSED))

        expect(page.get_by_role("status")).to_have_text(said)


@pytest.mark.parametrize(
    ("page_language", "said"), [("en", "something went wrong."), ("zh", "出现了问题。")]
)
def test_a_reason_that_nobody_knows_is_no_code_on_the_page(
    browser: Browser, job: LiveJob, page_language: Language, said: str
) -> None:
    with page_of(browser, job, f"lang={page_language}") as page:
        values = UNFUSED | {"reason": "never_heard_of"}
        job.say(job.planned(), job.progress("…", key="not_fused", values=values))

        expect(page.get_by_role("status")).to_contain_text(said)
        expect(page.get_by_role("status")).not_to_contain_text("never_heard_of")


@pytest.mark.parametrize(
    "of_another_version",
    [
        {},
        {"key": "never_heard_of", "values": {"number": 3}},
        {"key": "reading", "values": {"name": "tides.md"}},
    ],
    ids=["no key", "an unknown key", "other values"],
)
def test_what_another_version_says_is_shown_as_it_is(
    browser: Browser, job: LiveJob, of_another_version: dict[str, Any]
) -> None:
    with page_of(browser, job, "lang=en&document=zh") as page:
        job.say(job.planned(), job.progress("正在拟定大纲。", **of_another_version))

        expect(page.get_by_role("status")).to_have_text("正在拟定大纲。")


def test_titles_and_texts_are_marked_with_the_language_of_the_document(
    browser: Browser, job: LiveJob
) -> None:
    with page_of(browser, job, "lang=en&document=zh") as page:
        job.say(
            job.planned(),
            job.text(INTRO, "潮汐由月球引起。"),
            job.state(CAUSES, SectionStatus.FAILED, code="model_unavailable"),
            job.state(TABLES, SectionStatus.DONE, content="潮汐表。"),
        )
        page.get_by_role("button", name="Read 2.2 Tide tables").click()

        expect(card(page, INTRO).get_by_text("潮汐由月球引起。")).to_have_attribute("lang", "zh")
        expect(card(page, INTRO).locator(".lb-title")).to_have_attribute("lang", "zh")
        expect(card(page, TABLES).locator(".lb-full")).to_have_attribute("lang", "zh")
        expect(page.get_by_text("2 What makes the tides")).to_have_attribute("lang", "zh")
        failed = card(page, CAUSES).get_by_text("The model did not answer.")
        expect(failed).to_have_attribute("lang", "en")
