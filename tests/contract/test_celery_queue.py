"""Celery's part: where messages lie, and what workers bear."""

import pytest
from celery import Celery

from pipeline.adapters.celery_queue import TASKS, broker_url, celery_app
from pipeline.adapters.embedded_redis import find_binary
from pipeline.domain.jobs import JobKind

pytestmark = pytest.mark.skipif(find_binary() is None, reason="there is no redis-server here")

PATIENCE_S = 10


def test_what_a_program_that_knows_only_the_broker_calls_lies_where_workers_look(
    redis_url: str,
) -> None:
    broker, call = broker_url(redis_url), ["by-name", "写一份潮汐能报告的大纲"]
    with Celery(broker=broker, set_as_current=False) as program:
        program.send_task(TASKS[JobKind.OUTLINE], args=call)

    with (
        celery_app(lambda: broker) as ours,
        ours.connection_for_read() as connection,
        connection.SimpleQueue(ours.conf.task_default_queue) as queue,
    ):
        message = queue.get(timeout=PATIENCE_S)
        message.ack()

    assert message.headers["task"] == TASKS[JobKind.OUTLINE]
    assert message.payload[0] == call


def test_a_worker_looks_for_its_redis_for_as_long_as_it_is_away() -> None:
    assert celery_app(lambda: "redis://").conf.broker_connection_max_retries is None
