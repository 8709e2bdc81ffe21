"""Events as they come: one blocking read per process, encoded once for all readers of a job."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TypeVar

from pipeline.adapters.async_tasks import heed_cancel, stop_task, undisturbed
from pipeline.adapters.redis_connection import (
    Entries,
    Streams,
    connect_async,
    read_streams,
    store_errors,
)
from pipeline.adapters.redis_keys import JobKeys
from pipeline.domain.jobs import START, EventId, JobId, JobStatus
from pipeline.errors import StoreUnavailable

Answer = TypeVar("Answer")
Position = tuple[int, int]

ALIVE = timedelta(seconds=15)
# Proxies close connections that are silent for 30 to 60 s.
WINDOW = timedelta(milliseconds=40)
# Events that come closer together than an eye can tell share a batch.
PAGE = 500
# Events of one read; a page of deltas is some 100 KB.
QUEUED = 200
# Batches that wait for a slow reader, some ten seconds; then it is told to read again from Redis.
STOP_S = 0.05
# Letting go of a connection takes 2 ms.
PAUSE_S = 0.3
# Between two tries while Redis is away.
GAP = '["gap",null]'


@dataclass(frozen=True, slots=True)
class _Batch:
    first: Position
    last: Position
    text: str
    is_final: bool
    entries: Entries

    def after(self, position: Position) -> "_Batch":
        """The part of it that comes after that position."""
        if self.first > position:
            return self
        if self.last <= position:
            return _nothing(is_final=self.is_final)
        return _batch([entry for entry in self.entries if _position(entry[0]) > position])


@dataclass(frozen=True, slots=True)
class _Head:
    """What a stream held at one moment."""

    is_final: bool
    last: Position


@dataclass(eq=False, slots=True)
class _Reader:
    """One call of `follow`."""

    batches: deque[_Batch] = field(default_factory=deque)
    news: asyncio.Event = field(default_factory=asyncio.Event)
    is_behind: bool = False
    """Batches were dropped: they must be read from Redis again."""

    def put(self, batch: _Batch) -> None:
        if len(self.batches) >= QUEUED:
            self.is_behind = True
            self.batches.clear()
        self.batches.append(batch)
        self.news.set()

    def catch_up(self) -> None:
        self.is_behind = False
        self.batches.clear()

    async def next(self, patience: timedelta) -> _Batch | None:
        """The next batch, or None if none came in time."""
        if not self.batches:
            self.news.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(patience.total_seconds()):
                    await self.news.wait()
        return self.batches.popleft() if self.batches else None


@dataclass(slots=True)
class _Channel:
    """One job that is followed; `cursor` is the last event that its readers were given."""

    cursor: Position
    readers: set[_Reader] = field(default_factory=set)


class RedisEventFeed:
    """`EventFeed` for the event loop that calls it; connects while somebody follows."""

    def __init__(self, url: str, *, alive: timedelta = ALIVE, window: timedelta = WINDOW) -> None:
        self._url = url
        self._alive = alive
        self._window = window
        self._hub: _Hub | None = None

    async def follow(self, job_id: JobId, *, after: EventId) -> AsyncGenerator[str, None]:
        hub = self._hub
        if hub is None or not hub.is_open:
            hub = self._hub = _Hub(self._url, self._window)
        hub.users += 1
        try:
            async for text in _follow(hub, job_id, _position(after), self._alive):
                yield text
        finally:
            hub.users -= 1
            if not hub.users:
                hub.retire()  # before anybody else has a turn
                await undisturbed(hub.close())


async def _follow(
    hub: "_Hub", job_id: JobId, position: Position, alive: timedelta
) -> AsyncIterator[str]:
    head = await hub.head(job_id)
    if head is None:
        return
    reader = _Reader()
    channel = hub.join(job_id, head, reader)
    try:
        async for batch in _replay(hub, job_id, position, channel.cursor):
            position = max(position, batch.last)
            yield batch.text
            if batch.is_final:
                return
        if head.is_final and channel.cursor >= head.last:
            return  # the caller has seen the end before
        async for batch in _live(hub, job_id, reader, position, alive):
            if batch.text or not batch.is_final:
                yield batch.text
            if batch.is_final:
                return
    finally:
        hub.leave(job_id, reader)


async def _live(
    hub: "_Hub", job_id: JobId, reader: _Reader, position: Position, alive: timedelta
) -> AsyncIterator[_Batch]:
    """Batches as the hub reads them; one without text is a sign of life or the end."""
    while True:
        batch = await reader.next(alive)
        if reader.is_behind:
            reader.catch_up()
            async for missed in _replay(hub, job_id, position, hub.cursor(job_id)):
                position = max(position, missed.last)
                yield missed
        elif batch is not None:
            new = batch.after(position)
            position = max(position, batch.last)
            if new.text or new.is_final:
                yield new
        else:
            head = await hub.head(job_id)
            if head is not None and head.is_final:  # the hub was not told the end
                async for missed in _replay(hub, job_id, position, head.last):
                    yield missed
            # without a head it was deleted, or has expired
            yield _nothing(is_final=head is None or head.is_final)


async def _replay(
    hub: "_Hub", job_id: JobId, position: Position, until: Position
) -> AsyncIterator[_Batch]:
    """What the stream holds after one position up to another; it is trimmed meanwhile."""
    while True:
        cut, entries = await hub.range(job_id, position, until)
        if position < cut:
            yield _Batch(position, position, f"[{GAP}]", is_final=False, entries=())
            position, oldest = await hub.oldest(job_id, until)  # all that there is, from the start
        else:
            oldest = [_batch(entries)] if entries else []
            position = oldest[-1].last if oldest else until
        for batch in oldest:
            yield batch
        if position >= until:
            return


class _Hub:
    """The connections and the one reading task, while there are readers on this loop."""

    def __init__(self, url: str, window: timedelta) -> None:
        self._commands = connect_async(url)
        self._blocking = connect_async(url, connections=1)
        self._window = window
        self._channels: dict[JobId, _Channel] = {}
        self._changed = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._task = self._loop.create_task(self._read_on())
        self._reading: asyncio.Future[Streams] | None = None
        self._is_closed = False
        self.users = 0

    @property
    def is_open(self) -> bool:
        return not self._is_closed and self._loop is asyncio.get_running_loop()

    def retire(self) -> None:
        """Take no more readers; who comes now opens another hub."""
        self._is_closed = True

    async def close(self) -> None:
        """Let go of both connections, when nothing reads any more: a reader would reconnect."""
        async with AsyncExitStack() as stack:
            stack.push_async_callback(self._commands.aclose)
            stack.push_async_callback(self._blocking.aclose)
            await stop_task(self._task, again_after_s=STOP_S)
            if self._reading is not None:  # it is left alone when its stopping was broken off
                await stop_task(self._reading, again_after_s=STOP_S)

    def join(self, job_id: JobId, head: _Head, reader: _Reader) -> _Channel:
        channel = self._channels.get(job_id)
        if channel is None:
            channel = self._channels[job_id] = _Channel(head.last)
            self._changed.set()
        channel.readers.add(reader)
        return channel

    def cursor(self, job_id: JobId) -> Position:
        return self._channels[job_id].cursor

    def leave(self, job_id: JobId, reader: _Reader) -> None:
        channel = self._channels[job_id]
        channel.readers.discard(reader)
        if not channel.readers:
            del self._channels[job_id]

    async def head(self, job_id: JobId) -> _Head | None:
        """Where the job's stream stands; None for an unknown job."""
        keys = JobKeys.of(job_id)

        async def ask() -> _Head | None:
            pipe = self._commands.pipeline(transaction=True)
            pipe.hget(keys.meta, "status")
            pipe.xrevrange(keys.events, count=1)
            status, last = await pipe.execute()
            if status is None:
                return None
            return _Head(
                is_final=JobStatus(status).is_final,
                last=_position(last[0][0]) if last else (0, 0),
            )

        return await _until_answered(ask)

    async def oldest(self, job_id: JobId, until: Position) -> tuple[Position, Sequence[_Batch]]:
        """What is kept of what was trimmed, the first events behind it, and how far that is."""
        keys = JobKeys.of(job_id)

        async def ask() -> tuple[str | None, Sequence[str], Entries]:
            # in one step: else events might be trimmed between the two
            pipe = self._commands.pipeline(transaction=True)
            pipe.hget(keys.meta, "cut")
            pipe.lrange(keys.kept, 0, -1)
            pipe.xrange(keys.events, max="{}-{}".format(*until), count=PAGE)
            cut, kept, entries = await pipe.execute()
            return cut, kept, entries

        cut, kept, entries = await _until_answered(ask)
        lines = [line.split(" ", 1) for line in kept]
        old: Entries = [(entry, {"event": event}) for entry, event in lines]
        batches = [_batch(each) for each in (old, entries) if each]
        places = [_position(cut or START), *(batch.last for batch in batches)]
        return max(places), batches

    async def range(
        self, job_id: JobId, after: Position, until: Position
    ) -> tuple[Position, Entries]:
        """The newest event that the stream had no room for any more, and a page of those it has."""
        keys = JobKeys.of(job_id)

        async def ask() -> tuple[str | None, Entries]:
            pipe = self._commands.pipeline(transaction=True)
            pipe.hget(keys.meta, "cut")
            pipe.xrange(keys.events, f"({after[0]}-{after[1]}", f"{until[0]}-{until[1]}", PAGE)
            cut, entries = await pipe.execute()
            return cut, entries

        cut, entries = await _until_answered(ask)
        return _position(cut or START), entries or []

    async def _read_on(self) -> None:
        while True:
            if not self._channels:
                self._changed.clear()
                await self._changed.wait()
            try:
                streams = await self._next()
            except StoreUnavailable:
                await asyncio.sleep(PAUSE_S)
                continue
            for job_id, entries in streams.items():
                self._deliver(job_id, entries)
            if streams:
                await asyncio.sleep(self._window.total_seconds())

    async def _next(self) -> dict[JobId, Entries]:
        """Wait for events of any followed job; nothing when the followed jobs change."""
        self._changed.clear()
        jobs = {JobKeys.of(job_id).events: job_id for job_id in self._channels}
        cursors = {key: "{}-{}".format(*self._channels[job].cursor) for key, job in jobs.items()}
        reading = self._reading = asyncio.ensure_future(self._read(cursors))
        changed = asyncio.ensure_future(self._changed.wait())
        try:
            await asyncio.wait({reading, changed}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            changed.cancel()
            await stop_task(reading, again_after_s=STOP_S)
        if reading.cancelled():
            return {}
        return {jobs[key]: entries for key, entries in reading.result()}

    async def _read(self, cursors: dict[str, str]) -> Streams:
        with store_errors("wait for events"):
            return await read_streams(self._blocking, cursors, PAGE)

    def _deliver(self, job_id: JobId, entries: Entries) -> None:
        channel = self._channels.get(job_id)
        if channel is None:
            return  # its last reader left meanwhile
        fresh = [entry for entry in entries if _position(entry[0]) > channel.cursor]
        if not fresh:
            return
        batch = _batch(fresh)
        channel.cursor = batch.last
        for reader in channel.readers:
            reader.put(batch)


async def _until_answered(ask: Callable[[], Awaitable[Answer]]) -> Answer:
    """Ask until Redis answers; the caller's reader has nothing better to do."""
    while True:
        try:
            with store_errors("read events"):
                answer = await ask()
        except StoreUnavailable:
            await asyncio.sleep(PAUSE_S)
        else:
            heed_cancel()
            return answer


def _batch(entries: Entries) -> _Batch:
    """Join what is stored, without parsing it; there is at least one entry."""
    text = ",".join(f'["{entry}",{fields["event"]}]' for entry, fields in entries)
    return _Batch(
        first=_position(entries[0][0]),
        last=_position(entries[-1][0]),
        text=f"[{text}]",
        is_final="final" in entries[-1][1],
        entries=entries,
    )


def _nothing(*, is_final: bool) -> _Batch:
    return _Batch((0, 0), (0, 0), "", is_final, ())


def _position(entry: str) -> Position:
    epoch, _, seq = entry.partition("-")
    return int(epoch), int(seq or 0)
