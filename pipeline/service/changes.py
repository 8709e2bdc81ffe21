"""What writing a manuscript's document again would do, said before it is done."""

from collections.abc import Callable, Mapping
from datetime import datetime

from pipeline.domain.changes import Changes
from pipeline.domain.documents import Document
from pipeline.domain.jobs import DocumentGenerationRequest, Job, JobId, JobKind, ManuscriptId
from pipeline.domain.manuscripts import Brief, Manuscript
from pipeline.domain.outline import tidied
from pipeline.domain.units import StoredUnit
from pipeline.errors import PlanChanged
from pipeline.ports.manuscripts import ManuscriptStore
from pipeline.service.manuscripts import ManuscriptService
from pipeline.service.requests import Gaps, document_request, own_texts
from pipeline.service.writings import Anew

Plan = Callable[
    [Job, DocumentGenerationRequest, Mapping[str, StoredUnit], Document | None], Changes
]
"""What a job would do with such finished units, beside the document as it stands.

It asks no author, blocks the calling thread, and raises `InvalidRequest` (`no_readable_file`).
"""

PLAN = JobId("plan")
"""A plan is no job: nothing is stored under this id."""


class ChangeService:
    """Says what `ManuscriptService.write` would do; safe to use from many threads."""

    def __init__(
        self,
        store: ManuscriptStore,
        manuscripts: ManuscriptService,
        plan: Plan,
        now: Callable[[], datetime],
    ) -> None:
        self._store = store
        self._manuscripts = manuscripts
        self._plan = plan
        self._now = now

    def of(self, manuscript_id: ManuscriptId, gaps: Gaps | None = None) -> Changes:
        """What becomes of each section when it is written so, from the outline as it stands.

        No author and no model is asked. It blocks for as long as the sections take that have to be
        searched for, which are those whose sources changed.

        Raises:
            NotFound: There is no such manuscript.
            InvalidRequest: `no_readable_file`.
        """
        manuscript = self._manuscripts.open(manuscript_id).manuscript
        outline = tidied(self._manuscripts.outline(manuscript_id).outline)
        request = document_request(manuscript, outline, PLAN, own_texts(manuscript), gaps)
        job = Job(
            id=PLAN,
            kind=JobKind.DOCUMENT,
            title=outline.title,
            language=manuscript.language,
            manuscript_id=manuscript_id,
            created_at=self._now(),
        )
        units = self._store.units(manuscript_id, JobKind.DOCUMENT)
        return self._plan(job, request, units, manuscript.document)

    def write(
        self,
        manuscript_id: ManuscriptId,
        told: Changes | None,
        anew: Anew = (),
        gaps: Gaps | None = None,
    ) -> Job:
        """Start a writing, and only one that does what its author was told.

        It takes as long again as the plan did. Where nothing was told, it starts at once.

        Raises:
            PlanChanged: It would do something else by now; nothing is begun.
            PipelineError: As `ManuscriptService.write`.
        """
        is_free = not self._manuscripts.open(manuscript_id).is_writing
        if told is not None and is_free and self.of(manuscript_id, gaps) != told:
            raise PlanChanged
        return self._manuscripts.write(manuscript_id, anew, gaps)

    def rebrief(self, manuscript_id: ManuscriptId, brief: Brief) -> Manuscript:
        """Change for whom and how it is written, from the next writing on. Raises `NotFound`.

        All else that the brief says stays as it stands now, which may be newer than this one.
        """

        def change(current: Manuscript) -> Manuscript:
            told = {
                "document_type": brief.document_type,
                "audience": brief.audience,
                "tone": brief.tone,
            }
            return current.model_copy(update={"brief": current.brief.model_copy(update=told)})

        return self._store.change(manuscript_id, change)
