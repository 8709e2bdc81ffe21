"""The things an author works with: files, passages, the outline, drafts and the document."""

from collections.abc import Mapping
from enum import StrEnum
from pathlib import PurePath
from typing import Literal, NewType, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, JsonValue

NodeId = NewType("NodeId", str)
SourceId = NewType("SourceId", str)
PassageId = NewType("PassageId", str)

Language = Literal["en", "zh"]
CitationStyle = Literal["numeric", "gb-t-7714-2015", "apa", "ieee", "chicago"]
"""How the reference list reads; in the text a citation is `[n]` in every style."""


MAX_TARGET_WORDS = 1_000_000
"""Of a section."""

MAX_TITLE_CHARS = 200
"""Of a file: a first line that is longer is a paragraph."""


class Value(BaseModel):
    """An immutable value: change it with `model_copy(update=...)`."""

    model_config = ConfigDict(frozen=True)


class FileRole(StrEnum):
    """What a file is for; the names are fixed on the wire."""

    CONTENT = "content"  # material to draw on
    REQUIREMENTS = "requirements"  # what the document must fulfil
    STYLE_GUIDE = "style_guide"  # how it must read
    OUTLINE = "outline"  # the author's own outline, imported as it stands


class ContextFile(Value):
    """A file to work from, as it travels in a request.

    Exactly one of `content` (inline) and `storage_url` is given. `storage_url` is
    `file:<sha256>` for a file that was uploaded to this installation, or the address of a public
    page or document, which is fetched.
    """

    file_id: str = Field(min_length=1, max_length=128)
    file_name: str = Field(min_length=1, max_length=255)
    file_type: FileRole = FileRole.CONTENT
    content: str | None = None
    encoding: Literal["text", "base64"] = "text"
    storage_url: str | None = None


class Block(Value):
    """One block of a file that was read, in reading order."""

    kind: Literal["heading", "paragraph", "list", "table", "code"]
    text: str
    level: int = 0
    """Of a heading: 1 is the highest. Otherwise 0."""
    page: int | None = None
    """Counted from 1; None where the format has no pages."""
    last_page: int | None = None
    """Where it ends, if on a later page than it begins."""
    page_turns: tuple[tuple[int, int], ...] = ()
    """Each later page that is known to begin within it, behind how many characters, not counting
    spaces: (characters, page)."""


class Publication(Value):
    """What a file or page says of itself, for the reference list; empty where it says nothing."""

    type: Literal["document", "webpage", "article-journal", "book", "report", "thesis"] = "document"
    """A type of CSL."""
    authors: tuple[str, ...] = ()
    """Each as it is written: `Mary Shelley`, `鲁迅`, or the name of an organisation."""
    issued: str = ""
    """ISO 8601 with what is known of it: `2024`, `2024-05` or `2024-05-17`."""
    publisher: str = ""
    container: str = ""
    """The journal, book or site that it is part of."""
    volume: str = ""
    issue: str = ""
    pages: str = ""
    """Its first and last page there, as in `12-34`."""
    doi: str = ""
    """Without a resolver before it: `10.1000/182`."""
    url: str = ""
    accessed: str = ""
    """The day on which a page was fetched, ISO 8601."""


class Reading(Value):
    """What was read from one file or page."""

    sha256: str
    title: str
    file_name: str = ""
    """The name that it was given with this time."""
    is_titled_by_name: bool = False
    """Whether its title is taken from its name, since it says none itself."""
    language: Language
    blocks: tuple[Block, ...]
    pages: int | None = None
    words: int = 0
    headings: int = 0
    notes: tuple[str, ...] = ()
    """Codes of what a reader should know, such as `encoding_guessed`."""
    as_written: str = ""
    """The lines of a short text or Markdown file: of an outline, indentation is the meaning."""
    publication: Publication = Publication()
    edition: int = 1
    """Of the program that read it: what an older one read is read again with the file at hand."""

    def named(self, file_name: str) -> Self:
        """The same under another name, which is its title where it has none of its own."""
        title = title_from_name(file_name) if self.is_titled_by_name else self.title
        return self.model_copy(update={"file_name": file_name, "title": title})


def title_from_name(file_name: str) -> str:
    """What a file is called that does not say it."""
    return PurePath(file_name).stem[:MAX_TITLE_CHARS].strip() or file_name


class Source(Value):
    """One thing that passages come from: a file that the author gave, or a page."""

    id: SourceId
    title: str
    file_name: str = ""
    url: str = ""
    pages: int | None = None
    words: int = 0
    sha256: str = ""
    """Of the file; two sources with the same count as one in the reference list."""
    publication: Publication = Publication()
    entry: str = ""
    """Its entry of the reference list in the document's citation style, as inline Markdown."""


class Passage(Value):
    """A quotable stretch of one source, never across a heading."""

    id: PassageId
    source_id: SourceId
    text: str
    heading_path: tuple[str, ...] = ()
    page: int | None = None
    last_page: int | None = None
    """Where it ends, if on a later page than it begins."""
    position: int = 0
    """Its place in the source, counted from 0 in reading order."""


class FileProblem(Value):
    """A file that could not be read; the job goes on without it."""

    file_id: str
    file_name: str
    code: str
    message: str


class OutlineNode(Value):
    """A node of the outline. `id` is opaque and stable; the number is derived, never stored."""

    id: NodeId = Field(min_length=1, max_length=128)
    title: str = ""
    content_summary: str = ""
    children: "tuple[OutlineNode, ...]" = ()
    target_words: int | None = Field(default=None, ge=0, le=MAX_TARGET_WORDS)
    notes: str = ""
    """What the author tells the writer of this section."""
    source_ids: tuple[SourceId, ...] = ()
    """Sources bound to this node and to what it holds: they are searched first."""
    sources_only: bool = False
    """Only the bound sources are searched."""
    locked: bool = False
    """Proposals for changes leave a locked node alone."""


class Outline(Value):
    """The tree that the author reviews; the top nodes are chapters, each leaf is a section."""

    title: str = ""
    nodes: tuple[OutlineNode, ...] = ()


class ProposedNode(Value):
    """A node as an author port proposes it: no ids and no numbers, those are ours."""

    title: str = ""
    content_summary: str = ""
    target_words: int | None = None
    """Of a section, where a program has counted what there is to tell; a model is not asked."""
    source_ids: tuple[SourceId, ...] = ()
    """Sources that carry it, as far as the author port names them."""
    is_uncovered: bool = False
    """The author port says that no source holds anything on it."""
    children: "tuple[ProposedNode, ...]" = ()


class ProposedOutline(Value):
    """A proposal; while it is streamed in, nodes are only added, never changed or removed.

    Which sources carry them is known with the whole of it.
    """

    title: str = ""
    nodes: tuple[ProposedNode, ...] = ()
    left_out: tuple[SourceId, ...] = ()
    """Sources in a language that the author port cannot write from."""


class SectionStatus(StrEnum):
    """Where one section stands."""

    WAITING = "waiting"
    RESEARCHING = "researching"
    WRITING = "writing"
    CHECKING = "checking"
    DONE = "done"
    FAILED = "failed"


class Draft(Value):
    """The text of one section: Markdown without its own heading, citations as `[@passage]`."""

    text: str
    cited: tuple[PassageId, ...] = ()
    unknown_markers: int = 0
    """Markers that named no passage of the prompt, and were removed."""


class DocumentSection(Value):
    """One node of the outline in the finished document, in reading order."""

    id: NodeId
    title: str
    level: int
    """1 is a chapter."""
    number: str
    """Derived from the place in the tree, such as `2.1`."""
    status: SectionStatus = SectionStatus.DONE
    content: str = ""
    """Markdown with `[@passage]` markers; empty for a node that only holds others."""
    word_count: int = 0
    target_words: int | None = None
    error_code: str = ""
    error: str = ""
    by_hand: bool = False
    """The author wrote or corrected this text."""
    written_for: dict[str, str] = Field(default_factory=dict)
    """Short hashes of what its text is for, such as its title and its notes, by `changes.Reason`: a
    text that the author corrects stands as long as these are the same."""


class Reference(Value):
    """An entry of the bibliography; `csl` is CSL-JSON."""

    number: int
    source_id: SourceId
    text: str
    """As plain text; with its emphasis it is the source's `entry`."""
    same_as: tuple[SourceId, ...] = ()
    """Other sources that are the same work: a citation of one of them has this number, too."""
    csl: Mapping[str, JsonValue] = Field(default_factory=dict)


class Support(StrEnum):
    """What a comparison of a sentence with the passages that it cites found; not a verdict."""

    SUPPORTED = "supported"
    CHECK = "check"
    """Something in it was not found there: worth a look."""
    NOT_FOUND = "not_found"
    """The passages speak of something else."""
    NEEDS_SOURCE = "needs_source"
    """It states something and cites nothing, although the author gave material."""


class Claim(Value):
    """A sentence of a section, and how well the passages that it cites carry it."""

    section_id: NodeId
    start: int
    end: int
    """Where it stands in the section's Markdown, in characters."""
    support: Support
    passage_ids: tuple[PassageId, ...] = ()
    reasons: tuple[str, ...] = ()
    """Codes of what was not found, such as `number` or `name`; the interface has the words."""
    key: str = ""
    """Of its wording and its passages: an opinion holds as long as this is the same."""
    opinion: Literal["", "supported", "unsupported"] = ""
    """What a model said of it when it was asked for a second opinion."""


class Finding(Value):
    """Something in the text that the author may want to look at."""

    kind: str
    """Such as `length`, `repetition`, `contradiction`, `abbreviation`, `language`, `markdown`."""
    section_id: NodeId
    start: int = 0
    end: int = 0
    """Where it stands in the section's Markdown, in characters; 0 and 0: the whole section."""
    other_id: NodeId | None = None
    """The second section of a repetition or a contradiction."""
    other_start: int = 0
    other_end: int = 0
    values: Mapping[str, str | int] = Field(default_factory=dict)
    """What a sentence about it names, such as `words` and `target`."""


class Integrity(Value):
    """How well the document's citations hold."""

    citations: int = 0
    resolved: int = 0
    supported: int = 0
    """Cited sentences whose passages carry them."""
    to_check: int = 0
    """Cited sentences of which something was not found in their passages."""
    needing_source: int = 0
    """Sentences that state something and cite nothing, where there was material."""
    unknown_markers: int = 0
    uncited_sections: int = 0
    """Sections without a citation although the author gave material."""
    failed_sections: int = 0


class Usage(Value):
    """What the calls of a model have used, also those that failed or came to nothing."""

    calls: int = 0
    estimated: int = 0
    """Calls of which the endpoint did not, or does not yet, tell what they used: our own count
    stands for it."""
    tokens_in: int = 0
    tokens_out: int = 0
    cost: float | None = None
    """None where no price of the model is configured."""
    currency: str = ""
    """Of the cost, such as USD; empty without one."""


class Document(Value):
    """The finished whole: the result of the second job."""

    title: str
    content: str
    """All of it as Markdown: numbered headings, citations as `[n]`, the reference list."""
    language: Language = "en"
    author: str = ""
    """What wrote it: `offline`, or the model's name."""
    audience: str = ""
    tone: str = ""
    has_style_guide: bool = False
    """With `audience` and `tone`: what it was to follow when it was written."""
    word_count: int = 0
    char_count: int = 0
    sections: tuple[DocumentSection, ...] = ()
    sources: tuple[Source, ...] = ()
    passages: tuple[Passage, ...] = ()
    """The passages that are cited, so that each citation can be opened."""
    references: tuple[Reference, ...] = ()
    citation_style: CitationStyle = "numeric"
    integrity: Integrity = Integrity()
    claims: tuple[Claim, ...] = ()
    """The sentences that are not supported, in reading order; the others are only counted."""
    findings: tuple[Finding, ...] = ()
    problems: tuple[FileProblem, ...] = ()
    unfused: dict[NodeId, str] = Field(default_factory=dict)
    """Chapters that stay as their sections were written, with the code of why."""
    usage: Usage | None = None
    """Of the job that wrote it; None when no model was asked."""
    generated_at: AwareDatetime
