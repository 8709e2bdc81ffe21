"""Kill the engine of a job at every kind of event that it publishes, each once.

`python -m tests.crash.kinds --seed 7` prints what a sweep prints.
"""

import argparse
import asyncio
import random
import sys
import tempfile
from pathlib import Path
from typing import get_args

from pipeline.adapters.embedded_redis import ensure_server, stop_server
from pipeline.domain.jobs import JobEvent, SourceFound
from tests.crash.engines import Manner
from tests.crash.plan import Plan
from tests.crash.processes import engines
from tests.crash.sweep import Sweep
from tests.crash.tally import Tally

STATES = ("section_state:researching", "section_state:writing", "section_state:done")
# Between these a section is at work in different ways.
ELSEWHERE = {SourceFound}
# These jobs search no web; what was found is a unit like any other.
PATIENCE_S = 60.0
# For the rarest kind, a job that was cancelled.


def kinds() -> list[str]:
    """Every kind of event that the sweep's jobs publish."""
    union, *_ = get_args(JobEvent)
    types = [each for each in get_args(union) if each not in ELSEWHERE]
    return [*(each.model_fields["type"].default for each in types), *STATES]


async def _kill_at_each(sweep: Sweep, seed: int) -> list[str]:
    """The kinds that never came."""
    dealt = kinds()
    random.Random(seed).shuffle(dealt)  # noqa: S311
    async with sweep.busy():
        return [kind for kind in dealt if not await sweep.kill_at(kind, PATIENCE_S)]


def kill_at_each_kind(seed: int) -> tuple[Tally, list[str]]:
    """What it cost, and the kinds that never came; on a server of its own."""
    with tempfile.TemporaryDirectory(prefix="longhand-kinds-") as folder:
        data_dir = Path(folder)
        ensure_server(data_dir, None)
        try:
            with engines(data_dir, Manner()) as ours:
                sweep = Sweep(data_dir, ours, Plan(seed))
                missing = asyncio.run(_kill_at_each(sweep, seed))
                return sweep.tally, missing
        finally:
            stop_server(data_dir, only_if_unused=False)


def main() -> None:
    """Kill at each kind and print the table; exit with 1 when something was lost or slow."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    tally, missing = kill_at_each_kind(parser.parse_args().seed)
    print(tally)  # noqa: T201
    print(f"Kinds that never came: {', '.join(missing) or 'none'}.")  # noqa: T201
    sys.exit(0 if tally.is_clean and tally.is_quick and not missing else 1)


if __name__ == "__main__":
    main()
