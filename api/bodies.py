"""Read a request's body: bounded in size, strict about types and unknown fields."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import TypeVar

from pydantic import BaseModel, ValidationError
from starlette.requests import Request

from pipeline.errors import InvalidRequest, TooLarge
from pipeline.runtime import runtime

T = TypeVar("T", bound=BaseModel)

PARSE_IN_THREAD_BYTES = 100_000
"""Parsing a larger body would hold up everybody else's requests."""


def strict(shape: type[T]) -> Callable[[Request], Awaitable[T]]:
    """A dependency that reads the body as a `shape` and refuses unknown fields."""

    async def read(request: Request) -> T:
        raw = await bounded(request, runtime().settings.max_request_bytes)
        if len(raw) < PARSE_IN_THREAD_BYTES:
            return _parsed(shape, raw)
        return await asyncio.to_thread(_parsed, shape, raw)

    return read


def optional(shape: type[T]) -> Callable[[Request], Awaitable[T]]:
    """The same for a body that may be left out: everything in it has a default."""
    read = strict(shape)

    async def read_if_there(request: Request) -> T:
        has_body = request.headers.get("content-length", "0") != "0"
        is_chunked = "transfer-encoding" in request.headers
        return await read(request) if has_body or is_chunked else shape()

    return read_if_there


async def bounded(request: Request, limit: int) -> bytes:
    """The body, read no further than `limit` bytes.

    Raises:
        TooLarge: `request_too_large`.
        InvalidRequest: `invalid_request`: it is not said to be JSON.
    """
    # Without a type any site's page could post here: browsers ask first for JSON, not for none.
    kind = request.headers.get("content-type", "").partition(";")[0].strip()
    if kind.lower() != "application/json":
        raise InvalidRequest("invalid_request", f"The body must be application/json, not {kind!r}.")
    parts: list[bytes] = []
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > limit:
            raise TooLarge(
                "request_too_large",
                f"The body is larger than {limit:,} bytes. Send files by storage_url, or fewer.",
                {"limit": limit},
            )
        parts.append(part)
    return b"".join(parts)


def _parsed(shape: type[T], raw: bytes) -> T:
    try:
        return shape.model_validate_json(raw, extra="forbid", strict=True)
    except ValidationError as error:
        if not any(_is_whole(problem["input"]) for problem in error.errors()):
            raise
    # In JSON 500.0 is an integer as 500 is; pydantic's strict mode takes only the latter.
    text = json.dumps(json.loads(raw, parse_float=_whole))
    return shape.model_validate_json(text, extra="forbid", strict=True)


def _whole(digits: str) -> int | float:
    number = float(digits)
    return int(number) if number.is_integer() else number


def _is_whole(value: object) -> bool:
    return isinstance(value, float) and value.is_integer()
