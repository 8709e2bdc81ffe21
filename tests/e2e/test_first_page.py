"""The first page of the whole app: what is chosen there stays, and where pages come from."""

import re

import pytest
from playwright.sync_api import Browser, expect

from components.composer.labels import LABELS
from tests.e2e.app_driver import PATIENCE_MS, Visit, visiting
from tests.e2e.conftest import RunningApp

pytestmark = [pytest.mark.browser, pytest.mark.timeout(60)]

READERS = "Members of the council 市议会"


def open_more(visit: Visit) -> None:
    visit.button("new.more").click()
    expect(visit.page.get_by_label(visit.m("new.audience"))).to_be_visible(timeout=PATIENCE_MS)


def test_what_is_chosen_is_there_after_a_reload_and_after_another_page(
    browser: Browser, longhand: RunningApp
) -> None:
    with visiting(browser, longhand) as visit:
        visit.new()
        open_more(visit)
        audience = visit.page.get_by_label(visit.m("new.audience"))
        audience.fill(READERS)
        visit.page.get_by_role("combobox", name=visit.m("new.style")).click()
        visit.page.get_by_role("option", name="APA").click()
        expect(visit.page).to_have_url(re.compile("audience=.*style=|style=.*audience="))

        visit.page.reload()
        open_more(visit)
        expect(audience).to_have_value(READERS)
        style = visit.page.get_by_role("combobox", name=visit.m("new.style"))
        expect(style).to_have_value("APA")

        visit.page.keyboard.press("Escape")
        visit.navigate("nav.library")
        expect(visit.page.get_by_role("heading", level=1)).to_have_text(visit.m("library.title"))
        assert "audience" not in visit.page.url
        visit.navigate("nav.new")
        open_more(visit)
        expect(audience).to_have_value(READERS)


def test_choices_stay_when_the_language_of_the_interface_changes(
    browser: Browser, longhand: RunningApp
) -> None:
    with visiting(browser, longhand) as visit:
        visit.new()
        visit.page.get_by_role("combobox", name=visit.m("new.type")).click()
        visit.page.get_by_role("option", name=visit.m("type.survey")).click()
        expect(visit.page).to_have_url(re.compile("type="))

        visit.page.get_by_role("radio", name="中文").click()
        visit.language = "zh"

        kind = visit.page.get_by_role("combobox", name=visit.m("new.type"))
        expect(kind).to_have_value(visit.m("type.survey"), timeout=PATIENCE_MS)
        expect(visit.page.locator("html")).to_have_attribute("lang", "zh-CN")


def test_an_address_inside_the_network_is_refused_in_words(
    browser: Browser, longhand: RunningApp
) -> None:
    with visiting(browser, longhand, "zh") as visit:
        visit.new()
        visit.page.get_by_role("button", name=LABELS["add_page"].zh).click()
        visit.page.keyboard.type("http://127.0.0.1/admin")
        visit.page.keyboard.press("Enter")

        row = visit.page.locator(".lc-file")
        expect(row).to_contain_text(LABELS["address_refused"].zh, timeout=PATIENCE_MS)
        assert visit.foreign_requests() == []
