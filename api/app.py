"""The HTTP API, mounted at /api/v1 of the app's own port."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic.json_schema import models_json_schema
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from api.errors import add_handlers, of_pipeline
from api.jobs import router
from api.methods import EveryMethod
from api.types import (
    ErrorResponse,
    HealthResponse,
    KeepRequest,
    PriorityRequest,
    RetryRequest,
)
from pipeline.domain.jobs import DocumentGenerationRequest, OutlineGenerationRequest
from pipeline.errors import PipelineError
from pipeline.runtime import runtime

SCHEMAS = "#/components/schemas/{model}"

READ_BY_HANDLERS = (
    OutlineGenerationRequest,
    DocumentGenerationRequest,
    RetryRequest,
    PriorityRequest,
    KeepRequest,
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
    api.get("/health", tags=["health"], responses={503: {"model": ErrorResponse}})(health)
    api.add_middleware(EveryMethod)
    add_handlers(api)
    api.openapi = lambda: _described(api)  # type: ignore[method-assign]  # FastAPI's own hook
    return api


def _described(api: FastAPI) -> dict[str, Any]:
    """The OpenAPI document, with the requests that the handlers read by themselves."""
    if api.openapi_schema is None:
        schema = get_openapi(title=api.title, version=api.version, routes=api.routes)
        _, models = models_json_schema(
            [(shape, "validation") for shape in READ_BY_HANDLERS],
            ref_template=SCHEMAS,
        )
        schema.setdefault("components", {}).setdefault("schemas", {}).update(models["$defs"])
        api.openapi_schema = schema
    return api.openapi_schema
