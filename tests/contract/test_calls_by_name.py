"""The two tasks as Celery calls them, in this process: what comes of a message."""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast

import pytest
from celery.exceptions import Reject

from pipeline.adapters.redis_connection import connect
from pipeline.adapters.redis_keys import JobKeys
from pipeline.domain.jobs import Job, JobId, JobStatus, OutlineGenerationRequest
from pipeline.errors import Deleted, Expired, NotFound, StoreUnavailable
from pipeline.runtime import Runtime
from pipeline.service.jobs import JobService
from tests.runtimes import running_runtime
from workers import tasks

JOB = JobId("by-name")


@pytest.fixture
def worker(redis_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Runtime]:
    """What a worker runs."""
    with running_runtime(tmp_path, redis_url=redis_url) as runtime:
        monkeypatch.setattr("workers.app.settings", lambda: runtime.settings)
        monkeypatch.setattr("workers.tasks.runtime", lambda: runtime)
        yield runtime


class Clock:
    """What a limit by time would look at."""

    def __init__(self) -> None:
        self.at = 0.0

    def monotonic(self) -> float:
        return self.at

    time = perf_counter = monotonic


@dataclass
class AwayJobs:
    """The door to jobs while Redis is away, so many times, and a minute each time."""

    jobs: JobService
    times: int
    clock: Clock

    def submit_outline(self, request: OutlineGenerationRequest) -> Job:
        self.times -= 1
        if self.times >= 0:
            self.clock.at += 60
            raise StoreUnavailable("Redis 没有回答")
        return self.jobs.submit_outline(request)


def take_redis_away(
    worker: Runtime, monkeypatch: pytest.MonkeyPatch, *, times: int
) -> threading.Event:
    """Let so many tries to save a job fail; returns what tells the worker to stop."""
    clock, stopping = Clock(), threading.Event()
    away = replace(worker, jobs=cast("JobService", AwayJobs(worker.jobs, times, clock)))
    monkeypatch.setattr("workers.tasks.time", clock, raising=False)
    monkeypatch.setattr("workers.tasks.runtime", lambda: away)
    monkeypatch.setattr("workers.tasks.PAUSE_S", 0.01)
    monkeypatch.setattr("workers.tasks.stopping", stopping)
    return stopping


def call(*, again: bool = False) -> None:
    """Deliver the message, for the first time or when its worker has died."""
    # by its module: pytest looks at each name here, which would make Celery read its settings
    task = tasks.generate_outline_from_query_task
    task.push_request(delivery_info={"redelivered": again})
    try:
        task.run(JOB, "写一份潮汐能报告的大纲")
    finally:
        task.pop_request()


def expire(worker: Runtime) -> None:
    client = connect(worker.settings.redis_url or "")
    client.delete(JobKeys.of(JOB).meta)
    client.close()


def delete(worker: Runtime) -> None:
    worker.jobs.delete(JOB)


@pytest.mark.parametrize(("end", "is_now"), [(expire, Expired), (delete, Deleted)])
def test_a_call_that_comes_again_when_its_job_is_over_and_gone_writes_nothing(
    worker: Runtime, end: Callable[[Runtime], None], is_now: type[NotFound]
) -> None:
    call()
    end(worker)

    call(again=True)

    with pytest.raises(is_now):
        worker.jobs.job(JOB)


def test_a_call_that_comes_again_before_its_job_was_saved_makes_it(worker: Runtime) -> None:
    call(again=True)

    assert worker.jobs.job(JOB).status is JobStatus.COMPLETED


def test_the_id_of_a_job_that_is_over_and_gone_may_be_called_anew(worker: Runtime) -> None:
    call()
    expire(worker)

    call()

    assert worker.jobs.job(JOB).status is JobStatus.COMPLETED


def test_a_call_waits_for_redis_however_long_it_is_away(
    worker: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    take_redis_away(worker, monkeypatch, times=100)

    call()

    assert worker.jobs.job(JOB).status is JobStatus.COMPLETED


def test_a_call_goes_back_when_its_worker_is_stopped_before_redis_is_there(
    worker: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    take_redis_away(worker, monkeypatch, times=100).set()

    with pytest.raises(Reject) as caught:
        call()

    assert caught.value.requeue
