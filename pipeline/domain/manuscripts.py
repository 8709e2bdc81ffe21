"""A manuscript: what one author works on, from the first prompt to the finished document."""

from collections.abc import Sequence
from datetime import datetime
from typing import Self

from pydantic import AwareDatetime, Field

from pipeline.domain.citations import cited
from pipeline.domain.documents import (
    CitationStyle,
    Document,
    DocumentSection,
    FileRole,
    Language,
    NodeId,
    Outline,
    Passage,
    Source,
    SourceId,
    Value,
)
from pipeline.domain.jobs import START, EventId, JobId, ManuscriptId
from pipeline.domain.spending import Budget

MOST_EARLIER = 50
"""Earlier texts that are kept of several writings; those that the last one replaced all are."""

MAX_NAME_CHARS = 255
"""As many as a `ContextFile` may have."""


class AttachedFile(Value):
    """A file that was uploaded to a manuscript, with what was read from it or why not."""

    file_id: str
    """The SHA-256 of the file."""
    file_name: str
    role: FileRole = FileRole.CONTENT
    size_bytes: int = 0
    pages: int | None = None
    words: int = 0
    headings: int = 0
    notes: tuple[str, ...] = ()
    """Codes of what a reader should know, as `Reading.notes`."""
    error_code: str = ""
    url: str = ""
    """Of a page that the author named or research found; then `file_id` is of what was read."""
    was_found: bool = False
    """Research found it; the author did not give it."""


def attached_page(
    source: Source, *, headings: int = 0, notes: tuple[str, ...] = (), was_found: bool = False
) -> AttachedFile:
    """A page that was fetched, as a file of the manuscript."""
    return AttachedFile(
        file_id=source.id,
        file_name=source.title[:MAX_NAME_CHARS] or source.url[:MAX_NAME_CHARS],
        pages=source.pages,
        words=source.words,
        headings=headings,
        notes=notes,
        url=source.url,
        was_found=was_found,
    )


class Brief(Value):
    """What the author entered on the first page."""

    prompt: str = ""
    language: Language | None = None
    """None: the prompt's own."""
    document_type: str = Field(default="", max_length=80)
    target_words: int | None = Field(default=None, ge=50, le=500_000)
    audience: str = Field(default="", max_length=500)
    tone: str = Field(default="", max_length=80)
    citation_style: CitationStyle = "numeric"
    web_search: bool = False
    second_opinion: bool = False
    budget: Budget = Budget()
    """Of each of its jobs by itself."""


def brief_chars(field: str) -> int:
    """How many characters a field of a brief takes."""
    metadata = Brief.model_fields[field].metadata
    return next(int(each.max_length) for each in metadata if hasattr(each, "max_length"))


class EarlierText(Value):
    """A text that stands in the document no longer."""

    section_id: NodeId
    title: str
    number: str
    content: str
    """Markdown with `[@passage]` markers."""
    passages: tuple[Passage, ...] = ()
    """Those that it cites."""
    replaced_at: AwareDatetime
    by_hand: bool = True
    """It is the author's own; else an earlier text took its place again."""


class Manuscript(Value):
    """All that the pages need to show where the author stands."""

    id: ManuscriptId
    title: str = ""
    language: Language = "en"
    """Of the document: chosen, or the prompt's own."""
    brief: Brief = Brief()
    files: tuple[AttachedFile, ...] = ()
    outline_job: JobId | None = None
    document_job: JobId | None = None
    begun_at: AwareDatetime | None = None
    """When its document job was named; the job itself is stored a moment later."""
    delivered_outline: JobId | None = None
    """The outline job whose found pages are among `files`, unless the author removed them."""
    delivered_job: JobId | None = None
    """The job whose result `document` was, before the author's own edits."""
    document: Document | None = None
    revision: int = 0
    """Of the document: it grows with each change to it."""
    anew: tuple[NodeId, ...] = ()
    """Sections whose text of the author's own the last writing was not to keep; until there is a
    document without it, or the author works on it again."""
    gaps: dict[NodeId, str] = Field(default_factory=dict)
    """Sections that the last writing left out, each with the code of why; for who goes on with it
    when it ended early."""
    earlier_texts: tuple[EarlierText, ...] = ()
    """Texts that were replaced: the author's own, others where one was put back; newest first."""
    created_at: AwareDatetime
    updated_at: AwareDatetime


class Listed(Value):
    """A manuscript as it is listed, without what it holds."""

    id: ManuscriptId
    title: str
    has_document: bool

    @classmethod
    def of(cls, manuscript: Manuscript) -> Self:
        has_document = manuscript.document is not None
        return cls(id=manuscript.id, title=manuscript.title, has_document=has_document)


def with_document(
    manuscript: Manuscript, job_id: JobId, document: Document, now: datetime
) -> Manuscript:
    """The manuscript with what a job of it wrote; texts of the author's own are never lost."""
    if manuscript.document_job != job_id or manuscript.delivered_job == job_id:
        return manuscript
    replaced = _replaced(manuscript.document, document, now) if manuscript.document else ()
    return manuscript.model_copy(
        update={
            "document": document,
            "delivered_job": job_id,
            "anew": (),
            "revision": manuscript.revision + 1,
            "earlier_texts": (*replaced, *manuscript.earlier_texts[: _room_beside(replaced)]),
            "title": document.title,
            "updated_at": now,
        }
    )


def _room_beside(replaced: Sequence[EarlierText]) -> int:
    return max(0, MOST_EARLIER - len(replaced))


def _replaced(before: Document, after: Document, now: datetime) -> tuple[EarlierText, ...]:
    """Also a correction that came too late for the writing, which kept an older one."""
    stand = {section.id: section.content for section in after.sections}
    return tuple(
        earlier_text(section, before, now)
        for section in before.sections
        if section.by_hand and section.content and stand.get(section.id) != section.content
    )


def earlier_text(section: DocumentSection, document: Document, now: datetime) -> EarlierText:
    """A section's text as it stands, to be kept when another one takes its place."""
    quoted = set(cited(section.content))
    return EarlierText(
        section_id=section.id,
        title=section.title,
        number=section.number,
        content=section.content,
        passages=tuple(passage for passage in document.passages if passage.id in quoted),
        replaced_at=now,
        by_hand=section.by_hand,
    )


def with_found_pages(
    manuscript: Manuscript, job_id: JobId, sources: Sequence[Source]
) -> Manuscript:
    """The manuscript with the pages that its outline job found; each job brings them once."""
    if manuscript.outline_job != job_id or manuscript.delivered_outline == job_id:
        return manuscript
    have = {file.file_id for file in manuscript.files}
    pages = [attached_page(s, was_found=True) for s in sources if s.url and s.id not in have]
    return manuscript.model_copy(
        update={"files": (*manuscript.files, *pages), "delivered_outline": job_id}
    )


class OutlineDraft(Value):
    """The outline while it is edited: the tree, its revision and what each editor has sent.

    The tree is `apply(snapshot, operations)`: an operation has a client and a sequence number,
    and those up to `acknowledged[client]` are in the tree.
    """

    outline: Outline = Outline()
    revision: int = 0
    acknowledged: dict[str, int] = Field(default_factory=dict)
    seen_event: EventId = START
    """The last event of the outline job that is in the tree."""
    proposed: dict[NodeId, str] = Field(default_factory=dict)
    """Nodes that the outline job announced, with their titles then; untouched, they may go."""
    removed: tuple[NodeId, ...] = ()
    """Nodes that the author removed while the outline job was running: they do not come back."""
    uncovered: tuple[NodeId, ...] = ()
    """Nodes on which the material holds nothing, as the outline job found."""
    carried: dict[NodeId, tuple[SourceId, ...]] = Field(default_factory=dict)
    """Sources that the outline job found for sections that it bound to none, nearest first."""
    settled: tuple[NodeId, ...] = ()
    """Nodes that the author named or bound while the outline job was running: what it finds on
    their sources comes too late."""
    growing: bool = False
    """The outline job still adds nodes."""
