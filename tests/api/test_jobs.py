import asyncio
import json
from datetime import timedelta
from pathlib import Path

from starlette.testclient import TestClient

from components.rendering import section_html
from pipeline.adapters.embedded_redis import ensure_server
from pipeline.adapters.redis_connection import connect
from pipeline.domain.jobs import START, JobId
from pipeline.runtime import Runtime
from tests.api.conftest import Serve
from tests.api.wire import (
    DOCUMENT_CALL,
    OUTLINE_CALL,
    TERMINAL,
    events_of,
    leaves,
    post_json,
    refusal,
    tree,
)
from tests.runtimes import running_runtime

OUTLINE, DOCUMENT = "/api/v1/jobs/outline", "/api/v1/jobs/document"


def test_the_contracts_first_call_makes_an_outline(client: TestClient) -> None:
    response = post_json(client, OUTLINE, OUTLINE_CALL)

    assert (response.status_code, response.json()) == (202, {"job_id": "test_job_001"})
    assert events_of(client, "test_job_001")[-1].type == "task_completed"
    outline = client.get("/api/v1/jobs/test_job_001/result").json()["outline"]
    assert "人工智能" in outline["title"]
    assert outline["nodes"]


def test_the_contracts_second_call_writes_a_document(client: TestClient) -> None:
    response = post_json(client, DOCUMENT, DOCUMENT_CALL)

    assert (response.status_code, response.json()) == (202, {"job_id": "test_doc_001"})
    assert events_of(client, "test_doc_001")[-1].type == "task_completed"
    document = client.get("/api/v1/jobs/test_doc_001/result").json()["document"]
    assert document["title"] == "人工智能技术文档"
    assert [(s["id"], s["title"]) for s in document["sections"]] == [("node_1", "引言")]
    assert "引言" in document["content"]
    assert document.keys() >= {"word_count", "char_count", "sources", "references", "integrity"}


def test_a_text_of_ones_own_stands_as_it_is(client: TestClient) -> None:
    body = json.loads(DOCUMENT_CALL) | {
        "job_id": "own",
        "own_texts": [{"section_id": "node_1", "text": "亲手写的引言。"}],
    }

    client.post(DOCUMENT, json=body)
    events_of(client, "own")

    (section,) = client.get("/api/v1/jobs/own/result").json()["document"]["sections"]
    assert (section["content"], section["by_hand"]) == ("亲手写的引言。", True)


def test_a_job_without_an_id_gets_one(client: TestClient) -> None:
    job_id = client.post(OUTLINE, json={"task_prompt": "Tides"}).json()["job_id"]

    assert client.get(f"/api/v1/jobs/{job_id}").json()["job_id"] == job_id


def test_the_same_call_again_is_the_same_job(client: TestClient) -> None:
    one = {"job_id": "same", "task_prompt": "潮汐能", "target_words": 900}
    other_order = {"target_words": 900, "task_prompt": "潮汐能", "job_id": "same"}

    first = client.post(OUTLINE, json=one)
    events = events_of(client, "same")
    again = client.post(OUTLINE, json=other_order)

    assert (again.status_code, again.json()) == (first.status_code, first.json())
    assert again.status_code == 202
    assert events_of(client, "same") == events


def test_a_taken_id_with_another_body_is_a_conflict(client: TestClient) -> None:
    client.post(OUTLINE, json={"job_id": "taken", "task_prompt": "潮汐能"})

    other_prompt = client.post(OUTLINE, json={"job_id": "taken", "task_prompt": "风能"})
    other_kind = client.post(
        DOCUMENT, json={"job_id": "taken", "outline": {"title": "潮汐能", "nodes": leaves(1)}}
    )

    assert refusal(other_prompt) == (409, "conflict")
    assert refusal(other_kind) == (409, "conflict")


def test_a_job_shows_where_it_stands(client: TestClient) -> None:
    client.post(OUTLINE, json={"job_id": "shown", "task_prompt": "潮汐能\n及其成本"})
    events_of(client, "shown")

    job = client.get("/api/v1/jobs/shown").json()

    assert (job["status"], job["title"], job["language"]) == ("completed", "潮汐能", "zh")
    assert job["progress"]["done"] == job["progress"]["total"] > 0
    assert job["error"] is None
    assert job["finished_at"] >= job["created_at"]


def test_jobs_are_listed_newest_first_and_by_status(idle: Runtime, serve: Serve) -> None:
    with serve(idle) as client:
        for name in ("list-a", "list-b", "list-c"):
            client.post(OUTLINE, json={"job_id": name, "task_prompt": "潮汐能"})
        client.post("/api/v1/jobs/list-b/cancel")

        everything = client.get("/api/v1/jobs").json()["jobs"]
        waiting = client.get("/api/v1/jobs?status=queued").json()["jobs"]
        one = client.get("/api/v1/jobs?limit=1").json()["jobs"]

    ids = [job["job_id"] for job in everything if job["job_id"].startswith("list-")]
    assert ids == ["list-c", "list-b", "list-a"]
    assert "list-b" not in {job["job_id"] for job in waiting}
    assert [job["job_id"] for job in one] == ["list-c"]


def test_a_waiting_job_is_cancelled_at_once(idle: Runtime, serve: Serve) -> None:
    with serve(idle) as client:
        client.post(OUTLINE, json={"job_id": "stop-me", "task_prompt": "潮汐能"})

        response = client.post("/api/v1/jobs/stop-me/cancel")
        again = client.post("/api/v1/jobs/stop-me/cancel")
        events = events_of(client, "stop-me")

    assert (response.status_code, response.json()["status"]) == (202, "cancelled")
    assert (again.status_code, again.json()["status"]) == (202, "cancelled")
    assert [(event.type, event.data["code"]) for event in events] == [("task_failed", "cancelled")]
    assert response.json()["error"]["code"] == "cancelled"


def test_a_job_that_is_cancelled_while_it_runs_ends_once(client: TestClient) -> None:
    outline = {"title": "长文档", "nodes": leaves(500)}
    client.post(DOCUMENT, json={"job_id": "stop-running", "outline": outline})

    client.post("/api/v1/jobs/stop-running/cancel")
    events = events_of(client, "stop-running")

    endings = [event for event in events if event.type in TERMINAL]
    assert [(event.type, event.data["code"]) for event in endings] == [("task_failed", "cancelled")]
    assert refusal(client.get("/api/v1/jobs/stop-running/result")) == (409, "not_finished")


def test_a_finished_job_can_be_deleted_with_all_that_is_its(client: TestClient) -> None:
    client.post(OUTLINE, json={"job_id": "drop-me", "task_prompt": "潮汐能"})
    events_of(client, "drop-me")

    response = client.delete("/api/v1/jobs/drop-me")

    assert (response.status_code, response.content) == (204, b"")
    for path in ("", "/result", "/events"):
        assert refusal(client.get(f"/api/v1/jobs/drop-me{path}")) == (404, "not_found")
    assert refusal(client.delete("/api/v1/jobs/drop-me")) == (404, "not_found")


def test_a_job_that_is_not_over_cannot_be_deleted(idle: Runtime, serve: Serve) -> None:
    with serve(idle) as client:
        client.post(OUTLINE, json={"job_id": "still-there", "task_prompt": "潮汐能"})

        response = client.delete("/api/v1/jobs/still-there")

    assert refusal(response) == (409, "illegal_transition")


def test_the_result_is_in_redis_for_an_hour(client: TestClient, running: Runtime) -> None:
    client.post(OUTLINE, json={"job_id": "kept", "task_prompt": "潮汐能"})
    events_of(client, "kept")
    redis = connect(ensure_server(running.settings.data_dir))

    stored, ttl = redis.get("job_result:kept"), redis.ttl("job_result:kept")
    redis.close()

    assert json.loads(str(stored)) == client.get("/api/v1/jobs/kept/result").json()
    assert 3500 < int(str(ttl)) <= 3600


def test_the_result_is_there_when_its_event_is(client: TestClient, running: Runtime) -> None:
    async def result_at_the_end() -> str | None:
        found = None
        async for batch in running.feed.follow(JobId("in-order"), after=START):
            if "task_completed" in batch:
                found = running.jobs.result(JobId("in-order"))
        return found

    client.post(OUTLINE, json={"job_id": "in-order", "task_prompt": "潮汐能"})

    result = asyncio.run(result_at_the_end())

    assert result is not None
    assert json.loads(result)["outline"]["nodes"]


def test_an_expired_result_is_said_to_have_expired(tmp_path: Path, serve: Serve) -> None:
    ttl = timedelta(milliseconds=500)
    with running_runtime(tmp_path, result_ttl=ttl) as runtime, serve(runtime) as client:
        client.post(OUTLINE, json={"job_id": "gone-soon", "task_prompt": "潮汐能"})
        ending = events_of(client, "gone-soon")[-1]
        while (response := client.get("/api/v1/jobs/gone-soon/result")).status_code == 200:
            pass  # it is there for half a second more

    assert ending.type == "task_completed"
    assert refusal(response) == (410, "expired")


def test_an_outline_of_eight_levels_is_written_as_it_stands(client: TestClient) -> None:
    outline = {"title": "深", "nodes": tree(8)}

    client.post(DOCUMENT, json={"job_id": "deep", "outline": outline})
    events_of(client, "deep")

    sections = client.get("/api/v1/jobs/deep/result").json()["document"]["sections"]
    assert [section["level"] for section in sections] == list(range(1, 9))


def test_an_outline_of_five_hundred_nodes_is_taken(idle: Runtime, serve: Serve) -> None:
    with serve(idle) as client:
        response = client.post(
            DOCUMENT, json={"job_id": "wide", "outline": {"title": "宽", "nodes": leaves(500)}}
        )

    assert response.status_code == 202


def test_two_sections_may_have_one_title(client: TestClient) -> None:
    nodes = [{"id": "one", "title": "小结"}, {"id": "two", "title": "小结"}]

    client.post(DOCUMENT, json={"job_id": "twins", "outline": {"title": "双", "nodes": nodes}})
    events_of(client, "twins")

    sections = client.get("/api/v1/jobs/twins/result").json()["document"]["sections"]
    assert [(s["id"], s["title"]) for s in sections] == [("one", "小结"), ("two", "小结")]


def test_a_script_in_a_title_stays_text(client: TestClient) -> None:
    evil = "<script>alert(1)</script><img src=x onerror=alert(2)>"
    nodes = [{"id": "n1", "title": evil, "content_summary": evil}]

    client.post(DOCUMENT, json={"job_id": "inert", "outline": {"title": evil, "nodes": nodes}})
    events_of(client, "inert")

    response = client.get("/api/v1/jobs/inert/result")
    document = response.json()["document"]
    html = section_html(document["content"], level=1, numbers={})
    assert response.headers["content-type"] == "application/json"
    assert document["sections"][0]["title"] == evil
    assert "<script" not in html
    assert "<img" not in html


def test_inline_files_are_read_and_cited(client: TestClient) -> None:
    text = "# 潮汐能\n\n## 成本\n\n潮汐电站的建设成本高于风电。设备寿命可达一百年。\n"
    file = {"file_id": "f1", "file_name": "潮汐.md", "file_type": "content", "content": text}
    body = {
        "job_id": "with-file",
        "outline": {"title": "潮汐能", "nodes": [{"id": "n1", "title": "成本"}]},
        "context_files": [file],
    }

    client.post(DOCUMENT, json=body)
    events = events_of(client, "with-file")

    document = client.get("/api/v1/jobs/with-file/result").json()["document"]
    assert "file_read" in [event.type for event in events]
    assert "建设成本高于风电" in document["content"]
    assert document["integrity"]["citations"] > 0
    assert document["references"][0]["number"] == 1


def test_a_file_that_cannot_be_read_is_named_in_the_document(client: TestClient) -> None:
    good = {"file_id": "f1", "file_name": "好.md", "content": "潮汐电站的成本高于风电。"}
    bad = {"file_id": "f2", "file_name": "坏.pdf", "content": "AAAA", "encoding": "base64"}
    outline = {"title": "潮汐能", "nodes": [{"id": "n1", "title": "成本"}]}
    body = {"job_id": "bad-file", "outline": outline, "context_files": [good, bad]}

    client.post(DOCUMENT, json=body)
    ending = events_of(client, "bad-file")[-1]

    assert ending.type == "task_completed"
    document = client.get("/api/v1/jobs/bad-file/result").json()["document"]
    assert [problem["file_name"] for problem in document["problems"]] == ["坏.pdf"]


def test_a_job_none_of_whose_files_can_be_read_fails_and_says_so(client: TestClient) -> None:
    bad = {"file_id": "f1", "file_name": "坏.pdf", "content": "AAAA", "encoding": "base64"}

    body = {"job_id": "all-bad", "task_prompt": "潮汐能", "context_files": [bad]}
    client.post(OUTLINE, json=body)
    ending = events_of(client, "all-bad")[-1]

    assert (ending.type, ending.data["code"]) == ("task_failed", "no_readable_file")
    job = client.get("/api/v1/jobs/all-bad").json()
    assert (job["status"], job["error"]["code"]) == ("failed", "no_readable_file")


def test_a_job_is_done_again_as_a_new_one(client: TestClient) -> None:
    post_json(client, DOCUMENT, DOCUMENT_CALL)
    events_of(client, "test_doc_001")

    response = client.post("/api/v1/jobs/test_doc_001/retry", json={"job_id": "again"})
    twice = client.post("/api/v1/jobs/test_doc_001/retry", json={"job_id": "again"})

    assert (response.status_code, response.json()) == (202, {"job_id": "again"})
    assert twice.json() == {"job_id": "again"}
    assert events_of(client, "again")[-1].type == "task_completed"
    first, second = (
        client.get(f"/api/v1/jobs/{name}/result").json()["document"]["sections"]
        for name in ("test_doc_001", "again")
    )
    assert first == second


def test_a_retry_needs_no_body_and_makes_an_id(client: TestClient) -> None:
    client.post(OUTLINE, json={"job_id": "once", "task_prompt": "潮汐能"})
    events_of(client, "once")

    job_id = client.post("/api/v1/jobs/once/retry").json()["job_id"]

    assert job_id != "once"
    assert events_of(client, job_id)[-1].type == "task_completed"


def test_what_has_not_ended_or_is_unknown_is_not_done_again(idle: Runtime, serve: Serve) -> None:
    with serve(idle) as client:
        client.post(OUTLINE, json={"job_id": "waiting", "task_prompt": "潮汐能"})

        waiting = client.post("/api/v1/jobs/waiting/retry")
        unknown = client.post("/api/v1/jobs/nobody/retry")
        wrong = client.post("/api/v1/jobs/waiting/retry", json={"how": "again"})

    assert refusal(waiting) == (409, "illegal_transition")
    assert refusal(unknown) == (404, "not_found")
    assert refusal(wrong) == (422, "invalid_request")


def test_a_job_that_waits_says_how_many_come_first_and_can_be_moved(
    idle: Runtime, serve: Serve
) -> None:
    with serve(idle) as client:
        for name in ("first", "second"):
            client.post(OUTLINE, json={"job_id": name, "task_prompt": "潮汐能"})
        first, before = (client.get(f"/api/v1/jobs/{name}").json() for name in ("first", "second"))

        response = client.post("/api/v1/jobs/second/priority", json={"priority": "urgent"})
        after = client.get("/api/v1/jobs/second").json()
        wrong = client.post("/api/v1/jobs/second/priority", json={"priority": "at once"})

    assert before["waiting_before"] == first["waiting_before"] + 1
    assert (response.status_code, response.json()["priority"]) == (200, "urgent")
    assert (after["waiting_before"], after["priority"]) == (0, "urgent")
    assert refusal(wrong) == (422, "invalid_request")


def test_a_job_that_has_ended_cannot_be_moved(client: TestClient) -> None:
    client.post(OUTLINE, json={"job_id": "over", "task_prompt": "潮汐能"})
    events_of(client, "over")

    response = client.post("/api/v1/jobs/over/priority", json={"priority": "urgent"})

    assert refusal(response) == (409, "illegal_transition")
