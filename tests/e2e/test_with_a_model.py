"""Writing with a model, which a simulated endpoint plays: streams, stops, refusals, gaps."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, expect

import benchmarks.endpoint
from benchmarks.endpoint import Endpoint, Pace, serving_in_thread
from benchmarks.endpoint_faults import Reply, head_fault
from components.board.labels import LABELS
from components.reader.labels import LABELS as READER_LABELS
from pipeline.domain.documents import Language
from tests.e2e.accessibility import KNOWN, page_violations
from tests.e2e.app_driver import PATIENCE_MS, Visit, second_tab, visiting
from tests.e2e.conftest import RunningApp, StartApp

pytestmark = [pytest.mark.browser, pytest.mark.long, pytest.mark.timeout(60)]

AT_ONCE = Pace(tokens=60)
"""As fast as it can: for outlines, and where the pace does not matter."""

SLOWLY = Pace(ttft_ms=100, tokens_per_second=4, tokens=60)
"""Four seconds a section: time to look, to reload and to stop."""


@pytest.fixture(scope="module")
def endpoint() -> Iterator[Endpoint]:
    with serving_in_thread(AT_ONCE) as endpoint:
        yield endpoint


@pytest.fixture(scope="module")
def app(start_app: StartApp, endpoint: Endpoint) -> RunningApp:
    return start_app("app.py", OPENAI_BASE_URL=endpoint.base_url, OPENAI_MODEL="sim")


@pytest.fixture
def visit(browser: Browser, app: RunningApp, endpoint: Endpoint) -> Iterator[Visit]:
    with visiting(browser, app) as visit:
        yield visit
        visit.shows_no_exception()
        assert visit.complaints == []
        assert visit.foreign_requests() == []
    endpoint.pace = AT_ONCE


def cards(visit: Visit, state: str) -> Locator:
    return visit.page.locator(f'.lb-card[data-state="{state}"]')


def begin_to_write(visit: Visit, endpoint: Endpoint) -> str:
    """Write an example slowly; return the job's id once text is coming in."""
    visit.propose_example()
    endpoint.pace = SLOWLY
    visit.write()
    job_id = visit.arrives("writing")
    visit.page.wait_for_selector(
        ".lb-card[data-state=writing] .lb-tail:not(:empty)", timeout=PATIENCE_MS
    )
    return job_id


def test_sections_are_seen_while_they_are_written_side_by_side(
    visit: Visit, endpoint: Endpoint
) -> None:
    visit.propose_example()
    headings = visit.headings()
    endpoint.pace = SLOWLY
    visit.write()
    visit.arrives("writing")

    expect(visit.page.locator(".lb-card").first).to_be_visible(timeout=PATIENCE_MS)
    leaves = visit.page.locator(".lb-card").count()
    with_text = cards(visit, "writing").filter(has_text=re.compile(r"(\S+ ){12}"))
    expect(with_text).to_have_count(leaves, timeout=PATIENCE_MS)

    assert leaves > 3
    assert endpoint.open_streams == leaves
    endpoint.pace = AT_ONCE
    assert visit.read() == headings


def test_a_proposal_is_stopped_from_its_page(visit: Visit, endpoint: Endpoint) -> None:
    stop = LABELS["en"]["stop"]
    visit.new()
    visit.take_example("grid")
    endpoint.pace = SLOWLY
    visit.page.locator(".lc-submit").click()
    visit.arrives("outline")
    visit.page.get_by_role("button", name=stop, exact=True).click(timeout=PATIENCE_MS)

    visit.page.get_by_role("alertdialog").get_by_role("button", name=stop, exact=True).click()

    visit.says("outline.cancelled")
    expect(visit.button("outline.retry")).to_be_visible()
    endpoint.pace = AT_ONCE
    visit.button("outline.retry").click()
    visit.wait_until_saved()


def test_a_reload_and_a_second_tab_show_the_same_writing(visit: Visit, endpoint: Endpoint) -> None:
    job_id = begin_to_write(visit, endpoint)
    titles = visit.page.locator(".lb-card .lb-title")
    before = titles.all_inner_texts()
    other = second_tab(visit)

    visit.page.reload()
    other.go(f"writing?job={job_id}")

    for tab in (visit, other):
        tail = tab.page.locator(".lb-card[data-state=writing] .lb-tail span:not(:empty)")
        expect(tail.first).to_be_visible(timeout=PATIENCE_MS)
        assert tab.page.locator(".lb-card .lb-title").all_inner_texts() == before
    endpoint.pace = AT_ONCE
    assert visit.read() == other.read()
    assert other.complaints == []


@pytest.mark.parametrize(("language", "scheme"), [("en", "light"), ("zh", "dark")])
def test_stopping_asks_once_keeps_what_is_finished_and_can_be_taken_up_again(
    browser: Browser, app: RunningApp, endpoint: Endpoint, language: Language, scheme: str
) -> None:
    labels = LABELS[language]
    with visiting(browser, app, language, color_scheme=scheme) as visit:
        begin_to_write(visit, endpoint)
        assert page_violations(visit.page, KNOWN) == []
        visit.button_named(labels["stop"]).click()
        question = visit.page.get_by_role("alertdialog")
        expect(question).to_contain_text(labels["stop_question"])
        question.get_by_role("button", name=labels["keep_writing"]).click()
        expect(question).to_be_hidden()
        expect(cards(visit, "writing").first).to_be_visible()

        visit.button_named(labels["stop"]).click()
        question.get_by_role("button", name=labels["stop"], exact=True).click()

        visit.says("writing.cancelled")
        endpoint.pace = AT_ONCE
        visit.button("writing.resume").click()
        assert len(visit.read()) > 3
        visit.shows_no_exception()


def test_a_refused_key_is_said_in_words_and_the_outline_can_still_be_made_by_hand(
    browser: Browser, start_app: StartApp, endpoint: Endpoint
) -> None:
    address = endpoint.base_url
    app = start_app("app.py", OPENAI_BASE_URL=address, OPENAI_MODEL="sim-key")
    with visiting(browser, app, "zh") as visit:
        visit.new()
        visit.take_example("renewal")
        visit.page.locator(".lc-submit").click()
        visit.arrives("outline")
        refused = visit.m.problem("model_key_invalid")
        expect(visit.page.get_by_text(refused)).to_be_visible(timeout=PATIENCE_MS)
        expect(visit.button("outline.retry")).to_be_visible()
        visit.page.locator(".ol-empty button").click()
        visit.outline.type("自己写的一节")
        visit.rename_outline("自己定的标题")

        visit.write()

        visit.arrives("writing")
        expect(visit.page.get_by_text(refused)).to_be_visible(timeout=PATIENCE_MS)
        expect(visit.page.get_by_text("sk-abcdefgh1234")).to_have_count(0)
        visit.shows_no_exception()


def test_a_section_that_failed_is_a_marked_gap_between_the_others(
    visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    visit.propose_example()
    numbers = [heading.split()[0] for heading in visit.headings()]
    leaf = next(i for i, n in enumerate(numbers) if f"{n}.1" not in numbers)
    visit.outline.go(leaf, to="Control+a")
    visit.outline.type("The unlucky one 倒霉的一节")
    visit.wait_until_saved()

    def refuse_the_unlucky_one(fault: str, request: Mapping[str, Any]) -> Reply | None:
        asked = str(request["messages"][-1]["content"]).strip().splitlines()[-1]
        if "The unlucky one" in asked:
            return Reply(400, {"error": {"message": json.dumps(asked), "code": None}})
        return head_fault(fault, request)

    monkeypatch.setattr(benchmarks.endpoint, "head_fault", refuse_the_unlucky_one)
    visit.write()

    headings = visit.read()
    assert headings[leaf] == f"{numbers[leaf]} The unlucky one 倒霉的一节"
    gaps = visit.page.locator(".lr-gap")
    expect(gaps).to_have_count(1)
    expect(visit.section("The unlucky one 倒霉的一节").locator(".lr-gap")).to_contain_text(
        READER_LABELS["en"]["gap"]
    )
    expect(visit.page.locator(".lr-integrity")).to_contain_text("1 section missing")
