"""The OpenAPI document: what FastAPI knows, and what the handlers read by themselves."""

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from api.types import ErrorResponse
from pipeline.domain.outline import MAX_TITLE_CHARS

SCHEMAS = "#/components/schemas/{model}"

_WORDS = {"pattern": r"\S"}
_RULES: Mapping[str, Mapping[str, Any]] = {
    "OutlineGenerationRequest": {"task_prompt": _WORDS},
    "TextEditRequest": {"text": _WORDS},
    "Outline": {"title": _WORDS, "nodes": {"minItems": 1}},
    "OutlineNode": {"title": {**_WORDS, "maxLength": MAX_TITLE_CHARS}},
}
"""What the service checks, with a code of its own for each, by shape and field."""

_NEEDED: Mapping[str, Sequence[str]] = {"Outline": ("title", "nodes"), "OutlineNode": ("title",)}
"""Fields that may not be left out though the shapes have defaults: their errors have codes, too."""

_ONE_OF_TWO = [
    {
        "required": [given],
        "properties": {given: {"type": "string"}, other: {"type": "null"}},
    }
    for given, other in (("content", "storage_url"), ("storage_url", "content"))
]


def describe(api: FastAPI, bodies: Sequence[type[BaseModel]]) -> dict[str, Any]:
    """The document of an API whose handlers read those bodies by themselves."""
    document = get_openapi(title=api.title, version=api.version, routes=api.routes)
    _, models = models_json_schema([(body, "validation") for body in bodies], ref_template=SCHEMAS)
    for name, model in models["$defs"].items():
        _say_all(name, model)
    document.setdefault("components", {}).setdefault("schemas", {}).update(models["$defs"])
    return document


def refusals(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Answers of an operation that are errors, all in the envelope."""
    return {status: {"model": ErrorResponse} for status in statuses}


def body_of(shape: type[BaseModel], *, required: bool = True) -> dict[str, Any]:
    """The body of an operation whose handler reads it by itself."""
    schema = {"$ref": SCHEMAS.format(model=shape.__name__)}
    content = {"application/json": {"schema": schema}}
    return {"requestBody": {"required": required, "content": content}}


def _say_all(name: str, model: dict[str, Any]) -> None:
    """Add what a shape does not say of itself."""
    fields = model.get("properties", {})
    if fields:
        model["additionalProperties"] = False  # see `api.bodies`
    for field, rules in _RULES.get(name, {}).items():
        fields[field].update(rules)
    for field in _NEEDED.get(name, ()):
        fields[field].pop("default", None)
        model["required"] = sorted({*model.get("required", []), field})
    if name == "ContextFile":
        model["oneOf"] = _ONE_OF_TWO
