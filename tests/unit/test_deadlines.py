"""How long a job may run: the time counts in which an engine runs it, whichever that is."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from pipeline.adapters.redis_connection import connect
from pipeline.adapters.redis_keys import JobKeys
from pipeline.domain.jobs import JobStatus
from tests.running import (
    REQUEST,
    TERMS,
    Writer,
    a_job,
    a_store,
    as_writer,
    endings_of,
    progress,
    running_engine,
)
from tests.works import Rooms, Units, submit

SLACK = timedelta(seconds=5)
# What a busy machine takes for a few steps.


def test_a_job_past_its_deadline_is_stopped(redis_url: str) -> None:
    rooms = Rooms()
    job = a_job()
    with running_engine(redis_url, rooms, job_deadline=timedelta(milliseconds=50)) as running:
        submit(redis_url, running, job)
        ended = running.next_end()

    assert (ended.status, ended.error_code) == (JobStatus.FAILED, "deadline_exceeded")
    assert rooms.left == ["cancelled"]
    assert len(endings_of(a_store(redis_url), job.id)) == 1


def test_the_deadline_counts_the_time_that_other_engines_have_run_the_job(
    redis_url: str,
) -> None:
    job = a_job()
    store = a_store(redis_url)
    store.create(job, REQUEST, "提示")
    key = f"longhand:job:{{{job.id}}}:meta"
    store._redis.hset(key, "ran_ms", 2 * 3600 * 1000)  # as another engine left it
    with running_engine(redis_url, Rooms(), job_deadline=timedelta(hours=1)) as running:
        running.engine.submit(job.id)
        ended = running.next_end()

    assert (ended.status, ended.error_code) == (JobStatus.FAILED, "deadline_exceeded")
    assert len(endings_of(a_store(redis_url), job.id)) == 1


def test_the_time_in_which_nobody_runs_a_job_does_not_count_against_its_deadline(
    redis_url: str,
) -> None:
    job = a_job()
    store = a_store(redis_url)
    store.create(job, REQUEST, "提示")
    key = f"longhand:job:{{{job.id}}}:meta"
    long_ago = datetime.now(UTC) - timedelta(hours=9)
    store._redis.hset(key, "started_at", long_ago.isoformat())
    store._redis.hset(key, "seen_ms", int(long_ago.timestamp() * 1000))
    with running_engine(redis_url, Units("一"), job_deadline=timedelta(hours=1)) as running:
        running.engine.submit(job.id)
        ended = running.next_end()

    assert ended.status is JobStatus.COMPLETED


@pytest.mark.parametrize(
    ("silence", "counts"),
    [(timedelta(seconds=10), timedelta(seconds=10)), (timedelta(hours=9), timedelta(minutes=1))],
    ids=["between two signs of life", "asleep, with its server"],
)
def test_the_time_between_two_signs_of_life_counts_up_to_a_lease(
    any_url: str, silence: timedelta, counts: timedelta
) -> None:
    async def run_on(writer: Writer) -> timedelta:
        seen_ms = (datetime.now(UTC) - silence).timestamp() * 1000
        connect(any_url).hset(JobKeys.of(job.id).meta, "seen_ms", int(seen_ms))
        writer.journal.tell(progress(job))
        await writer.journal.settle()
        return writer.claim.ran

    async def look(writer: Writer) -> timedelta:
        return writer.claim.ran

    job = a_store(any_url).create(a_job(), REQUEST, "fingerprint")
    terms = replace(TERMS, lease=timedelta(minutes=1))

    before = as_writer(any_url, job, run_on, terms=terms)
    after = as_writer(any_url, job, look)

    assert before == timedelta(0)
    assert counts <= after < counts + SLACK


def test_the_time_since_the_last_sign_of_life_counts_for_a_job_that_is_given_back(
    any_url: str,
) -> None:
    silence = timedelta(seconds=10)

    async def give_back(writer: Writer) -> None:
        seen_ms = (datetime.now(UTC) - silence).timestamp() * 1000
        connect(any_url).hset(JobKeys.of(job.id).meta, "seen_ms", int(seen_ms))
        await writer.leases.give_back(writer.claim)

    async def look(writer: Writer) -> timedelta:
        return writer.claim.ran

    job = a_store(any_url).create(a_job(), REQUEST, "fingerprint")
    as_writer(any_url, job, give_back, terms=replace(TERMS, lease=timedelta(minutes=1)))

    after = as_writer(any_url, job, look)

    assert silence <= after < silence + SLACK
