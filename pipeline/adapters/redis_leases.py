"""Who runs a job: leases, claims and what authors ask of running jobs, for the engine's loop."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, cast

from redis.asyncio import Redis

from pipeline.adapters import redis_index_scripts as index_scripts
from pipeline.adapters import redis_scripts as scripts
from pipeline.adapters.redis_connection import read_streams, store_errors
from pipeline.adapters.redis_keys import (
    CONTROL,
    CONTROLS_KEPT,
    ENGINES,
    INDEX_TTL,
    RUNNING,
    JobKeys,
    Terms,
    job_from,
    milliseconds,
)
from pipeline.domain.jobs import Job, JobId, Priority


@dataclass(frozen=True, slots=True)
class Claim:
    """A job that is ours until its lease ends, with all that is needed to run it."""

    job: Job
    request: str | None
    """None when it has been evicted: the job cannot run any more."""
    epoch: int
    """Grows with each claim of this job; what an older one writes is refused."""
    owner: str
    """The engine that holds it; what another one writes is refused."""
    started_at: datetime
    """When its first run started."""
    given_up: bool = False
    """It was claimed too often: publish that, and do not run it."""
    units: dict[str, str] = field(default_factory=dict)
    """By name: those that an earlier run of this job finished, `key\\nJSON`."""
    shared: dict[str, str] = field(default_factory=dict)
    """The same of the manuscript's earlier jobs."""
    attempts: int = 1
    """How often it was claimed, without the times that it was given back in good order."""
    ran: timedelta = timedelta(0)
    """How long engines have run it before, by Redis' clock."""


class Leases:
    """Claims jobs for one engine; `owner` is unique to it."""

    def __init__(
        self, client: Redis, terms: Terms, *, owner: str, now: Callable[[], datetime]
    ) -> None:
        self._redis = client
        self._terms = terms
        self._owner = owner
        self._now = now
        self._claim = client.register_script(scripts.CLAIM)
        self._give_back = client.register_script(scripts.GIVE_BACK)
        self._expired = client.register_script(index_scripts.EXPIRED)
        self._to_stop = client.register_script(index_scripts.TO_STOP)
        self._tell_load = client.register_script(index_scripts.TELL_LOAD)

    async def claim(self, job_id: JobId) -> Claim | None:
        """Take the job, or None if somebody holds it, it is final, or it is gone."""
        with store_errors(f"claim job {job_id!r}"):
            meta = await _answer(self._redis.hgetall(JobKeys.of(job_id).meta))
            keys = JobKeys.of_job(job_from(meta)) if meta else JobKeys.of(job_id)
            epoch, given_up, attempts, ran_ms = await self._claim(
                keys=keys.for_script(),
                args=[
                    job_id,
                    self._owner,
                    milliseconds(self._terms.lease),
                    milliseconds(self._terms.running_ttl),
                    self._terms.max_attempts,
                    self._now().isoformat(),
                    milliseconds(INDEX_TTL),
                ],
            )
            if epoch <= 0:
                return None
            claim = await self._load(keys, epoch=epoch, given_up=given_up == 1)
            ran = timedelta(milliseconds=ran_ms)
            return replace(claim, attempts=attempts, ran=ran) if claim else None

    async def give_back(self, claim: Claim) -> None:
        """Let others take the job at once, and tell them; this attempt does not count."""
        with store_errors(f"give job {claim.job.id!r} back"):
            keys = JobKeys.of_job(claim.job).for_script()
            await self._give_back(
                keys=keys,
                args=[
                    claim.job.id,
                    claim.epoch,
                    CONTROLS_KEPT,
                    milliseconds(INDEX_TTL),
                    claim.owner,
                    milliseconds(self._terms.lease),
                ],
            )

    async def expired(self, most: int) -> Mapping[JobId, bool]:
        """Jobs whose engine died, then those that wait: by priority, longest waiting first.

        Of each whether it is suspect: it has lost its process in half of its attempts, and has
        some left. As many as that of either sort.
        """
        last = self._terms.max_attempts
        meta = JobKeys.of(JobId("%s")).meta
        with store_errors("look for jobs that nobody runs"):
            found = await self._expired(keys=[RUNNING], args=[most, max(1, last // 2), last, meta])
        ids = map(JobId, found[::2])
        return dict(zip(ids, map(bool, found[1::2]), strict=True))

    async def cancelled(self) -> Sequence[JobId]:
        """Jobs whose engine died, and of which it was asked while they ran that they stop."""
        with store_errors("look for jobs that are to stop"):
            found = await self._to_stop(keys=[RUNNING], args=[JobKeys.of(JobId("%s")).meta])
        return [JobId(each) for each in found]

    async def tell_load(self, jobs: int, model_calls: int) -> None:
        """Say that this engine lives and what it does, for a monitor; holds for three leases."""
        lease_ms = milliseconds(self._terms.lease)
        with store_errors("take what an engine does"):
            await self._tell_load(
                keys=[ENGINES],
                args=[self._owner, 3 * lease_ms, jobs, model_calls, milliseconds(INDEX_TTL)],
            )

    async def leave(self) -> None:
        """Say that this engine is no more."""
        with store_errors("take that an engine leaves"):
            await self._tell_load(keys=[ENGINES], args=[self._owner, 0])

    async def _load(self, keys: JobKeys, *, epoch: int, given_up: bool) -> Claim | None:
        pipe = self._redis.pipeline(transaction=False)
        pipe.hgetall(keys.meta)
        pipe.get(keys.request)
        pipe.hgetall(keys.units)
        if keys.shared_units:
            pipe.hgetall(keys.shared_units)
        meta, request, units, *shared = await pipe.execute()
        if not meta:
            return None
        return Claim(
            job=job_from(meta),
            request=request,
            epoch=epoch,
            owner=self._owner,
            started_at=datetime.fromisoformat(meta["started_at"]),
            given_up=given_up,
            units=units,
            shared=shared[0] if shared else {},
        )


@dataclass(frozen=True, slots=True)
class Control:
    """What is asked of a running job: another priority, or without one, to stop."""

    job_id: JobId
    priority: Priority | None = None
    is_free: bool = False
    """The job was given back: nothing is asked of it, but anybody may take it."""


class Controls:
    """What any process asks of running jobs; needs a client for blocking reads."""

    def __init__(self, blocking: Redis) -> None:
        self._redis = blocking
        self._last: str | None = None

    @property
    def is_listening(self) -> bool:
        return self._last is not None

    async def listen(self) -> None:
        """From now on requests are heard; those from before are left."""
        with store_errors("listen to what is asked of running jobs"):
            newest = await _answer(self._redis.xrevrange(CONTROL, count=1))
        self._last = newest[0][0] if newest else "0-0"

    async def next(self) -> Sequence[Control]:
        """Wait for requests, at most some seconds; `listen` comes first."""
        if self._last is None:
            raise RuntimeError("Nothing is heard before listen() was called.")
        with store_errors("wait for what is asked of running jobs"):
            found = await read_streams(self._redis, {CONTROL: self._last}, CONTROLS_KEPT)
        entries = found[0][1] if found else []
        if entries:
            self._last = entries[-1][0]
        return [_control(fields) for _, fields in entries]


def _control(fields: Mapping[str, str]) -> Control:
    if "free" in fields:
        return Control(JobId(fields["free"]), is_free=True)
    asked = fields.get("priority")
    return Control(JobId(fields["job"]), Priority(asked) if asked else None)


async def _answer(command: object) -> Any:
    return await cast("Awaitable[Any]", command)
