"""Who gets room from a job's budget, in which order, and who is refused."""

import asyncio

import pytest

from pipeline.domain.documents import Usage
from pipeline.domain.jobs import JobKind, UsageCounted
from pipeline.domain.spending import Budget, Ledger
from pipeline.errors import BudgetReached
from pipeline.graphs.metering import JobMeter, Till
from tests.graph_fakes import NOW, ListJournal, job_of


def a_meter(tokens: int) -> tuple[JobMeter, list[str], ListJournal]:
    reached: list[str] = []
    journal = ListJournal()
    ledger = Ledger(Budget(tokens=tokens))
    job = job_of(JobKind.DOCUMENT)
    till = Till(job, ledger, journal, lambda: NOW, lambda: reached.append("reached"))
    return JobMeter(till), reached, journal


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


def test_a_refusal_of_the_endpoint_is_a_call_that_used_nothing() -> None:
    async def act() -> list[Usage]:
        meter, _, journal = a_meter(100)
        async with meter.call(30, 10) as spending:
            spending.sent()
            spending.refused()
        meter.till.tell()
        return [event.usage for event in journal.events if isinstance(event, UsageCounted)]

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
