"""An engine whose process is killed in the middle of a job, and the one that goes on."""

import subprocess
import sys

import pytest

from pipeline.adapters.embedded_redis import find_binary
from pipeline.domain.jobs import JobStatus, TaskStarted
from tests.running import REQUEST, a_job, a_store, endings_of, events_of, running_engine
from tests.works import Units

pytestmark = pytest.mark.skipif(find_binary() is None, reason="there is no redis-server here")

NAMES = [f"第{number}节" for number in range(200)]

PROGRAM = """
import sys
from tests.crash.test_engine_killed import NAMES
from tests.running import running_engine
from tests.works import Units

class Spoken(Units):
    def finished(self, name: str) -> None:
        print(name, flush=True)

with running_engine(sys.argv[1], Spoken(*NAMES)) as running:
    running.next_end()
"""

POISON = """
import asyncio, os, sys
from tests.running import RESULT, running_engine

async def work(job, request, journal, slots):
    if job.id == "poison":
        os._exit(1)
    await asyncio.sleep(0.5)
    return RESULT

with running_engine(sys.argv[1], work, max_attempts=3) as running:
    running.next_end()
"""


def test_after_two_kills_no_finished_unit_was_done_again(redis_url: str) -> None:
    job = a_job()
    store = a_store(redis_url)
    store.create(job, REQUEST, "fingerprint")
    finished: list[str] = []
    for _ in range(2):
        process = subprocess.Popen(  # noqa: S603
            [sys.executable, "-c", PROGRAM, redis_url],
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )
        assert process.stdout is not None
        finished += [process.stdout.readline().strip() for _ in range(10)]
        process.kill()
        finished += process.stdout.read().split()
        process.wait()
        process.stdout.close()
    last = Units(*NAMES)

    with running_engine(redis_url, last) as running:
        ended = running.next_end()

    assert ended.status is JobStatus.COMPLETED
    assert 20 <= len(finished) < len(NAMES)
    assert len(set(finished)) == len(finished)
    assert set(finished).isdisjoint(last.done)
    events = events_of(store, job.id)
    assert [each.attempt for each in events if isinstance(each, TaskStarted)] == [1, 2, 3]
    assert len(endings_of(store, job.id)) == 1


@pytest.mark.timeout(60)
def test_a_job_that_kills_its_process_each_time_takes_no_other_along(redis_url: str) -> None:
    store = a_store(redis_url)
    jobs = [store.create(a_job(name), REQUEST, name) for name in ("poison", "innocent")]

    while not all(job.status.is_final for job in jobs):
        subprocess.run([sys.executable, "-c", POISON, redis_url], check=False)  # noqa: S603
        jobs = [store.load(job.id) for job in jobs]

    assert [(job.status, job.error_code) for job in jobs] == [
        (JobStatus.FAILED, "crashed_too_often"),
        (JobStatus.COMPLETED, ""),
    ]
