"""The job queue of a single process: straight into its engine."""

import logging
from collections.abc import Callable

from pipeline.domain.jobs import Job, JobId
from pipeline.errors import ServiceUnavailable

log = logging.getLogger(__name__)


class LocalQueue:
    """`JobQueue` for an engine in the same process; `submit` is the engine's."""

    def __init__(self, submit: Callable[[JobId], object]) -> None:
        self._submit = submit

    def put(self, job: Job) -> None:
        try:
            self._submit(job.id)
        except ServiceUnavailable as error:
            log.warning("Job %s waits until an engine looks for work: %s", job.id, error)
