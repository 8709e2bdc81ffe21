"""Run the graph that a job asks for: what the engine calls."""

import asyncio
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pipeline.domain.documents import Usage
from pipeline.domain.jobs import (
    DocumentGenerationRequest,
    DocumentResult,
    Job,
    JobKind,
    OutlineGenerationRequest,
    OutlineResult,
    UsageCounted,
)
from pipeline.domain.spending import Ledger, Prices, without_price
from pipeline.errors import PipelineError
from pipeline.graphs.document import document_graph
from pipeline.graphs.metering import JobMeter, Till
from pipeline.graphs.outline import outline_graph
from pipeline.graphs.tools import Counter, Tools
from pipeline.ports import Author, Bibliographer, Journal, Reviewer, Shelf, Slots, Web

Request = OutlineGenerationRequest | DocumentGenerationRequest

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
    prices: Prices = field(default_factory=Prices)
    clock: Callable[[], float] = time.monotonic
    """Seconds; a job's figures are told by it, about once in one."""

    async def __call__(self, job: Job, request: str, journal: Journal, slots: Slots) -> str:
        """Do the job; returns its result as JSON."""
        asked = self._by_its_model(job, await asyncio.to_thread(_asked, job, request))
        till = self._till(job, asked, journal, lambda: tools.progress("budget", "budget_reached"))
        meter = JobMeter(till)
        fatal: list[PipelineError] = []
        task: asyncio.Task[str] | None = None

        def abort(error: PipelineError) -> None:
            fatal.append(error)
            if task is not None:
                task.cancel()

        tools = Tools(
            job=job,
            author=self.author.metered(meter),
            shelf=self.shelf,
            bibliographer=self.bibliographer,
            journal=journal,
            slots=slots,
            now=self.now,
            default_target_words=self.default_target_words,
            web=self.web,
            reviewer=self.reviewer.metered(meter) if self.reviewer else None,
            counter=Counter(total=job.total, shown=job.done),
            abort=abort,
        )
        task = asyncio.create_task(_run(asked, tools, till), name=f"graph {job.id}")
        try:
            return await task
        except asyncio.CancelledError:
            if fatal and not _cancelled_from_outside():
                raise fatal[0] from None
            raise
        finally:
            till.tell()

    def _by_its_model(self, job: Job, asked: Request) -> Request:
        """Of the model that the author was told of, also where this process usually asks another.

        Where none is connected the offline author writes, under its own name.
        """
        if asked.model or not job.model or not self.prices.model:
            return asked
        return asked.model_copy(update={"model": job.model})

    def _till(
        self, job: Job, asked: Request, journal: Journal, on_reached: Callable[[], None]
    ) -> Till:
        """The job's accounts, which go on from what it used until another process took it up."""
        if job.price is None and self.prices.lacks(asked.budget, asked.model):
            raise without_price(asked.model or self.author.name)
        ledger = Ledger(asked.budget, job.price or self.prices.of(asked.model), job.usage)
        journal.meter(lambda: ledger.usage)

        def tell(usage: Usage) -> None:
            journal.tell(
                UsageCounted(
                    job_id=job.id,
                    task_type=job.kind,
                    at=self.now(),
                    usage=usage,
                    budget=asked.budget,
                )
            )

        return Till(ledger, tell, on_reached, self.clock)


def _cancelled_from_outside() -> bool:
    current = asyncio.current_task()
    return current is not None and current.cancelling() > 0


def _asked(job: Job, request: str) -> Request:
    if job.kind is JobKind.OUTLINE:
        return OutlineGenerationRequest.model_validate_json(request)
    return DocumentGenerationRequest.model_validate_json(request)


def _run(asked: Request, tools: Tools, till: Till) -> Coroutine[Any, Any, str]:
    if isinstance(asked, OutlineGenerationRequest):
        return _outline(asked, tools)
    return _document(asked, tools, till)


async def _outline(asked: OutlineGenerationRequest, tools: Tools) -> str:
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


async def _document(asked: DocumentGenerationRequest, tools: Tools, till: Till) -> str:
    state = await document_graph().ainvoke(
        {"request": asked},
        {"recursion_limit": SUPERSTEPS},
        context=tools,
    )
    document = state["document"].model_copy(update={"usage": till.usage})
    return await asyncio.to_thread(DocumentResult(document=document).model_dump_json)
