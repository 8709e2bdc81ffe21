"""A page with nothing but the outliner, and the routes that it needs."""

import asyncio
from contextlib import suppress
from datetime import UTC, datetime

import streamlit as st
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect
from streamlit.runtime.scriptrunner import get_script_run_ctx

from api.bodies import bounded
from api.live import MAX_EDIT_BYTES, guarded
from components.assets import asset_routes
from components.outliner import outliner
from pipeline.domain.edits import EditRequest, answer, apply_operations, snapshot
from pipeline.domain.growth import grow
from pipeline.domain.jobs import EventId, JobId, JobKind, OutlineNodeAdded, OutlineSources
from pipeline.domain.manuscripts import OutlineDraft
from tests.e2e.outliner_store import desk

SOURCES = [
    ("src1", "IEA World Energy Outlook 2025.pdf"),
    ("src2", "Battery price survey.xlsx"),
    ("src3", "市场报告.pdf"),
]


@guarded
async def take_edits(request: Request) -> Response:
    there = desk(request.path_params["name"])
    if there.delay_ms:
        await asyncio.sleep(there.delay_ms / 1000)
    if there.status != 200:
        error = {"code": there.code, "message": "Refused."}
        return JSONResponse({"error": error}, there.status)
    edits = EditRequest.model_validate_json(await bounded(request, MAX_EDIT_BYTES))
    applied = apply_operations(there.draft, edits.client, edits.ops, max_nodes=1000, max_depth=8)
    there.change(lambda _: applied.draft)
    return JSONResponse(answer(applied, edits))


async def read(request: Request) -> Response:
    return JSONResponse(snapshot(desk(request.path_params["name"]).draft))


async def misbehave(request: Request) -> Response:
    there = desk(request.path_params["name"])
    wanted = await request.json()
    there.delay_ms = wanted.get("delay_ms", 0)
    there.status = wanted.get("status", 200)
    there.code = wanted.get("code", "not_found")
    return JSONResponse({})


async def add_node(request: Request) -> Response:
    """Let the outline job announce a node, given as the event's own fields."""
    there = desk(request.path_params["name"])
    fields = await request.json()
    event = OutlineNodeAdded(
        job_id=JobId("job"), task_type=JobKind.OUTLINE, at=datetime.now(UTC), **fields
    )
    there.change(lambda draft: grow(draft, next_event(draft), event))
    return JSONResponse({})


async def tell_sources(request: Request) -> Response:
    """Let the outline job say what the material holds, given as the event's own fields."""
    there = desk(request.path_params["name"])
    fields = await request.json()
    event = OutlineSources(
        job_id=JobId("job"), task_type=JobKind.OUTLINE, at=datetime.now(UTC), **fields
    )
    there.change(lambda draft: grow(draft, next_event(draft), event))
    return JSONResponse({})


def next_event(draft: OutlineDraft) -> EventId:
    epoch, _, number = draft.seen_event.partition("-")
    return EventId(f"{epoch}-{int(number) + 1}")


async def push(socket: WebSocket) -> None:
    there = desk(socket.path_params["name"])
    await socket.accept()
    with suppress(WebSocketDisconnect, RuntimeError):
        while True:
            changed = there.changed
            await socket.send_json(snapshot(there.draft))
            await changed.wait()


def page() -> None:
    asked = st.query_params
    name = asked.get("name", "desk")
    there = desk(name, int(asked.get("count", "30")))
    st.title("Outline", anchor=False)
    if st.toggle("Show the outline", value=True):
        outliner(
            key="outline",
            snapshot=snapshot(there.draft),
            post=f"harness/{name}/ops",
            live=f"harness/{name}/live" if asked.get("live") else None,
            sources=SOURCES,
            language="zh" if asked.get("language") == "zh" else "en",
            readonly=bool(asked.get("readonly")),
        )
    st.button("Write the document", type="primary")


if get_script_run_ctx(suppress_warning=True) is not None:
    st.set_page_config(page_title="Outliner", layout="centered")
    page()
else:
    app = st.App(
        __file__,
        routes=[
            *asset_routes(),
            Route("/harness/{name}", read, methods=["GET"]),
            Route("/harness/{name}/ops", take_edits, methods=["POST"]),
            Route("/harness/{name}/misbehave", misbehave, methods=["POST"]),
            Route("/harness/{name}/nodes", add_node, methods=["POST"]),
            Route("/harness/{name}/sources", tell_sources, methods=["POST"]),
            WebSocketRoute("/harness/{name}/live", push),
        ],
    )
