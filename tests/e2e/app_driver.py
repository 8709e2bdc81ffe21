"""Drives the whole app as an author does, and notes what its pages ask for and complain about."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, Request, expect

from components.examples import EXAMPLES
from components.messages import Messages
from pipeline.domain.documents import Language
from tests.e2e.conftest import RunningApp
from tests.e2e.outliner_driver import Author

PATIENCE_MS = 15_000
"""For a page or a job on a machine that does other things, too."""

LOCALES = {"en": "en-GB", "zh": "zh-CN"}

ASKED_BY_STREAMLIT = re.compile(
    r"/(outline|writing|document|library)/_stcore/(health|host-config)$"
)
"""On an address with a page's name, Streamlit's own frontend first asks below that page."""


@dataclass(slots=True)
class Visit:
    """An author in a browser tab, with everything that the tab asked for and complained of."""

    page: Page
    url: str
    language: Language = "en"
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    @property
    def m(self) -> Messages:
        return Messages(self.language)

    @property
    def outline(self) -> Author:
        return Author(self.page, self.url, "", self.complaints)

    @property
    def prompt(self) -> Locator:
        return self.page.locator("textarea.lc-prompt")

    def go(self, path: str = "") -> None:
        self.page.goto(f"{self.url}{path}")

    def new(self) -> None:
        self.go()
        expect(self.prompt).to_be_visible(timeout=PATIENCE_MS)

    def button(self, key: str) -> Locator:
        return self.page.get_by_role("button", name=self.m(key))

    def link(self, key: str) -> Locator:
        """A link of the page itself; `navigate` follows those at the side."""
        return self.page.get_by_test_id("stMain").get_by_role("link", name=self.m(key))

    def navigate(self, key: str) -> None:
        self.page.get_by_test_id("stSidebarNavItems").get_by_role("link", name=self.m(key)).click()

    def says(self, key: str, **values: str | int) -> None:
        sentence = self.page.get_by_text(self.m(key, **values))
        expect(sentence.first).to_be_visible(timeout=PATIENCE_MS)

    def arrives(self, page: str) -> str:
        """Wait for a page's address, and return the id in it."""
        self.page.wait_for_url(re.compile(rf"/{page}\?(doc|job)="), timeout=PATIENCE_MS)
        return urlsplit(self.page.url).query.partition("=")[2]

    def take_example(self, name: str) -> None:
        self.button_named(EXAMPLES[name].title).click()
        expect(self.prompt).to_have_value(EXAMPLES[name].prompt, timeout=PATIENCE_MS)
        expect(self.page.locator(".lc-file .lc-name")).to_have_text(EXAMPLES[name].file_name)

    def button_named(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name)

    def propose(self) -> str:
        """Ask for an outline, wait until it has grown, and return the manuscript's id."""
        self.page.locator(".lc-submit").click()
        manuscript_id = self.arrives("outline")
        self.wait_until_saved()
        return manuscript_id

    def propose_example(self, name: str = "") -> str:
        self.new()
        self.take_example(name or ("renewal" if self.language == "zh" else "grid"))
        return self.propose()

    def wait_until_saved(self) -> None:
        state = self.page.locator(".ol-state")
        expect(state).to_have_attribute("data-state", "saved", timeout=PATIENCE_MS)
        expect(self.page.locator(".ol-row").first).to_be_visible()

    def rename_outline(self, title: str) -> None:
        self.page.locator(".ol-name").fill(title)
        self.wait_until_saved()

    def headings(self) -> list[str]:
        """Every section of the outline with its number, as the document should have them."""
        rows = self.page.locator(".ol-row").evaluate_all(
            "rows => rows.map((row) => [row.querySelector('.ol-number').textContent,"
            " row.querySelector('.ol-title').value].join(' '))"
        )
        return [str(row) for row in rows]

    def open_outline(self, manuscript_id: str) -> None:
        self.go(f"outline?doc={manuscript_id}")
        self.wait_until_saved()

    def write(self) -> None:
        self.button("outline.write").click()

    def read(self) -> list[str]:
        """Wait for the document; return its headings in their order."""
        self.arrives("document")
        expect(self.page.locator(".lr-section").first).to_be_visible(timeout=PATIENCE_MS)
        return [" ".join(text.split()) for text in self.section_headings().all_inner_texts()]

    def section_headings(self) -> Locator:
        return self.page.locator(".lr-section .lr-head :is(h1, h2, h3, h4, h5, h6)")

    def section(self, title: str) -> Locator:
        return self.page.locator(".lr-section").filter(has=self.page.get_by_text(title, exact=True))

    def card(self, title: str) -> Locator:
        """The library's card of a document, by its title."""
        blocks = self.page.locator('[data-testid="stVerticalBlock"]')
        titled = blocks.filter(has=self.page.get_by_text(title, exact=True))
        return titled.filter(has=self.button("library.delete")).last

    def shows_no_exception(self) -> None:
        expect(self.page.locator('[data-testid="stException"], .stException')).to_have_count(0)

    def foreign_requests(self) -> list[str]:
        here = urlsplit(self.url).netloc
        return [url for url in self.requests if urlsplit(url).netloc not in {here, ""}]


@contextmanager
def visiting(
    browser: Browser, app: RunningApp, language: Language = "en", **options: Any
) -> Iterator[Visit]:
    """A fresh browser context with one tab; nothing is open yet."""
    context = browser.new_context(
        **{"locale": LOCALES[language], "viewport": {"width": 1280, "height": 900}} | options
    )
    try:
        yield new_tab(Visit(context.new_page(), app.url, language))
    finally:
        context.close()


def second_tab(visit: Visit) -> Visit:
    """Another tab of the same browser, with notes of its own."""
    return new_tab(Visit(visit.page.context.new_page(), visit.url, visit.language))


def new_tab(visit: Visit) -> Visit:
    """Take notes from here on."""

    def asked(request: Request) -> None:
        if request.url.startswith(("http:", "https:", "ws:", "wss:")):
            visit.requests.append(request.url)

    def said(message: ConsoleMessage) -> None:
        address = str(message.location.get("url", ""))
        if message.type == "error" and not ASKED_BY_STREAMLIT.search(address):
            visit.complaints.append(f"{message.text} {address}")

    visit.page.on("request", asked)
    visit.page.on("websocket", lambda socket: visit.requests.append(socket.url))
    visit.page.on("console", said)
    visit.page.on("pageerror", lambda error: visit.complaints.append(str(error)))
    return visit
