import asyncio
import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

import pytest

from pipeline.adapters.index_cache import IndexCache
from pipeline.adapters.passage_index import Built, build
from pipeline.domain.documents import Block, Reading, SourceId

TIDES = "潮汐由月球的引力产生。The Moon raises tides."


def readings(*names: str, text: str = TIDES, title: str = "") -> dict[SourceId, Reading]:
    return {
        SourceId(name): Reading(
            sha256=name * 8,
            title=title or name,
            language="zh",
            blocks=(Block(kind="paragraph", text=f"{text} {name}"),),
        )
        for name in names
    }


class CountingBuild:
    """Builds, and counts; `wait` holds every build back until it is set."""

    def __init__(self) -> None:
        self.calls = 0
        self.at_once = 0
        self.most_at_once = 0
        self.begun = threading.Event()
        self.wait = threading.Event()
        self.wait.set()

    def __call__(self, given: Mapping[SourceId, Reading]) -> Built:
        self.calls += 1
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        self.begun.set()
        self.wait.wait(10)
        self.at_once -= 1
        return build(given)


def test_the_same_files_are_indexed_once() -> None:
    make = CountingBuild()
    cache = IndexCache(make=make)

    first, second = cache.index_of(readings("a", "b")), cache.index_of(readings("a", "b"))

    assert make.calls == 1
    assert [p.id for p in second.find("月球", limit=2)] == [
        p.id for p in first.find("月球", limit=2)
    ]


def test_a_job_sees_its_own_names_for_files_that_were_indexed_before() -> None:
    cache = IndexCache()
    cache.index_of(readings("a", title="Old"))

    assert [source.title for source in cache.index_of(readings("a", title="新")).sources] == ["新"]


def test_another_set_of_files_or_another_reading_of_one_is_indexed_anew() -> None:
    make = CountingBuild()
    cache = IndexCache(make=make)
    longer = {
        name: each.model_copy(update={"blocks": each.blocks * 2})
        for name, each in readings("a").items()
    }

    for given in (readings("a"), readings("a", "b"), longer):
        cache.index_of(given)

    assert make.calls == 3


def test_two_jobs_that_come_at_once_wait_for_one_index() -> None:
    make = CountingBuild()
    make.wait.clear()
    cache = IndexCache(make=make)

    with ThreadPoolExecutor(2) as threads:
        both = [threads.submit(cache.index_of, readings("a")) for _ in range(2)]
        assert make.begun.wait(10)
        make.wait.set()
        found = [each.result(10).find("月球", limit=1) for each in both]

    assert make.calls == 1
    assert found[0] == found[1] != []


def test_many_that_wait_for_an_index_leave_the_threads_of_others_free() -> None:
    make = CountingBuild()
    cache = IndexCache(make=make)

    async def run() -> tuple[str, int]:
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(2))
        make.wait.clear()
        waiting = [asyncio.create_task(cache.ready(readings(name))) for name in "abcd"]
        await asyncio.to_thread(make.begun.wait, 10)
        other = await asyncio.wait_for(asyncio.to_thread(lambda: "free"), 5)
        make.wait.set()
        return other, len(await asyncio.gather(*waiting))

    assert asyncio.run(run()) == ("free", 4)
    assert make.most_at_once == 1


def test_different_material_is_indexed_one_after_the_other() -> None:
    make = CountingBuild()
    cache = IndexCache(make=make)

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda name: cache.index_of(readings(name)), "abcd"))

    assert (make.calls, make.most_at_once) == (4, 1)


def test_the_least_used_index_goes_when_there_is_no_room() -> None:
    make = CountingBuild()
    size = build(readings("a")).size_bytes
    cache = IndexCache(max_bytes=round(2.5 * size), make=make)

    for name in ("a", "b", "a", "c", "a"):
        cache.index_of(readings(name))
    assert make.calls == 3

    cache.index_of(readings("b"))
    assert make.calls == 4


def test_an_index_that_is_too_large_to_keep_still_serves_its_job() -> None:
    make = CountingBuild()
    cache = IndexCache(max_bytes=1, make=make)

    assert cache.index_of(readings("a")).find("月球", limit=1)
    assert cache.index_of(readings("a")).find("月球", limit=1)
    assert make.calls == 2


def test_an_index_that_could_not_be_built_is_tried_again() -> None:
    tried: list[int] = []

    def fail_once(given: Mapping[SourceId, Reading]) -> Built:
        tried.append(1)
        if len(tried) == 1:
            raise MemoryError
        return build(given)

    cache = IndexCache(make=fail_once)

    with pytest.raises(MemoryError):
        cache.index_of(readings("a"))
    assert cache.index_of(readings("a")).find("月球", limit=1)


def test_the_size_of_an_index_grows_with_its_text() -> None:
    small, large = build(readings("a")), build(readings("a", text=TIDES * 3_000))

    assert small.size_bytes < 200_000
    assert large.size_bytes > 4 * small.size_bytes
