"""What is told while a model's answer is late, against a simulated endpoint on loopback."""

import asyncio

import pytest

from benchmarks.endpoint import Endpoint, Pace, serving
from pipeline.adapters import openai_chat
from pipeline.adapters.openai_chat import OpenAIChat
from pipeline.adapters.openai_chat.pacing import Pacer
from pipeline.adapters.openai_chat.unmetered import Unmetered
from pipeline.domain.delays import Delay
from pipeline.errors import ModelUnavailable
from tests.simulated_chat import EN, ZH, Screen, Waits, asking, settings, with_chat


class Told(Unmetered):
    """A meter that remembers what it is told of calls that are late."""

    def __init__(self) -> None:
        self.delays: list[Delay] = []

    def delayed(self, delay: Delay) -> None:
        self.delays.append(delay)


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ("429", "rate_limited"),
        ("500", "unavailable"),
        ("503", "unavailable"),
        ("cut", "broke_off"),
        ("unfinished", "broke_off"),
    ],
)
def test_a_call_that_is_made_again_is_told_with_its_reason_and_its_wait(
    fault: str, reason: str
) -> None:
    async def use(chat: OpenAIChat, _: Endpoint, waits: Waits) -> tuple[list[Delay], Waits]:
        told = Told()
        metered = chat.metered(told)
        await metered.stream(asking(ZH), model=f"sim-{fault}-once", watcher=Screen().watcher())
        return told.delays, waits

    told, waits = with_chat(use, model_retries=2)

    assert [(delay.reason, delay.attempt, delay.attempts) for delay in told] == [(reason, 2, 3)]
    assert told[0].wait_s == round(waits[0], 1)


def test_a_model_that_falls_silent_is_told_to_be_so() -> None:
    async def use(chat: OpenAIChat, _: Endpoint, __: Waits) -> list[Delay]:
        told = Told()
        with pytest.raises(ModelUnavailable):
            await chat.metered(told).stream(asking(EN), model="sim", watcher=Screen().watcher())
        return told.delays

    told = with_chat(use, Pace(ttft_ms=5_000), model_stall_timeout=0.2, model_retries=1)

    assert [(delay.reason, delay.attempt, delay.attempts) for delay in told] == [("stalled", 2, 2)]


def test_a_long_wait_for_the_providers_limits_is_told_to_who_waits(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(openai_chat, "SILENT_WAIT_S", 0.1)

    async def run() -> tuple[list[Delay], list[Delay]]:
        first, second = Told(), Told()
        async with serving(Pace(tokens=5)) as endpoint:
            pacer = Pacer(requests=1, window_s=1.5)
            chat = OpenAIChat(settings(endpoint.base_url), pacer=pacer)
            for told in (first, second):
                metered = chat.metered(told)
                await metered.stream(asking(EN), model="sim", watcher=Screen().watcher())
            await chat.aclose()
        return first.delays, second.delays

    assert asyncio.run(run()) == ([], [Delay(reason="limits")])


def test_what_goes_well_is_not_told() -> None:
    async def use(chat: OpenAIChat, _: Endpoint, __: Waits) -> list[Delay]:
        told = Told()
        await chat.metered(told).stream(asking(EN), model="sim", watcher=Screen().watcher())
        await chat.stream(asking(EN), model="sim-429-once", watcher=Screen().watcher())
        return told.delays

    assert with_chat(use) == []
