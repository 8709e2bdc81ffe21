"""The two tasks, which other programs may call by name; each hands its job to the engine."""

import logging
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from celery.exceptions import Reject
from pydantic import JsonValue, ValidationError

from pipeline.adapters.celery_queue import TASKS
from pipeline.domain.jobs import (
    JOB_ID,
    DocumentGenerationRequest,
    Job,
    JobId,
    JobKind,
    OutlineGenerationRequest,
)
from pipeline.errors import (
    Deleted,
    Expired,
    InvalidRequest,
    NotFound,
    PipelineError,
    StoreUnavailable,
)
from workers.app import app, runtime, stopping

log = logging.getLogger(__name__)

PAUSE_S = 1.0
# Between two tries; the client itself has waited before.


@app.task(name=TASKS[JobKind.OUTLINE], bind=True)  # type: ignore[untyped-decorator]  # Celery has no types
def generate_outline_from_query_task(
    task: Any,
    job_id: str,
    task_prompt: str | None = None,
    context_files: Sequence[Mapping[str, JsonValue]] | None = None,
    **options: Any,
) -> None:
    """Propose an outline; returns when this worker has let go of the job.

    A call that cannot be done as it stands makes a job that has failed, with its terminal event,
    unless the id is no id or belongs to another job: then only the log says so.

    Args:
        task: Given by Celery.
        job_id: Names the job; its events and its result stand in Redis under it.
        task_prompt: What to write. None: the job was submitted before, by the app or the API.
        context_files: As `OutlineGenerationRequest` has them.
        options: Its other fields, such as `language`.
    """

    def submit() -> Job:
        body = {"job_id": job_id, "task_prompt": task_prompt, **options}
        body["context_files"] = context_files or ()
        request = OutlineGenerationRequest.model_validate(body, extra="forbid")
        return runtime().jobs.submit_outline(request)

    is_new = task_prompt is not None
    if not is_new or _is_submitted(task, job_id, JobKind.OUTLINE, submit):
        runtime().engine.submit(JobId(job_id)).result()


@app.task(name=TASKS[JobKind.DOCUMENT], bind=True)  # type: ignore[untyped-decorator]  # as above
def generate_document_from_outline_task(
    task: Any, job_id: str, outline: Mapping[str, JsonValue] | None = None, **options: Any
) -> None:
    """Write the document of an outline; as `generate_outline_from_query_task`."""

    def submit() -> Job:
        body = {"job_id": job_id, "outline": outline, **options}
        request = DocumentGenerationRequest.model_validate(body, extra="forbid")
        return runtime().jobs.submit_document(request)

    is_new = outline is not None
    if not is_new or _is_submitted(task, job_id, JobKind.DOCUMENT, submit):
        runtime().engine.submit(JobId(job_id)).result()


def _is_submitted(task: Any, job_id: str, kind: JobKind, submit: Callable[[], Job]) -> bool:
    """Save the job; one that cannot be done is noted as failed."""
    is_again = (task.request.delivery_info or {}).get("redelivered", False)
    if is_again and _is_over(JobId(job_id)):
        return False
    try:
        _patiently(submit)
    except ValidationError as error:
        wrong: PipelineError = _invalid(error)
    except PipelineError as error:
        wrong = error
    else:
        return True
    log.warning("Job %r was called by name and is refused: %s", job_id, wrong)
    if isinstance(job_id, str) and re.fullmatch(JOB_ID, job_id):
        _patiently(lambda: runtime().jobs.refuse(JobId(job_id), kind, wrong))
    return False


def _is_over(job_id: JobId) -> bool:
    """Whether there has been such a job, and is none any more.

    The message of a worker that died comes again after hours: others did its job long ago.
    """
    try:
        _patiently(lambda: runtime().jobs.job(job_id))
    except (Deleted, Expired) as error:
        log.info("A call by name that came again is left: %s", error)
        return True
    except NotFound:
        return False
    return False


def _patiently(act: Callable[[], object]) -> None:
    """Try again until Redis is back: a job that was only called by name exists nowhere else yet.

    Raises:
        Reject: The worker is being stopped; the message goes back to where it came from.
    """
    while True:
        try:
            act()
        except StoreUnavailable as error:
            if stopping.wait(PAUSE_S):
                raise Reject(str(error), requeue=True) from error
        else:
            return


def _invalid(error: ValidationError) -> InvalidRequest:
    """Each field with what is wrong, as the API says it."""
    details: dict[str, str | int] = {
        ".".join(str(part) for part in problem["loc"]) or "body": problem["msg"]
        for problem in error.errors(include_input=False, include_url=False)[:20]
    }
    field, reason = next(iter(details.items()))
    return InvalidRequest("invalid_request", f"{field}: {reason}.", details)
