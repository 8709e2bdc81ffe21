"""Celery as the job queue: a task by name for each job, over the Redis that holds the jobs."""

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

from celery import Celery
from kombu.exceptions import KombuError

from pipeline.adapters.redis_connection import MEMORY, SCHEMES
from pipeline.domain.jobs import Job, JobKind, Priority
from pipeline.errors import ConfigError

log = logging.getLogger(__name__)

TASKS: Mapping[JobKind, str] = {
    JobKind.OUTLINE: "workers.tasks.generate_outline_from_query_task",
    JobKind.DOCUMENT: "workers.tasks.generate_document_from_outline_task",
}
"""Names that other programs call: fixed."""

STEPS: Mapping[Priority, int] = {
    Priority.URGENT: 0,
    Priority.HIGH: 3,
    Priority.NORMAL: 6,
    Priority.LOW: 9,
}
# In Redis, 0 is taken first; Celery keeps one list for each step.

REDELIVERED_AFTER = timedelta(hours=12)
# Of a message whose worker vanished. Jobs do not wait for it: their lease ends within seconds.

THREADS = 100
# They only wait, one for each job that came by a message; how many run is up to MAX_JOBS.

SEND_RETRIES = {"max_retries": 2, "interval_start": 0, "interval_step": 0.2, "interval_max": 0.5}
# A message only wakes a worker; who submits a job does not wait for it for long.


def celery_app(broker: Callable[[], str], *, include: Sequence[str] = ()) -> Celery:
    """Celery's app; it asks for the broker's URL when it first needs it.

    Jobs and results are ours to keep: Celery only carries names and ids. Its threads wait for the
    engine, which runs all jobs of the process in one event loop. Messages lie where Celery puts
    them by itself: other programs, which know nothing but the broker, send theirs there.
    """
    app = Celery("longhand", set_as_current=False, include=list(include))

    def configuration() -> dict[str, Any]:
        return {
            "broker_url": broker(),
            "broker_connection_retry_on_startup": True,
            "broker_connection_max_retries": None,
            "broker_transport_options": {
                "visibility_timeout": int(REDELIVERED_AFTER.total_seconds()),
                "priority_steps": sorted(STEPS.values()),
                "queue_order_strategy": "priority",
            },
            "task_ignore_result": True,
            "task_acks_late": True,
            "task_reject_on_worker_lost": True,
            "task_publish_retry_policy": SEND_RETRIES,
            "worker_pool": "threads",
            "worker_concurrency": THREADS,
            "worker_prefetch_multiplier": 1,
            "worker_hijack_root_logger": False,
        }

    app.add_defaults(configuration)
    return app


def broker_url(redis_url: str) -> str:
    """Celery's word for the address of a Redis server.

    Raises:
        ConfigError: It is no address of Redis, or of a store in this process, where no worker
            can reach it.
    """
    if redis_url.startswith(MEMORY):
        raise ConfigError(
            "JOB_QUEUE is celery, but there is no Redis server that workers could reach: set "
            "REDIS_URL, or install redis-server, or unset JOB_QUEUE."
        )
    if not redis_url.startswith(SCHEMES):
        raise ConfigError(f"REDIS_URL must start with one of {', '.join(SCHEMES)}.")
    parts = urlsplit(redis_url)
    if parts.scheme != "unix":
        return redis_url
    database = parse_qs(parts.query).get("db", ["0"])[0]
    user = f"{parts.netloc.rpartition('@')[0]}@" if "@" in parts.netloc else ""
    return f"redis+socket://{user}{parts.path}?virtual_host={database}"


class CeleryQueue:
    """`JobQueue` that wakes a worker; the worker finds the job in the store."""

    def __init__(self, app: Celery) -> None:
        self._app = app

    def put(self, job: Job) -> None:
        """Send the job's name and id; workers also look for jobs by themselves."""
        try:
            self._app.send_task(TASKS[job.kind], args=[job.id], priority=STEPS[job.priority])
        except (KombuError, OSError) as error:
            log.warning("Job %s waits until a worker looks for work: %s", job.id, error)
