"""The faults of the simulated endpoint that are answers of their own, by the model's name."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

PREFIX = "sim-"
ONCE = "-once"


@dataclass(frozen=True, slots=True)
class Reply:
    """A whole HTTP answer; a `dict` body travels as JSON."""

    status: int
    body: dict[str, Any] | bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    content_type: str = "application/json"


def fault_of(model: str, *, is_first: bool) -> str:
    """The fault that a model's name asks for, or nothing."""
    if not model.startswith(PREFIX):
        return ""
    fault = model.removeprefix(PREFIX)
    if fault.endswith(ONCE):
        return fault.removesuffix(ONCE) if is_first else ""
    return fault


def head_fault(fault: str, request: Mapping[str, Any]) -> Reply | None:
    """The refusal that a fault answers this request with; None: it is answered."""
    kind = (request.get("response_format") or {}).get("type")
    if fault == "noschema" and kind == "json_schema":
        return _error(400, "Unsupported response_format type json_schema")
    if fault == "noformat" and kind:
        return _error(422, "Extra inputs are not permitted: response_format")
    if fault == "nooptions" and "stream_options" in request:
        return _error(400, "Unrecognized request argument supplied: stream_options")
    return _REPLIES.get(fault)


def _error(status: int, message: str, code: str | int | None = None, **headers: str) -> Reply:
    body = {"error": {"message": message, "type": "invalid_request_error", "code": code}}
    return Reply(status, body, {k.replace("_", "-"): v for k, v in headers.items()})


TOO_MANY = _error(429, "Rate limit reached for requests", "rate_limit_exceeded", retry_after="1")

_REPLIES: dict[str, Reply] = {
    "429": TOO_MANY,
    "429-long": _error(429, "Rate limit reached for tokens per day", retry_after="3600"),
    "quota": _error(429, "You exceeded your current quota", "insufficient_quota"),
    "balance": _error(402, "Insufficient Balance"),
    "key": _error(401, "Incorrect API key provided: sk-abcdefgh1234", "invalid_api_key"),
    "forbidden": _error(403, "Your project may not use this model"),
    "unknown": _error(404, "The model `sim-unknown` does not exist", "model_not_found"),
    "unknown-ollama": Reply(404, {"error": "model 'x' not found, try pulling it first"}),
    "404": Reply(404, b"404 page not found", content_type="text/plain"),
    "path": Reply(200, {"error": "Unexpected endpoint or method. (POST /chat/completions)"}),
    "html": Reply(200, b"<!doctype html><title>Login</title>", content_type="text/html"),
    "context": _error(
        400, "This model's maximum context length is 8192 tokens.", "context_length_exceeded"
    ),
    "context-vllm": Reply(
        400,
        {
            "object": "error",
            "message": "This model's maximum context length is 4096 tokens. However, you "
            "requested 5000 tokens in the messages.",
            "type": "BadRequestError",
            "code": 400,
        },
    ),
    "context-llamacpp": _error(
        400, "the request exceeds the available context size. try increasing it", 400
    ),
    "context-ollama": _error(400, "prompt too long; input length 9000 exceeds maximum"),
    "400": _error(400, "Something is not as it should be"),
    "echo": Reply(422, {"detail": [{"msg": "too many messages", "input": "the secret prompt"}]}),
    "500": _error(500, "The server had an error"),
    "503": _error(503, "Loading model"),
    "garbage": Reply(200, b"{not json"),
    "nochoices": Reply(200, {"object": "chat.completion", "choices": []}),
}
