"""Whole runtimes for tests: the real objects, the offline author, a store of their own."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.endpoint import Pace, serving_in_thread
from pipeline.adapters.embedded_redis import stop_server
from pipeline.config import Settings
from pipeline.domain.jobs import Job, JobId
from pipeline.runtime import Runtime, build_runtime

PATIENCE_S = 15
# The offline author needs a fraction of a second; a test that waits longer has failed.

PRICED_MODEL = "sim-asked"

UNCONFIGURED = {
    "redis_url": None,
    "openai_api_key": None,
    "openai_base_url": None,
    "openai_model": None,
    "embedded_redis_bin": None,
    "web_access": True,
    "search_provider": (),
    "searxng_url": None,
    "tavily_api_key": None,
    "brave_api_key": None,
}
# What a developer may have set for the app must not reach the tests.


def settings_for(data_dir: Path, **changes: object) -> Settings:
    values = {**UNCONFIGURED, "data_dir": data_dir, **changes}
    return Settings(_env_file=None, **values)  # type: ignore[arg-type]  # checked by pydantic


@contextmanager
def idle_runtime(data_dir: Path, **changes: object) -> Iterator[Runtime]:
    """A runtime whose engine does not run: what is submitted stays queued."""
    settings = settings_for(data_dir, **changes)
    runtime = build_runtime(settings)
    try:
        yield runtime
    finally:
        runtime.stop()
        if settings.redis_url is None:
            stop_server(data_dir, only_if_unused=False)


@contextmanager
def running_runtime(data_dir: Path, **changes: object) -> Iterator[Runtime]:
    """A runtime that does what is submitted."""
    with idle_runtime(data_dir, **changes) as runtime:
        runtime.start()
        yield runtime


@contextmanager
def priced_runtime(data_dir: Path) -> Iterator[Runtime]:
    """One with a model that writes as much as it is asked for, tells what that used, and costs."""
    with (
        serving_in_thread(Pace(tokens=120, tells_usage=True)) as endpoint,
        running_runtime(
            data_dir,
            openai_base_url=endpoint.base_url,
            openai_model=PRICED_MODEL,
            model_prices={PRICED_MODEL: {"read": 100.0, "written": 200.0}},
            price_currency="CNY",
        ) as runtime,
    ):
        yield runtime


@contextmanager
def idle_at(runtime: Runtime, **changes: object) -> Iterator[Runtime]:
    """Another runtime on the same store, whose engine does not run."""
    waiting = build_runtime(runtime.settings.model_copy(update=changes))
    yield waiting
    waiting.stop()


def finish(runtime: Runtime, job_id: JobId | None) -> Job:
    """Wait until the engine has let go of a job, its delivery included."""
    assert job_id is not None, "there is no job to wait for"
    runtime.engine.submit(job_id).result(PATIENCE_S)
    job = runtime.jobs.job(job_id)
    assert job.status.is_final, f"the engine let go of a job that is {job.status}"
    return job
