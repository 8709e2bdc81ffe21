"""Turns whatever can go wrong with an endpoint into our errors, each with a way out."""

import math
import re
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any

import httpx2
import openai

from pipeline.domain.delays import DelayReason
from pipeline.errors import (
    ModelAnswerInvalid,
    ModelRateLimited,
    ModelRejected,
    ModelUnavailable,
    PipelineError,
)

FOREIGN = (
    openai.OpenAIError,
    httpx2.HTTPError,
    httpx2.StreamError,
    httpx2.InvalidURL,
)
# All that the client library and its transport raise; `with_streaming_response` lets errors of
# the transport through while the body is read.

NEVER_STOOD = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout)
# Nothing of the request has left.

REQUEST_TIMEOUT = 408

QUOTE_CHARS = 200
# Of the endpoint's own words: enough for its first sentence, too short for a prompt.

_ECHO = re.compile(r"[,;{(\[]?\s*[\"']?input(_value)?[\"']?\s*[=:].*", re.DOTALL | re.IGNORECASE)
_KEY = re.compile(r"\b(?:sk|key|gsk|pk)[-_][\w*.-]{6,}", re.IGNORECASE)

_TOO_LONG = re.compile(
    r"context_length_exceeded|exceed_context_size|maximum context|context (length|window|size)"
    r"|(prompt|input) is too long|input length.{0,40}exceed|range of input length|too many tokens"
    r"|request too large|n_ctx|string_above_max_length|reduce the length",
    re.IGNORECASE,
)
# OpenAI, vLLM, llama.cpp, Ollama, Anthropic's and Alibaba's compatible endpoints, Groq.

_FORMAT = re.compile(
    r"response_format|json_schema|json_object|json mode|structured output|guided|grammar"
    r"|stream_options|include_usage|requested parameters",
    re.IGNORECASE,
)
_NO_MODEL = re.compile(
    r"model_not_found|invalid_model|model[^.]{0,120}(not found|not exist|unknown|not supported)",
    re.IGNORECASE,
)
_NO_QUOTA = re.compile(
    r"insufficient_quota|insufficient.balance|billing|credit|exceeded your current quota",
    re.IGNORECASE,
)
_NO_PATH = re.compile(r"unexpected endpoint", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Whom we talk to, as it is named in a message: no key, no query, no password."""

    url: str
    model: str


@dataclass(frozen=True, slots=True)
class _Complaint:
    """What an endpoint said when it did not answer."""

    status: int
    text: str
    """Code, type and message: what tells one failure from another."""
    said: str = ""
    is_json: bool = True
    wait_s: float | None = None


@contextmanager
def our_errors(endpoint: Endpoint) -> Iterator[None]:
    """Raise a `PipelineError` for any error of the client library or its transport."""
    try:
        yield
    except FOREIGN as error:
        raise translated(error, endpoint) from error


def translated(error: Exception, endpoint: Endpoint) -> PipelineError:
    """The error of ours that says the same as one of the client library's."""
    match error:
        case openai.APIStatusError():
            verdict = _verdict(_status_complaint(error), endpoint)
        case openai.APITimeoutError() | httpx2.TimeoutException():
            verdict = fell_silent(endpoint)
        case openai.APIResponseValidationError():
            verdict = not_an_api(endpoint)
        case openai.LengthFinishReasonError():
            verdict = cut_off(endpoint)
        case openai.APIConnectionError():
            verdict = _unreachable(endpoint, type(error.__cause__ or error).__name__)
        case httpx2.HTTPError() | httpx2.StreamError():
            verdict = broke_off(endpoint, f"the connection failed ({type(error).__name__})")
        case _:
            verdict = _cannot_ask(error, endpoint)
    return verdict


def was_not_taken(error: PipelineError) -> bool:
    """Whether the endpoint refused a request or was not reached, so that nothing was used.

    What timed out may have been written, and is paid for, also where a proxy gave up waiting: of
    the statuses only those of a request that is refused as it is are free.
    """
    cause = error.__cause__
    if isinstance(cause, openai.APIStatusError):
        return 400 <= cause.status_code < 500 and cause.status_code != REQUEST_TIMEOUT
    if isinstance(cause, openai.APIConnectionError):
        return isinstance(cause.__cause__, NEVER_STOOD)
    return False


def out_of_body(body: Mapping[str, Any], endpoint: Endpoint) -> PipelineError:
    """The error that stands in a body or in a stream that began with status 200."""
    inner = body.get("error")
    told = inner if isinstance(inner, dict) else {"message": inner or "no choices in the answer"}
    code = told.get("code")
    status = code if isinstance(code, int) and 400 <= code < 600 else 500
    if "rate_limit" in _words(told):
        status = 429
    return _verdict(_Complaint(status, _words(told), _message(told)), endpoint)


def not_an_api(endpoint: Endpoint) -> ModelRejected:
    return ModelRejected(
        "model_base_url_wrong",
        f"{endpoint.url} does not answer as a Chat Completions endpoint. "
        "Check OPENAI_BASE_URL: it usually ends in /v1.",
        {"url": endpoint.url},
    )


def cut_off(endpoint: Endpoint) -> ModelAnswerInvalid:
    return ModelAnswerInvalid(
        f"The answer of model {endpoint.model!r} was cut off at its length limit. "
        "Raise the limit at the endpoint, ask for a shorter document, or choose another model.",
        {"model": endpoint.model, "reason": "length"},
    )


def broke_off(endpoint: Endpoint, reason: str) -> ModelUnavailable:
    return ModelUnavailable(
        f"The answer of model {endpoint.model!r} at {endpoint.url} broke off: {reason}. "
        "Try again; if it happens often, look at the endpoint's own log.",
        {"model": endpoint.model, "reason": "half_answer"},
    )


def took_too_long(endpoint: Endpoint, seconds: float) -> ModelUnavailable:
    return ModelUnavailable(
        f"Model {endpoint.model!r} at {endpoint.url} was not done after {seconds:g} s. "
        "Raise MODEL_TIMEOUT, or choose a faster model.",
        {"model": endpoint.model, "seconds": int(seconds), "reason": "timeout"},
    )


def delay_reason(error: PipelineError) -> DelayReason:
    """What an author is told while a call that failed so is made again."""
    match error:
        case ModelRateLimited():
            return "rate_limited"
        case ModelAnswerInvalid():
            return "unusable"
    reasons: Mapping[object, DelayReason] = {"stall": "stalled", "half_answer": "broke_off"}
    return reasons.get(error.details.get("reason"), "unavailable")


def _verdict(complaint: _Complaint, endpoint: Endpoint) -> PipelineError:
    status, text = complaint.status, complaint.text
    if code := _refusal(complaint):
        return _rejected(code, complaint, endpoint)
    if status == 429:
        return _rate_limited(complaint, endpoint)
    if _NO_PATH.search(text):
        return not_an_api(endpoint)
    if status in {408, 409, 425} or status >= 500:
        return _unreachable(
            endpoint, _quoted(complaint.said) or f"status {status}", complaint.wait_s
        )
    return _verdict_on_request(complaint, endpoint)


def _refusal(complaint: _Complaint) -> str:
    """The code of a refusal that the status or the words leave no doubt about, or nothing."""
    status, text = complaint.status, complaint.text
    if status in {401, 403}:
        return "model_key_invalid"
    if status == 402 or (status == 429 and _NO_QUOTA.search(text) and complaint.wait_s is None):
        return "model_quota_exhausted"
    if status == 413 or (status != 429 and _TOO_LONG.search(text)):
        return "model_context_too_long"
    return ""


def _verdict_on_request(complaint: _Complaint, endpoint: Endpoint) -> PipelineError:
    if _FORMAT.search(complaint.text):
        return _rejected("model_rejected", complaint, endpoint)
    if complaint.is_json and _NO_MODEL.search(complaint.text):
        return _rejected("model_unknown", complaint, endpoint)
    if complaint.status in {404, 405}:
        return not_an_api(endpoint)
    return _rejected("model_rejected", complaint, endpoint)


_WAY_OUT = {
    "model_key_invalid": "Check OPENAI_API_KEY, and that it may use this model.",
    "model_quota_exhausted": "Its quota or credit is used up: add some, or use another endpoint.",
    "model_context_too_long": "The prompt does not fit into the model's context: "
    "use fewer or shorter files, or a model with a longer context.",
    "model_unknown": "Check OPENAI_MODEL: the endpoint's /models lists the names that it knows.",
    "model_rejected": "Check the model's name and the endpoint's settings.",
}


def _rejected(code: str, complaint: _Complaint, endpoint: Endpoint) -> ModelRejected:
    said = _quoted(complaint.said)
    return ModelRejected(
        code,
        f"{endpoint.url} refused the request for model {endpoint.model!r} "
        f"(status {complaint.status}{f': {said}' if said else ''}). {_WAY_OUT[code]}",
        {"model": endpoint.model, "url": endpoint.url, "status": complaint.status, "said": said},
    )


def _rate_limited(complaint: _Complaint, endpoint: Endpoint) -> ModelRateLimited:
    wait = complaint.wait_s
    details: dict[str, str | int] = {"model": endpoint.model}
    when = "later"
    if wait is not None:
        details["retry_after_s"] = math.ceil(wait)
        when = f"in {math.ceil(wait)} s, as the endpoint asks"
    return ModelRateLimited(
        f"{endpoint.url} gets too many requests for model {endpoint.model!r}. Try again {when}, "
        "or lower MODEL_CALLS.",
        details,
    )


def _unreachable(endpoint: Endpoint, reason: str, wait_s: float | None = None) -> ModelUnavailable:
    details: dict[str, str | int] = {"model": endpoint.model, "reason": "unreachable"}
    if wait_s is not None:
        details["retry_after_s"] = math.ceil(wait_s)
    return ModelUnavailable(
        f"Model {endpoint.model!r} at {endpoint.url} did not answer ({reason}). "
        "Check that the endpoint runs and OPENAI_BASE_URL is right, then try again.",
        details,
    )


def _cannot_ask(error: Exception, endpoint: Endpoint) -> ModelRejected:
    return ModelRejected(
        "model_rejected",
        f"Model {endpoint.model!r} at {endpoint.url} could not be asked: {type(error).__name__}. "
        "Check OPENAI_BASE_URL and OPENAI_API_KEY.",
        {"model": endpoint.model},
    )


def fell_silent(endpoint: Endpoint) -> ModelUnavailable:
    return ModelUnavailable(
        f"Model {endpoint.model!r} at {endpoint.url} fell silent, only kept the "
        "connection open, or could not be reached in time. "
        "Try again, or raise MODEL_STALL_TIMEOUT for a slow model.",
        {"model": endpoint.model, "reason": "stall"},
    )


def _status_complaint(error: openai.APIStatusError) -> _Complaint:
    body = error.body
    if isinstance(body, str) and "json" in error.response.headers.get("content-type", ""):
        body = {"message": body}  # `{"error": "..."}`, as some local servers have it
    told: Mapping[str, Any] = body if isinstance(body, dict) else {}
    return _Complaint(
        status=error.status_code,
        text=_words(told),
        said=_message(told),
        is_json=isinstance(body, dict),
        wait_s=_asked_wait(error.response.headers),
    )


def _words(told: Mapping[str, Any]) -> str:
    return f"{told.get('code') or ''} {told.get('type') or ''} {_message(told)}"


def _message(told: Mapping[str, Any]) -> str:
    """The message of an error object, or the reasons of a refused body without its input."""
    detail = told.get("detail")
    if isinstance(detail, list):
        return "; ".join(str(item.get("msg", "")) for item in detail if isinstance(item, dict))
    return str(told.get("message") or detail or "")


def _quoted(text: str) -> str:
    """The endpoint's words for a message of ours: short, without a key or an echoed prompt."""
    words = " ".join(_KEY.sub("***", _ECHO.sub("", text)).split())
    return words if len(words) <= QUOTE_CHARS else words[: QUOTE_CHARS - 1] + "…"


def _asked_wait(headers: Mapping[str, str]) -> float | None:
    """How many seconds the endpoint asks to wait, or None."""
    for name, unit in (("retry-after-ms", 1000.0), ("retry-after", 1.0)):
        try:
            wait = float(headers.get(name, "")) / unit
        except ValueError:
            continue
        return max(0.0, wait) if math.isfinite(wait) else None
    try:
        until = parsedate_to_datetime(headers.get("retry-after", ""))
    except ValueError:
        return None
    return max(0.0, until.timestamp() - time.time())
