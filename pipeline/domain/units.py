"""Units: the pieces of a job's work that are stored when finished, and never done twice."""

import hashlib
import json
from collections.abc import Mapping
from typing import NamedTuple

from pydantic import JsonValue


class StoredUnit(NamedTuple):
    """A finished unit as it is stored."""

    key: str
    value: JsonValue


def stored_units(found: Mapping[str, str]) -> dict[str, StoredUnit]:
    """Units by name, from the text in which each is stored: its key, and its value as JSON."""
    parted = {unit: stored.partition("\n") for unit, stored in found.items()}
    return {
        unit: StoredUnit(key, json.loads(text)) for unit, (key, _, text) in parted.items() if text
    }


def section_unit(section_id: str) -> str:
    """The name of the unit that holds a section's text."""
    return f"section:{section_id}"


def content_key(kind: str, **parts: JsonValue) -> str:
    """A key that is equal when everything that the unit depends on is equal, in any process."""
    text = json.dumps([kind, parts], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:24]


def short_id(*parts: str) -> str:
    """An id that is the same for the same parts, in any process; 12 hex digits."""
    return hashlib.sha256("\x1f".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:12]
