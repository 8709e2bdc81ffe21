"""Indexes of material that several jobs draw on: each is built once, the least used go first."""

import asyncio
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor

from pipeline.adapters.passage_index import Built, PassageIndex, build
from pipeline.domain.documents import Reading, SourceId

KEPT_BYTES = 768_000_000
"""Of all indexes together: one of 100 MB of text, which takes 40 s to build, fits in."""

Build = Callable[[Mapping[SourceId, Reading]], Built]


class IndexCache:
    """Keeps what was built for the outline for the document, a retry and other jobs.

    Safe from any thread. One index is built at a time: two large ones at once would leave other
    jobs no processor.
    """

    def __init__(self, *, max_bytes: int = KEPT_BYTES, make: Build = build) -> None:
        self._max_bytes = max_bytes
        self._make = make
        self._kept: OrderedDict[Hashable, Future[Built]] = OrderedDict()
        self._lock = threading.Lock()
        self._building = threading.Lock()
        self._builder = ThreadPoolExecutor(1, thread_name_prefix="index")

    async def ready(self, readings: Mapping[SourceId, Reading]) -> PassageIndex:
        """The same for the event loop; it builds in a thread of its own.

        Who waits for a large index takes none of the threads that the rest of the app draws on.
        """
        with self._lock:
            built = self._kept.get(_key(readings))
        if built is not None and built.done():
            return await asyncio.to_thread(self.index_of, readings)
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._builder, self.index_of, readings)

    def index_of(self, readings: Mapping[SourceId, Reading]) -> PassageIndex:
        """The index of these readings; blocks while it is built, by this thread or another."""
        key = _key(readings)
        with self._lock:
            built = self._kept.get(key)
            mine = built is None
            if built is None:
                built = self._kept[key] = Future()
            self._kept.move_to_end(key)
        if mine:
            self._fill(key, built, readings)
        return PassageIndex(readings, built.result())

    def _fill(
        self, key: Hashable, waiting: "Future[Built]", readings: Mapping[SourceId, Reading]
    ) -> None:
        try:
            with self._building:
                waiting.set_result(self._make(readings))
        except BaseException as error:
            waiting.set_exception(error)
            with self._lock:
                self._kept.pop(key, None)
            raise
        self._make_room()

    def _make_room(self) -> None:
        """Forget the least used until all fit; jobs that draw on one keep theirs."""
        with self._lock:
            done = [
                (key, each.result())
                for key, each in self._kept.items()
                if each.done() and each.exception() is None
            ]
            left = self._max_bytes
            for key, built in reversed(done):
                left -= built.size_bytes
                if left < 0:
                    del self._kept[key]


def _key(readings: Mapping[SourceId, Reading]) -> Hashable:
    """Equal for equal contents; a file that is read anew by a better reader has other blocks."""
    return tuple(
        (name, each.sha256, len(each.blocks), each.words, each.headings)
        for name, each in readings.items()
    )
