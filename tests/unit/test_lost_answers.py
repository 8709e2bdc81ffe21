"""A job that is saved while the store's answer is lost: who asked for it must still find it."""

from collections.abc import Collection, Iterator
from pathlib import Path

import pytest

from pipeline.adapters.redis_connection import connect
from pipeline.adapters.redis_manuscripts import RedisManuscriptStore
from pipeline.adapters.redis_store import RedisJobStore
from pipeline.domain.jobs import Job, JobId
from pipeline.errors import StoreUnavailable
from pipeline.runtime import Runtime
from pipeline.service.jobs import JobService
from pipeline.service.manuscripts import ManuscriptService
from pipeline.service.revisions import Outside
from tests.graph_fakes import ScriptedBibliographer
from tests.running import TERMS, utc_now
from tests.runtimes import idle_runtime
from tests.unit.test_service_jobs import LIMITS, Heard
from tests.unit.test_service_manuscripts import outlined


class DeafStore(RedisJobStore):
    """Saves jobs, and the answer is lost."""

    def create(
        self,
        job: Job,
        request: str,
        fingerprint: str,
        *,
        units_of: JobId | None = None,
        forget: Collection[str] | None = (),
    ) -> Job:
        super().create(job, request, fingerprint, units_of=units_of, forget=forget)
        raise StoreUnavailable("The answer is lost.")


@pytest.fixture
def idle(tmp_path: Path, redis_url: str) -> Iterator[Runtime]:
    with idle_runtime(tmp_path, redis_url=redis_url) as runtime:
        yield runtime


def deafly(url: str, runtime: Runtime) -> ManuscriptService:
    """The manuscripts of that runtime, over a connection that loses answers."""
    client = connect(url)
    new_id = iter([f"saved-{number}" for number in range(9)]).__next__
    store = DeafStore(client, TERMS, utc_now)
    return ManuscriptService(
        RedisManuscriptStore(client, TERMS.manuscript_ttl, utc_now),
        JobService(store, Heard(), LIMITS, now=utc_now, new_id=new_id),
        LIMITS,
        outside=Outside(runtime.shelf, ScriptedBibliographer()),
        now=utc_now,
        new_id=new_id,
    )


def test_a_proposal_that_began_is_followed_though_its_answer_was_lost(
    idle: Runtime, redis_url: str
) -> None:
    manuscript = outlined(idle, "引言")

    with pytest.raises(StoreUnavailable):
        deafly(redis_url, idle).propose_again(manuscript.id)

    view = idle.manuscripts.open(manuscript.id)
    assert view.outline_job is not None
    assert (view.outline_job.id, view.status) == ("saved-0", "proposing")
    assert idle.manuscripts.outline(manuscript.id).growing


def test_a_writing_that_began_is_followed_though_its_answer_was_lost(
    idle: Runtime, redis_url: str
) -> None:
    manuscript = outlined(idle, "引言")

    with pytest.raises(StoreUnavailable):
        deafly(redis_url, idle).write(manuscript.id)

    view = idle.manuscripts.open(manuscript.id)
    assert view.document_job is not None
    assert (view.document_job.id, view.status) == ("saved-0", "writing")
