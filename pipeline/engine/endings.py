"""How a job ends: what came of its work, as its one terminal event."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from pydantic import JsonValue

from pipeline.adapters.redis_journal import Ending
from pipeline.domain.jobs import Job, JobKind, JobStatus, TaskCompleted, TaskFailed
from pipeline.errors import Cancelled, CrashedTooOften, NotFound, PipelineError

Summarise = Callable[[Job, str], dict[str, JsonValue]]
StopReason = Literal["cancelled", "drained", "lost", "deadline"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of the work: a result as JSON, an error, or a reason why it was stopped."""

    result: str | None = None
    error: BaseException | None = None
    stopped: StopReason | None = None


class DeadlineExceeded(PipelineError):
    """The job ran longer than JOB_DEADLINE allows; split it, or raise the limit."""

    code = "deadline_exceeded"
    retryable = True


def summarise(job: Job, result: str) -> dict[str, JsonValue]:
    """The few figures of a result that its terminal event carries."""
    value = json.loads(result)
    if job.kind is JobKind.OUTLINE:
        outline = value.get("outline", {})
        return {"title": outline.get("title", ""), "nodes": _count_nodes(outline.get("nodes", []))}
    document = value.get("document", {})
    return {
        "title": document.get("title", ""),
        "word_count": document.get("word_count", 0),
        "sections": len(document.get("sections", [])),
    }


def completed(
    job: Job, result: str, summary: dict[str, JsonValue], *, at: datetime, duration: float
) -> Ending:
    event = TaskCompleted(
        job_id=job.id, task_type=job.kind, at=at, result=summary, duration=round(duration, 3)
    )
    return Ending(event, JobStatus.COMPLETED, result)


def failed(job: Job, error: BaseException, at: datetime) -> Ending:
    """A `PipelineError` speaks for itself; of anything else only the log has the details."""
    known = error if isinstance(error, PipelineError) else _unexpected(error)
    event = TaskFailed(
        job_id=job.id,
        task_type=job.kind,
        at=at,
        error=str(known),
        code=known.code,
        retryable=known.retryable,
        details=known.details,
    )
    is_cancelled = isinstance(known, Cancelled)
    return Ending(event, JobStatus.CANCELLED if is_cancelled else JobStatus.FAILED)


def crashed_too_often(job: Job, attempts: int) -> CrashedTooOften:
    return CrashedTooOften(
        f"Job {job.id!r} was tried {attempts} times, and each time its process died or lost "
        "Redis. Look at the logs of these processes and of Redis before you try again.",
        {"attempts": attempts},
    )


def request_gone(job: Job) -> NotFound:
    return NotFound(f"The request of job {job.id!r} has expired or was evicted; send it again.")


def started_with(job: Job, request: str) -> dict[str, str]:
    """The field of `task_started` that says what was asked."""
    value = json.loads(request)
    if job.kind is JobKind.OUTLINE:
        return {"task_prompt": value.get("task_prompt", "")}
    return {"outline_title": (value.get("outline") or {}).get("title", "")}


def _unexpected(error: BaseException) -> PipelineError:
    return PipelineError(
        "An unexpected error stopped the job; the server's log has the details.",
        {"error": type(error).__name__},
    )


def _count_nodes(nodes: list[dict[str, JsonValue]]) -> int:
    waiting = list(nodes)
    count = 0
    while waiting:
        count += 1
        children = waiting.pop().get("children")
        waiting += children if isinstance(children, list) else []  # type: ignore[arg-type]
    return count
