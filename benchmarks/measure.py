"""One measurement in a process of its own: the real engine, journal and feed, and some viewers."""

import argparse
import asyncio
import json
import resource
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from pipeline.adapters.embedded_redis import ensure_server, stop_server
from pipeline.adapters.local_queue import LocalQueue
from pipeline.adapters.model_author import ModelAuthor
from pipeline.adapters.openai_chat import OpenAIChat
from pipeline.adapters.redis_connection import connect
from pipeline.adapters.redis_feed import RedisEventFeed
from pipeline.adapters.redis_manuscripts import RedisReadingStore
from pipeline.adapters.redis_store import RedisJobStore
from pipeline.adapters.shelf import FileShelf
from pipeline.config import Settings
from pipeline.domain.documents import NodeId, Outline, OutlineNode
from pipeline.domain.jobs import START, DocumentGenerationRequest, JobId, OutlineGenerationRequest
from pipeline.engine.run import Hooks
from pipeline.engine.thread import Engine, terms_of
from pipeline.graphs.work import GraphWork
from pipeline.service.jobs import JobService, Limits

SECTIONS_PER_CHAPTER = 4
# A usual chapter; each is fused by one more call.

WORDS_PER_SECTION = 300
# What 400 tokens are, in English.


@dataclass(frozen=True, slots=True)
class Figures:
    """What one run cost and how long it took; times in seconds, of the whole process."""

    wall_s: float
    first_s: float
    """From the submission to the first text of a section, or the first node of an outline."""
    cpu_s: float
    start_up_s: float
    memory_mb: float
    latency_ms: tuple[float, float]
    """From an event's moment to a viewer: median, and what 95 of 100 stay below."""
    failed_jobs: int
    failed_sections: int


@dataclass(frozen=True, slots=True)
class Pipeline:
    """What a running process offers a measurement."""

    service: JobService
    feed: RedisEventFeed


def some_outline(sections: int) -> Outline:
    """A fixed outline of that many sections."""
    chapters = [
        OutlineNode(
            id=NodeId(f"c{start}"),
            title=f"Chapter {start // SECTIONS_PER_CHAPTER + 1}",
            children=tuple(
                OutlineNode(
                    id=NodeId(f"s{i}"),
                    title=f"Section {i}",
                    content_summary=f"What section {i} is about, in one sentence.",
                    target_words=WORDS_PER_SECTION,
                )
                for i in range(start, min(sections, start + SECTIONS_PER_CHAPTER))
            ),
        )
        for start in range(0, sections, SECTIONS_PER_CHAPTER)
    ]
    return Outline(title="A fixed outline", nodes=tuple(chapters))


@asynccontextmanager
async def running_pipeline(base_url: str, calls: int) -> AsyncIterator[Pipeline]:
    """The pipeline as the app runs it, with a Redis server and a data directory of its own."""
    with tempfile.TemporaryDirectory() as directory:
        data = Path(directory)
        settings = Settings(_env_file=None, openai_base_url=base_url, openai_model="sim")
        if calls:
            limits_of_calls = {"model_calls": calls, "model_calls_per_job": calls}
            settings = settings.model_copy(update=limits_of_calls)
        url = await asyncio.to_thread(ensure_server, data)
        client = connect(url)
        shelf = FileShelf(
            RedisReadingStore(client, settings.manuscript_ttl),
            max_file_bytes=settings.max_file_bytes,
        )
        author = ModelAuthor(OpenAIChat(settings), settings)
        work = GraphWork(author, shelf, _now, settings.default_target_words)
        engine = Engine(settings, url, work, Hooks(now=_now))
        await asyncio.to_thread(engine.start)
        store = RedisJobStore(client, terms_of(settings), _now)
        limits = Limits(
            prompt_chars=settings.max_prompt_chars,
            nodes=settings.max_nodes,
            depth=settings.max_depth,
            file_bytes=settings.max_file_bytes,
        )
        queue = LocalQueue(engine.submit)
        service = JobService(store, queue, limits, now=_now, new_id=lambda: uuid4().hex)
        try:
            yield Pipeline(service, RedisEventFeed(url))
        finally:
            await asyncio.to_thread(engine.stop)
            shelf.close()
            client.close()
            await asyncio.to_thread(stop_server, data, only_if_unused=False)


async def measured(base_url: str, *, sections: int, jobs: int, viewers: int, calls: int) -> Figures:
    """Run jobs at the same time, each with its viewers; 0 sections measures an outline job."""
    begun = time.time()
    async with running_pipeline(base_url, calls) as pipeline:
        start_up_s = time.time() - begun
        cpu, submitted = time.process_time(), time.time()
        ids = [await asyncio.to_thread(_submit, pipeline.service, sections) for _ in range(jobs)]
        watching = [_watch(pipeline.feed, job_id) for job_id in ids for _ in range(viewers)]
        seen = await asyncio.gather(*watching)
        wall_s, cpu_s = time.time() - submitted, time.process_time() - cpu
    events = [event for viewer in seen for event in _events(viewer)]
    kind = "text_delta" if sections else "outline_node"
    return Figures(
        wall_s=wall_s,
        first_s=min(at for at, event in events if event["type"] == kind) - submitted,
        cpu_s=cpu_s,
        start_up_s=start_up_s,
        memory_mb=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        latency_ms=_latency([pair for pair in events if pair[1]["type"] == kind]),
        failed_jobs=sum(1 for _, e in events if e["type"] == "task_failed") // viewers,
        failed_sections=sum(1 for _, e in events if e.get("state") == "failed") // viewers,
    )


def _submit(service: JobService, sections: int) -> JobId:
    prompt = "Write about the water supply of cities."
    if not sections:
        return service.submit_outline(OutlineGenerationRequest(task_prompt=prompt)).id
    outline = some_outline(sections)
    request = DocumentGenerationRequest(outline=outline, task_prompt=prompt)
    return service.submit_document(request).id


async def _watch(feed: RedisEventFeed, job_id: JobId) -> list[tuple[float, str]]:
    """Take batches as a live route does, without looking into them."""
    return [(time.time(), batch) async for batch in feed.follow(job_id, after=START)]


def _events(batches: Sequence[tuple[float, str]]) -> list[tuple[float, dict[str, Any]]]:
    return [(at, event) for at, batch in batches if batch for _, event in json.loads(batch)]


def _latency(events: Sequence[tuple[float, dict[str, Any]]]) -> tuple[float, float]:
    waits = sorted(at - datetime.fromisoformat(event["at"]).timestamp() for at, event in events)
    last = len(waits) - 1
    return 1000 * waits[last // 2], 1000 * waits[int(0.95 * last)]


def _now() -> datetime:
    return datetime.now(UTC)


def main() -> None:
    """Print the figures of one run as JSON."""
    parser = argparse.ArgumentParser(description="One measurement.")
    parser.add_argument("base_url")
    parser.add_argument("--sections", type=int, required=True)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--viewers", type=int, default=1)
    parser.add_argument("--calls", type=int, default=0)
    parser.add_argument("--spawned-at", type=float, default=time.time())
    given = parser.parse_args()
    loaded_s = time.time() - given.spawned_at
    run = measured(
        given.base_url,
        sections=given.sections,
        jobs=given.jobs,
        viewers=given.viewers,
        calls=given.calls,
    )
    figures = asdict(asyncio.run(run))
    print(json.dumps(figures | {"start_up_s": figures["start_up_s"] + loaded_s}))


if __name__ == "__main__":
    main()
