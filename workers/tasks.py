"""The two tasks, which other programs may call by name; each hands its job to the engine."""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import JsonValue

from pipeline.adapters.celery_queue import TASKS
from pipeline.domain.jobs import (
    DocumentGenerationRequest,
    JobId,
    JobKind,
    OutlineGenerationRequest,
)
from workers.app import app, runtime


@app.task(name=TASKS[JobKind.OUTLINE])  # type: ignore[untyped-decorator]  # Celery has no types
def generate_outline_from_query_task(
    job_id: str,
    task_prompt: str | None = None,
    context_files: Sequence[Mapping[str, JsonValue]] | None = None,
    **options: Any,
) -> None:
    """Propose an outline; returns when this worker has let go of the job.

    Args:
        job_id: Names the job; its events and its result stand in Redis under it.
        task_prompt: What to write. None: the job was submitted before, by the app or the API.
        context_files: As `OutlineGenerationRequest` has them.
        options: Its other fields, such as `language`.

    Raises:
        ValidationError, InvalidRequest, Conflict: The job cannot be done as it stands.
    """
    if task_prompt is not None:
        body = {"job_id": job_id, "task_prompt": task_prompt, **options}
        body["context_files"] = context_files or ()
        request = OutlineGenerationRequest.model_validate(body, extra="forbid")
        runtime().jobs.submit_outline(request)
    runtime().engine.submit(JobId(job_id)).result()


@app.task(name=TASKS[JobKind.DOCUMENT])  # type: ignore[untyped-decorator]  # as above
def generate_document_from_outline_task(
    job_id: str, outline: Mapping[str, JsonValue] | None = None, **options: Any
) -> None:
    """Write the document of an outline; as `generate_outline_from_query_task`."""
    if outline is not None:
        body = {"job_id": job_id, "outline": outline, **options}
        request = DocumentGenerationRequest.model_validate(body, extra="forbid")
        runtime().jobs.submit_document(request)
    runtime().engine.submit(JobId(job_id)).result()
