"""What may begin within a minute, on a clock that only sleeping moves."""

import asyncio
from collections.abc import Callable

import pytest

from pipeline.adapters.openai_chat.pacing import FIRST_EXPECTED_ANSWER, Pacer
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
