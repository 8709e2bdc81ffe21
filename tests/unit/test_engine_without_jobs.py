"""What an engine does without taking a job: that of an app with workers, or one that is full."""

import threading
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from pipeline.adapters.redis_store import RedisJobStore
from pipeline.domain.jobs import Job, JobId, JobStatus, Priority
from pipeline.engine import Engine, Hooks
from pipeline.errors import StoreUnavailable
from tests.running import (
    PATIENCE_S,
    REQUEST,
    TERMS,
    Writer,
    a_job,
    a_store,
    as_writer,
    endings_of,
    running_engine,
    some_settings,
    utc_now,
)
from tests.works import Rooms, Units, submit


def test_a_server_is_looked_after_also_where_only_others_run_jobs(redis_url: str) -> None:
    looks = threading.Semaphore(0)
    hooks = Hooks(now=utc_now, revive=looks.release)
    engine = Engine(some_settings(), redis_url, Units("一"), hooks)
    engine.start(takes_jobs=False)
    try:
        is_looked_after = looks.acquire(timeout=PATIENCE_S)
    finally:
        engine.stop()

    assert is_looked_after


@pytest.mark.parametrize("lease", [TERMS.lease, timedelta(hours=1)], ids=["short", "long"])
def test_a_job_that_is_to_stop_ends_though_its_engine_died_and_no_other_takes_jobs(
    any_url: str, lease: timedelta
) -> None:
    async def die(_: Writer) -> None:
        pass

    store, job, other = a_store(any_url), a_job(), a_job("别的".encode().hex())
    for each in (other, job):
        store.create(each, REQUEST, f"fingerprint {each.id}")
        as_writer(any_url, each, die, terms=replace(TERMS, lease=lease))
    asked = store.request_cancel(job.id)
    assert asked.status is JobStatus.RUNNING, "its lease stands: an engine may be there to obey"
    ended = threading.Event()

    def cancel(job_id: JobId) -> None:
        store.request_cancel(job_id)
        ended.set()

    settings = some_settings(max_jobs=1)  # which says nothing of what others run
    engine = Engine(settings, any_url, Units("一"), Hooks(now=utc_now, cancel=cancel))
    engine.start(takes_jobs=False)
    try:
        assert ended.wait(PATIENCE_S)
    finally:
        engine.stop()

    assert store.load(job.id).status is JobStatus.CANCELLED
    assert len(endings_of(store, job.id)) == 1
    assert store.load(other.id).status is JobStatus.RUNNING


def _to_stop(url: str, store: RedisJobStore, name: str) -> Job:
    """A job that was to stop when its engine died."""

    async def stop_and_die(writer: Writer) -> None:
        store.request_cancel(writer.claim.job.id)

    job = store.create(a_job(name), REQUEST, name)
    as_writer(url, job, stop_and_die)
    return job


def test_a_job_that_is_to_stop_ends_though_its_engine_died_and_the_others_are_full(
    any_url: str,
) -> None:
    store, rooms = a_store(any_url), Rooms()
    ended = threading.Event()

    def cancel(job_id: JobId) -> None:
        store.request_cancel(job_id)
        ended.set()

    with running_engine(any_url, rooms, cancel=cancel, max_jobs=1) as running:
        submit(any_url, running, a_job("fills it"))
        rooms.wait_for()
        job = _to_stop(any_url, store, "停")
        has_ended = ended.wait(PATIENCE_S)
        rooms.let_out()

    assert has_ended
    assert store.load(job.id).status is JobStatus.CANCELLED
    assert len(endings_of(store, job.id)) == 1


@pytest.mark.parametrize("error", [StoreUnavailable("没有回答"), ValueError("坏的")])
def test_a_job_that_cannot_be_ended_keeps_no_other_from_ending(
    any_url: str, error: Exception
) -> None:
    store = a_store(any_url)
    first = _to_stop(any_url, store, "first")
    last = _to_stop(any_url, store, "last")
    ended = threading.Event()

    def cancel(job_id: JobId) -> None:
        if job_id == first.id:
            raise error
        store.request_cancel(job_id)
        ended.set()

    engine = Engine(some_settings(), any_url, Units("一"), Hooks(now=utc_now, cancel=cancel))
    engine.start(takes_jobs=False)
    try:
        assert ended.wait(PATIENCE_S)
    finally:
        engine.stop()

    assert store.load(last.id).status is JobStatus.CANCELLED


def test_a_job_that_is_to_stop_is_found_also_after_it_got_another_priority(any_url: str) -> None:
    async def stop_and_give_back(writer: Writer) -> None:
        store.request_cancel(writer.claim.job.id)
        await writer.leases.give_back(writer.claim)

    async def look(writer: Writer) -> Sequence[JobId]:
        return await writer.leases.cancelled()

    store, job = a_store(any_url), a_job()
    store.create(job, REQUEST, "fingerprint")
    as_writer(any_url, job, stop_and_give_back)
    store.prioritise(job.id, Priority.URGENT)
    watcher = store.create(a_job("watcher"), REQUEST, "another")

    assert as_writer(any_url, watcher, look) == [job.id]
