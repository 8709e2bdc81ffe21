"""What jobs, plans and drafts need of the graphs, which are imported when they are needed."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from importlib import import_module
from typing import TYPE_CHECKING

from pipeline.domain.changes import Changes
from pipeline.domain.documents import Document
from pipeline.domain.jobs import DocumentGenerationRequest, Job
from pipeline.domain.spending import Prices
from pipeline.domain.units import StoredUnit
from pipeline.errors import PipelineError
from pipeline.ports import Author, Bibliographer, Journal, Reviewer, Shelf, Slots, Web, Work

MET_LATER = ("pipeline.domain.checking", "pipeline.domain.claims")
OFFLINE = tuple(f"pipeline.adapters.offline_author.{each}" for each in ("outlines", "sections"))
"""What is imported where it is used, by the first job at the latest: these come before it."""

if TYPE_CHECKING:
    from pipeline.graphs.changes import GraphPlanner


@dataclass(frozen=True, slots=True)
class LaterWork:
    """The graphs, imported with the first job or before it.

    LangGraph takes a second to import, which the first page must not wait for.
    """

    author: Author
    reviewer: Reviewer | None
    shelf: Shelf
    web: Web | None
    bibliographer: Bibliographer
    now: Callable[[], datetime]
    default_target_words: int
    prices: Prices

    def load(self) -> Work:
        """Import what the graphs need; quick after the first time."""
        for module in (*MET_LATER, *(OFFLINE if self.author.name == "offline" else ())):
            import_module(module)
        from pipeline.graphs.work import GraphWork  # noqa: PLC0415  see above

        return GraphWork(
            author=self.author,
            shelf=self.shelf,
            now=self.now,
            default_target_words=self.default_target_words,
            bibliographer=self.bibliographer,
            web=self.web,
            reviewer=self.reviewer,
            prices=self.prices,
        )

    async def __call__(self, job: Job, request: str, journal: Journal, slots: Slots) -> str:
        """See `ports.Work`."""
        work = await asyncio.to_thread(self.load)
        return await work(job, request, journal, slots)

    def changes(
        self,
        job: Job,
        request: DocumentGenerationRequest,
        units: Mapping[str, StoredUnit],
        before: Document | None,
    ) -> Changes:
        """See `graphs.changes`; imported as the other graphs are."""
        return self._planner().changes(job, request, units, before)

    def draft(
        self,
        job: Job,
        request: DocumentGenerationRequest,
        units: Mapping[str, StoredUnit],
        missing: PipelineError,
    ) -> Document | None:
        """See `graphs.drafts`; imported as the other graphs are."""
        from pipeline.graphs.drafts import finished_draft  # noqa: PLC0415  see above

        return finished_draft(self._planner(), job, request, units, missing)

    def _planner(self) -> "GraphPlanner":
        """Whoever says what a writing would do, or has done, needs it."""
        from pipeline.graphs.changes import GraphPlanner  # noqa: PLC0415  see above

        return GraphPlanner(
            author=self.author,
            shelf=self.shelf,
            bibliographer=self.bibliographer,
            now=self.now,
            default_target_words=self.default_target_words,
        )
