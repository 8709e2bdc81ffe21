"""Engines that die, drain, hang or never hear of a job: another goes on, exactly once."""

import asyncio
import threading
from dataclasses import replace
from datetime import timedelta

from pipeline.adapters.redis_connection import connect
from pipeline.adapters.redis_keys import JobKeys
from pipeline.domain.jobs import Job, JobId, JobStatus, TaskStarted
from pipeline.engine.thread import REVIVE_S
from pipeline.errors import StoreUnavailable
from pipeline.ports import Journal, Slots
from tests.running import (
    PATIENCE_S,
    REQUEST,
    RESULT,
    TERMS,
    Writer,
    a_job,
    a_store,
    as_writer,
    endings_of,
    events_of,
    progress,
    running_engine,
)
from tests.works import Rooms, Units, submit

MOST_THREADS = 32
# More an event loop never has for what blocks, however many cores there are.


def test_a_job_whose_hint_was_lost_is_found(any_url: str) -> None:
    job = a_job()
    with running_engine(any_url, Units("一")) as running:
        a_store(any_url).create(job, REQUEST, "fingerprint")  # and nobody is told

        assert running.next_end().status is JobStatus.COMPLETED


def test_a_hint_that_comes_twice_runs_the_job_once(redis_url: str) -> None:
    units = Units("一")
    job = a_job()
    with running_engine(redis_url, units) as running, running_engine(redis_url, units) as other:
        a_store(redis_url).create(job, REQUEST, "fingerprint")
        hints = [engine.engine.submit(job.id) for engine in (running, other, running)]
        for hint in hints:
            hint.result(PATIENCE_S)
        running.engine.submit(job.id).result(PATIENCE_S)

    assert units.done == ["一"]
    assert len(endings_of(a_store(redis_url), job.id)) == 1


def test_another_engine_goes_on_from_the_finished_units(any_url: str) -> None:
    async def finish_one_and_die(writer: Writer) -> None:
        await writer.journal.finish("一", "一-key", {"text": "第一节"}, progress(writer.claim.job))

    job = a_job()
    a_store(any_url).create(job, REQUEST, "fingerprint")
    as_writer(any_url, job, finish_one_and_die)
    units = Units("一", "二")

    with running_engine(any_url, units) as running:
        ended = running.next_end()

    assert ended.status is JobStatus.COMPLETED
    assert units.done == ["二"]
    store = a_store(any_url)
    starts = [each for each in events_of(store, job.id) if isinstance(each, TaskStarted)]
    assert [start.attempt for start in starts] == [2]
    assert len(endings_of(store, job.id)) == 1


def test_an_engine_that_was_taken_over_writes_nothing_more(redis_url: str) -> None:
    taken_over = threading.Event()
    hangs = threading.Event()
    stale: list[str] = []

    async def hang(job: Job, request: str, journal: Journal, slots: Slots) -> str:
        hangs.set()
        taken_over.wait(PATIENCE_S)  # blocks the loop: no heartbeat, like a machine that sleeps
        journal.write("一", "陈旧")
        try:
            await journal.finish("一", "一-key", {"text": "陈旧"}, progress(job, text="陈旧"))
        finally:
            stale.append("stopped")
        return RESULT

    job = a_job()
    with running_engine(redis_url, hang) as old:
        submit(redis_url, old, job)
        assert hangs.wait(PATIENCE_S)
        with running_engine(redis_url, Units("一")) as new:
            assert new.next_end().status is JobStatus.COMPLETED
            before = events_of(a_store(redis_url), job.id)
            taken_over.set()
            old.engine.stop()

    assert stale == ["stopped"]
    assert events_of(a_store(redis_url), job.id) == before
    assert old.ended.empty()
    assert "陈旧" not in "".join(event.model_dump_json() for event in before)


def test_a_job_that_kills_its_process_each_time_is_given_up(any_url: str) -> None:
    async def die(writer: Writer) -> None:
        writer.journal.tell(progress(writer.claim.job))
        await writer.journal.settle()

    job = a_job()
    store = a_store(any_url)
    store.create(job, REQUEST, "fingerprint")
    for attempt in range(3):
        as_writer(any_url, job, die, owner="same engine")  # its own lease never keeps it out
        assert store.load(job.id).status is JobStatus.RUNNING, attempt
    units = Units("一")

    with running_engine(any_url, units) as running:
        ended = running.next_end()

    assert units.done == []
    assert (ended.status, ended.error_code) == (JobStatus.FAILED, "crashed_too_often")
    assert len(endings_of(store, job.id)) == 1


def test_a_job_that_is_to_stop_is_not_given_up_but_cancelled(any_url: str) -> None:
    async def die(writer: Writer) -> None:
        pass

    job, store = a_job(), a_store(any_url)
    store.create(job, REQUEST, "fingerprint")
    for _ in range(3):
        as_writer(any_url, job, die, owner="same engine")
    assert store.request_cancel(job.id).status is JobStatus.RUNNING, "an engine may obey"

    with running_engine(any_url, Units("一")) as running:
        ended = running.next_end()

    assert (ended.status, ended.error_code) == (JobStatus.CANCELLED, "cancelled")
    assert len(endings_of(store, job.id)) == 1


def _orphans(url: str, *names: str) -> list[Job]:
    """Jobs whose only process so far has died."""

    async def die(writer: Writer) -> None:
        writer.journal.tell(progress(writer.claim.job))
        await writer.journal.settle()

    jobs = [a_store(url).create(a_job(name), REQUEST, name) for name in names]
    for job in jobs:
        as_writer(url, job, die, terms=replace(TERMS, lease=timedelta(milliseconds=1)))
    return jobs


def test_of_jobs_that_lost_their_process_often_only_one_runs_at_a_time(any_url: str) -> None:
    suspects = {job.id for job in _orphans(any_url, "one", "other")}
    rooms, fresh = Rooms(), a_job("fresh")

    with running_engine(any_url, rooms, max_attempts=3) as running:
        rooms.wait_for()
        submit(any_url, running, fresh)
        rooms.wait_for()
        beside_it = rooms.entered[:]
        (waits,) = suspects - set(beside_it)
        tries = connect(any_url).hget(JobKeys.of(waits).meta, "attempts")
        rooms.let_out()
        rooms.wait_for()
        rooms.let_out()
        ended = [running.next_end() for _ in range(3)]

    assert beside_it[1] == fresh.id
    assert tries == "1"
    assert {job.status for job in ended} == {JobStatus.COMPLETED}


def test_jobs_that_wait_to_be_tried_alone_take_no_place_of_others(any_url: str) -> None:
    suspects = {job.id for job in _orphans(any_url, *"abcd")}
    rooms, fresh = Rooms(), a_job("fresh")

    with running_engine(any_url, rooms, max_attempts=3, max_jobs=2) as running:
        rooms.wait_for()
        for job_id in suspects:  # a message about one that is left keeps nobody waiting
            if job_id not in rooms.entered:
                running.engine.submit(job_id).result(PATIENCE_S)
        alone = running.engine.load().jobs
        submit(any_url, running, fresh)
        rooms.wait_for()
        beside_it = rooms.entered[:]
        for _ in range(3):
            rooms.let_out()
            rooms.wait_for()
        rooms.let_out()
        ended = [running.next_end() for _ in range(5)]

    assert alone == 1
    assert beside_it[1] == fresh.id
    assert {job.id for job in ended} == {fresh.id, *suspects}
    assert {job.status for job in ended} == {JobStatus.COMPLETED}


def test_who_waits_to_be_tried_alone_is_tried_as_soon_as_the_one_before_has_ended(
    any_url: str,
) -> None:
    _orphans(any_url, "one", "other")

    with running_engine(
        any_url, Units("一"), max_attempts=3, lease=timedelta(minutes=1)
    ) as running:
        ended = [running.next_end() for _ in range(2)]

    assert {job.status for job in ended} == {JobStatus.COMPLETED}


def test_a_job_that_waits_to_be_tried_alone_does_not_hold_up_a_drain(any_url: str) -> None:
    jobs = _orphans(any_url, "one", "other")
    rooms = Rooms()

    with running_engine(any_url, rooms, max_attempts=3) as running:
        rooms.wait_for()
        is_drained = running.engine.drain()

    assert is_drained
    assert len(rooms.entered) == 1
    metas = [JobKeys.of(job.id).meta for job in jobs]
    assert [connect(any_url).hget(meta, "attempts") for meta in metas] == ["1", "1"]


def test_an_orphaned_job_is_cancelled_without_an_engine(any_url: str) -> None:
    async def die(writer: Writer) -> None:
        await writer.journal.finish("一", "一-key", "第一节", progress(writer.claim.job))
        await writer.leases.give_back(writer.claim)

    job = a_job()
    store = a_store(any_url)
    store.create(job, REQUEST, "fingerprint")
    as_writer(any_url, job, die)

    cancelled = store.request_cancel(job.id)

    assert cancelled.status is JobStatus.CANCELLED
    assert len(endings_of(store, job.id)) == 1
    assert store.request_cancel(job.id) == cancelled


def test_an_engine_that_drains_gives_its_jobs_back_at_once(any_url: str) -> None:
    rooms = Rooms()
    job = a_job()
    with running_engine(any_url, rooms, lease=timedelta(seconds=60)) as running:
        submit(any_url, running, job)
        rooms.wait_for()

        assert running.engine.drain()
        store = a_store(any_url)
        given_back = store.load(job.id)
        endings = endings_of(store, job.id)

        with running_engine(any_url, Units("一")) as other:
            ended = other.next_end()

    assert given_back.status is JobStatus.QUEUED
    assert endings == []
    assert ended.status is JobStatus.COMPLETED
    assert len(endings_of(store, job.id)) == 1


def test_a_job_that_was_given_back_often_is_not_given_up(redis_url: str) -> None:
    async def give_back(writer: Writer) -> None:
        await writer.leases.give_back(writer.claim)

    job = a_job()
    a_store(redis_url).create(job, REQUEST, "fingerprint")
    for _ in range(8):
        as_writer(redis_url, job, give_back)

    with running_engine(redis_url, Units("一")) as running:
        assert running.next_end().status is JobStatus.COMPLETED


def test_only_a_server_that_can_die_is_looked_after(redis_url: str) -> None:
    looked = {url: threading.Semaphore(0) for url in (redis_url, "memory://tests")}
    for url, looks in looked.items():
        with running_engine(url, Units("一"), revive=looks.release) as running:
            running.engine.submit(a_job().id).result(PATIENCE_S)
            is_looked_after = looks.acquire(timeout=2 * REVIVE_S)

        assert is_looked_after == (url == redis_url)


def test_a_job_that_lost_redis_goes_on_instead_of_failing(any_url: str) -> None:
    lost = iter([True, False])

    class Away(Units):
        def finished(self, name: str) -> None:
            if next(lost):
                raise StoreUnavailable("Redis 没有回答")

    job = a_job()
    units = Away("一", "二")
    with running_engine(any_url, units) as running:
        submit(any_url, running, job)
        ended = running.next_end()

    assert ended.status is JobStatus.COMPLETED
    assert units.done == ["一", "二"]
    store = a_store(any_url)
    starts = [each for each in events_of(store, job.id) if isinstance(each, TaskStarted)]
    assert [start.attempt for start in starts] == [1, 2]
    assert len(endings_of(store, job.id)) == 1


def test_a_job_that_loses_redis_each_time_is_given_up_with_its_reason(redis_url: str) -> None:
    tried: list[JobId] = []

    async def never(job: Job, request: str, journal: Journal, slots: Slots) -> str:
        tried.append(job.id)
        raise StoreUnavailable("Redis 没有回答")

    job = a_job()
    with running_engine(redis_url, never, max_attempts=2) as running:
        submit(redis_url, running, job)
        ended = running.next_end()

    assert tried == [job.id, job.id]
    assert (ended.status, ended.error_code) == (JobStatus.FAILED, "crashed_too_often")
    assert "tried 2 times" in (ended.error or "")
    assert "lost Redis" in (ended.error or "")


def test_a_server_is_looked_after_while_all_threads_of_the_loop_wait(redis_url: str) -> None:
    looks, all_wait, go_on = threading.Semaphore(0), threading.Event(), threading.Event()

    async def fill_all_threads(job: Job, request: str, journal: Journal, slots: Slots) -> str:
        waiting = [asyncio.to_thread(go_on.wait, PATIENCE_S) for _ in range(MOST_THREADS)]
        all_wait.set()
        await asyncio.gather(*waiting)
        return RESULT

    with running_engine(redis_url, fill_all_threads, revive=looks.release) as running:
        submit(redis_url, running, a_job())
        assert all_wait.wait(PATIENCE_S)
        while looks.acquire(blocking=False):
            pass
        looked = [looks.acquire(timeout=PATIENCE_S / 3) for _ in range(2)]
        go_on.set()
        running.next_end()

    assert looked == [True, True]


def test_what_an_engine_gives_back_is_taken_up_without_waiting_for_a_lease(any_url: str) -> None:
    rooms, lease = Rooms(), timedelta(seconds=60)
    job = a_job()
    with running_engine(any_url, rooms, lease=lease) as first:
        submit(any_url, first, job)
        rooms.wait_for()
        with running_engine(any_url, Units("一"), lease=lease) as other:
            assert first.engine.drain()
            ended = other.next_end()

    assert ended.status is JobStatus.COMPLETED
    starts = [each for each in events_of(a_store(any_url), job.id) if isinstance(each, TaskStarted)]
    assert [start.attempt for start in starts] == [1, 1]


def test_an_engine_that_starts_takes_up_what_waits_at_once(any_url: str) -> None:
    job = a_job()
    a_store(any_url).create(job, REQUEST, "fingerprint")

    with running_engine(any_url, Units("一"), lease=timedelta(seconds=60)) as running:
        assert running.next_end().status is JobStatus.COMPLETED
