"""The start of a writing: what is asked for is what the manuscript holds at that moment."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from pipeline.domain.documents import NodeId, Outline
from pipeline.domain.jobs import Job, JobId
from pipeline.domain.manuscripts import Manuscript
from pipeline.domain.units import section_unit
from pipeline.errors import Conflict, PipelineError, StoreUnavailable
from pipeline.ports.manuscripts import ManuscriptStore
from pipeline.service.jobs import JobService
from pipeline.service.requests import Gaps, document_request, own_texts
from pipeline.service.views import View

TIME_TO_START = timedelta(seconds=30)
"""A manuscript names its job before the job is stored; that takes milliseconds."""

Anew = Collection[NodeId] | None
"""Sections of which no text is kept; None: all."""


@dataclass(frozen=True, slots=True)
class Writings:
    """Starts document jobs of the manuscripts behind one store."""

    store: ManuscriptStore
    jobs: JobService
    now: Callable[[], datetime]

    def begin(
        self,
        view: View,
        outline: Outline,
        job_id: JobId,
        anew: Anew,
        gaps: Gaps | None = None,
    ) -> Job:
        """As `ManuscriptService.write`; a writing that is refused changes nothing."""
        before = view.manuscript
        if view.is_writing or self._is_beginning(view):
            raise _being_written()

        def started(current: Manuscript) -> Manuscript:
            if current.document_job != before.document_job:
                raise _being_written()
            return self._changed(
                current,
                document_job=job_id,
                begun_at=self.now(),
                title=outline.title or current.title,
                anew=_to_replace(current, anew),
                gaps=dict(gaps or {}),
            )

        begun = self.store.change(before.id, started)
        request = document_request(begun, outline, job_id, own_texts(begun), gaps)
        forget = None if anew is None else [section_unit(each) for each in anew]
        try:
            return self.jobs.submit_document(request, before.id, forget=forget)
        except StoreUnavailable:
            raise  # only its answer may be lost, and the job begun
        except PipelineError:
            self.store.change(before.id, lambda current: self._undone(current, job_id, before))
            raise

    def _is_beginning(self, view: View) -> bool:
        """Whether the job is named and not stored yet; one that has expired is not either."""
        begun_at = view.manuscript.begun_at
        is_stored = view.manuscript.document_job is None or view.document_job is not None
        return not is_stored and begun_at is not None and self.now() - begun_at < TIME_TO_START

    def _undone(self, current: Manuscript, job_id: JobId, before: Manuscript) -> Manuscript:
        if current.document_job != job_id:
            return current
        return self._changed(
            current,
            document_job=before.document_job,
            begun_at=before.begun_at,
            title=before.title,
            anew=before.anew,
            gaps=before.gaps,
        )

    def _changed(self, manuscript: Manuscript, **fields: object) -> Manuscript:
        return manuscript.model_copy(update={**fields, "updated_at": self.now()})


def _to_replace(manuscript: Manuscript, anew: Collection[NodeId] | None) -> tuple[NodeId, ...]:
    """The author's own texts that are not kept; what was said of an earlier try still holds."""
    document = manuscript.document
    own = [section.id for section in document.sections if section.by_hand] if document else []
    if anew is None:
        return tuple(own)
    return tuple(each for each in own if each in anew or each in manuscript.anew)


def _being_written() -> Conflict:
    return Conflict("This document is being written already.")
