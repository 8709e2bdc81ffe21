"""Pages of the web in the box of the first page: how they come in, and what is said of them."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from components.composer.labels import LABELS
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
from tests.e2e.remote import ask, tell

pytestmark = [pytest.mark.browser, pytest.mark.detail, pytest.mark.timeout(60)]

TITLE = "潮汐 Tides"
ADDRESS = "https://tides.example/潮汐?a=1"

PASTE = """(area, text) => {
  const clipboardData = new DataTransfer()
  clipboardData.setData("text/plain", text)
  const event = new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true })
  return area.dispatchEvent(event)
}"""


@pytest.fixture(scope="module")
def app(start_app: StartApp) -> RunningApp:
    return start_app("tests/e2e/apps/composer_app.py")


@pytest.fixture
def page(browser: Browser, app: RunningApp) -> Iterator[Page]:
    with page_of(browser, app) as page:
        yield page


def address(page: Page) -> Locator:
    return page.get_by_role("textbox", name="Address of a web page")


def add(page: Page, *addresses: str) -> None:
    if not address(page).is_visible():
        page.get_by_role("button", name="Add a web page").click()
    for one in addresses:
        address(page).fill(one)
        page.keyboard.press("Enter")


def test_a_page_becomes_a_row_with_what_was_read_and_is_sent_with_its_address(page: Page) -> None:
    add(page, ADDRESS)
    expect(row(page, TITLE)).to_contain_text("Web page · tides.example · 1,240 words · 3 headings")
    row(page, TITLE).get_by_role("combobox").select_option("requirements")

    prompt(page).fill(PROMPT)
    button(page).click()

    [file] = heard(page).files
    assert file.url == "https://tides.example/%E6%BD%AE%E6%B1%90?a=1"
    assert (file.file_name, file.role) == ("潮汐 Tides — a page", "requirements")
    assert len(file.file_id) == 64


def test_an_address_is_added_as_people_write_it_and_the_row_stays_for_the_next(page: Page) -> None:
    add(page, "tides.example/a", "  https://held.example ")

    expect(row(page, TITLE)).to_have_count(1)
    expect(row(page, "https://held.example/")).to_contain_text("Web page · Fetching…")
    expect(button(page)).to_have_accessible_name("Reading files…")
    expect(address(page)).to_be_focused()
    expect(address(page)).to_have_value("")
    page.keyboard.press("Escape")
    expect(address(page)).to_be_hidden()
    expect(page.get_by_role("button", name="Add a web page")).to_be_focused()


@pytest.mark.parametrize(
    "text", ["tides", "ftp://tides.example/a", "javascript:alert(1)", "看 a.b"]
)
def test_what_is_no_address_is_said_and_kept_and_nothing_is_asked(
    page: Page, app: RunningApp, text: str
) -> None:
    add(page, text)

    expect(alert(page)).to_have_text(LABELS["not_an_address"].en)
    expect(address(page)).to_have_value(text)
    expect(address(page)).to_have_attribute("aria-invalid", "true")
    assert ask(f"{app.url}control/facts")["names"] == []
    address(page).press("End")
    page.keyboard.type("x")
    expect(alert(page)).to_be_empty()


@pytest.mark.parametrize(
    ("host", "key"),
    [
        ("page_unavailable", "page_unavailable"),
        ("address_refused", "address_refused"),
        ("page_unheard_of", "refused"),
        ("status_503", "server"),
    ],
)
def test_a_page_that_cannot_be_read_says_why_and_is_not_sent(
    page: Page, host: str, key: str
) -> None:
    add(page, f"https://tides.example/{host}", "https://tides.example/good")
    failed = row(page, f"https://tides.example/{host}")
    expect(failed).to_contain_text(LABELS[key].en)

    prompt(page).fill(PROMPT)
    button(page).click()

    assert [file.url for file in heard(page).files] == ["https://tides.example/good"]


def test_a_page_that_did_not_answer_can_be_tried_again(page: Page) -> None:
    page.route("**/live/pages", lambda route: route.abort())
    add(page, ADDRESS)
    failed = row(page, "https://tides.example/")
    expect(failed).to_contain_text(LABELS["network"].en)
    page.unroute("**/live/pages")

    failed.get_by_role("button", name="Try again with").click()

    expect(row(page, TITLE)).to_contain_text("1,240 words")


def test_pages_and_what_is_typed_of_an_address_are_there_after_a_reload(
    page: Page, app: RunningApp
) -> None:
    add(page, ADDRESS, "https://held.example/", "https://tides.example/page_timeout")
    expect(row(page, TITLE)).to_be_visible()
    expect(row(page, "page_timeout")).to_contain_text("took too long")
    address(page).fill("tides.exam")

    opened(page, app.url)

    expect(address(page)).to_have_value("tides.exam")
    expect(row(page, TITLE)).to_contain_text("Web page · tides.example · 1,240 words")
    expect(row(page, "page_timeout")).to_contain_text("took too long")
    expect(row(page, "https://held.example/")).to_contain_text("Fetching…")
    tell(f"{app.url}control/release")
    expect(row(page, TITLE)).to_have_count(2)


@pytest.mark.parametrize("text", [f" {ADDRESS}\n", "https://a.example/1\nhttp://b.example/2"])
def test_addresses_that_are_pasted_alone_become_pages_unless_the_author_wants_them_as_text(
    page: Page, text: str
) -> None:
    prompt(page).fill("See ")
    prompt(page).evaluate(PASTE, text)
    expect(row(page, TITLE)).to_have_count(len(text.split()))
    expect(prompt(page)).to_have_value("See ")
    expect(page.locator(".lc-note")).to_contain_text("Added as a web page to read.")

    page.get_by_role("button", name="Put it into the text instead").click()

    expect(prompt(page)).to_have_value(f"See {text}")
    expect(page.locator(".lc-file")).to_have_count(0)


@pytest.mark.parametrize(
    "text", [f"见 {ADDRESS}", "tides.example/a", "Write about https://a.example"]
)
def test_pasted_text_that_merely_contains_an_address_stays_text(page: Page, text: str) -> None:
    is_left_to_the_browser = prompt(page).evaluate(PASTE, text)

    assert is_left_to_the_browser
    expect(page.locator(".lc-file")).to_have_count(0)


def test_the_same_page_is_taken_once(page: Page, app: RunningApp) -> None:
    add(page, ADDRESS)
    expect(row(page, TITLE)).to_be_visible()

    add(page, ADDRESS)

    expect(page.locator(".lc-note")).to_contain_text("is attached already.")
    expect(page.locator(".lc-file")).to_have_count(1)
    assert len(ask(f"{app.url}control/facts")["names"]) == 1


def test_where_no_pages_are_fetched_none_are_offered(browser: Browser, app: RunningApp) -> None:
    with page_of(browser, app, "offline=1") as page:
        expect(page.get_by_role("button", name="Attach files")).to_be_visible()
        expect(page.get_by_role("button", name="Add a web page")).to_be_hidden()

        assert prompt(page).evaluate(PASTE, ADDRESS)


def test_what_was_guessed_in_a_file_is_said_in_words(browser: Browser, app: RunningApp) -> None:
    with page_of(browser, app, "lang=zh") as page:
        attach(page, a_file("guessed.txt"))

        expect(row(page, "guessed.txt")).to_contain_text("12 个标题 · 编码为推测")
        expect(row(page, "guessed.txt")).not_to_contain_text("never_heard_of")


@pytest.mark.parametrize(("scheme", "width"), [("light", 1000), ("dark", 390)])
def test_pages_have_no_barrier_and_fit(
    browser: Browser, app: RunningApp, scheme: str, width: int
) -> None:
    size = {"width": width, "height": 900}
    with page_of(browser, app, color_scheme=scheme, viewport=size) as page:
        add(page, ADDRESS, f"https://tides.example/page_timeout/{'long' * 30}", "no address")
        expect(row(page, TITLE)).to_be_visible()

        assert violations(page, ".lc-root") == []
        assert page.locator(".lc-root").evaluate("node => node.scrollWidth <= node.clientWidth")
