import json
from collections.abc import Mapping
from typing import Any

import pytest
from httpx2 import Response
from starlette.testclient import TestClient, WebSocketTestSession
from starlette.websockets import WebSocketDisconnect

from api.live import MAX_EDIT_BYTES
from components.reader.labels import LABELS
from pipeline.adapters.embedded_redis import stop_server
from pipeline.adapters.web.page_types import Page
from pipeline.domain.documents import FileRole, Language
from pipeline.domain.jobs import JobId
from pipeline.domain.manuscripts import Brief, Manuscript
from pipeline.errors import ExportFailed
from pipeline.runtime import Runtime, build_runtime
from pipeline.service.exports import ExportService
from tests.api.conftest import Serve
from tests.api.wire import events_of, refusal
from tests.runtimes import finish, idle_runtime, settings_for

FOREIGN = {"Origin": "https://elsewhere.example"}
OWN = {"Origin": "http://testserver"}
TEXT = "# 潮汐能\n\n## 成本\n\n潮汐电站的建设成本高于风电。设备寿命可达一百年。\n"


def proposed(runtime: Runtime, prompt: str = "写一份关于潮汐能的报告") -> Manuscript:
    """A manuscript with its finished proposal, on a file."""
    file = runtime.manuscripts.attach("潮汐.md", TEXT.encode(), FileRole.CONTENT)
    manuscript = runtime.manuscripts.start(Brief(prompt=prompt), [file])
    finish(runtime, manuscript.outline_job)
    return manuscript


def written(runtime: Runtime) -> Manuscript:
    manuscript = proposed(runtime)
    finish(runtime, runtime.manuscripts.write(manuscript.id).id)
    return runtime.manuscripts.open(manuscript.id).manuscript


def operations(
    client: TestClient,
    manuscript: str,
    ops: object,
    *,
    seen: int = -1,
    headers: Mapping[str, str] | None = None,
) -> Response:
    body = {"client": "标签页-1", "ops": ops, "revision": seen}
    return client.post(f"/live/outlines/{manuscript}/ops", json=body, headers=headers)


def received(socket: WebSocketTestSession) -> tuple[list[Any], int]:
    """All that a socket says until the server closes it, with the code."""
    said: list[Any] = []
    try:
        while True:
            said.append(json.loads(socket.receive_text()))
    except WebSocketDisconnect as closed:
        return said, closed.code


def test_an_edit_is_acknowledged_and_kept(client: TestClient, running: Runtime) -> None:
    manuscript = proposed(running)
    draft = running.manuscripts.outline(manuscript.id)
    node = draft.outline.nodes[0]
    rename = {"t": "set", "seq": 1, "id": node.id, "k": "title", "v": "潮汐的成本"}

    first = operations(client, manuscript.id, [rename], seen=draft.revision)
    again = operations(client, manuscript.id, [rename], seen=draft.revision + 1)

    after = running.manuscripts.outline(manuscript.id)
    assert first.status_code == 200
    assert (first.json()["ack"], first.json()["revision"]) == (1, draft.revision + 1)
    assert first.json()["nodes"] is None
    assert again.json()["revision"] == draft.revision + 1
    assert after.outline.nodes[0].title == "潮汐的成本"


def test_an_editor_that_is_behind_gets_the_whole_tree(client: TestClient, running: Runtime) -> None:
    manuscript = proposed(running)
    new = {"t": "ins", "seq": 1, "nodes": [{"id": "mine", "title": "我的一节"}]}

    answer = operations(client, manuscript.id, [new]).json()

    assert answer["nodes"][0]["title"] == "我的一节"


def test_an_edit_above_a_limit_is_refused_and_acknowledged(
    client: TestClient, running: Runtime
) -> None:
    manuscript = proposed(running)
    chain = [{"id": f"x{n}", "parent": f"x{n - 1}", "title": "深"} for n in range(1, 10)]
    insert = {"t": "ins", "seq": 1, "nodes": [{"id": "x0", "title": "深"}, *chain]}

    response = operations(client, manuscript.id, [insert])

    assert response.status_code == 200
    assert response.json()["ack"] == 1
    assert (response.json()["refused"]["code"], response.json()["refused"]["limit"]) == (
        "outline_too_deep",
        8,
    )
    assert "x0" not in {node["id"] for node in response.json()["nodes"]}


def test_an_outline_that_is_unknown_cannot_be_edited(client: TestClient) -> None:
    assert refusal(operations(client, "nobody", [])) == (404, "not_found")


@pytest.mark.parametrize(
    "ops", [[{"t": "burn", "seq": 1}], [{"t": "del", "seq": 0, "id": "a"}], "潮汐", None]
)
def test_an_edit_of_another_shape_is_refused(client: TestClient, ops: object) -> None:
    assert refusal(operations(client, "any", ops)) == (422, "invalid_request")


def test_an_uploaded_file_is_read(client: TestClient) -> None:
    response = client.post("/live/uploads?name=潮汐.md", content=TEXT.encode(), headers=OWN)

    file = response.json()
    assert response.status_code == 200
    assert (file["file_name"], file["error_code"], file["headings"]) == ("潮汐.md", "", 2)
    assert file["words"] > 0
    assert file["size_bytes"] == len(TEXT.encode())


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("空.md", b"", "file_empty"),
        ("坏.pdf", b"%PDF-1.7 nothing", "file_damaged"),
        ("音乐.mp3", b"ID3\x04\x00\x00\x00\x00" + bytes(range(256)), "file_unsupported"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(
    client: TestClient, name: str, content: bytes, code: str
) -> None:
    response = client.post(f"/live/uploads?name={name}", content=content)

    assert (response.status_code, response.json()["error_code"]) == (200, code)
    assert response.json()["file_name"] == name


def test_an_upload_above_the_limit_is_refused(
    tmp_path_factory: pytest.TempPathFactory, serve: Serve
) -> None:
    folder = tmp_path_factory.mktemp("small")
    with idle_runtime(folder, max_file_bytes=100) as runtime, serve(runtime) as client:
        too_large = client.post("/live/uploads?name=大.md", content=b"x" * 101)
        fits = client.post("/live/uploads?name=小.md", content=b"x" * 100)

    assert refusal(too_large) == (413, "file_too_large")
    assert fits.status_code == 200


def test_a_page_is_fetched_and_answered_as_an_upload(
    tmp_path_factory: pytest.TempPathFactory, serve: Serve
) -> None:
    async def fetch(url: str) -> Page:
        return Page(url, "潮汐.md", TEXT.encode())

    settings = settings_for(tmp_path_factory.mktemp("web"))
    runtime = build_runtime(settings, fetch)
    try:
        with serve(runtime) as client:
            answer = client.post("/live/pages", json={"url": "https://a.example/潮"}, headers=OWN)
            upload = client.post("/live/uploads?name=潮汐.md", content=TEXT.encode(), headers=OWN)
    finally:
        runtime.stop()
        stop_server(settings.data_dir, only_if_unused=False)

    page, file = answer.json(), upload.json()
    assert page.keys() == file.keys()
    assert (page["file_name"], page["url"]) == ("潮汐能", "https://a.example/%E6%BD%AE")
    assert (page["words"], page["headings"], page["error_code"]) == (file["words"], 2, "")
    assert (len(page["file_id"]), page["was_found"]) == (64, False)


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1/", "http://169.254.169.254/latest/meta-data", "ftp://a.example", "潮"]
)
def test_an_address_that_is_not_public_says_so(client: TestClient, url: str) -> None:
    response = client.post("/live/pages", json={"url": url}, headers=OWN)

    assert (response.status_code, response.json()["error_code"]) == (200, "address_refused")
    assert (response.json()["file_name"], response.json()["url"]) == (url, url)


@pytest.mark.parametrize("body", [{}, {"url": 7}, {"url": "https://a.example", "x": 1}, "潮"])
def test_what_names_no_page_is_refused(client: TestClient, body: object) -> None:
    assert refusal(client.post("/live/pages", json=body)) == (422, "invalid_request")


@pytest.mark.parametrize("form", ["docx", "md", "ris"])
def test_a_document_is_downloaded_as_it_stands(
    client: TestClient, running: Runtime, form: str
) -> None:
    manuscript = written(running)
    assert manuscript.document is not None
    running.manuscripts.edit_section(manuscript.id, manuscript.document.sections[-1].id, "改过。")

    answer = client.get(f"/live/documents/{manuscript.id}/files/{form}", headers=OWN)

    after = running.manuscripts.open(manuscript.id).manuscript.document
    assert after is not None
    assert answer.status_code == 200
    assert "attachment" in answer.headers["content-disposition"]
    assert (form != "md") or (answer.content == running.exports.build(after, "md"))


def test_a_file_that_cannot_be_had_is_answered_with_the_reason(
    client: TestClient, running: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> bytes:
        raise ExportFailed("It took too long.")

    with_document, without = written(running), proposed(running)
    unknown = client.get(f"/live/documents/{with_document.id}/files/exe")
    nothing = client.get(f"/live/documents/{without.id}/files/pdf")
    foreign = client.get(f"/live/documents/{with_document.id}/files/pdf", headers=FOREIGN)
    monkeypatch.setattr(ExportService, "build", fail)

    failed = client.get(f"/live/documents/{with_document.id}/files/pdf")

    assert refusal(unknown) == (422, "format_unknown")
    assert refusal(nothing) == (404, "not_found")
    assert refusal(foreign) == (403, "foreign_origin")
    assert refusal(failed) == (503, "export_failed")


def edit_section(client: TestClient, manuscript: str, **body: object) -> Response:
    return client.post(f"/live/documents/{manuscript}/sections", json=body)


def test_a_section_is_corrected_once_per_revision(client: TestClient, running: Runtime) -> None:
    manuscript = written(running)
    assert manuscript.document is not None
    section = manuscript.document.sections[-1].id
    change = {"section_id": section, "content": "改过的正文。", "revision": manuscript.revision}

    first = edit_section(client, manuscript.id, **change)
    second = edit_section(client, manuscript.id, **change)

    document = running.manuscripts.open(manuscript.id).manuscript.document
    assert (first.status_code, first.json()) == (200, {"ok": True})
    assert refusal(second) == (409, "conflict")
    assert document is not None
    assert document.sections[-1].content == "改过的正文。"
    assert "改过的正文。" in document.content


def test_a_section_that_is_not_there_cannot_be_corrected(
    client: TestClient, running: Runtime
) -> None:
    without_document, with_document = proposed(running), written(running)

    answers = [
        edit_section(client, "nobody", section_id="n", content="改"),
        edit_section(client, without_document.id, section_id="n", content="改"),
        edit_section(client, with_document.id, section_id="nobody", content="改"),
    ]

    assert {refusal(answer) for answer in answers} == {(404, "not_found")}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_editor_says_of_a_text_that_is_too_long_that_it_is(
    client: TestClient, running: Runtime, language: Language
) -> None:
    manuscript = written(running)

    answer = edit_section(client, manuscript.id, section_id="n", content="x" * MAX_EDIT_BYTES)

    status, code = refusal(answer)
    assert status == 413
    assert ("too long" if language == "en" else "过长") in LABELS[language][f"problem_{code}"]


def test_a_page_of_another_site_is_refused(client: TestClient, running: Runtime) -> None:
    manuscript = proposed(running).id
    paths = [
        f"/live/outlines/{manuscript}/ops",
        f"/live/documents/{manuscript}/sections",
        "/live/uploads?name=a.md",
        "/live/pages",
        "/live/jobs/any/cancel",
    ]

    answers = [client.post(path, json={}, headers=FOREIGN) for path in paths]

    assert {refusal(answer) for answer in answers} == {(403, "foreign_origin")}
    assert operations(client, manuscript, [], headers=OWN).status_code == 200


@pytest.mark.parametrize("path", ["/live/jobs/any", "/live/outlines/any"])
def test_a_socket_of_another_site_is_refused(client: TestClient, path: str) -> None:
    with (
        pytest.raises(WebSocketDisconnect) as refused,
        client.websocket_connect(path, headers=FOREIGN),
    ):
        pass

    assert refused.value.code == 4403


def test_a_socket_tells_a_jobs_events_and_closes(client: TestClient) -> None:
    client.post("/api/v1/jobs/outline", json={"job_id": "socket", "task_prompt": "潮汐能"})
    events = [(event.id, event.data) for event in events_of(client, "socket")]

    with client.websocket_connect("/live/jobs/socket", headers=OWN) as socket:
        whole, code = received(socket)
    with client.websocket_connect(f"/live/jobs/socket?after={events[2][0]}") as socket:
        tail, _ = received(socket)

    def flat(batches: list[Any]) -> list[tuple[str, Mapping[str, Any]]]:
        return [(event_id, event) for batch in batches for event_id, event in batch]

    assert flat(whole) == events
    assert flat(tail) == events[3:]
    assert code == 1000


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/live/jobs/nobody", 4404),
        ("/live/outlines/nobody", 4404),
        ("/live/jobs/nobody?after=abc", 4422),
    ],
)
def test_a_socket_says_why_it_closes(client: TestClient, path: str, code: int) -> None:
    with client.websocket_connect(path) as socket:
        assert received(socket) == ([], code)


def test_an_open_outline_is_sent_as_it_stands(client: TestClient, running: Runtime) -> None:
    manuscript = proposed(running)

    with client.websocket_connect(f"/live/outlines/{manuscript.id}", headers=OWN) as socket:
        shown = json.loads(socket.receive_text())

    draft = running.manuscripts.outline(manuscript.id)
    assert (shown["revision"], shown["growing"]) == (draft.revision, False)
    assert shown["title"] == draft.outline.title
    assert shown["nodes"]


def test_a_job_is_stopped_from_its_page(idle: Runtime, serve: Serve) -> None:
    with serve(idle) as client:
        client.post("/api/v1/jobs/outline", json={"job_id": "page-stop", "task_prompt": "潮汐能"})
        response = client.post("/live/jobs/page-stop/cancel", headers=OWN)

    assert (response.status_code, response.json()) == (202, {"status": "cancelled"})
    assert idle.jobs.job(JobId("page-stop")).error_code == "cancelled"
