"""Files to take away: how they are named and typed on the wire."""

from typing import Any
from urllib.parse import quote

from starlette.responses import Response

from pipeline.domain.jobs import JobStatus
from pipeline.service.exports import FORMS, file_name

DRAFT_HEADER = "Longhand-Draft"


def download(data: bytes, title: str, form: str, draft: str = "") -> Response:
    """A file with its name in any script (RFC 6266), that no browser opens in our own pages.

    `draft` says of an unfinished document how its job ended.
    """
    return Response(
        data,
        media_type=FORMS[form].media_type,
        headers={
            "Content-Disposition": disposition(file_name(title, form)),
            "X-Content-Type-Options": "nosniff",
            **({DRAFT_HEADER: draft} if draft else {}),
        },
    )


def disposition(name: str) -> str:
    """`attachment` under a name; programs that know no UTF-8 names get what is ASCII in it."""
    stem, _, ending = name.rpartition(".")
    plain = " ".join(stem.encode("ascii", "ignore").decode().split()) or "document"
    escaped = plain.replace("\\", r"\\").replace('"', r"\"")
    return f"attachment; filename=\"{escaped}.{ending}\"; filename*=UTF-8''{quote(name, safe='')}"


def described() -> dict[int | str, dict[str, Any]]:
    """The answer with a file, for the OpenAPI document."""
    binary = {"type": "string", "format": "binary"}
    items = {"type": "array", "items": {"type": "object"}}
    kinds = [form.media_type.partition(";")[0] for form in FORMS.values()]
    content = {kind: {"schema": items if kind.endswith("json") else binary} for kind in kinds}
    draft = {
        "description": "Of a draft: how its job ended. Sections without text are marked gaps.",
        "schema": {"type": "string", "enum": [s for s in JobStatus if s.ended_early]},
    }
    headers = {DRAFT_HEADER: draft}
    return {200: {"description": "The file.", "content": content, "headers": headers}}
