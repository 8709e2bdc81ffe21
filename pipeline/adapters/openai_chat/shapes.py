"""Answers in a shape: how they are asked for, and how they are read from what comes back."""

import json
import re
import time
from collections.abc import Callable, Mapping, Sequence
from enum import IntEnum
from typing import Any, Generic, TypeVar

from pydantic import BaseModel
from pydantic_core import from_json

from pipeline.adapters.openai_chat.wire import Message

Shape = TypeVar("Shape", bound=BaseModel)

PARSE_EVERY_S = 0.05
# A parse of 4 KB costs 0.3 ms; events leave for the page every 50 ms anyway.

_STRING = r'"(?:\\.|[^"\\])*"'
_COMMENT = re.compile(rf"({_STRING})|//[^\n]*|/\*.*?\*/", re.DOTALL)
_TRAILING_COMMA = re.compile(rf"({_STRING})|,(?=\s*[}}\]])", re.DOTALL)
_NOT_STRICT = frozenset({"default", "title", "description", "format", "minLength", "maxLength"})


class Rung(IntEnum):
    """Ways to ask for a shape, from the strictest to the one that every endpoint takes."""

    SCHEMA = 0
    JSON = 1
    PROMPT = 2


def response_format(rung: Rung, shape: type[BaseModel]) -> dict[str, Any]:
    """The part of the request that asks for the shape."""
    if rung is Rung.SCHEMA:
        schema = {"name": shape.__name__, "strict": True, "schema": strict_schema(shape)}
        return {"response_format": {"type": "json_schema", "json_schema": schema}}
    if rung is Rung.JSON:
        return {"response_format": {"type": "json_object"}}
    return {}


def asking(messages: Sequence[Message], rung: Rung, shape: type[BaseModel]) -> list[Message]:
    """The messages, with the schema in words where the request cannot carry it."""
    if rung is Rung.SCHEMA:
        return list(messages)
    schema = json.dumps(strict_schema(shape), ensure_ascii=False)
    rule = (
        "Answer with one JSON object and nothing else: no prose, no code fence, no comments. "
        f"It must match this JSON Schema ({shape.__name__}):\n{schema}"
    )
    *before, last = messages
    return [*before, Message(role=last["role"], content=f"{last['content']}\n\n{rule}")]


def strict_schema(shape: type[BaseModel]) -> dict[str, Any]:
    """A JSON Schema as strict endpoints want it: all required, nothing more allowed."""
    schema = shape.model_json_schema()
    defs = {name: _strict(part) for name, part in schema.pop("$defs", {}).items()}
    return _strict(schema) | ({"$defs": defs} if defs else {})


def _strict(schema: Mapping[str, Any]) -> dict[str, Any]:
    strict = {key: value for key, value in schema.items() if key not in _NOT_STRICT}
    if "items" in strict:
        strict["items"] = _strict(strict["items"])
    if "properties" in strict:
        strict["properties"] = {k: _strict(v) for k, v in strict["properties"].items()}
        strict["required"] = list(strict["properties"])
        strict["additionalProperties"] = False
    return strict


def parsed(text: str, shape: type[Shape]) -> Shape:
    """The value in an answer, repaired where its form is wrong but its meaning is clear.

    Raises:
        ValueError: There is none, or nothing of the shape is in it.
    """
    for candidate in _candidates(text):
        try:
            value = shape.model_validate(_unwrapped(from_json(candidate), shape))
        except ValueError:
            continue
        if value.model_fields_set:
            return value
    raise ValueError(f"no {shape.__name__} in an answer of {len(text)} characters")


class Growing(Generic[Shape]):
    """Gives each larger part of a shape while its JSON streams in; only finished strings."""

    def __init__(
        self,
        shape: type[Shape],
        on_partial: Callable[[Shape], None],
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._shape = shape
        self._on_partial = on_partial
        self._now = now
        self.restart()

    def restart(self) -> None:
        self._text = ""
        self._last: Shape | None = None
        self._parsed_at = -PARSE_EVERY_S

    def write(self, piece: str) -> None:
        """Take a piece; a parse happens at most every 50 ms."""
        self._text += piece
        now = self._now()
        if now - self._parsed_at < PARSE_EVERY_S:
            return
        self._parsed_at = now
        value = self._partial()
        if value is not None and value != self._last:
            self._last = value
            self._on_partial(value)

    def _partial(self) -> Shape | None:
        start = self._text.find("{")
        if start < 0:
            return None
        try:
            value = from_json(self._text[start:], allow_partial=True)
            return self._shape.model_validate(_unwrapped(value, self._shape))
        except ValueError:
            return None  # the repair of the whole answer may still read it


def _candidates(text: str) -> Sequence[str]:
    """The answer as it is, what is between its outer braces, and that with repairs."""
    inner = text[text.find("{") : text.rfind("}") + 1]
    plain = _COMMENT.sub(lambda found: found.group(1) or "", inner)
    return [text, inner, _TRAILING_COMMA.sub(lambda found: found.group(1) or "", plain)]


def _unwrapped(value: object, shape: type[BaseModel]) -> object:
    """The object inside, when a model put the whole shape under one name of its own."""
    if isinstance(value, dict) and len(value) == 1:
        name, inner = next(iter(value.items()))
        if name not in shape.model_fields and isinstance(inner, dict):
            return inner
    return value
