"""What a job has used stays with it: over batches, crashes and whoever goes on with it."""

import asyncio
import threading
from datetime import timedelta

from benchmarks.endpoint import Endpoint, Pace, serving_in_thread
from pipeline.adapters.model_author import ModelAuthor
from pipeline.adapters.openai_chat import OpenAIChat
from pipeline.config import Settings
from pipeline.domain.documents import NodeId, Outline, OutlineNode, Usage
from pipeline.domain.jobs import (
    DocumentGenerationRequest,
    Job,
    JobKind,
    JobStatus,
    SectionState,
    UsageCounted,
)
from pipeline.domain.spending import Price, Prices
from pipeline.graphs.work import GraphWork
from tests.graph_fakes import FreeSlots, ScriptedBibliographer, TextShelf
from tests.running import (
    REQUEST,
    Writer,
    a_job,
    a_store,
    as_writer,
    endings_of,
    events_of,
    progress,
    running_engine,
    utc_now,
)

SECTIONS = 4
PRICES = Prices("sim", {"sim": Price(read=1, written=2, currency="CNY")})


def test_the_figures_are_stored_in_the_step_of_the_unit_that_they_paid_for(any_url: str) -> None:
    paid = Usage(calls=2, estimated=1, tokens_in=70, tokens_out=30, cost=0.5, currency="EUR")

    async def finish(writer: Writer) -> None:
        assert writer.claim.job.usage is None
        writer.journal.meter(lambda: paid)
        await writer.journal.finish("section:一", "key", {}, progress(writer.claim.job))

    async def look(writer: Writer) -> tuple[object, Usage | None]:
        return writer.journal.finished("section:一", "key"), writer.claim.job.usage

    job = a_job()
    a_store(any_url).create(job, REQUEST, "fingerprint")
    as_writer(any_url, job, finish)

    assert as_writer(any_url, job, look) == ({}, paid)
    assert a_store(any_url).load(job.id).usage == paid


def test_a_job_that_has_asked_no_model_has_no_figures(any_url: str) -> None:
    async def finish(writer: Writer) -> None:
        writer.journal.meter(Usage)
        await writer.journal.finish("section:一", "key", {}, progress(writer.claim.job))

    job = a_job()
    a_store(any_url).create(job, REQUEST, "fingerprint")
    as_writer(any_url, job, finish)

    assert a_store(any_url).load(job.id).usage is None


def wait_for(endpoint: Endpoint, tokens: int) -> None:
    """Until it has sent so many."""
    while endpoint.wrote < tokens:
        threading.Event().wait(0.01)


def work_at(base_url: str) -> GraphWork:
    settings = Settings(_env_file=None, openai_base_url=base_url, openai_model="sim")
    author = ModelAuthor(OpenAIChat(settings), settings)
    return GraphWork(author, TextShelf(), utc_now, 400, ScriptedBibliographer(), prices=PRICES)


def a_document_job(url: str, **options: object) -> Job:
    outline = Outline(
        title="潮汐能",
        nodes=tuple(
            OutlineNode(id=NodeId(f"n{i}"), title=f"第{i}部分", target_words=200)
            for i in range(SECTIONS)
        ),
    )
    request = DocumentGenerationRequest.model_validate({"outline": outline, **options})
    job = a_job(kind=JobKind.DOCUMENT)
    return a_store(url).create(job, request.model_dump_json(), "fingerprint")


def test_another_engine_counts_on_from_what_a_killed_one_had_used(redis_url: str) -> None:
    async def write_until_something_is_there(writer: Writer) -> None:
        work = work_at(endpoint.base_url)
        running = asyncio.create_task(
            work(writer.claim.job, writer.claim.request or "", writer.journal, FreeSlots())
        )
        await asyncio.to_thread(wait_for, endpoint, 40 * SECTIONS)
        await writer.journal.settle()
        writer.journal.lose()  # as by kill -9: nothing more of it is stored
        running.cancel()

    pace = Pace(tokens=100, tokens_per_second=100, tells_usage=True)
    job = a_document_job(redis_url)
    store = a_store(redis_url)
    with serving_in_thread(pace) as endpoint:
        as_writer(redis_url, job, write_until_something_is_there)
        before = store.load(job.id).usage
        read, wrote = endpoint.read, endpoint.wrote
        assert before
        assert before.calls == SECTIONS
        assert 0.6 * read < before.tokens_in < 1.4 * read
        assert 30 * SECTIONS <= before.tokens_out <= wrote

        with running_engine(
            redis_url, work_at(endpoint.base_url), lease=timedelta(seconds=9)
        ) as running:
            assert running.next_end().status is JobStatus.COMPLETED

        after = store.load(job.id).usage
        assert after
        assert after.calls == 2 * SECTIONS == len(endpoint.requests)
        assert after.tokens_in == before.tokens_in + endpoint.read - read
        assert after.tokens_out == before.tokens_out + SECTIONS * 100
        assert after.cost == (after.tokens_in + 2 * after.tokens_out) / 1e6
    told = [event for event in events_of(store, job.id) if isinstance(event, UsageCounted)]
    assert told[-1].usage == after
    assert len(endings_of(store, job.id)) == 1


def test_a_budget_that_ends_in_the_middle_ends_the_job_once_with_gaps(redis_url: str) -> None:
    job = a_document_job(redis_url, budget_tokens=1_900)
    store = a_store(redis_url)
    with (
        serving_in_thread(Pace(tokens=100, tells_usage=True)) as endpoint,
        running_engine(
            redis_url, work_at(endpoint.base_url), lease=timedelta(seconds=9)
        ) as running,
    ):
        assert running.next_end().status is JobStatus.COMPLETED

        assert endpoint.read + endpoint.wrote <= 1_900
    events = events_of(store, job.id)
    codes = [event.code for event in events if isinstance(event, SectionState) and event.code]
    assert 0 < len(codes) < SECTIONS
    assert set(codes) == {"budget_reached"}
    assert len(endings_of(store, job.id)) == 1
    assert isinstance(events[-2], UsageCounted)
