import asyncio
import json
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import JsonValue
from redis import exceptions as redis_exceptions

from pipeline.adapters.redis_connection import connect, connect_async, store_errors
from pipeline.adapters.redis_journal import LeaseLost
from pipeline.adapters.redis_keys import (
    CONTROL,
    MANUSCRIPTS,
    RECENT,
    RUNNING,
    JobKeys,
    manuscript_key,
    reading_key,
)
from pipeline.adapters.redis_leases import Leases
from pipeline.adapters.redis_store import RedisJobStore
from pipeline.domain.jobs import (
    START,
    Job,
    JobId,
    JobStatus,
    ManuscriptId,
    Priority,
    TaskFailed,
    TaskProgress,
)
from pipeline.errors import ConfigError, Conflict, IllegalTransition, NotFound, StoreUnavailable
from tests.running import (
    PATIENCE_S,
    REQUEST,
    TERMS,
    Writer,
    a_job,
    a_store,
    as_writer,
    endings_of,
    events_of,
    numbered,
    progress,
    utc_now,
)


async def _say_three_things(writer: Writer) -> None:
    for number in (1, 2, 3):
        writer.journal.tell(progress(writer.claim.job, done=number, text=f"第{number}步"))
    await writer.journal.settle()


def _created(url: str, job_id: str = "job", manuscript_id: str | None = None) -> Job:
    job = a_job(job_id, manuscript_id=manuscript_id)
    return a_store(url).create(job, REQUEST, "fingerprint")


def test_a_job_is_read_back_as_it_was_made(any_url: str) -> None:
    job = a_job()
    store = a_store(any_url)

    created = store.create(job, REQUEST, "fingerprint")

    assert created == job
    assert store.load(job.id) == job
    assert store.request(job.id) == REQUEST
    assert store.result(job.id) is None
    assert store.events(job.id, after=START) == []


def test_the_same_request_again_is_the_same_job(any_url: str) -> None:
    first = _created(any_url)

    again = a_store(any_url).create(
        a_job("job", created_at=utc_now() + timedelta(hours=1)), REQUEST, "fingerprint"
    )

    assert again == first


def test_another_request_under_the_same_id_is_a_conflict(any_url: str) -> None:
    first = _created(any_url)

    with pytest.raises(Conflict, match="another id"):
        a_store(any_url).create(a_job("job"), '{"task_prompt": "别的"}', "other fingerprint")

    assert a_store(any_url).request(first.id) == REQUEST


def test_a_job_may_begin_with_the_units_of_an_earlier_one(any_url: str) -> None:
    async def finish_one(writer: Writer) -> None:
        await writer.journal.finish("section:甲", "key", {"text": "潮汐"})

    as_writer(any_url, _created(any_url, "earlier"), finish_one)
    found: list[JsonValue] = []

    async def look(writer: Writer) -> None:
        found.append(writer.journal.finished("section:甲", "key"))

    for name, units_of in (("with", JobId("earlier")), ("without", None)):
        job = a_store(any_url).create(a_job(name), REQUEST, name, units_of=units_of)
        as_writer(any_url, job, look)

    assert found == [{"text": "潮汐"}, None]


def test_ids_that_contain_each_other_are_different_jobs(any_url: str) -> None:
    names = ["a", "a:meta", "a:events", "job_result:a", "{a}".strip("{}") + "."]
    for name in names:
        _created(any_url, name)

    assert {job.id for job in a_store(any_url).recent(limit=10)} == set(names)


def test_an_unknown_job_is_not_found(any_url: str) -> None:
    store = a_store(any_url)
    unknown = JobId("unknown")

    for ask in (store.load, store.request, store.request_cancel, store.delete):
        with pytest.raises(NotFound, match="unknown"):
            ask(unknown)
    assert store.events(unknown, after=START) == []
    assert store.result(unknown) is None


def test_events_are_read_after_the_last_one_that_was_seen(any_url: str) -> None:
    job = _created(any_url)
    as_writer(any_url, job, _say_three_things)
    store = a_store(any_url)

    (first, event), *rest = store.events(job.id, after=START)

    assert numbered([first]) == ["1-1"]
    assert isinstance(event, TaskProgress)
    assert event.progress == "第1步"
    assert store.events(job.id, after=first) == rest
    assert store.events(job.id, after=first, limit=1) == rest[:1]
    assert store.events(job.id, after=rest[-1][0]) == []


def test_progress_never_goes_backwards(any_url: str) -> None:
    async def go_back(writer: Writer) -> None:
        for done in (5, 2):
            writer.journal.tell(progress(writer.claim.job, done=done, total=9))
            await writer.journal.settle()

    job = _created(any_url)
    as_writer(any_url, job, go_back)
    as_writer(any_url, job, _say_three_things)  # the same owner again, as after a crash

    loaded = a_store(any_url).load(job.id)
    assert (loaded.done, loaded.total, loaded.status) == (5, 9, JobStatus.RUNNING)


def test_recent_jobs_come_newest_first_and_by_status(any_url: str) -> None:
    start = utc_now()
    store = a_store(any_url)
    for number in range(250):
        job = a_job(f"job-{number}", created_at=start + timedelta(seconds=number))
        store.create(job, REQUEST, "fingerprint")
    store.request_cancel(JobId("job-7"))

    assert [job.id for job in store.recent(limit=3)] == ["job-249", "job-248", "job-247"]
    assert [job.id for job in store.recent(limit=5, status=JobStatus.CANCELLED)] == ["job-7"]
    assert len(store.recent(limit=1000)) == 250


def test_an_expired_job_leaves_the_list(any_url: str) -> None:
    kept, gone = _created(any_url, "kept"), _created(any_url, "gone")
    client = connect(any_url)
    client.delete(f"longhand:job:{{{gone.id}}}:meta")

    assert [job.id for job in a_store(any_url).recent(limit=10)] == [kept.id]
    assert client.zcard("longhand:jobs:recent") == 1


def test_a_queued_job_is_cancelled_at_once_with_one_terminal_event(any_url: str) -> None:
    job = _created(any_url)
    store = a_store(any_url)

    cancelled = store.request_cancel(job.id)
    again = store.request_cancel(job.id)

    assert again == cancelled
    assert (cancelled.status, cancelled.error_code) == (JobStatus.CANCELLED, "cancelled")
    (ending,) = endings_of(store, job.id)
    assert isinstance(ending, TaskFailed)
    assert (ending.code, ending.at) == ("cancelled", cancelled.finished_at)


def test_a_running_job_is_asked_to_stop_and_goes_on_until_it_does(any_url: str) -> None:
    async def be_cancelled(writer: Writer) -> list[str]:
        asked = a_store(any_url).request_cancel(writer.claim.job.id)
        assert (asked.status, asked.cancel_requested) == (JobStatus.RUNNING, True)
        writer.journal.tell(progress(writer.claim.job))
        await writer.journal.settle()
        return writer.heard

    assert as_writer(any_url, _created(any_url), be_cancelled) == ["cancelled"]


def _ids_in_turn(url: str, most: int = 10) -> list[str]:
    async def ask() -> list[str]:
        client = connect_async(url)
        try:
            leases = Leases(client, TERMS, owner="asker", now=utc_now)
            return [str(job_id) for job_id in await leases.expired(most)]
        finally:
            await client.aclose()

    return asyncio.run(ask())


def test_jobs_that_wait_are_taken_up_by_priority_and_then_by_time(any_url: str) -> None:
    store = a_store(any_url)
    for name, priority in (
        ("low", Priority.LOW),
        ("normal-1", Priority.NORMAL),
        ("urgent", Priority.URGENT),
        ("normal-2", Priority.NORMAL),
        ("high", Priority.HIGH),
    ):
        job = a_job(name).model_copy(update={"priority": priority})
        store.create(job, REQUEST, "fingerprint")

    assert store.waiting_before(JobId("normal-2")) == 3
    assert _ids_in_turn(any_url) == ["urgent", "high", "normal-1", "normal-2", "low"]
    assert _ids_in_turn(any_url, most=2) == ["urgent", "high"]


def test_a_job_whose_engine_died_is_taken_up_before_those_that_wait(redis_url: str) -> None:
    begun = _created(redis_url, "begun")
    as_writer(redis_url, begun, _say_three_things)  # which vanishes with its lease
    urgent = a_job("urgent").model_copy(update={"priority": Priority.URGENT})
    a_store(redis_url).create(urgent, REQUEST, "fingerprint")

    deadline = utc_now() + timedelta(seconds=PATIENCE_S)
    while (turn := _ids_in_turn(redis_url))[:1] != ["begun"] and utc_now() < deadline:
        pass

    assert turn[:2] == ["begun", "urgent"]
    assert a_store(redis_url).waiting_before(begun.id) == 0


def test_healthy_jobs_are_found_behind_any_number_that_lost_their_process_often(
    any_url: str,
) -> None:
    jobs = [_created(any_url, f"job-{number:02}") for number in range(12)]
    attempts = dict.fromkeys(range(9), 2) | {9: 0, 10: 3, 11: 1}  # of 3: suspect from 1 on
    for number, many in attempts.items():
        connect(any_url).hset(JobKeys.of(jobs[number].id).meta, "attempts", many)

    assert _ids_in_turn(any_url, most=2) == ["job-00", "job-01", "job-09", "job-10"]
    assert _ids_in_turn(any_url, most=1) == ["job-00", "job-09"]


def test_another_priority_moves_a_job_that_waits(any_url: str) -> None:
    store = a_store(any_url)
    first, second = _created(any_url, "first"), _created(any_url, "second")

    moved = store.prioritise(second.id, Priority.HIGH)

    assert moved.priority is Priority.HIGH
    assert (store.waiting_before(first.id), store.waiting_before(second.id)) == (1, 0)
    assert _ids_in_turn(any_url) == ["second", "first"]


def test_a_job_that_has_ended_takes_no_priority(any_url: str) -> None:
    job = _created(any_url)
    a_store(any_url).request_cancel(job.id)

    with pytest.raises(IllegalTransition, match="ended"):
        a_store(any_url).prioritise(job.id, Priority.LOW)
    with pytest.raises(NotFound, match="unknown"):
        a_store(any_url).prioritise(JobId("unknown"), Priority.LOW)


def test_only_a_finished_job_is_deleted_and_then_nothing_of_it_is_left(any_url: str) -> None:
    job = _created(any_url)
    store = a_store(any_url)

    with pytest.raises(IllegalTransition, match="cancel it first"):
        store.delete(job.id)
    store.request_cancel(job.id)
    store.delete(job.id)

    with pytest.raises(NotFound):
        store.load(job.id)
    assert store.recent(limit=10) == []
    left = [str(key) for key in connect(any_url).scan_iter("*") if job.id in str(key)]
    assert [key.rpartition(":")[2] for key in left] == ["fence"]


def test_a_worker_of_a_deleted_job_cannot_write_into_the_next_one_of_that_id(any_url: str) -> None:
    async def be_late(writer: Writer) -> None:
        store.request_cancel(writer.claim.job.id)
        connect(any_url).zadd("longhand:jobs:running", {writer.claim.job.id: 0})
        store.request_cancel(writer.claim.job.id)
        store.delete(writer.claim.job.id)
        store.create(a_job("job"), "{}", "another request")
        claim = await writer.leases.claim(writer.claim.job.id)
        assert claim is not None
        writer.journal.tell(progress(writer.claim.job, text="太晚了"))
        with pytest.raises(LeaseLost):
            await writer.journal.settle()

    store = a_store(any_url)
    as_writer(any_url, _created(any_url), be_late)

    assert events_of(store, a_job("job").id) == []


def test_every_key_expires(any_url: str) -> None:
    job = _created(any_url, manuscript_id="稿")
    as_writer(any_url, job, _say_three_things)
    a_store(any_url).request_cancel(job.id)
    client = connect(any_url)

    lasting = [key for key in client.scan_iter() if client.pttl(key) < 0]

    assert lasting == []


def test_a_finished_job_stays_as_long_as_its_result(any_url: str) -> None:
    job = _created(any_url)
    a_store(any_url).request_cancel(job.id)
    client = connect(any_url)

    for part in ("meta", "events", "request"):
        left = client.pttl(f"longhand:job:{{{job.id}}}:{part}")
        assert 3_590_000 < left <= 3_600_000, part


def test_an_event_of_a_newer_version_is_left_out(any_url: str) -> None:
    job = _created(any_url)
    as_writer(any_url, job, _say_three_things)
    client = connect(any_url)
    newer = json.dumps({"type": "from_the_future", "job_id": job.id})
    client.xadd(f"longhand:job:{{{job.id}}}:events", {"event": newer}, id=f"{10**14}-1")

    assert len(a_store(any_url).events(job.id, after=START)) == 3


def test_without_redis_the_store_is_unavailable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.adapters.redis_connection.RETRIES", 0)
    store = RedisJobStore(connect("redis://127.0.0.1:1/0"), TERMS, utc_now)

    with pytest.raises(StoreUnavailable, match="REDIS_URL"):
        store.ping()


def test_a_url_that_no_client_understands_is_refused() -> None:
    with pytest.raises(ConfigError, match="rediss://"):
        connect("http://127.0.0.1:6379")


@pytest.mark.parametrize(
    "error",
    [
        error
        for error in vars(redis_exceptions).values()
        if isinstance(error, type) and issubclass(error, Exception)
    ],
)
def test_every_error_of_the_client_becomes_ours(error: type[Exception]) -> None:
    foreign = error.__new__(error)  # some need arguments that only the client has

    with pytest.raises(StoreUnavailable) as caught, store_errors("try"):
        raise foreign

    assert caught.value.__cause__ is foreign
    assert caught.value.retryable


def test_the_keys_that_the_documentation_names_are_those_in_use() -> None:
    text = (Path(__file__).parents[2] / "docs/redis.md").read_text(encoding="utf-8")
    keys = JobKeys.of(JobId("<job id>"))
    manuscript = manuscript_key(ManuscriptId("<id>"))

    names = [keys.meta, keys.request, keys.events, keys.units, keys.result, manuscript]
    names += [RUNNING, RECENT, CONTROL, MANUSCRIPTS, reading_key("<sha-256>")]

    assert [name for name in names if f"`{name}`" not in text] == []
