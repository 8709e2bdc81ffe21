"""All asyncio tasks that a job starts, so that none outlives it.

When a node of a nested LangGraph graph raises, its siblings in other subgraphs run on; only the
event loop knows them. So the loop notes for each new task which job it belongs to.
"""

import asyncio
from collections.abc import Coroutine, Generator
from contextvars import Context, ContextVar
from typing import Any, TypeVar
from weakref import WeakSet

Answer = TypeVar("Answer")


class TaskTree:
    """The tasks of one job that are not done."""

    def __init__(self) -> None:
        self._tasks: WeakSet[asyncio.Task[Any]] = WeakSet()

    def start(self, work: Coroutine[Any, Any, Answer], name: str) -> asyncio.Task[Answer]:
        """Start the root; every task that it or its descendants start belongs to this tree."""
        token = _TREE.set(self)
        try:
            return asyncio.create_task(work, name=name)
        finally:
            _TREE.reset(token)

    def note(self, task: "asyncio.Task[Any]") -> None:
        self._tasks.add(task)

    async def clear(self, patience_s: float) -> int:
        """Cancel what is left and wait for it; returns how many did not stop in time."""
        left = {task for task in self._tasks if not task.done()}
        for task in left:
            task.cancel()
        if not left:
            return 0
        done, stubborn = await asyncio.wait(left, timeout=patience_s)
        for task in done:
            if not task.cancelled():
                task.exception()  # seen: the job's own ending says what went wrong
        return len(stubborn)


def note_tasks(loop: asyncio.AbstractEventLoop) -> None:
    """Make the loop note the tree of each task that is made on it."""
    loop.set_task_factory(_make_task)


_TREE: ContextVar[TaskTree | None] = ContextVar("tree", default=None)


def _make_task(
    loop: asyncio.AbstractEventLoop,
    work: Coroutine[Any, Any, Answer] | Generator[Any, None, Answer],
    **options: Any,  # a context; from Python 3.13 on others too, all meant for the task
) -> asyncio.Task[Answer]:
    task = asyncio.Task(work, loop=loop, **options)
    context: Context | None = options.get("context")
    if tree := _TREE.get() if context is None else context.get(_TREE):
        tree.note(task)
    return task
