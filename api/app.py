"""The HTTP API, mounted at /api/v1 of the app's own port."""

import re
from typing import Any

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount

from api import actions
from api.description import describe, refusals
from api.errors import add_handlers, of_pipeline
from api.jobs import router
from api.methods import EveryMethod
from api.types import HealthResponse, KeepRequest, PriorityRequest, RetryRequest
from pipeline.domain.jobs import DocumentGenerationRequest, OutlineGenerationRequest
from pipeline.domain.text_edits import TextEditRequest
from pipeline.errors import PipelineError
from pipeline.runtime import runtime

READ_BY_HANDLERS = (
    OutlineGenerationRequest,
    DocumentGenerationRequest,
    RetryRequest,
    PriorityRequest,
    KeepRequest,
    TextEditRequest,
)


def health() -> HealthResponse:
    """Whether jobs can be taken: the store answers. Raises `StoreUnavailable` (503)."""
    runtime().jobs.ping()
    return HealthResponse(status="ok", author=runtime().author_name)


async def health_route(_: Request) -> Response:
    """The same at the server's root, where probes look for it."""
    try:
        answer = await run_in_threadpool(health)
    except PipelineError as error:
        return of_pipeline(error)
    return JSONResponse(answer.model_dump())


def create_api() -> FastAPI:
    """Build the app; it uses the runtime of the process at each request."""
    api = FastAPI(title="Longhand", version="1", docs_url=None, redoc_url=None)
    api.include_router(router)
    api.include_router(actions.router)
    api.get("/health", tags=["health"], responses=refusals(503))(health)
    api.add_middleware(EveryMethod)
    add_handlers(api)
    api.openapi = lambda: _described(api)  # type: ignore[method-assign]  # FastAPI's own hook
    return api


def api_mount() -> Mount:
    """The API at its place. Every path below is its own, also one with a line break in it."""
    mount = Mount("/api/v1", create_api())
    mount.path_regex = re.compile(mount.path_regex.pattern, re.DOTALL)
    return mount


def _described(api: FastAPI) -> dict[str, Any]:
    if api.openapi_schema is None:
        api.openapi_schema = describe(api, READ_BY_HANDLERS)
    return api.openapi_schema
