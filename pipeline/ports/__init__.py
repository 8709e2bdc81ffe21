"""What the pipeline needs from the world, as Protocols. Adapters provide it."""

from collections.abc import AsyncGenerator, Callable, Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from typing import Protocol

from pydantic import JsonValue

from pipeline.domain.briefs import (
    ChapterBrief,
    ChapterEdits,
    OutlineBrief,
    ReviewBrief,
    SectionBrief,
)
from pipeline.domain.documents import (
    CitationStyle,
    ContextFile,
    Language,
    Passage,
    ProposedOutline,
    Publication,
    Reading,
    Source,
    SourceId,
    Usage,
)
from pipeline.domain.job_list import JobPlace
from pipeline.domain.jobs import (
    EventId,
    Job,
    JobEvent,
    JobId,
    JobKind,
    JobStatus,
    Priority,
    TaskFailed,
)
from pipeline.domain.text_edits import EditAction, TextEditRequest
from pipeline.domain.units import StoredUnit
from pipeline.domain.web import WebAnswer
from pipeline.errors import PipelineError
from pipeline.ports.metering import Meter


class Author(Protocol):
    """Who proposes and writes: a model, or the offline author."""

    @property
    def name(self) -> str:
        """`offline`, or the model's name; part of every content key."""

    async def propose_outline(
        self, brief: OutlineBrief, grow: Callable[[ProposedOutline], None]
    ) -> ProposedOutline:
        """Propose an outline; call `grow` with each larger part of it as it is made.

        An empty proposal withdraws what was grown so far: the answer broke off, and is asked
        for again.

        Raises:
            ModelUnavailable, ModelRateLimited, ModelAnswerInvalid: retryable.
            ModelRejected: trying again changes nothing.
        """

    async def write_section(self, brief: SectionBrief, write: Callable[[str], None]) -> str:
        """Write one section as Markdown without its heading, citations as `[@passage-id]`.

        `write` gets the text piece by piece as it is made, for the author to watch; markers in
        the pieces may still be short ones. An empty piece withdraws what was written so far: the
        answer broke off, and is asked for again. The returned text is what counts. Errors as
        above.
        """

    def passages_for(self, words: int) -> int:
        """How many passages it can use for a section of so many words."""

    async def search_terms(
        self, titles: Sequence[str], language: Language, *, model: str | None = None
    ) -> Sequence[str]:
        """What to search for in sources in that language: an entry for each title, in order.

        An author that knows no other language answers with the titles themselves. Errors as above.
        """

    async def resize_section(self, brief: SectionBrief, text: str) -> str:
        """The section's text, brought nearer to its target; as it is when nothing can be done.

        Text and answer have `[@passage-id]` markers. What is returned is judged by the caller.
        Errors as above.
        """

    async def fuse_chapter(self, brief: ChapterBrief) -> ChapterEdits:
        """Say what to change so that the chapter reads as one. Errors as above."""

    def metered(self, meter: Meter) -> "Author":
        """The same author for one job, whose meter is told of every call of a model.

        A call that does not fit into the job's budget raises `BudgetReached`.
        """


class Reviewer(Protocol):
    """Gives a second opinion on cited sentences: a model."""

    def metered(self, meter: Meter) -> "Reviewer":
        """The same reviewer for one job, as `Author.metered`."""

    async def review(
        self, claims: Sequence[ReviewBrief], *, language: Language, model: str | None = None
    ) -> Sequence[bool | None]:
        """Whether the passages carry each sentence, in order; None where it cannot tell.

        One call: the caller bounds how many claims it hands over. Errors as an author's.
        """


class Editor(Protocol):
    """Changes a stretch of text as its author asks, in as many ways as it knows."""

    actions: frozenset[EditAction]

    def author_of(self, edit: TextEditRequest) -> str: ...

    def metered(self, meter: Meter) -> "Editor":
        """The same editor for one edit, as `Author.metered`."""

    async def edit(self, edit: TextEditRequest, write: Callable[[str], None]) -> str:
        """The new text, which has no `text_edits.fault`; `write` and errors as of a section."""


class Material(Protocol):
    """What may be cited in one job: the sources that could be read, searchable."""

    @property
    def readings(self) -> Mapping[SourceId, Reading]: ...

    @property
    def sources(self) -> Sequence[Source]: ...

    async def search(
        self, query: str, *, limit: int, within: Sequence[SourceId] = ()
    ) -> Sequence[Passage]:
        """At most `limit` passages, best first; `within` names the sources to search, or all."""

    async def nearest(
        self,
        query: str,
        *,
        beside: Sequence[Passage],
        limit: int,
        within: Sequence[SourceId] = (),
    ) -> Sequence[Passage]:
        """At most `limit` further passages, not in `beside`, that mean what is asked; best first.

        None without a service that ranks by meaning, or when it fails, or cannot tell passages
        apart.
        """

    def passage(self, passage_id: str) -> Passage | None: ...


class Shelf(Protocol):
    """Reads the author's files, each once by content."""

    async def read(self, file: ContextFile) -> Reading:
        """Raises `UnreadableFile` with the reason, or `NotFound` for an upload that is gone."""

    async def material(
        self,
        readings: Mapping[SourceId, Reading],
        trouble: Callable[[PipelineError], None] | None = None,
    ) -> Material:
        """Split what was read into passages and make them searchable.

        `trouble` is told, at most once, when a service that would rank them better fails.
        """


class Web(Protocol):
    """Searches the web and reads what was found; only there where a search is configured."""

    @property
    def names(self) -> Sequence[str]:
        """Of the searches that are asked, for a person."""

    @property
    def most_pages(self) -> int:
        """How many pages one job may read."""

    async def search(self, queries: Sequence[str], *, language: Language, limit: int) -> WebAnswer:
        """Ask every search every query, for at most `limit` pages each; one that fails is named."""

    async def fetch(self, url: str, known: Publication) -> Reading:
        """Fetch and read a page, and store it to be found as `file:<sha256>`.

        `known` fills in what the page does not say of itself. Raises `UnreadableFile`.
        """


class Intake(Protocol):
    """Reads what an author adds on a page; both block the calling thread."""

    def read_upload(self, name: str, data: bytes) -> Reading:
        """Raises `UnreadableFile` with the reason."""

    def read_address(self, url: str) -> Reading:
        """Fetch and read a page. Raises `UnreadableFile` with the reason."""


class Journal(Protocol):
    """Where a running job says what it does. One writer per job; cheap to call."""

    def tell(self, event: JobEvent) -> None:
        """Publish an event with the next batch."""

    def write(self, section_id: str, text: str) -> None:
        """Publish a piece of a section's text; pieces of one batch travel together."""

    def finished(self, unit: str, key: str) -> JsonValue | None:
        """The stored value of a unit that was finished with this content key, or None."""

    def earlier(self, unit: str) -> Sequence[JsonValue]:
        """The stored values of a unit under whatever key, this job's own before others."""

    async def finish(self, unit: str, key: str, value: JsonValue, *events: JobEvent) -> None:
        """Store a unit and publish its events in one step; durable when this returns."""

    def meter(self, read: Callable[[], Usage]) -> None:
        """From now on store what `read` says with each batch, in the same step."""


class JobStore(Protocol):
    """Jobs, their events and results, for the pages and the API; safe from many threads."""

    def create(
        self,
        job: Job,
        request: str,
        fingerprint: str,
        *,
        units_of: JobId | None = None,
        forget: Collection[str] | None = (),
    ) -> Job:
        """Save a new job with its request (JSON), or return the one with the same fingerprint.

        It begins with the finished units of `units_of`, an earlier job, and of its manuscript,
        which forgets those of `forget` in the same step; None: all.

        Raises:
            Conflict: The id is taken by a request with another fingerprint.
            QueueFull: Too many jobs wait already.
        """

    def refuse(self, job: Job, event: TaskFailed) -> bool:
        """Note a job that failed before it could be saved; False when its id is taken."""

    def load(self, job_id: JobId) -> Job:
        """Raises `NotFound` for an unknown id, `Expired` for a job that ended some days ago."""

    def request(self, job_id: JobId) -> str:
        """The job's request as JSON.

        Raises `NotFound`, and `NotFinished` of a job that was refused: none is stored of it.
        """

    def units(self, job: Job) -> Mapping[str, StoredUnit]:
        """What it has finished, and where it has not, other jobs of its manuscript.

        These may be later ones, and what they finished may be for other titles.
        """

    def result(self, job_id: JobId) -> str | None:
        """`job_result:{job_id}` as it is stored, JSON; None before it is there."""

    def events(
        self, job_id: JobId, *, after: EventId, limit: int = 1000
    ) -> Sequence[tuple[EventId, JobEvent]]:
        """Events after that id, oldest first; empty for an unknown job."""

    def recent(
        self,
        *,
        limit: int,
        status: JobStatus | None = None,
        kind: JobKind | None = None,
        before: JobPlace | None = None,
    ) -> Sequence[Job]:
        """Jobs, newest first, from behind that place on."""

    def request_cancel(self, job_id: JobId) -> Job:
        """Ask whoever runs the job to stop; a queued job is cancelled at once. Idempotent."""

    def prioritise(self, job_id: JobId, priority: Priority) -> Job:
        """Give a job that waits another place, and one that runs another share of model calls.

        Raises `IllegalTransition` when it has ended.
        """

    def keep(self, job_id: JobId, time: timedelta | None) -> Job:
        """Keep all of an ended job for at least so long from now; never shortens.

        None: as long as one that ends now. Raises `IllegalTransition` when it has not ended.
        """

    def waiting_before(self, job_id: JobId) -> int:
        """How many jobs are taken up before this one; 0 also for one that does not wait."""

    def delete(self, job_id: JobId) -> None:
        """Remove a finished job and all that belongs to it. Raises `IllegalTransition`."""

    def ping(self) -> None:
        """Raises `StoreUnavailable`."""


class EventFeed(Protocol):
    """Events as they come, for any number of readers in this process."""

    def follow(self, job_id: JobId, *, after: EventId) -> AsyncGenerator[str, None]:
        """Yield batches, each a JSON array of `[event id, event]`, replayed and then live.

        No gap and no duplicate. If events after `after` were trimmed, the first item of the
        first batch is `["gap", null]`, and all that is left follows from the start: everything
        but pieces of text, which are in the last event of their section, too. An empty string is a
        sign of life (every 15 s). Who leaves before the end closes it (`contextlib.aclosing`).
        """


class Slots(Protocol):
    """The job's share of model calls."""

    def slot(self) -> AbstractAsyncContextManager[None]:
        """Wait for a free model call, fairly between jobs; cancelling the wait leaks none."""


class Work(Protocol):
    """What the engine runs: one graph for each kind of job."""

    async def __call__(self, job: Job, request: str, journal: Journal, slots: Slots) -> str:
        """Do the job as its request (JSON) says; returns the result as JSON.

        It is safe to call again after a crash: finished units come from the journal. Any
        exception ends the job; a `PipelineError` with its own code.
        """


class JobQueue(Protocol):
    """Wakes somebody who runs jobs. Only a hint: duplicates and losses are harmless."""

    def put(self, job: Job) -> None: ...


class ReadingStore(Protocol):
    """What was read from files, by the SHA-256 of the file."""

    def load_reading(self, sha256: str) -> Reading | None: ...

    def save_reading(self, reading: Reading) -> None: ...


class Bibliographer(Protocol):
    """Words the entries of a reference list as a citation style asks."""

    async def entries(
        self, sources: Sequence[Source], *, style: CitationStyle, language: Language
    ) -> Mapping[SourceId, str]:
        """Each source's entry without its number, as inline Markdown of emphasis and escapes.

        `language` is the document's. A source that the style has no form for is left out; in the
        numeric style all are: their entries are plain.

        Raises:
            FormattingFailed: Nothing could be formatted. Retryable.
        """

    def format(
        self, sources: Sequence[Source], *, style: CitationStyle, language: Language
    ) -> Mapping[SourceId, str]:
        """The same in the calling thread, which it blocks."""
