"""Figures for a monitor: counted once, whoever ends a job, and read in one go."""

import time
from datetime import timedelta

import pytest

from pipeline.adapters.redis_connection import connect, connect_briefly
from pipeline.adapters.redis_figures import EngineLoad, RedisFigures
from pipeline.adapters.redis_keys import COUNTS, ENGINES
from pipeline.adapters.redis_scripts import MOST_COUNTERS
from pipeline.domain.documents import Usage
from pipeline.domain.figures import Ending, Figures, TokenCount
from pipeline.domain.jobs import Job, JobKind, Priority, TaskFailed
from pipeline.errors import CrashedTooOften, ModelRejected, StoreUnavailable
from pipeline.ports import Journal, Slots
from pipeline.service.jobs import fingerprint
from tests.running import REQUEST, a_job, a_store, running_engine, utc_now
from tests.works import Rooms, Units, submit

DOCUMENT, OUTLINE = JobKind.DOCUMENT, JobKind.OUTLINE


def figures_of(url: str) -> Figures:
    return RedisFigures(connect(url)).read()


def test_an_empty_store_has_nothing_to_tell(any_url: str) -> None:
    figures = figures_of(any_url)

    assert (sum(figures.waiting.values()), figures.running, figures.orphaned) == (0, 0, 0)
    assert (figures.ended, figures.took, figures.waited, figures.engines) == ({}, {}, {}, 0)
    assert figures.oldest_waiting_s == {}


def test_jobs_that_wait_are_told_by_priority_with_the_age_of_the_oldest(any_url: str) -> None:
    store = a_store(any_url)
    for number, priority in enumerate(["low", "normal", "normal", "urgent"]):
        job = a_job(f"n{number}").model_copy(update={"priority": Priority(priority)})
        store.create(job, REQUEST, f"{number}")

    figures = figures_of(any_url)

    assert figures.waiting == {"low": 1, "normal": 2, "high": 0, "urgent": 1}
    assert figures.oldest_waiting_s.keys() == {"low", "normal", "urgent"}
    assert all(0 <= age < 10 for age in figures.oldest_waiting_s.values())


def test_each_way_to_end_is_counted_by_its_code(any_url: str) -> None:
    async def refuse(job: Job, request: str, journal: Journal, slots: Slots) -> str:
        raise ModelRejected("model_unknown", "没有这个模型")

    store = a_store(any_url)
    with running_engine(any_url, Units("一")) as running:
        for number in range(3):
            submit(any_url, running, a_job(f"good-{number}", kind=DOCUMENT))
            running.next_end()
    with running_engine(any_url, refuse) as running:
        submit(any_url, running, a_job("bad"))
        running.next_end()
    waiting = a_job("stopped")
    store.create(waiting, REQUEST, "x")
    store.request_cancel(waiting.id)
    wrong = a_job("wrong")
    store.refuse(
        wrong,
        TaskFailed(
            job_id=wrong.id,
            task_type=wrong.kind,
            at=utc_now(),
            error="空的",
            code="prompt_empty",
            retryable=False,
        ),
    )

    figures = figures_of(any_url)

    assert figures.ended == {
        Ending(DOCUMENT, "completed", ""): 3,
        Ending(OUTLINE, "failed", "model_unknown"): 1,
        Ending(OUTLINE, "cancelled", "cancelled"): 1,
        Ending(OUTLINE, "failed", "prompt_empty"): 1,
    }
    assert figures.took.keys() == figures.waited.keys() == {DOCUMENT, OUTLINE}
    for durations in (figures.took[DOCUMENT], figures.waited[DOCUMENT]):
        assert durations.count == sum(durations.by_bucket.values()) == 3
        assert 0 <= durations.total_s < 3
    assert figures.took[OUTLINE].count == 1, "those that never ran took no time"


def test_what_a_monitor_reads_does_not_grow_with_the_codes_of_errors(any_url: str) -> None:
    known = f"ended {OUTLINE} cancelled cancelled"
    eaten = {f"eaten {n}": n for n in range(MOST_COUNTERS)}
    connect(any_url).hset(COUNTS, items=[x for pair in {known: 1, **eaten}.items() for x in pair])
    store = a_store(any_url)
    store.create(a_job("known"), REQUEST, "known")

    store.request_cancel(a_job("known").id)
    refused = a_job("another")
    store.refuse(
        refused,
        TaskFailed(
            job_id=refused.id,
            task_type=refused.kind,
            at=utc_now(),
            error="潮",
            code="no_such_code",
            retryable=False,
        ),
    )

    assert figures_of(any_url).ended == {
        Ending(OUTLINE, "cancelled", "cancelled"): 2,
        Ending(OUTLINE, "failed", ""): 1,
    }


def test_a_job_that_ends_twice_over_is_counted_once(any_url: str) -> None:
    store = a_store(any_url)
    job = a_job()
    store.create(job, REQUEST, "x")

    store.request_cancel(job.id)
    store.request_cancel(job.id)
    store.delete(job.id)

    assert figures_of(any_url).ended == {Ending(OUTLINE, "cancelled", "cancelled"): 1}


def test_a_job_that_is_taken_over_waited_once(redis_url: str) -> None:
    async def vanish(job: Job, request: str, journal: Journal, slots: Slots) -> str:
        raise CrashedTooOften

    rooms = Rooms()
    with running_engine(redis_url, rooms) as running:
        submit(redis_url, running, a_job())
        rooms.wait_for()
        running.engine.drain()  # given back: it is begun, and nobody holds it
        between = figures_of(redis_url)
    with running_engine(redis_url, vanish) as running:
        running.next_end()
    after = figures_of(redis_url)

    assert (between.running, between.orphaned, sum(between.waiting.values())) == (0, 1, 0)
    assert after.waited[OUTLINE].count == after.took[OUTLINE].count == 1


async def spend(job: Job, request: str, journal: Journal, slots: Slots) -> str:
    """What a job with a model does, as far as the store sees it."""
    journal.meter(lambda: Usage(calls=3, estimated=1, tokens_in=700, tokens_out=90))
    return "{}"


def test_tokens_are_counted_by_model_when_their_job_ends(any_url: str) -> None:
    def named(name: str, kind: JobKind, model: str | None) -> Job:
        told = {"model": model, "title": '"model":"falsch" 潮汐'}
        return a_job(name, kind=kind).model_copy(update=told)

    asked = [
        (OUTLINE, "通义 千问"),
        (DOCUMENT, "通义 千问"),
        (DOCUMENT, "通义 千问"),
        (DOCUMENT, None),
        (OUTLINE, 'q"\\x'),
    ]
    with running_engine(any_url, spend) as running:
        for number, (kind, model) in enumerate(asked):
            submit(any_url, running, named(f"n{number}", kind, model))
            running.next_end()

    assert figures_of(any_url).tokens == {
        TokenCount(OUTLINE, "通义 千问", "input"): 700,
        TokenCount(OUTLINE, "通义 千问", "output"): 90,
        TokenCount(DOCUMENT, "通义 千问", "input"): 1_400,
        TokenCount(DOCUMENT, "通义 千问", "output"): 180,
        TokenCount(DOCUMENT, "", "input"): 700,
        TokenCount(DOCUMENT, "", "output"): 90,
        TokenCount(OUTLINE, "", "input"): 700,
        TokenCount(OUTLINE, "", "output"): 90,
    }


def test_a_job_that_asked_no_model_counts_no_tokens(any_url: str) -> None:
    with running_engine(any_url, Units("一")) as running:
        submit(any_url, running, a_job(kind=DOCUMENT))
        running.next_end()

    assert figures_of(any_url).tokens == {}


def test_what_a_monitor_reads_does_not_grow_with_the_names_of_models(any_url: str) -> None:
    client = connect(any_url)
    known = f"tokens {OUTLINE} input known"
    client.hset(COUNTS, mapping={known: 1, **{f"eaten {n}": n for n in range(MOST_COUNTERS)}})

    with running_engine(any_url, spend) as running:
        for model in ("known", "another", "a third"):
            submit(any_url, running, a_job(model[-5:]).model_copy(update={"model": model}))
            running.next_end()

    assert figures_of(any_url).tokens == {
        TokenCount(OUTLINE, "known", "input"): 701,
        TokenCount(OUTLINE, "", "input"): 1_400,
        TokenCount(OUTLINE, "", "output"): 270,
    }


def test_engines_are_told_while_they_live(any_url: str) -> None:
    rooms = Rooms()
    with running_engine(any_url, rooms, lease=timedelta(seconds=0.3)) as running:
        submit(any_url, running, a_job())
        rooms.wait_for()
        begun = time.monotonic()
        while figures_of(any_url).engine_jobs != 1 and time.monotonic() - begun < 10:
            time.sleep(0.02)
        alive, many = figures_of(any_url), RedisFigures(connect(any_url)).engines()
        rooms.let_out()
        running.next_end()
    gone = figures_of(any_url)

    assert (alive.engines, alive.engine_jobs, alive.running) == (1, 1, 1)
    assert (many, RedisFigures(connect(any_url)).engines()) == (1, 0)
    assert (gone.engines, gone.engine_jobs, gone.running) == (0, 0, 0)


def test_what_a_dead_engine_said_counts_no_more_and_is_removed(redis_url: str) -> None:
    client = connect(redis_url)
    client.hset(ENGINES, "dead", str(EngineLoad(until_ms=1, jobs=9, model_calls=99)))

    assert figures_of(redis_url).engines == RedisFigures(client).engines() == 0
    with running_engine(redis_url, Units("一")):
        begun = time.monotonic()
        while client.hexists(ENGINES, "dead"):
            assert time.monotonic() - begun < 10
            time.sleep(0.02)


def test_counts_of_another_version_are_left_alone(any_url: str) -> None:
    client = connect(any_url)
    client.hset(COUNTS, mapping={"ended podcast_generation completed ": 3, "eaten cookies": 5})

    assert figures_of(any_url).ended == {}


def test_a_thousand_waiting_jobs_are_told_in_ten_milliseconds(redis_url: str) -> None:
    store = a_store(redis_url)
    for number in range(1_000):
        store.create(a_job(f"n{number}"), REQUEST, fingerprint(OUTLINE, REQUEST))
    figures = RedisFigures(connect(redis_url))
    figures.read()

    times = []
    for _ in range(20):
        begun = time.perf_counter()
        assert sum(figures.read().waiting.values()) == 1_000
        times.append(time.perf_counter() - begun)

    assert min(times) < 0.01


def test_a_server_that_does_not_answer_is_told_within_seconds() -> None:
    begun = time.monotonic()

    with pytest.raises(StoreUnavailable):
        RedisFigures(connect_briefly("redis://127.0.0.1:1")).read()

    assert time.monotonic() - begun < 3
