"""The references of a document in the whole app: their style, and taking them away alone."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, expect

from pipeline.domain.documents import Language
from tests.e2e.app_driver import PATIENCE_MS, Visit, visiting
from tests.e2e.conftest import RunningApp

pytestmark = [pytest.mark.browser, pytest.mark.timeout(60)]

LINE_PX = 20

CENTRE = """shown => {
  const start = document.createRange()
  start.selectNode(shown.firstChild)
  const place = start.getBoundingClientRect()
  return (place.top + place.bottom) / 2
}"""
"""Of what an element begins with: its icon, or its words."""


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


def test_a_file_that_cannot_be_built_is_said_in_words_until_it_can(
    browser: Browser, longhand: RunningApp
) -> None:
    refused = {"error": {"code": "export_failed", "message": "It took too long.", "details": {}}}
    with visiting(browser, longhand, "zh") as visit:
        visit.propose_example()
        visit.write()
        visit.read()
        address = re.compile("/files/md$")
        visit.page.route(address, lambda route: route.fulfill(status=503, json=refused), times=1)
        visit.button("document.download").click()
        visit.button("document.markdown").click()

        told = visit.page.locator(".ld-problem")
        expect(told).to_have_text(visit.m.problem("export_failed"))
        visit.page.keyboard.press("Escape")
        visit.button("document.download").click()
        expect(told).to_have_text(visit.m.problem("export_failed"))
        name, text = downloaded(visit, "document.markdown")
        expect(told).to_be_hidden()
        assert name.endswith(".md")
        assert text.startswith("# ")


def centre(shown: Locator) -> float:
    return float(shown.evaluate(CENTRE))


def test_a_reference_s_number_stands_on_its_first_line_and_the_steps_in_one_row(
    browser: Browser, longhand: RunningApp
) -> None:
    with visiting(browser, longhand, "zh", viewport={"width": 390, "height": 800}) as visit:
        visit.propose_example()
        visit.write()
        visit.read()
        item = visit.page.locator(".lr-references li").first
        steps = [
            visit.page.get_by_test_id("stMain").get_by_text(visit.m(f"steps.{step}")).first
            for step in ("brief", "outline", "writing")
        ]

        number = centre(item.locator(".lr-number"))
        first_line = item.locator("span").first.bounding_box() or pytest.fail("no entry")
        centres = [centre(step) for step in steps]

        assert 0 < number - first_line["y"] < LINE_PX
        assert max(centres) - min(centres) < 1
