"""What a piece of work costs by itself, on a busy machine and in a long run of tests."""

import gc
import time
from collections.abc import Iterator
from contextlib import contextmanager


class Cost:
    """CPU time in seconds; 0 until the work is done."""

    seconds = 0.0


@contextmanager
def thread_cost() -> Iterator[Cost]:
    """Measure the CPU time of this thread while the block runs.

    Other threads that earlier tests left, and the collecting of the objects that they left, are
    not counted: in a run of thousands of tests these take longer than most of what is measured.
    """
    cost = Cost()
    gc.freeze()
    begun = time.thread_time()
    try:
        yield cost
    finally:
        cost.seconds = time.thread_time() - begun
        gc.unfreeze()
