"""Every error of the API in its one envelope, with the right status."""

import logging
from collections.abc import Mapping

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import ValidationError
from starlette.exceptions import HTTPException

from pipeline.errors import (
    Conflict,
    Expired,
    ForeignOrigin,
    IllegalTransition,
    InvalidRequest,
    KeyRefused,
    NotFound,
    PipelineError,
    QueueFull,
    ServiceUnavailable,
    TooManyEdits,
)

log = logging.getLogger(__name__)

STATUS_BY_CODE: Mapping[str, int] = {
    "prompt_empty": 400,
    "outline_title_empty": 400,
    "outline_empty": 400,
    "file_too_large": 413,
    "request_too_large": 413,
}

STATUS_BY_CLASS: Mapping[type[PipelineError], int] = {
    KeyRefused: 401,
    ForeignOrigin: 403,
    NotFound: 404,
    Expired: 410,
    Conflict: 409,
    IllegalTransition: 409,
    InvalidRequest: 422,
    QueueFull: 429,
    TooManyEdits: 429,
    ServiceUnavailable: 503,
}

HTTP_CODES: Mapping[int, str] = {404: "not_found", 405: "method_not_allowed"}


def status_of(error: PipelineError) -> int:
    """The HTTP status for an error: by its code, else by the nearest of its classes."""
    if error.code in STATUS_BY_CODE:
        return STATUS_BY_CODE[error.code]
    classes = (STATUS_BY_CLASS.get(cls) for cls in type(error).__mro__)
    return next((status for status in classes if status is not None), 500)


def envelope(
    status: int, code: str, message: str, details: Mapping[str, str | int] | None = None
) -> JSONResponse:
    error = {"code": code, "message": message, "details": dict(details or {})}
    return JSONResponse({"error": error}, status_code=status)


def of_pipeline(error: PipelineError) -> JSONResponse:
    """The envelope for one of our errors; what is not the caller's fault is logged."""
    status = status_of(error)
    if status >= 500:
        log.warning("request failed with %s: %s", error.code, error)
    answer = envelope(status, error.code, str(error), error.details)
    if status == 401:
        answer.headers["WWW-Authenticate"] = "Bearer"
    if status == 429:
        answer.headers["Retry-After"] = str(error.details["retry_after_s"])
    return answer


def of_validation(error: ValidationError) -> JSONResponse:
    """The envelope for a body that does not fit: each field with what is wrong."""
    details = {
        ".".join(str(part) for part in problem["loc"]) or "body": problem["msg"]
        for problem in error.errors(include_input=False, include_url=False)[:20]
    }
    first = next(iter(details.items()))
    return envelope(422, "invalid_request", f"{first[0]}: {first[1]}.", details)


def add_handlers(app: FastAPI) -> None:
    """Give every error of this app the envelope."""

    async def pipeline_error(_: Request, error: Exception) -> JSONResponse:
        return of_pipeline(error) if isinstance(error, PipelineError) else _internal()

    async def validation_error(_: Request, error: Exception) -> JSONResponse:
        if isinstance(error, ValidationError):
            return of_validation(error)
        if isinstance(error, RequestValidationError):
            problems = {".".join(map(str, p["loc"])): str(p["msg"]) for p in error.errors()}
            first = next(iter(problems.items()))
            return envelope(422, "invalid_request", f"{first[0]}: {first[1]}.", problems)
        return _internal()

    async def http_error(_: Request, error: Exception) -> JSONResponse:
        if not isinstance(error, HTTPException):
            return _internal()
        code = HTTP_CODES.get(error.status_code, "invalid_request")
        return envelope(error.status_code, code, str(error.detail))

    async def any_error(_: Request, error: Exception) -> JSONResponse:
        log.error("request crashed", exc_info=error)
        return _internal()

    app.add_exception_handler(PipelineError, pipeline_error)
    app.add_exception_handler(ValidationError, validation_error)
    app.add_exception_handler(RequestValidationError, validation_error)
    app.add_exception_handler(HTTPException, http_error)
    app.add_exception_handler(Exception, any_error)


def _internal() -> JSONResponse:
    return envelope(500, "internal", "Something failed on our side. Try again.")
