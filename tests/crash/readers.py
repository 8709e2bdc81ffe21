"""A reader that follows every job of a sweep from its start, as an open page does."""

import asyncio
import json
import time
from collections import defaultdict
from collections.abc import Callable
from contextlib import aclosing
from typing import Any

from pipeline.adapters.redis_feed import RedisEventFeed
from pipeline.domain.jobs import START, JobId

Event = dict[str, Any]
ENDS = frozenset({"task_completed", "task_failed"})


class Reader:
    """What was seen of each job, and the moments that are waited for."""

    def __init__(self, url: str, note: Callable[[JobId, Event, float], None]) -> None:
        self._feed = RedisEventFeed(url)
        self._note = note
        self.seen: dict[JobId, list[tuple[str, Event]]] = defaultdict(list)
        self._waiting: dict[str, asyncio.Future[JobId]] = {}

    async def follow(self, job_id: JobId) -> None:
        async with aclosing(self._feed.follow(job_id, after=START)) as batches:
            async for batch in batches:
                for event_id, event in json.loads(batch or "[]"):
                    self._take(job_id, event_id, event or {"type": "gap"})

    def _take(self, job_id: JobId, event_id: str, event: Event) -> None:
        self.seen[job_id].append((event_id, event))
        self._note(job_id, event, time.monotonic())
        for kind in (event["type"], f"{event['type']}:{event.get('state')}"):
            waiting = self._waiting.get(kind)
            if waiting is not None and not waiting.done():
                waiting.set_result(job_id)

    async def next(self, kind: str, patience_s: float) -> JobId | None:
        """The job of the next event of that kind; None if none comes in time: some are rare."""
        waiting: asyncio.Future[JobId] = asyncio.get_running_loop().create_future()
        self._waiting[kind] = waiting
        try:
            async with asyncio.timeout(patience_s):
                return await waiting
        except TimeoutError:
            return None
        finally:
            del self._waiting[kind]
