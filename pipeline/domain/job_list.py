"""Places in the list of jobs, newest first."""

from typing import NamedTuple

from pipeline.domain.jobs import Job, JobId


class JobPlace(NamedTuple):
    """A place in the list of jobs, which stays where it is while jobs come and go."""

    created_ms: int
    job_id: JobId

    @classmethod
    def of(cls, job: Job) -> "JobPlace":
        return cls(round(job.created_at.timestamp() * 1000), job.id)
