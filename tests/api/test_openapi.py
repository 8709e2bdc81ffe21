"""The API's description, stored beside this test; run this file as a module to store it anew."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

from api.app import create_api

STORED = Path(__file__).with_name("openapi.json")


def described() -> str:
    return json.dumps(create_api().openapi(), ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def test_the_description_is_the_stored_one() -> None:
    stored = STORED.read_text(encoding="utf-8")

    assert json.loads(stored) == json.loads(described()), "run `python -m tests.api.test_openapi`"


def test_the_description_is_whole() -> None:
    text = described()
    defined = set(json.loads(text)["components"]["schemas"])

    used = set(re.findall(r'"#/components/schemas/([^"]+)"', text))

    assert "OutlineNode" in used
    assert used <= defined


def refusals() -> Iterator[tuple[str, str]]:
    """Operations with the statuses of errors that they declare in the envelope's shape."""
    for path, methods in create_api().openapi()["paths"].items():
        for method, operation in methods.items():
            for status, response in operation["responses"].items():
                if status.startswith(("4", "5")):
                    shape = response["content"]["application/json"]["schema"]["$ref"]
                    assert shape.endswith("/ErrorResponse"), (method, path, status)
                    yield f"{method.upper()} {path}", status


def test_every_error_is_described_as_the_envelope() -> None:
    declared = set(refusals())

    assert {
        ("POST /jobs/outline", "400"),
        ("POST /jobs/outline", "409"),
        ("POST /jobs/document", "413"),
        ("POST /jobs/document", "422"),
        ("GET /jobs/{job_id}", "404"),
        ("GET /health", "503"),
    } <= declared


def test_the_two_requests_are_described() -> None:
    paths = create_api().openapi()["paths"]

    bodies = {
        name: paths[f"/jobs/{name}"]["post"]["requestBody"]["content"]["application/json"]
        for name in ("outline", "document")
    }

    assert bodies["outline"]["schema"]["$ref"].endswith("/OutlineGenerationRequest")
    assert bodies["document"]["schema"]["$ref"].endswith("/DocumentGenerationRequest")


if __name__ == "__main__":
    STORED.write_text(described(), encoding="utf-8")
