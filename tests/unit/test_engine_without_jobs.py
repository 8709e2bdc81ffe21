"""The engine of an app whose jobs run on workers: what it does all the same."""

import threading
from dataclasses import replace
from datetime import timedelta

import pytest

from pipeline.domain.jobs import JobId, JobStatus
from pipeline.engine import Engine, Hooks
from tests.running import (
    PATIENCE_S,
    REQUEST,
    TERMS,
    Writer,
    a_job,
    a_store,
    as_writer,
    endings_of,
    some_settings,
    utc_now,
)
from tests.works import Units


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
