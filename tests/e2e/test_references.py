"""The references of a document in the whole app: their style, and taking them away alone."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from pipeline.domain.documents import Language
from tests.e2e.app_driver import PATIENCE_MS, Visit, visiting
from tests.e2e.conftest import RunningApp

pytestmark = [pytest.mark.browser, pytest.mark.timeout(60)]


def downloaded(visit: Visit, key: str) -> tuple[str, str]:
    """The name and the text of a file."""
    with visit.page.expect_download(timeout=PATIENCE_MS) as download:
        visit.button(key).click()
    return download.value.suggested_filename, Path(download.value.path()).read_text("utf-8")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_references_change_their_style_and_are_taken_away_for_other_programs(
    browser: Browser, longhand: RunningApp, language: Language
) -> None:
    with visiting(browser, longhand, language) as visit:
        visit.propose_example()
        visit.write()
        visit.read()
        entry = visit.page.locator(".lr-references li").first
        expect(entry).not_to_contain_text("[Z]")

        visit.page.get_by_role("combobox", name=visit.m("document.style")).click()
        visit.page.get_by_role("option", name="GB/T 7714").click()

        expect(entry).to_contain_text("[Z]", timeout=PATIENCE_MS)
        expect(entry.locator(".lr-backs")).to_contain_text("1")
        visit.button("document.download").click()
        bibtex, ris = downloaded(visit, "document.bibtex"), downloaded(visit, "document.ris")
        csl = downloaded(visit, "document.csl")
        assert (bibtex[0][-4:], ris[0][-4:], csl[0][-5:]) == (".bib", ".ris", ".json")
        assert bibtex[1].startswith("@")
        assert ris[1].startswith("TY  - ")
        assert '"title"' in csl[1]
        assert visit.complaints == []
