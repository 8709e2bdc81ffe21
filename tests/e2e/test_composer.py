"""The box of the first page: typing, examples, sending off, and that nothing is lost."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from components.composer.labels import LABELS
from pipeline.domain.documents import FileRole
from tests.e2e.accessibility import violations
from tests.e2e.composer_driver import (
    PROMPT,
    a_file,
    alert,
    attach,
    button,
    heard,
    opened,
    page_of,
    prompt,
    row,
)
from tests.e2e.conftest import RunningApp, StartApp
from tests.e2e.remote import tell

pytestmark = [pytest.mark.browser, pytest.mark.detail, pytest.mark.timeout(60)]

SAVED = "() => (localStorage.getItem('longhand.draft new') || '')"


@pytest.fixture(scope="module")
def app(start_app: StartApp) -> RunningApp:
    return start_app("tests/e2e/apps/composer_app.py")


@pytest.fixture
def page(browser: Browser, app: RunningApp) -> Iterator[Page]:
    with page_of(browser, app) as page:
        yield page


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


def test_what_was_typed_a_moment_before_the_page_is_closed_is_kept(
    page: Page, app: RunningApp
) -> None:
    prompt(page).fill(PROMPT)
    opened(page, app.url)

    expect(prompt(page)).to_have_value(PROMPT)


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


def test_undo_gives_back_either_text_when_the_example_was_changed(page: Page) -> None:
    prompt(page).fill(PROMPT)
    page.get_by_role("button", name="Flood plan").click()
    expect(page.locator(".lc-note")).to_contain_text("Replaced by the example.")
    prompt(page).fill("A flood plan for a large town")

    page.get_by_role("button", name="Undo").click()
    expect(prompt(page)).to_have_value(PROMPT)
    page.get_by_role("button", name="Undo").click()

    expect(prompt(page)).to_have_value("A flood plan for a large town")


def test_what_an_example_replaced_survives_a_reload(page: Page, app: RunningApp) -> None:
    prompt(page).fill(PROMPT)
    page.get_by_role("button", name="Flood plan").click()
    expect(page.locator(".lc-note")).to_contain_text("Replaced by the example.")

    opened(page, app.url)
    page.get_by_role("button", name="Undo").click()

    expect(prompt(page)).to_have_value(PROMPT)


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

    for name in (
        "What 资料.md is for",
        "Remove 资料.md",
        "Attach files",
        "Add a web page",
        "Propose an outline",
    ):
        page.keyboard.press("Tab")
        expect(page.locator(".lc-root :focus")).to_have_accessible_name(name)
    page.keyboard.press("Enter")
    expect(alert(page)).to_have_text(LABELS["empty"].en)
