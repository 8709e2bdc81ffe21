import asyncio
import gc
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

import pytest

from pipeline.adapters import redis_journal
from pipeline.adapters.embedded_redis import ensure_server, find_binary, stop_server
from pipeline.adapters.redis_connection import connect
from pipeline.adapters.redis_feed import RedisEventFeed
from pipeline.adapters.redis_journal import Ending
from pipeline.adapters.redis_keys import JobKeys
from pipeline.domain.jobs import JOB_EVENT, START, EventId, Job, JobId, JobStatus, TaskCompleted
from tests.running import (
    PATIENCE_S,
    REQUEST,
    RESULT,
    Writer,
    a_job,
    a_store,
    as_writer,
    kill_server,
    numbered,
    progress,
    utc_now,
)

Answer = TypeVar("Answer")


def _created(url: str, job_id: str = "job") -> Job:
    return a_store(url).create(a_job(job_id), REQUEST, "fingerprint")


async def _say(writer: Writer, *numbers: int) -> None:
    for number in numbers:
        writer.journal.tell(progress(writer.claim.job, done=number, text=f"第{number}步"))
    await writer.journal.settle()


async def _complete(writer: Writer) -> None:
    job = writer.claim.job
    event = TaskCompleted(
        job_id=job.id, task_type=job.kind, at=utc_now(), result={"title": "潮汐能"}, duration=1.0
    )
    await writer.journal.end(Ending(event, JobStatus.COMPLETED, RESULT))


def _ids(batches: list[str]) -> list[str]:
    return numbered(event_id for batch in batches if batch for event_id, _ in json.loads(batch))


def _at(writer: Writer, seq: int) -> EventId:
    return EventId(f"{writer.claim.epoch}-{seq}")


async def _all(batches: AsyncIterator[str]) -> list[str]:
    async with asyncio.timeout(10):
        return [batch async for batch in batches]


def _while_following(
    url: str, job: Job, act: Callable[[Writer, RedisEventFeed], Awaitable[Answer]]
) -> Answer:
    async def run(writer: Writer) -> Answer:
        return await act(writer, RedisEventFeed(url))

    return as_writer(url, job, run)


def test_a_reader_gets_what_was_and_then_what_comes_once_and_in_order(any_url: str) -> None:
    async def act(writer: Writer, feed: RedisEventFeed) -> list[str]:
        await _say(writer, 1, 2)
        following = feed.follow(writer.claim.job.id, after=START)
        batches = [await anext(following)]
        for number in range(3, 30):
            await _say(writer, number)
        await _complete(writer)
        return batches + await _all(following)

    job = _created(any_url)
    batches = _while_following(any_url, job, act)

    assert _ids(batches) == [f"1-{number}" for number in range(1, 31)]
    stored = [event for _, event in a_store(any_url).events(job.id, after=START)]
    read = [JOB_EVENT.validate_python(event) for batch in batches for _, event in json.loads(batch)]
    assert read == stored


def test_a_reader_resumes_after_the_last_event_it_saw(any_url: str) -> None:
    async def act(writer: Writer, feed: RedisEventFeed) -> list[str]:
        await _say(writer, 1, 2, 3)
        await _complete(writer)
        return await _all(feed.follow(writer.claim.job.id, after=_at(writer, 2)))

    batches = _while_following(any_url, _created(any_url), act)

    assert _ids(batches) == ["1-3", "1-4"]


def test_a_reader_that_saw_the_end_gets_nothing(any_url: str) -> None:
    async def act(writer: Writer, feed: RedisEventFeed) -> list[list[str]]:
        await _say(writer, 1)
        following = feed.follow(writer.claim.job.id, after=START)
        await anext(following)  # somebody else still follows
        await _complete(writer)
        again = await _all(feed.follow(writer.claim.job.id, after=_at(writer, 2)))
        return [again, await _all(following)]

    nothing, rest = _while_following(any_url, _created(any_url), act)

    assert _ids(nothing) == []
    assert _ids(rest) == ["1-2"]


def test_an_unknown_job_has_no_events(any_url: str) -> None:
    async def act(writer: Writer, feed: RedisEventFeed) -> list[str]:
        return await _all(feed.follow(a_job("unknown").id, after=START))

    assert _while_following(any_url, _created(any_url), act) == []


def test_all_readers_of_a_job_share_each_batch(any_url: str) -> None:
    async def act(writer: Writer, feed: RedisEventFeed) -> list[list[str]]:
        job_id = writer.claim.job.id
        await _say(writer, 1)
        followings = [feed.follow(job_id, after=START) for _ in range(50)]
        for following in followings:
            await anext(following)
        readers = [asyncio.create_task(_all(following)) for following in followings]
        await _say(writer, 2, 3)
        await _complete(writer)
        return await asyncio.gather(*readers)

    read = _while_following(any_url, _created(any_url), act)

    assert {tuple(_ids(batches)) for batches in read} == {("1-2", "1-3", "1-4")}
    assert len({id(batch) for batches in read for batch in batches}) == len(read[0])


def test_readers_of_different_jobs_get_only_their_own(any_url: str) -> None:
    other = _created(any_url, "other")

    async def act(writer: Writer, feed: RedisEventFeed) -> tuple[str, str]:
        mine = feed.follow(writer.claim.job.id, after=START)
        theirs = feed.follow(other.id, after=START)
        waiting = [asyncio.ensure_future(anext(each)) for each in (mine, theirs)]
        await _say(writer, 1)
        a_store(any_url).request_cancel(other.id)
        first, second = await asyncio.wait_for(asyncio.gather(*waiting), 10)
        return first, second

    first, second = _while_following(any_url, _created(any_url), act)

    assert "第1步" in first
    assert '"code":"cancelled"' in second
    assert "第1步" not in second


def test_a_burst_makes_few_batches(redis_url: str) -> None:
    async def act(writer: Writer, feed: RedisEventFeed) -> list[str]:
        following = feed.follow(writer.claim.job.id, after=START)
        reading = asyncio.create_task(_all(following))
        for number in range(100):
            await _say(writer, number)
        await _complete(writer)
        return await reading

    batches = _while_following(redis_url, _created(redis_url), act)

    assert len(_ids(batches)) == 101
    assert len(batches) < 50


def test_a_reader_whose_place_was_trimmed_is_told_and_gets_all_but_pieces_of_text(
    any_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(redis_journal, "EVENTS_KEPT", 4)

    async def act(writer: Writer, feed: RedisEventFeed) -> list[list[str]]:
        job_id = writer.claim.job.id
        await _say(writer, 1)
        for piece in ("潮", "汐", "能"):
            writer.journal.write("n1", piece)
            await writer.journal.settle()
        await _say(writer, 5, 6, 7, 8, 9)
        await _complete(writer)
        places = [START, _at(writer, 3), _at(writer, 6), _at(writer, 7)]
        return [await _all(feed.follow(job_id, after=place)) for place in places]

    from_the_start, behind, just, later = _while_following(any_url, _created(any_url), act)

    rest = ["1-7", "1-8", "1-9", "1-10"]
    assert _ids(from_the_start) == ["gap", "1-1", "1-5", "1-6", *rest]
    assert behind == from_the_start
    assert _ids(just) == rest
    assert _ids(later) == rest[1:]


def test_a_slow_reader_catches_up_without_a_gap(
    redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.adapters.redis_feed.QUEUED", 2)
    slow_feed = RedisEventFeed(redis_url, window=timedelta(0))

    async def act(writer: Writer, _: RedisEventFeed) -> list[str]:
        await _say(writer, 1)
        slow = slow_feed.follow(writer.claim.job.id, after=START)
        first = await anext(slow)
        fast = slow_feed.follow(writer.claim.job.id, after=START)
        reading = asyncio.create_task(_all(fast))
        for number in range(2, 30):
            await _say(writer, number)
        await _complete(writer)
        await reading
        return [first, *await _all(slow)]

    batches = _while_following(redis_url, _created(redis_url), act)

    assert _ids(batches) == [f"1-{number}" for number in range(1, 31)]


def test_a_silent_job_gives_signs_of_life_until_it_is_gone(any_url: str) -> None:
    async def act(writer: Writer, _: RedisEventFeed) -> list[str]:
        job_id = writer.claim.job.id
        feed = RedisEventFeed(any_url, alive=timedelta(milliseconds=20))
        following = feed.follow(job_id, after=START)
        signs = [await anext(following) for _ in range(2)]
        connect(any_url).delete(JobKeys.of(job_id).meta)
        return signs + await _all(following)

    assert set(_while_following(any_url, _created(any_url), act)) == {""}


def test_a_feed_serves_one_loop_after_another(any_url: str) -> None:
    job = _created(any_url)
    a_store(any_url).request_cancel(job.id)
    feed = RedisEventFeed(any_url)

    for _ in range(2):
        assert _ids(asyncio.run(_all(feed.follow(job.id, after=START)))) == ["1-1"]


@pytest.mark.skipif(find_binary() is None, reason="there is no redis-server here")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_readers_that_are_cancelled_at_any_moment_end(redis_url: str) -> None:
    """They end; a connection that was just being made is left to the garbage collector.

    The Redis client drops its half-made connection when it is cancelled in the middle.
    """
    jobs = [_created(redis_url, f"job-{number}").id for number in range(3)]
    feed = RedisEventFeed(redis_url)

    async def read(job_id: JobId) -> None:
        async with aclosing(feed.follow(job_id, after=START)) as batches:
            async for _ in batches:
                pass

    async def leave_after(turns: int) -> None:
        readers = [asyncio.create_task(read(job_id)) for job_id in jobs]
        for _ in range(turns):
            await asyncio.sleep(0)
        assert not any(reader.done() for reader in readers)
        for reader in readers:
            reader.cancel()  # as a server does with the sockets that are closed
        done, pending = await asyncio.wait(readers, timeout=PATIENCE_S)
        assert (len(done), pending) == (len(jobs), set())

    gc.freeze()  # what other tests left is not looked through thirty times
    try:
        for turns in range(30):
            asyncio.run(leave_after(turns))
            gc.collect()  # here, and not in the middle of another test
    finally:
        gc.unfreeze()


def test_a_reader_goes_on_when_the_server_has_come_back(tmp_path: Path) -> None:
    url = ensure_server(tmp_path)

    async def act(writer: Writer, feed: RedisEventFeed) -> list[str]:
        following = feed.follow(writer.claim.job.id, after=START)
        reading = asyncio.create_task(_all(following))
        await _say(writer, 1)
        await asyncio.to_thread(kill_server, tmp_path)
        writer.journal.write("一", "潮汐")
        await asyncio.to_thread(ensure_server, tmp_path)
        await _say(writer, 2)
        await _complete(writer)
        return await reading

    try:
        batches = _while_following(url, _created(url), act)
        assert _ids(batches) == ["1-1", "1-2", "1-3", "1-4"]
    finally:
        stop_server(tmp_path, only_if_unused=False)


def test_a_reader_that_is_cancelled_again_and_again_leaves_no_connection(redis_url: str) -> None:
    job = a_store(redis_url).create(a_job(), REQUEST, "fingerprint")
    client = connect(redis_url)
    before = len(client.client_list())

    async def leave_in_a_hurry(turns: int) -> None:
        async def read() -> None:
            async for _ in RedisEventFeed(redis_url).follow(job.id, after=START):
                pass

        reading = asyncio.create_task(read())
        for _ in range(turns):  # from before it connects to while it waits
            await asyncio.sleep(0)
        while not reading.done():
            reading.cancel()
            await asyncio.sleep(0)

    for turns in range(1, 60, 2):
        asyncio.run(leave_in_a_hurry(turns))

    deadline = utc_now() + timedelta(seconds=PATIENCE_S)
    while len(client.client_list()) > before:
        assert utc_now() < deadline


def test_a_reader_who_comes_just_when_the_last_one_leaves_is_served(any_url: str) -> None:
    async def act(writer: Writer, feed: RedisEventFeed) -> tuple[str, list[str]]:
        job_id = writer.claim.job.id
        await _say(writer, 1)
        leaves = feed.follow(job_id, after=START)
        await anext(leaves)
        comes = feed.follow(job_id, after=START)
        _, first = await asyncio.gather(leaves.aclose(), anext(comes))
        await _complete(writer)
        return first, await _all(comes)

    first, rest = _while_following(any_url, _created(any_url), act)

    assert _ids([first, *rest]) == ["1-1", "1-2"]


def test_a_reader_who_saw_more_than_redis_has_kept_ends_with_the_job(any_url: str) -> None:
    async def act(writer: Writer, _: RedisEventFeed) -> list[str]:
        keys, client = JobKeys.of(writer.claim.job.id), connect(any_url)
        feed = RedisEventFeed(any_url, alive=timedelta(milliseconds=20))
        await _say(writer, 1, 2, 3)
        ahead = feed.follow(writer.claim.job.id, after=START)
        await anext(ahead)
        client.delete(keys.events)  # as if these had not reached the disk
        client.xadd(keys.events, {"event": "{}", "final": "1"}, id="1-1")
        client.hset(keys.meta, "status", "completed")
        return await _all(ahead)

    assert set(_while_following(any_url, _created(any_url), act)) <= {""}


def test_a_reader_behind_whom_events_are_trimmed_while_it_reads_is_told(
    any_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(redis_journal, "EVENTS_KEPT", 4)
    monkeypatch.setattr("pipeline.adapters.redis_feed.PAGE", 1)

    async def act(writer: Writer, feed: RedisEventFeed) -> list[str]:
        await _say(writer, 1, 2, 3, 4)
        slow = feed.follow(writer.claim.job.id, after=START)
        first = [await anext(slow) for _ in range(2)]
        await _say(writer, 5, 6, 7, 8, 9)
        await _complete(writer)
        return first + await _all(slow)

    ids = _ids(_while_following(any_url, _created(any_url), act))

    assert ids[:3] == ["1-1", "1-2", "gap"]
    assert ids[3:] == [f"1-{number}" for number in range(3, 11)]  # four of those trimmed are kept
