"""What jobs, plans and drafts need of the graphs, which are imported when they are needed."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from pipeline.domain.changes import Changes
from pipeline.domain.documents import Document
from pipeline.domain.jobs import DocumentGenerationRequest, Job
from pipeline.domain.spending import Prices
from pipeline.domain.units import StoredUnit
from pipeline.errors import PipelineError
from pipeline.ports import Author, Bibliographer, Journal, Reviewer, Shelf, Slots, Web, Work


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
        from pipeline.graphs.work import GraphWork  # noqa: PLC0415  see above

        return GraphWork(
            self.author,
            self.shelf,
            self.now,
            self.default_target_words,
            self.bibliographer,
            self.web,
            self.reviewer,
            self.prices,
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
        from pipeline.graphs.changes import GraphPlanner  # noqa: PLC0415  see above

        return GraphPlanner(*self._planning).changes(job, request, units, before)

    def draft(
        self,
        job: Job,
        request: DocumentGenerationRequest,
        units: Mapping[str, StoredUnit],
        missing: PipelineError,
    ) -> Document | None:
        """See `graphs.drafts`; imported as the other graphs are."""
        from pipeline.graphs.changes import GraphPlanner  # noqa: PLC0415  see above
        from pipeline.graphs.drafts import finished_draft  # noqa: PLC0415  see above

        planner = GraphPlanner(*self._planning)
        return finished_draft(planner, job, request, units, missing)

    @property
    def _planning(
        self,
    ) -> tuple[Author, Shelf, Bibliographer, Callable[[], datetime], int]:
        """Whoever says what a writing would do, or has done, needs these."""
        return self.author, self.shelf, self.bibliographer, self.now, self.default_target_words
