import base64
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from httpx2 import Response
from starlette.testclient import TestClient

from pipeline.adapters.embedded_redis import ensure_server, stop_server
from pipeline.runtime import Runtime
from tests.api.conftest import Serve
from tests.api.wire import leaves, post_json, refusal, tree
from tests.runtimes import idle_runtime

OUTLINE, DOCUMENT = "/api/v1/jobs/outline", "/api/v1/jobs/document"
ONE = {"id": "n1", "title": "引言"}

BAD_OUTLINES: dict[str, tuple[dict[str, object], int, str]] = {
    "no title": ({"title": " \n", "nodes": [ONE]}, 400, "outline_title_empty"),
    "title left out": ({"nodes": [ONE]}, 400, "outline_title_empty"),
    "no nodes": ({"title": "潮汐能", "nodes": []}, 400, "outline_empty"),
    "nodes left out": ({"title": "潮汐能"}, 400, "outline_empty"),
    "nine levels": ({"title": "潮汐能", "nodes": tree(9)}, 422, "outline_too_deep"),
    "1001 nodes": ({"title": "潮汐能", "nodes": leaves(1001)}, 422, "outline_too_many_nodes"),
    "an id twice": ({"title": "潮汐能", "nodes": [ONE, ONE]}, 422, "node_id_twice"),
    "an empty node": (
        {"title": "潮汐能", "nodes": [{"id": "n1", "title": "　"}]},
        422,
        "node_title_empty",
    ),
    "a title like a page": (
        {"title": "潮汐能", "nodes": [{"id": "n1", "title": "长" * 501}]},
        422,
        "node_title_too_long",
    ),
    "an unknown field": ({"title": "潮汐能", "nodes": [ONE], "x": 1}, 422, "invalid_request"),
    "an unknown field in a node": (
        {"title": "潮汐能", "nodes": [{**ONE, "number": "1"}]},
        422,
        "invalid_request",
    ),
    "an unknown field far below": (
        {"title": "潮汐能", "nodes": [{**ONE, "children": [{**ONE, "id": "n2", "x": 1}]}]},
        422,
        "invalid_request",
    ),
    "a node without id": ({"title": "潮汐", "nodes": [{"title": "序"}]}, 422, "invalid_request"),
    "an empty id": ({"title": "潮汐", "nodes": [{**ONE, "id": ""}]}, 422, "invalid_request"),
}


@pytest.fixture
def client(idle: Runtime, serve: Serve) -> Iterator[TestClient]:
    """Nothing here is to be run."""
    with serve(idle) as serving:
        yield serving


@pytest.mark.parametrize("prompt", ["", "   ", "\n\t　"])
def test_an_empty_prompt_is_refused(client: TestClient, prompt: str) -> None:
    assert refusal(client.post(OUTLINE, json={"task_prompt": prompt})) == (400, "prompt_empty")


@pytest.mark.parametrize("path", [OUTLINE, DOCUMENT])
def test_a_prompt_that_is_a_book_is_refused(client: TestClient, path: str) -> None:
    body = {"task_prompt": "潮" * 100_000}
    if path == DOCUMENT:
        body["outline"] = {"title": "潮汐能", "nodes": [ONE]}  # type: ignore[assignment]  # mixed

    response = client.post(path, json=body)

    assert refusal(response) == (422, "prompt_too_long")
    assert response.json()["error"]["details"] == {"limit": 20_000, "size": 100_000}


@pytest.mark.parametrize("case", BAD_OUTLINES)
def test_an_outline_that_cannot_be_written_is_refused(client: TestClient, case: str) -> None:
    outline, status, code = BAD_OUTLINES[case]

    response = client.post(DOCUMENT, json={"job_id": "refused", "outline": outline})

    assert refusal(response) == (status, code)
    assert refusal(client.get("/api/v1/jobs/refused")) == (404, "not_found")


@pytest.mark.parametrize(
    ("sections", "code", "named"),
    [
        (["n1", "gone"], "section_unknown", "gone"),
        (["n1", "n1"], "own_text_twice", "n1"),
    ],
)
def test_texts_of_ones_own_that_no_section_could_have_are_refused_by_name(
    client: TestClient, sections: list[str], code: str, named: str
) -> None:
    above = {"id": "above", "title": "上层", "children": [{"id": "n2", "title": "下层"}]}
    own = [{"section_id": section, "text": "亲手写的。"} for section in sections]
    outline = {"title": "潮汐能", "nodes": [ONE, above]}

    response = client.post(DOCUMENT, json={"outline": outline, "own_texts": own})

    assert refusal(response) == (422, code)
    assert response.json()["error"]["details"]["id"] == named
    assert repr(named) in response.json()["error"]["message"]


@pytest.mark.parametrize("gap", ["gone", "above"])
def test_a_gap_that_is_no_section_is_refused_by_name(client: TestClient, gap: str) -> None:
    above = {"id": "above", "title": "上层", "children": [{"id": "n2", "title": "下层"}]}
    outline = {"title": "潮汐能", "nodes": [ONE, above]}

    response = client.post(DOCUMENT, json={"outline": outline, "gaps": {gap: "cancelled"}})

    assert refusal(response) == (422, "section_unknown")
    assert response.json()["error"]["details"] == {"id": gap, "field": "gaps"}


def test_a_text_of_ones_own_may_stand_before_the_sections_below_a_node(client: TestClient) -> None:
    above = {"id": "above", "title": "上层", "children": [{"id": "n2", "title": "下层"}]}
    own = [{"section_id": "above", "text": "亲手写的。"}]
    outline = {"title": "潮汐能", "nodes": [ONE, above]}

    response = client.post(DOCUMENT, json={"outline": outline, "own_texts": own})

    assert response.status_code == 202


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"task_prompt": None},
        {"task_prompt": "潮汐能", "surprise": 1},
        {"task_prompt": "潮汐能", "language": "fr"},
        {"task_prompt": "潮汐能", "target_words": -1},
        {"task_prompt": "潮汐能", "priority": "now"},
        {"task_prompt": "潮汐能", "web_search": 1},
        {"task_prompt": "潮汐能", "target_words": "500"},
        {"task_prompt": "潮汐能", "context_files": [{"file_id": "a", "file_name": "b", "x": 1}]},
        {"task_prompt": "潮汐能", "context_files": [{"file_id": "a", "content": "b"}]},
    ],
)
def test_a_field_that_does_not_fit_is_refused(client: TestClient, body: dict[str, object]) -> None:
    assert refusal(client.post(OUTLINE, json=body)) == (422, "invalid_request")


def test_a_whole_number_may_be_written_with_a_point(client: TestClient) -> None:
    def submitted(words: str) -> int:
        body = f'{{"task_prompt": "潮汐能", "target_words": {words}}}'
        return post_json(client, OUTLINE, body).status_code

    assert [submitted(words) for words in ("500", "500.0", "5e2")] == [202, 202, 202]
    assert [submitted(words) for words in ("500.5", "1e400", "1e300")] == [422, 422, 422]


def test_a_refusal_names_the_field(client: TestClient) -> None:
    outline = {"title": "潮汐能", "nodes": [{**ONE, "number": "1"}]}

    details = client.post(DOCUMENT, json={"outline": outline}).json()["error"]["details"]

    assert list(details) == ["outline.nodes.0.number"]


@pytest.mark.parametrize("job_id", ["", "a b", "任务", "a/b", "a" * 129, "../x", "a\n", "{a}"])
def test_a_job_id_of_other_characters_is_refused(client: TestClient, job_id: str) -> None:
    response = client.post(OUTLINE, json={"job_id": job_id, "task_prompt": "潮汐能"})

    assert refusal(response) == (422, "invalid_request")


@pytest.mark.parametrize(
    "file",
    [
        {"file_id": "a", "file_name": "空.md"},
        {"file_id": "a", "file_name": "双.md", "content": "x", "storage_url": "file:x"},
    ],
)
def test_a_file_has_either_content_or_an_address(
    client: TestClient, file: dict[str, object]
) -> None:
    response = client.post(OUTLINE, json={"task_prompt": "潮汐能", "context_files": [file]})

    assert refusal(response) == (422, "file_without_content")


@pytest.mark.parametrize("content", ["%%%", "潮汐", "YWJj?", "YWJ"])
def test_content_that_is_not_the_base64_it_says_to_be_is_refused(
    client: TestClient, content: str
) -> None:
    file = {"file_id": "a", "file_name": "潮.md", "content": content, "encoding": "base64"}
    response = client.post(OUTLINE, json={"task_prompt": "潮汐能", "context_files": [file]})

    assert refusal(response) == (422, "file_not_base64")


def test_base64_may_be_wrapped_as_programs_do(client: TestClient) -> None:
    lines = {"file_id": "a", "file_name": "潮.md", "content": "5r2u\n5rGQ\n", "encoding": "base64"}
    response = client.post(OUTLINE, json={"task_prompt": "潮汐能", "context_files": [lines]})

    assert response.status_code == 202


@pytest.mark.parametrize(
    "text", ["", "{", "nonsense", "[]", '"潮汐能"', '{"task_prompt": "\\ud800"}', "[" * 5_000]
)
@pytest.mark.parametrize("path", [OUTLINE, DOCUMENT])
def test_a_body_that_is_no_request_is_refused(client: TestClient, path: str, text: str) -> None:
    assert refusal(post_json(client, path, text)) == (422, "invalid_request")


def test_a_body_that_is_not_utf_8_is_refused(client: TestClient) -> None:
    body = '{"task_prompt": "潮汐能"}'.encode("gb18030")

    response = client.post(OUTLINE, content=body, headers={"Content-Type": "application/json"})

    assert refusal(response) == (422, "invalid_request")


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_a_body_of_another_type_is_refused(client: TestClient, kind: str) -> None:
    headers = {"Content-Type": kind} if kind else {}

    response = client.post(OUTLINE, content=b'{"task_prompt": "Tides"}', headers=headers)

    assert refusal(response) == (422, "invalid_request")


def test_a_body_above_the_limit_is_refused(tmp_path: Path, idle: Runtime, serve: Serve) -> None:
    url = ensure_server(idle.settings.data_dir)
    body = {"task_prompt": "潮汐能", "audience": "x" * 300}

    with (
        idle_runtime(tmp_path, redis_url=url, max_request_bytes=200) as runtime,
        serve(runtime) as client,
    ):
        too_large = client.post(OUTLINE, json=body)
        fits = client.post(OUTLINE, json={"task_prompt": "潮汐能"})

    assert refusal(too_large) == (413, "request_too_large")
    assert fits.status_code == 202


@pytest.mark.parametrize("kind", ["ascii", "chinese", "base64", "wrapped base64"])
def test_a_file_of_just_the_limit_is_taken_and_a_larger_one_is_refused(
    tmp_path: Path, idle: Runtime, serve: Serve, kind: str
) -> None:
    url = ensure_server(idle.settings.data_dir)

    def sent(client: TestClient, size: int) -> Response:
        text = "x" * size if kind == "ascii" else ("潮" * size)[: size // 3] + "x" * (size % 3)
        file = {"file_id": "a", "file_name": "大.md", "content": text}
        if "base64" in kind:
            encode = base64.encodebytes if kind.startswith("wrapped") else base64.b64encode
            file |= {"content": encode(text.encode()).decode(), "encoding": "base64"}
        return client.post(OUTLINE, json={"task_prompt": "潮汐能", "context_files": [file]})

    with (
        idle_runtime(tmp_path, redis_url=url, max_file_bytes=100) as runtime,
        serve(runtime) as client,
    ):
        fits, too_large = sent(client, 100), sent(client, 101)

    assert fits.status_code == 202
    assert refusal(too_large) == (413, "file_too_large")


@pytest.mark.parametrize("path", ["", "/result", "/events"])
def test_an_unknown_job_is_not_found(client: TestClient, path: str) -> None:
    assert refusal(client.get(f"/api/v1/jobs/nobody{path}")) == (404, "not_found")


def test_an_unknown_job_can_neither_be_stopped_nor_deleted(client: TestClient) -> None:
    assert refusal(client.post("/api/v1/jobs/nobody/cancel")) == (404, "not_found")
    assert refusal(client.delete("/api/v1/jobs/nobody")) == (404, "not_found")


def test_the_result_of_a_job_that_waits_is_not_there_yet(client: TestClient) -> None:
    client.post(OUTLINE, json={"job_id": "waiting", "task_prompt": "潮汐能"})

    response = client.get("/api/v1/jobs/waiting/result")

    assert refusal(response) == (409, "not_finished")
    assert "queued" in response.json()["error"]["message"]


def test_an_unknown_route_is_not_found(client: TestClient) -> None:
    assert refusal(client.get("/api/v1/nothing/here")) == (404, "not_found")


@pytest.mark.parametrize(
    ("method", "path"), [("PUT", "/jobs/outline"), ("PATCH", "/jobs"), ("POST", "/health")]
)
def test_another_method_is_not_allowed(client: TestClient, method: str, path: str) -> None:
    response = client.request(method, f"/api/v1{path}")

    assert refusal(response) == (405, "method_not_allowed")


@pytest.mark.parametrize("query", ["limit=0", "limit=x", "limit=501", "status=asleep"])
def test_a_list_is_asked_for_in_its_own_words(client: TestClient, query: str) -> None:
    assert refusal(client.get(f"/api/v1/jobs?{query}")) == (422, "invalid_request")


@pytest.mark.parametrize("path", ["/health", "/api/v1/health"])
def test_a_healthy_server_says_so(client: TestClient, path: str) -> None:
    response = client.get(path)

    assert (response.status_code, response.json()) == (200, {"status": "ok", "author": "offline"})


def test_without_its_store_the_server_says_so_and_recovers(tmp_path: Path, serve: Serve) -> None:
    with idle_runtime(tmp_path) as runtime, serve(runtime) as client:
        stop_server(tmp_path, only_if_unused=False)
        with ThreadPoolExecutor() as pool:  # each gives Redis two seconds to come back
            while_gone = list(pool.map(client.get, ["/health", "/api/v1/health", "/api/v1/jobs"]))
        ensure_server(tmp_path)
        after = [client.get("/health"), client.get("/api/v1/health")]

    assert {refusal(response) for response in while_gone} == {(503, "store_unavailable")}
    assert {response.status_code for response in after} == {200}
