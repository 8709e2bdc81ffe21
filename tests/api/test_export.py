"""A finished document as files."""

import json
import time
import zipfile
from collections.abc import Iterator
from io import BytesIO

import pytest
from starlette.testclient import TestClient

from api.downloads import disposition
from benchmarks.endpoint import Pace, serving_in_thread
from pipeline.domain.jobs import START, JobId, SectionState
from pipeline.runtime import Runtime
from pipeline.service.exports import FORMS, file_name
from tests.api.conftest import Serve
from tests.api.wire import events_of, refusal
from tests.runtimes import running_runtime

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


@pytest.mark.parametrize("kept", ["result", "export?format=md"])
def test_of_a_job_that_finished_nothing_there_is_neither_a_result_nor_a_draft(
    idle: Runtime, serve: Serve, kept: str
) -> None:
    with serve(idle) as client:
        job_id = client.post(f"{JOBS}/document", json=CALL).json()["job_id"]

        waiting = client.get(f"{JOBS}/{job_id}/{kept}")
        client.post(f"{JOBS}/{job_id}/cancel")
        cancelled = client.get(f"{JOBS}/{job_id}/{kept}")

    assert refusal(waiting) == (409, "not_finished")
    assert waiting.json()["error"]["details"] == {"job_id": job_id, "status": "queued"}
    assert refusal(cancelled) == (409, "not_finished")
    assert cancelled.json()["error"]["details"] == {"job_id": job_id, "status": "cancelled"}


@pytest.fixture(scope="module")
def slow(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runtime]:
    """Writes one section after the other, each in half a second."""
    with (
        serving_in_thread(Pace(tokens=50, tokens_per_second=100)) as endpoint,
        running_runtime(
            tmp_path_factory.mktemp("slow"),
            openai_base_url=endpoint.base_url,
            openai_model="sim",
            model_calls_per_job=1,
        ) as runtime,
    ):
        yield runtime


def stopped_halfway(client: TestClient, runtime: Runtime) -> str:
    """A job that was cancelled when it had finished a section or more, but not all."""
    nodes = [{"id": f"n{i}", "title": f"第{i}节", "target_words": 100} for i in range(12)]
    outline = {"title": "潮汐能", "nodes": nodes}
    job_id = str(client.post(f"{JOBS}/document", json={"outline": outline}).json()["job_id"])
    followed = runtime.jobs.events(JobId(job_id), after=START)
    while not any(isinstance(e, SectionState) and e.state == "done" for _, e in followed):
        time.sleep(0.02)
        followed = runtime.jobs.events(JobId(job_id), after=START)
    client.post(f"{JOBS}/{job_id}/cancel")
    assert events_of(client, job_id)[-1].data["code"] == "cancelled"
    return job_id


def test_what_a_stopped_job_finished_is_taken_away_as_a_draft_with_marked_gaps(
    slow: Runtime, serve: Serve
) -> None:
    with serve(slow) as client:
        job_id = stopped_halfway(client, slow)

        draft = client.get(f"{JOBS}/{job_id}/export?format=md")
        word = client.get(f"{JOBS}/{job_id}/export?format=docx")
        result = client.get(f"{JOBS}/{job_id}/result")

    text = draft.content.decode("utf-8")
    assert (draft.status_code, draft.headers["Longhand-Draft"]) == (200, "cancelled")
    assert text.count("\n## ") == 12
    assert 1 <= text.count("任务在写到本节之前已停止") <= 11
    assert (word.status_code, word.headers["Longhand-Draft"]) == (200, "cancelled")
    assert refusal(result) == (409, "not_finished")


def test_a_text_of_ones_own_is_in_the_draft_of_a_job_that_never_began(
    idle: Runtime, serve: Serve
) -> None:
    own = [{"section_id": "n1", "text": "亲手写的一节。"}]
    nodes = [{"id": "n1", "title": "潮汐电站"}, {"id": "n2", "title": "潮差"}]
    with serve(idle) as client:
        body = {"outline": {"title": "潮汐能", "nodes": nodes}, "own_texts": own}
        job_id = client.post(f"{JOBS}/document", json=body).json()["job_id"]
        client.post(f"{JOBS}/{job_id}/cancel")

        draft = client.get(f"{JOBS}/{job_id}/export?format=md")

    assert draft.headers["Longhand-Draft"] == "cancelled"
    assert "亲手写的一节。" in draft.text
    assert draft.text.count("任务在写到本节之前已停止") == 1


def test_of_a_job_whose_files_cannot_be_read_any_more_there_is_no_draft(
    idle: Runtime, serve: Serve
) -> None:
    own = [{"section_id": "n1", "text": "亲手写的一节。"}]
    gone = [{"file_id": "f1", "file_name": "潮汐.md", "storage_url": f"file:{'0' * 64}"}]
    with serve(idle) as client:
        body = {**CALL, "context_files": gone, "own_texts": own}
        job_id = client.post(f"{JOBS}/document", json=body).json()["job_id"]
        client.post(f"{JOBS}/{job_id}/cancel")

        refused = client.get(f"{JOBS}/{job_id}/export?format=md")

    assert refusal(refused) == (409, "not_finished")
    assert refused.json()["error"]["details"] == {"job_id": job_id, "status": "cancelled"}


def test_a_finished_document_is_no_draft(client: TestClient, document: str) -> None:
    assert "Longhand-Draft" not in client.get(f"{JOBS}/{document}/export?format=md").headers


def test_an_unknown_document_is_not_found(client: TestClient) -> None:
    assert refusal(client.get(f"{JOBS}/nobody/export?format=md")) == (404, "not_found")
