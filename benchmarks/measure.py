"""One measurement in a process of its own: submits jobs to the app, and watches them as pages do.

It prints its figures as JSON. The app's CPU and memory are read from outside of the app.
"""

import argparse
import asyncio
import json
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from time import time
from typing import Any

from websockets.asyncio.client import connect

from benchmarks.process_tree import ProcessTree
from benchmarks.servers import post
from pipeline.domain.documents import NodeId, Outline, OutlineNode

SECTIONS_PER_CHAPTER = 4
"""A usual chapter; each is fused by one more call."""

WORDS_PER_SECTION = 400
"""What the endpoint writes: each of its tokens is a word. With another target it would be asked
for a correction, which is no part of these figures."""

SAMPLE_S = 0.1
"""Between two looks at the app's memory."""

PROMPT = "Write about the water supply of cities."

Frames = Sequence[tuple[float, str]]
"""What a viewer was sent, each with when it came."""


@dataclass(frozen=True, slots=True)
class Figures:
    """What one run cost the app and how long it took; times in seconds."""

    wall_s: float
    """From the first submission to the last terminal event at a viewer."""
    first_s: float
    """From the submission to the first text of a section, or the first node of an outline."""
    cpu_s: float
    memory_mb: float
    """The most that was seen."""
    late_ms: tuple[float, float]
    """From an event's moment to a viewer: median, and what 95 of 100 stay below."""
    failed_jobs: int
    failed_sections: int


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


def submit(url: str, sections: int) -> str:
    """Submit a job over HTTP; 0 sections asks for an outline. Returns the job's id."""
    body: dict[str, Any] = {"task_prompt": PROMPT}
    kind = "outline"
    if sections:
        kind = "document"
        body["outline"] = some_outline(sections).model_dump(mode="json", exclude_defaults=True)
    return str(post(f"{url}/api/v1/jobs/{kind}", body)["job_id"])


async def watch(url: str, job_id: str) -> Frames:
    """Follow a job to its end; the connection offers compression, as browsers do."""
    address = f"{url.replace('http', 'ws', 1)}/live/jobs/{job_id}"
    async with connect(address, max_size=None) as socket:
        return [(time(), str(frame)) async for frame in socket]


async def measured(url: str, pid: int, *, sections: int, jobs: int, viewers: int) -> Figures:
    """Run jobs at the same time, each with its viewers."""
    tree = ProcessTree(pid)
    memory = _Memory(tree)
    watching = asyncio.create_task(memory.watch())
    cpu, submitted = tree.cpu_s(), time()
    submitting = [asyncio.to_thread(submit, url, sections) for _ in range(jobs)]
    ids = await asyncio.gather(*submitting)
    seen = await asyncio.gather(*(watch(url, job_id) for job_id in ids for _ in range(viewers)))
    cpu_s = tree.cpu_s() - cpu
    watching.cancel()
    with suppress(asyncio.CancelledError):
        await watching
    events = [event for frames in seen for event in _events(frames)]
    return _figures(events, submitted, cpu_s, memory.most_mb, viewers)


def _figures(
    events: Sequence[tuple[float, dict[str, Any]]],
    submitted: float,
    cpu_s: float,
    memory_mb: float,
    viewers: int,
) -> Figures:
    text = [pair for pair in events if pair[1]["type"] in {"text_delta", "outline_node"}]
    endings = [at for at, event in events if event["type"] in {"task_completed", "task_failed"}]
    return Figures(
        wall_s=max(endings) - submitted,
        first_s=min(at for at, _ in text) - submitted,
        cpu_s=cpu_s,
        memory_mb=memory_mb,
        late_ms=_lateness(text),
        failed_jobs=sum(1 for _, e in events if e["type"] == "task_failed") // viewers,
        failed_sections=sum(1 for _, e in events if e.get("state") == "failed") // viewers,
    )


class _Memory:
    """The most memory that a tree of processes was seen to have."""

    def __init__(self, tree: ProcessTree) -> None:
        self._tree = tree
        self.most_mb = 0.0

    async def watch(self) -> None:
        while True:
            self.most_mb = max(self.most_mb, self._tree.memory_mb())
            await asyncio.sleep(SAMPLE_S)


def _events(frames: Frames) -> list[tuple[float, dict[str, Any]]]:
    """Without signs of life and places in the queue, which are no events of the job."""
    pairs = [(at, event) for at, text in frames if text for _, event in json.loads(text)]
    return [(at, event) for at, event in pairs if event and "type" in event]


def _lateness(events: Sequence[tuple[float, dict[str, Any]]]) -> tuple[float, float]:
    waits = sorted(at - datetime.fromisoformat(event["at"]).timestamp() for at, event in events)
    last = len(waits) - 1
    return 1000 * waits[last // 2], 1000 * waits[int(0.95 * last)]


def main() -> None:
    """Print the figures of one run as JSON."""
    parser = argparse.ArgumentParser(description="One measurement.")
    parser.add_argument("url")
    parser.add_argument("--pid", type=int, required=True, help="of the app")
    parser.add_argument("--sections", type=int, required=True)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--viewers", type=int, default=1)
    given = parser.parse_args()
    run = measured(
        given.url, given.pid, sections=given.sections, jobs=given.jobs, viewers=given.viewers
    )
    print(json.dumps(asdict(asyncio.run(run))))


if __name__ == "__main__":
    main()
