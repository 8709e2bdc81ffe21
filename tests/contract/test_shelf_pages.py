import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date

import pytest

from pipeline.adapters.shelf import FileShelf, Pages
from pipeline.adapters.web.page_types import Page
from pipeline.domain.documents import ContextFile, Publication, SourceId
from pipeline.errors import UnreadableFile
from tests.reading_store import Readings

URL = "https://www.example.org/潮汐?utm_source=mail#成因"
SHOWN = "https://www.example.org/%E6%BD%AE%E6%B1%90"
HTML = """<!doctype html><html><head><meta charset="utf-8"><title>潮汐</title></head><body><main>
<h1>潮汐</h1><p>月球引起潮汐。潮汐电站利用海水的涨落发电，建设成本高于风电，而设备寿命可达一百年。</p>
</main></body></html>""".encode()


class Site:
    """Answers with pages by address, and remembers what was asked."""

    def __init__(self, pages: Mapping[str, Page | UnreadableFile]) -> None:
        self.pages = pages
        self.asked: list[str] = []

    async def __call__(self, url: str) -> Page:
        self.asked.append(url)
        page = self.pages[url]
        if isinstance(page, UnreadableFile):
            raise page
        return page


PAGE = Page(URL, "潮汐.html", HTML)


@contextmanager
def shelf_of(site: Site | None, store: Readings | None = None) -> Iterator[FileShelf]:
    pages = Pages(site, lambda: date(2026, 11, 24)) if site else None
    shelf = FileShelf(store or Readings(), max_file_bytes=1_000_000, pages=pages)
    yield shelf
    shelf.close()


def test_a_page_is_read_dated_and_found_again_by_its_hash() -> None:
    store = Readings()
    with shelf_of(Site({URL: PAGE}), store) as shelf:
        reading = shelf.read_address(URL)
        again = asyncio.run(
            shelf.read(
                ContextFile(file_id="f", file_name="页", storage_url=f"file:{reading.sha256}")
            )
        )

    assert reading.title == "潮汐"
    assert (reading.publication.url, reading.publication.accessed) == (SHOWN, "2026-11-24")
    assert reading.publication.type == "webpage"
    assert "建设成本高于风电" in reading.blocks[-1].text
    assert again == reading.model_copy(update={"file_name": "页"})
    assert store.stored.keys() == {reading.sha256}


def test_a_page_that_an_older_program_read_is_read_again() -> None:
    store = Readings()
    with shelf_of(Site({URL: PAGE}), store) as shelf:
        reading = shelf.read_address(URL)
        store.save_reading(reading.model_copy(update={"edition": 0, "blocks": ()}))

        assert shelf.read_address(URL) == reading


def test_an_address_in_a_request_is_fetched() -> None:
    with shelf_of(Site({URL: PAGE})) as shelf:
        file = ContextFile(file_id="f", file_name="潮汐能", storage_url=URL)
        reading = asyncio.run(shelf.read(file))

    assert (reading.title, reading.file_name) == ("潮汐", "潮汐能")
    assert reading.publication.url == SHOWN


def test_a_file_at_an_address_is_called_by_the_name_that_it_was_given() -> None:
    table = Page("https://x.org/export?id=7", "export.csv", "地区,销售额\n华东,1\n".encode())
    file = ContextFile(file_id="f", file_name="2024年销售.csv", storage_url=table.url)
    with shelf_of(Site({table.url: table})) as shelf:
        fetched = asyncio.run(shelf.read(file))
        stored = file.model_copy(update={"storage_url": f"file:{fetched.sha256}"})
        taken_over = asyncio.run(shelf.read(stored))

    assert (fetched.title, fetched.file_name) == ("2024年销售", "2024年销售.csv")
    assert taken_over == fetched


def test_the_same_text_at_two_places_is_two_sources() -> None:
    other = "https://mirror.example/tides"
    site = Site({URL: PAGE, other: Page(other, "tides.html", HTML)})
    with shelf_of(site) as shelf:
        here, there = shelf.read_address(URL), shelf.read_address(other)

    assert here.sha256 != there.sha256
    assert (here.publication.url, there.publication.url) == (SHOWN, other)


def test_a_page_does_not_take_the_place_of_an_upload_with_its_content() -> None:
    store = Readings()
    with shelf_of(Site({URL: PAGE}), store) as shelf:
        uploaded = shelf.read_upload("saved.html", HTML)
        fetched = shelf.read_address(URL)

    assert uploaded.sha256 != fetched.sha256
    assert store.stored[uploaded.sha256].publication.url == ""


def test_what_a_search_says_of_a_page_fills_in_what_the_page_leaves_out() -> None:
    known = Publication(
        type="article-journal", authors=("鲁迅",), issued="1925-03", doi="10.1000/182", url="x"
    )
    plain = Page("https://example.org/a.txt", "a.txt", "潮汐 is the rise of the sea.".encode())
    with shelf_of(Site({plain.url: plain})) as shelf:
        reading = asyncio.run(shelf.read_page(plain.url, known))

    assert reading.publication == Publication(
        type="article-journal",
        authors=("鲁迅",),
        issued="1925-03",
        doi="10.1000/182",
        url="https://example.org/a.txt",
        accessed="2026-11-24",
    )


def test_a_page_that_was_read_carries_its_address_as_a_source() -> None:
    with shelf_of(Site({URL: PAGE})) as shelf:
        reading = shelf.read_address(URL)
        material = asyncio.run(shelf.material({SourceId(reading.sha256): reading}))

    [source] = material.sources
    assert (source.title, source.url, source.file_name) == ("潮汐", SHOWN, "")
    assert source.publication.accessed == "2026-11-24"


@pytest.mark.parametrize("code", ["address_refused", "page_timeout", "page_unavailable"])
def test_the_reason_why_a_page_cannot_be_had_arrives(code: str) -> None:
    store = Readings()
    site = Site({URL: UnreadableFile(code, "No.")})
    with shelf_of(site, store) as shelf, pytest.raises(UnreadableFile) as caught:
        shelf.read_address(URL)

    assert caught.value.code == code
    assert store.stored == {}


def test_a_page_without_text_is_said_to_be_empty() -> None:
    page = Page("https://example.org/app", "app.html", b"<!doctype html><html><body></body></html>")
    with shelf_of(Site({page.url: page})) as shelf, pytest.raises(UnreadableFile) as caught:
        shelf.read_address(page.url)

    assert caught.value.code == "file_empty"


def test_nothing_is_fetched_where_that_is_switched_off() -> None:
    with shelf_of(None) as shelf, pytest.raises(UnreadableFile, match="WEB_ACCESS") as caught:
        shelf.read_address(URL)

    assert caught.value.code == "web_off"
