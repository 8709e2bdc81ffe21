"""The jobs of the HTTP API: submit, follow, cancel, fetch the result."""

import json
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Path, Query, Response
from fastapi.responses import StreamingResponse
from starlette.concurrency import run_in_threadpool

from api.access import key_holders_only
from api.bodies import optional, strict
from api.cursors import EVENT_PLACE, LIST_PLACE, place_after, place_before, place_of
from api.description import body_of, refusals
from api.downloads import described, download
from api.origin import own_pages_only
from api.sent_events import event_stream, frame
from api.types import (
    JobResponse,
    JobsResponse,
    KeepRequest,
    PriorityRequest,
    RetryRequest,
    TaskCreationResponse,
)
from pipeline.domain.jobs import (
    JOB_ID,
    DocumentGenerationRequest,
    DocumentResult,
    EventId,
    JobId,
    JobKind,
    JobStatus,
    OutlineGenerationRequest,
    OutlineResult,
)
from pipeline.runtime import runtime
from pipeline.service.exports import FORMS

JobInPath = Annotated[str, Path(json_schema_extra={"pattern": JOB_ID})]
"""Described, and not checked: there is no job under what is no id."""


router = APIRouter(
    prefix="/jobs",
    tags=["jobs"],
    dependencies=[Depends(own_pages_only), Depends(key_holders_only)],
    responses=refusals(401, 403, 404, 409, 410, 422, 503),
)


@router.post(
    "/outline",
    status_code=202,
    responses=refusals(400, 413, 429),
    openapi_extra=body_of(OutlineGenerationRequest),
)
async def submit_outline(
    request: Annotated[OutlineGenerationRequest, Depends(strict(OutlineGenerationRequest))],
) -> TaskCreationResponse:
    """Propose an outline for a prompt. The same id with the same body is the same job."""
    job = await run_in_threadpool(runtime().jobs.submit_outline, request)
    return TaskCreationResponse(job_id=job.id)


@router.post(
    "/document",
    status_code=202,
    responses=refusals(400, 413, 429),
    openapi_extra=body_of(DocumentGenerationRequest),
)
async def submit_document(
    request: Annotated[DocumentGenerationRequest, Depends(strict(DocumentGenerationRequest))],
) -> TaskCreationResponse:
    """Write the document of an outline."""
    job = await run_in_threadpool(runtime().jobs.submit_document, request)
    return TaskCreationResponse(job_id=job.id)


@router.get("")
def list_jobs(
    status: JobStatus | None = None,
    kind: JobKind | None = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
    before: Annotated[str, Query(json_schema_extra=LIST_PLACE)] = "",
) -> JobsResponse:
    """Jobs, newest first, page by page: `before` is `next` of the page before."""
    found = runtime().jobs.recent(
        limit=limit + 1, status=status, kind=kind, before=place_before(before)
    )
    page = found[:limit]
    return JobsResponse(
        jobs=[JobResponse.of(job) for job in page],
        next=place_of(page[-1]) if len(found) > limit else None,
    )


@router.get("/{job_id}")
def show_job(job_id: JobInPath) -> JobResponse:
    """Status and progress of a job."""
    jobs = runtime().jobs
    job = jobs.job(JobId(job_id))
    waits = job.status is JobStatus.QUEUED
    return JobResponse.of(job, jobs.waiting_before(job.id) if waits else None)


@router.get(
    "/{job_id}/result",
    response_class=Response,
    responses={200: {"model": OutlineResult | DocumentResult}},
)
def show_result(job_id: JobInPath) -> Response:
    """The result as it is stored: `{"outline": …}` or `{"document": …}`."""
    return Response(runtime().jobs.result(JobId(job_id)), media_type="application/json")


@router.get(
    "/{job_id}/export",
    response_class=Response,
    responses=described(),
)
def export_document(
    job_id: JobInPath,
    form: Annotated[str, Query(alias="format", json_schema_extra={"enum": list(FORMS)})],
) -> Response:
    """A document as a file; `bibtex`, `ris` and `csl-json` hold its references alone.

    Of a job that was stopped or failed it is a draft of the sections that were finished.
    """
    exports, jobs = runtime().exports, runtime().jobs
    exports.check(form)
    job = jobs.job(JobId(job_id))
    is_draft = job.kind is JobKind.DOCUMENT and job.status.ended_early
    document = runtime().drafts.of_job(job) if is_draft else jobs.document(job.id)
    draft = job.status if is_draft else ""
    return download(exports.build(document, form), document.title, form, draft)


@router.get("/{job_id}/events", response_class=StreamingResponse)
async def follow_events(
    job_id: JobInPath,
    after: Annotated[str, Query(json_schema_extra=EVENT_PLACE)] = "",
    last_event_id: Annotated[str, Header(json_schema_extra=EVENT_PLACE)] = "",
) -> StreamingResponse:
    """Events as server-sent events, from `Last-Event-ID` (or `after`) on; ends with the job."""
    seen, start = place_after(last_event_id), place_after(after)
    await run_in_threadpool(runtime().jobs.job, JobId(job_id))
    return event_stream(_frames(JobId(job_id), seen if last_event_id else start))


async def _frames(job_id: JobId, after: EventId) -> AsyncIterator[str]:
    yield "retry: 1000\n\n"
    async with aclosing(runtime().feed.follow(job_id, after=after)) as batches:
        async for batch in batches:
            yield "".join(map(_frame, json.loads(batch))) if batch else ": still here\n\n"


def _frame(pair: tuple[EventId, dict[str, Any] | None]) -> str:
    event_id, event = pair
    if event is None:
        return frame("gap", "{}")
    return frame(event["type"], json.dumps(event, ensure_ascii=False), event_id)


@router.post("/{job_id}/cancel", status_code=202)
def cancel_job(job_id: JobInPath) -> JobResponse:
    """Stop a job; finished sections stay stored."""
    return JobResponse.of(runtime().jobs.cancel(JobId(job_id)))


@router.post(
    "/{job_id}/retry",
    status_code=202,
    responses=refusals(413, 429),
    openapi_extra=body_of(RetryRequest, required=False),
)
async def retry_job(
    job_id: JobInPath, how: Annotated[RetryRequest, Depends(optional(RetryRequest))]
) -> TaskCreationResponse:
    """Do an ended job again, as a new job: finished sections are kept, failed ones are written."""
    jobs = runtime().jobs
    job = await run_in_threadpool(
        jobs.retry, JobId(job_id), new_id=how.job_id, fresh=how.fresh, budget=how.budget
    )
    return TaskCreationResponse(job_id=job.id)


@router.post("/{job_id}/priority", responses=refusals(413), openapi_extra=body_of(PriorityRequest))
async def prioritise_job(
    job_id: JobInPath, wanted: Annotated[PriorityRequest, Depends(strict(PriorityRequest))]
) -> JobResponse:
    """Move a job that waits, or give one that runs another share of the model calls."""
    job = await run_in_threadpool(runtime().jobs.prioritise, JobId(job_id), wanted.priority)
    return JobResponse.of(job)


@router.post(
    "/{job_id}/keep", responses=refusals(413), openapi_extra=body_of(KeepRequest, required=False)
)
async def keep_job(
    job_id: JobInPath, how: Annotated[KeepRequest, Depends(optional(KeepRequest))]
) -> JobResponse:
    """Keep an ended job with its result for longer; never shortens. Delete it to have it gone."""
    job = await run_in_threadpool(runtime().jobs.keep, JobId(job_id), how.seconds)
    return JobResponse.of(job)


@router.delete("/{job_id}", status_code=204)
def delete_job(job_id: JobInPath) -> None:
    """Remove a finished job with its events and its result."""
    runtime().jobs.delete(JobId(job_id))
