"""Writes the journals of all jobs of a process to Redis, in batches."""

import asyncio
import logging
import threading
from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from hashlib import sha1
from itertools import islice

from redis.asyncio import Redis
from redis.exceptions import NoScriptError, ResponseError

from pipeline.adapters.redis_connection import store_errors
from pipeline.adapters.redis_journal import RedisJournal, Watch
from pipeline.adapters.redis_keys import Terms
from pipeline.adapters.redis_leases import Claim
from pipeline.adapters.redis_scripts import APPEND
from pipeline.errors import StoreUnavailable

log = logging.getLogger(__name__)

FLUSH_S = 0.05
# Shorter than an eye notices; longer than many tokens, which then share one event.
GROUP = 20
# Jobs in one round trip, so that one job's terminal event does not wait for a hundred others.
PAUSE_S = 0.2
# Between two tries while Redis is away; the client itself has waited before.


class Flusher:
    """Opens journals and stores what they hold; all of it on one event loop."""

    def __init__(self, client: Redis, terms: Terms, now: Callable[[], datetime]) -> None:
        self._redis = client
        self._terms = terms
        self._now = now
        self._open: set[RedisJournal] = set()
        self._dirty: set[RedisJournal] = set()
        self._urgent: set[RedisJournal] = set()
        self._any_dirty = asyncio.Event()
        self._any_urgent = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._thread = threading.get_ident()
        self._script = sha1(APPEND.encode(), usedforsecurity=False).hexdigest()
        self._flushed_at = self._loop.time() - FLUSH_S

    def open(self, claim: Claim, watch: Watch) -> RedisJournal:
        journal = RedisJournal(claim, watch, self._wake, self._now)
        self._open.add(journal)
        return journal

    def close(self, journal: RedisJournal) -> None:
        """Whatever a node still says is dropped."""
        journal.lose()
        for journals in (self._open, self._dirty, self._urgent):
            journals.discard(journal)

    def beat(self) -> None:
        """Renew the leases of all open journals with the next batch."""
        for journal in self._open:
            self._mark(journal, urgent=False)

    async def run(self) -> None:
        """Store batches for ever; a journal waits until Redis is there again."""
        while True:
            remaining = iter(await self._due())
            while group := list(islice(remaining, GROUP)):
                await self._store(group)

    def _wake(self, journal: RedisJournal, urgent: bool) -> None:
        if threading.get_ident() == self._thread:
            self._mark(journal, urgent=urgent)
        else:
            self._loop.call_soon_threadsafe(self._mark, journal, urgent)

    def _mark(self, journal: RedisJournal, urgent: bool) -> None:
        if journal not in self._open:
            return
        self._dirty.add(journal)
        self._any_dirty.set()
        if urgent:
            self._urgent.add(journal)
            self._any_urgent.set()

    async def _due(self) -> Collection[RedisJournal]:
        """Wait for the next batch: at once for those in a hurry, else all in step."""
        await self._any_dirty.wait()
        await asyncio.sleep(0)  # what is said in the same turn of the loop travels together
        pause = self._flushed_at + FLUSH_S - self._loop.time()
        if pause > 0 and not self._urgent:
            try:
                async with asyncio.timeout(pause):
                    await self._any_urgent.wait()
            except TimeoutError:
                pause = 0
        journals = self._urgent
        if pause <= 0:
            journals = self._dirty
            self._flushed_at = self._loop.time()
        self._dirty = self._dirty - journals
        self._urgent = set()
        self._any_urgent.clear()
        if not self._dirty:
            self._any_dirty.clear()
        return journals

    async def _store(self, journals: Sequence[RedisJournal]) -> None:
        try:
            refused = await self._send([each for each in journals if not each.is_lost])
        except StoreUnavailable as error:
            log.warning("%s %d jobs wait.", error, len(journals))
            refused = journals
        if refused:
            for journal in refused:
                self._mark(journal, urgent=False)
            await asyncio.sleep(PAUSE_S)

    async def _send(self, journals: Sequence[RedisJournal]) -> Sequence[RedisJournal]:
        """One call of the script for each job, in one round trip; returns those to try again."""
        pipe = self._redis.pipeline(transaction=False)
        last = []
        for journal in journals:
            seq, keys, arguments = journal.batch(self._terms)
            pipe.evalsha(self._script, len(keys), *keys, *arguments)
            last.append(seq)
        with store_errors("store what jobs have said"):
            answers = await pipe.execute(raise_on_error=False) if journals else []
            if any(isinstance(answer, NoScriptError) for answer in answers):
                await self._redis.script_load(APPEND)
                return await self._send(journals)  # what did get through is not stored twice
        triples = zip(journals, last, answers, strict=True)
        return [each for each, seq, answer in triples if not self._settle(each, seq, answer)]

    def _settle(self, journal: RedisJournal, seq: int, answer: object) -> bool:
        """Tell a journal what became of its batch; False to try again."""
        if isinstance(answer, ResponseError) and "FENCED" in str(answer):
            log.warning("Job %s was taken over by another engine", journal.claim.job.id)
            journal.lose()
        elif isinstance(answer, Exception):
            log.error("Redis refused a batch of job %s: %s", journal.claim.job.id, answer)
            return False
        else:
            journal.stored(seq)
            if answer == 1:
                journal.watch.cancelled()
        return True
