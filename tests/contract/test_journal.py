import asyncio
import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from pydantic import JsonValue

from pipeline.adapters.redis_connection import connect
from pipeline.adapters.redis_flusher import FLUSH_S
from pipeline.adapters.redis_journal import Ending, LeaseLost
from pipeline.adapters.redis_keys import JobKeys, units_key
from pipeline.adapters.redis_manuscripts import RedisManuscriptStore
from pipeline.adapters.redis_scripts import APPEND
from pipeline.domain.jobs import (
    START,
    Job,
    JobEvent,
    JobStatus,
    ManuscriptId,
    TaskCompleted,
    TaskFailed,
    TextDelta,
)
from pipeline.domain.manuscripts import Manuscript
from pipeline.errors import Conflict
from tests.running import (
    REQUEST,
    RESULT,
    TERMS,
    Writer,
    a_job,
    a_store,
    as_writer,
    endings_of,
    events_of,
    numbered,
    progress,
    utc_now,
)


def _created(url: str, job_id: str = "job", manuscript_id: str | None = None) -> Job:
    job = a_job(job_id, manuscript_id=manuscript_id)
    return a_store(url).create(job, REQUEST, "fingerprint")


def _a_manuscript(url: str, manuscript_id: str) -> RedisManuscriptStore:
    store = RedisManuscriptStore(connect(url), timedelta(minutes=1), utc_now)
    named = ManuscriptId(manuscript_id)
    store.save(Manuscript(id=named, created_at=utc_now(), updated_at=utc_now()))
    return store


def _completed(job: Job) -> Ending:
    event = TaskCompleted(
        job_id=job.id, task_type=job.kind, at=utc_now(), result={"title": "潮汐能"}, duration=1.5
    )
    return Ending(event, JobStatus.COMPLETED, RESULT)


def _text(event: JobEvent) -> object:
    return event.sections if isinstance(event, TextDelta) else event.type


def test_pieces_between_two_flushes_are_one_event_in_the_order_of_the_rest(any_url: str) -> None:
    async def write(writer: Writer) -> None:
        journal = writer.journal
        for piece in ("潮", "汐", "能"):
            journal.write("一", piece)
        journal.write("二", "second")
        journal.tell(progress(writer.claim.job))
        journal.write("一", "。")
        await journal.settle()

    job = _created(any_url)
    as_writer(any_url, job, write)

    assert [_text(event) for event in events_of(a_store(any_url), job.id)] == [
        {"一": "潮汐能", "二": "second"},
        "task_progress",
        {"一": "。"},
    ]


def test_each_piece_after_a_silence_is_soon_stored(redis_url: str) -> None:
    async def write(writer: Writer) -> list[float]:
        clock = asyncio.get_running_loop().time
        waits = []
        for count, piece in enumerate("潮汐能"):
            written_at = clock()
            writer.journal.write("一", piece)
            while len(await asyncio.to_thread(events_of, store, writer.claim.job.id)) <= count:
                pass
            waits.append(clock() - written_at)
        return waits

    store = a_store(redis_url)

    assert max(as_writer(redis_url, _created(redis_url), write)) < 4 * FLUSH_S


def test_a_stream_of_pieces_makes_at_most_one_event_per_flush(redis_url: str) -> None:
    async def write(writer: Writer) -> float:
        loop = asyncio.get_running_loop()
        start = loop.time()
        while loop.time() < start + 0.5:
            writer.journal.write("一", "字")
            await asyncio.sleep(0.002)
        await writer.journal.settle()
        return loop.time() - start

    job = _created(redis_url)
    took = as_writer(redis_url, job, write)

    assert 2 <= len(events_of(a_store(redis_url), job.id)) <= took / FLUSH_S + 2


def test_a_unit_is_there_after_a_crash_under_its_key_only(any_url: str) -> None:
    value: JsonValue = {"text": "月亮引起潮汐。", "cited": ["m1"], "words": 6, "empty": None}

    async def finish(writer: Writer) -> None:
        await writer.journal.finish("section:一", "key-1", value, progress(writer.claim.job))

    async def look(writer: Writer) -> tuple[object, object, object]:
        finished = writer.journal.finished
        return (
            finished("section:一", "key-1"),
            finished("section:一", "key-2"),
            finished("section:二", "key-1"),
        )

    job = _created(any_url)
    as_writer(any_url, job, finish)

    assert as_writer(any_url, job, look) == (value, None, None)


def test_a_later_job_of_the_same_manuscript_finds_finished_units(any_url: str) -> None:
    async def finish(writer: Writer) -> None:
        await writer.journal.finish("section:一", "key-1", "第一节")
        await writer.journal.end(_completed(writer.claim.job))

    async def look(writer: Writer) -> object:
        return writer.journal.finished("section:一", "key-1")

    _a_manuscript(any_url, "稿")
    as_writer(any_url, _created(any_url, "first", "稿"), finish)

    assert as_writer(any_url, _created(any_url, "second", "稿"), look) == "第一节"
    assert as_writer(any_url, _created(any_url, "third", "另一稿"), look) is None
    assert as_writer(any_url, _created(any_url, "fourth"), look) is None


def test_what_was_stored_under_another_key_is_there_to_compare_with(
    any_url: str,
) -> None:
    async def finish(writer: Writer) -> None:
        await writer.journal.finish("section:一", "key-1", "第一节")
        await writer.journal.end(_completed(writer.claim.job))

    async def write_again(writer: Writer) -> list[object]:
        await writer.journal.finish("section:一", "key-2", "新的第一节")
        return [writer.journal.earlier(name) for name in ("section:一", "section:二")]

    manuscripts, named = _a_manuscript(any_url, "稿"), ManuscriptId("稿")
    first = _created(any_url, "first", "稿")
    as_writer(any_url, first, finish)

    earlier = as_writer(any_url, _created(any_url, "second", "稿"), write_again)

    assert earlier == [["新的第一节", "第一节"], []]
    assert manuscripts.units(named, first.kind) == {"section:一": ("key-1", "第一节")}


@pytest.mark.parametrize(
    ("forget", "left"), [((), {"甲", "乙"}), (("甲",), {"乙"}), (None, set[str]())]
)
def test_a_job_lets_its_manuscript_forget_what_it_makes_anew(
    any_url: str, forget: Sequence[str] | None, left: set[str]
) -> None:
    async def finish(writer: Writer) -> None:
        await writer.journal.finish("甲", "key", "第一节")
        await writer.journal.finish("乙", "key", "第二节")
        await writer.journal.end(_completed(writer.claim.job))

    async def look(writer: Writer) -> set[str]:
        return {name for name in ("甲", "乙") if writer.journal.finished(name, "key")}

    manuscripts, named = _a_manuscript(any_url, "稿"), ManuscriptId("稿")
    first = _created(any_url, "first", "稿")
    as_writer(any_url, first, finish)
    other = a_job("first", manuscript_id=named)
    with pytest.raises(Conflict):
        a_store(any_url).create(other, REQUEST, "another request", forget=None)
    assert set(manuscripts.units(named, first.kind)) == {"甲", "乙"}

    second = a_job("second", manuscript_id=named)
    second = a_store(any_url).create(second, REQUEST, "fingerprint", forget=forget)

    assert set(manuscripts.units(named, first.kind)) == left
    assert as_writer(any_url, second, look) == left


def test_a_section_gets_no_other_sections_text_though_both_are_briefed_alike(any_url: str) -> None:
    async def finish(writer: Writer) -> None:
        await writer.journal.finish("section:小结甲", "same", "甲")
        await writer.journal.finish("section:小结乙", "same", "乙")
        await writer.journal.end(_completed(writer.claim.job))

    async def look(writer: Writer) -> list[object]:
        names = ("section:小结甲", "section:小结乙", "section:新")
        return [writer.journal.finished(name, "same") for name in names]

    _a_manuscript(any_url, "稿")
    as_writer(any_url, _created(any_url, "first", "稿"), finish)

    assert as_writer(any_url, _created(any_url, "second", "稿"), look) == ["甲", "乙", None]


def test_of_a_manuscript_that_was_deleted_during_the_run_the_units_stay_to_undo_that(
    any_url: str,
) -> None:
    async def finish(writer: Writer) -> None:
        await writer.journal.finish("section:一", "key-1", "第一节")
        manuscripts.delete(ManuscriptId("稿"))
        await writer.journal.end(_completed(writer.claim.job))

    manuscripts, client = _a_manuscript(any_url, "稿"), connect(any_url)
    first = _created(any_url, "first", "稿")
    as_writer(any_url, first, finish)

    units = units_key(ManuscriptId("稿"), first.kind)
    assert list(client.scan_iter("longhand:manuscript:*")) == [units]
    assert 0 < client.pttl(units) <= 3_600_000
    _a_manuscript(any_url, "稿")
    assert manuscripts.units(ManuscriptId("稿"), first.kind) == {"section:一": ("key-1", "第一节")}


def test_a_batch_that_is_sent_twice_is_stored_once(any_url: str) -> None:
    async def send_twice(writer: Writer) -> None:
        writer.journal.tell(progress(writer.claim.job))
        writer.journal.write("一", "潮汐")
        _, keys, arguments = writer.journal.batch(TERMS)
        append = writer.leases._redis.register_script(APPEND)
        for _ in range(2):  # the reply to the first was lost
            await append(keys=keys, args=arguments)
        writer.journal.tell(progress(writer.claim.job))
        await writer.journal.settle()

    job = _created(any_url)
    as_writer(any_url, job, send_twice)

    ids = [event_id for event_id, _ in a_store(any_url).events(job.id, after=START)]
    assert numbered(ids) == ["1-1", "1-2", "1-3"]


def test_a_job_that_was_taken_over_loses_its_writer(any_url: str) -> None:
    async def be_overtaken(writer: Writer) -> list[str]:
        job = writer.claim.job
        await writer.journal.finish("一", "key", "第一节", progress(job))
        await asyncio.to_thread(as_writer, any_url, job, _do_nothing, owner="甲")
        writer.journal.write("一", "陈旧")
        with pytest.raises(LeaseLost):
            await writer.journal.finish("二", "key", "陈旧", progress(job, text="陈旧"))
        with pytest.raises(LeaseLost):
            await writer.journal.end(_completed(job))
        return writer.heard

    job = _created(any_url)

    assert as_writer(any_url, job, be_overtaken) == ["lost"]
    assert len(events_of(a_store(any_url), job.id)) == 1
    assert a_store(any_url).result(job.id) is None
    assert endings_of(a_store(any_url), job.id) == []


def test_the_result_is_stored_with_the_event_that_announces_it(any_url: str) -> None:
    async def complete(writer: Writer) -> None:
        writer.journal.write("一", "潮汐")
        await writer.journal.end(_completed(writer.claim.job))

    job = _created(any_url)
    as_writer(any_url, job, complete)
    client = connect(any_url)

    assert client.get(f"job_result:{job.id}") == RESULT
    for key in (f"job_result:{job.id}", JobKeys.of(job.id).events):
        assert 3_590 <= client.ttl(key) <= 3_600
    loaded = a_store(any_url).load(job.id)
    assert loaded.status is JobStatus.COMPLETED
    assert loaded.finished_at is not None
    assert client.zcard("longhand:jobs:running") == 0


def test_nothing_is_published_after_the_terminal_event(any_url: str) -> None:
    async def go_on(writer: Writer) -> None:
        job = writer.claim.job
        await writer.journal.end(_completed(job))
        writer.journal.tell(progress(job))
        writer.journal.write("一", "还在写")
        await writer.journal.finish("一", "key", "x", progress(job))

    job = _created(any_url)
    as_writer(any_url, job, go_on)

    assert [event.type for event in events_of(a_store(any_url), job.id)] == ["task_completed"]


def test_a_node_cannot_publish_a_terminal_event(redis_url: str) -> None:
    async def end(writer: Writer) -> None:
        job = writer.claim.job
        failed = TaskFailed(
            job_id=job.id, task_type=job.kind, at=utc_now(), error="x", code="x", retryable=False
        )
        for ending in (failed, _completed(job).event):
            with pytest.raises(TypeError, match="Only the engine"):
                writer.journal.tell(ending)

    as_writer(redis_url, _created(redis_url), end)


def test_halves_of_a_character_that_a_model_split_are_joined(any_url: str) -> None:
    high, low = json.loads('["\\ud83c", "\\udf0a"]')  # the two halves of a wave

    async def write(writer: Writer) -> None:
        writer.journal.write("一", f"浪{high}")
        writer.journal.write("一", low)
        writer.journal.write("二", high)
        await writer.journal.finish("二", "key", {"text": f"a{high}b"})
        assert writer.journal.finished("二", "key") == {"text": "a�b"}

    job = _created(any_url)
    as_writer(any_url, job, write)

    assert [_text(event) for event in events_of(a_store(any_url), job.id)] == [
        {"一": "浪🌊", "二": "�"}
    ]


def test_a_thread_may_write_too(redis_url: str) -> None:
    async def write(writer: Writer) -> None:
        def many() -> None:
            for number in range(1000):
                writer.journal.write("一", f"{number} ")

        await asyncio.gather(*(asyncio.to_thread(many) for _ in range(3)))
        await writer.journal.settle()

    job = _created(redis_url)
    as_writer(redis_url, job, write)

    events = events_of(a_store(redis_url), job.id)
    words = [event.sections for event in events if isinstance(event, TextDelta)]
    assert sum(len(text.split()) for sections in words for text in sections.values()) == 3000


def test_a_lease_is_renewed_by_a_beat_and_ends_without(any_url: str) -> None:
    client = connect(any_url)
    job = _created(any_url)

    async def beat(writer: Writer) -> tuple[float, float]:
        first = client.zscore("longhand:jobs:running", job.id)
        writer.journal.write("一", "潮")
        await writer.journal.settle()
        second = client.zscore("longhand:jobs:running", job.id)
        assert isinstance(first, float)
        assert isinstance(second, float)
        return first, second

    long = replace(TERMS, lease=timedelta(seconds=30))
    first, second = as_writer(any_url, job, beat, terms=long)
    expired = as_writer(any_url, _created(any_url, "other"), _expired)

    assert second >= first
    assert expired == []


async def _expired(writer: Writer) -> list[str]:
    return list(await writer.leases.expired(10))


async def _do_nothing(writer: Writer) -> None:
    return None
