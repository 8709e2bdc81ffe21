"""CPU and memory of a process and its children, without the Redis server that they share."""

from collections.abc import Iterator
from contextlib import suppress

import psutil

SERVERS = ("redis", "valkey")
"""Embedded or not, the store is a server of its own and is counted apart."""


class ProcessTree:
    """A process and all below it."""

    def __init__(self, pid: int) -> None:
        self._root = psutil.Process(pid)

    def cpu_s(self) -> float:
        """Seconds of CPU so far, in user and in system mode, of ended children too."""
        total = 0.0
        for process in self._processes():
            with suppress(psutil.NoSuchProcess):
                times = process.cpu_times()
                total += times.user + times.system + times.children_user + times.children_system
        return total

    def memory_mb(self) -> float:
        """Resident memory now; pages that several processes share count for each of them."""
        total = 0
        for process in self._processes():
            with suppress(psutil.NoSuchProcess):
                total += process.memory_info().rss
        return total / 2**20

    def _processes(self) -> Iterator[psutil.Process]:
        yield self._root
        for child in self._root.children(recursive=True):
            with suppress(psutil.NoSuchProcess):
                if not child.name().startswith(SERVERS):
                    yield child
