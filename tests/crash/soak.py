"""Run many jobs for a long time, cancel and kill at random, and watch the memory.

`python -m tests.crash.soak --minutes 30` prints what a sweep prints, and the memory of processes
that lived all the time at its start, middle and end. One engine and the readers are never killed;
another engine is, every few seconds, and now and then Redis.
"""

import argparse
import asyncio
import random
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import psutil
from redis.exceptions import RedisError

from pipeline.adapters.embedded_redis import ensure_server, stop_server
from pipeline.adapters.redis_connection import connect
from tests.crash.engines import Manner
from tests.crash.plan import Plan
from tests.crash.processes import Engines, engines
from tests.crash.sweep import Sweep
from tests.crash.tally import Tally
from tests.running import TERMS

MANNER = Manner(slowness=5, result_ttl_s=60)
# A document takes some ten seconds; what ended a minute ago is gone, so that Redis can be flat.
KILL_S = (2.0, 10.0)
# Between two kills.
SAMPLE_S = 5.0
# Between two looks at the memory.
WARM_UP_S = 75.0
# By then everything is imported, and the first results have expired.
GROWTH, GROWTH_MB = 1.1, 8.0
# What is above both from the first third to the last is no noise.
EMPTY_MB, LEFT_KB = 4.0, 1.0
# Of a Redis in which everything has expired: the server itself, and for each job its id.

Samples = dict[str, list[float]]


async def _watch(data_dir: Path, engine: int, samples: Samples) -> None:
    await asyncio.sleep(WARM_UP_S)
    while True:
        for name, pid in {"engine": engine, "readers": psutil.Process().pid}.items():
            samples[name].append(psutil.Process(pid).memory_info().rss / 2**20)
        with suppress(RedisError):
            samples["data in Redis"].append(await asyncio.to_thread(_used_mb, data_dir))
        await asyncio.sleep(SAMPLE_S)


def _used_mb(data_dir: Path) -> float:
    """What Redis holds: its process is another one after each kill, and keeps what it freed."""
    client = connect(ensure_server(data_dir, None))
    try:
        return int(client.info("memory")["used_memory"]) / 2**20
    finally:
        client.close()


async def _soak(data_dir: Path, ours: Engines, plan: Plan, minutes: float) -> tuple[Tally, Samples]:
    sweep = Sweep(data_dir, ours, plan)
    samples: Samples = defaultdict(list)
    watching = asyncio.create_task(_watch(data_dir, ours.alive[0], samples))
    dice = random.Random(plan.seed)  # noqa: S311
    give_up_at = time.monotonic() + 60 * minutes
    async with sweep.busy():
        while time.monotonic() < give_up_at:
            await asyncio.sleep(dice.uniform(*KILL_S))
            await sweep.kill()
    watching.cancel()
    await asyncio.wait({watching})
    return sweep.tally, samples


def soak(
    minutes: float, seed: int, jobs: int, *, until_expired: bool = False
) -> tuple[Tally, Samples]:
    """Run one soak on a server of its own; at the end wait until all jobs have expired."""
    terms = replace(TERMS, result_ttl=timedelta(seconds=MANNER.result_ttl_s))
    plan = Plan(seed, jobs=jobs, spared=1, redis_share=0.1, longest_calm_s=4, terms=terms)
    with tempfile.TemporaryDirectory(prefix="longhand-soak-") as folder:
        data_dir = Path(folder)
        ensure_server(data_dir, None)
        try:
            with engines(data_dir, MANNER) as ours:
                tally, samples = asyncio.run(_soak(data_dir, ours, plan, minutes))
            if until_expired:
                time.sleep(MANNER.result_ttl_s + SAMPLE_S)
                samples["left in Redis"].append(_used_mb(data_dir))
            return tally, samples
        finally:
            stop_server(data_dir, only_if_unused=False)


def thirds(samples: list[float]) -> tuple[float, float, float]:
    """The middle of each third of the samples, in MB."""
    size = max(1, len(samples) // 3)
    parts = samples[:size], samples[size : 2 * size] or samples, samples[-size:]
    first, middle, last = (statistics.median(part) for part in parts)
    return first, middle, last


def is_flat(samples: list[float]) -> bool:
    first, _, last = thirds(samples)
    return last <= max(first * GROWTH, first + GROWTH_MB)


def main() -> None:
    """Soak and print the table; exit with 1 when something was lost or slow, or memory grew."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--jobs", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    tally, samples = soak(given.minutes, given.seed, given.jobs, until_expired=True)
    left, most_left = samples.pop("left in Redis")[0], EMPTY_MB + LEFT_KB * tally.jobs / 1024
    print(tally)  # noqa: T201
    for name, values in samples.items():
        figures = ", ".join(f"{megabytes:.0f}" for megabytes in thirds(values))
        print(f"{f'memory of {name}: start, middle, end':45s} {figures + ' MB':28s} flat")  # noqa: T201
    grown = [name for name, values in samples.items() if not is_flat(values)]
    print(f"{'left in Redis when all has expired':45s} {f'{left:.1f} MB':28s} {most_left:.1f} MB")  # noqa: T201
    faults = ["counts"] * (not tally.is_clean) + ["times"] * (not tally.is_quick) + grown
    faults += ["left in Redis"] * (left > most_left)
    print("All is as it must be." if not faults else f"Not as it must be: {', '.join(faults)}.")  # noqa: T201
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
