"""Drives the composer's page: opens it, finds its parts, reads what was sent off."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, FilePayload, Locator, Page, expect

from components.composer import Submission, read_submission
from tests.e2e.conftest import RunningApp
from tests.e2e.remote import tell

PROMPT = "A report on grid storage to 2030, 读者是市议会成员"


@contextmanager
def page_of(browser: Browser, app: RunningApp, query: str = "", **options: Any) -> Iterator[Page]:
    tell(f"{app.url}control/reset")
    context = browser.new_context(**{"viewport": {"width": 1000, "height": 900}} | options)
    page = context.new_page()
    try:
        opened(page, f"{app.url}?{query}")
        yield page
    finally:
        tell(f"{app.url}control/release")
        context.close()


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
    return read_submission(values)
