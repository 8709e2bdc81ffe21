import pytest

from pipeline.domain.jobs import START, JobId, JobKind, JobStatus, TaskFailed
from pipeline.errors import InvalidRequest, NotFinished, NotFound
from pipeline.service.jobs import JobService, Limits
from tests.running import REQUEST, Writer, a_job, a_store, as_writer, endings_of, events_of, utc_now

EMPTY = InvalidRequest("prompt_empty", "提示是空的", {"limit": 1})


class NoQueue:
    def put(self, job: object) -> None:
        raise AssertionError("a refused job wakes nobody")


def _service(url: str) -> JobService:
    limits = Limits(prompt_chars=100, nodes=10, depth=3, file_bytes=100)
    return JobService(a_store(url), NoQueue(), limits, now=utc_now, new_id=lambda: "x")


def test_a_refused_job_stands_as_failed_with_its_one_event(any_url: str) -> None:
    job_id = JobId("refused")

    first = _service(any_url).refuse(job_id, JobKind.OUTLINE, EMPTY)
    again = _service(any_url).refuse(job_id, JobKind.OUTLINE, EMPTY)

    assert (first, again) == (True, False)
    store = a_store(any_url)
    (event,) = events_of(store, job_id)
    assert isinstance(event, TaskFailed)
    assert (event.code, event.error, event.details) == ("prompt_empty", "提示是空的", {"limit": 1})
    job = store.load(job_id)
    assert (job.status, job.error_code, job.finished_at) == (
        JobStatus.FAILED,
        "prompt_empty",
        event.at,
    )
    assert [each.id for each in store.recent(limit=5)] == [job_id]
    assert store.waiting_before(job_id) == 0
    store.delete(job_id)
    with pytest.raises(NotFound):
        store.load(job_id)


def test_what_a_refused_job_was_asked_is_not_stored_though_it_is_there(any_url: str) -> None:
    service, job_id = _service(any_url), JobId("refused")
    service.refuse(job_id, JobKind.DOCUMENT, EMPTY)

    with pytest.raises(NotFinished) as no_retry:
        service.retry(job_id)
    with pytest.raises(NotFinished):
        a_store(any_url).request(job_id)

    assert no_retry.value.details == {"job_id": "refused", "status": "failed"}
    with pytest.raises(NotFound):
        a_store(any_url).request(JobId("nobody"))


def test_a_refused_call_leaves_another_job_of_that_id_alone(any_url: str) -> None:
    job = a_job("taken")
    a_store(any_url).create(job, REQUEST, "fingerprint")

    refused = _service(any_url).refuse(job.id, JobKind.DOCUMENT, EMPTY)

    assert not refused
    assert a_store(any_url).load(job.id).status is JobStatus.QUEUED
    assert not endings_of(a_store(any_url), job.id)


def test_an_id_that_was_deleted_and_is_refused_keeps_its_late_worker_out(any_url: str) -> None:
    store = a_store(any_url)
    job = store.create(a_job("used"), REQUEST, "fingerprint")

    async def vanish(writer: Writer) -> int:
        return writer.claim.epoch

    epoch = as_writer(any_url, job, vanish)
    store._redis.hset(f"longhand:job:{{{job.id}}}:meta", "status", "failed")
    store.delete(job.id)

    _service(any_url).refuse(job.id, JobKind.OUTLINE, EMPTY)

    ((event_id, _),) = store.events(job.id, after=START)
    later, _, seq = event_id.partition("-")
    assert int(later) > epoch
    assert seq == "1"
