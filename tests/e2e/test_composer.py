"""The box of the first page in a browser: typing, files, sending off, and that nothing is lost."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import Browser, FilePayload, Locator, Page, expect

from components.composer import Submission
from components.composer.labels import LABELS
from pipeline.domain.documents import FileRole
from pipeline.domain.manuscripts import AttachedFile
from tests.e2e.accessibility import violations
from tests.e2e.conftest import RunningApp, StartApp
from tests.e2e.remote import ask, tell

pytestmark = pytest.mark.browser

PROMPT = "A report on grid storage to 2030, 读者是市议会成员"
LARGEST_BYTES = 2_000_000  # as in the page
SAVED = "() => (localStorage.getItem('longhand.draft new') || '')"

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


@pytest.fixture(scope="module")
def app(start_app: StartApp) -> Iterator[RunningApp]:
    running = start_app("tests/e2e/apps/composer_app.py")
    yield running
    tell(f"{running.url}control/release")


@contextmanager
def page_of(browser: Browser, app: RunningApp, query: str = "", **options: Any) -> Iterator[Page]:
    tell(f"{app.url}control/reset")
    context = browser.new_context(**{"viewport": {"width": 1000, "height": 900}} | options)
    page = context.new_page()
    opened(page, f"{app.url}?{query}")
    yield page
    tell(f"{app.url}control/release")
    context.close()


@pytest.fixture
def page(browser: Browser, app: RunningApp) -> Iterator[Page]:
    with page_of(browser, app) as page:
        yield page


def opened(page: Page, url: str) -> None:
    page.goto(url)
    expect(page.locator(".lc-box")).to_be_visible(timeout=15_000)


def prompt(page: Page) -> Locator:
    return page.locator("textarea.lc-prompt")


def button(page: Page) -> Locator:
    return page.locator(".lc-submit")


def alert(page: Page) -> Locator:
    return page.get_by_role("alert").and_(page.locator(".lc-alert"))


def row(page: Page, name: str) -> Locator:
    return page.locator(".lc-file").filter(has=page.locator(".lc-name", has_text=name))


def a_file(name: str, content: str = "") -> FilePayload:
    return {"name": name, "mimeType": "", "buffer": (content or name).encode()}


def attach(page: Page, *files: FilePayload) -> None:
    page.locator("input[type=file]").set_input_files(list(files))


def heard(page: Page, position: int = 0) -> Submission:
    """The submission that the server got, as its page shows it."""
    shown = page.locator('[data-testid="stText"]').nth(position)
    values = json.loads(shown.inner_text())
    files = tuple(AttachedFile.model_validate(file) for file in values["files"])
    return Submission(values["prompt"], files, values["nonce"])


def test_what_is_typed_during_slow_reruns_stays_with_its_caret(
    browser: Browser, app: RunningApp
) -> None:
    with page_of(browser, app, "slow") as page:
        prompt(page).press_sequentially(PROMPT * 2, delay=20)

        expect(page.get_by_text("Run 5")).to_be_visible()
        expect(prompt(page)).to_have_value(PROMPT * 2)
        expect(prompt(page)).to_be_focused()


def test_the_prompt_files_and_roles_are_there_after_a_reload(page: Page, app: RunningApp) -> None:
    prompt(page).fill(PROMPT)
    attach(page, a_file("招标要求.md"))
    row(page, "招标要求.md").get_by_role("combobox").select_option("requirements")

    opened(page, app.url)

    expect(prompt(page)).to_have_value(PROMPT)
    expect(row(page, "招标要求.md")).to_contain_text("42 pages · 9,300 words · 12 headings")
    expect(row(page, "招标要求.md").get_by_role("combobox")).to_have_value("requirements")


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


def test_the_server_gets_the_prompt_and_the_files_with_their_roles_and_the_box_is_empty_again(
    page: Page,
) -> None:
    prompt(page).fill(f"  {PROMPT}\n\n第二段\n")
    attach(page, a_file("方案.md"), a_file("style.docx"))
    row(page, "style.docx").get_by_role("combobox").select_option("style_guide")
    expect(page.locator(".lc-file").filter(has_text="9,300 words")).to_have_count(2)

    prompt(page).press("Control+Enter")

    submission = heard(page)
    assert submission.prompt == f"{PROMPT}\n\n第二段"
    assert [(file.file_name, file.role) for file in submission.files] == [
        ("方案.md", FileRole.CONTENT),
        ("style.docx", FileRole.STYLE_GUIDE),
    ]
    assert submission.files[0].model_dump(include={"pages", "words", "headings"}) == {
        "pages": 42,
        "words": 9300,
        "headings": 12,
    }
    expect(prompt(page)).to_have_value("")
    expect(page.locator(".lc-file")).to_have_count(0)
    expect(button(page)).to_have_accessible_name("Propose an outline")


def test_after_the_page_went_on_the_box_is_empty_when_the_author_returns(
    browser: Browser, app: RunningApp
) -> None:
    with page_of(browser, app, "answer=leave") as page:
        prompt(page).fill(PROMPT)
        button(page).click()
        expect(page.get_by_role("heading", name="Away")).to_be_visible()

        page.get_by_role("link", name="New").click()

        expect(prompt(page)).to_have_value("")
        assert PROMPT not in page.evaluate(SAVED)


def test_a_refusal_is_said_and_the_text_is_kept_and_can_be_sent_again(
    browser: Browser, app: RunningApp
) -> None:
    with page_of(browser, app, "answer=refuse") as page:
        prompt(page).fill(PROMPT)
        button(page).click()
        expect(alert(page)).to_have_text("The queue is full. Try again in a minute.")
        expect(prompt(page)).to_have_value(PROMPT)
        expect(prompt(page)).to_be_editable()

        button(page).click()

        assert heard(page, 1).nonce != heard(page, 0).nonce


def test_a_submission_without_any_answer_is_given_back_and_counts_once_when_repeated(
    browser: Browser, app: RunningApp
) -> None:
    with page_of(browser, app, "answer=silence") as page:
        page.clock.install()
        prompt(page).fill(PROMPT)
        button(page).click()
        expect(button(page)).to_have_accessible_name("Starting…")
        expect(prompt(page)).not_to_be_editable()
        first = heard(page)

        page.clock.fast_forward(10_000)

        expect(alert(page)).to_have_text(LABELS["no_answer"].en)
        expect(prompt(page)).to_be_editable()
        button(page).click()
        assert heard(page, 1) == first


def test_a_text_whose_fate_is_unknown_says_so_on_the_next_visit(
    browser: Browser, app: RunningApp
) -> None:
    with page_of(browser, app, "answer=silence") as page:
        prompt(page).fill(PROMPT)
        button(page).click()
        heard(page)
        opened(page, app.url)
        expect(page.locator(".lc-note")).to_contain_text("You have sent this before.")

        page.get_by_role("button", name="Start afresh").click()

        expect(prompt(page)).to_have_value("")
        page.get_by_role("button", name="Undo").click()
        expect(prompt(page)).to_have_value(PROMPT)


def test_an_empty_prompt_gets_a_sentence_and_the_focus(page: Page) -> None:
    button(page).click()

    expect(alert(page)).to_have_text(LABELS["empty"].en)
    expect(prompt(page)).to_be_focused()
    expect(prompt(page)).to_have_attribute("aria-invalid", "true")
    prompt(page).press_sequentially("潮")
    expect(alert(page)).to_be_empty()


def test_a_prompt_that_is_too_long_is_counted_kept_and_not_sent(page: Page) -> None:
    prompt(page).fill("潮" * 195)
    expect(page.locator(".lc-counter")).to_have_text("195 / 200")

    prompt(page).fill("🌊" * 201)

    expect(page.locator(".lc-counter")).to_have_text("201 / 200")
    expect(alert(page)).to_contain_text("The text is too long: 200 characters are the most.")
    button(page).click()
    expect(button(page)).to_have_accessible_name("Propose an outline")
    expect(prompt(page)).to_have_value("🌊" * 201)


def test_enter_makes_a_line_and_keys_of_an_input_method_send_nothing(page: Page) -> None:
    prompt(page).press_sequentially("one")
    prompt(page).press("Enter")
    prompt(page).evaluate(
        """area => area.dispatchEvent(new KeyboardEvent("keydown",
        { key: "Enter", ctrlKey: true, keyCode: 229, bubbles: true, composed: true }))"""
    )

    expect(prompt(page)).to_have_value("one\n")
    expect(button(page)).to_have_accessible_name("Propose an outline")


def test_an_example_fills_an_empty_box_with_its_prompt_and_files(page: Page) -> None:
    page.get_by_role("button", name="Flood plan").click()

    expect(prompt(page)).to_have_value("A flood plan for a small town")
    expect(row(page, "floods.md")).to_contain_text("18 kB · 1 word · 14 headings")
    expect(page.locator(".lc-note")).to_be_hidden()


def test_an_example_that_replaces_a_text_can_be_undone_and_comes_only_once(
    page: Page, app: RunningApp
) -> None:
    prompt(page).fill(PROMPT)
    attach(page, a_file("资料.md"))
    expect(row(page, "资料.md")).to_contain_text("9,300 words")
    page.get_by_role("button", name="Flood plan").click()
    page.get_by_role("button", name="应急预案").click()
    expect(prompt(page)).to_have_value("为小镇编写防汛应急预案")
    expect(page.locator(".lc-note")).to_contain_text("Replaced by the example.")

    page.get_by_role("button", name="Undo").click()

    expect(prompt(page)).to_have_value(PROMPT)
    expect(row(page, "资料.md")).to_be_visible()
    page.get_by_role("link", name="Away").click()
    page.get_by_role("link", name="New").click()
    expect(prompt(page)).to_have_value(PROMPT)
    opened(page, app.url)
    expect(prompt(page)).to_have_value(PROMPT)


def test_what_an_example_replaced_survives_a_reload(page: Page, app: RunningApp) -> None:
    prompt(page).fill(PROMPT)
    page.get_by_role("button", name="Flood plan").click()
    expect(page.locator(".lc-note")).to_contain_text("Replaced by the example.")

    opened(page, app.url)
    page.get_by_role("button", name="Undo").click()

    expect(prompt(page)).to_have_value(PROMPT)


def test_names_of_files_are_shown_as_text_and_never_run(page: Page) -> None:
    name = "<img src=x onerror=alert(1)>.md"

    page.locator(".lc-box").evaluate(DROP, [name])

    expect(page.locator(".lc-name")).to_have_text(name)
    expect(page.locator(".lc-box img")).to_have_count(0)


def test_in_chinese_no_word_of_english_is_left(browser: Browser, app: RunningApp) -> None:
    with page_of(browser, app, "lang=zh") as page:
        attach(page, a_file("要求"), a_file("status_503"), a_file("held"))
        expect(row(page, "要求")).to_contain_text("42 页 · 9,300 字 · 12 个标题")
        expect(button(page)).to_have_accessible_name("正在读取文件……")
        tell(f"{app.url}control/release")
        button(page).click()
        expect(alert(page)).to_have_text(LABELS["empty"].zh)

        shown = page.locator(".lc-root").inner_text()

        names = {"status_503", "held", "kB", "MB", "Ctrl", "Enter"}
        assert set(re.findall(r"[A-Za-z][\w]*", shown)) <= names


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_any_state(browser: Browser, app: RunningApp, scheme: str) -> None:
    with page_of(browser, app, color_scheme=scheme) as page:
        assert violations(page, ".lc-root") == []
        attach(page, a_file("good.md"), a_file("file_damaged.pdf"), a_file("held.md"))
        expect(row(page, "file_damaged.pdf")).to_contain_text("damaged")
        expect(row(page, "good.md")).to_contain_text("9,300 words")
        prompt(page).fill("潮" * 201)

        assert violations(page, ".lc-root") == []


def test_on_a_telephone_nothing_is_cut_off(browser: Browser, app: RunningApp) -> None:
    with page_of(browser, app, viewport={"width": 390, "height": 800}) as page:
        attach(page, a_file("a-very-long-name-without-any-space-in-it-at-all-2024.pdf"))
        expect(page.locator(".lc-file")).to_contain_text("9,300 words")
        prompt(page).fill("w" * 150)

        for inner in page.locator(".lc-root :is(button, select, textarea):visible").all():
            box = inner.bounding_box()
            assert box is not None
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= 390
        assert page.locator(".lc-root").evaluate("node => node.scrollWidth <= node.clientWidth")


def test_what_stands_below_the_box_does_not_move_when_its_text_changes(page: Page) -> None:
    below = page.get_by_role("button", name="Flood plan")
    before = below.bounding_box()

    button(page).click()

    expect(alert(page)).not_to_be_empty()
    assert below.bounding_box() == before


def test_all_of_it_is_reached_by_keyboard(page: Page) -> None:
    attach(page, a_file("资料.md"))
    expect(row(page, "资料.md")).to_contain_text("9,300 words")
    prompt(page).focus()

    for name in ("What 资料.md is for", "Remove 资料.md", "Attach files", "Propose an outline"):
        page.keyboard.press("Tab")
        expect(page.locator(".lc-root :focus")).to_have_accessible_name(name)
    page.keyboard.press("Enter")
    expect(alert(page)).to_have_text(LABELS["empty"].en)
