"""A finished document as files."""

import json
import zipfile
from io import BytesIO

import pytest
from starlette.testclient import TestClient

from api.downloads import disposition
from pipeline.runtime import Runtime
from pipeline.service.exports import FORMS, file_name
from tests.api.conftest import Serve
from tests.api.wire import events_of, refusal

JOBS = "/api/v1/jobs"
TIDES = """# 潮汐

潮汐由月球和太阳的引力引起，一昼夜通常有两次涨落。潮汐能是一种可再生能源，发电时不排放温室气体。
潮汐电站建在潮差大的海湾，利用涨潮和落潮时的水位差推动水轮机发电。江厦潮汐电站位于浙江温岭。
"""
CALL: dict[str, object] = {
    "outline": {
        "title": '潮汐能："Tides" 2026/27',
        "nodes": [{"id": "n1", "title": "潮汐电站", "content_summary": "潮汐电站如何发电"}],
    },
    "context_files": [{"file_id": "f1", "file_name": "潮汐.md", "content": TIDES}],
}


@pytest.fixture
def document(client: TestClient) -> str:
    """A job that wrote a document which cites a file."""
    job_id = str(client.post(f"{JOBS}/document", json=CALL).json()["job_id"])
    assert events_of(client, job_id)[-1].type == "task_completed"
    return job_id


def test_a_document_is_taken_away_in_every_format(client: TestClient, document: str) -> None:
    files = {name: client.get(f"{JOBS}/{document}/export?format={name}") for name in FORMS}

    assert {name: file.status_code for name, file in files.items()} == dict.fromkeys(FORMS, 200)
    for name, file in files.items():
        assert file.headers["content-type"] == FORMS[name].media_type
        assert file.headers["content-disposition"].startswith("attachment; ")
        assert file.headers["x-content-type-options"] == "nosniff"
    assert "水轮机" in files["md"].content.decode("utf-8")
    with zipfile.ZipFile(BytesIO(files["docx"].content)) as archive:
        assert "水轮机" in archive.read("word/document.xml").decode("utf-8")
    assert json.loads(files["csl-json"].content)[0]["title"] == "潮汐"
    assert "潮汐" in files["bibtex"].content.decode("utf-8")
    assert files["ris"].content.decode("utf-8").startswith("TY  - ")
    assert files["pdf"].content.startswith(b"%PDF-")


def test_a_files_name_is_the_documents_title_in_any_script(
    client: TestClient, document: str
) -> None:
    file = client.get(f"{JOBS}/{document}/export", params={"format": "md"})

    assert file.headers["content-disposition"] == (
        "attachment; filename=\"Tides 2026 27.md\"; filename*=UTF-8''"
        "%E6%BD%AE%E6%B1%90%E8%83%BD%EF%BC%9A%20Tides%202026%2027.md"
    )


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("潮汐", "潮汐.docx"),
        ("a/b\\c:d", "a b c d.docx"),
        (" .. ", "document.docx"),
        ("\r\nX-Evil: 1", "X-Evil 1.docx"),
        ("长" * 300, f"{'长' * 80}.docx"),
        ("a\ud800b", "a b.docx"),
    ],
)
def test_a_title_becomes_a_name_that_every_file_system_takes(title: str, name: str) -> None:
    assert file_name(title, "docx") == name


def test_a_name_without_ascii_has_one_for_old_programs() -> None:
    assert disposition("潮汐.md").startswith('attachment; filename="document.md"; ')


def test_a_format_that_there_is_not_is_refused_with_those_that_there_are(
    client: TestClient, document: str
) -> None:
    refused = client.get(f"{JOBS}/{document}/export?format=odt")

    assert refusal(refused) == (422, "format_unknown")
    assert all(name in refused.json()["error"]["message"] for name in ("docx", "md", "bibtex"))
    assert refusal(client.get(f"{JOBS}/{document}/export")) == (422, "invalid_request")


def test_an_outline_is_no_document(client: TestClient) -> None:
    job_id = client.post(f"{JOBS}/outline", json={"task_prompt": "潮汐能"}).json()["job_id"]
    events_of(client, job_id)

    assert refusal(client.get(f"{JOBS}/{job_id}/export?format=md")) == (422, "no_document")


def test_a_document_that_is_not_finished_is_not_exported(idle: Runtime, serve: Serve) -> None:
    with serve(idle) as client:
        client.post(f"{JOBS}/document", json={**CALL, "job_id": "unfinished"})

        waiting = client.get(f"{JOBS}/unfinished/export?format=md")
        client.post(f"{JOBS}/unfinished/cancel")
        cancelled = client.get(f"{JOBS}/unfinished/export?format=md")

    assert refusal(waiting) == (409, "not_finished")
    assert refusal(cancelled) == (409, "not_finished")
    assert "cancelled" in cancelled.json()["error"]["message"]


def test_an_unknown_document_is_not_found(client: TestClient) -> None:
    assert refusal(client.get(f"{JOBS}/nobody/export?format=md")) == (404, "not_found")
