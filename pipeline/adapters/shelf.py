"""Reads the author's files, each once by content, and makes them searchable."""

import asyncio
import base64
import binascii
import hashlib
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor

from pipeline.adapters.passage_index import PassageIndex
from pipeline.adapters.reading import Limits, read_bytes
from pipeline.adapters.reading.extract import file_too_large
from pipeline.adapters.reading.recognise import is_textual
from pipeline.domain.documents import ContextFile, Reading, SourceId
from pipeline.errors import InvalidRequest, NotFound, UnreadableFile
from pipeline.ports import Material, ReadingStore

READERS = 2
"""Files that are read at once: each may take a core and 2 GB for a while."""

UPLOAD = "file:"
"""What a `storage_url` of a file begins with that was uploaded to this installation."""

BASE64_GROWTH = 1.5
"""Base64 is a third longer than its bytes, a little more with line breaks."""

Read = Callable[[str, bytes, Limits], Reading]


class FileShelf:
    """Keeps the port `Shelf`; safe from any thread."""

    def __init__(
        self, readings: ReadingStore, *, max_file_bytes: int, read: Read = read_bytes
    ) -> None:
        self._store = readings
        self._limits = Limits(file_bytes=max_file_bytes)
        self._read = read
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="reading")
        self._running: dict[str, Future[Reading]] = {}
        self._lock = threading.Lock()

    def read_upload(self, name: str, data: bytes) -> Reading:
        """Read a file from the page and store what was read, under the file's SHA-256.

        Blocks the calling thread while it is read.

        Raises:
            UnreadableFile: With the reason.
            StoreUnavailable: Redis did not answer. Retryable.
        """
        return self._begin(name, data).result().model_copy(update={"file_name": name})

    async def read(self, file: ContextFile) -> Reading:
        """As the port says. Cancelling stops the wait; the reading itself ends by its limits."""
        if file.content is not None:
            running = await asyncio.to_thread(self._begin_inline, file)
            reading = await asyncio.shield(asyncio.wrap_future(running))
            return reading.model_copy(update={"file_name": file.file_name})
        url = file.storage_url or ""
        if url.startswith(UPLOAD):
            return await asyncio.to_thread(self._uploaded, file, url.removeprefix(UPLOAD))
        if not url:
            raise InvalidRequest(
                "file_without_content",
                f"File {file.file_name!r} needs either content or storage_url.",
                {"name": file.file_name},
            )
        raise UnreadableFile(
            "file_unsupported",
            f"{file.file_name!r} cannot be fetched from {url[:200]!r}: addresses are not taken "
            "yet. Send the file's text in `content`, or upload the file.",
        )

    async def material(self, readings: Mapping[SourceId, Reading]) -> Material:
        """As the port says; takes about 0.3 s for a megabyte of text, in another thread."""
        return await asyncio.to_thread(PassageIndex, readings)

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
        sha256 = hashlib.sha256(data).hexdigest()
        with self._lock:
            running = self._running.get(sha256)
            if running is not None:
                return running
            running = self._readers.submit(self._read_once, sha256, name, data)
            self._running[sha256] = running
        running.add_done_callback(lambda _: self._forget(sha256))
        return running

    def _read_once(self, sha256: str, name: str, data: bytes) -> Reading:
        known = self._store.load_reading(sha256)
        if known is not None:
            return known
        reading = self._read(name, data, self._limits)
        self._store.save_reading(reading)
        return reading

    def _forget(self, sha256: str) -> None:
        with self._lock:
            self._running.pop(sha256, None)

    def _uploaded(self, file: ContextFile, sha256: str) -> Reading:
        reading = self._store.load_reading(sha256)
        if reading is None:
            raise NotFound(
                f"The upload {file.file_name!r} is not stored any more. Add the file again."
            )
        return reading.model_copy(update={"file_name": file.file_name})
