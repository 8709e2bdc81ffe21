"""What the API answers with: its own types, so that the wire does not change by accident."""

from typing import Annotated

from pydantic import AwareDatetime, BaseModel, Field

from pipeline.domain.documents import Usage
from pipeline.domain.jobs import JOB_ID, Job, JobId, JobKind, JobStatus, Priority
from pipeline.domain.spending import Budget


class TaskCreationResponse(BaseModel):
    """The job that will do it; ask for it under this id."""

    job_id: JobId


class RetryRequest(BaseModel):
    """How to do a job again; all optional."""

    job_id: Annotated[str, Field(pattern=JOB_ID)] | None = None
    """Of the new job."""
    fresh: bool = False
    """Make everything again, also what was finished."""
    budget_tokens: int | None = Field(default=None, ge=1, le=1_000_000_000_000)
    """Of the new job, which counts from nothing. Unset: as it was."""
    budget_cost: float | None = Field(default=None, gt=0, le=1_000_000_000, allow_inf_nan=False)
    """The same in money."""

    @property
    def budget(self) -> Budget:
        return Budget(tokens=self.budget_tokens, cost=self.budget_cost)


class PriorityRequest(BaseModel):
    """Another priority for a job that has not ended."""

    priority: Priority


class KeepRequest(BaseModel):
    """How long to keep an ended job; may be left out."""

    seconds: int | None = Field(default=None, ge=1)
    """From now. Unset: as long as a job that ends now is kept."""


class Problem(BaseModel):
    code: str
    message: str
    details: dict[str, str | int] = Field(default_factory=dict)


class ErrorResponse(BaseModel):
    """The one shape of every error."""

    error: Problem


class Progress(BaseModel):
    done: int
    total: int


class JobResponse(BaseModel):
    """Where a job stands."""

    job_id: JobId
    task_type: JobKind
    status: JobStatus
    title: str
    language: str
    priority: str
    progress: Progress
    created_at: AwareDatetime
    finished_at: AwareDatetime | None = None
    expires_at: AwareDatetime | None = None
    """Of an ended job: when it goes with its result, unless it is kept for longer."""
    error: Problem | None = None
    retryable: bool = False
    usage: Usage | None = None
    """What the model's calls have used so far. Unset: none was asked."""
    waiting_before: int | None = None
    """Of a job that waits, when it is asked for by itself: how many are taken up before it."""

    @classmethod
    def of(cls, job: Job, waiting_before: int | None = None) -> "JobResponse":
        error = Problem(code=job.error_code, message=job.error) if job.error_code else None
        return cls(
            job_id=job.id,
            task_type=job.kind,
            status=job.status,
            title=job.title,
            language=job.language,
            priority=job.priority,
            progress=Progress(done=job.done, total=job.total),
            created_at=job.created_at,
            finished_at=job.finished_at,
            expires_at=job.expires_at,
            error=error,
            retryable=job.retryable,
            usage=job.usage,
            waiting_before=waiting_before,
        )


class JobsResponse(BaseModel):
    """Jobs, newest first."""

    jobs: list[JobResponse]
    next: str | None = None
    """Send it as `before` for the next page. Unset: there are no more."""


class HealthResponse(BaseModel):
    status: str
    author: str
    """What writes: `offline`, or the model's name."""
