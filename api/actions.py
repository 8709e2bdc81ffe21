"""Actions on a text: no jobs, but answers that stream while somebody waits for them."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import Annotated

from fastapi import APIRouter, Depends
from fastapi.responses import StreamingResponse

from api.access import key_holders_only
from api.bodies import strict
from api.description import body_of, refusals
from api.origin import own_pages_only
from api.sent_events import event_stream, frame
from pipeline.domain.text_edits import EditEvent, TextEditRequest
from pipeline.runtime import runtime

router = APIRouter(
    prefix="/actions",
    tags=["actions"],
    dependencies=[Depends(own_pages_only), Depends(key_holders_only)],
)


@router.post(
    "/edit",
    response_class=StreamingResponse,
    responses={
        200: {"description": "The new text as it is made.", "content": {"text/event-stream": {}}},
        **refusals(401, 403, 413, 422, 429, 503),
    },
    openapi_extra=body_of(TextEditRequest),
)
async def edit_text(
    edit: Annotated[TextEditRequest, Depends(strict(TextEditRequest))],
) -> StreamingResponse:
    """Edit a text: `edit_delta` adds a piece, `edit_reset` withdraws those so far.

    It ends with `edit_completed`, which has all of the text, or with `edit_failed`, which has the
    error as every other answer has it. Citations, links, code and formulas of the text survive.
    Who closes the connection stops it.
    """
    return event_stream(_frames(runtime().edits.begin(edit)))


async def _frames(events: AsyncGenerator[EditEvent | None, None]) -> AsyncIterator[str]:
    async with aclosing(events):
        async for event in events:
            yield frame(event.type, event.model_dump_json()) if event else ": ping\n\n"
