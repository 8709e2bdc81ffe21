"""The draft of a manuscript whose writing ended early: what is finished, with marked gaps."""

from collections.abc import Callable, Mapping
from datetime import datetime

from pipeline.domain.documents import Document
from pipeline.domain.jobs import DocumentGenerationRequest, Job, JobId, JobKind, ManuscriptId
from pipeline.domain.manuscripts import Manuscript
from pipeline.domain.outline import leaves, tidied
from pipeline.domain.units import StoredUnit, section_unit
from pipeline.errors import (
    Cancelled,
    Conflict,
    InvalidRequest,
    NotFinished,
    NotFound,
    PipelineError,
)
from pipeline.ports import JobStore
from pipeline.ports.manuscripts import ManuscriptStore
from pipeline.service.manuscripts import ManuscriptService
from pipeline.service.requests import document_request
from pipeline.service.views import View

MakeDraft = Callable[
    [Job, DocumentGenerationRequest, Mapping[str, StoredUnit], PipelineError], Document | None
]
"""The finished sections as a document; the error says of the others why they have no text."""

DRAFT = JobId("draft")
"""A draft is no job: nothing is stored under this id."""


class DraftService:
    """Makes drafts of what stopped or failed jobs finished; safe to use from many threads."""

    def __init__(
        self,
        store: ManuscriptStore,
        jobs: JobStore,
        manuscripts: ManuscriptService,
        make: MakeDraft,
        now: Callable[[], datetime],
    ) -> None:
        self._store = store
        self._jobs = jobs
        self._manuscripts = manuscripts
        self._make = make
        self._now = now

    def finished(self, view: View) -> int:
        """How many sections a draft would have; 0 also where there is a document already."""
        if view.is_writing or view.manuscript.document is not None:
            return 0
        finished = frozenset(self._store.finished(view.manuscript.id, JobKind.DOCUMENT))
        if not finished:  # as long as an outline is only edited, it need not be read again
            return 0
        outline = self._manuscripts.outline(view.manuscript.id).outline
        return sum(section_unit(place.node.id) in finished for place in leaves(outline.nodes))

    def take(self, manuscript_id: ManuscriptId) -> Document:
        """Let what is finished be the manuscript's document; one that is there stays.

        It can be read, corrected and exported, and the writing can go on with its gaps. A text
        that was finished before its section was changed is in it, too, until it is written again.
        No author is asked.

        Raises:
            NotFound: There is no such manuscript, or nothing is finished.
            Conflict: It is being written.
            InvalidRequest: `no_readable_file`.
        """
        view = self._manuscripts.open(manuscript_id)
        if view.manuscript.document is not None:
            return view.manuscript.document
        if view.is_writing:
            raise Conflict("This document is being written.")
        draft = self._draft(view)
        if draft is None:
            raise NotFound("No section of this document is finished.")

        def put(current: Manuscript) -> Manuscript:
            if current.document is not None:
                return current
            update = {"document": draft, "revision": current.revision + 1, "title": draft.title}
            return current.model_copy(update=update)

        return self._store.change(manuscript_id, put).document or draft

    def of_job(self, job: Job) -> Document:
        """What a document job that ended early had finished by then. No author is asked.

        Raises:
            NotFinished: No section was, or none of its files can be read any more.
            NotFound: It is `Expired`.
        """
        body = self._jobs.request(job.id)
        request = DocumentGenerationRequest.model_validate_json(body)
        units = self._jobs.units(job)
        sections = {section_unit(place.node.id) for place in leaves(request.outline.nodes)}
        has_text = bool(request.own_texts) or not sections.isdisjoint(units)
        asked = _by_model_of(job, request)
        try:
            draft = self._make(job, asked, units, _why(job)) if has_text else None
        except InvalidRequest as error:
            raise _no_draft(job, "none of its files can be read any more") from error
        if draft is None:
            raise _no_draft(job, "no section was finished")
        return draft

    def _draft(self, view: View) -> Document | None:
        manuscript = view.manuscript
        outline = tidied(self._manuscripts.outline(manuscript.id).outline)
        job = Job(
            id=DRAFT,
            kind=JobKind.DOCUMENT,
            title=outline.title,
            language=manuscript.language,
            manuscript_id=manuscript.id,
            created_at=self._now(),
        )
        units = self._store.units(manuscript.id, JobKind.DOCUMENT)
        request = document_request(manuscript, outline, DRAFT)
        asked = _by_model_of(view.document_job, request)
        return self._make(job, asked, units, _why(view.document_job))


def _no_draft(job: Job, why: str) -> NotFinished:
    return NotFinished(
        f"Job {job.id!r} has no document: it is {job.status}, and {why}.",
        {"job_id": job.id, "status": job.status},
    )


def _by_model_of(job: Job | None, request: DocumentGenerationRequest) -> DocumentGenerationRequest:
    """The model that was asked then, whichever is configured today."""
    model = request.model or (job.model if job else None)
    return request.model_copy(update={"model": model})


def _why(job: Job | None) -> PipelineError:
    """Why the other sections have no text."""
    error: PipelineError = Cancelled()
    if job is not None and job.error_code:
        error = PipelineError(job.error)
        error.code = job.error_code
    return error
