"""The journal of one running job: what it says waits here until it is stored."""

import asyncio
import json
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from pydantic import JsonValue

from pipeline.adapters.redis_keys import EVENTS_KEPT, JobKeys, Terms, milliseconds
from pipeline.adapters.redis_leases import Claim
from pipeline.domain.documents import NodeId, Usage
from pipeline.domain.jobs import (
    JobEvent,
    JobStatus,
    TaskCompleted,
    TaskFailed,
    TaskProgress,
    TextDelta,
)
from pipeline.errors import PipelineError, StoreUnavailable

PATIENCE_S = 60.0
# How long a job waits for Redis to come back before it leaves the rest to whoever takes it over.


class LeaseLost(PipelineError):
    """Another engine runs the job now; this one must not write any more."""

    code = "lease_lost"


@dataclass(frozen=True, slots=True)
class Ending:
    """The one terminal event of a job, with what is stored in the same step."""

    event: TaskCompleted | TaskFailed
    status: JobStatus
    result: str = ""


@dataclass(frozen=True, slots=True)
class Watch:
    """Whom a journal calls, on the engine's loop."""

    lost: Callable[[], None]
    """The job is not ours any more: stop it and write nothing."""
    cancelled: Callable[[], None]
    """The author asked to stop it. May be called more than once."""


@dataclass(frozen=True, slots=True)
class _Entry:
    seq: int
    event: str = ""
    unit: str = ""
    stored: str = ""


class RedisJournal:
    """`Journal` of one claim. Threads may call `tell` and `write`; the rest is for the loop."""

    def __init__(
        self,
        claim: Claim,
        watch: Watch,
        wake: Callable[["RedisJournal", bool], None],
        now: Callable[[], datetime],
    ) -> None:
        self.claim = claim
        self.watch = watch
        self._wake = wake
        self._now = now
        self._lock = threading.Lock()
        self._units = dict(claim.units)
        self._shared = claim.shared
        self._seq = 0
        self._stored_seq = 0
        self._entries: list[_Entry] = []
        self._text: dict[NodeId, list[str]] = {}
        self._done = self._total = 0
        self._read_usage: Callable[[], Usage] | None = None
        self._ending: Ending | None = None
        self._waiting: list[tuple[int, asyncio.Future[None]]] = []
        self.is_lost = False

    def tell(self, event: JobEvent) -> None:
        if isinstance(event, TaskCompleted | TaskFailed):
            raise TypeError("Only the engine publishes a job's terminal event.")
        with self._lock:
            self._add(event)
        self._wake(self, False)

    def write(self, section_id: str, text: str) -> None:
        with self._lock:
            if self._is_closed:
                return
            self._text.setdefault(NodeId(section_id), []).append(text)
        self._wake(self, False)

    def finished(self, unit: str, key: str) -> JsonValue | None:
        for stored in (self._units.get(unit, ""), self._shared.get(unit, "")):
            stored_key, _, text = stored.partition("\n")
            if text and stored_key == key:
                value: JsonValue = json.loads(text)
                return value
        return None

    def earlier(self, unit: str) -> list[JsonValue]:
        found = (self._units.get(unit, ""), self._shared.get(unit, ""))
        return [json.loads(text) for text in (each.partition("\n")[2] for each in found) if text]

    async def finish(self, unit: str, key: str, value: JsonValue, *events: JobEvent) -> None:
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        stored = f"{key}\n{_storable(text)}"
        with self._lock:
            self._seal_text()
            self._add_entry(unit=unit, stored=stored)
            for event in events:
                self._add(event)
            self._units[unit] = stored
        await self.settle()

    def meter(self, read: Callable[[], Usage]) -> None:
        self._read_usage = read

    async def end(self, ending: Ending) -> None:
        """Publish the terminal event, and nothing after it."""
        with self._lock:
            self._add(ending.event)
            self._ending = ending
        await self.settle()

    async def settle(self) -> None:
        """Wait until everything said so far is stored.

        Raises:
            LeaseLost: Another engine has the job.
            StoreUnavailable: Redis stayed away for too long; the job is lost to this engine.
        """
        with self._lock:
            self._seal_text()
            seq = self._seq
        if self.is_lost:
            raise LeaseLost
        if self._stored_seq >= seq:
            return
        waiting: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((seq, waiting))
        self._wake(self, True)
        try:
            async with asyncio.timeout(PATIENCE_S):
                await waiting
        except TimeoutError as error:
            self.lose()
            raise StoreUnavailable(
                f"Redis stayed away for {PATIENCE_S:.0f} s; job {self.claim.job.id!r} goes on "
                "from its finished units when it is back."
            ) from error

    def batch(self, terms: Terms) -> tuple[int, list[str], list[str | int]]:
        """What is to be stored: its last sequence number, KEYS and ARGV of `APPEND`."""
        with self._lock:
            self._seal_text()
            entries = list(self._entries)
        job = self.claim.job
        arguments: list[str | int] = [
            job.id,
            self.claim.epoch,
            milliseconds(terms.lease),
            milliseconds(terms.running_ttl),
            EVENTS_KEPT,
            self._done,
            self._total,
            self._usage_now(),
            len(entries),
            self.claim.owner,
        ]
        for entry in entries:
            arguments += [entry.seq, entry.event, entry.unit, entry.stored]
        seq = entries[-1].seq if entries else self._stored_seq
        if self._ending is not None and entries and seq == self._seq:
            arguments += _ending_arguments(self._ending, terms)
        return seq, JobKeys.of_job(job).for_script(), arguments

    def stored(self, seq: int) -> None:
        """Note that everything up to that sequence number is in Redis."""
        self._stored_seq = max(self._stored_seq, seq)
        with self._lock:
            self._entries = [entry for entry in self._entries if entry.seq > seq]
        ready = [future for wanted, future in self._waiting if wanted <= seq]
        self._waiting = [pair for pair in self._waiting if pair[0] > seq]
        for future in ready:
            if not future.done():
                future.set_result(None)

    def lose(self) -> None:
        """Forget what is not stored, and stop the job: it is not ours any more."""
        if self.is_lost:
            return
        self.is_lost = True
        with self._lock:
            self._entries.clear()
            self._text.clear()
        waiting, self._waiting = self._waiting, []
        for _, future in waiting:
            if not future.done():
                future.set_exception(LeaseLost())
        self.watch.lost()

    def _usage_now(self) -> str:
        usage = self._read_usage() if self._read_usage else None
        return usage.model_dump_json() if usage and usage.calls else ""

    @property
    def _is_closed(self) -> bool:
        return self.is_lost or self._ending is not None

    def _add(self, event: JobEvent) -> None:
        if self._is_closed:
            return
        self._seal_text()
        if isinstance(event, TaskProgress):
            self._done = max(self._done, event.done)
            self._total = max(self._total, event.total)
        self._add_entry(event=event.model_dump_json())

    def _seal_text(self) -> None:
        if not self._text or self._is_closed:
            return
        sections = {name: _storable("".join(pieces)) for name, pieces in self._text.items()}
        self._text = {}
        job = self.claim.job
        delta = TextDelta(job_id=job.id, task_type=job.kind, at=self._now(), sections=sections)
        self._add_entry(event=delta.model_dump_json())

    def _add_entry(self, event: str = "", unit: str = "", stored: str = "") -> None:
        if not self._is_closed:
            self._seq += 1
            self._entries.append(_Entry(self._seq, event, unit, stored))


def _ending_arguments(ending: Ending, terms: Terms) -> list[str | int]:
    event = ending.event
    failed = event if isinstance(event, TaskFailed) else None
    return [
        ending.status,
        event.at.isoformat(),
        failed.error if failed else "",
        failed.code if failed else "",
        int(failed.retryable) if failed else 0,
        milliseconds(terms.result_ttl),
        milliseconds(terms.manuscript_ttl),
        ending.result,
    ]


def _storable(text: str) -> str:
    """The text with pairs of surrogates joined and lone ones replaced: a model may split them."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text
