"""The path of a document through the real app, from a sentence to a file, in both languages."""

import io
import re
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, expect

from components.examples import EXAMPLES
from components.reader.labels import LABELS
from pipeline.domain.documents import Language
from tests.e2e.app_driver import PATIENCE_MS, Visit, visiting
from tests.e2e.conftest import RunningApp

pytestmark = [pytest.mark.browser, pytest.mark.timeout(60)]


def edit_the_outline(visit: Visit, *, title: str, added: str, note: str) -> None:
    """Rename the outline and its first section, add one below it, move it, leave a note."""
    author = visit.outline
    visit.rename_outline(title)
    author.go(0)
    author.type("（改）")
    author.press("Enter")
    author.type(added)
    author.press("Tab")
    expect(author.row(1)).to_have_attribute("aria-level", "2")
    author.press("Shift+Tab", "Alt+ArrowUp")
    expect(author.title(0)).to_have_value(added)
    author.row(0).locator(".ol-note").click()
    author.row(0).locator(".ol-notes").fill(note)
    visit.wait_until_saved()


def saved(visit: Visit, button: Locator) -> bytes:
    with visit.page.expect_download(timeout=PATIENCE_MS) as download:
        button.click()
    return Path(download.value.path()).read_bytes()


def text_of(paragraph: str) -> str:
    """The text of a Word paragraph."""
    return "".join(re.findall("<w:t(?: [^>]*)?>([^<]*)", paragraph))


def check_the_files(visit: Visit, headings: list[str]) -> None:
    visit.button("document.download").click()
    markdown = saved(visit, visit.button("document.markdown")).decode()
    word = saved(visit, visit.button("document.word"))

    found = [" ".join(line.strip("# ").split()) for line in re.findall("(?m)^##+ .*", markdown)]
    assert found[: len(headings)] == headings
    assert word.startswith(b"PK")
    with zipfile.ZipFile(io.BytesIO(word)) as parts:
        text = parts.read("word/document.xml").decode()
    titled = [one for one in text.split("</w:p>") if 'w:val="Heading' in one]
    assert [text_of(one) for one in titled][: len(headings)] == headings


@pytest.mark.parametrize(("language", "example"), [("en", "grid"), ("zh", "renewal")])
def test_an_author_gets_from_a_sentence_to_a_document_and_its_files(
    browser: Browser, longhand: RunningApp, language: Language, example: str
) -> None:
    title = f"Storage 储能 {language}"
    with visiting(browser, longhand, language) as visit:
        visit.propose_example(example)
        edit_the_outline(
            visit, title=title, added="新加的一节 added", note="写短一些 Keep it short"
        )
        headings = visit.headings()
        visit.write()
        assert visit.read() == headings

        expect(visit.page.get_by_role("heading", level=1)).to_have_text(title)
        visit.page.locator(".lr-cite").first.click()
        expect(visit.page.locator(".lr-popover")).to_contain_text(EXAMPLES[example].file_name)
        expect(visit.page.locator(".lr-popover blockquote")).not_to_be_empty()
        expect(visit.page.locator(".lr-popover .lr-place")).to_be_in_viewport(ratio=1)
        visit.page.keyboard.press("Escape")
        references = visit.page.get_by_role("heading", name=LABELS[language]["references"])
        expect(references).to_be_visible()
        check_the_files(visit, headings)
        visit.shows_no_exception()
        assert visit.complaints == []
        assert visit.foreign_requests() == []


def test_the_library_opens_deletes_and_brings_back_a_document(
    browser: Browser, longhand: RunningApp
) -> None:
    title = "要删的文档 to be deleted"
    with visiting(browser, longhand) as visit:
        manuscript_id = visit.propose_example()
        visit.rename_outline(title)
        visit.write()
        headings = visit.read()
        visit.navigate("nav.library")
        visit.card(title).get_by_role("button", name=visit.m("library.delete")).click()
        dialog = visit.page.get_by_role("dialog")
        expect(dialog).to_contain_text(visit.m("library.delete_named", title=title))
        dialog.get_by_role("button", name=visit.m("library.delete")).click()
        visit.says("library.deleted", title=title)
        expect(visit.page.get_by_text(title, exact=True)).to_have_count(0)

        visit.button("library.undo").click()

        expect(visit.card(title)).to_be_visible(timeout=PATIENCE_MS)
        visit.card(title).get_by_role("link", name=visit.m("library.open")).click()
        assert visit.arrives("document") == manuscript_id
        assert visit.read() == headings
        assert visit.complaints == []
