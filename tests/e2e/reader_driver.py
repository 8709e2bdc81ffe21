"""Drives the reader's page: opens a document, finds its sections, opens their editors."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, Locator, Page, expect

from tests.e2e.conftest import RunningApp


@contextmanager
def page_of(
    browser: Browser, app: RunningApp, name: str, query: str = "", **options: Any
) -> Iterator[Page]:
    context = browser.new_context(**{"viewport": {"width": 1200, "height": 900}} | options)
    page = context.new_page()
    page.goto(f"{app.url}?doc={name}&{query}")
    expect(page.locator(".lr-section").first).to_be_visible(timeout=15_000)
    yield page
    context.close()


def section(page: Page, section_id: str) -> Locator:
    return page.locator(f'[data-section="{section_id}"]')


def open_editor(page: Page, section_id: str) -> Locator:
    section(page, section_id).hover()
    section(page, section_id).locator(".lr-edit").click()
    area = section(page, section_id).get_by_role("textbox")
    expect(area).to_be_focused()
    return area
