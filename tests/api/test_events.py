import pytest
from redis import Redis
from starlette.testclient import TestClient

from pipeline.adapters.embedded_redis import ensure_server
from pipeline.adapters.redis_connection import connect
from pipeline.domain.phrases import PHRASES
from pipeline.runtime import Runtime
from tests.api.wire import TERMINAL, events_of, leaves, refusal

OUTLINE, DOCUMENT = "/api/v1/jobs/outline", "/api/v1/jobs/document"


def redis_of(runtime: Runtime) -> Redis:
    return connect(ensure_server(runtime.settings.data_dir))


@pytest.mark.parametrize(
    ("job_id", "path", "body"),
    [
        ("replay-1", OUTLINE, {"task_prompt": "关于潮汐能的报告"}),
        ("replay-2", DOCUMENT, {"outline": {"title": "潮汐能", "nodes": leaves(7)}}),
    ],
    ids=["outline", "document"],
)
def test_a_stream_tells_the_whole_story_with_one_ending(
    client: TestClient, job_id: str, path: str, body: dict[str, object]
) -> None:
    client.post(path, json={"job_id": job_id, **body})

    events = events_of(client, job_id)

    assert events[0].type == "task_started"
    assert [event.type for event in events if event.type in TERMINAL] == ["task_completed"]
    assert events[-1].type == "task_completed"
    assert len({event.id for event in events}) == len(events)
    assert {event.data["job_id"] for event in events} == {job_id}
    assert all(event.data["type"] == event.type for event in events)
    assert all(event.data["at"].endswith("Z") for event in events)
    said = [event.data for event in events if event.type == "task_progress"]
    assert said
    assert all(data["progress"] and data["key"] in PHRASES for data in said)


def test_an_outlines_events_say_what_was_asked_and_what_came_of_it(client: TestClient) -> None:
    client.post(OUTLINE, json={"job_id": "said", "task_prompt": "关于潮汐能的报告"})

    events = events_of(client, "said")

    result = client.get("/api/v1/jobs/said/result").json()["outline"]
    announced = [event.data for event in events if event.type == "outline_node"]
    top = [node["title"] for node in announced if node["parent_id"] is None]
    assert events[0].data["task_prompt"] == "关于潮汐能的报告"
    assert events[-1].data["result"]["title"] == result["title"]
    assert events[-1].data["result"]["nodes"] == len(announced)
    assert events[-1].data["duration"] >= 0
    assert top == [node["title"] for node in result["nodes"]]


def test_a_documents_events_name_each_section_and_its_text(client: TestClient) -> None:
    outline = {"title": "潮汐能", "nodes": leaves(3)}
    client.post(DOCUMENT, json={"job_id": "sections", "outline": outline})

    events = events_of(client, "sections")

    planned = [e.data["sections"] for e in events if e.type == "sections_planned"]
    done = [e.data for e in events if e.type == "section_state" and e.data["state"] == "done"]
    document = client.get("/api/v1/jobs/sections/result").json()["document"]
    assert [[section["id"] for section in plan] for plan in planned] == [["n0", "n1", "n2"]]
    assert {section["section_id"] for section in done} == {"n0", "n1", "n2"}
    assert events[0].data["outline_title"] == "潮汐能"
    assert events[-1].data["result"]["word_count"] == document["word_count"]


def test_a_reader_resumes_after_the_last_event_it_saw(client: TestClient) -> None:
    client.post(OUTLINE, json={"job_id": "resumed", "task_prompt": "关于潮汐能的报告"})
    events = events_of(client, "resumed")

    tails = [events_of(client, "resumed", after=event.id) for event in events]

    assert tails == [events[index + 1 :] for index in range(len(events))]


def test_the_place_may_stand_in_the_address(client: TestClient) -> None:
    client.post(OUTLINE, json={"job_id": "by-address", "task_prompt": "关于潮汐能的报告"})
    events = events_of(client, "by-address")

    response = client.get(f"/api/v1/jobs/by-address/events?after={events[3].id}")

    assert f"id: {events[3].id}\n" not in response.text
    assert f"id: {events[4].id}\n" in response.text


@pytest.mark.parametrize(
    "event_id", ["abc", "1", "1-2-3", "-", "1-", "²-1", "1-x", "$", "9" * 5_000 + "-1"]
)
def test_a_place_that_is_none_is_refused(client: TestClient, event_id: str) -> None:
    client.post(OUTLINE, json={"job_id": "odd-place", "task_prompt": "潮汐能"})

    response = client.get("/api/v1/jobs/odd-place/events", params={"after": event_id})

    assert refusal(response) == (422, "event_id_invalid")


def test_an_unknown_job_has_no_stream(client: TestClient) -> None:
    assert refusal(client.get("/api/v1/jobs/nobody/events")) == (404, "not_found")


def test_each_job_has_one_stream_that_expires_with_its_result(
    client: TestClient, running: Runtime
) -> None:
    for job_id in ("stream-a", "stream-b"):
        client.post(OUTLINE, json={"job_id": job_id, "task_prompt": "潮汐能"})
        events_of(client, job_id)
    redis = redis_of(running)

    keys = [key for key in redis.scan_iter("*stream-a*") if redis.type(key) == "stream"]
    lengths = [redis.xlen(key) for key in keys]
    ttls = [
        redis.ttl(key) for key in redis.scan_iter("*stream-a*") if not str(key).endswith(":gone")
    ]
    redis.close()

    assert lengths == [len(events_of(client, "stream-a"))]
    assert all(0 < int(str(ttl)) <= 3600 for ttl in ttls)
