"""What a job has finished, as whoever makes a draft of it reads it."""

from pipeline.adapters.redis_connection import connect
from pipeline.adapters.redis_keys import units_key
from pipeline.domain.jobs import JobKind, ManuscriptId
from pipeline.domain.units import StoredUnit
from tests.running import REQUEST, Writer, a_job, a_store, as_writer, progress


def test_a_jobs_units_are_its_own_and_those_of_its_manuscript(any_url: str) -> None:
    async def finish(writer: Writer) -> None:
        await writer.journal.finish("section:二", "新", "第二节", progress(writer.claim.job))

    job = a_job(manuscript_id="m", kind=JobKind.DOCUMENT)
    earlier = units_key(ManuscriptId("m"), JobKind.DOCUMENT)
    connect(any_url).hset(earlier, "section:一", '旧\n"第一节"')
    connect(any_url).hset(earlier, "section:二", '旧\n"从前的第二节"')
    a_store(any_url).create(job, REQUEST, "fingerprint")
    as_writer(any_url, job, finish)

    units = a_store(any_url).units(job)

    assert units == {
        "section:一": StoredUnit("旧", "第一节"),
        "section:二": StoredUnit("新", "第二节"),
    }


def test_a_job_that_finished_nothing_has_no_units(any_url: str) -> None:
    job = a_store(any_url).create(a_job(), REQUEST, "fingerprint")

    assert a_store(any_url).units(job) == {}
