"""What schemathesis checks beside its own checks; its process loads this, not pytest."""

from typing import Any

import schemathesis
from schemathesis import Case, CheckContext, Response


@schemathesis.check
def every_error_is_in_the_envelope(ctx: CheckContext, response: Response, case: Case[Any]) -> None:
    """Also those that belong to no operation, such as of a method that is not allowed."""
    if response.status_code < 400:
        return
    kind = response.headers.get("content-type", [""])[0]
    assert kind == "application/json", f"An error of the type {kind!r}"
    body = response.json()
    assert body.keys() == {"error"}, f"An error without the envelope: {body}"
    assert body["error"].keys() == {"code", "message", "details"}, f"Not the envelope: {body}"
    assert body["error"]["code"], "An error without a code"
    assert body["error"]["message"], "An error without a message"


@schemathesis.check
def what_fits_the_description_is_refused_only_for_a_reason_of_its_own(
    ctx: CheckContext, response: Response, case: Case[Any]
) -> None:
    """Such as `file_id_twice`, which no schema can say; `invalid_request` is of the shape."""
    if response.status_code not in {400, 413, 422} or case.meta is None:
        return
    if case.meta.generation.mode.is_positive:
        code = response.json()["error"]["code"]
        assert code != "invalid_request", f"Refused though it fits: {response.text}"
