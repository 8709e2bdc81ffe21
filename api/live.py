"""The live routes of the pages: events and outlines by WebSocket, edits and files by POST."""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable
from contextlib import aclosing, suppress
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from api.bodies import bounded
from api.cursors import place_after
from api.downloads import download
from api.errors import of_pipeline, of_validation
from api.origin import is_own_page, own_pages_only
from components.assets import asset_routes
from pipeline.domain.documents import NodeId
from pipeline.domain.edits import EditRequest, answer, snapshot
from pipeline.domain.jobs import EventId, Job, JobId, JobStatus, ManuscriptId, Priority
from pipeline.errors import InvalidRequest, NotFound, PipelineError, TooLarge
from pipeline.runtime import runtime

log = logging.getLogger(__name__)

MAX_EDIT_BYTES = 5_000_000
"""A pasted outline of a thousand nodes with summaries is well below it."""

MAX_ADDRESS_BYTES = 50_000
"""Far more than any address: one that is too long gets its own reason."""

GROWING_WAIT_S, IDLE_WAIT_S = 0.15, 3.0
"""How often an open outline is looked at: while a job adds nodes, and otherwise."""

QUEUE_LOOK_S, RUNNING_LOOK_S = 1.0, 3.0
"""How often the place of a job that waits is looked at, and whether one that runs waits again."""

NOT_FOUND_CLOSE, INVALID_CLOSE, UNAVAILABLE_CLOSE, FOREIGN_CLOSE = 4404, 4422, 4503, 4403
"""WebSocket close codes: HTTP's, in the range that applications may use."""

CLIENT_GONE = 499
"""Nobody is there to read it: an upload was removed midway, or the page was left."""


class PageAddress(BaseModel):
    """A page that the author names."""

    model_config = ConfigDict(extra="forbid")

    url: str


class PriorityChoice(BaseModel):
    """How soon an author wants a job to begin."""

    model_config = ConfigDict(extra="forbid")

    priority: Priority


class SectionEdit(BaseModel):
    """An author's new text of one section."""

    model_config = ConfigDict(extra="forbid")

    section_id: NodeId
    content: str
    revision: int | None = None


def guarded(
    handle: Callable[[Request], Awaitable[Response]],
) -> Callable[[Request], Awaitable[Response]]:
    """Refuse other sites' pages, and answer every error of ours in the envelope."""

    async def route(request: Request) -> Response:
        try:
            own_pages_only(request)
            return await handle(request)
        except ClientDisconnect:
            return Response(status_code=CLIENT_GONE)
        except ValidationError as error:
            return of_validation(error)
        except PipelineError as error:
            return of_pipeline(error)

    return route


@guarded
async def edit_outline(request: Request) -> Response:
    """Apply what an outline editor did; `sendBeacon` posts here too, so it must stay a POST."""
    edit = EditRequest.model_validate_json(await bounded(request, MAX_EDIT_BYTES))
    applied = await run_in_threadpool(
        runtime().manuscripts.edit_outline, _manuscript(request), edit.client, edit.ops
    )
    return JSONResponse(answer(applied, edit))


@guarded
async def edit_section(request: Request) -> Response:
    """Replace one section's text."""
    edit = SectionEdit.model_validate_json(await bounded(request, MAX_EDIT_BYTES))
    await run_in_threadpool(
        runtime().manuscripts.edit_section,
        _manuscript(request),
        edit.section_id,
        edit.content,
        edit.revision,
    )
    return JSONResponse({"ok": True})


@guarded
async def download_document(request: Request) -> Response:
    """Build a file of the document as it stands; the answer is the file, or why there is none."""
    view = await run_in_threadpool(runtime().manuscripts.open, _manuscript(request))
    form, document = request.path_params["form"], view.manuscript.document
    if document is None:
        raise NotFound("This manuscript has no document yet.")
    data = await run_in_threadpool(runtime().exports.build, document, form)
    return download(data, document.title, form)


@guarded
async def cancel_job(request: Request) -> Response:
    job = await run_in_threadpool(runtime().jobs.cancel, JobId(request.path_params["job_id"]))
    return JSONResponse({"status": job.status}, status_code=202)


@guarded
async def prioritise_job(request: Request) -> Response:
    choice = PriorityChoice.model_validate_json(await bounded(request, MAX_ADDRESS_BYTES))
    job_id = JobId(request.path_params["job_id"])
    job = await run_in_threadpool(runtime().jobs.prioritise, job_id, choice.priority)
    return JSONResponse({"priority": job.priority}, status_code=202)


@guarded
async def upload(request: Request) -> Response:
    """Read one file; the answer says what was read, or the code of why it could not be."""
    limit = runtime().settings.max_file_bytes
    parts: list[bytes] = []
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > limit:
            raise TooLarge(
                "file_too_large", f"The file is larger than {limit:,} bytes.", {"limit": limit}
            )
        parts.append(part)
    name = request.query_params.get("name", "")[:255] or "file"
    attached = await run_in_threadpool(runtime().manuscripts.attach, name, b"".join(parts))
    return JSONResponse(attached.model_dump(mode="json"))


@guarded
async def fetch_page(request: Request) -> Response:
    """Fetch and read one page of the web; the answer is that of an upload."""
    named = PageAddress.model_validate_json(await bounded(request, MAX_ADDRESS_BYTES))
    attached = await run_in_threadpool(runtime().manuscripts.attach_page, named.url)
    return JSONResponse(attached.model_dump(mode="json"))


async def follow_job(socket: WebSocket) -> None:
    """Send a job's events, from `?after=` on, as arrays of `[id, event]`."""
    if not is_own_page(socket):
        await socket.close(FOREIGN_CLOSE)
        return
    job_id = JobId(socket.path_params["job_id"])
    await socket.accept()
    try:
        after = place_after(socket.query_params.get("after", ""))
        await run_in_threadpool(runtime().jobs.job, job_id)
        await _until_closed(socket, _send_events(socket, job_id, after))
    except NotFound:
        await socket.close(NOT_FOUND_CLOSE)
    except InvalidRequest:
        await socket.close(INVALID_CLOSE)
    except PipelineError:
        await socket.close(UNAVAILABLE_CLOSE)


async def _send_events(socket: WebSocket, job_id: JobId, after: EventId) -> None:
    standing = _Standing(socket, job_id)
    telling = asyncio.create_task(standing.tell())
    try:
        async with aclosing(runtime().feed.follow(job_id, after=after)) as batches:
            async for batch in batches:
                await socket.send_text(batch)
                if batch and standing.waits:
                    standing.told = None
    finally:
        telling.cancel()
    await socket.close()


@dataclass(slots=True)
class _Standing:
    """Where a job stands among others, which no event says."""

    socket: WebSocket
    job_id: JobId
    waits: bool = True
    told: dict[str, object] | None = None
    """What the page shows; events of an earlier start, which come again after a reload, hide it."""

    async def tell(self) -> None:
        """Tell `["waiting", …]` of a job that waits, also again, and `["running", …]` of another.

        It goes on until it is cancelled or the job ends.
        """
        is_final = False
        while not is_final:
            with suppress(PipelineError):
                job, place = await run_in_threadpool(_place, self.job_id)
                is_final, self.waits = job.status.is_final, job.status is JobStatus.QUEUED
                if not is_final:
                    await self._send({**place, "priority": job.priority})
            await asyncio.sleep(QUEUE_LOOK_S if self.waits else RUNNING_LOOK_S)

    async def _send(self, place: dict[str, object]) -> None:
        if place != self.told:
            self.told = place
            name = "waiting" if self.waits else "running"
            await self.socket.send_text(json.dumps([[name, place]]))


def _place(job_id: JobId) -> tuple[Job, dict[str, object]]:
    """A job, and while it waits how many are before it; `nobody` takes jobs without a worker."""
    here = runtime()
    job = here.jobs.job(job_id)
    if job.status is not JobStatus.QUEUED:
        return job, {}
    needs_worker = here.settings.job_queue != "local"
    nobody = {"nobody": True} if needs_worker and not here.engines() else {}
    return job, {"before": here.jobs.waiting_before(job_id), **nobody}


async def follow_outline(socket: WebSocket) -> None:
    """Send the outline whenever it changed: a job adds to it, or another tab edits it."""
    if not is_own_page(socket):
        await socket.close(FOREIGN_CLOSE)
        return
    manuscript_id = ManuscriptId(socket.path_params["manuscript_id"])
    await socket.accept()
    try:
        await _until_closed(socket, _send_outlines(socket, manuscript_id))
    except NotFound:
        await socket.close(NOT_FOUND_CLOSE)
    except PipelineError:
        await socket.close(UNAVAILABLE_CLOSE)


async def _send_outlines(socket: WebSocket, manuscript_id: ManuscriptId) -> None:
    sent: tuple[int, bool] | None = None
    while True:
        draft = await run_in_threadpool(runtime().manuscripts.outline, manuscript_id)
        if (draft.revision, draft.growing) != sent:
            sent = (draft.revision, draft.growing)
            await socket.send_text(json.dumps(snapshot(draft), ensure_ascii=False))
        await asyncio.sleep(GROWING_WAIT_S if draft.growing else IDLE_WAIT_S)


async def _until_closed(socket: WebSocket, sending: Awaitable[None]) -> None:
    """Send until done, or until the page is left; a reader that went away is no error."""
    send = asyncio.ensure_future(sending)
    closed = asyncio.ensure_future(_closed(socket))
    try:
        await asyncio.wait({send, closed}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        closed.cancel()
        send.cancel()
    await asyncio.wait({send, closed})
    error = None if send.cancelled() else send.exception()
    if isinstance(error, PipelineError):
        raise error
    if error is not None and not isinstance(error, WebSocketDisconnect):
        log.error("a page's socket ended early", exc_info=error)


async def _closed(socket: WebSocket) -> None:
    try:
        while True:
            await socket.receive_text()
    except WebSocketDisconnect:
        return


def _manuscript(request: Request) -> ManuscriptId:
    return ManuscriptId(request.path_params["manuscript_id"])


def live_routes() -> list[BaseRoute]:
    """Relative to the app's root, so that it may stand below a path of a proxy."""
    return [
        WebSocketRoute("/live/jobs/{job_id}", follow_job),
        Route("/live/jobs/{job_id}/cancel", cancel_job, methods=["POST"]),
        Route("/live/jobs/{job_id}/priority", prioritise_job, methods=["POST"]),
        WebSocketRoute("/live/outlines/{manuscript_id}", follow_outline),
        Route("/live/outlines/{manuscript_id}/ops", edit_outline, methods=["POST"]),
        Route("/live/documents/{manuscript_id}/sections", edit_section, methods=["POST"]),
        Route("/live/documents/{manuscript_id}/files/{form}", download_document),
        Route("/live/uploads", upload, methods=["POST"]),
        Route("/live/pages", fetch_page, methods=["POST"]),
        *asset_routes(),
    ]
