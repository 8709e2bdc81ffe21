"""How long an ended job stays, and what is told of it afterwards."""

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from pipeline.adapters.redis_connection import connect
from pipeline.adapters.redis_journal import Ending
from pipeline.adapters.redis_keys import JobKeys, Terms
from pipeline.adapters.redis_store import RedisJobStore
from pipeline.domain.jobs import START, Job, JobId, JobStatus, TaskCompleted
from pipeline.engine import terms_of
from pipeline.errors import Expired, IllegalTransition, NotFound, QueueFull
from tests.running import (
    PATIENCE_S,
    REQUEST,
    RESULT,
    TERMS,
    Writer,
    a_job,
    a_store,
    as_writer,
    progress,
    some_settings,
    utc_now,
)

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
BRIEF = replace(TERMS, result_ttl=timedelta(milliseconds=50))
SLACK = timedelta(seconds=30)
# Between a step and the look at what it did, on a busy machine.


async def _complete(writer: Writer) -> None:
    job = writer.claim.job
    await writer.journal.finish("section:甲", "key", {"text": "潮汐"})
    done = TaskCompleted(job_id=job.id, task_type=job.kind, at=utc_now(), result={}, duration=1)
    await writer.journal.end(Ending(done, JobStatus.COMPLETED, RESULT))


def _completed(url: str, job_id: str = "job", terms: Terms = TERMS) -> Job:
    store = a_store(url)
    as_writer(url, store.create(a_job(job_id), REQUEST, "fingerprint"), _complete, terms=terms)
    return a_job(job_id)


def _left(url: str, job_id: JobId) -> dict[str, timedelta]:
    keys, client = JobKeys.of(job_id), connect(url)
    names = (keys.meta, keys.request, keys.events, keys.units, keys.result)
    return {name: timedelta(milliseconds=int(str(client.pttl(name)))) for name in names}


def _in_time(time: timedelta, wanted: timedelta) -> bool:
    return wanted - SLACK < time <= wanted


def _wait_until(is_so: Callable[[], bool]) -> None:
    deadline = utc_now() + timedelta(seconds=PATIENCE_S)
    while not is_so():
        assert utc_now() < deadline
        threading.Event().wait(0.01)


def _is_gone(store: RedisJobStore, job_id: JobId) -> bool:
    try:
        store.load(job_id)
    except NotFound:
        return True
    return False


def test_an_ended_job_says_when_it_goes_and_all_of_it_goes_then(any_url: str) -> None:
    job = _completed(any_url)

    loaded = a_store(any_url).load(job.id)

    assert loaded.expires_at is not None
    assert _in_time(loaded.expires_at - utc_now(), HOUR)
    assert all(_in_time(time, HOUR) for time in _left(any_url, job.id).values())


def test_a_job_that_has_not_ended_does_not_expire_and_cannot_be_kept(any_url: str) -> None:
    store = a_store(any_url)
    job = store.create(a_job(), REQUEST, "fingerprint")

    assert job.expires_at is None
    with pytest.raises(IllegalTransition, match="not ended"):
        store.keep(job.id, DAY)


def test_what_an_unfinished_job_has_written_stays_as_long_as_its_manuscript(any_url: str) -> None:
    async def finish_one_and_give_back(writer: Writer) -> None:
        told = progress(writer.claim.job)
        await writer.journal.finish("section:甲", "key", {"text": "潮汐"}, told)
        await writer.leases.give_back(writer.claim)

    settings = some_settings()
    store = RedisJobStore(connect(any_url), terms_of(settings), utc_now)
    job = store.create(a_job(), REQUEST, "fingerprint")
    as_writer(any_url, job, finish_one_and_give_back, terms=terms_of(settings))

    left = _left(any_url, job.id)

    del left[JobKeys.of(job.id).result]
    assert all(_in_time(time, settings.manuscript_ttl) for time in left.values())


def test_a_deleted_job_fences_its_late_worker_for_a_day(any_url: str) -> None:
    job = _completed(any_url)

    a_store(any_url).delete(job.id)

    left_ms = connect(any_url).pttl(JobKeys.of(job.id).fence)
    assert _in_time(timedelta(milliseconds=int(str(left_ms))), DAY)


def test_a_job_that_is_kept_stays_whole(any_url: str) -> None:
    job = _completed(any_url)
    store = a_store(any_url)

    kept = store.keep(job.id, DAY)

    assert kept.expires_at is not None
    assert _in_time(kept.expires_at - utc_now(), DAY)
    assert all(_in_time(time, DAY) for time in _left(any_url, job.id).values())
    assert store.result(job.id) == RESULT


def test_keeping_never_shortens(any_url: str) -> None:
    job = _completed(any_url)
    store = a_store(any_url)
    store.keep(job.id, DAY)

    again = store.keep(job.id, None)

    assert again.expires_at is not None
    assert _in_time(again.expires_at - utc_now(), DAY)


def test_an_expired_job_is_known_as_such_until_its_id_is_used_again(any_url: str) -> None:
    job = _completed(any_url, terms=BRIEF)
    store = a_store(any_url)
    _wait_until(lambda: _is_gone(store, job.id))

    for ask in (store.load, store.request, store.request_cancel, store.delete):
        with pytest.raises(Expired, match="expired") as caught:
            ask(job.id)
        assert caught.value.details == {"job_id": job.id, "kept_s": 3600}
    with pytest.raises(Expired):
        store.keep(job.id, DAY)
    assert (store.result(job.id), store.events(job.id, after=START)) == (None, [])
    again = store.create(a_job("job"), REQUEST, "fingerprint")
    assert (again.status, again.expires_at) == (JobStatus.QUEUED, None)


def test_a_deleted_job_was_never_there(any_url: str) -> None:
    job = _completed(any_url)
    store = a_store(any_url)

    store.delete(job.id)

    with pytest.raises(NotFound) as caught:
        store.load(job.id)
    assert caught.value.code == "not_found"


def test_a_job_that_was_taken_over_stays_as_long_as_any_other(any_url: str) -> None:
    async def vanish(writer: Writer) -> None:
        await writer.journal.finish("section:甲", "key", {"text": "潮汐"})

    store = a_store(any_url)
    job = store.create(a_job(), REQUEST, "fingerprint")
    as_writer(any_url, job, vanish)
    connect(any_url).zadd("longhand:jobs:running", {job.id: 1})  # its lease is over

    as_writer(any_url, job, _complete, owner="乙")

    assert all(_in_time(time, HOUR) for time in _left(any_url, job.id).values())


def test_a_retry_stays_as_long_as_any_other_and_leaves_the_first_job_alone(any_url: str) -> None:
    first = _completed(any_url, "first")
    store = a_store(any_url)
    store.keep(first.id, DAY)

    again = store.create(a_job("again"), REQUEST, "a retry", units_of=first.id)
    as_writer(any_url, again, _complete)

    assert all(_in_time(time, HOUR) for time in _left(any_url, again.id).values())
    assert all(_in_time(time, DAY) for time in _left(any_url, first.id).values())


def test_a_job_that_an_earlier_version_ended_can_be_kept(any_url: str) -> None:
    job = _completed(any_url)
    store = a_store(any_url)
    connect(any_url).hdel(JobKeys.of(job.id).meta, "expires_at")
    connect(any_url).delete(JobKeys.of(job.id).gone)

    before, kept = store.load(job.id), store.keep(job.id, DAY)

    assert before.expires_at is None
    assert kept.expires_at is not None


def test_when_too_many_wait_no_more_are_taken_but_those_that_are_there(any_url: str) -> None:
    store = RedisJobStore(connect(any_url), replace(TERMS, max_queued=2), utc_now)
    for name in ("一".encode().hex(), "two"):
        store.create(a_job(name), REQUEST, name)

    with pytest.raises(QueueFull, match="MAX_QUEUED_JOBS") as caught:
        store.create(a_job("three"), REQUEST, "three")

    assert caught.value.details["limit"] == 2
    assert store.create(a_job("two"), REQUEST, "two").id == "two"
    with pytest.raises(NotFound):
        store.load(JobId("three"))
    store.request_cancel(JobId("two"))
    assert store.create(a_job("three"), REQUEST, "three").id == "three"


def test_a_job_that_runs_does_not_count_among_those_that_wait(any_url: str) -> None:
    store = RedisJobStore(connect(any_url), replace(TERMS, max_queued=1), utc_now)
    running = store.create(a_job("running"), REQUEST, "running")

    async def go_on(writer: Writer) -> str:
        return store.create(a_job("next"), REQUEST, "next").id

    assert as_writer(any_url, running, go_on) == "next"
