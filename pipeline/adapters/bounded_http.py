"""Answers of services, taken only as far as they may be kept."""

import json
from typing import Any

from httpx2 import AsyncClient, Request, Response


class AnswerTooLarge(ValueError):
    """A service sent more than an answer of its kind ever has."""


async def sent(client: AsyncClient, request: Request, *, max_bytes: int) -> Response:
    """The answer to a request: its status and its body, unpacked.

    Raises:
        AnswerTooLarge: Its body is larger than `max_bytes`; the rest was not received.
        httpx2.HTTPError: There was none.
    """
    answer = await client.send(request, stream=True)
    body = bytearray()
    try:
        async for piece in answer.aiter_bytes():
            body += piece
            if len(body) > max_bytes:
                raise AnswerTooLarge(f"an answer of more than {max_bytes:,} bytes")
    finally:
        await answer.aclose()
    return Response(answer.status_code, content=bytes(body), request=request)


def parsed(content: bytes) -> Any:
    """The value of a JSON text. Raises `ValueError`, for one that is nested too deeply as well."""
    try:
        return json.loads(content)
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error
