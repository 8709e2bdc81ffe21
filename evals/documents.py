"""Documents that the offline author writes from the bundled examples, by the graphs as they run."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache

from pydantic import JsonValue

from components.examples import EXAMPLES, BundledExample
from pipeline.adapters.bibliography import PandocBibliographer
from pipeline.adapters.offline_author import OfflineAuthor
from pipeline.adapters.shelf import FileShelf
from pipeline.domain.documents import (
    CitationStyle,
    ContextFile,
    Document,
    Language,
    Outline,
    Reading,
    SourceId,
    Usage,
)
from pipeline.domain.jobs import (
    DocumentGenerationRequest,
    DocumentResult,
    Job,
    JobEvent,
    JobId,
    JobKind,
    OutlineGenerationRequest,
    OutlineResult,
)
from pipeline.graphs.work import GraphWork
from pipeline.ports import Author

NOW = datetime(2026, 1, 1, tzinfo=UTC)

MAX_FILE_BYTES = 50_000_000

PART_OF = " of "
"""In the name of a file that is a part."""


@cache
def produced(
    example: str, style: CitationStyle = "numeric", *, with_all_files: bool = False
) -> Document:
    """The document of a bundled example, from its prompt over the proposed outline.

    `with_all_files` gives it the files of the other examples, too, and its own as two files that
    are one work.
    """
    wanted = EXAMPLES[example]
    files = [_file(wanted)]
    if with_all_files:
        files = [*_parts(wanted), *(_file(one) for one in EXAMPLES.values() if one is not wanted)]
    return asyncio.run(_produced(wanted, files, style))


def work_of(source: SourceId) -> str:
    """What a source of such a document is, or is a part of."""
    return source.rpartition(PART_OF)[2]


def over(
    outline: Outline, file: ContextFile, language: Language, author: Author | None = None
) -> Document:
    """The document that an author, the offline one when none is given, writes over an outline."""
    return asyncio.run(_over(outline, file, language, author or OfflineAuthor()))


async def _over(
    outline: Outline, file: ContextFile, language: Language, author: Author
) -> Document:
    shelf = FileShelf(_Readings(), max_file_bytes=MAX_FILE_BYTES)
    work = GraphWork(author, shelf, lambda: NOW, 2_000, PandocBibliographer())
    wanted = DocumentGenerationRequest(outline=outline, context_files=(file,))
    job = _job(JobKind.DOCUMENT, outline.title, language)
    result = await work(job, wanted.model_dump_json(), _Journal(), _FreeSlots())
    shelf.close()
    return DocumentResult.model_validate_json(result).document


def _file(example: BundledExample) -> ContextFile:
    return ContextFile(
        file_id=example.file_name,
        file_name=example.file_name,
        content=example.content().decode("utf-8"),
    )


def _parts(example: BundledExample) -> list[ContextFile]:
    """Every second chapter in a file, and the others in another one; both name one DOI."""
    whole = example.content().decode("utf-8")
    title, *chapters = re.split(r"(?m)^(?=## )", whole)
    doi = f"10.5555/{example.file_name}"
    front = f"---\ntitle: {example.title}\ndoi: {doi}\n---\n\n{title}"
    names = [f"{number}{PART_OF}{example.file_name}" for number in (1, 2)]
    return [
        ContextFile(file_id=name, file_name=name, content="".join([front, *chapters[place::2]]))
        for place, name in enumerate(names)
    ]


async def _produced(
    example: BundledExample, files: Sequence[ContextFile], style: CitationStyle
) -> Document:
    shelf = FileShelf(_Readings(), max_file_bytes=MAX_FILE_BYTES)
    work = GraphWork(OfflineAuthor(), shelf, lambda: NOW, 2_000, PandocBibliographer())
    asked = OutlineGenerationRequest(task_prompt=example.prompt, context_files=tuple(files))
    result = await _done(work, example, JobKind.OUTLINE, asked.model_dump_json())
    outline = OutlineResult.model_validate_json(result).outline
    wanted = DocumentGenerationRequest(
        outline=outline,
        task_prompt=example.prompt,
        context_files=tuple(files),
        citation_style=style,
    )
    result = await _done(work, example, JobKind.DOCUMENT, wanted.model_dump_json())
    shelf.close()
    return DocumentResult.model_validate_json(result).document


async def _done(work: GraphWork, example: BundledExample, kind: JobKind, request: str) -> str:
    job = _job(kind, example.title, example.language)
    return await work(job, request, _Journal(), _FreeSlots())


def _job(kind: JobKind, title: str, language: Language) -> Job:
    return Job(id=JobId(kind.value), kind=kind, title=title, language=language, created_at=NOW)


@dataclass(slots=True)
class _Readings:
    """What was read, for this process."""

    known: dict[str, Reading] = field(default_factory=dict)

    def load_reading(self, sha256: str) -> Reading | None:
        return self.known.get(sha256)

    def save_reading(self, reading: Reading) -> None:
        self.known[reading.sha256] = reading


class _Journal:
    """Forgets: nothing is resumed, and nobody watches."""

    def tell(self, event: JobEvent) -> None:
        """Forget an event."""

    def write(self, section_id: str, text: str) -> None:
        """Forget a piece of text."""

    def finished(self, unit: str, key: str) -> JsonValue | None:  # noqa: ARG002  the port's
        """Nothing was finished before."""
        return None

    def earlier(self, unit: str) -> list[JsonValue]:  # noqa: ARG002  the port's
        """Nothing was stored before."""
        return []

    async def finish(self, unit: str, key: str, value: JsonValue, *events: JobEvent) -> None:
        """Forget a unit."""

    def meter(self, read: Callable[[], Usage]) -> None:
        """Forget what is used."""


class _FreeSlots:
    def slot(self) -> AbstractAsyncContextManager[None]:
        return _free()


@asynccontextmanager
async def _free() -> AsyncIterator[None]:
    yield
