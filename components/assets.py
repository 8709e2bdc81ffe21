"""The browser's half of the components: its files, their version and their routes."""

import hashlib
from functools import cache
from pathlib import Path
from typing import Final

import streamlit as st
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from streamlit.components.v2.types import ComponentRenderer

ROOT: Final = Path(__file__).parent
MEDIA_TYPES: Final = {".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8"}
PREFIX: Final = "live/components"

IMMUTABLE: Final = "public, max-age=31536000, immutable"
"""A year: the path holds the version, so a changed file has another address."""


@cache
def _files() -> dict[tuple[str, str], bytes]:
    """Every file that may be served, by folder and name; nothing else can be asked for."""
    return {
        (path.parent.name, path.name): path.read_bytes()
        for path in sorted(ROOT.glob("*/*"))
        if path.suffix in MEDIA_TYPES
    }


@cache
def asset_version() -> str:
    """A hash of all files: equal in every process that serves the same ones."""
    digest = hashlib.sha256()
    for (folder, name), content in _files().items():
        digest.update(f"{folder}/{name}/{len(content)}\n".encode())
        digest.update(content)
    return digest.hexdigest()[:16]


def loader(folder: str, entry: str) -> str:
    """Return the inline script that loads a component's module, small enough for each rerun.

    Streamlit also calls the cleanup of a run that a newer one overtook; while the component is
    still in the page it must go on.
    """
    return (
        "export default async function (component) {\n"
        f'  const path = "{PREFIX}/{asset_version()}/{folder}/{entry}"\n'
        "  const module = await import(new URL(path, document.baseURI).href)\n"
        "  const end = module.default(component)\n"
        "  return () => component.parentElement.isConnected || end?.()\n"
        "}\n"
    )


def component(folder: str) -> ComponentRenderer:
    """Return the mount command of a component: `<folder>/<folder>.js` and all style sheets there.

    Registering the same again is free, and tests have a new registry for each app.
    """
    sheets = [
        content.decode()
        for (inside, name), content in _files().items()
        if inside == folder and name.endswith(".css")
    ]
    return st.components.v2.component(
        f"longhand_{folder}", css="\n".join(sheets), js=loader(folder, f"{folder}.js")
    )


def asset_routes() -> list[Route]:
    """Return the routes that serve the modules; relative imports stay inside one version."""
    return [Route(f"/{PREFIX}/{{version}}/{{folder}}/{{file}}", _serve, methods=["GET"])]


async def _serve(request: Request) -> Response:
    content = _files().get((request.path_params["folder"], request.path_params["file"]))
    if content is None:
        return Response("There is no such component file.", status_code=404)
    is_current = request.path_params["version"] == asset_version()
    headers = {
        "Cache-Control": IMMUTABLE if is_current else "no-store",
        "X-Content-Type-Options": "nosniff",
    }
    media_type = MEDIA_TYPES[Path(request.path_params["file"]).suffix]
    return Response(content, media_type=media_type, headers=headers)
