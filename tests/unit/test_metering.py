"""Who gets room from a job's budget, in which order, and who is refused."""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack

import pytest

from pipeline.adapters.limiter import FairLimiter
from pipeline.domain.documents import Usage
from pipeline.domain.jobs import JobId
from pipeline.domain.spending import Budget, Ledger
from pipeline.errors import BudgetReached
from pipeline.graphs.metering import JobMeter, Till
from pipeline.graphs.turns import Turn, taking_turn
from pipeline.ports import Slots


def a_meter(
    tokens: int, time_s: Sequence[float] = (0.0,)
) -> tuple[JobMeter, list[str], list[Usage]]:
    """With who heard that the budget is reached, and the figures; `time_s[0]` is its clock."""
    reached: list[str] = []
    told: list[Usage] = []
    ledger, on_reached = Ledger(Budget(tokens=tokens)), lambda: reached.append("reached")
    till = Till(ledger, told.append, on_reached, lambda: time_s[0])
    return JobMeter(till), reached, told


async def call(
    meter: JobMeter, name: str, tokens: int, done: list[str], leave: asyncio.Event | None = None
) -> None:
    try:
        async with meter.call(tokens, 0) as spending:
            spending.sent()
            done.append(name)
            await (leave.wait() if leave else asyncio.sleep(0))
    except BudgetReached:
        done.append(f"no {name}")


def test_who_waits_for_room_gets_it_before_who_asks_later() -> None:
    async def act() -> list[str]:
        meter, _, _ = a_meter(150)
        done: list[str] = []

        async def section_and_its_correction() -> None:
            async with meter.call(60, 40) as spending:
                spending.sent()
                await asyncio.sleep(0.02)
            await call(meter, "correction", 60, done)

        first = asyncio.create_task(section_and_its_correction())
        await asyncio.sleep(0)
        await asyncio.gather(first, call(meter, "section", 80, done))
        return done

    assert asyncio.run(act()) == ["section", "no correction"]


def test_all_who_wait_hear_when_the_first_of_them_is_refused() -> None:
    async def act() -> tuple[list[str], list[str]]:
        meter, reached, _ = a_meter(100)
        done: list[str] = []
        leave = asyncio.Event()
        runs = asyncio.create_task(call(meter, "long", 50, done, leave))
        await asyncio.sleep(0)
        waits = [
            asyncio.create_task(call(meter, name, tokens, done))
            for name, tokens in (("large", 60), ("small", 30), ("none", 40))
        ]
        await asyncio.sleep(0)
        leave.set()
        async with asyncio.timeout(2):
            await asyncio.gather(runs, *waits)
        return done, reached

    assert asyncio.run(act()) == (["long", "no large", "small", "no none"], ["reached"])


def test_who_is_cancelled_while_it_waits_leaves_the_way_free() -> None:
    async def act() -> list[str]:
        meter, _, _ = a_meter(100)
        done: list[str] = []
        async with meter.call(30, 30) as running:
            running.sent()
            waits = asyncio.create_task(call(meter, "waits", 50, done))
            small = asyncio.create_task(call(meter, "small", 35, done))
            await asyncio.sleep(0)
            assert done == []  # it would fit, but is not before its turn
            waits.cancel()
            async with asyncio.timeout(2):
                await small
        return done

    assert asyncio.run(act()) == ["small"]


def test_two_holds_that_both_outgrow_their_room_do_not_wait_for_each_other() -> None:
    async def act() -> list[str]:
        meter, _, _ = a_meter(100)
        done: list[str] = []

        async def long_section(name: str) -> None:
            try:
                async with meter.hold(50, 0) as held:
                    for _ in range(3):
                        async with held.call(25, 0) as spending:
                            spending.sent()
                            await asyncio.sleep(0)
                done.append(name)
            except BudgetReached:
                done.append(f"no {name}")

        async with asyncio.timeout(2):
            await asyncio.gather(long_section("one"), long_section("two"))
        return done

    assert sorted(asyncio.run(act())) == ["no one", "no two"]


def test_who_waits_for_room_leaves_its_slot_to_other_jobs() -> None:
    async def act() -> tuple[int, list[bool], list[str]]:
        meter, _, _ = a_meter(100)
        limiter = FairLimiter(total=2, per_job=2)
        slots = limiter.join(JobId("tides"), 1.0)
        done: list[str] = []
        heard: list[bool] = []
        leave = asyncio.Event()

        async def section(name: str, listener: Callable[[bool], None]) -> None:
            async with taking_turn(Turn(slots, listener)):
                await call(meter, name, 60, done, leave)

        tasks = [asyncio.create_task(section(name, heard.append)) for name in ("one", "two")]
        await _a_few_turns()
        running = limiter.running
        other = limiter.join(JobId("wind"), 1.0)
        async with asyncio.timeout(1), other.slot():
            pass
        leave.set()
        await asyncio.gather(*tasks)
        assert limiter.running == 0
        return running, heard, done

    assert asyncio.run(act()) == (1, [True], ["one", "no two"])


def test_who_has_got_room_waits_for_a_slot_again_and_gives_the_room_back_when_cancelled() -> None:
    async def act() -> list[str]:
        meter, _, _ = a_meter(100)
        limiter = FairLimiter(total=1, per_job=1)
        slots = limiter.join(JobId("tides"), 1.0)
        done: list[str] = []
        async with meter.call(10, 50) as first, AsyncExitStack() as others:
            first.sent()
            aside = asyncio.create_task(_in_turn(slots, meter, done))
            await _a_few_turns()
            assert len(meter.till.queue) == 1
            await others.enter_async_context(limiter.join(JobId("wind"), 1.0).slot())
            held = others.pop_all()
        await _a_few_turns()
        assert (done, meter.till.queue) == ([], deque())  # it has room, and no slot
        aside.cancel()
        await asyncio.gather(aside, return_exceptions=True)
        await call(meter, "all that is left", 90, done)
        await held.aclose()
        assert limiter.running == 0
        return done

    assert asyncio.run(act()) == ["all that is left"]


async def _a_few_turns() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


async def _in_turn(slots: Slots, meter: JobMeter, done: list[str]) -> None:
    async with taking_turn(Turn(slots)):
        await call(meter, "aside", 60, done)


def test_a_hold_between_two_tries_may_still_leave_room() -> None:
    async def act() -> list[str]:
        meter, reached, _ = a_meter(100)
        done: list[str] = []
        async with meter.hold(80, 0) as held:
            async with held.call(40, 0) as spending:
                spending.sent()
                spending.refused()
            waits = asyncio.create_task(call(meter, "waits", 50, done))
            await _a_few_turns()  # as a pause that the provider asks for
            assert (done, reached) == ([], [])
        async with asyncio.timeout(1):
            await waits
        return done

    assert asyncio.run(act()) == ["waits"]


def test_figures_are_told_at_most_once_a_second() -> None:
    async def act() -> list[int]:
        time_s = [7.0]
        meter, _, told = a_meter(100, time_s)
        async with meter.call(10, 50) as spending:
            spending.sent()
            for time_s[0] in (7.0, 7.4, 7.9, 8.0, 8.5, 9.1, 10.0):
                spending.wrote(1)
        return [usage.tokens_out for usage in told]

    assert asyncio.run(act()) == [1, 4, 6]


def test_what_a_call_uses_is_an_estimate_until_the_endpoint_tells_it() -> None:
    async def act() -> tuple[Usage, Usage]:
        meter, _, _ = a_meter(100)
        async with meter.call(30, 10) as spending:
            spending.sent()
            spending.wrote(4)
            running = meter.till.ledger.usage
            spending.told(25, 6)
        return running, meter.till.ledger.usage

    assert asyncio.run(act()) == (
        Usage(calls=1, estimated=1, tokens_in=30, tokens_out=4),
        Usage(calls=1, tokens_in=25, tokens_out=6),
    )


def test_a_call_that_was_never_sent_is_none() -> None:
    async def act() -> Usage:
        meter, _, _ = a_meter(100)
        async with meter.call(30, 10):
            pass
        return meter.till.ledger.usage

    assert asyncio.run(act()) == Usage()


def test_an_answer_that_is_whole_is_kept_whatever_it_cost() -> None:
    async def act() -> tuple[Usage, list[str]]:
        meter, reached, _ = a_meter(50)
        async with meter.call(30, 10) as spending:
            spending.sent()
            spending.ended(1_000)
        return meter.till.ledger.usage, reached

    used = Usage(calls=1, estimated=1, tokens_in=30, tokens_out=1_000)
    assert asyncio.run(act()) == (used, [])


def test_a_refusal_of_the_endpoint_is_a_call_that_used_nothing() -> None:
    async def act() -> list[Usage]:
        meter, _, told = a_meter(100)
        async with meter.call(30, 10) as spending:
            spending.sent()
            spending.refused()
        meter.till.tell()
        return told

    told = asyncio.run(act())

    assert told[-1] == Usage(calls=1)


def test_an_answer_that_bursts_the_budget_is_told_to_end() -> None:
    async def act() -> Usage:
        meter, _, _ = a_meter(50)
        async with meter.call(30, 10) as spending:
            spending.sent()
            spending.wrote(20)  # more than was held, and all that the budget has
            with pytest.raises(BudgetReached):
                spending.wrote(1)
        return meter.till.ledger.usage

    assert asyncio.run(act()) == Usage(calls=1, estimated=1, tokens_in=30, tokens_out=21)
