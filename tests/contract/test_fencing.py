"""What a writer sends that has lost its job is refused, also when Redis has forgotten how."""

import asyncio

import pytest

from pipeline.adapters.redis_connection import connect
from pipeline.adapters.redis_journal import LeaseLost
from pipeline.adapters.redis_keys import JobKeys
from pipeline.domain.jobs import JobStatus
from tests.running import REQUEST, Writer, a_job, a_store, as_writer, events_of, progress


async def _say_one(writer: Writer) -> None:
    writer.journal.tell(progress(writer.claim.job))
    await writer.journal.settle()


def test_a_claim_that_redis_forgot_in_a_crash_is_not_dealt_again(any_url: str) -> None:
    job = a_store(any_url).create(a_job(), REQUEST, "fingerprint")
    keys, client = JobKeys.of(job.id), connect(any_url)
    before = client.hgetall(keys.meta)

    async def epoch_of(writer: Writer) -> int:
        await _say_one(writer)
        return writer.claim.epoch

    async def be_forgotten(writer: Writer) -> tuple[int, list[str]]:
        await _say_one(writer)
        client.delete(keys.meta, keys.events)
        for field, value in before.items():
            client.hset(keys.meta, str(field), value)
        later = await asyncio.to_thread(as_writer, any_url, job, epoch_of, owner="乙")
        writer.journal.tell(progress(job, text="陈旧"))
        with pytest.raises(LeaseLost):
            await writer.journal.settle()
        return later - writer.claim.epoch, writer.heard

    later, heard = as_writer(any_url, job, be_forgotten)

    assert later > 0
    assert heard == ["lost"]
    assert len(events_of(a_store(any_url), job.id)) == 1


def test_a_writer_that_does_not_own_the_job_writes_and_gives_back_nothing(any_url: str) -> None:
    async def be_robbed(writer: Writer) -> None:
        connect(any_url).hset(JobKeys.of(job.id).meta, "owner", "乙")
        await writer.leases.give_back(writer.claim)
        with pytest.raises(LeaseLost):
            await _say_one(writer)

    job = a_store(any_url).create(a_job(), REQUEST, "fingerprint")

    as_writer(any_url, job, be_robbed)

    assert a_store(any_url).load(job.id).status is JobStatus.RUNNING
    assert not events_of(a_store(any_url), job.id)
