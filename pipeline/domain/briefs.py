"""What an author (model or offline) is told before it writes; plain values, no prompts."""

from collections.abc import Iterator, Mapping

from pydantic import Field, SkipValidation

from pipeline.domain.documents import Language, NodeId, Passage, Reading, Source, SourceId, Value

REQUIREMENTS_CHARS = 12_000
STYLE_CHARS = 6_000
"""Of these texts a prompt has no more: all but book-length ones come whole; the cut is marked."""

CLAIMS_PER_CALL = 8
"""For a second opinion: with three passages each they are a short prompt even for a small model."""

MOST_CLAIMS = 64
"""Of one document, in eight calls; who has more to check has other worries first."""


class Commission(Value):
    """What holds for the whole job: the same for every section."""

    prompt: str = ""
    title: str = ""
    language: Language = "en"
    document_type: str = ""
    audience: str = ""
    tone: str = ""
    target_words: int = 0
    requirements: str = ""
    """Text of the files that say what the document must fulfil."""
    style: str = ""
    """Text of the files that say how it must read."""
    model: str | None = None
    has_material: bool = False


class SourceDigest(Value):
    """One source at a glance: its headings with depth, its opening, and what each part says."""

    source: Source
    headings: tuple[tuple[int, str], ...] = ()
    opening: str = ""
    key_sentences: tuple[tuple[str, str], ...] = ()
    """The most telling sentences of all parts, each after the heading that it stands under.

    In reading order and spread over the whole source; the heading is empty where there is none.
    Sentences of the opening are not among them.
    """


class OutlineBrief(Value):
    """What the outline is proposed from."""

    commission: Commission
    digests: tuple[SourceDigest, ...] = ()
    """Every source of the author's, none left out."""
    passages: tuple[Passage, ...] = ()
    """The passages that fit the prompt best, best first."""
    readings: SkipValidation[Mapping[SourceId, Reading]] = Field(default_factory=dict, exclude=True)
    """All of the sources, for an author that is a program; their SHA-256 stands in the digests."""


class Neighbour(Value):
    """Another section, named so that two do not tell the same."""

    number: str
    title: str
    summary: str = ""
    path: tuple[str, ...] = ()
    """Titles of the nodes above it, from the chapter down."""
    source_ids: tuple[SourceId, ...] = ()
    """Sources that are bound to it."""


class Above(Value):
    """A node that a section stands under; its notes hold for all that it holds."""

    title: str
    summary: str = ""
    notes: str = ""


class SectionBrief(Value):
    """What one section is written from."""

    commission: Commission
    node_id: NodeId
    number: str
    title: str
    summary: str = ""
    notes: str = ""
    target_words: int
    above: tuple[Above, ...] = ()
    """The nodes above it, from the chapter down."""
    neighbours: SkipValidation[tuple[Neighbour, ...]] = ()
    """All sections in reading order, itself too: one tuple for all briefs of a job, not copied."""
    headings: SkipValidation[frozenset[str]] = frozenset()
    """All headings of the material: one set for all briefs of a job, not copied."""
    passages: tuple[Passage, ...] = ()
    """All that may be cited, best first."""

    @property
    def path(self) -> tuple[str, ...]:
        """Titles of the nodes above it, from the chapter down."""
        return tuple(node.title for node in self.above)

    @property
    def bound(self) -> tuple[SourceId, ...]:
        """The sources that it is bound to, itself or by a node above it."""
        own = (each.source_ids for each in self.neighbours if each.number == self.number)
        return next(own, ())

    @property
    def others(self) -> Iterator[Neighbour]:
        """The neighbours without the section itself."""
        return (each for each in self.neighbours if each.number != self.number)


class WrittenSection(Value):
    """A section of a chapter that is to be fused."""

    node_id: NodeId
    number: str
    title: str
    text: str


class ChapterBrief(Value):
    """A chapter whose sections are written, before it is fused."""

    commission: Commission
    chapter_id: NodeId
    title: str
    summary: str = ""
    sections: tuple[WrittenSection, ...]


class ReviewBrief(Value):
    """A sentence of the document and the passages that it cites, for a second opinion."""

    sentence: str
    passages: tuple[str, ...]


class Replacement(Value):
    """One sentence gets another wording; an empty `text` removes it.

    `sentence` is `<section>.<sentence>`, both counted from 1 in the order that the brief has them.
    """

    sentence: str
    text: str


class ChapterEdits(Value):
    """What fusing changes in a chapter; edits, not the text again."""

    lead_in: str = ""
    """A sentence or two before the first section, without claims of its own."""
    replacements: tuple[Replacement, ...] = ()
