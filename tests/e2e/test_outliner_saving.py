"""Nothing that was typed is lost: slow servers, outages, other editors, a growing outline."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.conftest import RunningApp, StartApp
from tests.e2e.outliner_driver import Author, new_author

pytestmark = [pytest.mark.browser, pytest.mark.detail, pytest.mark.timeout(60)]

TEXT = "The quick brown fox jumps over the lazy dog and 敏捷的棕色狐狸跳过了懒狗. "


@pytest.fixture(scope="module")
def app(start_app: StartApp) -> RunningApp:
    return start_app("tests/e2e/outliner_app.py")


@pytest.fixture
def author(browser: Browser, app: RunningApp) -> Iterator[Author]:
    author = new_author(browser, app.url)
    author.visit(live="1")
    yield author
    author.page.context.close()


def announce(author: Author, number: int) -> None:
    """Let the outline job announce one more chapter, before all others."""
    author.tell("nodes", {"node_id": f"g{number}", "title": f"Streamed {number}"})


def test_typing_survives_slow_acknowledgements_and_a_growing_outline(author: Author) -> None:
    author.tell("misbehave", {"delay_ms": 700})
    author.go(4)

    for number in range(6):
        announce(author, number)
        author.type(TEXT, delay_ms=5)

    expected = "Supply chain 4" + TEXT * 6
    assert author.current() == expected
    author.wait_until_saved()
    assert author.node(expected)["id"] == "s4"
    assert author.saved_titles() == author.titles()
    assert len(author.titles()) == 36
    assert author.errors == []


def test_a_growing_outline_shows_new_sections_and_keeps_the_caret(author: Author) -> None:
    author.go(4, to="Home")
    author.press(*["ArrowRight"] * 6)
    announce(author, 1)
    expect(author.title(0)).to_have_value("Streamed 1")
    author.type("*")

    expect(author.row(0).locator(".ol-status")).to_have_text("new")
    assert author.current() == "Supply* chain 4"
    expect(author.page.locator(".ol-state")).to_contain_text(
        "The outline is still growing. You can edit it already."
    )


def test_a_change_of_structure_right_after_typing_is_kept_in_order(author: Author) -> None:
    author.tell("misbehave", {"delay_ms": 300})
    author.go(4)
    for number in range(5):
        author.press("Enter")
        author.type(f"第 {number} 项")
        author.press("Tab" if number % 2 else "Shift+Tab")
    author.press("Alt+ArrowUp", "Control+z", "Alt+ArrowUp")
    author.wait_until_saved()

    here = author.rows()
    author.reload()

    assert author.rows() == here


def hide(author: Author) -> None:
    author.page.get_by_text("Show the outline").click()
    expect(author.page.locator(".ol-frame")).to_have_count(0)


def go_elsewhere(author: Author) -> None:
    author.page.goto(f"{author.url}?name=elsewhere")


def close(author: Author) -> None:
    author.page.close(run_before_unload=True)
    author.page = author.page.context.new_page()


def reload(author: Author) -> None:
    author.page.reload()


@pytest.mark.parametrize("leave", [hide, go_elsewhere, close, reload])
def test_leaving_right_after_typing_keeps_what_was_typed(
    author: Author, leave: Callable[[Author], None]
) -> None:
    author.go(1)
    author.type("最后一句")
    leave(author)

    author.visit()

    expect(author.title(1)).to_have_value("Market size and growth 1最后一句")


def test_an_outage_is_said_and_what_was_typed_survives_it_and_a_reload(author: Author) -> None:
    state = author.page.locator(".ol-state")
    author.tell("misbehave", {"status": 503})
    author.go(1)
    author.type(" offline")
    expect(state).to_contain_text("Not saved yet: no connection. Your changes are kept here.")
    assert author.saved_titles()[1] == "Market size and growth 1"

    author.reload()
    expect(author.title(1)).to_have_value("Market size and growth 1 offline")
    author.go(1)
    author.type(" and on")
    author.tell("misbehave", {})
    author.wait_until_saved()

    assert author.saved_titles()[1] == "Market size and growth 1 offline and on"


def test_a_refusal_says_why_keeps_the_text_and_can_be_tried_again(author: Author) -> None:
    author.tell("misbehave", {"status": 404})
    author.go(1)
    author.type(" kept")
    notice = author.page.locator(".ol-notice")
    expect(notice).to_contain_text("What you typed is still here.")
    expect(author.page.locator(".ol-state")).to_contain_text("Not saved")

    author.tell("misbehave", {})
    notice.get_by_role("button", name="Try again").click()
    author.wait_until_saved()

    expect(notice).to_be_hidden()
    assert author.saved_titles()[1] == "Market size and growth 1 kept"


def test_a_change_above_a_limit_is_taken_back_and_said(author: Author) -> None:
    before = author.rows()
    author.go(1)
    author.paste("\n".join("  " * level + f"- Level {level}" for level in range(9)))
    expect(author.page.locator(".ol-notice")).to_contain_text(
        "An outline can have at most 8 levels. The last change was taken back."
    )

    assert author.rows() == before
    author.go(1)
    author.type("!")
    author.wait_until_saved()
    assert author.saved_titles()[1] == "Market size and growth 1!"
    expect(author.page.locator(".ol-notice")).to_be_hidden()


def test_two_editors_of_one_outline_see_each_other(
    browser: Browser, app: RunningApp, author: Author
) -> None:
    other = new_author(browser, app.url, name=author.name)
    other.visit(live="1")
    other.go(5)
    author.go(1)
    author.type(" 甲")
    other.type(" 乙")
    author.press("Alt+ArrowUp", "Alt+ArrowDown", "Alt+ArrowDown")
    author.wait_until_saved()
    other.wait_until_saved()

    expect(other.title(5)).to_have_value("Market size and growth 1 甲")
    expect(author.title(4)).to_have_value("Risks and open questions 5 乙")
    assert author.rows() == other.rows()
    assert other.current() == "Risks and open questions 5 乙"
    other.page.context.close()


def test_the_row_that_is_edited_may_be_removed_by_somebody_else(
    browser: Browser, app: RunningApp, author: Author
) -> None:
    other = new_author(browser, app.url, name=author.name)
    other.visit()
    other.go(5)
    author.go(5)
    other.press("Control+Shift+Backspace")
    other.wait_until_saved()

    expect(author.title(5)).to_have_value("方法与数据来源 6")
    expect(author.title(5)).to_be_focused()
    other.page.context.close()


def test_the_connection_that_pushes_comes_back_by_itself(author: Author) -> None:
    author.page.locator(".ol-frame").evaluate("frame => frame.outliner.sync.socket.close()")
    announce(author, 1)

    expect(author.title(0)).to_have_value("Streamed 1")
