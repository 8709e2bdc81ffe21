"""The board's page, with a live route that sends exactly what a test tells it to send."""

import asyncio
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

import streamlit as st
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from components.assets import asset_routes


@dataclass
class Line:
    """One job's connections, and what was asked for over them."""

    sockets: set[WebSocket] = field(default_factory=set)
    afters: list[str] = field(default_factory=list)
    greeting: list[str] = field(default_factory=list)
    cancels: int = 0
    cancel_status: int = 202
    priorities: list[str] = field(default_factory=list)
    priority_status: int = 202
    is_known: bool = True
    is_reachable: bool = True
    changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def tell(self) -> None:
        async with self.changed:
            self.changed.notify_all()


LINES: dict[str, Line] = defaultdict(Line)


async def follow(socket: WebSocket) -> None:
    line = LINES[socket.path_params["job"]]
    if not line.is_reachable:
        await socket.close()
        return
    await socket.accept()
    line.afters.append(socket.query_params.get("after", ""))
    if not line.is_known:
        await socket.close(4404)
        return
    for frame in line.greeting:
        await socket.send_text(frame)
    line.sockets.add(socket)
    await line.tell()
    try:
        while True:
            await socket.receive_text()
    except WebSocketDisconnect:
        line.sockets.discard(socket)
        await line.tell()


async def cancel(request: Request) -> Response:
    line = LINES[request.path_params["job"]]
    line.cancels += 1
    return JSONResponse({}, status_code=line.cancel_status)


async def prioritise(request: Request) -> Response:
    line = LINES[request.path_params["job"]]
    line.priorities.append((await request.json())["priority"])
    return JSONResponse({}, status_code=line.priority_status)


async def say(request: Request) -> Response:
    """Send a frame to everyone who follows the job, as soon as there is someone."""
    line = LINES[request.path_params["job"]]
    async with line.changed:
        await line.changed.wait_for(lambda: line.sockets)
    frame = (await request.body()).decode()
    for socket in list(line.sockets):
        await socket.send_text(frame)
    return JSONResponse({"viewers": len(line.sockets)})


async def drop(request: Request) -> Response:
    """Cut all connections; the body is what the next ones are greeted with."""
    line = LINES[request.path_params["job"]]
    line.greeting = await request.json()
    for socket in list(line.sockets):
        line.sockets.discard(socket)
        await socket.close(1011)
    return JSONResponse({})


async def configure(request: Request) -> Response:
    line = LINES[request.path_params["job"]]
    for name, value in (await request.json()).items():
        setattr(line, name, value)
    return JSONResponse({})


async def facts(request: Request) -> Response:
    line = LINES[request.path_params["job"]]
    return JSONResponse(
        {
            "afters": line.afters,
            "cancels": line.cancels,
            "priorities": line.priorities,
            "viewers": len(line.sockets),
        }
    )


app = st.App(
    Path(__file__).with_name("board_page.py"),
    routes=[
        WebSocketRoute("/live/jobs/{job}", follow),
        Route("/live/jobs/{job}/cancel", cancel, methods=["POST"]),
        Route("/live/jobs/{job}/priority", prioritise, methods=["POST"]),
        Route("/control/{job}/say", say, methods=["POST"]),
        Route("/control/{job}/drop", drop, methods=["POST"]),
        Route("/control/{job}/configure", configure, methods=["POST"]),
        Route("/control/{job}/facts", facts),
        *asset_routes(),
    ],
)
