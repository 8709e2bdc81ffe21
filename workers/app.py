"""Celery's app for the workers: `celery -A workers.app worker`."""

import threading
from functools import cache
from typing import Any

from celery.signals import (
    celeryd_after_setup,
    setup_logging,
    worker_ready,
    worker_shutdown,
    worker_shutting_down,
)

from pipeline.adapters.celery_queue import celery_app
from pipeline.config import Settings
from pipeline.errors import PipelineError
from pipeline.runtime import Runtime, broker_of, build_runtime, configure_logging

POOL = "celery.concurrency.thread"
# Its tasks only wait for the one engine of the process, which other pools do not share.
NO_LIMIT = 1_000_000_000
# What other programs call by name has waited in the broker, and exists nowhere else.


@cache
def settings() -> Settings:
    """This process's settings: a worker runs jobs itself, and takes what the broker hands it."""
    return Settings().model_copy(update={"job_queue": "local", "max_queued_jobs": NO_LIMIT})


@cache
def runtime() -> Runtime:
    """This worker's runtime, built on first use."""
    return build_runtime(settings())


stopping = threading.Event()
"""Set when this worker is told to stop."""

app = celery_app(lambda: broker_of(settings()), include=["workers.tasks"])


def _log(**_: Any) -> None:
    configure_logging(settings())


def _check_pool(instance: Any, **_: Any) -> None:
    """Refuse a pool in which each task would need an engine of its own."""
    if instance.pool_cls.__module__ != POOL:
        raise SystemExit(
            "Longhand's workers run many jobs in one process: leave -P out, or give -P threads. "
            "For more processor cores start more workers."
        )


def _start(**_: Any) -> None:
    """Run jobs from the start: an idle worker also looks for those whose process died."""
    try:
        runtime().start()
    except PipelineError as error:  # Celery would log it, and go on as if nothing was
        raise SystemExit(f"The worker cannot run jobs: {error}") from error
    _started.set()


def _give_back(**_: Any) -> None:
    """Let other workers go on with our jobs; not in the signal's handler, which must return."""
    stopping.set()
    if _started.is_set():
        threading.Thread(target=runtime().engine.drain, name="drain").start()


def _stop(**_: Any) -> None:
    if _started.is_set():
        runtime().stop()


_started = threading.Event()
celeryd_after_setup.connect(_check_pool)
setup_logging.connect(_log)
worker_ready.connect(_start)
worker_shutting_down.connect(_give_back)
worker_shutdown.connect(_stop)
