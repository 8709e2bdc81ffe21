"""Run the graph that a job asks for: what the engine calls."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pipeline.domain.jobs import (
    DocumentGenerationRequest,
    DocumentResult,
    Job,
    JobKind,
    OutlineGenerationRequest,
    OutlineResult,
)
from pipeline.errors import PipelineError
from pipeline.graphs.document import document_graph
from pipeline.graphs.outline import outline_graph
from pipeline.graphs.tools import Counter, Tools
from pipeline.ports import Author, Bibliographer, Journal, Reviewer, Shelf, Slots, Web

SUPERSTEPS = 100
"""LangGraph counts a step for each level of the graph, not for each section; ours has eight."""


@dataclass(frozen=True, slots=True)
class GraphWork:
    """The `Work` port by the two LangGraph graphs."""

    author: Author
    shelf: Shelf
    now: Callable[[], datetime]
    default_target_words: int
    bibliographer: Bibliographer
    web: Web | None = None
    reviewer: Reviewer | None = None

    async def __call__(self, job: Job, request: str, journal: Journal, slots: Slots) -> str:
        """Do the job; returns its result as JSON."""
        fatal: list[PipelineError] = []
        task: asyncio.Task[str] | None = None

        def abort(error: PipelineError) -> None:
            fatal.append(error)
            if task is not None:
                task.cancel()

        tools = Tools(
            job=job,
            author=self.author,
            shelf=self.shelf,
            bibliographer=self.bibliographer,
            journal=journal,
            slots=slots,
            now=self.now,
            default_target_words=self.default_target_words,
            web=self.web,
            reviewer=self.reviewer,
            counter=Counter(total=job.total, shown=job.done),
            abort=abort,
        )
        task = asyncio.create_task(_run(job, request, tools), name=f"graph {job.id}")
        try:
            return await task
        except asyncio.CancelledError:
            if fatal and not _cancelled_from_outside():
                raise fatal[0] from None
            raise


def _cancelled_from_outside() -> bool:
    current = asyncio.current_task()
    return current is not None and current.cancelling() > 0


def _run(job: Job, request: str, tools: Tools) -> Coroutine[Any, Any, str]:
    return _outline(request, tools) if job.kind is JobKind.OUTLINE else _document(request, tools)


async def _outline(request: str, tools: Tools) -> str:
    asked = await asyncio.to_thread(OutlineGenerationRequest.model_validate_json, request)
    state = await outline_graph().ainvoke(
        {"request": asked},
        {"recursion_limit": SUPERSTEPS},
        context=tools,
    )
    result = OutlineResult(
        outline=state["outline"],
        sources=tuple(state["desk"].material.sources),
        uncovered=state["uncovered"],
    )
    return await asyncio.to_thread(result.model_dump_json)


async def _document(request: str, tools: Tools) -> str:
    asked = await asyncio.to_thread(DocumentGenerationRequest.model_validate_json, request)
    state = await document_graph().ainvoke(
        {"request": asked},
        {"recursion_limit": SUPERSTEPS},
        context=tools,
    )
    return await asyncio.to_thread(DocumentResult(document=state["document"]).model_dump_json)
