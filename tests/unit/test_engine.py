"""The engine with hand-written work: how jobs start, stop and end."""

import asyncio
import contextlib
import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from datetime import timedelta

import pytest

from pipeline.adapters.limiter import FairLimiter
from pipeline.adapters.redis_connection import connect
from pipeline.adapters.redis_leases import Claim, Leases
from pipeline.domain.jobs import (
    Job,
    JobId,
    JobKind,
    JobStatus,
    Priority,
    TaskCompleted,
    TaskFailed,
    TaskStarted,
)
from pipeline.engine import Close, summarise
from pipeline.errors import ModelRejected
from pipeline.ports import Journal, Slots
from tests.running import (
    PATIENCE_S,
    REQUEST,
    RESULT,
    a_job,
    a_store,
    endings_of,
    events_of,
    running_engine,
)
from tests.works import Rooms, Units, submit


def test_a_finished_job_has_its_result_and_one_terminal_event(any_url: str) -> None:
    job = a_job()

    with running_engine(any_url, Units("一", "二")) as running:
        submit(any_url, running, job)
        ended = running.next_end()

    store = a_store(any_url)
    started, *_, completed = events_of(store, job.id)
    assert isinstance(started, TaskStarted)
    assert (started.task_prompt, started.attempt) == ("写一份关于潮汐能的报告", 1)
    assert isinstance(completed, TaskCompleted)
    assert completed.result == {"title": "潮汐能", "nodes": 1}
    assert endings_of(store, job.id) == [completed]
    assert store.result(job.id) == RESULT
    loaded = store.load(job.id)
    assert (loaded.status, loaded.done, loaded.total) == (JobStatus.COMPLETED, 3, 3)
    assert loaded.finished_at == completed.at
    assert ended.status is JobStatus.COMPLETED


def test_an_error_of_the_pipeline_ends_the_job_with_its_code(redis_url: str) -> None:
    async def refuse(job: Job, request: str, journal: Journal, slots: Slots) -> str:
        raise ModelRejected("model_unknown", "没有这个模型", {"model": "x"})

    job = a_job()
    with running_engine(redis_url, refuse) as running:
        submit(redis_url, running, job)
        running.next_end()

    store = a_store(redis_url)
    (ending,) = endings_of(store, job.id)
    assert isinstance(ending, TaskFailed)
    assert (ending.code, ending.error, ending.details) == (
        "model_unknown",
        "没有这个模型",
        {"model": "x"},
    )
    loaded = store.load(job.id)
    assert (loaded.status, loaded.error_code) == (JobStatus.FAILED, "model_unknown")


def test_an_unexpected_error_is_internal_and_its_traceback_is_only_in_the_log(
    redis_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    async def stumble(job: Job, request: str, journal: Journal, slots: Slots) -> str:
        raise RuntimeError("secret detail")

    job = a_job()
    with caplog.at_level(logging.ERROR), running_engine(redis_url, stumble) as running:
        submit(redis_url, running, job)
        running.next_end()

    (ending,) = endings_of(a_store(redis_url), job.id)
    assert isinstance(ending, TaskFailed)
    assert ending.code == "internal"
    assert "secret detail" not in ending.model_dump_json()
    assert "secret detail" in caplog.text


def test_a_running_job_is_cancelled_within_half_a_second(any_url: str) -> None:
    rooms = Rooms()
    job = a_job()
    with running_engine(any_url, rooms, lease=timedelta(seconds=60)) as running:
        submit(any_url, running, job)
        rooms.wait_for()

        asked_at = time.monotonic()
        asked = a_store(any_url).request_cancel(job.id)
        ended = running.next_end()
        took = time.monotonic() - asked_at

    assert asked.cancel_requested
    assert ended.status is JobStatus.CANCELLED
    assert took < 0.5
    assert rooms.left == ["cancelled"]
    (ending,) = endings_of(a_store(any_url), job.id)
    assert isinstance(ending, TaskFailed)
    assert ending.code == "cancelled"
    assert a_store(any_url).load(job.id).status is JobStatus.CANCELLED


def test_a_cancel_whose_message_was_lost_is_seen_with_the_next_heartbeat(redis_url: str) -> None:
    rooms = Rooms()
    job = a_job()
    with running_engine(redis_url, rooms) as running:
        submit(redis_url, running, job)
        rooms.wait_for()

        a_store(redis_url)._redis.hset(f"longhand:job:{{{job.id}}}:meta", "cancel", "1")
        ended = running.next_end()

    assert ended.status is JobStatus.CANCELLED


def test_a_queued_job_is_cancelled_at_once_and_never_runs(any_url: str) -> None:
    rooms = Rooms()
    first, second = a_job("first"), a_job("second")
    with running_engine(any_url, rooms, max_jobs=1) as running:
        submit(any_url, running, first)
        rooms.wait_for()
        a_store(any_url).create(second, REQUEST, "other")
        waiting = running.engine.submit(second.id)

        cancelled = a_store(any_url).request_cancel(second.id)
        rooms.let_out()
        waiting.result(PATIENCE_S)

    assert cancelled.status is JobStatus.CANCELLED
    assert rooms.entered == [first.id]
    assert len(endings_of(a_store(any_url), second.id)) == 1


def test_no_more_jobs_run_at_once_than_allowed(redis_url: str) -> None:
    rooms = Rooms()
    with running_engine(redis_url, rooms, max_jobs=2) as running:
        for number in range(4):
            submit(redis_url, running, a_job(f"job-{number}"))
        rooms.wait_for(2)
        entered = len(rooms.entered)
        rooms.let_out()
        rooms.wait_for(2)
        rooms.let_out()
        ended = {running.next_end().id for _ in range(4)}

    assert entered == 2
    assert len(ended) == 4


def test_jobs_that_wait_for_a_place_run_by_priority(redis_url: str) -> None:
    rooms = Rooms()
    with running_engine(redis_url, rooms, max_jobs=1) as running:
        submit(redis_url, running, a_job("first"))
        rooms.wait_for(1)
        for number in range(8):
            priority = list(Priority)[number % 4]
            job = a_job(f"{priority}-{number}").model_copy(update={"priority": priority})
            submit(redis_url, running, job)
        for _ in range(8):
            rooms.let_out()
            running.next_end()
            rooms.wait_for(1)
        rooms.let_out()
        running.next_end()

    ranks = [name.partition("-")[0] for name in rooms.entered[1:]]
    assert ranks == ["urgent", "urgent", "high", "high", "normal", "normal", "low", "low"]


def test_a_message_takes_up_the_job_whose_turn_it_is(redis_url: str) -> None:
    rooms = Rooms()
    store = a_store(redis_url)
    low, urgent = (
        a_job(priority).model_copy(update={"priority": priority})
        for priority in (Priority.LOW, Priority.URGENT)
    )
    with running_engine(redis_url, rooms, max_jobs=1, lease=timedelta(seconds=60)) as running:
        for job in (urgent, low):  # the engine may look for work between the two
            store.create(job, REQUEST, "fingerprint")
        running.engine.submit(low.id)
        rooms.wait_for()
        rooms.let_out()
        running.next_end()
        rooms.wait_for()
        rooms.let_out()
        running.next_end()

    assert rooms.entered == [urgent.id, low.id]


def test_a_running_job_gets_another_share_of_the_calls(redis_url: str) -> None:
    calls: deque[str] = deque(maxlen=60)
    is_unequal = threading.Event()

    def note(job_id: JobId) -> None:
        calls.append(job_id)
        if calls.count("fast") >= 50 and "slow" in calls:
            is_unequal.set()

    async def work(job: Job, request: str, journal: Journal, slots: Slots) -> str:
        async def call_again_and_again() -> None:
            while not is_unequal.is_set():
                async with slots.slot():
                    note(job.id)
                    await asyncio.sleep(0)

        await asyncio.gather(*(call_again_and_again() for _ in range(4)))
        return RESULT

    with running_engine(redis_url, work, model_calls=1) as running:
        for name in ("slow", "fast"):
            submit(redis_url, running, a_job(name))
        a_store(redis_url).prioritise(JobId("fast"), Priority.URGENT)

        assert is_unequal.wait(PATIENCE_S), "both still get the same"
        running.next_end()


def test_a_priority_that_is_asked_for_while_the_job_is_claimed_counts(
    redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    claim, join, obey = Leases.claim, FairLimiter.join, FairLimiter.reweigh
    was_heard = threading.Event()
    weights: list[float] = []

    async def slow_claim(leases: Leases, job_id: JobId) -> Claim | None:
        claimed = await claim(leases, job_id)
        await asyncio.to_thread(a_store(redis_url).prioritise, job_id, Priority.URGENT)
        await asyncio.to_thread(was_heard.wait, PATIENCE_S)
        return claimed

    def noted_join(limiter: FairLimiter, name: JobId, weight: float) -> Slots:
        weights.append(weight)
        return join(limiter, name, weight)

    def noted_obey(limiter: FairLimiter, name: JobId, weight: float) -> None:
        obey(limiter, name, weight)
        was_heard.set()

    monkeypatch.setattr(Leases, "claim", slow_claim)
    monkeypatch.setattr(FairLimiter, "join", noted_join)
    monkeypatch.setattr(FairLimiter, "reweigh", noted_obey)
    with running_engine(redis_url, Units("一")) as running:
        submit(redis_url, running, a_job())
        running.next_end()

    assert weights == [Priority.URGENT.weight]


def test_what_a_failed_job_left_running_is_stopped(redis_url: str) -> None:
    stopped = threading.Event()

    async def sibling() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            stopped.set()

    async def fail(job: Job, request: str, journal: Journal, slots: Slots) -> str:
        orphan.append(asyncio.create_task(sibling()))
        await asyncio.sleep(0)
        raise ModelRejected("model_key_invalid", "密钥无效")

    orphan: list[asyncio.Task[None]] = []
    job = a_job()
    with running_engine(redis_url, fail) as running:
        submit(redis_url, running, job)
        running.next_end()

        assert stopped.wait(PATIENCE_S)
        assert orphan[0].cancelled()


def test_work_that_swallows_its_cancellation_writes_nothing_after_the_end(
    redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.engine.run.STOP_PATIENCE_S", 0.1)
    entered = threading.Event()
    release: list[Callable[[], object]] = []

    async def stubborn(job: Job, request: str, journal: Journal, slots: Slots) -> str:
        released = asyncio.Event()
        loop = asyncio.get_running_loop()
        release.append(lambda: loop.call_soon_threadsafe(released.set))
        entered.set()
        while not released.is_set():
            with contextlib.suppress(asyncio.CancelledError):
                await released.wait()
            journal.write("一", "还在写")
        return RESULT

    job = a_job()
    with running_engine(redis_url, stubborn) as running:
        submit(redis_url, running, job)
        assert entered.wait(PATIENCE_S)
        a_store(redis_url).request_cancel(job.id)
        ended = running.next_end()
        release[0]()

    assert ended.status is JobStatus.CANCELLED
    events = events_of(a_store(redis_url), job.id)
    assert isinstance(events[-1], TaskFailed)
    assert len(endings_of(a_store(redis_url), job.id)) == 1


def test_an_error_in_what_follows_a_job_does_not_stop_the_engine(
    redis_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    def complain(job: Job) -> None:
        raise RuntimeError("the manuscript is gone")

    with running_engine(redis_url, Units("一"), after=complain) as running:
        for name in ("first", "second"):
            submit(redis_url, running, a_job(name))
            assert running.next_end().status is JobStatus.COMPLETED

    assert "the manuscript is gone" in caplog.text


async def _breaks() -> None:
    raise RuntimeError("the client is broken")


async def _hangs() -> None:
    await asyncio.Event().wait()


@pytest.mark.parametrize("close", [_breaks, _hangs])
def test_what_cannot_be_closed_at_the_end_keeps_no_other_connection_open(
    redis_url: str, close: Close, caplog: pytest.LogCaptureFixture
) -> None:
    client = connect(redis_url)
    before = {each["id"] for each in client.client_list()}
    closed: list[str] = []

    async def close_well() -> None:
        closed.append("the other")

    with running_engine(redis_url, Units("一"), on_stop=(close, close_well)) as running:
        submit(redis_url, running, a_job())
        running.next_end()
        since = time.monotonic()

    assert time.monotonic() - since < PATIENCE_S / 2
    left = {"unknown"}
    while left and time.monotonic() - since < PATIENCE_S:  # the server hears of it a little later
        left = {each["id"] for each in client.client_list()} - before
    assert left == set()
    assert closed == ["the other"]
    assert "could not be closed" in caplog.text


def test_two_hundred_jobs_of_all_priorities_all_end(redis_url: str) -> None:
    units = Units("一")
    with running_engine(redis_url, units, max_jobs=50) as running:
        for number in range(200):
            job = a_job(f"job-{number}")
            priority = list(Priority)[number % 4]
            submit(redis_url, running, job.model_copy(update={"priority": priority}))
        statuses = {running.next_end().status for _ in range(200)}

    assert statuses == {JobStatus.COMPLETED}
    assert len(units.done) == 200


def test_the_summary_of_a_document_has_its_figures() -> None:
    document = {"title": "潮汐能", "word_count": 1200, "sections": [{}, {}]}
    result = f'{{"document": {document!r}}}'.replace("'", '"')

    summary = summarise(a_job(kind=JobKind.DOCUMENT), result)

    assert summary == {"title": "潮汐能", "word_count": 1200, "sections": 2}
