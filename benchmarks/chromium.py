"""Chromium, if this machine has one."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

NAMES = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chromium-headless-shell",
)

FLAGS = ("--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking")
"""A browser that is not sandboxed may run as root; it only opens our own pages."""


@contextmanager
def chromium() -> Iterator[Browser | None]:
    """A headless Chromium, or None where there is none: what needs it is then left out."""
    executable = next(filter(None, map(shutil.which, NAMES)), None)
    with sync_playwright() as playwright:
        if executable is None and Path(playwright.chromium.executable_path).exists():
            executable = playwright.chromium.executable_path
        if executable is None:
            yield None
            return
        browser = playwright.chromium.launch(executable_path=executable, args=list(FLAGS))
        try:
            yield browser
        finally:
            browser.close()
