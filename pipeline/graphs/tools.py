"""What a node may use, handed in as the LangGraph context."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

from pipeline.domain.delays import Delay
from pipeline.domain.documents import ContextFile, Draft, NodeId, Reading, SectionStatus
from pipeline.domain.jobs import FileRead, Job, ModelDelayed, SectionState, TaskProgress
from pipeline.domain.lengths import words_in
from pipeline.domain.outline import Place
from pipeline.domain.phrases import say
from pipeline.errors import PipelineError
from pipeline.graphs.turns import Turn, taking_turn
from pipeline.ports import Author, Bibliographer, Journal, Reviewer, Shelf, Slots, Web


@dataclass(slots=True)
class Counter:
    """Steps done of all steps; what is shown of it only ever grows."""

    done: int = 0
    total: int = 0
    shown: int = 0
    """What was published before, by an earlier attempt too: a job taken over starts again at 0."""

    def show(self) -> int:
        """The number of steps to publish."""
        self.shown = max(self.shown, self.done)
        return self.shown


@dataclass(frozen=True, slots=True)
class Tools:
    """The world as one running job sees it."""

    job: Job
    author: Author
    shelf: Shelf
    bibliographer: Bibliographer
    journal: Journal
    slots: Slots
    now: Callable[[], datetime]
    default_target_words: int
    web: Web | None
    """None where no search is configured."""
    reviewer: Reviewer | None
    """None where no model is configured."""
    counter: Counter
    abort: Callable[[PipelineError], None]
    """End the whole job with this error: what no other section can escape either."""

    def progress(
        self, step: str, key: str, *, section: NodeId | None = None, **values: str | int
    ) -> None:
        """Say where the job stands; a `reason` among the values is the code of an error."""
        self.journal.tell(
            TaskProgress(
                job_id=self.job.id,
                task_type=self.job.kind,
                at=self.now(),
                step=step,
                progress=say(self.job.language, key, values),
                key=key,
                values=values,
                done=self.counter.show(),
                total=self.counter.total,
                section_id=section,
            )
        )

    @asynccontextmanager
    async def call(
        self, place: Place | None = None, on_wait: Callable[[bool], None] | None = None
    ) -> AsyncIterator[None]:
        """A call of the author, when it is the job's turn; delays on the way are told.

        `on_wait` is told when it begins and ends to wait for room in the job's budget; its turn
        is others' then.
        """

        def tell(delay: Delay) -> None:
            self.journal.tell(
                ModelDelayed(
                    job_id=self.job.id,
                    task_type=self.job.kind,
                    at=self.now(),
                    section_id=place.node.id if place else None,
                    **delay.model_dump(),
                )
            )

        turn = Turn(self.slots, on_wait, tell) if on_wait else Turn(self.slots, on_delay=tell)
        async with taking_turn(turn):
            yield

    def section(
        self,
        place: Place,
        state: SectionStatus,
        *,
        content: str = "",
        words: int = 0,
        error: PipelineError | None = None,
    ) -> SectionState:
        """The event that says where a section stands."""
        return SectionState(
            job_id=self.job.id,
            task_type=self.job.kind,
            at=self.now(),
            section_id=place.node.id,
            title=place.node.title,
            number=place.number,
            state=state,
            content=content,
            word_count=words,
            code=error.code if error else "",
            error=str(error) if error else "",
        )

    def done(self, place: Place, draft: Draft) -> SectionState:
        """The event that brings a section's text."""
        words = words_in(draft.text)
        return self.section(place, SectionStatus.DONE, content=draft.text, words=words)

    def file_read(
        self, file: ContextFile, reading: Reading | None, error: PipelineError | None = None
    ) -> None:
        """Say what was read from a file, or why it could not be read."""
        self.journal.tell(
            FileRead(
                job_id=self.job.id,
                task_type=self.job.kind,
                at=self.now(),
                file_id=file.file_id,
                file_name=file.file_name,
                pages=reading.pages if reading else None,
                words=reading.words if reading else 0,
                headings=reading.headings if reading else 0,
                notes=reading.notes if reading else (),
                code=error.code if error else "",
                error=str(error) if error else "",
            )
        )
