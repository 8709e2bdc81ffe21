"""A hundred megabytes of material in one document, while other jobs go on."""

import asyncio
import resource
import time

import pytest

from evals.large_texts import large_readings, section_queries, size_bytes
from pipeline.adapters.index_cache import IndexCache
from pipeline.domain.digests import digest
from pipeline.domain.passages import source_of
from pipeline.graphs.research import passages_on

MEGABYTES = 100
SMALL = 0.02
"""Megabytes of another job's material."""

MOST_MEMORY_KB = 2_000_000
LONGEST_PAUSE_S = 1.0
"""Of the event loop; on a machine with two busy cores the scheduler alone takes a tenth of it."""


@pytest.mark.long
@pytest.mark.alone
@pytest.mark.timeout(580)
def test_a_hundred_megabytes_are_searched_in_two_gigabytes_and_other_jobs_go_on() -> None:
    readings = {
        **large_readings("en", megabytes=MEGABYTES / 2),
        **large_readings("zh", megabytes=MEGABYTES / 2),
    }
    queries = section_queries(readings, 20)
    cache = IndexCache()
    pauses: list[float] = []
    others: list[float] = []

    async def index_all() -> None:
        building = asyncio.create_task(asyncio.to_thread(cache.index_of, readings))
        small = await asyncio.to_thread(
            IndexCache().index_of, large_readings("zh", megabytes=SMALL)
        )
        while not building.done():
            began = time.perf_counter()
            await asyncio.sleep(0.01)
            pauses.append(time.perf_counter() - began)
            if len(pauses) % 100 == 0:
                began = time.perf_counter()
                assert await passages_on(queries, small, limit=4)
                others.append(time.perf_counter() - began)
        index = await building
        for query in queries:
            assert await passages_on([query], index, limit=16)

    asyncio.run(index_all())
    digests = [digest(source_of(name, each), each) for name, each in readings.items()]

    assert size_bytes(readings) > 0.95e6 * MEGABYTES
    assert max(pauses) < LONGEST_PAUSE_S
    assert max(others) < 5 * LONGEST_PAUSE_S
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss < MOST_MEMORY_KB
    assert cache.index_of(readings) is not None  # kept: built again it would outlast the test
    assert all(each.key_sentences for each in digests)
