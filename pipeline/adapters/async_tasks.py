"""Stopping asyncio tasks for certain."""

import asyncio
from collections.abc import Coroutine
from typing import Any


async def stop_task(task: asyncio.Future[Any], *, again_after_s: float, times: int = 20) -> bool:
    """Cancel a task until it is done; False if it never is.

    Once is not always enough: in Python 3.11 `asyncio.wait_for` drops a cancellation that comes
    in the same turn of the loop as the answer it waits for.
    """
    for _ in range(times):
        if task.done():
            break
        task.cancel()
        await asyncio.wait({task}, timeout=again_after_s)
    return task.done()


async def undisturbed(work: Coroutine[Any, Any, None]) -> None:
    """Do something to its end, and heed a cancellation only then, however often it comes."""
    task = asyncio.ensure_future(work)
    is_cancelled = False
    while not task.done():
        try:
            await asyncio.wait({task})
        except asyncio.CancelledError:
            is_cancelled = True
    task.result()
    if is_cancelled:
        raise asyncio.CancelledError


def heed_cancel() -> None:
    """Raise the cancellation of this task if what it waited for has dropped it.

    The Redis client sends each command with `asyncio.wait_for`; see above.
    """
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError
