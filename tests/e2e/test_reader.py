"""The reader in a browser: contents, citations, references, gaps, and editing in place."""

import re
from collections.abc import Iterator
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.accessibility import violations
from tests.e2e.conftest import RunningApp, StartApp
from tests.e2e.reader_driver import open_editor, page_of, section
from tests.e2e.remote import ask, tell

pytestmark = [pytest.mark.browser, pytest.mark.long, pytest.mark.timeout(60)]

EVIL = "<img src=x onerror=hurt()>"
OWN_REM_PX = 15
"""The font size that the project's theme sets."""


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


def saved_elsewhere(page: Page, app: RunningApp, name: str, section_id: str, text: str) -> None:
    """Another tab corrects a section meanwhile."""
    body = {"section_id": section_id, "content": text}
    assert page.request.post(f"{app.url}live/documents/{name}/sections", data=body).ok


def test_sections_are_shown_with_numbers_tables_lists_and_code(page: Page) -> None:
    bodies = section(page, "bodies")

    expect(page.get_by_role("heading", name="1 What makes the tides", level=2)).to_be_visible()
    expect(bodies.get_by_role("heading", level=3)).to_have_text("1.1 Moon and Sun")
    expect(bodies.get_by_role("cell", name="69 %")).to_have_css("text-align", "right")
    expect(bodies.get_by_role("listitem")).to_have_count(2)
    expect(bodies.locator("pre code")).to_contain_text("height = sum(")
    expect(section(page, "spring").locator("strong")).to_have_text("大潮：")
    width = page.locator(".lr-text").bounding_box()
    assert width is not None
    assert width["width"] <= 46 * OWN_REM_PX


def test_the_integrity_stands_in_a_quiet_line(page: Page) -> None:
    expect(page.locator(".lr-integrity")).to_have_text(
        "63 citations, all resolved; 58 sentences supported; 2 to check; 1 needs a source; "
        "2 sections without a source; 1 section missing"
    )


def test_bracketed_text_and_code_are_no_citations(page: Page) -> None:
    bodies = section(page, "bodies")

    expect(bodies.locator("p").first).to_contain_text("An array a[0] and a note [1] are no")
    expect(bodies.locator("p code")).to_have_text("[@m4]")
    assert bodies.locator("p .lr-cite").all_inner_texts() == ["[1]", "[1]", "[2]"]


def test_the_contents_lead_to_a_section_and_follow_the_reading(page: Page) -> None:
    contents = page.get_by_role("navigation", name="Contents")
    page.set_viewport_size({"width": 1200, "height": 420})

    contents.get_by_role("link", name="1.2 大潮与小潮").click()
    expect(section(page, "spring").get_by_role("heading")).to_be_focused()
    expect(contents.locator("[aria-current]")).to_have_text("1.2 大潮与小潮")

    contents.get_by_role("link", name="4 Along the shore").click()
    expect(contents.locator("[aria-current]")).to_have_text("4 Along the shore")

    page.mouse.move(700, 300)
    page.mouse.wheel(0, -2000)
    expect(contents.locator("[aria-current]")).to_have_text("1 What makes the tides")


def test_a_citation_opens_its_passage_and_place_by_keyboard(page: Page) -> None:
    cite = section(page, "bodies").get_by_role("button", name="Citation 1: The Moon and the sea")

    cite.first.focus()
    page.keyboard.press("Enter")

    dialog = page.get_by_role("dialog", name="Citation 1: The Moon and the sea")
    expect(dialog).to_be_focused()
    expect(dialog).to_contain_text("The Moon raises two bulges of water")
    expect(dialog).to_contain_text("moon.pdf · p. 4 · Methods › Sampling")
    expect(cite.first).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(cite.first).to_be_focused()
    expect(cite.first).to_have_attribute("aria-expanded", "false")


def test_the_rows_of_a_table_in_a_passage_are_shown_as_a_table(page: Page) -> None:
    section(page, "bodies").get_by_role("button", name="Citation 2: 潮汐调查报告").first.click()

    dialog = page.get_by_role("dialog", name="Citation 2: 潮汐调查报告")
    expect(dialog.locator("blockquote p")).to_have_text("大潮出现在新月和满月前后。")
    expect(dialog.locator("th")).to_have_text(["地点", "潮差"])
    expect(dialog.locator("td")).to_have_text(["芬迪湾", "16 m | 高"])


def test_a_popover_closes_on_a_click_elsewhere_and_when_the_focus_leaves(page: Page) -> None:
    cite = section(page, "spring").locator(".lr-cite").nth(1)
    dialog = page.get_by_role("dialog")

    cite.click()
    link = dialog.get_by_role("link", name="Open the source")
    expect(link).to_have_attribute("href", "https://tides.example/tables")
    page.get_by_role("heading", level=1).click()
    expect(dialog).to_be_hidden()

    cite.click()
    dialog.get_by_role("button", name="Close").focus()
    page.locator(".lr-back").first.focus()
    expect(dialog).to_be_hidden()


def test_references_lead_back_to_where_they_are_cited(page: Page) -> None:
    references = page.locator(".lr-references li")
    expect(references).to_have_count(4)
    expect(references.nth(1)).to_contain_text("[2]潮汐调查报告 [Z]. 2024.")
    assert references.nth(1).locator(".lr-backs .lr-back").all_inner_texts() == ["1.1", "1.2"]

    page.get_by_role("button", name="Back to reference 2 in 1.2 大潮与小潮").click()

    expect(section(page, "spring").locator(".lr-cite").first).to_be_focused()


def test_markup_in_a_document_does_nothing_and_calls_no_one(
    browser: Browser, app: RunningApp, name: str
) -> None:
    with page_of(browser, app, name) as page:
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.evaluate("window.hurt = () => { window.isHurt = true }")
        page.reload()
        expect(section(page, "evil")).to_contain_text(f"3 {EVIL}")

        section(page, "evil").locator(".lr-cite").click()

        expect(page.get_by_role("dialog")).to_contain_text("<script>hurt()</script>")
        expect(section(page, "evil")).to_contain_text("[press](javascript:hurt())")
        expect(page.locator(".lr-references")).to_contain_text(EVIL)
        assert page.locator(".lr img, .lr script, .lr [href^=javascript]").count() == 0
        assert page.evaluate("window.isHurt") is None
        assert [url for url in asked if not url.startswith((app.url, "blob:", "data:"))] == []


def test_a_failed_section_is_a_marked_gap_that_can_be_tried_again(page: Page) -> None:
    gap = section(page, "lost").locator(".lr-gap")
    expect(gap).to_contain_text("This section could not be written.")
    expect(gap).to_contain_text("The model did not answer.")
    expect(gap).not_to_contain_text("127.0.0.1")

    gap.get_by_role("button", name="Try 2 Storm surges again").click()

    expect(page.get_by_text('The page tries again: "lost"')).to_be_visible()
    expect(gap.get_by_role("button")).to_be_disabled()


def test_a_document_that_can_only_be_read_offers_no_actions(
    browser: Browser, app: RunningApp, name: str
) -> None:
    with page_of(browser, app, name, "still=1&lang=zh") as page:
        expect(section(page, "lost")).to_contain_text("本节未能写成。")

        assert page.locator(".lr-edit, .lr-gap button").count() == 0


def test_an_edit_is_saved_and_shown(page: Page, app: RunningApp, name: str) -> None:
    area = open_editor(page, "spring")
    expect(area).to_have_value(re.compile(r"\[@s1\]"))

    area.fill("新的一节，引用月球[@m4]。")
    page.keyboard.press("Control+Enter")

    expect(section(page, "spring")).to_contain_text("新的一节，引用月球[1]。")
    expect(section(page, "spring").locator(".lr-cite")).to_have_count(1)
    expect(section(page, "spring").get_by_role("textbox")).to_have_count(0)
    expect(section(page, "spring").locator(".lr-edit")).to_be_focused()
    expect(page.get_by_role("button", name="Back to reference 2 in 1.2")).to_have_count(0)
    assert ask(f"{app.url}control/{name}/edits") == [
        {"section_id": "spring", "content": "新的一节，引用月球[@m4]。", "revision": 0}
    ]


def test_escape_leaves_the_text_as_it_was(page: Page, app: RunningApp, name: str) -> None:
    open_editor(page, "shore").fill("Nothing of this stays.")

    page.keyboard.press("Escape")

    expect(section(page, "shore")).to_contain_text("The tide turns four times a day")
    expect(section(page, "shore").locator(".lr-edit")).to_be_focused()
    page.reload()
    expect(section(page, "shore")).to_contain_text("The tide turns four times a day")
    assert ask(f"{app.url}control/{name}/edits") == []


def test_changes_that_were_left_out_can_be_brought_back(page: Page) -> None:
    open_editor(page, "shore").fill("写了很久的一段。")
    page.keyboard.press("Escape")

    section(page, "shore").get_by_role("button", name="Bring them back").click()

    expect(section(page, "shore").get_by_role("textbox")).to_have_value("写了很久的一段。")


def test_keys_of_an_input_method_neither_save_nor_cancel(page: Page) -> None:
    area = open_editor(page, "spring")
    area.fill("潮汐")

    for key in ("Escape", "Enter"):
        area.dispatch_event("keydown", {"key": key, "ctrlKey": True, "isComposing": True})

    expect(area).to_have_value("潮汐")


def test_text_that_was_refused_is_kept_even_over_a_reload(
    page: Page, app: RunningApp, name: str
) -> None:
    tell(f"{app.url}control/{name}/refuse", "conflict")
    area = open_editor(page, "spring")
    area.fill("改过的潮汐[@s1]。")

    page.get_by_role("button", name="Save").click()

    expect(page.get_by_role("alert").filter(has_text="changed meanwhile")).to_be_visible()
    expect(area).to_have_value("改过的潮汐[@s1]。")
    page.reload()
    restored = section(page, "spring").get_by_role("textbox")
    expect(restored).to_have_value("改过的潮汐[@s1]。")
    expect(section(page, "spring")).to_contain_text("This text was not saved yet.")

    tell(f"{app.url}control/{name}/refuse")
    page.get_by_role("button", name="Save").click()
    expect(section(page, "spring")).to_contain_text("改过的潮汐[2]。")
    page.reload()
    expect(section(page, "spring")).to_contain_text("改过的潮汐[2]。")
    expect(page.get_by_role("textbox")).to_have_count(0)


def test_a_draft_of_an_earlier_text_is_offered_and_not_put_over_the_new_one(
    page: Page, app: RunningApp, name: str
) -> None:
    open_editor(page, "spring").fill("我的改动[@s1]。")
    saved_elsewhere(page, app, name, "spring", "别人的改动[@m4]。")

    page.reload()

    spring = section(page, "spring")
    expect(spring).to_contain_text("别人的改动[1]。")
    expect(spring).to_contain_text("You have unsaved text for an earlier version of this section.")
    expect(spring.get_by_role("textbox")).to_have_count(0)
    open_editor(page, "spring").fill("别人的改动，再改[@m4]。")
    page.keyboard.press("Control+Enter")
    expect(spring).to_contain_text("别人的改动，再改[1]。")

    spring.get_by_role("button", name="Open it").click()

    expect(spring.get_by_role("textbox")).to_have_value("我的改动[@s1]。")
    expect(spring.get_by_role("textbox")).to_be_focused()
    page.keyboard.press("Escape")
    expect(spring).to_contain_text("别人的改动，再改[1]。")
    expect(spring.get_by_role("button", name="Open it")).to_have_count(0)


def test_a_document_is_read_and_corrected_where_the_browser_keeps_nothing(
    page: Page, app: RunningApp, name: str
) -> None:
    page.add_init_script(
        """for (const name of ["getItem", "setItem", "removeItem"]) {
          const own = Storage.prototype[name]
          Storage.prototype[name] = function (key, ...more) {
            if (key.startsWith("longhand")) throw new DOMException("Forbidden", "SecurityError")
            return own.call(this, key, ...more)
          }
        }"""
    )
    page.reload()

    tell(f"{app.url}control/{name}/refuse", "conflict")
    open_editor(page, "shore").fill("Typed 潮.")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("alert").filter(has_text="copy it, reload")).to_be_visible()
    tell(f"{app.url}control/{name}/refuse")
    page.get_by_role("button", name="Save").click()

    expect(section(page, "shore")).to_contain_text("Typed 潮.")
    expect(section(page, "shore").get_by_role("textbox")).to_have_count(0)


def test_text_being_typed_survives_a_rerun_of_the_page(page: Page) -> None:
    area = open_editor(page, "shore")
    area.press_sequentially("Typed 潮 ")

    section(page, "lost").get_by_role("button", name="Try 2 Storm surges again").click()
    expect(page.get_by_text("The page tries again:")).to_be_visible()

    expect(area).to_have_value(re.compile("Typed 潮 "))


def test_on_a_narrow_page_the_contents_fold_away(
    browser: Browser, app: RunningApp, name: str
) -> None:
    with page_of(browser, app, name, "lang=zh", viewport={"width": 390, "height": 800}) as page:
        toggle = page.get_by_role("button", name="目录")
        link = page.get_by_role("link", name="4 Along the shore")
        expect(link).to_be_hidden()

        toggle.click()
        expect(toggle).to_have_attribute("aria-expanded", "true")
        link.click()

        expect(section(page, "shore").get_by_role("heading")).to_be_focused()
        expect(link).to_be_hidden()
        section(page, "bodies").locator(".lr-cite").first.click()
        expect(page.get_by_role("dialog")).to_be_in_viewport()
        assert page.evaluate("document.documentElement.scrollWidth") <= 390


@pytest.mark.parametrize(
    ("scheme", "width", "query"),
    [("light", 1200, ""), ("dark", 1200, "lang=zh"), ("dark", 390, "lang=zh")],
)
def test_the_reader_has_no_barrier_that_axe_knows(
    browser: Browser, app: RunningApp, name: str, scheme: str, width: int, query: str
) -> None:
    size = {"width": width, "height": 900}
    with page_of(browser, app, name, query, color_scheme=scheme, viewport=size) as page:
        open_editor(page, "spring")
        section(page, "bodies").locator(".lr-cite").first.click()

        assert violations(page, ".lr") == []
