"""A job's life: what may be asked, its states, and the events that it publishes."""

from enum import StrEnum
from typing import Annotated, Literal, NewType

from pydantic import AwareDatetime, Field, JsonValue, TypeAdapter

from pipeline.domain.delays import DelayReason
from pipeline.domain.documents import (
    CitationStyle,
    ContextFile,
    Document,
    Language,
    NodeId,
    Outline,
    SectionStatus,
    Source,
    SourceId,
    Usage,
    Value,
)
from pipeline.domain.spending import Budget, Price

JobId = NewType("JobId", str)
EventId = NewType("EventId", str)
ManuscriptId = NewType("ManuscriptId", str)

START = EventId("0-0")
"""Before the first event of any job."""

JOB_ID = r"^[A-Za-z0-9._:-]{1,128}$"


class JobKind(StrEnum):
    """The two kinds of job; also the `task_type` of their events."""

    OUTLINE = "outline_generation"
    DOCUMENT = "document_generation"


class JobStatus(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def is_final(self) -> bool:
        return self is JobStatus.COMPLETED or self.ended_early

    @property
    def ended_early(self) -> bool:
        """Whether there is no result, and never will be."""
        return self in {JobStatus.FAILED, JobStatus.CANCELLED}


class Priority(StrEnum):
    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"
    URGENT = "urgent"

    @property
    def rank(self) -> int:
        """Of jobs that wait for a place, a higher one is taken first; above 0."""
        return {"low": 1, "normal": 2, "high": 3, "urgent": 4}[self.value]

    @property
    def weight(self) -> float:
        """Its share of the model calls beside other jobs that wait."""
        return {"low": 0.5, "normal": 1.0, "high": 3.0, "urgent": 9.0}[self.value]


class JobOptions(Value):
    """What both kinds of job may be told beside their main input; all optional."""

    job_id: Annotated[str, Field(pattern=JOB_ID)] | None = None
    """Named by the client, or made by us. The same id with the same body is the same job."""
    context_files: tuple[ContextFile, ...] = ()
    language: Language | None = None
    """Of the document. Unset: the language of the prompt or of the outline's title."""
    target_words: int | None = Field(default=None, ge=50, le=500_000)
    """Of the whole document: words, or characters in Chinese."""
    document_type: str = Field(default="", max_length=80)
    """Such as report, proposal, survey, guide."""
    audience: str = Field(default="", max_length=500)
    tone: str = Field(default="", max_length=80)
    citation_style: CitationStyle = "numeric"
    web_search: bool = False
    """Search the web, too, when this installation has a search configured."""
    second_opinion: bool = False
    """Ask the model about the cited sentences that their passages may not carry."""
    model: str | None = Field(default=None, max_length=200)
    """A model's name at the configured endpoint. Unset: the configured one."""
    priority: Priority = Priority.NORMAL
    budget_tokens: int | None = Field(default=None, ge=1, le=1_000_000_000_000)
    """The most tokens, read and written, that the model's calls may use. Unset: no limit."""
    budget_cost: float | None = Field(default=None, gt=0, le=1_000_000_000, allow_inf_nan=False)
    """The most that they may cost, in PRICE_CURRENCY; the model's price must be configured."""

    @property
    def budget(self) -> Budget:
        return Budget(tokens=self.budget_tokens, cost=self.budget_cost)


class OutlineGenerationRequest(JobOptions):
    """Query -> outline."""

    task_prompt: str


class OwnText(Value):
    """A section's text by the author: it stands as it is, and is not written."""

    section_id: NodeId
    text: str
    """Markdown, citations as `[@passage]`."""
    written_for: dict[str, str] = Field(default_factory=dict)
    """Hashes of what the section was for, by `changes.Reason`. When one is another now, the section
    is written; empty: the text stands whatever changes."""


class DocumentGenerationRequest(JobOptions):
    """Outline -> document."""

    outline: Outline
    task_prompt: str = ""
    """What the author first asked for, as context for the writer."""
    gaps: dict[NodeId, Annotated[str, Field(pattern=r"^[a-z0-9_]{1,60}$")]] = Field(default={})
    """Leaves of the outline that are not written now, each with the code of why it has no text."""
    own_texts: tuple[OwnText, ...] = ()
    """Sections that the author wrote or corrected; each is a node of the outline, named
    once. Of a node with children the text stands before them."""


class Job(Value):
    """One run, as it is stored. What it was asked stands in its request."""

    id: JobId
    kind: JobKind
    status: JobStatus = JobStatus.QUEUED
    title: str = ""
    language: Language = "en"
    priority: Priority = Priority.NORMAL
    manuscript_id: ManuscriptId | None = None
    created_at: AwareDatetime
    finished_at: AwareDatetime | None = None
    expires_at: AwareDatetime | None = None
    """When all of an ended job goes, unless it is asked to be kept."""
    error: str = ""
    error_code: str = ""
    retryable: bool = False
    cancel_requested: bool = False
    done: int = 0
    total: int = 0
    usage: Usage | None = None
    """None until a model is asked."""
    model: str | None = None
    """Who writes it, as whoever submitted it was told; None: whom the process that runs it has."""
    price: Price | None = None
    """Of its model when it was submitted, the same for whoever runs it; None where unknown."""


class OutlineResult(Value):
    """The result of the first job."""

    outline: Outline
    sources: tuple[Source, ...] = ()
    """What the proposal was made from: the author's files, and pages that were found."""
    uncovered: tuple[NodeId, ...] = ()
    """Nodes on which the material holds nothing."""


class DocumentResult(Value):
    document: Document


class Event(Value):
    """Fields that every event carries; publish a subclass."""

    job_id: JobId
    task_type: JobKind
    at: AwareDatetime


class TaskStarted(Event):
    """The job runs; `attempt` above 1 says that another process took it over."""

    type: Literal["task_started"] = "task_started"
    task_prompt: str = ""
    outline_title: str = ""
    attempt: int = 1


class TaskProgress(Event):
    """`done` of `total`, and a sentence for a person in the job's language.

    By its `key` and `values` it can be said in another one (`pipeline.domain.phrases`).
    """

    type: Literal["task_progress"] = "task_progress"
    step: str
    progress: str
    key: str = ""
    """Of the sentence; empty where it has none, as from an earlier version."""
    values: dict[str, str | int] = Field(default_factory=dict)
    """What is filled into it: titles and names as they are, a reason as an error's code."""
    done: int = Field(default=0, ge=0)
    total: int = Field(default=0, ge=0)
    section_id: NodeId | None = None


class TaskCompleted(Event):
    """The result is stored; `result` is its summary, `duration` is in seconds."""

    type: Literal["task_completed"] = "task_completed"
    result: dict[str, JsonValue]
    duration: float


class TaskFailed(Event):
    """The one terminal event of a job that failed or was cancelled (code `cancelled`)."""

    type: Literal["task_failed"] = "task_failed"
    error: str
    code: str
    retryable: bool
    details: dict[str, str | int] = Field(default_factory=dict)


class OutlineReset(Event):
    """The proposal starts over: nodes announced so far are withdrawn."""

    type: Literal["outline_reset"] = "outline_reset"


class OutlineTitled(Event):
    """The proposal's title is known."""

    type: Literal["outline_title"] = "outline_title"
    title: str


class OutlineNodeAdded(Event):
    """The proposal grew by a node; its parent and elder sibling were announced before."""

    type: Literal["outline_node"] = "outline_node"
    node_id: NodeId
    parent_id: NodeId | None = None
    after_id: NodeId | None = None
    title: str
    content_summary: str = ""
    notes: str = ""
    """Only the author's own outline comes with notes."""
    target_words: int | None = None


class OutlineTargets(Event):
    """How many words each section of the finished proposal gets."""

    type: Literal["outline_targets"] = "outline_targets"
    targets: dict[NodeId, int]


class OutlineSources(Event):
    """Which sources carry the nodes of the finished proposal, and which nodes none carries."""

    type: Literal["outline_sources"] = "outline_sources"
    sources: dict[NodeId, tuple[SourceId, ...]]
    """Bound to the nodes, which search in them first."""
    carried: dict[NodeId, tuple[SourceId, ...]] = Field(default_factory=dict)
    """What was found for sections without binding it, nearest first: of an outline of the
    author's own, and where there is one source only."""
    uncovered: tuple[NodeId, ...] = ()


class SourceFound(Event):
    """Research found a page and read it; it is a source of this job from now on."""

    type: Literal["source_found"] = "source_found"
    source: Source
    notes: tuple[str, ...] = ()


class SectionState(Event):
    """A section moved on. With `writing`, its text starts over; with `done`, `content` is all.

    `waiting` with a `code`: it is left for later, as was asked; the code says why it has no text.
    """

    type: Literal["section_state"] = "section_state"
    section_id: NodeId
    state: SectionStatus
    title: str = ""
    number: str = ""
    content: str = ""
    word_count: int = 0
    code: str = ""
    error: str = ""


class SectionPlanned(Value):
    """A section that will be written."""

    id: NodeId
    title: str
    number: str
    level: int
    chapter_id: NodeId
    chapter_title: str = ""
    target_words: int | None = None


class SectionsPlanned(Event):
    """All sections of the job, in reading order."""

    type: Literal["sections_planned"] = "sections_planned"
    sections: tuple[SectionPlanned, ...]


class TextDelta(Event):
    """What was written since the last delta, by section."""

    type: Literal["text_delta"] = "text_delta"
    sections: dict[NodeId, str]


class ModelDelayed(Event):
    """The model's answer is late: it is asked again, or waits for the provider's limits.

    `attempt` of `attempts` is the try that comes in `wait_s`; 0 where none has failed. It is over
    with the next event of its section, or of the job where it is of no section.
    """

    type: Literal["model_delayed"] = "model_delayed"
    section_id: NodeId | None = None
    reason: DelayReason
    wait_s: float = 0
    attempt: int = 0
    attempts: int = 0


class ChapterFused(Event):
    """A chapter was fused; `refused` edits would have lost a citation, code or a paragraph."""

    type: Literal["chapter_fused"] = "chapter_fused"
    chapter_id: NodeId
    applied: int = 0
    refused: int = 0


class UsageCounted(Event):
    """What the model's calls have used so far; at most about once a second, and at the end."""

    type: Literal["usage"] = "usage"
    usage: Usage
    budget: Budget = Budget()


class FileRead(Event):
    """A context file was read, all but what `notes` say, or could not be (`code` says why)."""

    type: Literal["file_read"] = "file_read"
    file_id: str
    file_name: str
    pages: int | None = None
    words: int = 0
    headings: int = 0
    notes: tuple[str, ...] = ()
    code: str = ""
    error: str = ""


JobEvent = Annotated[
    TaskStarted
    | TaskProgress
    | TaskCompleted
    | TaskFailed
    | OutlineReset
    | OutlineTitled
    | OutlineNodeAdded
    | OutlineTargets
    | OutlineSources
    | SourceFound
    | SectionsPlanned
    | SectionState
    | TextDelta
    | ModelDelayed
    | ChapterFused
    | FileRead
    | UsageCounted,
    Field(discriminator="type"),
]
JOB_EVENT: TypeAdapter[JobEvent] = TypeAdapter(JobEvent)
