"""The keys and fields in Redis, and how long they stay; `docs/redis.md` describes them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from pipeline.domain.jobs import Job, JobId, JobKind, ManuscriptId

RUNNING = "longhand:jobs:running"
RECENT = "longhand:jobs:recent"
CONTROL = "longhand:engine:control"
COUNTS = "longhand:counts"
ENGINES = "longhand:engines"
MANUSCRIPTS = "longhand:manuscripts"

INDEX_TTL = timedelta(days=400)
# Indexes are renewed at each use. The server evicts what expires soonest, so these go last.
FENCE_TTL = timedelta(days=1)
# A worker whose job was taken over hears of it within minutes.
UNDO_TTL = timedelta(hours=1)
# After a manuscript is deleted its finished units stay so long, for whoever undoes that.
RANK_MS = 10**13
# Of waiting jobs a higher rank comes first: it counts as waiting 300 years longer for each.
STOPPING_MS = 1_000
# Left of the lease of a job that is asked to stop: who lives answers sooner, and the dead never.
EVENTS_KEPT = 40_000
# One delta per 50 ms for half an hour of writing without a pause; a bound, not a retention.
CONTROLS_KEPT = 1_000
# Engines read these at once; it only has to cover a reconnection.
JOBS_LISTED = 10_000
# Ids in the index of recent jobs; those that expired are removed when it is read.


@dataclass(frozen=True, slots=True)
class Terms:
    """How long things last."""

    lease: timedelta
    running_ttl: timedelta
    result_ttl: timedelta
    manuscript_ttl: timedelta
    max_attempts: int
    max_queued: int


@dataclass(frozen=True, slots=True)
class JobKeys:
    """The keys of one job."""

    meta: str
    events: str
    units: str
    request: str
    result: str
    shared_units: str
    """Units that later jobs of the same manuscript may use; empty without a manuscript."""

    @classmethod
    def of(
        cls, job_id: JobId, manuscript_id: ManuscriptId | None = None, kind: JobKind | None = None
    ) -> "JobKeys":
        stem = f"longhand:job:{{{job_id}}}"
        shared = units_key(manuscript_id, kind) if manuscript_id and kind else ""
        return cls(
            meta=f"{stem}:meta",
            events=f"{stem}:events",
            units=f"{stem}:units",
            request=f"{stem}:request",
            result=f"job_result:{job_id}",
            shared_units=shared,
        )

    @classmethod
    def of_job(cls, job: Job) -> "JobKeys":
        return cls.of(job.id, job.manuscript_id, job.kind)

    @property
    def gone(self) -> str:
        """Stays behind a job that ended and was not deleted."""
        return f"{self.meta}:gone"

    @property
    def fence(self) -> str:
        """Stays behind a job that was deleted."""
        return f"{self.meta}:fence"

    @property
    def kept(self) -> str:
        """Events that the stream had no room for any more, oldest first: id, space, JSON."""
        return f"{self.meta}:kept"

    def for_script(self) -> list[str]:
        """KEYS, in the order that every script about one job expects."""
        own = [self.meta, self.events, self.units, self.request, self.result]
        return [*own, self.shared_units, RUNNING, RECENT, CONTROL]


def manuscript_key(manuscript_id: ManuscriptId) -> str:
    return f"longhand:manuscript:{{{manuscript_id}}}"


def units_key(manuscript_id: ManuscriptId, kind: JobKind) -> str:
    """What its jobs of that kind have finished."""
    return f"{manuscript_key(manuscript_id)}:units:{kind}"


def reading_key(sha256: str) -> str:
    return f"longhand:reading:{sha256}"


def milliseconds(time: timedelta) -> int:
    return max(1, round(time.total_seconds() * 1000))


def moment_of(time_ms: str) -> datetime:
    return datetime.fromtimestamp(int(time_ms) / 1000, UTC)


def job_from(meta: Mapping[str, str]) -> Job:
    """The job as it stands: what it was made as, and what its scripts noted since."""
    fields: dict[str, object] = {
        name: meta[name]
        for name in ("status", "done", "total", "finished_at", "error", "error_code", "priority")
        if meta.get(name)
    }
    if meta.get("expires_at"):
        fields["expires_at"] = moment_of(meta["expires_at"])
    if meta.get("usage"):
        fields["usage"] = json.loads(meta["usage"])
    fields["retryable"] = meta.get("retryable") == "1"
    fields["cancel_requested"] = meta.get("cancel") == "1"
    if fields.get("status") == "completed":
        fields["done"] = fields.get("total", 0)  # nothing is told of the last step but its end
    made = Job.model_validate_json(meta["job"])
    return Job.model_validate({**made.model_dump(), **fields})
