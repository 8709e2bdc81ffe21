"""Celery's app for the workers: `celery -A workers.app worker`."""

import threading
from functools import cache
from typing import Any

from celery.signals import setup_logging, worker_ready, worker_shutdown, worker_shutting_down

from pipeline.adapters.celery_queue import celery_app
from pipeline.config import Settings
from pipeline.runtime import Runtime, broker_of, build_runtime, configure_logging


@cache
def settings() -> Settings:
    """This process's settings: a worker runs jobs itself."""
    return Settings().model_copy(update={"job_queue": "local"})


@cache
def runtime() -> Runtime:
    """This worker's runtime, built on first use."""
    return build_runtime(settings())


app = celery_app(lambda: broker_of(settings()), include=["workers.tasks"])


def _log(**_: Any) -> None:
    configure_logging(settings())


def _start(**_: Any) -> None:
    """Run jobs from the start: an idle worker also looks for those whose process died."""
    runtime().start()


def _give_back(**_: Any) -> None:
    """Let other workers go on with our jobs; not in the signal's handler, which must return."""
    threading.Thread(target=runtime().engine.drain, name="drain").start()


def _stop(**_: Any) -> None:
    runtime().stop()


setup_logging.connect(_log)
worker_ready.connect(_start)
worker_shutting_down.connect(_give_back)
worker_shutdown.connect(_stop)
