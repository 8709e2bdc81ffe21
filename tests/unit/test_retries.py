"""A job that is tried again: what its author is asked for, and what stays as it was."""

from datetime import timedelta

import pytest

from pipeline.adapters.redis_store import RedisJobStore
from pipeline.domain.briefs import SectionBrief
from pipeline.domain.documents import Document, NodeId, Outline, OutlineNode, SectionStatus
from pipeline.domain.jobs import DocumentGenerationRequest, Job, JobId, JobStatus
from pipeline.errors import ModelUnavailable
from pipeline.graphs.work import GraphWork
from pipeline.ports import Work
from pipeline.service.jobs import JobService, Limits
from tests.graph_fakes import ScriptedAuthor, ScriptedBibliographer, TextShelf
from tests.running import a_store, running_engine, utc_now

TITLES = ("成因", "利用", "影响", "前景")
OUTLINE = Outline(
    title="潮汐能",
    nodes=tuple(OutlineNode(id=NodeId(f"n{i}"), title=t) for i, t in enumerate(TITLES)),
)
FAILING = {NodeId("n1"), NodeId("n3")}


class Silent:
    """A queue that wakes nobody: engines look for themselves."""

    def put(self, job: Job) -> None:
        del job


@pytest.fixture
def store(redis_url: str) -> RedisJobStore:
    return a_store(redis_url)


@pytest.fixture
def jobs(store: RedisJobStore) -> JobService:
    limits = Limits(prompt_chars=1_000, nodes=50, depth=4, file_bytes=1_000)
    return JobService(store, Silent(), limits, now=utc_now, new_id=lambda: "again")


def work_of(author: ScriptedAuthor) -> Work:
    return GraphWork(author, TextShelf(), utc_now, 400, ScriptedBibliographer())


def ended(url: str, author: ScriptedAuthor) -> JobStatus:
    with running_engine(url, work_of(author), lease=timedelta(seconds=60)) as running:
        return running.next_end().status


def sections(author: ScriptedAuthor) -> list[NodeId]:
    """Those that it was asked for, as often as it was."""
    return [brief.node_id for brief in author.asked if isinstance(brief, SectionBrief)]


def test_a_retry_asks_only_for_the_sections_that_failed(redis_url: str, jobs: JobService) -> None:
    error = ModelUnavailable("模型没有回答")
    first = ScriptedAuthor(failures=dict.fromkeys(FAILING, error))
    jobs.submit_document(DocumentGenerationRequest(job_id="first", outline=OUTLINE))
    assert ended(redis_url, first) is JobStatus.COMPLETED
    before = jobs.document(JobId("first"))

    again = ScriptedAuthor()
    jobs.retry(JobId("first"))
    assert ended(redis_url, again) is JobStatus.COMPLETED
    after = jobs.document(JobId("again"))

    assert failed(before) == FAILING
    assert sorted(sections(again)) == sorted(FAILING)  # each once
    assert failed(after) == set()
    kept = {s.id: s.content for s in before.sections if s.id not in FAILING}
    assert {s.id: s.content for s in after.sections if s.id not in FAILING} == kept


def test_a_retry_writes_the_gaps_that_were_left(redis_url: str, jobs: JobService) -> None:
    left = {NodeId("n1"): "file_not_base64"}
    jobs.submit_document(DocumentGenerationRequest(job_id="first", outline=OUTLINE, gaps=left))
    assert ended(redis_url, ScriptedAuthor()) is JobStatus.COMPLETED
    before = jobs.document(JobId("first"))

    again = ScriptedAuthor()
    jobs.retry(JobId("first"))
    ended(redis_url, again)

    assert {s.id: s.error_code for s in before.sections if s.id in failed(before)} == left
    assert sections(again) == [NodeId("n1")]
    assert failed(jobs.document(JobId("again"))) == set()


def test_a_fresh_retry_asks_for_every_section(redis_url: str, jobs: JobService) -> None:
    jobs.submit_document(DocumentGenerationRequest(job_id="first", outline=OUTLINE))
    ended(redis_url, ScriptedAuthor())

    again = ScriptedAuthor()
    jobs.retry(JobId("first"), fresh=True)
    ended(redis_url, again)

    assert sorted(sections(again)) == [node.id for node in OUTLINE.nodes]


def test_a_retry_of_what_is_finished_asks_for_nothing(redis_url: str, jobs: JobService) -> None:
    jobs.submit_document(DocumentGenerationRequest(job_id="first", outline=OUTLINE))
    ended(redis_url, ScriptedAuthor())

    again = ScriptedAuthor()
    jobs.retry(JobId("first"))
    ended(redis_url, again)

    assert again.asked == []


def failed(document: Document) -> set[NodeId]:
    return {s.id for s in document.sections if s.status is SectionStatus.FAILED}
