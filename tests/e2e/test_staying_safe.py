"""Nothing that was typed is lost, and no address leads nowhere."""

import os
import re
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Route, expect

from components.composer.labels import LABELS
from pipeline.adapters.embedded_redis import ensure_server, server_pid, stop_server
from pipeline.domain.documents import Language
from tests.e2e.app_driver import PATIENCE_MS, Visit, second_tab, visiting
from tests.e2e.composer_driver import a_file, attach, row
from tests.e2e.conftest import RunningApp, StartApp

pytestmark = [pytest.mark.browser, pytest.mark.long, pytest.mark.timeout(60)]

TYPED = "最后一句 typed last"


@pytest.fixture(scope="module")
def manuscript_id(browser: Browser, longhand: RunningApp) -> str:
    """An outline that the tests share; each types into a section of its own."""
    with visiting(browser, longhand) as visit:
        return visit.propose_example()


@pytest.fixture
def visit(browser: Browser, longhand: RunningApp) -> Iterator[Visit]:
    with visiting(browser, longhand) as visit:
        yield visit
        visit.shows_no_exception()
        assert visit.complaints == []


def leave_by_link(visit: Visit) -> None:
    visit.navigate("nav.new")
    expect(visit.prompt).to_be_visible(timeout=PATIENCE_MS)


def leave_by_reload(visit: Visit) -> None:
    visit.page.reload()


def leave_by_back(visit: Visit) -> None:
    visit.page.go_back()
    heading = visit.page.get_by_role("heading", name=visit.m("library.title"))
    expect(heading).to_be_visible(timeout=PATIENCE_MS)


LEAVING: list[Callable[[Visit], None]] = [leave_by_link, leave_by_reload, leave_by_back]


def test_the_prompt_survives_a_reload_and_a_look_into_the_library(visit: Visit) -> None:
    visit.new()
    visit.prompt.press_sequentially("A guide to tides, 给水手看的潮汐指南")

    visit.page.reload()
    expect(visit.prompt).to_have_value("A guide to tides, 给水手看的潮汐指南", timeout=PATIENCE_MS)
    visit.navigate("nav.library")
    visit.page.wait_for_url("**/library")
    visit.navigate("nav.new")

    expect(visit.prompt).to_have_value("A guide to tides, 给水手看的潮汐指南", timeout=PATIENCE_MS)


def test_a_file_that_a_reload_broke_off_is_said_until_it_is_attached_again(visit: Visit) -> None:
    def hold(_: Route) -> None:
        """Let it travel for ever."""

    notes = a_file("潮汐.md", "# Tides\n\nThe Moon pulls at the sea.")
    visit.new()
    visit.page.route("**/live/uploads*", hold)
    attach(visit.page, notes)
    expect(row(visit.page, "潮汐.md")).to_contain_text("Uploading")
    row(visit.page, "潮汐.md").get_by_role("combobox").select_option("requirements")

    for _ in range(2):
        visit.page.reload()
        expect(row(visit.page, "潮汐.md")).to_contain_text(
            LABELS["file_not_sent"].en, timeout=PATIENCE_MS
        )
    visit.page.unroute("**/live/uploads*")
    attach(visit.page, notes)

    expect(visit.page.locator(".lc-file")).to_have_count(1)
    expect(row(visit.page, "潮汐.md")).to_contain_text("1 heading", timeout=PATIENCE_MS)
    expect(row(visit.page, "潮汐.md").get_by_role("combobox")).to_have_value("requirements")


@pytest.mark.parametrize("leave", LEAVING)
def test_a_title_typed_just_before_leaving_is_saved(
    visit: Visit, manuscript_id: str, leave: Callable[[Visit], None]
) -> None:
    row = LEAVING.index(leave)
    visit.go("library")
    visit.page.get_by_test_id("stMain").locator(f"a[href*='{manuscript_id}']").click()
    visit.wait_until_saved()
    title = visit.outline.title(row).input_value()
    visit.outline.go(row)
    visit.outline.type(TYPED)

    leave(visit)

    visit.open_outline(manuscript_id)
    expect(visit.outline.title(row)).to_have_value(f"{title}{TYPED}")


def test_what_is_typed_just_before_writing_is_written(visit: Visit) -> None:
    visit.propose_example()
    visit.outline.go(0)
    visit.outline.press("Enter")
    visit.outline.type(TYPED)

    visit.write()

    assert visit.read()[1] == f"2 {TYPED}"


def test_what_is_taken_back_while_writing_is_asked_for_is_seen_before_it_begins(
    visit: Visit,
) -> None:
    held: list[Route] = []

    def hold_the_first(route: Route) -> None:
        if held:
            route.continue_()
        else:
            held.append(route)

    visit.propose_example()
    visit.page.route("**/ops", hold_the_first)
    visit.outline.go(0)
    visit.outline.paste("\n".join("  " * level + f"- Level {level}" for level in range(9)))
    visit.write()
    expect(visit.page.get_by_text(visit.m("outline.saving"))).to_be_visible(timeout=PATIENCE_MS)

    held[0].continue_()

    notice = visit.page.locator(".ol-notice")
    expect(notice).to_contain_text("An outline can have at most 8 levels", timeout=PATIENCE_MS)
    expect(visit.page.get_by_text(visit.m("outline.saving"))).to_be_hidden(timeout=PATIENCE_MS)
    expect(notice).to_be_visible()
    visit.write()
    assert visit.read()


def test_a_title_that_was_lacking_can_be_given_at_once(visit: Visit) -> None:
    visit.propose_example()
    visit.rename_outline("")
    visit.write()
    lacking = visit.m.problem("outline_title_empty")
    expect(visit.page.get_by_text(lacking)).to_be_visible(timeout=PATIENCE_MS)

    visit.rename_outline("现在有了标题")

    visit.button("outline.write").click(timeout=5_000)
    assert visit.read()


def test_two_tabs_of_one_outline_show_each_others_edits(visit: Visit, manuscript_id: str) -> None:
    other = second_tab(visit)
    for tab in (visit, other):
        tab.open_outline(manuscript_id)

    visit.outline.go(3, to="Control+a")
    visit.outline.type("甲 renamed")
    other.outline.go(4, to="Control+a")
    other.outline.type("乙 renamed")

    expect(other.outline.title(3)).to_have_value("甲 renamed", timeout=PATIENCE_MS)
    expect(visit.outline.title(4)).to_have_value("乙 renamed", timeout=PATIENCE_MS)
    assert other.complaints == []


def test_back_and_forward_go_along_the_path(visit: Visit) -> None:
    manuscript_id = visit.propose_example()
    visit.write()
    headings = visit.read()

    visit.link("steps.outline").click()
    assert visit.arrives("outline") == manuscript_id
    visit.wait_until_saved()
    visit.page.go_back()
    assert visit.read() == headings
    visit.page.go_forward()

    assert visit.arrives("outline") == manuscript_id
    visit.wait_until_saved()
    assert visit.headings() == headings


NOWHERE = [
    ("outline?doc=nobody", "missing.document"),
    ("document?doc=没有这份", "missing.document"),
    ("writing?job=nobody", "missing.job"),
    ("writing?doc=nobody", "missing.job"),
    ("outline", "missing.none"),
    ("document", "missing.none"),
    ("writing", "missing.job"),
]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_an_address_that_leads_nowhere_says_so_and_offers_a_way_on(
    browser: Browser, longhand: RunningApp, language: Language
) -> None:
    with visiting(browser, longhand, language) as visit:
        for address, sentence in NOWHERE:
            visit.go(address)
            visit.says(sentence)
            expect(visit.link("missing.library")).to_be_visible()
            visit.shows_no_exception()

        visit.link("missing.new").click()

        expect(visit.prompt).to_be_visible(timeout=PATIENCE_MS)
        assert visit.complaints == []


def test_typing_goes_on_while_the_store_is_down_and_is_saved_when_it_is_back(
    browser: Browser, longhand: RunningApp, manuscript_id: str
) -> None:
    store = longhand.data_dir / "data"
    with visiting(browser, longhand) as visit:
        visit.open_outline(manuscript_id)
        title = visit.outline.title(5).input_value()
        visit.outline.go(5)
        visit.outline.type(" before")
        visit.wait_until_saved()

        pid = server_pid(store)
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        visit.outline.type(", during 断线", delay_ms=50)
        visit.outline.type(" and after")

        visit.wait_until_saved()
        assert server_pid(store) not in {pid, None}
        visit.open_outline(manuscript_id)
        expected = f"{title} before, during 断线 and after"
        expect(visit.outline.title(5)).to_have_value(expected)
        visit.shows_no_exception()


def test_a_page_says_that_the_store_is_gone_and_comes_back_by_itself(
    browser: Browser, start_app: StartApp, tmp_path: Path
) -> None:
    url = ensure_server(tmp_path)
    with visiting(browser, start_app("app.py", REDIS_URL=url)) as visit:
        manuscript_id = visit.propose_example()
        visit.outline.go(0)
        stop_server(tmp_path, only_if_unused=False)
        visit.outline.type(TYPED)
        state = visit.page.locator(".ol-state")
        expect(state).to_have_attribute("data-state", "offline", timeout=PATIENCE_MS)
        visit.navigate("nav.library")
        visit.says("store.gone")
        visit.shows_no_exception()

        ensure_server(tmp_path)

        heading = visit.page.get_by_role("heading", name=visit.m("library.title"))
        expect(heading).to_be_visible(timeout=PATIENCE_MS)
        visit.open_outline(manuscript_id)
        expect(visit.outline.title(0)).to_have_value(re.compile(f"{TYPED}$"))
    stop_server(tmp_path, only_if_unused=False)
