"""The engine's loop, lent to what is no job."""

import asyncio
import threading
import time
from concurrent.futures import CancelledError

import pytest

from pipeline.engine import Engine, Hooks
from pipeline.errors import ServiceUnavailable
from pipeline.ports import Slots
from tests.running import PATIENCE_S, a_job, a_store, running_engine, some_settings, utc_now
from tests.works import Units


async def name_of_thread(slots: Slots) -> str:
    async with slots.slot():
        return threading.current_thread().name


def test_what_is_lent_to_runs_on_the_engines_own_loop(redis_url: str) -> None:
    with running_engine(redis_url, Units("一")) as running:
        assert running.engine.lend(name_of_thread).result(PATIENCE_S) == "engine"


def test_model_calls_of_what_is_lent_to_count_under_the_limit_of_all(redis_url: str) -> None:
    most = [0, 0]

    async def call(slots: Slots) -> None:
        async with slots.slot():
            most[0] += 1
            most[1] = max(most)
            await asyncio.sleep(0.005)
            most[0] -= 1

    with running_engine(redis_url, Units("一"), model_calls=2) as running:
        calls = [running.engine.lend(call) for _ in range(12)]
        for each in calls:
            each.result(PATIENCE_S)

        assert running.engine.load().model_calls == 0
    assert most[1] == 2


def test_cancelling_stops_the_work_within_half_a_second(redis_url: str) -> None:
    begun, stopped = threading.Event(), threading.Event()

    async def wait(slots: Slots) -> None:
        async with slots.slot():
            begun.set()
            try:
                await asyncio.Event().wait()
            finally:
                stopped.set()

    with running_engine(redis_url, Units("一")) as running:
        work = running.engine.lend(wait)
        assert begun.wait(PATIENCE_S)
        asked = time.monotonic()
        work.cancel()

        assert stopped.wait(0.5), f"after {time.monotonic() - asked:.2f} s"


def test_an_engine_that_drains_stops_what_it_was_lent_for_and_takes_no_more(redis_url: str) -> None:
    begun = threading.Event()

    async def wait(slots: Slots) -> None:
        begun.set()
        await asyncio.Event().wait()

    with running_engine(redis_url, Units("一")) as running:
        work = running.engine.lend(wait)
        assert begun.wait(PATIENCE_S)
        assert running.engine.drain()

        with pytest.raises(CancelledError):
            work.result(PATIENCE_S)
        with pytest.raises(ServiceUnavailable):
            running.engine.lend(name_of_thread)


def test_an_engine_without_jobs_lends_its_loop_and_takes_none(redis_url: str) -> None:
    engine = Engine(some_settings(), redis_url, Units("一"), Hooks(now=utc_now))
    engine.start(takes_jobs=False)
    try:
        job = a_job()
        a_store(redis_url).create(job, "{}", "同")

        assert engine.lend(name_of_thread).result(PATIENCE_S) == "engine"
        assert not threading.Event().wait(0.5)  # longer than a lease, after which others look
        assert a_store(redis_url).load(job.id).status == "queued"
    finally:
        engine.stop()


def test_an_engine_that_does_not_run_says_so(redis_url: str) -> None:
    engine = Engine(some_settings(), redis_url, Units("一"), Hooks(now=utc_now))

    with pytest.raises(ServiceUnavailable):
        engine.lend(name_of_thread)
