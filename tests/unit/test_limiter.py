import asyncio
from collections import Counter
from contextlib import AsyncExitStack

import pytest

from pipeline.adapters.limiter import FairLimiter, JobSlots
from pipeline.config import Settings
from pipeline.domain.jobs import JobId, Priority

SMALL = JobId("小")
LARGE = JobId("大")


async def _until_idle() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


async def _pass(slots: JobSlots) -> None:
    async with slots.slot():
        pass


async def _order_of_calls(
    limiter: FairLimiter, jobs: dict[JobId, tuple[float, int]]
) -> list[JobId]:
    """Let each job make its calls, all wanted at once; returns whose turn it was, in order."""
    order: list[JobId] = []

    async def call(job: JobId, slots: object) -> None:
        async with shares[job].slot():
            order.append(job)
            await asyncio.sleep(0)

    shares = {job: limiter.join(job, weight) for job, (weight, _) in jobs.items()}
    calls = [call(job, shares[job]) for job, (_, count) in jobs.items() for _ in range(count)]
    await asyncio.gather(*calls)
    return order


def test_no_more_calls_run_at_once_than_allowed() -> None:
    async def most_at_once() -> tuple[int, int]:
        limiter = FairLimiter(total=5, per_job=3)
        slots = limiter.join(LARGE, 1.0)
        most = 0

        async def call() -> None:
            nonlocal most
            async with slots.slot():
                most = max(most, limiter.running)
                await asyncio.sleep(0)

        await asyncio.gather(*(call() for _ in range(20)))
        return most, limiter.running

    assert asyncio.run(most_at_once()) == (3, 0)


def test_a_small_job_does_not_wait_behind_a_large_one() -> None:
    order = asyncio.run(
        _order_of_calls(FairLimiter(total=2, per_job=2), {LARGE: (1.0, 50), SMALL: (1.0, 3)})
    )

    assert order.index(SMALL) < 4
    assert len(order) - order[::-1].index(SMALL) <= 10


def test_a_small_job_starts_at_once_beside_one_that_takes_all_it_may() -> None:
    settings = Settings(_env_file=None)
    calls, per_job = settings.model_calls, settings.model_calls_per_job

    async def started_at_once() -> bool:
        limiter = FairLimiter(total=calls, per_job=per_job)
        large = limiter.join(LARGE, Priority.URGENT.weight)
        async with AsyncExitStack() as held, asyncio.TaskGroup() as waiting:
            for _ in range(per_job):
                await held.enter_async_context(large.slot())
            others = [waiting.create_task(_pass(large)) for _ in range(100 - per_job)]
            await _until_idle()
            small = limiter.join(SMALL, Priority.LOW.weight)
            turn = waiting.create_task(_pass(small))
            await _until_idle()
            started = turn.done() and not any(other.done() for other in others)
            await held.aclose()
        return started

    assert asyncio.run(started_at_once())


@pytest.mark.parametrize("total", [1, 4])
def test_a_job_of_high_priority_gets_three_times_the_calls(total: int) -> None:
    high = Priority.HIGH.weight

    order = asyncio.run(
        _order_of_calls(FairLimiter(total=total, per_job=4), {LARGE: (1.0, 60), SMALL: (high, 60)})
    )

    turns = Counter(order[4:44])
    assert turns[SMALL] == pytest.approx(30, abs=3)


def test_another_priority_counts_from_now_on_and_leaves_the_others_their_share() -> None:
    async def order_of_calls() -> list[JobId]:
        limiter = FairLimiter(total=1, per_job=4)
        order: list[JobId] = []

        async def call(job: JobId, slots: JobSlots) -> None:
            async with slots.slot():
                order.append(job)
                if len(order) == 100:
                    limiter.reweigh(SMALL, Priority.URGENT.weight)
                await asyncio.sleep(0)

        shares = {job: limiter.join(job, 1.0) for job in (SMALL, LARGE)}
        await asyncio.gather(*(call(*share) for share in shares.items() for _ in range(150)))
        return order

    turns = Counter(asyncio.run(order_of_calls())[100:140])

    assert turns[LARGE] == pytest.approx(4, abs=1)


def test_a_cancelled_wait_leaks_no_slot() -> None:
    async def running_after_cancels() -> int:
        limiter = FairLimiter(total=1, per_job=1)
        slots = limiter.join(SMALL, 1.0)

        async def call() -> None:
            async with slots.slot():
                await asyncio.Event().wait()

        calls = [asyncio.create_task(call()) for _ in range(5)]
        await _until_idle()
        calls[3].cancel()  # waits
        calls[0].cancel()  # runs; the next one is given its slot
        await asyncio.wait(calls[:1])
        calls[1].cancel()  # was given the slot in this turn, or runs
        await _until_idle()
        for task in calls:
            task.cancel()
        await asyncio.wait(calls)
        return limiter.running

    assert asyncio.run(running_after_cancels()) == 0


def test_a_job_that_leaves_gives_its_slots_back() -> None:
    async def others_run() -> bool:
        limiter = FairLimiter(total=1, per_job=1)
        first, second = limiter.join(LARGE, 1.0), limiter.join(SMALL, 1.0)
        async with first.slot():
            limiter.leave(LARGE)
        async with asyncio.timeout(1), second.slot():
            return True

    assert asyncio.run(others_run())
