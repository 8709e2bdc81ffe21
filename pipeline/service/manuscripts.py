"""Manuscripts: from the first prompt over the edited outline to the finished document."""

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from pipeline.domain.assembly import edited
from pipeline.domain.documents import (
    CitationStyle,
    Document,
    FileRole,
    NodeId,
    SourceId,
)
from pipeline.domain.edits import Applied, NameOutline, Operation, apply_operations
from pipeline.domain.growth import await_growth, grow_all
from pipeline.domain.jobs import (
    DocumentResult,
    EventId,
    Job,
    JobEvent,
    JobId,
    JobKind,
    JobStatus,
    ManuscriptId,
    OutlineResult,
)
from pipeline.domain.language import detect_language
from pipeline.domain.manuscripts import (
    MAX_NAME_CHARS,
    AttachedFile,
    Brief,
    EarlierText,
    Listed,
    Manuscript,
    OutlineDraft,
    attached_page,
    with_document,
    with_found_pages,
)
from pipeline.domain.passages import source_of
from pipeline.errors import (
    Conflict,
    InvalidRequest,
    NotFound,
    PipelineError,
    StoreUnavailable,
    UnreadableFile,
)
from pipeline.ports.manuscripts import ManuscriptStore
from pipeline.service.jobs import JobService, Limits
from pipeline.service.requests import Gaps, outline_request
from pipeline.service.revisions import Outside, Revisions
from pipeline.service.views import Deleted, View
from pipeline.service.writings import TIME_TO_START, Anew, Writings

log = logging.getLogger(__name__)

EVENTS_AT_ONCE = 500
"""Events of an outline job folded into the draft in one step; a proposal has some 100."""

MAX_URL_CHARS = 4_000
"""Of an address that is refused: what is stored of it only helps to recognise it."""

MAX_FILES = 50
"""Files of one manuscript: more of them belongs into a few larger ones."""


class ManuscriptService:
    """The one door to manuscripts; safe to use from many threads."""

    def __init__(
        self,
        store: ManuscriptStore,
        jobs: JobService,
        limits: Limits,
        *,
        outside: Outside,
        now: Callable[[], datetime],
        new_id: Callable[[], str],
    ) -> None:
        self._store = store
        self._jobs = jobs
        self._limits = limits
        self._intake = outside.intake
        self._revisions = Revisions(store, outside.bibliographer, now)
        self._writings = Writings(store, jobs, now)
        self._now = now
        self._new_id = new_id

    def attach(self, name: str, data: bytes, role: FileRole = FileRole.CONTENT) -> AttachedFile:
        """Read an upload; one that cannot be read comes back with the code of the reason."""
        try:
            reading = self._intake.read_upload(name, data)
        except UnreadableFile as error:
            log.info("file of %d bytes could not be read: %s", len(data), error.code)
            return AttachedFile(
                file_id="unreadable",
                file_name=name,
                role=role,
                size_bytes=len(data),
                error_code=error.code,
            )
        return AttachedFile(
            file_id=reading.sha256,
            file_name=name,
            role=role,
            size_bytes=len(data),
            pages=reading.pages,
            words=reading.words,
            headings=reading.headings,
            notes=reading.notes,
        )

    def attach_page(self, url: str) -> AttachedFile:
        """Fetch and read a page that the author names; as `attach`."""
        try:
            reading = self._intake.read_address(url)
        except UnreadableFile as error:
            log.info("a page could not be read: %s", error.code)
            return AttachedFile(
                file_id="unreadable",
                file_name=url[:MAX_NAME_CHARS],
                url=url[:MAX_URL_CHARS],
                error_code=error.code,
            )
        source = source_of(SourceId(reading.sha256), reading)
        return attached_page(source, headings=reading.headings, notes=reading.notes)

    def start(self, brief: Brief, files: Sequence[AttachedFile]) -> Manuscript:
        """Make a manuscript and start on its outline.

        Raises:
            InvalidRequest: As `JobService.submit_outline`, and `too_many_files`.
        """
        if len(files) > MAX_FILES:
            raise InvalidRequest(
                "too_many_files", f"At most {MAX_FILES} files are taken.", {"limit": MAX_FILES}
            )
        manuscript_id, job_id = ManuscriptId(self._new_id()), JobId(self._new_id())
        readable = tuple(file for file in files if not file.error_code)
        now = self._now()
        manuscript = Manuscript(
            id=manuscript_id,
            language=brief.language or detect_language(brief.prompt),
            brief=brief,
            files=readable,
            outline_job=job_id,
            created_at=now,
            updated_at=now,
        )
        self._store.save(manuscript)  # before the job, which may be done within milliseconds
        self._store.change_outline(manuscript_id, await_growth)
        try:
            job = self._jobs.submit_outline(outline_request(manuscript), manuscript_id)
        except PipelineError:
            self._store.delete(manuscript_id)
            raise
        return self._store.change(
            manuscript_id, lambda current: current.model_copy(update={"title": job.title})
        )

    def propose_again(self, manuscript_id: ManuscriptId) -> Job:
        """Start a new outline job; what the author made of the tree stays.

        Raises as `start`, and `NotFound`; one that is refused changes nothing.
        """
        before, job_id = self._store.load(manuscript_id).outline_job, JobId(self._new_id())

        def name(old: JobId | None, new: JobId | None) -> Manuscript:
            update = {"outline_job": new, "updated_at": self._now()}
            return self._store.change(
                manuscript_id,
                lambda now: now.model_copy(update=update) if now.outline_job == old else now,
            )

        manuscript = name(before, job_id)
        self._store.change_outline(manuscript_id, await_growth)
        try:
            return self._jobs.submit_outline(outline_request(manuscript), manuscript_id)
        except StoreUnavailable:
            raise  # only its answer may be lost, and the job begun
        except PipelineError:
            self._end_growth(manuscript_id)
            name(job_id, before)
            raise

    def open(self, manuscript_id: ManuscriptId) -> View:
        """The manuscript with whatever its jobs have brought since. Raises `NotFound`."""
        manuscript = self._store.load(manuscript_id)
        outline_job = self._known_job(manuscript.outline_job)
        document_job = self._known_job(manuscript.document_job)
        if outline_job is not None and outline_job.status is JobStatus.COMPLETED:
            manuscript = self._with_pages(manuscript, outline_job)
        if document_job is not None and document_job.status is JobStatus.COMPLETED:
            manuscript = self._with_document(manuscript, document_job)
        return View(manuscript, outline_job, document_job)

    def _known_job(self, job_id: JobId | None) -> Job | None:
        try:
            return self._jobs.job(job_id) if job_id else None
        except NotFound:
            return None

    def deliver(self, job: Job) -> None:
        """Put a finished job's result into its manuscript; idempotent."""
        if job.manuscript_id is None:
            return
        try:
            if job.kind is JobKind.OUTLINE:
                self.outline(job.manuscript_id)
                if job.status is JobStatus.COMPLETED:
                    self._with_pages(self._store.load(job.manuscript_id), job)
            elif job.status is JobStatus.COMPLETED:
                self._with_document(self._store.load(job.manuscript_id), job)
        except NotFound:
            log.info("job %s: its manuscript was deleted meanwhile", job.id)

    def _with_pages(self, manuscript: Manuscript, job: Job) -> Manuscript:
        """Take over the pages that research found, as files of the manuscript."""
        if manuscript.outline_job != job.id or manuscript.delivered_outline == job.id:
            return manuscript
        try:
            result = OutlineResult.model_validate_json(self._jobs.result(job.id))
        except NotFound:
            log.info("job %s: its result expired before its pages were taken over", job.id)
            return manuscript
        return self._store.change(
            manuscript.id, lambda current: with_found_pages(current, job.id, result.sources)
        )

    def _with_document(self, manuscript: Manuscript, job: Job) -> Manuscript:
        if manuscript.document_job != job.id or manuscript.delivered_job == job.id:
            return manuscript
        result = DocumentResult.model_validate_json(self._jobs.result(job.id))
        return self._store.change(
            manuscript.id,
            lambda current: with_document(current, job.id, result.document, self._now()),
        )

    def outline(self, manuscript_id: ManuscriptId) -> OutlineDraft:
        """The outline draft, with what its job has added since. Raises `NotFound`."""
        draft = self._store.outline(manuscript_id)
        if not draft.growing:
            return draft
        manuscript = self._store.load(manuscript_id)
        if manuscript.outline_job is None:
            return draft
        job = self._known_job(manuscript.outline_job)  # before its events: it may end meanwhile
        after = draft.seen_event
        while True:
            events = self._jobs.events(manuscript.outline_job, after=after, limit=EVENTS_AT_ONCE)
            if events:
                draft = self._folded(manuscript_id, events)
                after = events[-1][0]
            if len(events) < EVENTS_AT_ONCE:
                return self._ended(manuscript, job, draft) if draft.growing else draft

    def _folded(
        self, manuscript_id: ManuscriptId, events: Sequence[tuple[EventId, JobEvent]]
    ) -> OutlineDraft:
        return self._store.change_outline(manuscript_id, lambda draft: grow_all(draft, events))

    def _ended(self, manuscript: Manuscript, job: Job | None, draft: OutlineDraft) -> OutlineDraft:
        """A job that expired, or ended without a word more, grows nothing any longer."""
        is_starting = job is None and self._now() - manuscript.updated_at < TIME_TO_START
        if is_starting or (job is not None and not job.status.is_final):
            return draft
        return self._end_growth(manuscript.id)

    def _end_growth(self, manuscript_id: ManuscriptId) -> OutlineDraft:
        return self._store.change_outline(
            manuscript_id, lambda current: current.model_copy(update={"growing": False})
        )

    def edit_outline(
        self, manuscript_id: ManuscriptId, client: str, operations: Sequence[Operation]
    ) -> Applied:
        """Apply an editor's operations; each counts once, however often it is sent."""
        applied: list[Applied] = []

        def change(draft: OutlineDraft) -> OutlineDraft:
            applied.append(
                apply_operations(
                    draft,
                    client,
                    operations,
                    max_nodes=self._limits.nodes,
                    max_depth=self._limits.depth,
                )
            )
            return applied[-1].draft

        draft = self._store.change_outline(manuscript_id, change)
        if any(isinstance(operation, NameOutline) for operation in operations):
            self._rename(manuscript_id, draft.outline.title)
        return applied[-1]

    def _rename(self, manuscript_id: ManuscriptId, title: str) -> None:
        """The manuscript is listed under its outline's title until it has a document."""

        def rename(current: Manuscript) -> Manuscript:
            if current.document is not None or not title.strip():
                return current
            return current.model_copy(update={"title": title.strip()})

        self._store.change(manuscript_id, rename)

    def write(self, manuscript_id: ManuscriptId, anew: Anew = (), gaps: Gaps | None = None) -> Job:
        """Start writing from the outline as it stands, without those `gaps`.

        Args:
            manuscript_id: Whose document.
            anew: Sections of which no text is kept, also none of the author's own; None: all. It
                holds until there is a document: who goes on with a writing that was stopped need
                not say it again.

        Raises:
            InvalidRequest: The outline's own rules, such as `node_title_empty`.
            Conflict: It is being written already.
            QueueFull: Too many jobs wait already.
        """
        view = self.open(manuscript_id)
        outline = self.outline(manuscript_id).outline
        return self._writings.begin(view, outline, JobId(self._new_id()), anew, gaps)

    def edit_section(
        self,
        manuscript_id: ManuscriptId,
        section_id: NodeId,
        content: str,
        revision: int | None = None,
    ) -> Document:
        """Replace a section's text; citations and references are made anew.

        Args:
            manuscript_id: Whose document.
            section_id: The section to replace.
            content: Its new Markdown, with `[@passage]` markers.
            revision: Of the document that was edited; None overwrites whatever is there.

        Raises:
            NotFound: There is no such document or section.
            Conflict: It was changed since that revision.
        """

        def change(current: Manuscript, document: Document) -> Mapping[str, object]:
            self._refuse_while_rewritten(current)
            if revision is not None and revision != current.revision:
                raise Conflict("The document was changed in another tab. Reload the page.")
            kept = tuple(each for each in current.anew if each != section_id)
            return {"document": edited(document, section_id, content), "anew": kept}

        return self._revisions.revise(manuscript_id, change)

    def put_back(self, manuscript_id: ManuscriptId, earlier: EarlierText) -> Document:
        """Let an earlier text of the author's own stand in its section again.

        Raises:
            NotFound: There is no such document or section.
            Conflict: It is being written again.
        """
        return self._revisions.put_back(manuscript_id, earlier, self._refuse_while_rewritten)

    def restyle(self, manuscript_id: ManuscriptId, style: CitationStyle) -> Document:
        """Put the reference list into another style; a later writing keeps it. Takes 0.1 to 1 s.

        Raises:
            NotFound: There is no such document.
            Conflict: It is being written again.
            FormattingFailed: The document is as it was. Retryable.
        """
        return self._revisions.restyle(manuscript_id, style, self._refuse_while_rewritten)

    def _refuse_while_rewritten(self, manuscript: Manuscript) -> None:
        if manuscript.document_job in {None, manuscript.delivered_job}:
            return
        job = self._known_job(manuscript.document_job)
        if job is not None and not job.status.ended_early:  # completed: its document is on the way
            raise Conflict("The document is being written again; edit it when that is done.")

    def listed(self, *, limit: int | None = None) -> Sequence[Listed]:
        """Manuscripts, last changed first; without a limit, all."""
        return self._store.listed(limit=limit)

    def delete(self, manuscript_id: ManuscriptId) -> Deleted:
        """Remove a manuscript and stop its jobs. Raises `NotFound`."""
        view = self.open(manuscript_id)
        deleted = Deleted(view.manuscript, self.outline(manuscript_id))
        for job in (view.outline_job, view.document_job):
            if job is not None and not job.status.is_final:
                self._jobs.cancel(job.id)
        self._store.delete(manuscript_id)
        return deleted

    def restore(self, deleted: Deleted) -> None:
        """Undo a deletion, within the hour with all that was finished; stopped jobs stay so."""
        self._store.save(deleted.manuscript)
        self._store.change_outline(deleted.manuscript.id, lambda _: deleted.draft)
