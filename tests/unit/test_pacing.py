"""What may begin within a minute, on a clock that only sleeping moves."""

import asyncio
from collections.abc import Callable

import pytest

from pipeline.adapters.limiter import FairLimiter, JobSlots
from pipeline.adapters.openai_chat.pacing import FIRST_EXPECTED_ANSWER, Pacer
from pipeline.domain.jobs import JobId, Priority
from pipeline.domain.tokens import tokens_of


class Clock:
    """Time that passes only while somebody sleeps."""

    def __init__(self) -> None:
        self.at = 1_000.0

    def now(self) -> float:
        return self.at

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(0)
        self.at += seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


def paced(clock: Clock, *, requests: int | None = None, tokens: int | None = None) -> Pacer:
    return Pacer(requests, tokens, window_s=60, now=clock.now, sleep=clock.sleep)


def starts(pacer: Pacer, clock: Clock, calls: int, prompt: int = 0) -> list[float]:
    """When each of so many calls began, which all came at once."""

    async def one() -> float:
        await pacer.admit(prompt)
        return clock.at - 1_000

    async def together() -> list[float]:
        return list(await asyncio.gather(*(one() for _ in range(calls))))

    return asyncio.run(together())


def test_requests_beyond_the_limit_begin_a_window_later_in_the_order_they_came(
    clock: Clock,
) -> None:
    began = starts(paced(clock, requests=2), clock, 5)

    assert began == [0, 0, 60, 60, 120]


def test_without_limits_nothing_waits(clock: Clock) -> None:
    assert starts(paced(clock), clock, 200, prompt=10_000) == [0] * 200


def test_tokens_beyond_the_limit_wait_for_those_of_the_window_to_leave(clock: Clock) -> None:
    limit = 2 * (500 + FIRST_EXPECTED_ANSWER)

    assert starts(paced(clock, tokens=limit), clock, 3, prompt=500) == [0, 0, 60]


def test_a_call_larger_than_the_limit_goes_alone(clock: Clock) -> None:
    assert starts(paced(clock, tokens=100), clock, 2, prompt=5_000) == [0, 60]


def test_what_was_used_counts_instead_of_what_was_expected(clock: Clock) -> None:
    pacer = paced(clock, tokens=3_000)

    async def scene() -> float:
        first = await pacer.admit(1_900)
        pacer.correct(first, 100, 50)
        await pacer.admit(1_500)
        return clock.at

    assert asyncio.run(scene()) == 1_000


def test_a_pause_holds_every_call_until_it_is_over(clock: Clock) -> None:
    pacer = paced(clock)
    pacer.pause(7)

    assert starts(pacer, clock, 3) == [7, 7, 7]


def test_a_pause_that_was_waited_for_ends_but_not_a_longer_one(clock: Clock) -> None:
    pacer = paced(clock)
    short = pacer.pause(3)
    pacer.pause(9)
    pacer.resume(short)

    assert starts(pacer, clock, 1) == [9]


def test_a_wait_that_is_cancelled_counts_nothing_and_lets_the_next_one_in(clock: Clock) -> None:
    pacer = paced(clock, requests=1)

    async def scene() -> float:
        await pacer.admit(0)
        waits, behind = (asyncio.create_task(pacer.admit(0)) for _ in range(2))
        await asyncio.sleep(0)
        waits.cancel()
        await behind
        return clock.at - 1_000

    assert asyncio.run(scene()) == 60


async def in_turn(pacer: Pacer, jobs: dict[str, tuple[JobSlots, int]]) -> list[str]:
    """Let each job make its calls, those of the first one a moment earlier; in the order let in."""
    order: list[str] = []

    async def call(name: str, slots: JobSlots) -> None:
        async with slots.slot():
            await pacer.admit(0)
            order.append(name)

    calls = []
    for name, (slots, count) in jobs.items():
        calls += [asyncio.create_task(call(name, slots)) for _ in range(count)]
        await asyncio.sleep(0)
        await asyncio.sleep(0)
    await asyncio.gather(*calls)
    return order


def test_a_small_job_does_not_stand_behind_all_calls_of_a_large_one(clock: Clock) -> None:
    async def scene() -> list[str]:
        limiter = FairLimiter(total=72, per_job=64)
        large, small = (limiter.join(JobId(name), 1.0) for name in ("large", "small"))
        return await in_turn(paced(clock, requests=2), {"large": (large, 64), "small": (small, 2)})

    order = asyncio.run(scene())

    assert order[:2] == ["large", "large"]
    assert {place for place, name in enumerate(order) if name == "small"} <= {2, 3, 4, 5}
    assert len(order) == 66


def test_a_job_of_high_priority_is_let_in_before_others(clock: Clock) -> None:
    async def scene() -> list[str]:
        limiter = FairLimiter(total=72, per_job=30)
        low = limiter.join(JobId("low"), Priority.LOW.weight)
        urgent = limiter.join(JobId("urgent"), Priority.URGENT.weight)
        return await in_turn(paced(clock, requests=1), {"low": (low, 30), "urgent": (urgent, 9)})

    order = asyncio.run(scene())

    assert order[1:11].count("urgent") == 9


def test_jobs_that_make_one_call_after_the_other_hold_up_none_of_high_priority(
    clock: Clock,
) -> None:
    async def scene() -> list[str]:
        limiter = FairLimiter(total=72, per_job=64)
        urgent = limiter.join(JobId("urgent"), Priority.URGENT.weight)
        low = [limiter.join(JobId(name), Priority.LOW.weight) for name in ("low", "lower")]
        pacer = paced(clock, requests=1)
        order: list[str] = []

        async def call(name: str, slots: JobSlots) -> None:
            async with slots.slot():
                await pacer.admit(0)
                order.append(name)

        async def one_by_one(slots: JobSlots) -> None:
            for _ in range(60):
                await call("low", slots)

        at_once = [call("urgent", urgent) for _ in range(40)]
        await asyncio.gather(*at_once, *map(one_by_one, low))
        return order

    order = asyncio.run(scene())

    assert order[:44].count("urgent") >= 38
    assert order.count("low") == 120


def test_a_job_that_is_given_another_priority_while_its_calls_wait_holds_up_nobody(
    clock: Clock,
) -> None:
    limiter = FairLimiter(total=72, per_job=30)
    jobs = {name: (limiter.join(JobId(name), 1.0), 9) for name in ("one", "other")}

    async def scene() -> list[str]:
        waiting = asyncio.create_task(in_turn(paced(clock, requests=1), jobs))
        for number in range(40):
            await asyncio.sleep(0)
            weight = Priority.URGENT.weight if number % 3 else Priority.LOW.weight
            limiter.reweigh(JobId("other"), weight)
        return await waiting

    assert len(asyncio.run(scene())) == 18


def test_calls_of_one_job_are_let_in_in_the_order_they_came_also_when_some_are_cancelled(
    clock: Clock,
) -> None:
    pacer = paced(clock, requests=1)
    order: list[int] = []

    async def call(number: int) -> None:
        await pacer.admit(0)
        order.append(number)

    async def scene() -> None:
        calls = [asyncio.create_task(call(number)) for number in range(9)]
        await asyncio.sleep(0)
        for number in (1, 2, 5, 8):
            calls[number].cancel()
        await asyncio.wait(calls)

    asyncio.run(scene())

    assert order == [0, 3, 4, 6, 7]


@pytest.mark.parametrize(
    ("text", "about"),
    [
        ("The water supply of cities", lambda count: 5 <= count <= 8),
        ("城市供水系统的历史", lambda count: 6 <= count <= 12),
        ("", lambda count: count == 0),
    ],
)
def test_tokens_are_estimated_for_english_and_chinese(
    text: str, about: Callable[[int], bool]
) -> None:
    assert about(tokens_of(text))
