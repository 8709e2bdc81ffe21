"""Where a reader goes on: in a job's events, and in the list of jobs."""

import re

from pipeline.domain.job_list import JobPlace
from pipeline.domain.jobs import JOB_ID, START, EventId, Job, JobId
from pipeline.errors import InvalidRequest

EVENT_ID = re.compile(r"^([0-9]{1,15}-[0-9]{1,15})?$")
"""`<attempt>-<number>`; 15 digits are far above both, and within what Redis counts."""

PLACE = re.compile(rf"^(([0-9]{{1,15}})-({JOB_ID[1:-1]}))?$")

EVENT_PLACE = {"pattern": EVENT_ID.pattern}
LIST_PLACE = {"pattern": PLACE.pattern}
"""For the description of the parameters; they are read here."""


def place_after(text: str) -> EventId:
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


def place_of(job: Job) -> str:
    """Where the list goes on behind a job."""
    return "-".join(map(str, JobPlace.of(job)))


def place_before(text: str) -> JobPlace | None:
    """Read what `place_of` wrote; without it, the list begins with the newest job.

    Raises:
        InvalidRequest: `invalid_request`.
    """
    if not text:
        return None
    found = PLACE.fullmatch(text)
    if found is None:
        raise InvalidRequest(
            "invalid_request", "before: take it from `next` of the page before.", {"before": ""}
        )
    return JobPlace(int(found[2]), JobId(found[3]))
