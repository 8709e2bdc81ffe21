"""`GET /metrics`: the text format of Prometheus, and what it tells."""

import re
from pathlib import Path

from starlette.testclient import TestClient

from pipeline.runtime import Runtime
from tests.api.conftest import Serve
from tests.api.wire import events_of, refusal
from tests.runtimes import PRICED_MODEL, idle_runtime

COMMENT = re.compile(r"# (?:HELP (?P<help>[a-z_]+) \S.*|TYPE (?P<type>[a-z_]+) (?P<kind>[a-z]+))")
SAMPLE = re.compile(r'([a-z_]+)(?:\{([a-z_]+="[^"\\]*"(?:,[a-z_]+="[^"\\]*")*)\})? (\d\S*)')
ENDINGS = {"histogram": ("_bucket", "_sum", "_count"), "counter": ("",), "gauge": ("",)}


def read(client: TestClient, **headers: str) -> dict[str, float]:
    """Samples by name and labels; each line must be one of the format, below its own TYPE."""
    answer = client.get("/metrics", headers=headers)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert answer.text.endswith("\n")
    samples: dict[str, float] = {}
    name = kind = ""
    for line in answer.text.splitlines():
        if comment := COMMENT.fullmatch(line):
            name, kind = comment["type"] or comment["help"], comment["kind"] or ""
            continue
        sample = SAMPLE.fullmatch(line)
        assert sample, f"no line of the format: {line!r}"
        assert sample[1] in {name + ending for ending in ENDINGS[kind]}, line
        assert kind != "counter" or name.endswith("_total")
        key = f"{sample[1]}{{{sample[2]}}}" if sample[2] else sample[1]
        assert key not in samples, f"told twice: {key}"
        samples[key] = float(sample[3])
    return samples


def test_what_has_ended_is_counted_with_how_long_it_took(client: TestClient) -> None:
    done = 'longhand_jobs_ended_total{task_type="outline_generation",status="completed",code=""}'
    took = 'longhand_job_duration_seconds_bucket{task_type="outline_generation",le="%s"}'
    before = read(client)
    client.post("/api/v1/jobs/outline", json={"job_id": "counted", "task_prompt": "潮汐能"})
    events_of(client, "counted")

    after = read(client)

    assert after[done] == before.get(done, 0) + 1
    buckets = [after[took % le] for le in (1, 5, 15, 30, 60, 120, 300, 600, 1800, 3600, 14400)]
    assert buckets == sorted(buckets)
    assert after[took % "+Inf"] == before.get(took % "+Inf", 0) + 1 >= buckets[-1]


def test_tokens_that_jobs_have_used_are_counted_by_model(priced: Runtime, serve: Serve) -> None:
    name = 'longhand_model_tokens_total{task_type="outline_generation",model="%s",token_type="%s"}'
    with serve(priced) as client:
        before = read(client)
        client.post("/api/v1/jobs/outline", json={"job_id": "costly", "task_prompt": "潮汐能"})
        events_of(client, "costly")
        after, usage = read(client), client.get("/api/v1/jobs/costly").json()["usage"]

    for token_type, used in (("input", usage["tokens_in"]), ("output", usage["tokens_out"])):
        sample = name % (PRICED_MODEL, token_type)
        assert after[sample] - before.get(sample, 0) == used > 0


def test_a_healthy_app_tells_of_redis_its_engine_and_itself(client: TestClient) -> None:
    told = read(client)

    assert told["longhand_redis_up"] == 1
    assert told["longhand_engines"] == 1
    assert told["longhand_redis_memory_bytes"] > 100_000
    assert told["process_resident_memory_bytes"] > 10_000_000
    assert told["process_cpu_seconds_total"] > 0
    assert told["longhand_process_model_calls"] == 0


def test_jobs_that_wait_are_told(tmp_path: Path, serve: Serve) -> None:
    with idle_runtime(tmp_path) as runtime, serve(runtime) as client:
        for priority in ("urgent", "low", "low"):
            client.post(
                "/api/v1/jobs/outline", json={"task_prompt": "潮汐能", "priority": priority}
            )
        told = read(client)

    assert told['longhand_jobs{status="queued"}'] == 3
    assert told['longhand_jobs_waiting{priority="low"}'] == 2
    assert 0 <= told['longhand_oldest_waiting_seconds{priority="urgent"}'] < 30


def test_without_redis_the_rest_is_told(tmp_path: Path, serve: Serve) -> None:
    with (
        idle_runtime(tmp_path, redis_url="redis://127.0.0.1:1") as runtime,
        serve(runtime) as client,
    ):
        told = read(client)

    assert told["longhand_redis_up"] == 0
    assert {name for name in told if name.startswith("longhand_")} == {
        "longhand_redis_up",
        "longhand_process_model_calls",
    }
    assert told["process_cpu_seconds_total"] > 0


def test_where_there_are_keys_a_monitor_needs_one(tmp_path: Path, serve: Serve) -> None:
    with idle_runtime(tmp_path, api_keys="one,two") as runtime, serve(runtime) as client:
        refused = client.get("/metrics", headers={"Authorization": "Bearer three"})

        assert refusal(refused) == (401, "key_refused")
        assert refused.headers["www-authenticate"] == "Bearer"
        assert read(client, Authorization="Bearer two")["longhand_redis_up"] == 1
        assert read(client, **{"X-API-Key": "one"})["longhand_redis_up"] == 1
