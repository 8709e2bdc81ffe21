"""The composer's page, with routes whose answers are in the name of the file or address."""

import asyncio
import hashlib
import re
from dataclasses import dataclass, field
from pathlib import Path

import streamlit as st
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from components.assets import asset_routes


@dataclass
class Desk:
    """What came in; `held` files get no answer before they are released."""

    names: list[str] = field(default_factory=list)
    under_way: int = 0
    most_at_once: int = 0
    released: asyncio.Event = field(default_factory=asyncio.Event)


DESK = Desk()


async def upload(request: Request) -> Response:
    """Answer at once, or after the release where the name begins with `held`."""
    name = request.query_params["name"]
    DESK.names.append(name)
    DESK.under_way += 1
    DESK.most_at_once = max(DESK.most_at_once, DESK.under_way)
    try:
        content = await request.body()
        if name.startswith("held"):
            await DESK.released.wait()
    except ClientDisconnect:
        return Response(status_code=499)
    finally:
        DESK.under_way -= 1
    return reading(name, content)


def reading(name: str, content: bytes) -> Response:
    status = re.match(r"status_(\d+)", name)
    if status:
        error = {"code": "some_code", "message": "<b>internal</b> details"}
        return JSONResponse({"error": error}, status_code=int(status[1]))
    reason = re.match(r"file_[a-z_]+", name)
    return JSONResponse(
        {
            "file_id": hashlib.sha256(content).hexdigest(),
            "file_name": name,
            "size_bytes": len(content),
            "pages": 42,
            "words": 9300,
            "headings": 12,
            "notes": ["encoding_guessed", "never_heard_of"] if "guessed" in name else [],
            "error_code": reason[0] if reason else "",
        }
    )


async def page(request: Request) -> Response:
    """Answer at once, or after the release where the address speaks of `held`."""
    url = (await request.json())["url"]
    DESK.names.append(url)
    if "held" in url:
        await DESK.released.wait()
    reason = re.search(r"address_refused|page_[a-z_]+", url)
    status = re.search(r"status_(\d+)", url)
    if status:
        error = {"code": "some_code", "message": "<b>internal</b> details"}
        return JSONResponse({"error": error}, status_code=int(status[1]))
    return JSONResponse(
        {
            "file_id": "unreadable" if reason else hashlib.sha256(url.encode()).hexdigest(),
            "file_name": url if reason else "潮汐 Tides — a page",
            "url": url,
            "size_bytes": 0,
            "pages": None,
            "words": 1240,
            "headings": 3,
            "notes": [],
            "error_code": reason[0] if reason else "",
        }
    )


async def release(_: Request) -> Response:
    DESK.released.set()
    return JSONResponse({})


async def reset(_: Request) -> Response:
    DESK.names.clear()
    DESK.most_at_once = 0
    DESK.released.clear()
    return JSONResponse({})


async def facts(_: Request) -> Response:
    return JSONResponse(
        {"names": DESK.names, "most_at_once": DESK.most_at_once, "under_way": DESK.under_way}
    )


app = st.App(
    Path(__file__).with_name("composer_page.py"),
    routes=[
        Route("/live/uploads", upload, methods=["POST"]),
        Route("/live/pages", page, methods=["POST"]),
        Route("/control/release", release, methods=["POST"]),
        Route("/control/reset", reset, methods=["POST"]),
        Route("/control/facts", facts),
        *asset_routes(),
    ],
)
