"""Engines to be killed: a process that forks one at each line it reads, with a scripted author.

`python -m tests.crash.engines DATA_DIR`; forking spares each engine the second of imports.
"""

import argparse
import asyncio
import os
import random
import signal
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from redis import Redis

from pipeline.adapters.embedded_redis import ensure_server
from pipeline.adapters.openai_chat.unmetered import Unmetered
from pipeline.adapters.redis_connection import connect, store_errors
from pipeline.adapters.redis_keys import JobKeys
from pipeline.adapters.redis_manuscripts import RedisReadingStore
from pipeline.adapters.shelf import FileShelf
from pipeline.domain.briefs import ChapterBrief, ChapterEdits, OutlineBrief, SectionBrief
from pipeline.domain.delays import Delay
from pipeline.domain.documents import Language, ProposedNode, ProposedOutline
from pipeline.domain.jobs import JobId
from pipeline.engine import Engine, Hooks
from pipeline.errors import StoreUnavailable
from pipeline.graphs.work import GraphWork
from pipeline.ports.metering import Meter
from tests.graph_fakes import ScriptedBibliographer
from tests.running import some_settings, utc_now

LEASE = timedelta(seconds=0.5)
# As short as a busy machine can keep it: the sweep waits for it after each kill.
REDONE = "sweep:redone"
# Sections, outlines and fused chapters that were made although their finished unit was there.
STALE = "sweep:stale"
# The same by an engine that had lost the job meanwhile and was about to hear of it.
WRITTEN = "sweep:written"
# All that were made, or begun.
CHAIN = "sweep:chain:"
# A job and those that tried it again, under the tone of them all: they share what was finished.
NODES = [f"潮汐的第{number}个方面" for number in range(1, 9)]
# Titles of every proposal.
PIECES = 12
REDIS_AWAY_S = 0.2
# Between two tries.
ENDLESS = 1_000_000
# Attempts: a job that is killed a hundred times is still no poison here.


@dataclass(frozen=True, slots=True)
class Manner:
    """How engines work."""

    slowness: float = 1.0
    """Of the author; 1 writes a section in a fifth of a second."""
    result_ttl_s: float = 3600


def text_of(title: str) -> str:
    """What the author writes under a title; the same each time."""
    return " ".join(f"{title} 的第{number}句话：潮汐能 {number}。" for number in range(PIECES))


def pieces_of(text: str) -> list[str]:
    size = len(text) // PIECES + 1
    return [text[start : start + size] for start in range(0, len(text), size)]


class WatchfulAuthor:
    """Writes slowly, and notes when it is asked for what is there already."""

    name = "watchful"

    def __init__(self, redis: Redis, slowness: float, meter: Meter | None = None) -> None:
        self._redis = redis
        self._slowness = slowness
        self._meter: Meter = meter or Unmetered()

    async def propose_outline(
        self, brief: OutlineBrief, grow: Callable[[ProposedOutline], None]
    ) -> ProposedOutline:
        await self._noted("outline", brief.commission.tone)
        nodes = tuple(ProposedNode(title=title) for title in NODES)
        for count in range(1, len(nodes)):
            grow(ProposedOutline(title="潮汐能", nodes=nodes[:count]))
            await self._rest(0.002, 0.1)
        return ProposedOutline(title="潮汐能", nodes=nodes)

    async def write_section(self, brief: SectionBrief, write: Callable[[str], None]) -> str:
        await self._noted(f"section:{brief.node_id}", brief.commission.tone)
        self._meter.delayed(Delay(reason="stalled", wait_s=0.01, attempt=2, attempts=3))
        text = text_of(brief.title)
        async with self._meter.call(PIECES, PIECES) as spending:
            spending.sent()
            for piece in pieces_of(text):
                write(piece)
                spending.wrote(1)
                await self._rest(0.002, 0.03)
        return text

    async def _rest(self, shortest_s: float, longest_s: float) -> None:
        await asyncio.sleep(self._slowness * random.uniform(shortest_s, longest_s))  # noqa: S311

    async def _noted(self, unit: str, chain: str) -> None:
        """Count what is begun; a real author needs no Redis, so this one waits until it is back."""
        while True:
            with suppress(StoreUnavailable):
                await asyncio.to_thread(self._note, unit, chain)
                return
            await asyncio.sleep(REDIS_AWAY_S)

    def _note(self, unit: str, chain: str) -> None:
        with store_errors("count what was begun"):
            self._count(unit, chain)

    def _count(self, unit: str, chain: str) -> None:
        self._redis.incr(WRITTEN)
        jobs = [JobKeys.of(JobId(str(name))) for name in self._redis.smembers(CHAIN + chain)]
        if any(self._redis.hexists(job.units, unit) for job in jobs):
            self._redis.incr(REDONE if any(map(self._runs, jobs)) else STALE)

    def _runs(self, job: JobKeys) -> bool:
        owner, status = self._redis.hmget(job.meta, ["owner", "status"])
        return status == "running" and str(owner).split(":")[1] == str(os.getpid())

    def passages_for(self, words: int) -> int:
        return 1 + words // 100

    async def search_terms(
        self, titles: Sequence[str], language: Language, *, model: str | None = None
    ) -> Sequence[str]:
        return titles

    async def resize_section(self, brief: SectionBrief, text: str) -> str:
        return text

    def metered(self, meter: Meter) -> "WatchfulAuthor":
        return WatchfulAuthor(self._redis, self._slowness, meter)

    async def fuse_chapter(self, brief: ChapterBrief) -> ChapterEdits:
        await self._noted(f"fuse:{brief.chapter_id}", brief.commission.tone)
        await self._rest(0, 0.05)
        return ChapterEdits(lead_in=f"{brief.title}：引言。")


def run_engine(data_dir: Path, manner: Manner) -> None:
    """Run jobs until somebody kills this process, or asks it to give them back."""
    random.seed()  # each fork would else take the same breaks
    url = ensure_server(data_dir, None)
    client = connect(url)
    shelf = FileShelf(RedisReadingStore(client, timedelta(hours=1)), max_file_bytes=1_000_000)
    author = WatchfulAuthor(client, manner.slowness)
    work = GraphWork(author, shelf, utc_now, 1_000, ScriptedBibliographer())
    engine = Engine(
        some_settings(
            lease=LEASE, max_attempts=ENDLESS, result_ttl=timedelta(seconds=manner.result_ttl_s)
        ),
        url,
        work,
        Hooks(now=utc_now, revive=lambda: ensure_server(data_dir, None)),
    )
    engine.start()
    signal.sigwait({signal.SIGTERM})
    engine.stop()


def main() -> None:
    """Fork an engine for each line, and answer with its process id."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data_dir", type=Path)
    parser.add_argument("--slowness", type=float, default=1.0)
    parser.add_argument("--result-ttl-s", type=float, default=3600)
    given = parser.parse_args()
    manner = Manner(given.slowness, given.result_ttl_s)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})  # engines wait for it
    print("ready", flush=True)  # noqa: T201
    for _ in sys.stdin:
        child = os.fork()
        if child == 0:
            # A Redis that it starts waits for its own children, to shorten its file.
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            run_engine(given.data_dir, manner)
            os._exit(0)
        print(child, flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
