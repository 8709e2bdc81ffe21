"""An engine whose process is killed while a model writes: what it had used stays counted."""

import subprocess
import sys
import threading
from dataclasses import replace
from datetime import timedelta

import pytest

from benchmarks.endpoint import Endpoint, Pace, serving_in_thread
from pipeline.adapters.embedded_redis import find_binary
from pipeline.domain.documents import Usage
from pipeline.domain.jobs import Job, JobStatus, UsageCounted
from tests.contract.test_usage_kept import SECTIONS, a_document_job, work_at
from tests.running import a_store, endings_of, events_of, running_engine

pytestmark = [
    pytest.mark.skipif(find_binary() is None, reason="there is no redis-server here"),
    pytest.mark.long,
    pytest.mark.timeout(60),
]

TOKENS = 100
"""Of each section."""

SLOWLY = Pace(tokens=TOKENS, tokens_per_second=20, tells_usage=True)
"""A section takes five seconds; its writer is killed in the first of them."""

AT_ONCE = replace(SLOWLY, tokens_per_second=0)

LEASE = timedelta(seconds=1)
"""Whoever takes the job over waits for it; nobody else wants the job."""

PROGRAM = """
import sys
from tests.contract.test_usage_kept import work_at
from tests.crash.test_usage_of_a_killed_engine import LEASE
from tests.running import running_engine

with running_engine(sys.argv[1], work_at(sys.argv[2]), lease=LEASE) as running:
    running.next_end()
"""


def write_and_die(redis_url: str, endpoint: Endpoint, job: Job) -> Usage:
    """What is stored of a process that was killed when it wrote at all sections."""
    store = a_store(redis_url)
    command = [sys.executable, "-c", PROGRAM, redis_url, endpoint.base_url]
    with subprocess.Popen(command) as process:  # noqa: S603
        try:
            while not _writes_at_all(store.load(job.id).usage):
                threading.Event().wait(0.01)
        finally:
            process.kill()
    usage = store.load(job.id).usage
    assert usage
    return usage


def _writes_at_all(usage: Usage | None) -> bool:
    return bool(usage and usage.calls == SECTIONS and usage.tokens_out >= SECTIONS)


def test_an_engine_counts_on_from_what_a_process_had_used_that_was_killed(redis_url: str) -> None:
    job = a_document_job(redis_url)
    store = a_store(redis_url)
    with serving_in_thread(SLOWLY) as endpoint:
        before = write_and_die(redis_url, endpoint, job)
        read, wrote = endpoint.read, endpoint.wrote
        endpoint.pace = AT_ONCE

        with running_engine(redis_url, work_at(endpoint.base_url), lease=LEASE) as running:
            assert running.next_end().status is JobStatus.COMPLETED

    assert before.calls == before.estimated == SECTIONS
    assert 0.6 * read < before.tokens_in < 1.4 * read
    assert SECTIONS <= before.tokens_out <= wrote < SECTIONS * TOKENS
    after = store.load(job.id).usage
    assert after
    assert after.calls == 2 * SECTIONS == len(endpoint.requests)
    assert after.tokens_in == before.tokens_in + endpoint.read - read
    assert after.tokens_out == before.tokens_out + SECTIONS * TOKENS
    told = [event for event in events_of(store, job.id) if isinstance(event, UsageCounted)]
    assert told[-1].usage == after
    assert len(endings_of(store, job.id)) == 1
