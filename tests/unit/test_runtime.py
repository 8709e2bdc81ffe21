"""What a runtime does around its jobs."""

import gc
import threading
from pathlib import Path

import pytest

from pipeline.adapters.embedded_redis import ensure_server
from pipeline.adapters.redis_connection import connect
from pipeline.adapters.redis_keys import JobKeys
from pipeline.domain.jobs import OutlineGenerationRequest
from tests.runtimes import finish, idle_runtime


def test_only_a_job_that_was_done_has_brought_along_what_the_collector_leaves_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settled: list[str] = []

    def freeze() -> None:
        if threading.current_thread().name != "warm-up":  # of another runtime
            settled.append(job.id)

    monkeypatch.setattr(gc, "freeze", freeze)
    with idle_runtime(tmp_path) as runtime:
        asked = [OutlineGenerationRequest(task_prompt=f"潮汐能 {n}") for n in range(3)]
        job = gone = runtime.jobs.submit_outline(asked[0])
        connect(ensure_server(tmp_path)).delete(JobKeys.of(gone.id).request)
        runtime.engine.start()
        failed = finish(runtime, gone.id)
        job = done = runtime.jobs.submit_outline(asked[1])
        finish(runtime, done.id)
        job = runtime.jobs.submit_outline(asked[2])
        finish(runtime, job.id)

    assert failed.error_code == "not_found"
    assert settled == [done.id]
