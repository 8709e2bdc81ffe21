"""Stand-ins for what a graph meets: an author, a shelf, a journal and free model calls."""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime

from pydantic import JsonValue

from pipeline.domain.briefs import ChapterBrief, ChapterEdits, OutlineBrief, SectionBrief
from pipeline.domain.documents import (
    Block,
    CitationStyle,
    ContextFile,
    Language,
    NodeId,
    Passage,
    PassageId,
    ProposedNode,
    ProposedOutline,
    Reading,
    Source,
    SourceId,
    Usage,
)
from pipeline.domain.jobs import Job, JobEvent, JobId, JobKind
from pipeline.domain.language import detect_language
from pipeline.domain.units import short_id
from pipeline.errors import PipelineError, UnreadableFile
from pipeline.graphs.research import Desk
from pipeline.ports import Material
from pipeline.ports.metering import Meter

NOW = datetime(2026, 1, 1, tzinfo=UTC)

Brief = OutlineBrief | SectionBrief | ChapterBrief


def job_of(kind: JobKind) -> Job:
    return Job(id=JobId("j1"), kind=kind, title="Tides", language="en", created_at=NOW)


class ListJournal:
    """A journal that is a list; units outlive one run as they do in Redis."""

    def __init__(self) -> None:
        self.events: list[JobEvent] = []
        self.pieces: list[tuple[str, str]] = []
        self.units: dict[str, tuple[str, JsonValue]] = {}

    def tell(self, event: JobEvent) -> None:
        self.events.append(event)

    def write(self, section_id: str, text: str) -> None:
        self.pieces.append((section_id, text))

    def finished(self, unit: str, key: str) -> JsonValue | None:
        stored = self.units.get(unit)
        return stored[1] if stored and stored[0] == key else None

    def earlier(self, unit: str) -> Sequence[JsonValue]:
        return [self.units[unit][1]] if unit in self.units else []

    async def finish(self, unit: str, key: str, value: JsonValue, *events: JobEvent) -> None:
        self.units[unit] = (key, value)
        self.events.extend(events)

    def meter(self, read: Callable[[], Usage]) -> None:
        self.usage = read


class FreeSlots:
    """As many model calls as anybody wants."""

    def slot(self) -> AbstractAsyncContextManager[None]:
        return _free()


@asynccontextmanager
async def _free() -> AsyncIterator[None]:
    yield


class ScriptedAuthor:
    """Proposes, writes and fuses as told, and remembers every brief."""

    name = "scripted"

    def __init__(
        self,
        *,
        outline: ProposedOutline | None = None,
        edits: ChapterEdits | None = None,
        failures: Mapping[NodeId, PipelineError] | None = None,
        endless: Collection[NodeId] = (),
        fuse_error: PipelineError | None = None,
        texts: Mapping[NodeId, str] | None = None,
        resize: Callable[[str], str] = str,
        resize_error: PipelineError | None = None,
        terms: Mapping[str, str] | None = None,
        terms_error: PipelineError | None = None,
    ) -> None:
        self._outline = outline or ProposedOutline(title="T", nodes=(ProposedNode(title="A"),))
        self._edits = edits or ChapterEdits()
        self._failures = dict(failures or {})
        self._endless = frozenset(endless)
        self._fuse_error = fuse_error
        self._texts = dict(texts or {})
        self._resize = resize
        self._resize_error = resize_error
        self._terms = dict(terms or {})
        self._terms_error = terms_error
        self.searched: list[tuple[Language, tuple[str, ...]]] = []
        self.resized: list[tuple[NodeId, str]] = []
        self._started = asyncio.Semaphore(0)
        self.asked: list[Brief] = []
        self.finished: list[Brief] = []
        self.fused = asyncio.Event()
        self.running = 0

    async def all_started(self, number: int) -> None:
        for _ in range(number):
            await self._started.acquire()

    async def propose_outline(
        self, brief: OutlineBrief, grow: Callable[[ProposedOutline], None]
    ) -> ProposedOutline:
        self.asked.append(brief)
        for shown in range(1, len(self._outline.nodes)):
            grow(self._outline.model_copy(update={"nodes": self._outline.nodes[:shown]}))
            await asyncio.sleep(0)
        return self._outline

    async def write_section(self, brief: SectionBrief, write: Callable[[str], None]) -> str:
        self.asked.append(brief)
        self.running += 1
        self._started.release()
        try:
            if brief.node_id in self._endless:
                await asyncio.Event().wait()
            await asyncio.sleep(0)
            if error := self._failures.get(brief.node_id):
                raise error
        finally:
            self.running -= 1
        text = f"Text of {brief.title}." + "".join(f" [@{p.id}]" for p in brief.passages[:1])
        text = self._texts.get(brief.node_id, text)
        write(text)
        self.finished.append(brief)
        return text

    def passages_for(self, words: int) -> int:
        return words // 50 + 1

    async def search_terms(
        self, titles: Sequence[str], language: Language, *, model: str | None = None
    ) -> Sequence[str]:
        self.searched.append((language, tuple(titles)))
        if error := self._terms_error:
            raise error
        return [self._terms.get(title, title) for title in titles]

    async def resize_section(self, brief: SectionBrief, text: str) -> str:
        self.resized.append((brief.node_id, text))
        if error := self._resize_error:
            raise error
        return self._resize(text)

    def metered(self, meter: Meter) -> "ScriptedAuthor":
        return self

    async def fuse_chapter(self, brief: ChapterBrief) -> ChapterEdits:
        self.asked.append(brief)
        if self._fuse_error:
            raise self._fuse_error
        self.fused.set()
        return self._edits


class TextMaterial:
    """Passages of plain texts; every search finds all of them, in order."""

    def __init__(self, readings: Mapping[SourceId, Reading]) -> None:
        self.readings = dict(readings)
        self.sources: list[Source] = [
            Source(id=source_id, title=reading.title, url=reading.publication.url)
            for source_id, reading in readings.items()
        ]
        self._passages = [
            Passage(
                id=PassageId(short_id(reading.sha256, block.text)),
                source_id=source_id,
                text=block.text,
            )
            for source_id, reading in readings.items()
            for block in reading.blocks
            if block.kind == "paragraph"
        ]

    async def search(
        self, query: str, *, limit: int, within: Sequence[SourceId] = ()
    ) -> Sequence[Passage]:
        return [p for p in self._passages if not within or p.source_id in within][:limit]

    async def nearest(
        self,
        query: str,
        *,
        beside: Sequence[Passage],
        limit: int,
        within: Sequence[SourceId] = (),
    ) -> Sequence[Passage]:
        return ()

    def passage(self, passage_id: str) -> Passage | None:
        return next((p for p in self._passages if p.id == passage_id), None)


class TextShelf:
    """Reads inline Markdown headings and paragraphs; the text UNREADABLE cannot be read.

    Of a text that says HIDDEN a part is not read.
    """

    async def read(self, file: ContextFile) -> Reading:
        text = file.content or ""
        if text == "UNREADABLE":
            raise UnreadableFile("file_damaged", "The file is damaged. Save it again.")
        blocks = tuple(
            Block(kind="heading", text=part.lstrip("# "), level=part.count("#"))
            if part.startswith("#")
            else Block(kind="paragraph", text=part)
            for part in text.split("\n\n")
        )
        language = detect_language(text)
        return Reading(
            sha256=short_id(text),
            title=blocks[0].text,
            language=language,
            blocks=blocks,
            notes=("hidden_left_out",) if "HIDDEN" in text else (),
        )

    async def material(
        self,
        readings: Mapping[SourceId, Reading],
        trouble: Callable[[PipelineError], None] | None = None,
    ) -> Material:
        return TextMaterial(readings)


class ScriptedBibliographer:
    """Words an entry as the title in stars, or fails as told."""

    def __init__(self, error: PipelineError | None = None) -> None:
        self._error = error
        self.asked: list[tuple[CitationStyle, Language]] = []

    async def entries(
        self, sources: Sequence[Source], *, style: CitationStyle, language: Language
    ) -> Mapping[SourceId, str]:
        return self.format(sources, style=style, language=language)

    def format(
        self, sources: Sequence[Source], *, style: CitationStyle, language: Language
    ) -> Mapping[SourceId, str]:
        self.asked.append((style, language))
        if self._error:
            raise self._error
        return {source.id: f"*{source.title}*" for source in sources}


async def empty_desk() -> Desk:
    return Desk(
        material=TextMaterial({}),
        requirements="",
        style="",
        own_outline=None,
        own_outline_name="",
        problems=(),
    )
