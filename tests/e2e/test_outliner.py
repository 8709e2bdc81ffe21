"""Editing an outline in the browser: what each gesture does, and that the server has it."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from pipeline.domain.outline import leaves
from tests.e2e.conftest import RunningApp, StartApp
from tests.e2e.outliner_driver import Author, new_author
from tests.e2e.outliner_store import sample

pytestmark = [pytest.mark.browser, pytest.mark.detail, pytest.mark.timeout(60)]


@pytest.fixture(scope="module")
def app(start_app: StartApp) -> RunningApp:
    return start_app("tests/e2e/outliner_app.py")


@pytest.fixture
def author(browser: Browser, app: RunningApp) -> Iterator[Author]:
    """Rows of the sample: 0 chapter, 1, 2 with 3 and 4 below it, 5, 6, then 7 a chapter."""
    author = new_author(browser, app.url)
    author.visit()
    yield author
    assert author.errors == []
    author.page.context.close()


def test_typing_renames_a_section(author: Author) -> None:
    author.go(1)
    author.type(" — 修订")
    author.wait_until_saved()

    assert author.saved_titles()[1] == "Market size and growth 1 — 修订"


def test_letters_that_are_shortcuts_of_the_page_are_only_typed(author: Author) -> None:
    author.go(1, to="Control+a")
    author.type("rcrc")
    author.wait_until_saved()

    assert author.saved_titles()[1] == "rcrc"
    assert author.page.get_by_role("dialog").count() == 0


def test_enter_adds_a_section_and_tab_changes_its_level(author: Author) -> None:
    author.go(1)
    author.press("Enter")
    author.type("New one")
    added = author.rows()[2]
    author.press("Tab")
    deeper = author.rows()[2]
    author.type("!")
    author.press("Shift+Tab")
    author.wait_until_saved()

    assert (added, deeper) == ([2, "New one"], [3, "New one"])
    assert author.rows()[2] == [2, "New one!"]
    assert author.saved_titles() == author.titles()


def test_enter_splits_a_title_and_backspace_joins_it_again(author: Author) -> None:
    author.go(1, to="Home")
    author.press(*["ArrowRight"] * len("Market "))
    author.press("Enter")
    split = author.titles()[1:3]
    author.press("Backspace")
    author.wait_until_saved()

    assert split == ["Market", "size and growth 1"]
    assert author.titles()[1:3] == ["Marketsize and growth 1", "Key technologies 2"]
    assert author.saved_titles() == author.titles()


def test_enter_at_the_start_adds_a_section_above(author: Author) -> None:
    author.go(1, to="Control+Home")
    author.press("Enter")

    assert author.titles()[1:3] == ["", "Market size and growth 1"]
    assert author.current() == "Market size and growth 1"


def test_alt_with_arrows_moves_a_section_with_all_below_it(author: Author) -> None:
    author.go(2)
    author.press("Alt+ArrowUp")
    up = author.rows()[1:5]
    author.press("Alt+ArrowDown", "Alt+ArrowRight")
    author.wait_until_saved()

    assert up == [
        [2, "Key technologies 2"],
        [3, "Regulation and policy 3"],
        [3, "Supply chain 4"],
        [2, "Market size and growth 1"],
    ]
    assert author.rows()[2:4] == [[3, "Key technologies 2"], [4, "Regulation and policy 3"]]
    assert author.current() == "Key technologies 2"
    assert author.saved_titles() == author.titles()


def test_moving_past_the_last_sibling_goes_into_the_next_chapter(author: Author) -> None:
    author.go(6)
    author.press("Alt+ArrowDown")
    author.wait_until_saved()

    assert author.rows()[6:8] == [[1, "Outlook to 2030 7"], [2, "方法与数据来源 6"]]
    assert author.node("方法与数据来源 6")["parent"] == author.node("Outlook to 2030 7")["id"]


def test_everything_can_be_undone_and_redone(author: Author) -> None:
    before = author.rows()
    author.go(1)
    author.type(" more")
    author.press("Enter")
    author.type("New")
    author.press("Tab", "Control+Shift+Backspace")
    after = author.rows()
    author.press(*["Control+z"] * 5)
    undone = author.rows()
    author.press(*["Control+Shift+z"] * 5)
    author.wait_until_saved()

    assert undone == before
    assert author.rows() == after != before
    assert author.saved_titles() == author.titles()


def test_a_section_has_a_summary_notes_a_target_and_a_lock(author: Author) -> None:
    author.go(3)
    author.press("Shift+Enter")
    author.type("比较储能电池。")
    row = author.row(3)
    row.locator(".ol-note").click()
    author.type("No vendor claims.")
    row.locator(".ol-words").fill("650")
    row.locator(".ol-lock").click()
    author.wait_until_saved()

    node = author.node("Regulation and policy 3")
    assert node["content_summary"] == "比较储能电池。"
    assert node["notes"] == "No vendor claims."
    assert (node["target_words"], node["locked"]) == (650, True)


def test_totals_add_up_while_typing(author: Author) -> None:
    sections = leaves(sample(30).nodes)
    words = sum(section.node.target_words or 0 for section in sections)
    counted = author.page.locator(".ol-count")
    expect(counted).to_have_text(f"{len(sections)} sections · {words:,} words")

    author.row(3).locator(".ol-words").fill("1300")

    expect(counted).to_have_text(f"{len(sections)} sections · {words + 1000:,} words")
    expect(author.row(2).locator(".ol-words")).to_have_value("1,800")


def test_sources_are_bound_in_a_list_that_escape_closes(author: Author) -> None:
    author.row(3).hover()
    author.row(3).locator(".ol-sources").click()
    author.page.get_by_label("市场报告.pdf").check()
    author.press("Escape")
    author.wait_until_saved()

    assert author.node("Regulation and policy 3")["source_ids"] == ["src3"]
    expect(author.row(3).locator(".ol-sources")).to_be_focused()
    expect(author.row(3).locator(".ol-source-count")).to_have_text("1")


def test_bound_sources_are_used_first_or_alone_and_undo_goes_back(author: Author) -> None:
    page, button = author.page, author.row(3).locator(".ol-sources")
    author.row(3).hover()
    button.click()
    unused = page.get_by_role("radio").count()
    page.get_by_label("市场报告.pdf").check()
    first = page.get_by_label("These first, then the others").is_checked()
    page.get_by_label("Only these").check()
    author.wait_until_saved()
    only = author.node("Regulation and policy 3")["sources_only"]
    said = button.get_attribute("aria-label")
    author.press("Escape")
    author.go(3)
    author.press("Control+z")
    author.wait_until_saved()
    after_one = author.node("Regulation and policy 3")
    author.press("Control+z")
    author.wait_until_saved()
    after_both = author.node("Regulation and policy 3")

    assert (unused, first, only) == (0, True, True)
    assert said == "1 source: 市场报告.pdf. Only these"
    assert (after_one["source_ids"], after_one["sources_only"]) == (["src3"], False)
    assert (after_both["source_ids"], after_both["sources_only"]) == ([], False)
    expect(button).to_have_attribute("aria-label", "Choose sources")


def test_a_section_that_loses_its_last_source_no_longer_wants_only_these(author: Author) -> None:
    author.row(3).hover()
    author.row(3).locator(".ol-sources").click()
    author.page.get_by_label("市场报告.pdf").check()
    author.page.get_by_label("Only these").check()
    author.page.get_by_role("checkbox", name="市场报告.pdf").uncheck()
    author.wait_until_saved()

    node = author.node("Regulation and policy 3")
    assert (node["source_ids"], node["sources_only"]) == ([], False)
    assert author.page.get_by_role("radio").count() == 0


def test_what_the_job_finds_on_sources_appears_on_the_rows(author: Author) -> None:
    author.visit(live="1")
    author.tell("sources", {"sources": {"s1": ["src1", "src2"]}, "uncovered": ["s3", "s5"]})

    expect(author.row(1).locator(".ol-source-count")).to_have_text("2")
    mark = author.row(3).get_by_role("button", name="Your material says nothing on this")
    expect(mark).to_have_css("opacity", "1")
    expect(author.row(4).locator(".ol-sources")).to_have_css("opacity", "0")
    row = author.page.get_by_role("row", name="Your material says nothing on this")
    expect(row).to_have_count(2)
    expect(author.title(3)).to_have_attribute(
        "aria-description", "Your material says nothing on this"
    )


def test_a_row_without_material_is_marked_until_it_is_renamed_or_bound(author: Author) -> None:
    author.tell("sources", {"sources": {}, "uncovered": ["s1", "s3", "s5"]})
    author.reload()
    marks = author.page.get_by_role("button", name="Your material says nothing on this")
    marked = marks.count()
    author.go(1)
    author.type(" 改")
    author.row(3).hover()
    author.row(3).locator(".ol-sources").click()
    author.page.get_by_label("市场报告.pdf").check()
    author.press("Escape")
    author.wait_until_saved()

    assert marked == 3
    expect(marks).to_have_count(1)
    assert [node["id"] for node in author.nodes() if node["uncovered"]] == ["s5"]


def test_several_sections_are_selected_and_deleted_and_come_back(author: Author) -> None:
    before = author.titles()
    author.go(3)
    author.press("Shift+ArrowDown", "Shift+ArrowDown")
    selected = author.page.locator(".ol-row[aria-selected=true]").count()
    author.press("Control+Shift+Backspace")
    deleted = author.titles()
    author.press("Control+z")
    author.wait_until_saved()

    assert selected == 3
    assert deleted == before[:3] + before[6:]
    assert author.titles() == before == author.saved_titles()


def test_dragging_up_changes_the_place(author: Author) -> None:
    moved = author.titles()[9]
    author.drag(9, onto=1)
    author.wait_until_saved()

    assert author.titles()[1] == moved
    assert author.saved_titles() == author.titles()


def test_dragging_to_the_right_changes_the_level(author: Author) -> None:
    author.drag(6, onto=6, right_px=30)
    author.wait_until_saved()

    assert author.rows()[6] == [3, "方法与数据来源 6"]
    assert author.node("方法与数据来源 6")["parent"] == "s5"


def test_escape_cancels_dragging(author: Author) -> None:
    before = author.rows()
    author.drag(9, onto=1, drop=False)
    author.press("Escape")
    author.page.mouse.up()

    assert author.rows() == before
    expect(author.page.locator(".ol-drop")).to_be_hidden()


def test_sections_fold_by_key_and_by_click(author: Author) -> None:
    total = len(author.rows())
    author.go(0)
    author.press("Control+ArrowUp")
    folded = len(author.rows())
    author.row(0).locator(".ol-fold").click()

    assert (folded, len(author.rows())) == (total - 6, total)


def test_row_mode_walks_by_arrows_and_tab_leaves_the_tree(author: Author) -> None:
    author.go(0)
    author.press("Escape", "ArrowDown", "ArrowDown")
    expect(author.row(2)).to_be_focused()
    author.press("ArrowLeft", "ArrowDown")
    expect(author.row(3)).to_be_focused()
    assert author.titles()[3] == "Risks and open questions 5"

    author.press("Tab")

    expect(author.page.get_by_role("button", name="Write the document")).to_be_focused()


def test_composing_chinese_adds_no_section(author: Author) -> None:
    count = len(author.rows())
    author.go(0)
    keys = author.page.context.new_cdp_session(author.page)
    keys.send("Input.imeSetComposition", {"text": "zhang", "selectionStart": 5, "selectionEnd": 5})
    enter = {"type": "rawKeyDown", "key": "Process", "code": "Enter", "windowsVirtualKeyCode": 229}
    keys.send("Input.dispatchKeyEvent", enter)
    composing = author.saved_titles()[0]
    keys.send("Input.insertText", {"text": "章节"})
    author.wait_until_saved()

    assert len(author.rows()) == count
    assert composing == "Background and scope 0"
    assert author.saved_titles()[0] == "Background and scope 0章节"


def test_a_pasted_outline_becomes_sections(author: Author) -> None:
    author.go(1)
    author.paste("# One\n## One A\nWhat it says.\n## 一、二级\n# Two")
    author.wait_until_saved()

    assert author.rows()[2:6] == [[2, "One"], [3, "One A"], [3, "二级"], [2, "Two"]]
    assert author.node("One A")["content_summary"] == "What it says."
    assert author.current() == "One"


def test_the_title_of_the_document_is_edited_in_place(author: Author) -> None:
    name = author.page.get_by_label("Title of the document")
    name.fill("储能 to 2035")
    name.press("Enter")
    author.wait_until_saved()

    assert author.draft()["title"] == "储能 to 2035"
    assert author.current() == "Background and scope 0"


def test_markup_in_a_title_stays_text(author: Author) -> None:
    markup = "<img src=x onerror=\"document.title='owned'\"><script>1</script>"
    author.go(1, to="Control+a")
    author.type(markup)
    author.wait_until_saved()
    author.reload()

    expect(author.title(1)).to_have_value(markup)
    assert author.page.locator(".ol-frame img, .ol-frame script").count() == 0
    assert author.page.title() == "Outliner"


def test_an_emptied_outline_offers_to_begin_again(author: Author) -> None:
    author.go(0)
    author.press("Escape", "Control+a", "Delete")
    author.page.locator(".ol-empty").get_by_role("button", name="Add section").click()
    author.type("Anew")
    author.wait_until_saved()

    assert author.saved_titles() == ["Anew"]


def test_a_read_only_outline_cannot_be_changed(author: Author) -> None:
    before = author.titles()
    author.visit(readonly="1")
    author.go(1)
    author.type("x")
    author.press("Enter", "Control+Shift+Backspace", "Alt+ArrowUp")

    assert author.titles() == before
    expect(author.page.get_by_role("toolbar")).to_be_hidden()


def test_a_screen_reader_hears_what_a_move_did(author: Author) -> None:
    author.go(5)
    author.press("Alt+ArrowUp")

    expect(author.page.locator(".ol-spoken")).to_have_text("Moved to level 2, 2 of 4")
