"""Where in a job's events a reader goes on."""

import re

from pipeline.domain.jobs import START, EventId
from pipeline.errors import InvalidRequest

EVENT_ID = re.compile(r"[0-9]{1,15}-[0-9]{1,15}")
"""`<attempt>-<number>`; 15 digits are far above both, and within what Redis counts."""


def place_after(text: str | None) -> EventId:
    """Read the id of the last event seen; without one, the start.

    Raises:
        InvalidRequest: `event_id_invalid`.
    """
    if not text:
        return START
    if not EVENT_ID.fullmatch(text):
        raise InvalidRequest(
            "event_id_invalid", f"{text!r} is no event id; use the id of the last event seen."
        )
    return EventId(text)
