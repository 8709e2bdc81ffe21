import asyncio
import base64
import hashlib
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

import pytest

from pipeline.adapters.passage_index import Built, PassageIndex
from pipeline.adapters.reading import Limits, read_bytes
from pipeline.adapters.shelf import FileShelf, Read
from pipeline.domain.documents import ContextFile, Reading, SourceId
from pipeline.errors import (
    InvalidRequest,
    NotFound,
    PipelineError,
    RankingFailed,
    UnreadableFile,
)
from pipeline.ports import Material, Shelf
from tests.reading_store import Readings
from tests.samples.pdf import Text, make_pdf

MARKDOWN = "# 潮汐\n\n月球引起潮汐。The Moon raises tides.\n"


class CountingReader:
    """Reads, and counts how often; `wait` holds every reading back until it is set."""

    def __init__(self) -> None:
        self.calls = 0
        self.begun = threading.Event()
        self.wait = threading.Event()
        self.wait.set()

    def __call__(self, name: str, data: bytes, limits: Limits) -> Reading:
        self.calls += 1
        self.begun.set()
        self.wait.wait(10)
        return read_bytes(name, data, limits)


@contextmanager
def file_shelf(
    *, store: Readings | None = None, max_file_bytes: int = 1_000_000, read: Read = read_bytes
) -> Iterator[FileShelf]:
    shelf = FileShelf(store or Readings(), max_file_bytes=max_file_bytes, read=read)
    yield shelf
    shelf.close()


def read(file: ContextFile) -> Reading:
    with file_shelf() as shelf:
        return asyncio.run(shelf.read(file))


def text_file(content: str, name: str = "tides.md") -> ContextFile:
    return ContextFile(file_id="f1", file_name=name, content=content)


def test_text_in_the_request_is_read() -> None:
    reading = read(text_file(MARKDOWN))

    assert reading.title == "潮汐"
    assert reading.file_name == "tides.md"
    assert [block.text for block in reading.blocks] == [
        "潮汐",
        "月球引起潮汐。The Moon raises tides.",
    ]


def test_text_is_text_even_when_its_name_says_pdf() -> None:
    reading = read(text_file("潮汐 is what the client took out of the PDF.", "paper.pdf"))

    assert reading.blocks[0].text == "潮汐 is what the client took out of the PDF."
    assert reading.file_name == "paper.pdf"


def test_a_binary_file_travels_as_base64() -> None:
    data = make_pdf([[Text("1 Tidal power", size=18), Text("The Moon raises tides in the sea.")]])
    content = base64.encodebytes(data).decode()

    reading = read(
        ContextFile(file_id="f1", file_name="tides.pdf", content=content, encoding="base64")
    )

    assert reading.pages == 1
    assert reading.sha256 == hashlib.sha256(data).hexdigest()


def test_broken_base64_is_refused() -> None:
    file = ContextFile(file_id="f1", file_name="a.pdf", content="abc", encoding="base64")

    with pytest.raises(UnreadableFile, match="not base64") as caught:
        read(file)

    assert caught.value.code == "file_damaged"


@pytest.mark.parametrize("encoding", ["text", "base64"])
def test_a_file_above_the_limit_is_refused_before_it_is_read(encoding: str) -> None:
    file = ContextFile.model_validate(
        {"file_id": "f", "file_name": "a.txt", "content": "A" * 4000, "encoding": encoding}
    )
    reader = CountingReader()

    with (
        file_shelf(max_file_bytes=1000, read=reader) as shelf,
        pytest.raises(UnreadableFile) as caught,
    ):
        asyncio.run(shelf.read(file))

    assert caught.value.code == "file_too_large"
    assert reader.calls == 0


def test_an_upload_is_read_once_and_found_again_by_its_hash() -> None:
    store = Readings()
    reader = CountingReader()
    with file_shelf(store=store, read=reader) as shelf:
        uploaded = shelf.read_upload("潮汐.md", MARKDOWN.encode())
        again = shelf.read_upload("copy.md", MARKDOWN.encode())
        url = f"file:{uploaded.sha256}"
        by_url = asyncio.run(
            shelf.read(ContextFile(file_id="f", file_name="mine.md", storage_url=url))
        )

    assert reader.calls == 1
    assert store.stored == {uploaded.sha256: uploaded}
    assert again == uploaded.model_copy(update={"file_name": "copy.md"})
    assert by_url == uploaded.model_copy(update={"file_name": "mine.md"})


ROWS = "year,潮汐\n2023,月球\n2024,太阳\n"
HEADED = "# 潮汐\n\nThe Moon raises tides."


@pytest.mark.parametrize(
    ("content", "names"),
    [
        (ROWS, ["rows.txt", "rows.csv"]),
        (HEADED, ["tides.log", "tides.md"]),
        ("# 潮汐\n\n# Tides\n\nText.", ["tides.py", "tides.txt"]),
        ("a\tb,c\n1\t2,3\n", ["rows.csv", "rows.tsv"]),
    ],
)
def test_the_same_content_is_read_as_each_name_says_in_any_order(
    content: str, names: list[str]
) -> None:
    for order in (names, names[::-1]):
        with file_shelf() as shelf:
            readings = {name: shelf.read_upload(name, content.encode()) for name in order}
            addressed = [
                asyncio.run(
                    shelf.read(
                        ContextFile(
                            file_id="f", file_name=name, storage_url=f"file:{reading.sha256}"
                        )
                    )
                )
                for name, reading in readings.items()
            ]

        assert addressed == list(readings.values())
        for name, reading in readings.items():
            assert reading.blocks == read_bytes(name, content.encode()).blocks
        assert len({reading.blocks for reading in addressed}) == 2


def test_a_file_without_a_title_is_called_by_the_name_that_its_author_gave_it() -> None:
    with file_shelf() as shelf:
        first = shelf.read_upload("private-name.csv", ROWS.encode())
        other = shelf.read_upload("潮汐.csv", ROWS.encode())
        headed = [shelf.read_upload(name, HEADED.encode()) for name in ("潮汐.md", "other.md")]

    assert (first.title, other.title) == ("private-name", "潮汐")
    assert "private-name" not in other.model_dump_json()
    assert [reading.title for reading in headed] == ["潮汐", "潮汐"]


def test_what_was_stored_under_the_hash_of_its_bytes_is_still_found_by_it() -> None:
    store = Readings()
    stored = read_bytes("tides.md", HEADED.encode()).model_copy(update={"edition": 1})
    store.save_reading(stored)
    url = f"file:{hashlib.sha256(HEADED.encode()).hexdigest()}"

    with file_shelf(store=store) as shelf:
        found = asyncio.run(
            shelf.read(ContextFile(file_id="f", file_name="tides.md", storage_url=url))
        )

    assert found == stored


def test_an_upload_that_is_gone_is_not_found() -> None:
    file = ContextFile(file_id="f", file_name="潮汐.md", storage_url="file:" + "0" * 64)

    with pytest.raises(NotFound, match="Add the file again"):
        read(file)


def test_the_same_file_given_twice_at_once_is_read_once() -> None:
    reader = CountingReader()
    reader.wait.clear()

    async def both(shelf: FileShelf) -> list[Reading]:
        reading = [asyncio.create_task(shelf.read(text_file(MARKDOWN))) for _ in range(2)]
        await asyncio.to_thread(reader.begun.wait, 10)
        reader.wait.set()
        return await asyncio.gather(*reading)

    with file_shelf(read=reader) as shelf:
        first, second = asyncio.run(both(shelf))

    assert first == second
    assert reader.calls == 1


def test_a_job_that_is_cancelled_does_not_take_the_file_from_another() -> None:
    reader = CountingReader()
    reader.wait.clear()

    async def cancel_one(shelf: FileShelf) -> Reading:
        cancelled = asyncio.create_task(shelf.read(text_file(MARKDOWN)))
        kept = asyncio.create_task(shelf.read(text_file(MARKDOWN)))
        await asyncio.to_thread(reader.begun.wait, 10)
        cancelled.cancel()
        await asyncio.wait([cancelled])
        reader.wait.set()
        return await kept

    with file_shelf(read=reader) as shelf:
        assert asyncio.run(cancel_one(shelf)).title == "潮汐"


def test_a_bad_file_does_not_harm_the_next_one() -> None:
    with file_shelf() as shelf:
        with pytest.raises(UnreadableFile):
            shelf.read_upload("broken.pdf", b"%PDF-1.7 rubbish")
        reading = shelf.read_upload("潮汐.md", MARKDOWN.encode())

    assert reading.title == "潮汐"


def test_a_file_that_could_not_be_read_is_not_stored() -> None:
    store = Readings()
    with file_shelf(store=store) as shelf, pytest.raises(UnreadableFile):
        shelf.read_upload("broken.docx", b"PK\x03\x04")

    assert store.stored == {}


@pytest.mark.parametrize("url", ["ftp://x", "/etc/passwd", "gopher://x/", "file:///etc/passwd"])
def test_what_is_no_address_of_a_page_is_refused(url: str) -> None:
    with pytest.raises((UnreadableFile, NotFound)) as caught:
        read(ContextFile(file_id="f", file_name="a.pdf", storage_url=url))

    assert caught.value.code in {"address_refused", "not_found"}


def test_a_file_with_neither_content_nor_address_is_an_invalid_request() -> None:
    with pytest.raises(InvalidRequest) as caught:
        read(ContextFile(file_id="f", file_name="a.pdf"))

    assert caught.value.code == "file_without_content"


def test_material_is_what_was_read_and_can_be_searched() -> None:
    async def search(shelf: Shelf, readings: Mapping[SourceId, Reading]) -> None:
        material = await shelf.material(readings)
        found = await material.search("月球", limit=3)
        assert [passage.source_id for passage in found] == ["a"]
        assert found[0].heading_path == ("潮汐",)
        assert [source.file_name for source in material.sources] == ["tides.md"]
        assert material.readings == readings

    with file_shelf() as shelf:
        reading = asyncio.run(shelf.read(text_file(MARKDOWN)))
        asyncio.run(search(shelf, {SourceId("a"): reading}))


def test_the_document_job_finds_the_index_that_the_outline_job_built(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    built: list[Built | None] = []

    def watched(readings: Mapping[SourceId, Reading], parts: Built | None = None) -> PassageIndex:
        built.append(parts)
        return PassageIndex(readings, parts)

    monkeypatch.setattr("pipeline.adapters.index_cache.PassageIndex", watched)
    with file_shelf() as shelf:
        reading = asyncio.run(shelf.read(text_file(MARKDOWN)))
        for _ in range(2):
            asyncio.run(shelf.material({SourceId("a"): reading}))

    first, second = built
    assert first is second is not None


def test_a_service_that_ranks_gets_the_index_and_whom_to_tell() -> None:
    troubles: list[PipelineError] = []
    ranked: list[PassageIndex] = []

    def rank(index: PassageIndex, trouble: Callable[[PipelineError], None]) -> Material:
        ranked.append(index)
        trouble(RankingFailed("It did not answer."))
        return index

    shelf = FileShelf(Readings(), max_file_bytes=1_000_000, rank=rank)
    reading = asyncio.run(shelf.read(text_file(MARKDOWN)))
    material = asyncio.run(shelf.material({SourceId("a"): reading}, troubles.append))
    asyncio.run(shelf.material({SourceId("a"): reading}))  # whom nobody tells
    shelf.close()

    assert material is ranked[0]
    assert [trouble.code for trouble in troubles] == ["ranking_failed"]
