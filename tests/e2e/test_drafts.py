"""A writing that is late, is stopped, is read as a draft, is corrected, and goes on from there."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

import benchmarks.endpoint
from benchmarks.endpoint import Endpoint, Pace, serving_in_thread
from benchmarks.endpoint_answers import answer_tokens
from benchmarks.endpoint_faults import Reply, head_fault
from components.board.labels import LABELS
from components.budgets import TEXTS as BUDGETS
from components.job_end import end_text
from pipeline.domain.documents import Language
from tests.e2e.app_driver import Visit, visiting
from tests.e2e.conftest import RunningApp, StartApp

pytestmark = [pytest.mark.browser, pytest.mark.long, pytest.mark.timeout(240)]

PATIENCE_MS = 60_000
AT_ONCE = Pace(tokens=60)
STEADILY = Pace(ttft_ms=100, tokens_per_second=20, tokens=60)
MINE = {"en": "My own words, corrected by hand.", "zh": "我亲手改过的一段话。"}


@pytest.fixture(scope="module")
def endpoint() -> Iterator[Endpoint]:
    with serving_in_thread(AT_ONCE) as endpoint:
        yield endpoint


@pytest.fixture(scope="module")
def app(start_app: StartApp, endpoint: Endpoint) -> RunningApp:
    return start_app("app.py", OPENAI_BASE_URL=endpoint.base_url, OPENAI_MODEL="sim")


FIRST = range(6)
"""Calls that are made when all sections begin; later ones correct what is written."""


class Uneven:
    """An endpoint that refuses its first call once, and of the next lets some never end."""

    def __init__(self) -> None:
        self.streams = 0
        self.refused = False

    def fault(self, fault: str, request: Mapping[str, Any]) -> Reply | None:
        if not request.get("stream") or request.get("response_format") or self.refused:
            return head_fault(fault, request)
        self.refused = True
        error = {"message": "Rate limit", "code": "rate_limit_exceeded"}
        return Reply(429, {"error": error}, {"retry-after": "8"})

    def tokens(self, request: Mapping[str, Any], **options: Any) -> list[str]:
        text = answer_tokens(dict(request), **options)
        if not request.get("stream") or request.get("response_format"):
            return text
        self.streams += 1
        return text * 500 if self.streams in FIRST and self.streams % 2 else text


def stop(visit: Visit) -> None:
    label = LABELS[visit.language]["stop"]
    visit.button_named(label).first.click()
    visit.page.get_by_role("alertdialog").get_by_role("button", name=label, exact=True).click()
    visit.says("writing.cancelled")


def try_one_again(visit: Visit, endpoint: Endpoint, *, others: int) -> None:
    """The cards of the other gaps say that they are left for later."""
    endpoint.pace = STEADILY
    visit.page.locator(".lr-retry").first.click()
    left = visit.page.locator(".lb-card[data-state=left]")
    expect(left).to_have_count(others, timeout=PATIENCE_MS)
    expect(left.first).to_contain_text(LABELS[visit.language]["state_left"])
    endpoint.pace = AT_ONCE


@pytest.fixture(params=["en", "zh"])
def visit(browser: Browser, app: RunningApp, request: pytest.FixtureRequest) -> Iterator[Visit]:
    language: Language = request.param
    with visiting(browser, app, language) as visit:
        yield visit
        visit.shows_no_exception()
        assert visit.complaints == []


def test_what_is_finished_is_a_draft_that_is_corrected_and_gone_on_with(
    visit: Visit, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    labels, mine = LABELS[visit.language], MINE[visit.language]
    endpoint.pace = AT_ONCE
    visit.propose_example()
    with monkeypatch.context() as patch:
        uneven = Uneven()
        patch.setattr(benchmarks.endpoint, "head_fault", uneven.fault)
        patch.setattr(benchmarks.endpoint, "answer_tokens", uneven.tokens)
        endpoint.pace = STEADILY
        visit.write()
        late = visit.page.locator(".lb-card-late .lb-tail").first
        expect(late).to_contain_text(labels["delay_rate_limited"], timeout=PATIENCE_MS)
        visit.page.locator(".lb-card[data-state=done]").first.wait_for(timeout=PATIENCE_MS)
        stop(visit)
    unfinished = visit.page.locator(".lb-card[data-state=stopped]")
    expect(unfinished.first).to_contain_text(labels["state_stopped"])
    count = unfinished.count()

    visit.button_named(end_text("draft", visit.m)).click()
    visit.read()
    gaps = visit.page.locator(".lr-gap")
    expect(gaps).to_have_count(count)
    correct(visit, mine)
    try_one_again(visit, endpoint, others=count - 1)
    is_written(visit)
    expect(gaps).to_have_count(count - 1, timeout=PATIENCE_MS)
    visit.button_named(visit.m("document.fill_gaps", number=count - 1)).click()
    is_written(visit)

    expect(visit.page.get_by_text(mine)).to_be_visible(timeout=PATIENCE_MS)
    expect(gaps).to_have_count(0)


def test_an_own_text_that_is_picked_counts_in_the_estimate_and_is_written_anew(
    visit: Visit, endpoint: Endpoint
) -> None:
    mine, again = MINE[visit.language], visit.m("outline.write_again")
    endpoint.pace = AT_ONCE
    manuscript_id = visit.propose_example()
    visit.write()
    visit.read()
    correct(visit, mine, nth=-1)
    visit.open_outline(manuscript_id)
    visit.button_named(again).click()
    dialog = visit.page.get_by_role("dialog")
    start, _, _ = visit.m.say(BUDGETS["tokens"], tokens="#").partition("#")
    about = dialog.get_by_text(re.compile(rf"^{start}\d"))
    expect(dialog).to_contain_text(visit.m("outline.again_question"), timeout=PATIENCE_MS)
    expect(about).to_have_count(0)

    dialog.get_by_role("combobox").click()
    visit.page.get_by_role("option").first.click()
    visit.page.keyboard.press("Tab")

    expect(about).to_be_visible(timeout=PATIENCE_MS)
    dialog.get_by_role("button", name=again).click()
    is_written(visit)
    expect(visit.page.locator(".lr-section").first).to_be_visible(timeout=PATIENCE_MS)
    expect(visit.page.locator(".lr-section").get_by_text(mine)).to_have_count(0)


def is_written(visit: Visit) -> None:
    visit.page.wait_for_url(re.compile("/writing"), timeout=PATIENCE_MS)
    visit.page.wait_for_url(re.compile("/document"), timeout=PATIENCE_MS)


def correct(visit: Visit, text: str, nth: int = 0) -> None:
    """Replace the first section that has a text, or another of them; -1 is the last."""
    sections = visit.page.locator(".lr-section").filter(has=visit.page.locator(".lr-edit"))
    section = sections.filter(has_not=visit.page.locator(".lr-gap")).nth(nth)
    section.locator(".lr-edit").click()
    section.locator("textarea").fill(text)
    section.locator(".lr-primary").click()
    expect(visit.page.get_by_text(text).first).to_be_visible(timeout=PATIENCE_MS)
