"""Reads the author's files, each once by content, and makes them searchable."""

import asyncio
import base64
import binascii
import hashlib
import threading
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date

from pipeline.adapters.index_cache import IndexCache
from pipeline.adapters.passage_index import PassageIndex
from pipeline.adapters.reading import Limits, read_bytes
from pipeline.adapters.reading.extract import EDITION, file_too_large
from pipeline.adapters.reading.recognise import is_textual, suffix_of, told_by_name
from pipeline.adapters.web.page_types import Page
from pipeline.domain.addresses import cleaned, is_web_address
from pipeline.domain.documents import ContextFile, Publication, Reading, SourceId
from pipeline.errors import InvalidRequest, NotFound, PipelineError, UnreadableFile
from pipeline.ports import Material, ReadingStore

READERS = 2
"""Files that are read at once: each may take a core and 2 GB for a while."""

UPLOAD = "file:"
"""What a `storage_url` of a file begins with that was uploaded to this installation."""

BASE64_GROWTH = 1.5
"""Base64 is a third longer than its bytes, a little more with line breaks."""

Read = Callable[[str, bytes, Limits], Reading]

Trouble = Callable[[PipelineError], None]

Rank = Callable[[PassageIndex, Trouble], Material]
"""Puts what words find in a better order."""


Fetch = Callable[[str], Awaitable[Page]]
"""Raises `UnreadableFile`."""


@dataclass(frozen=True, slots=True)
class Pages:
    """How pages come from the web."""

    fetch: Fetch
    today: Callable[[], date]


_NOTHING_KNOWN = Publication()


class FileShelf:
    """Keeps the port `Shelf`; safe from any thread."""

    def __init__(
        self,
        readings: ReadingStore,
        *,
        max_file_bytes: int,
        read: Read = read_bytes,
        pages: Pages | None = None,
        rank: Rank | None = None,
    ) -> None:
        """Without `pages`, nothing is fetched from the web; without `rank`, words decide."""
        self._store = readings
        self._pages = pages
        self._rank = rank
        self._indexes = IndexCache()
        self._limits = Limits(file_bytes=max_file_bytes)
        self._read = read
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="reading")
        self._running: dict[str, Future[Reading]] = {}
        self._lock = threading.Lock()

    def read_upload(self, name: str, data: bytes) -> Reading:
        """Read a file from the page and store what was read, to be found as `file:<sha256>`.

        The SHA-256 is of the content, and of the format where only the name tells it.

        Blocks the calling thread while it is read.

        Raises:
            UnreadableFile: With the reason.
            StoreUnavailable: Redis did not answer. Retryable.
        """
        return self._begin(name, data).result().named(name)

    def read_address(self, url: str) -> Reading:
        """As `read_page`, blocking the calling thread."""
        return asyncio.run(self.read_page(url))

    async def read_page(self, url: str, known: Publication = _NOTHING_KNOWN) -> Reading:
        """Fetch a page, read it and store what was read, to be found as `file:<sha256>`.

        The SHA-256 is of the page's address and content: the same text at two places is two
        sources. `known` is what a search says of the page, and fills in what it leaves out.

        Raises:
            UnreadableFile: With the reason.
            StoreUnavailable: Redis did not answer. Retryable.
        """
        if self._pages is None:
            raise UnreadableFile(
                "web_off",
                f"{url[:200]!r} was not fetched: this installation fetches no pages (WEB_ACCESS is "
                "off). Save the page and attach it.",
            )
        page = await self._pages.fetch(url)
        running = await asyncio.to_thread(self._begin_page, page, known, self._pages.today())
        return await asyncio.shield(asyncio.wrap_future(running))

    async def read(self, file: ContextFile) -> Reading:
        """As the port says. Cancelling stops the wait; the reading itself ends by its limits."""
        if file.content is not None:
            running = await asyncio.to_thread(self._begin_inline, file)
            reading = await asyncio.shield(asyncio.wrap_future(running))
            return reading.named(file.file_name)
        url = file.storage_url or ""
        if url.startswith(UPLOAD):
            return await asyncio.to_thread(self._uploaded, file, url.removeprefix(UPLOAD))
        if not url:
            raise InvalidRequest(
                "file_without_content",
                f"File {file.file_name!r} needs either content or storage_url.",
                {"name": file.file_name},
            )
        if not is_web_address(url):
            raise UnreadableFile(
                "address_refused",
                f"{file.file_name!r} cannot be fetched from {url[:200]!r}. Give an address that "
                "begins with https:// or http://, or send the text in `content`.",
            )
        reading = await self.read_page(url)
        return reading.named(file.file_name)

    async def material(
        self, readings: Mapping[SourceId, Reading], trouble: Trouble | None = None
    ) -> Material:
        """As the port says; takes about 0.3 s for a megabyte of text the first time."""
        index = await self._indexes.ready(readings)
        return self._rank(index, trouble or _untold) if self._rank else index

    def close(self) -> None:
        """Take no more files, and forget those that wait."""
        self._readers.shutdown(wait=False, cancel_futures=True)

    def _begin_inline(self, file: ContextFile) -> Future[Reading]:
        """Read a file whose content travels in the request."""
        content = file.content or ""
        if file.encoding == "text":
            # What was a PDF is text by now, whatever its name says.
            name = file.file_name if is_textual(file.file_name) else f"{file.file_name}.txt"
            return self._begin(name, content.encode("utf-8", "replace"))
        if len(content) > BASE64_GROWTH * self._limits.file_bytes:
            raise file_too_large(file.file_name, self._limits)
        try:
            data = base64.b64decode(content)
        except (binascii.Error, ValueError) as error:
            raise UnreadableFile(
                "file_damaged",
                f"The content of {file.file_name!r} is not base64. Encode its bytes again.",
            ) from error
        return self._begin(file.file_name, data)

    def _begin(self, name: str, data: bytes) -> Future[Reading]:
        """Read a file in a thread of ours; the same content is not read twice at a time."""
        if len(data) > self._limits.file_bytes:
            raise file_too_large(name, self._limits)
        told = told_by_name(name, data)
        sha256 = hashlib.sha256(f"{told}\n".encode() + data if told else data).hexdigest()
        return self._begin_once(sha256, lambda: self._read_once(sha256, name, data))

    def _begin_page(self, page: Page, known: Publication, today: date) -> Future[Reading]:
        sha256 = hashlib.sha256(cleaned(page.url).encode() + b"\n" + page.data).hexdigest()
        return self._begin_once(sha256, lambda: self._page_once(sha256, page, known, today))

    def _begin_once(self, sha256: str, read: Callable[[], Reading]) -> Future[Reading]:
        with self._lock:
            running = self._running.get(sha256)
            if running is not None:
                return running
            running = self._readers.submit(read)
            self._running[sha256] = running
        running.add_done_callback(lambda _: self._forget(sha256))
        return running

    def _read_once(self, sha256: str, name: str, data: bytes) -> Reading:
        if (known := self._stored(sha256)) is not None:
            return known
        reading = self._read(name, data, self._limits)
        reading = reading.model_copy(update={"sha256": sha256})
        self._store.save_reading(reading)
        return reading

    def _page_once(self, sha256: str, page: Page, known: Publication, today: date) -> Reading:
        reading = self._stored(sha256) or self._read(page.name, page.data, self._limits)
        of_page = _of_page(page, reading.publication, known, today)
        reading = reading.model_copy(update={"sha256": sha256, "publication": of_page})
        self._store.save_reading(reading)
        return reading

    def _stored(self, sha256: str) -> Reading | None:
        """What was read before, unless an older program read it."""
        known = self._store.load_reading(sha256)
        return known if known is not None and known.edition >= EDITION else None

    def _forget(self, sha256: str) -> None:
        with self._lock:
            self._running.pop(sha256, None)

    def _uploaded(self, file: ContextFile, sha256: str) -> Reading:
        reading = self._store.load_reading(sha256)
        if reading is None:
            raise NotFound(
                f"The upload {file.file_name!r} is not stored any more. Add the file again."
            )
        return reading.named(file.file_name)


def _of_page(page: Page, own: Publication, known: Publication, today: date) -> Publication:
    """What the page says of itself, what a search said where it is silent, and where it was."""
    given = {name: value for name, value in known if value and name != "type"}
    filled = {name: value for name, value in given.items() if not getattr(own, name)}
    is_html = suffix_of(page.name) == ".html"
    kind = next((p.type for p in (own, known) if p.type != "document"), None)
    return own.model_copy(
        update={
            **filled,
            "type": kind or ("webpage" if is_html else "document"),
            "url": cleaned(page.url),
            "accessed": today.isoformat(),
        }
    )


def _untold(error: PipelineError) -> None:
    """For whoever does not ask why the order is no better."""
    del error
