"""What writing a document again would do: which sections are written, moved, kept and removed."""

from bisect import bisect_left
from collections.abc import Collection, Mapping, Sequence
from typing import Literal, get_args

from pydantic import Field, JsonValue

from pipeline.domain.documents import DocumentSection, NodeId, PassageId, Value
from pipeline.domain.outline import Place
from pipeline.domain.units import content_key

Reason = Literal[
    "new",
    "unfinished",
    "title",
    "summary",
    "notes",
    "notes_above",
    "length",
    "sources",
    "model",
    "language",
    "document_type",
    "audience",
    "tone",
    "requirements",
    "style",
    "program",
    "changed",
    "divided",
]
"""Why a section is written: it is new, it has no text yet, or this changed since it was written.

`program`: this version writes in another way. `changed`: a text of an earlier version, which does
not know what it was written from. `divided`: it is not written, and its text goes, because other
sections stand below it now.
"""

SHARED: tuple[Reason, ...] = (
    "model",
    "language",
    "document_type",
    "audience",
    "tone",
    "requirements",
    "style",
    "program",
)
"""What holds for the whole document: a change of it makes every section stale."""

OWN: tuple[Reason, ...] = ("title", "summary", "notes", "notes_above", "length", "language")
"""What a section is for: while it stays the same, a text that the author corrected stands."""


class Basis(Value):
    """What a section was written from, stored with its text."""

    parts: dict[str, str] = Field(default_factory=dict)
    """A short hash of each thing that it depends on, by its `Reason`."""
    found_by: str = ""
    """The key of the search for its passages."""
    passages: tuple[PassageId, ...] = ()
    in_other_words: bool = False
    """It was searched for in other languages of the material, too."""


class SectionChange(Value):
    """A section, or a chapter, and why something happens to it."""

    id: NodeId
    title: str
    number: str
    reasons: tuple[Reason, ...] = ()
    by_hand: bool = False
    """Its text is the author's own: kept with the section, or replaced where it is written."""


class Changes(Value):
    """What writing again would do; each section stands in one of the first four.

    Gaps that are left as they are stand in none.
    """

    written: tuple[SectionChange, ...] = ()
    moved: tuple[SectionChange, ...] = ()
    """They keep their text, at another place among the others."""
    kept: tuple[SectionChange, ...] = ()
    removed: tuple[SectionChange, ...] = ()
    """They leave the document, or their text does, because others stand below them now."""
    fused: tuple[SectionChange, ...] = ()
    """Chapters whose sections are made to read as one again."""
    for_all: tuple[Reason, ...] = ()
    """What changed for the whole document, so that every section is written again."""
    searches_web: bool = False
    """The web is searched again: what it brings may make more sections stale."""

    @property
    def by_hand(self) -> tuple[SectionChange, ...]:
        """Kept sections with a text of the author's own."""
        return tuple(each for each in (*self.moved, *self.kept) if each.by_hand)

    @property
    def lost(self) -> tuple[SectionChange, ...]:
        """Sections whose text of the author's own does not stand in the new document."""
        return tuple(each for each in (*self.written, *self.removed) if each.by_hand)

    def fills_only(self, gaps: Collection[NodeId]) -> bool:
        """Whether nothing happens beside the writing of these, which have no text yet."""
        others = {each.id for each in self.written} - set(gaps)
        return not (others or self.moved or self.removed or self.searches_web)

    def adds_only(self, gaps: Collection[NodeId]) -> bool:
        """Whether every text that is there stays: only new sections and these gaps are written."""
        others = [each for each in self.written if each.id not in gaps and each.reasons != ("new",)]
        may_grow = self.searches_web and (self.moved or self.kept)
        return not (others or self.lost or self.removed or may_grow)

    @property
    def is_empty(self) -> bool:
        """Nothing would be different from what is there."""
        changed = self.written or self.moved or self.removed or self.fused
        return not changed and not self.searches_web


def hashes(parts: Mapping[str, JsonValue]) -> dict[str, str]:
    """A short hash of each part; 8 hex digits tell two versions of one part apart."""
    return {name: content_key(name, value=value)[:8] for name, value in parts.items()}


def reasons(before: Basis | None, parts: Mapping[str, str]) -> tuple[Reason, ...]:
    """Why a text that was written from `before` is stale; `parts` are the hashes of today."""
    if before is None:
        return ("changed",)
    names: tuple[Reason, ...] = get_args(Reason)
    return tuple(n for n in names if n in parts and before.parts.get(n) != parts[n])


def moved_among(
    places: Sequence[Place], sections: Sequence[DocumentSection], kept: Sequence[NodeId]
) -> frozenset[NodeId]:
    """The fewest of the kept sections that account for the new order, and those whose chapter is
    another; a section that only has another number because others came or went has not moved."""
    old_place = {section.id: at for at, section in enumerate(sections)}
    old_chapter: dict[NodeId, NodeId] = {}
    chapter = NodeId("")
    for section in sections:
        if section.level == 1:
            chapter = section.id
        old_chapter[section.id] = chapter
    wanted = set(kept)
    there = [p for p in places if p.node.id in wanted and p.node.id in old_place]
    stay = _longest_rising([old_place[p.node.id] for p in there])
    return frozenset(
        p.node.id
        for at, p in enumerate(there)
        if at not in stay or old_chapter[p.node.id] != p.chapter.id
    )


def _longest_rising(numbers: Sequence[int]) -> set[int]:
    """Places of a longest rising subsequence."""
    tails: list[int] = []
    ends: list[int] = []
    before: list[int] = []
    for at, number in enumerate(numbers):
        length = bisect_left(tails, number)
        before.append(ends[length - 1] if length else -1)
        tails[length : length + 1] = [number]
        ends[length : length + 1] = [at]
    found: set[int] = set()
    at = ends[-1] if ends else -1
    while at >= 0:
        found.add(at)
        at = before[at]
    return found
