"""CPU of model calls that are not streamed: chapters fused, in a process with nothing else.

`python -m benchmarks.model_calls <base URL>` prints the milliseconds of one call.
"""

import asyncio
import subprocess
import sys
import time

from benchmarks.servers import ROOT, MeasurementFailed, RunningEndpoint
from benchmarks.table import Row
from pipeline.adapters.model_author import ModelAuthor
from pipeline.adapters.openai_chat import OpenAIChat
from pipeline.config import Settings
from pipeline.domain.briefs import ChapterBrief, Commission, WrittenSection
from pipeline.domain.documents import NodeId

CALLS = 60
"""At once; below the default limit of 64."""

RUNS = 3
"""Each in a process of its own."""

SENTENCE = "The record shows that steady change in water supply shapes how a city plans storage. "
SENTENCES = 20
"""A section of some 300 words."""

PATIENCE_S = 60
"""For one process; it takes three seconds."""


def rows(endpoint: RunningEndpoint) -> list[Row]:
    """The cost of asking how a chapter is fused and of reading the answer."""
    costs = [_in_a_process(endpoint.base_url) for _ in range(RUNS)]
    return [Row("CPU of a model call that is not streamed", costs, "ms", 15)]


def _in_a_process(base_url: str) -> float:
    done = subprocess.run(  # noqa: S603  our own module
        [sys.executable, "-m", "benchmarks.model_calls", base_url],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    if done.returncode:
        raise MeasurementFailed(f"Calls that are not streamed failed: {done.stderr[-1000:]}")
    return float(done.stdout)


def _chapter(number: int) -> ChapterBrief:
    return ChapterBrief(
        commission=Commission(prompt="Write about the water supply of cities."),
        chapter_id=NodeId(f"c{number}"),
        title=f"Chapter {number}",
        sections=tuple(
            WrittenSection(
                node_id=NodeId(f"s{number}-{i}"),
                number=f"{number}.{i}",
                title=f"Section {i}",
                text=SENTENCE * SENTENCES,
            )
            for i in range(1, 5)
        ),
    )


async def _cost_ms(base_url: str) -> float:
    settings = Settings(_env_file=None, openai_base_url=base_url, openai_model="sim")
    author = ModelAuthor(OpenAIChat(settings), settings)
    await author.fuse_chapter(_chapter(0))  # imports and the first connection
    begun = time.process_time()
    await asyncio.gather(*(author.fuse_chapter(_chapter(i)) for i in range(1, CALLS + 1)))
    return 1000 * (time.process_time() - begun) / CALLS


def main() -> None:
    """Print the milliseconds of CPU of one call."""
    print(asyncio.run(_cost_ms(sys.argv[1])))


if __name__ == "__main__":
    main()
