"""The reader's page, with a route that takes edits or refuses them as a test says."""

from pathlib import Path

import streamlit as st
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from components.assets import asset_routes
from tests.e2e.apps.reader_documents import desk, edit


async def save(request: Request) -> Response:
    name = request.path_params["name"]
    at = desk(name)
    body = await request.json()
    if at.refusal:
        error = {"code": at.refusal, "message": "Refused."}
        return JSONResponse({"error": error}, status_code=409)
    at.edits.append(body)
    edit(name, body["section_id"], body["content"])
    return JSONResponse({"ok": True})


async def refuse(request: Request) -> Response:
    """The body is the code that edits are refused with; empty: they are taken."""
    desk(request.path_params["name"]).refusal = (await request.body()).decode()
    return JSONResponse({})


async def edits(request: Request) -> Response:
    return JSONResponse(desk(request.path_params["name"]).edits)


app = st.App(
    Path(__file__).with_name("reader_page.py"),
    routes=[
        Route("/live/documents/{name}/sections", save, methods=["POST"]),
        Route("/control/{name}/refuse", refuse, methods=["POST"]),
        Route("/control/{name}/edits", edits),
        *asset_routes(),
    ],
)
