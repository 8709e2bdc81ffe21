"""Marks and findings in a browser: shown on demand, opened, gone through, renewed by an edit."""

import re
from collections.abc import Iterator
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.e2e.accessibility import violations
from tests.e2e.app_driver import PATIENCE_MS, visiting
from tests.e2e.conftest import RunningApp, StartApp
from tests.e2e.reader_driver import open_editor, page_of, section

pytestmark = [pytest.mark.browser, pytest.mark.long, pytest.mark.timeout(60)]


@pytest.fixture(scope="module")
def app(start_app: StartApp) -> RunningApp:
    return start_app("tests/e2e/apps/reader_app.py")


@pytest.fixture
def name() -> str:
    return f"doc-{uuid4().hex[:8]}"


@pytest.fixture
def page(browser: Browser, app: RunningApp, name: str) -> Iterator[Page]:
    with page_of(browser, app, name) as page:
        yield page


def signs(page: Page) -> Locator:
    return page.locator(".lr-sign")


def dialog(page: Page) -> Locator:
    return page.get_by_role("dialog")


def show_marks(page: Page) -> None:
    page.get_by_role("button", name="Show marks (3)").click()


def test_marks_are_shown_only_when_they_are_asked_for(page: Page) -> None:
    expect(section(page, "bodies").locator("p").first).to_have_text(
        re.compile(r"^The Moon pulls at the sea\[1\], and the Sun does so less\[1\]\[2\]\..* An")
    )
    for sign in signs(page).all():
        expect(sign).to_be_hidden()

    show_marks(page)

    expect(page.get_by_role("button", name="Show marks")).to_have_attribute("aria-pressed", "true")
    expect(signs(page)).to_have_text(["?", "[?]", "!"])
    marked = section(page, "spring").locator(".lr-mark[data-kind]")
    expect(marked).to_have_text("高潮每天推迟约五十分钟[3]。")
    expect(marked).to_have_css("text-decoration-style", "wavy")


def test_a_mark_says_why_with_the_passages_beside_it(page: Page) -> None:
    show_marks(page)

    section(page, "bodies").get_by_role("button", name="Worth a check").click()

    expect(dialog(page)).to_be_focused()
    expect(dialog(page)).to_contain_text("A name in it does not stand there.")
    expect(dialog(page)).to_contain_text("The Moon raises two bulges of water")
    expect(dialog(page)).to_contain_text("大潮出现在新月和满月前后。")
    expect(dialog(page)).to_contain_text("1 of 3")
    page.keyboard.press("Escape")
    expect(signs(page).first).to_be_focused()


def test_a_click_on_a_marked_sentence_opens_it_and_on_a_citation_its_passage(page: Page) -> None:
    show_marks(page)
    spring = section(page, "spring")

    spring.locator(".lr-mark[data-kind]").click(position={"x": 20, "y": 8})
    expect(dialog(page)).to_contain_text("Second opinion of the model: it is not carried")
    expect(dialog(page)).to_contain_text("published 2024-05 · read 2026-11-24")
    page.keyboard.press("Escape")

    spring.locator(".lr-mark .lr-cite").click()
    expect(dialog(page)).to_have_accessible_name("Citation 3: Tide tables")


def test_marks_are_gone_through_by_keyboard_alone(page: Page) -> None:
    page.get_by_role("button", name="Show marks (3)").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("F8")
    expect(dialog(page)).to_have_accessible_name("Worth a check")

    page.keyboard.press("F8")
    expect(dialog(page)).to_have_accessible_name("Needs a source")
    dialog(page).get_by_role("button", name="Next mark").press("Enter")
    expect(dialog(page)).to_have_accessible_name("Not found in its source")
    expect(dialog(page).get_by_role("button", name="Next mark")).to_be_focused()
    expect(signs(page).last).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(dialog(page)).to_have_accessible_name("Worth a check")
    page.keyboard.press("Shift+F8")
    expect(dialog(page)).to_have_accessible_name("Not found in its source")


def test_leaving_the_editor_brings_back_the_marks_and_the_names_of_citations(page: Page) -> None:
    show_marks(page)
    open_editor(page, "bodies")
    expect(signs(page)).to_have_text(["!"])

    page.keyboard.press("Escape")

    expect(signs(page)).to_have_text(["?", "[?]", "!"])
    cite = section(page, "bodies").get_by_role("button", name="Citation 1: The Moon and the sea")
    expect(cite.first).to_have_attribute("aria-haspopup", "dialog")
    page.keyboard.press("F8")
    expect(dialog(page)).to_have_accessible_name("Worth a check")
    expect(dialog(page)).to_contain_text("1 of 3")


def test_hiding_the_marks_closes_what_they_opened_and_leaves_the_keys_alone(page: Page) -> None:
    show_marks(page)
    page.keyboard.press("F8")

    page.get_by_role("button", name="Show marks (3)").click()

    expect(dialog(page)).to_be_hidden()
    page.keyboard.press("F8")
    expect(dialog(page)).to_be_hidden()


def test_findings_lead_to_their_places(page: Page) -> None:
    page.get_by_text("Checks: 2 things to look at").click()
    page.get_by_role("button", name="1.1 repeats 1.2: “Spring tides at new and full moon”").click()

    found = page.locator(".lr-found")
    expect(found).to_have_text("Spring tides at new and full moon")
    expect(found).to_be_focused()

    page.get_by_role("button", name="See 1.2").click()
    expect(section(page, "spring").locator(".lr-found").first).to_be_focused()
    expect(section(page, "bodies").locator(".lr-found")).to_have_count(0)

    page.get_by_role("button", name="4 1,120 of 400 words").click()
    expect(section(page, "shore").get_by_role("heading")).to_be_focused()


def test_an_edit_renews_marks_and_findings(page: Page) -> None:
    open_editor(page, "spring").fill("改过的一节[@s1]。")
    page.keyboard.press("Control+Enter")

    expect(page.get_by_role("button", name="Show marks (2)")).to_be_visible()
    expect(page.get_by_text("Checks: 1 thing to look at")).to_be_visible()
    page.get_by_role("button", name="Show marks (2)").click()
    expect(signs(page)).to_have_text(["?", "[?]"])


def test_a_reference_in_a_style_has_emphasis_and_links_and_leads_to_its_first_citation(
    page: Page,
) -> None:
    entry = page.locator(".lr-references li").nth(2)
    expect(entry.locator("em")).to_have_text("Tide tables")
    expect(entry.get_by_role("link")).to_have_attribute("target", "_blank")

    entry.get_by_role("button", name="First citation of reference 3").click()

    expect(section(page, "spring").locator(".lr-cite").nth(1)).to_be_focused()


@pytest.mark.parametrize(
    ("scheme", "width", "query"),
    [("light", 1200, ""), ("dark", 1200, "lang=zh"), ("light", 390, "lang=zh")],
)
def test_marks_and_findings_have_no_barrier_and_fit(
    browser: Browser, app: RunningApp, name: str, scheme: str, width: int, query: str
) -> None:
    size = {"width": width, "height": 900}
    with page_of(browser, app, name, query, color_scheme=scheme, viewport=size) as page:
        page.locator(".lr-findings summary").click()
        page.locator(".lr-show").click()
        page.keyboard.press("F8")
        expect(dialog(page)).to_be_visible()

        assert violations(page, ".lr") == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_sentence_of_the_authors_own_is_marked_as_soon_as_it_is_saved(
    browser: Browser, longhand: RunningApp
) -> None:
    with visiting(browser, longhand, "zh") as visit:
        visit.propose_example()
        visit.write()
        visit.read()
        cited = visit.page.locator(".lr-section:has(.lr-cite)").first
        section_id = cited.get_attribute("data-section") or ""
        area = open_editor(visit.page, section_id)
        area.fill(f"{area.input_value()}\n\n该市在1843年投入了93亿元，改造了4200个小区。")
        visit.page.keyboard.press("Control+Enter")

        visit.page.locator(".lr-show").click(timeout=PATIENCE_MS)

        own = section(visit.page, section_id).locator('.lr-mark[data-kind="needs_source"]')
        expect(own.last).to_have_text("该市在1843年投入了93亿元，改造了4200个小区。")
        expect(visit.page.locator(".lr-integrity")).to_contain_text("缺少出处")
        assert visit.complaints == []
