"""Files in the box of the first page: how they come in, what is said about them, how they go."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, FilePayload, Page, expect

from components.composer.labels import LABELS
from tests.e2e.composer_driver import (
    PROMPT,
    a_file,
    attach,
    button,
    heard,
    page_of,
    prompt,
    row,
)
from tests.e2e.conftest import RunningApp, StartApp
from tests.e2e.remote import ask, tell

pytestmark = [pytest.mark.browser, pytest.mark.detail, pytest.mark.timeout(60)]

LARGEST_BYTES = 2_000_000  # as in the page

DROP = """(box, names) => {
  const transfer = new DataTransfer()
  for (const name of names) transfer.items.add(new File([name], name))
  for (const type of ["dragover", "drop"]) {
    const options = { dataTransfer: transfer, bubbles: true, cancelable: true }
    box.dispatchEvent(new DragEvent(type, options))
  }
}"""

PASTE = """(area, { name, text }) => {
  const clipboardData = new DataTransfer()
  clipboardData.items.add(new File(["pixels"], name))
  if (text) clipboardData.setData("text/plain", text)
  const event = new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true })
  return area.dispatchEvent(event)
}"""

DRAGGED_BESIDE = """() => {
  const dataTransfer = new DataTransfer()
  dataTransfer.items.add(new File(["x"], "x.md"))
  const event = new DragEvent("dragover", { dataTransfer, bubbles: true, cancelable: true })
  return document.body.dispatchEvent(event)
}"""


@pytest.fixture(scope="module")
def app(start_app: StartApp) -> RunningApp:
    return start_app("tests/e2e/apps/composer_app.py")


@pytest.fixture
def page(browser: Browser, app: RunningApp) -> Iterator[Page]:
    with page_of(browser, app) as page:
        yield page


def test_a_file_that_misses_the_box_does_not_replace_the_page_but_other_pages_are_left_alone(
    page: Page,
) -> None:
    assert page.evaluate(DRAGGED_BESIDE) is False

    page.get_by_role("link", name="Away").click()
    expect(page.get_by_role("heading", name="Away")).to_be_visible()

    assert page.evaluate(DRAGGED_BESIDE) is True


def test_a_file_goes_on_being_read_while_the_author_looks_at_another_page(
    page: Page, app: RunningApp
) -> None:
    prompt(page).fill(PROMPT)
    attach(page, a_file("held.pdf"))
    page.get_by_role("link", name="Away").click()
    expect(page.get_by_role("heading", name="Away")).to_be_visible()
    tell(f"{app.url}control/release")

    page.get_by_role("link", name="New").click()

    expect(prompt(page)).to_have_value(PROMPT)
    expect(row(page, "held.pdf")).to_contain_text("9,300 words")
    assert ask(f"{app.url}control/facts")["names"] == ["held.pdf"]


def test_a_file_shows_its_progress_and_then_what_was_read(page: Page, app: RunningApp) -> None:
    attach(page, a_file("held.pdf", "x" * 1_200_000))
    expect(row(page, "held.pdf")).to_contain_text("1.2 MB · Reading…")
    expect(button(page)).to_have_accessible_name("Reading files…")
    expect(button(page)).to_be_disabled()

    tell(f"{app.url}control/release")

    expect(row(page, "held.pdf")).to_contain_text("1.2 MB · 42 pages · 9,300 words · 12 headings")
    expect(button(page)).to_have_accessible_name("Propose an outline")


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("file_encrypted.pdf", LABELS["file_encrypted"].en),
        ("file_scanned.pdf", LABELS["file_scanned"].en),
        ("status_503.md", LABELS["server"].en),
        ("status_403.md", LABELS["refused"].en),
        ("file_unheard_of.md", LABELS["refused"].en),
    ],
)
def test_a_file_that_cannot_be_read_says_why_and_is_not_sent(
    page: Page, name: str, sentence: str
) -> None:
    attach(page, a_file(name), a_file("good.md"))
    expect(row(page, name)).to_contain_text(sentence)
    expect(row(page, name).get_by_role("combobox")).to_be_hidden()

    prompt(page).fill(PROMPT)
    button(page).click()

    assert [file.file_name for file in heard(page).files] == ["good.md"]


def test_an_upload_that_broke_off_can_be_tried_again(page: Page) -> None:
    page.route("**/live/uploads*", lambda route: route.abort())
    attach(page, a_file("notes.md"))
    expect(row(page, "notes.md")).to_contain_text(LABELS["network"].en)
    page.unroute("**/live/uploads*")

    row(page, "notes.md").get_by_role("button", name="Try again with notes.md").click()

    expect(row(page, "notes.md")).to_contain_text("9,300 words")


def test_a_file_that_is_too_large_or_empty_is_refused_without_being_sent(
    page: Page, app: RunningApp
) -> None:
    empty: FilePayload = {"name": "empty.md", "mimeType": "", "buffer": b""}
    attach(page, a_file("large.md", "x" * (LARGEST_BYTES + 1)), empty)

    expect(row(page, "large.md")).to_contain_text("it is too large; 2 MB is the most")
    expect(row(page, "empty.md")).to_contain_text("there is nothing in it")
    assert ask(f"{app.url}control/facts")["names"] == []


def test_at_most_four_files_travel_at_once_and_a_removed_one_makes_room(
    page: Page, app: RunningApp
) -> None:
    attach(page, *(a_file(f"held{i}.md") for i in range(6)))
    expect(page.locator(".lc-file").filter(has_text="Waiting")).to_have_count(2)

    page.get_by_role("button", name="Remove held0.md").click()

    expect(page.locator(".lc-file")).to_have_count(5)
    expect(page.locator(".lc-file").filter(has_text="Waiting")).to_have_count(1)
    expect(page.get_by_role("button", name="Remove held1.md")).to_be_focused()
    tell(f"{app.url}control/release")
    expect(page.locator(".lc-file").filter(has_text="9,300 words")).to_have_count(5)


def test_files_are_taken_by_drop_and_paste_and_twins_only_once(page: Page) -> None:
    page.locator(".lc-box").evaluate(DROP, ["一.md", "二.md"])
    prompt(page).evaluate(PASTE, {"name": "screenshot.png", "text": ""})
    expect(page.locator(".lc-file")).to_have_count(3)

    page.locator(".lc-box").evaluate(DROP, ["一.md"])

    expect(page.locator(".lc-note")).to_contain_text("一.md is attached already.")
    expect(page.locator(".lc-file")).to_have_count(3)


def test_text_that_is_pasted_with_its_picture_stays_text(page: Page) -> None:
    is_left_to_the_browser = prompt(page).evaluate(PASTE, {"name": "image.png", "text": "表格"})

    assert is_left_to_the_browser
    expect(page.locator(".lc-file")).to_have_count(0)


def test_names_of_files_are_shown_as_text_and_never_run(page: Page) -> None:
    name = "<img src=x onerror=alert(1)>.md"

    page.locator(".lc-box").evaluate(DROP, [name])

    expect(page.locator(".lc-name")).to_have_text(name)
    expect(page.locator(".lc-box img")).to_have_count(0)
