"""What every page owes everybody: no barriers, any width, both themes, the keyboard alone."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from components.examples import EXAMPLES
from components.interface import TAGS
from pipeline.domain.documents import Language
from tests.e2e.accessibility import KNOWN, page_violations
from tests.e2e.app_driver import PATIENCE_MS, Visit, visiting
from tests.e2e.conftest import RunningApp

pytestmark = [pytest.mark.browser, pytest.mark.long, pytest.mark.timeout(90)]


@pytest.fixture(scope="module")
def manuscript_id(browser: Browser, longhand: RunningApp) -> str:
    """A document that is written, whose pages are looked at."""
    with visiting(browser, longhand) as visit:
        manuscript_id = visit.propose_example()
        visit.write()
        visit.read()
        return manuscript_id


def pages_of(visit: Visit, manuscript_id: str) -> Iterator[tuple[str, Locator]]:
    """Open each page in turn; with it comes what one does there first."""
    page = visit.page
    visit.new()
    visit.take_example("renewal" if visit.language == "zh" else "grid")
    yield "new", page.locator(".lc-submit")
    visit.open_outline(manuscript_id)
    yield "outline", visit.button("outline.write_again")
    visit.go(f"document?doc={manuscript_id}")
    expect(page.locator(".lr-section").first).to_be_visible(timeout=PATIENCE_MS)
    yield "document", visit.button("document.download")
    visit.go("library")
    expect(visit.link("library.open").first).to_be_visible(timeout=PATIENCE_MS)
    yield "library", visit.link("library.open").first


@pytest.mark.parametrize(("scheme", "language"), [("light", "en"), ("dark", "zh")])
def test_no_page_has_a_barrier_that_axe_knows(
    browser: Browser,
    longhand: RunningApp,
    manuscript_id: str,
    scheme: str,
    language: Language,
) -> None:
    found: dict[str, list[str]] = {}
    with visiting(browser, longhand, language, color_scheme=scheme) as visit:
        for name, primary in pages_of(visit, manuscript_id):
            expect(primary).to_be_visible()
            found[name] = page_violations(visit.page, KNOWN)

    assert found == {"new": [], "outline": [], "document": [], "library": []}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_page_fits_a_telephone_with_its_first_action_in_reach(
    browser: Browser, longhand: RunningApp, manuscript_id: str, language: Language
) -> None:
    size = {"width": 390, "height": 844}
    with visiting(browser, longhand, language, viewport=size) as visit:
        for _, primary in pages_of(visit, manuscript_id):
            primary.scroll_into_view_if_needed()
            expect(primary).to_be_in_viewport(ratio=1)
            assert width_of(visit.page) <= 390
            assert visit.page.locator("html").get_attribute("lang") == TAGS[language]


def width_of(page: Page) -> int:
    """The widest that anything scrolls: the document, or the part of it that is the page."""
    widest: int = page.evaluate(
        """() => Math.max(document.documentElement.scrollWidth,
          document.querySelector('[data-testid="stMain"]').scrollWidth)"""
    )
    return widest


def test_no_line_begins_with_the_punctuation_after_a_citation(
    browser: Browser, longhand: RunningApp, manuscript_id: str
) -> None:
    size = {"width": 390, "height": 844}
    with visiting(browser, longhand, viewport=size) as visit:
        visit.go(f"document?doc={manuscript_id}")
        kept = visit.page.locator(".lr-kept")
        expect(kept.first).to_contain_text(".", timeout=PATIENCE_MS)
        lines = kept.evaluate_all("all => all.map((one) => one.getClientRects().length)")

    assert set(lines) == {1}
    assert len(lines) > 20


def press_until(page: Page, target: Locator, key: str = "Tab") -> None:
    """Go on by keyboard until the target has the focus."""
    for _ in range(80):
        if target.evaluate("node => node.getRootNode().activeElement === node"):
            return
        page.keyboard.press(key)
    pytest.fail(f"{target} cannot be reached with {key}.")


def test_the_whole_path_can_be_gone_without_a_mouse(browser: Browser, longhand: RunningApp) -> None:
    with visiting(browser, longhand) as visit:
        page, author = visit.page, visit.outline
        visit.new()
        press_until(page, visit.button_named(EXAMPLES["grid"].title))
        page.keyboard.press("Enter")
        expect(visit.prompt).to_have_value(EXAMPLES["grid"].prompt, timeout=PATIENCE_MS)
        expect(page.locator(".lc-file .lc-name")).to_have_text(EXAMPLES["grid"].file_name)
        press_until(page, visit.prompt, "Shift+Tab")
        page.keyboard.press("Control+Enter")
        visit.arrives("outline")
        visit.wait_until_saved()

        press_until(page, author.title(0))
        author.press("End")
        author.type(" 键盘")
        author.press("Enter")
        author.type("By keys alone")
        author.press("Escape")
        headings = visit.headings()
        press_until(page, visit.button("outline.write"), "Shift+Tab")
        page.keyboard.press("Enter")

        assert visit.read() == headings
        cite = page.locator(".lr-cite").first
        press_until(page, cite)
        page.keyboard.press("Enter")
        expect(page.locator(".lr-popover")).to_be_visible()
        page.keyboard.press("Escape")
        expect(cite).to_be_focused()
