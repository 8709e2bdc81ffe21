"""What the server cannot take of an outline is taken back and said; everything else is saved."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, expect
from pydantic import JsonValue

from pipeline.domain.edits import MAX_FIELD_CHARS
from tests.e2e.conftest import RunningApp, StartApp
from tests.e2e.outliner_driver import Author, new_author

pytestmark = [pytest.mark.browser, pytest.mark.long, pytest.mark.timeout(60)]

UNSAID: dict[str, JsonValue] = {"t": "set", "id": "s2", "k": "notes", "v": "x" * 20_001}
"""An operation that no editor makes, and no server takes."""


@pytest.fixture(scope="module")
def app(start_app: StartApp) -> RunningApp:
    return start_app("tests/e2e/outliner_app.py")


@pytest.fixture
def author(browser: Browser, app: RunningApp) -> Iterator[Author]:
    author = new_author(browser, app.url)
    author.visit()
    yield author
    assert author.errors == []
    author.page.context.close()


def notice(author: Author) -> Locator:
    return author.page.locator(".ol-notice")


def do(author: Author, *operations: JsonValue) -> None:
    """Let the editor do operations as if the author had."""
    author.page.locator(".ol-frame").evaluate(
        "(frame, operations) => frame.outliner.change(operations)", list(operations)
    )


@pytest.mark.parametrize("letter", ["x", "潮", "𠮷"])
def test_a_pasted_text_too_long_for_a_summary_is_cut_and_said(author: Author, letter: str) -> None:
    author.go(1)
    author.paste(f"# One\n{letter * (MAX_FIELD_CHARS + 1)}\n# Two")

    author.wait_until_saved()
    assert author.node("One")["content_summary"] == letter * MAX_FIELD_CHARS
    expect(notice(author)).to_contain_text(
        "The pasted text was too long in places: of each summary or note, "
        "the first 20,000 characters were kept."
    )
    expect(notice(author).get_by_role("button")).to_be_hidden()
    author.type("!")
    author.wait_until_saved()
    expect(notice(author)).to_be_hidden()
    assert author.saved_titles()[2:4] == ["One!", "Two"]


def test_pasted_titles_are_cut_between_characters_and_not_within_one(author: Author) -> None:
    author.go(1)

    author.paste(f"- 甲{'𠮷' * 600}\n- half \ud83d of one")

    author.wait_until_saved()
    assert author.saved_titles()[2:4] == [f"甲{'𠮷' * 499}", "half \ufffd of one"]


def test_of_more_lines_than_an_outline_holds_the_first_are_kept_and_the_rest_said(
    author: Author,
) -> None:
    author.go(1)
    author.paste("\n".join(f"- Line {number}" for number in range(1_100)))

    author.wait_until_saved()
    assert len(author.nodes()) == 1_000
    assert author.titles() == author.saved_titles()
    expect(notice(author)).to_contain_text(
        "An outline can have at most 1,000 sections. What went beyond that was taken back."
    )
    author.go(1)
    author.type("!")
    author.wait_until_saved()
    assert author.saved_titles()[1] == "Market size and growth 1!"
    expect(notice(author)).to_be_hidden()


def test_more_changes_at_once_than_one_call_may_carry_are_saved(author: Author) -> None:
    notes: list[JsonValue] = [
        {"t": "set", "id": f"s{number % 2}", "k": "notes", "v": f"备注 {number}"}
        for number in range(5_002)
    ]
    do(author, *notes)

    author.wait_until_saved()
    assert [node["notes"] for node in author.nodes()[:2]] == ["备注 5000", "备注 5001"]


def test_one_change_that_cannot_be_read_is_taken_back_and_all_others_are_saved(
    author: Author,
) -> None:
    renamed: list[JsonValue] = [
        {"t": "set", "id": f"s{number}", "k": "notes", "v": f"备注 {number}"} for number in range(6)
    ]
    do(author, *renamed[:2], UNSAID, *renamed[3:])

    expect(notice(author)).to_contain_text(
        "One change could not be saved, and was taken back. All others are kept."
    )
    author.wait_until_saved()
    notes = [node["notes"] for node in author.nodes()[:6]]
    assert notes == ["备注 0", "备注 1", "", "备注 3", "备注 4", "备注 5"]
    here = "frame => frame.outliner.tree.get('s2').notes"
    assert author.page.locator(".ol-frame").evaluate(here) == ""


def test_what_could_not_be_read_before_a_reload_is_taken_back_after_it(author: Author) -> None:
    author.tell("misbehave", {"status": 503})
    do(author, UNSAID)
    expect(author.page.locator(".ol-state")).to_contain_text("Not saved yet")
    author.tell("misbehave", {})
    author.reload()

    author.go(1)
    author.type("!")
    author.wait_until_saved()

    expect(notice(author)).to_contain_text("was taken back")
    assert author.saved_titles()[1] == "Market size and growth 1!"


def test_while_the_server_takes_no_call_at_all_nothing_is_taken_back(author: Author) -> None:
    author.tell("misbehave", {"status": 422, "code": "invalid_request"})
    author.go(1)
    author.type(" kept")
    expect(notice(author).get_by_role("button", name="Try again")).to_be_visible()
    expect(author.title(1)).to_have_value("Market size and growth 1 kept")

    author.tell("misbehave", {})
    notice(author).get_by_role("button", name="Try again").click()

    author.wait_until_saved()
    assert author.saved_titles()[1] == "Market size and growth 1 kept"


def test_target_words_may_be_typed_in_full_width_digits(author: Author) -> None:
    author.row(1).hover()
    author.row(1).locator(".ol-words").fill("１２００")

    author.wait_until_saved()
    assert author.nodes()[1]["target_words"] == 1_200
