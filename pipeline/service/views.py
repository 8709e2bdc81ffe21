"""A manuscript as it stands, and what is needed to restore one."""

from dataclasses import dataclass
from typing import Literal

from pipeline.domain.jobs import Job, JobStatus
from pipeline.domain.manuscripts import Manuscript, OutlineDraft

Status = Literal["proposing", "outline", "writing", "failed", "done"]


@dataclass(frozen=True, slots=True)
class View:
    """A manuscript as it stands, with the jobs that still matter."""

    manuscript: Manuscript
    outline_job: Job | None
    document_job: Job | None

    @property
    def is_writing(self) -> bool:
        return self.document_job is not None and not self.document_job.status.is_final

    @property
    def ended_early(self) -> bool:
        """Whether the last writing failed or was stopped."""
        return self.document_job is not None and self.document_job.status.ended_early

    @property
    def status(self) -> Status:
        """Where the author stands, in one word."""
        if self.is_writing:
            return "writing"
        if self.manuscript.document is not None:
            return "done"
        if self.outline_job is not None and not self.outline_job.status.is_final:
            return "proposing"
        ended = self.document_job or self.outline_job
        return "failed" if ended is not None and ended.status is JobStatus.FAILED else "outline"


@dataclass(frozen=True, slots=True)
class Deleted:
    """What was deleted, so that it can be restored."""

    manuscript: Manuscript
    draft: OutlineDraft
