import json
from dataclasses import dataclass, field

import pytest

from pipeline.domain.documents import Outline, OutlineNode
from pipeline.domain.jobs import (
    START,
    DocumentGenerationRequest,
    Job,
    JobId,
    JobKind,
    JobStatus,
    OutlineGenerationRequest,
    Priority,
    TaskFailed,
)
from pipeline.domain.outline import check
from pipeline.errors import (
    Conflict,
    IllegalTransition,
    InvalidRequest,
    NotFinished,
    NotFound,
    StoreUnavailable,
)
from pipeline.service.jobs import JobService, Limits, fingerprint
from tests.running import a_store, utc_now

LIMITS = Limits(prompt_chars=100, nodes=10, depth=3, file_bytes=30)


@dataclass
class Heard:
    """A queue that only remembers."""

    jobs: list[Job] = field(default_factory=list)

    def put(self, job: Job) -> None:
        self.jobs.append(job)


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
def jobs(redis_url: str, heard: Heard) -> JobService:
    numbers = iter(range(1, 100))
    return JobService(
        a_store(redis_url), heard, LIMITS, now=utc_now, new_id=lambda: f"made-{next(numbers)}"
    )


def an_outline(*titles: str, title: str = "潮汐能") -> Outline:
    nodes = [OutlineNode.model_validate({"id": f"n{i}", "title": t}) for i, t in enumerate(titles)]
    return Outline(title=title, nodes=tuple(nodes))


class NewerRequest(DocumentGenerationRequest):
    """As a later version may take it."""

    another_option: str = "as before"


def test_the_same_request_stays_the_same_job_when_a_new_version_knows_more_options(
    jobs: JobService,
) -> None:
    asked = {"job_id": "mine", "outline": an_outline("引言"), "tone": "朴实"}
    before = jobs.submit_document(DocumentGenerationRequest.model_validate(asked))

    again = jobs.submit_document(NewerRequest.model_validate(asked))

    assert again == before
    for change in ({"another_option": "新"}, {"tone": ""}, {"priority": Priority.HIGH}):
        with pytest.raises(Conflict):
            jobs.submit_document(NewerRequest.model_validate({**asked, **change}))


def test_a_job_is_saved_before_anybody_is_woken(jobs: JobService, heard: Heard) -> None:
    job = jobs.submit_outline(
        OutlineGenerationRequest(task_prompt=" 潮汐能报告\n写详细些", priority=Priority.HIGH)
    )

    assert heard.jobs == [job] == [jobs.job(job.id)]
    assert (job.id, job.kind, job.status) == ("made-1", JobKind.OUTLINE, JobStatus.QUEUED)
    assert (job.title, job.language, job.priority) == ("潮汐能报告", "zh", Priority.HIGH)


def test_a_documents_language_is_its_outlines(jobs: JobService) -> None:
    chinese = jobs.submit_document(DocumentGenerationRequest(outline=an_outline("引言")))
    english = jobs.submit_document(
        DocumentGenerationRequest(outline=an_outline("Introduction", title="Tidal power"))
    )
    chosen = jobs.submit_document(
        DocumentGenerationRequest(outline=an_outline("引言"), language="en")
    )

    assert [job.language for job in (chinese, english, chosen)] == ["zh", "en", "en"]


def test_titles_are_trimmed_before_they_are_stored(redis_url: str, jobs: JobService) -> None:
    request = DocumentGenerationRequest(outline=an_outline("  引言\n 与背景 ", title=" 潮汐能 "))

    job = jobs.submit_document(request)

    stored = json.loads(a_store(redis_url).request(job.id))["outline"]
    assert (stored["title"], stored["nodes"][0]["title"]) == ("潮汐能", "引言 与背景")


def test_the_same_request_is_the_same_job_and_wakes_again(jobs: JobService, heard: Heard) -> None:
    request = OutlineGenerationRequest(job_id="one", task_prompt="潮汐能")

    first, second = jobs.submit_outline(request), jobs.submit_outline(request)

    assert first == second
    assert [job.id for job in heard.jobs] == ["one", "one"]
    with pytest.raises(Conflict):
        jobs.submit_outline(request.model_copy(update={"task_prompt": "风能"}))


def test_what_is_refused_is_not_saved(jobs: JobService, heard: Heard) -> None:
    long = "潮" * 101

    with pytest.raises(InvalidRequest, match="at most 100"):
        jobs.submit_outline(OutlineGenerationRequest(job_id="no", task_prompt=long))
    with pytest.raises(InvalidRequest, match="no nodes"):
        jobs.submit_document(DocumentGenerationRequest(job_id="no", outline=an_outline()))

    assert heard.jobs == []
    with pytest.raises(NotFound):
        jobs.job(JobId("no"))


@pytest.mark.parametrize(("size", "is_taken"), [(10, True), (11, False)])
def test_the_limit_of_nodes_is_itself_allowed(size: int, is_taken: bool) -> None:
    outline = an_outline(*["节"] * size)

    if is_taken:
        check(outline, max_nodes=LIMITS.nodes, max_depth=LIMITS.depth)
        return
    with pytest.raises(InvalidRequest, match="more than 10"):
        check(outline, max_nodes=LIMITS.nodes, max_depth=LIMITS.depth)


def test_a_result_that_is_not_there_says_why(jobs: JobService) -> None:
    jobs.submit_outline(OutlineGenerationRequest(job_id="early", task_prompt="潮汐能"))

    with pytest.raises(NotFinished, match="queued"):
        jobs.result(JobId("early"))
    with pytest.raises(NotFound, match="no job"):
        jobs.result(JobId("nobody"))


def test_a_cancelled_job_is_over_and_can_be_deleted(jobs: JobService) -> None:
    jobs.submit_outline(OutlineGenerationRequest(job_id="stop", task_prompt="潮汐能"))

    with pytest.raises(IllegalTransition):
        jobs.delete(JobId("stop"))
    cancelled = jobs.cancel(JobId("stop"))
    [(_, ending)] = jobs.events(JobId("stop"), after=START)
    jobs.delete(JobId("stop"))

    assert cancelled.status is JobStatus.CANCELLED
    assert isinstance(ending, TaskFailed)
    assert ending.code == "cancelled"
    assert jobs.recent() == []


def test_equal_requests_have_equal_fingerprints_whatever_their_order() -> None:
    one, other = '{"a": "潮", "b": [1, 2]}', '{"b":[1,2],"a":"潮"}'

    assert fingerprint(JobKind.OUTLINE, one) == fingerprint(JobKind.OUTLINE, other)
    assert fingerprint(JobKind.OUTLINE, one) != fingerprint(JobKind.DOCUMENT, one)
    assert fingerprint(JobKind.OUTLINE, one) != fingerprint(JobKind.OUTLINE, '{"a": "汐"}')


def test_who_keeps_what_jobs_made_hears_of_one_that_is_cancelled_without_an_engine(
    jobs: JobService,
) -> None:
    ended: list[Job] = []
    jobs.on_ended = ended.append
    waiting = jobs.submit_outline(OutlineGenerationRequest(task_prompt="潮汐能报告"))

    cancelled = jobs.cancel(waiting.id)

    assert cancelled.status is JobStatus.CANCELLED
    assert ended == [cancelled]


def test_a_cancel_holds_though_what_follows_it_fails(jobs: JobService) -> None:
    def fail(job: Job) -> None:
        raise StoreUnavailable("Redis 没有回答")

    jobs.on_ended = fail
    waiting = jobs.submit_outline(OutlineGenerationRequest(task_prompt="潮汐能报告"))

    assert jobs.cancel(waiting.id).status is JobStatus.CANCELLED
