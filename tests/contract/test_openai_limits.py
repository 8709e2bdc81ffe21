"""The limits of a provider: what it refuses, and who waits."""

import asyncio

import pytest

from benchmarks.endpoint import Pace, serving
from pipeline.adapters.openai_chat import OpenAIChat
from pipeline.adapters.openai_chat.pacing import Pacer
from pipeline.errors import (
    ModelRateLimited,
)
from tests.simulated_chat import (
    EN,
    ZH,
    Screen,
    asking,
    settings,
)

LIMITED = Pace(tokens=5, most_requests=3, window_s=1.0)
# A provider whose minute is a second.


def answers_at_once(calls: int, pacer: Pacer) -> tuple[int, int]:
    """How many of so many calls end well, and how many requests were refused on the way."""

    async def run() -> tuple[int, int]:
        async with serving(LIMITED) as endpoint:
            given = settings(endpoint.base_url, model_retries=10, model_timeout=60)
            chat = OpenAIChat(given, pacer=pacer)
            ask = (
                chat.stream(asking(f"{ZH}{n}"), model="sim", watcher=Screen().watcher())
                for n in range(calls)
            )
            answers = await asyncio.gather(*ask)
            await chat.aclose()
            return sum(bool(answer.text) for answer in answers), endpoint.refused

    return asyncio.run(run())


def test_with_its_limit_set_a_provider_refuses_nothing() -> None:
    assert answers_at_once(5, Pacer(requests=3, window_s=2.0)) == (5, 0)


def test_without_its_limit_refusals_are_waited_out() -> None:
    ended_well, refused = answers_at_once(5, Pacer())

    assert ended_well == 5
    assert refused > 0


def test_waiting_for_the_limit_does_not_count_against_the_time_of_a_call() -> None:
    async def run() -> int:
        async with serving(Pace(tokens=5)) as endpoint:
            given = settings(endpoint.base_url, model_timeout=2.0)
            chat = OpenAIChat(given, pacer=Pacer(requests=1, window_s=2.5))
            for _ in range(2):
                await chat.stream(asking(EN), model="sim", watcher=Screen().watcher())
            await chat.aclose()
            return len(endpoint.requests)

    assert asyncio.run(run()) == 2


def test_a_refusal_with_a_time_holds_the_calls_of_others_too() -> None:
    async def run() -> list[float]:
        naps: list[float] = []
        clock = [0.0]

        async def nap(seconds: float) -> None:
            naps.append(seconds)
            clock[0] += seconds

        async with serving(Pace(tokens=5)) as endpoint:
            pacer = Pacer(now=lambda: clock[0], sleep=nap)
            chat = OpenAIChat(settings(endpoint.base_url, model_retries=0), pacer=pacer)
            with pytest.raises(ModelRateLimited):
                await chat.stream(asking(EN), model="sim-429", watcher=Screen().watcher())
            await chat.stream(asking(EN), model="sim", watcher=Screen().watcher())
            await chat.aclose()
        return naps

    assert asyncio.run(run()) == [1.0]
