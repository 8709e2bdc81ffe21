"""The job store: jobs, their events and results in Redis, for pages and the API."""

import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import cast

from pydantic import ValidationError
from redis import Redis

from pipeline.adapters import redis_scripts as scripts
from pipeline.adapters.redis_connection import store_errors
from pipeline.adapters.redis_index_scripts import FORGET
from pipeline.adapters.redis_keys import (
    CONTROLS_KEPT,
    EVENTS_KEPT,
    FENCE_TTL,
    INDEX_TTL,
    JOBS_LISTED,
    RECENT,
    RUNNING,
    JobKeys,
    Terms,
    job_from,
    milliseconds,
)
from pipeline.domain.job_list import JobPlace
from pipeline.domain.jobs import (
    JOB_EVENT,
    EventId,
    Job,
    JobEvent,
    JobId,
    JobKind,
    JobStatus,
    Priority,
    TaskFailed,
)
from pipeline.domain.units import StoredUnit, stored_units
from pipeline.errors import (
    Cancelled,
    Conflict,
    Deleted,
    Expired,
    IllegalTransition,
    NotFinished,
    NotFound,
    QueueFull,
)

log = logging.getLogger(__name__)

PAGE = 100
# Jobs read at once while listing; most lists are shorter.
RETRY_AFTER_S = 30
# When too many wait: about the time in which an engine with a model ends some of its jobs.


class RedisJobStore:
    """`JobStore` over one Redis client; safe from many threads."""

    def __init__(self, client: Redis, terms: Terms, now: Callable[[], datetime]) -> None:
        self._redis = client
        self._terms = terms
        self._now = now
        self._create = client.register_script(scripts.CREATE)
        self._refuse = client.register_script(scripts.REFUSE)
        self._cancel = client.register_script(scripts.CANCEL)
        self._prioritise = client.register_script(scripts.PRIORITISE)
        self._keep = client.register_script(scripts.KEEP)
        self._delete = client.register_script(scripts.DELETE)
        self._forget = client.register_script(FORGET)

    def create(
        self,
        job: Job,
        request: str,
        fingerprint: str,
        *,
        units_of: JobId | None = None,
        forget: Collection[str] | None = (),
    ) -> Job:
        begin_with = JobKeys.of(units_of).units if units_of else ""
        arguments: list[str | int] = [
            job.id,
            fingerprint,
            job.model_dump_json(),
            request,
            JobPlace.of(job).created_ms,
            milliseconds(self._terms.running_ttl),
            milliseconds(INDEX_TTL),
            JOBS_LISTED,
            job.priority.rank,
            self._terms.max_queued,
            *([scripts.ALL] if forget is None else forget),
        ]
        with store_errors(f"save job {job.id!r}"):
            keys = [*JobKeys.of_job(job).for_script(), begin_with]
            answer = self._create(keys=keys, args=arguments)
        if answer == -1:
            raise Conflict(
                f"Job {job.id!r} exists with another request: choose another id, or leave it out.",
                {"job_id": job.id},
            )
        if answer == -2:
            raise QueueFull(self._terms.max_queued, RETRY_AFTER_S)
        return self.load(job.id)

    def load(self, job_id: JobId) -> Job:
        with store_errors(f"load job {job_id!r}"):
            meta = self._redis.hgetall(JobKeys.of(job_id).meta)
        if not meta:
            raise self._missing(job_id)
        return job_from(cast("Mapping[str, str]", meta))

    def request(self, job_id: JobId) -> str:
        with store_errors(f"load the request of job {job_id!r}"):
            request = self._redis.get(JobKeys.of(job_id).request)
        if request is None:
            job = self.load(job_id)
            raise NotFinished(
                f"What job {job_id!r} was asked is not stored: a call by name that is refused "
                "leaves no request. Submit it anew.",
                {"job_id": job_id, "status": job.status},
            )
        return str(request)

    def units(self, job: Job) -> Mapping[str, StoredUnit]:
        keys = JobKeys.of_job(job)
        found: dict[str, str] = {}
        with store_errors(f"load what job {job.id!r} has finished"):
            for key in filter(None, (keys.shared_units, keys.units)):
                found |= cast("dict[str, str]", self._redis.hgetall(key))
        return stored_units(found)

    def result(self, job_id: JobId) -> str | None:
        with store_errors(f"load the result of job {job_id!r}"):
            result = self._redis.get(JobKeys.of(job_id).result)
        return None if result is None else str(result)

    def events(
        self, job_id: JobId, *, after: EventId, limit: int = 1000
    ) -> Sequence[tuple[EventId, JobEvent]]:
        with store_errors(f"read the events of job {job_id!r}"):
            found = self._redis.xrange(JobKeys.of(job_id).events, min=f"({after}", count=limit)
        entries = cast("list[tuple[str, dict[str, str]]]", found or [])
        read = [(EventId(entry), _event(fields["event"])) for entry, fields in entries]
        return [(entry, event) for entry, event in read if event is not None]

    def recent(
        self,
        *,
        limit: int,
        status: JobStatus | None = None,
        kind: JobKind | None = None,
        before: JobPlace | None = None,
    ) -> Sequence[Job]:
        jobs: list[Job] = []
        while len(jobs) < limit:
            with store_errors("list the recent jobs"):
                places = self._places(before)
                found = self._load_all([place.job_id for place in places])
            jobs += [j for j in found if status in {None, j.status} and kind in {None, j.kind}]
            if not places:
                break
            before = places[-1]
        return jobs[:limit]

    def _places(self, before: JobPlace | None) -> Sequence[JobPlace]:
        """Some places behind that one, in order; none at the end."""
        if before is None:
            newest = self._redis.zrevrange(RECENT, 0, PAGE - 1, withscores=True)
            return _places_of(newest)
        at, since = before.created_ms, f"({before.created_ms}"
        same = self._redis.zrevrangebyscore(RECENT, at, at, withscores=True)
        older = self._redis.zrevrangebyscore(RECENT, since, "-inf", 0, PAGE, withscores=True)
        rest = [place for place in _places_of(same) if place.job_id < before.job_id]
        return [*rest, *_places_of(older)]

    def request_cancel(self, job_id: JobId) -> Job:
        job = self.load(job_id)
        now = self._now()
        reason = Cancelled()
        event = TaskFailed(
            job_id=job_id,
            task_type=job.kind,
            at=now,
            error=str(reason),
            code=reason.code,
            retryable=reason.retryable,
        )
        arguments: list[str | int] = [
            job_id,
            event.model_dump_json(),
            EVENTS_KEPT,
            CONTROLS_KEPT,
            *self._ending(event, JobStatus.CANCELLED),
            milliseconds(INDEX_TTL),
        ]
        with store_errors(f"cancel job {job_id!r}"):
            self._cancel(keys=JobKeys.of_job(job).for_script(), args=arguments)
        return self.load(job_id)

    def refuse(self, job: Job, event: TaskFailed) -> bool:
        arguments: list[str | int] = [
            job.id,
            job.model_dump_json(),
            f"refused {event.code}",
            event.model_dump_json(),
            EVENTS_KEPT,
            JobPlace.of(job).created_ms,
            milliseconds(INDEX_TTL),
            JOBS_LISTED,
            *self._ending(event, JobStatus.FAILED),
        ]
        with store_errors(f"note that job {job.id!r} is refused"):
            return bool(self._refuse(keys=JobKeys.of(job.id).for_script(), args=arguments))

    def _ending(self, event: TaskFailed, status: JobStatus) -> list[str | int]:
        return [
            status,
            event.at.isoformat(),
            event.error,
            event.code,
            int(event.retryable),
            milliseconds(self._terms.result_ttl),
            milliseconds(self._terms.manuscript_ttl),
        ]

    def prioritise(self, job_id: JobId, priority: Priority) -> Job:
        arguments: list[str | int] = [
            job_id,
            priority,
            priority.rank,
            CONTROLS_KEPT,
            milliseconds(INDEX_TTL),
        ]
        with store_errors(f"change the priority of job {job_id!r}"):
            answer = self._prioritise(keys=JobKeys.of(job_id).for_script(), args=arguments)
        if answer == -1:
            raise self._missing(job_id)
        if answer == 0:
            raise IllegalTransition(f"Job {job_id!r} has ended: its priority means nothing now.")
        return self.load(job_id)

    def waiting_before(self, job_id: JobId) -> int:
        with store_errors(f"look how many jobs wait before {job_id!r}"):
            score = self._redis.zscore(RUNNING, job_id)
            if score is None or score > 0:
                return 0
            return cast("int", self._redis.zrank(RUNNING, job_id) or 0)

    def keep(self, job_id: JobId, time: timedelta | None) -> Job:
        with store_errors(f"keep job {job_id!r}"):
            answer = self._keep(
                keys=JobKeys.of(job_id).for_script(),
                args=[job_id, milliseconds(time or self._terms.result_ttl)],
            )
        if answer == -1:
            raise self._missing(job_id)
        if answer == 0:
            raise IllegalTransition(f"Job {job_id!r} has not ended: it does not expire yet.")
        return self.load(job_id)

    def delete(self, job_id: JobId) -> None:
        with store_errors(f"delete job {job_id!r}"):
            answer = self._delete(
                keys=JobKeys.of(job_id).for_script(),
                args=[job_id, milliseconds(FENCE_TTL)],
            )
        if answer == -1:
            raise self._missing(job_id)
        if answer == 0:
            raise IllegalTransition(f"Job {job_id!r} is not finished: cancel it first.")

    def ping(self) -> None:
        with store_errors("answer"):
            self._redis.ping()

    def _missing(self, job_id: JobId) -> NotFound:
        with store_errors(f"look whether job {job_id!r} has expired"):
            keys = JobKeys.of(job_id)
            is_gone, is_deleted = self._redis.exists(keys.gone), self._redis.exists(keys.fence)
        if not is_gone:
            unknown = Deleted if is_deleted else NotFound
            return unknown(f"There is no job {job_id!r}.", {"job_id": job_id})
        kept_s = round(self._terms.result_ttl.total_seconds())
        return Expired(
            f"Job {job_id!r} has expired: an ended job is kept for {kept_s:,} s, or for as long as "
            "/keep asks for while it is there. Submit the request again.",
            {"job_id": job_id, "kept_s": kept_s},
        )

    def _load_all(self, ids: Sequence[str]) -> Sequence[Job]:
        """The jobs with these ids, without those that expired, which leave the index."""
        keys = [JobKeys.of(JobId(job_id)).meta for job_id in ids]
        pipe = self._redis.pipeline(transaction=False)
        for key in keys:
            pipe.hgetall(key)
        metas = cast("list[dict[str, str]]", pipe.execute())
        if not all(metas):
            self._forget(keys=[RECENT, *keys], args=ids)
        return [job_from(meta) for meta in metas if meta]


def _places_of(members: object) -> Sequence[JobPlace]:
    pairs = cast("list[tuple[str, float]]", members)
    return [JobPlace(int(score), JobId(job_id)) for job_id, score in pairs]


def _event(text: str) -> JobEvent | None:
    try:
        return JOB_EVENT.validate_json(text)
    except ValidationError:
        log.warning("An event that this version does not know is left out: %.80s", text)
        return None
