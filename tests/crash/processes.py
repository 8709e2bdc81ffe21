"""The engines that a sweep kills, in processes of their own."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.crash.engines import Manner

ENGINES = 2
# That run at once; one that is killed is replaced at once.


class Engines:
    """Engines that run, and when the others were killed or asked to stop."""

    def __init__(self, mother: "subprocess.Popen[str]") -> None:
        self._mother = mother
        self.alive: list[int] = []
        self.killed_at: dict[int, float] = {}
        self.drained: list[int] = []
        self.died: list[int] = []
        """Engines that were gone before anybody ended them."""

    def add(self) -> None:
        if self._mother.stdin is None or self._mother.stdout is None:
            raise RuntimeError("The mother of engines has no pipes.")
        self._mother.stdin.write("\n")
        self._mother.stdin.flush()
        self.alive.append(int(self._mother.stdout.readline()))

    def choose(self, dice: random.Random, *, spared: int = 0) -> int:
        """One of those that run, but none of the oldest that are spared."""
        return self.alive[dice.randrange(spared, len(self.alive))]

    def kill(self, victim: int) -> None:
        self._end(victim, signal.SIGKILL)

    def drain(self, victim: int) -> None:
        """Ask it to give its jobs back and to end."""
        self._end(victim, signal.SIGTERM)
        self.drained.append(victim)

    def _end(self, victim: int, how: signal.Signals) -> None:
        self.alive.remove(victim)
        self.killed_at[victim] = time.monotonic()
        try:
            os.kill(victim, how)
        except ProcessLookupError:
            self.died.append(victim)
        self.add()

    def still_draining(self) -> list[int]:
        return [process for process in self.drained if _runs(process)]

    def end(self) -> None:
        for process in [*self.alive, *self.drained]:
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)


@contextmanager
def engines(data_dir: Path, manner: Manner) -> Iterator[Engines]:
    options = ["--slowness", str(manner.slowness), "--result-ttl-s", str(manner.result_ttl_s)]
    command = [sys.executable, "-m", "tests.crash.engines", str(data_dir), *options]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as mother:  # noqa: S603
        if mother.stdout is None or mother.stdout.readline() != "ready\n":
            raise RuntimeError("The mother of engines did not start.")
        ours = Engines(mother)
        try:
            for _ in range(ENGINES):
                ours.add()
            yield ours
        finally:
            ours.end()
            mother.kill()


def _runs(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True
