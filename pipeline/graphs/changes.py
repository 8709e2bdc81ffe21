"""What writing a document again would do, found as the writing finds it, without an author."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import cast

from pydantic import JsonValue

from pipeline.domain.assembly import leaves as written_leaves
from pipeline.domain.changes import (
    SHARED,
    Basis,
    Changes,
    Reason,
    SectionChange,
    hashes,
    moved_among,
    reasons,
)
from pipeline.domain.documents import (
    Document,
    DocumentSection,
    Draft,
    Language,
    NodeId,
    Outline,
    Passage,
    Publication,
    Reading,
    Source,
    SourceId,
    Usage,
)
from pipeline.domain.jobs import DocumentGenerationRequest, Job, JobEvent
from pipeline.domain.outline import Place, leaves, walk, word_targets
from pipeline.domain.units import StoredUnit
from pipeline.domain.web import WebAnswer, queries_of_outline
from pipeline.errors import UnreadableFile
from pipeline.graphs import chapter
from pipeline.graphs.assignment import Assignment, assignment
from pipeline.graphs.other_languages import search_terms, titles_of
from pipeline.graphs.research import Desk, commission, read_files
from pipeline.graphs.section import (
    Written,
    earlier_of,
    own_dependence,
    own_draft,
    prepared,
)
from pipeline.graphs.tools import Counter, Tools
from pipeline.ports import Author, Bibliographer, Material, Shelf, Web


@dataclass(frozen=True, slots=True)
class _Fate:
    """The text that a section keeps, or why it is written."""

    draft: Draft | None = None
    reasons: tuple[Reason, ...] = ()
    own: Draft | None = None
    """Of the author's own, which stands."""
    loses_own: bool = False
    """Its text of the author's own goes, also where another one is ready."""

    @property
    def is_kept(self) -> bool:
        return self.draft is not None and not self.loses_own


@dataclass(frozen=True, slots=True)
class GraphPlanner:
    """Plans by what the graphs themselves do before they ask an author."""

    author: Author
    shelf: Shelf
    bibliographer: Bibliographer
    now: Callable[[], datetime]
    default_target_words: int

    def changes(
        self,
        job: Job,
        request: DocumentGenerationRequest,
        units: Mapping[str, StoredUnit],
        before: Document | None,
    ) -> Changes:
        """What becomes of each section; blocks the calling thread.

        Args:
            job: It would be this one; it is not stored anywhere.
            request: What would be asked.
            units: What is finished already.
            before: The document as it stands, which says what moves and goes.

        Raises:
            InvalidRequest: `no_readable_file`.
        """
        web = NoSearch()
        tools = self.tools(job, units, web)
        changes = asyncio.run(_planned(request, tools, before))
        return changes.model_copy(update={"searches_web": web.was_asked})

    def tools(self, job: Job, units: Mapping[str, StoredUnit], web: Web) -> Tools:
        """The world without an author, in which nothing is told and nothing stored."""
        return Tools(
            job=job,
            author=cast("Author", _Silent(self.author)),  # nothing else is asked of it
            shelf=self.shelf,
            bibliographer=self.bibliographer,
            journal=_Finished(units),
            slots=_Free(),
            now=self.now,
            default_target_words=self.default_target_words,
            web=web,
            reviewer=None,
            counter=Counter(),
            abort=_raise,
        )


async def _planned(
    request: DocumentGenerationRequest, tools: Tools, before: Document | None
) -> Changes:
    _, shared = await assignment_of(request, tools)
    fates = {}
    for place in leaves(request.outline.nodes):
        fate = await _fate(place, shared, tools, before)
        if place.node.id not in request.gaps or fate.is_kept:
            fates[place.node.id] = fate
    fused = _fused_again(request.outline, shared, fates, tools)
    return _sorted(request, fates, fused, before)


async def assignment_of(
    request: DocumentGenerationRequest, tools: Tools
) -> tuple[Desk, Assignment]:
    """What was read, and what all sections share, as `document.split_chapters` makes it."""
    outline = request.outline
    asked = queries_of_outline(outline) if request.web_search else ()
    desk = await read_files(request.context_files, tools, asked)
    task = commission(
        request, tools.job, desk, tools, title=outline.title, prompt=request.task_prompt
    )
    material = _ByWords(desk.material)
    titles = titles_of(leaves(outline.nodes))
    abroad = await search_terms(titles, material, tools, model=request.model)
    targets = word_targets(outline, task.target_words)
    return desk, assignment(request, task, material, targets, abroad)


async def _fate(place: Place, shared: Assignment, tools: Tools, before: Document | None) -> _Fate:
    fate = await _fate_as_written(place, shared, tools, before)
    if (own := own_draft(place, shared, tools)) is not None:
        return replace(fate, draft=fate.draft or own, own=own)
    stands = before.sections if before else ()
    if any(section.id == place.node.id and section.by_hand for section in stands):
        return replace(fate, loses_own=True)
    return fate


async def _fate_as_written(
    place: Place, shared: Assignment, tools: Tools, before: Document | None
) -> _Fate:
    bases = [unit.basis for unit in earlier_of(place, tools)]
    if not bases:
        known = before is not None and any(s.id == place.node.id for s in before.sections)
        return _Fate(reasons=("unfinished" if known else "new",))
    if why := _surely(bases, hashes(own_dependence(place, shared, tools))):
        return _Fate(reasons=why)  # whatever a search would find
    ready = await prepared(place, shared, tools)
    if ready.draft is not None:
        return _Fate(ready.draft)
    return _Fate(reasons=reasons(bases[0], ready.basis.parts) or ("changed",))


def _surely(bases: Sequence[Basis | None], parts: Mapping[str, str]) -> tuple[Reason, ...]:
    """Why none of the earlier texts can be kept; empty when one may be."""
    each = [reasons(basis, parts) for basis in bases]
    return each[0] if all(each) else ()


def _fused_again(
    outline: Outline, shared: Assignment, fates: Mapping[NodeId, _Fate], tools: Tools
) -> list[NodeId]:
    found: list[NodeId] = []
    for place in walk(outline.nodes):
        if place.depth > 1:
            continue
        sections = [each for each in shared.sections[place.node.id] if each.node.id in fates]
        if len(sections) < 2:
            continue
        drafts = [
            Written(each, fates[each.node.id].draft, own=fates[each.node.id].own)
            for each in sections
        ]
        is_kept = all(each.draft is not None for each in drafts)
        if not is_kept or chapter.stored_fusion(place, drafts, shared, tools) is None:
            found.append(place.node.id)
    return found


def _sorted(
    request: DocumentGenerationRequest,
    fates: Mapping[NodeId, _Fate],
    fused: Sequence[NodeId],
    before: Document | None,
) -> Changes:
    outline, sections = request.outline, before.sections if before else ()
    places = [place for place in leaves(outline.nodes) if place.node.id in fates]
    written = [p for p in places if not fates[p.node.id].is_kept]
    same = [p.node.id for p in places if fates[p.node.id].is_kept]
    moved = moved_among(places, sections, same)
    stale = [set(fates[p.node.id].reasons) for p in written]
    old = [why for why in stale if "new" not in why]
    common = set.intersection(*old) if old and not same else set()
    return Changes(
        written=tuple(_change(p, fates[p.node.id]) for p in written),
        moved=tuple(_change(p, fates[p.node.id]) for p in places if p.node.id in moved),
        kept=tuple(
            _change(p, fates[p.node.id])
            for p in places
            if p.node.id in same and p.node.id not in moved
        ),
        removed=_removed(request, sections),
        fused=tuple(
            _change(p, _Fate()) for p in walk(outline.nodes) if p.depth == 1 and p.node.id in fused
        ),
        for_all=tuple(reason for reason in SHARED if reason in common),
    )


def _removed(
    request: DocumentGenerationRequest, sections: Sequence[DocumentSection]
) -> tuple[SectionChange, ...]:
    """Sections that are gone, and those whose text goes because others stand below them now.

    Before the sections below its node only a text of the author's own stands.
    """
    is_leaf = {place.node.id: place.is_leaf for place in walk(request.outline.nodes)}
    stays = {text.section_id for text in request.own_texts}
    had_text = {s.id for s in written_leaves(sections) if s.content}
    had_text |= {s.id for s in sections if s.by_hand and s.content}
    divided = {each for each in had_text - stays if not is_leaf.get(each, True)}
    return tuple(
        SectionChange(
            id=s.id,
            title=s.title,
            number=s.number,
            reasons=("divided",) if s.id in divided else (),
            by_hand=s.by_hand,
        )
        for s in sections
        if s.id not in is_leaf or s.id in divided
    )


def _change(place: Place, fate: _Fate) -> SectionChange:
    return SectionChange(
        id=place.node.id,
        title=place.node.title,
        number=place.number,
        reasons=() if fate.draft else fate.reasons,
        by_hand=fate.loses_own or fate.own is not None,
    )


def _raise(error: Exception) -> None:
    raise error


class _Finished:
    """A journal that knows what is finished, and forgets what it is told."""

    def __init__(self, units: Mapping[str, StoredUnit]) -> None:
        self._units = units

    def tell(self, event: JobEvent) -> None:
        """Nobody follows a plan."""

    def write(self, section_id: str, text: str) -> None:
        """A plan has no text."""

    def finished(self, unit: str, key: str) -> JsonValue | None:
        stored = self._units.get(unit)
        return stored.value if stored and stored.key == key else None

    def earlier(self, unit: str) -> Sequence[JsonValue]:
        return [self._units[unit].value] if unit in self._units else []

    async def finish(self, unit: str, key: str, value: JsonValue, *events: JobEvent) -> None:
        """A plan finishes nothing."""

    def meter(self, read: Callable[[], Usage]) -> None:
        """A plan uses nothing."""


class _Free:
    def slot(self) -> AbstractAsyncContextManager[None]:
        return _at_once()


@asynccontextmanager
async def _at_once() -> AsyncIterator[None]:
    yield


class _Silent:
    """An author that has a name and says nothing."""

    def __init__(self, author: Author) -> None:
        self._author = author
        self.name = author.name

    def passages_for(self, words: int) -> int:
        return self._author.passages_for(words)

    async def search_terms(
        self,
        titles: Sequence[str],
        language: Language,  # noqa: ARG002  the port's
        *,
        model: str | None = None,  # noqa: ARG002
    ) -> Sequence[str]:
        """As one that knows no other language: what is stored of earlier answers stands."""
        return titles


@dataclass(slots=True)
class NoSearch:
    """Finds nothing, and notes that it was asked."""

    was_asked: bool = False
    names: Sequence[str] = field(default_factory=tuple)
    most_pages: int = 0

    async def search(
        self,
        queries: Sequence[str],  # noqa: ARG002  the port's
        *,
        language: Language,  # noqa: ARG002
        limit: int,  # noqa: ARG002
    ) -> WebAnswer:
        self.was_asked = True
        return WebAnswer()

    async def fetch(self, url: str, known: Publication) -> Reading:  # noqa: ARG002
        raise UnreadableFile("page_unavailable", "A plan fetches no pages.")


@dataclass(frozen=True, slots=True)
class _ByWords:
    """Material that asks no service to rank it.

    Only sections whose material or wording changed are searched for. Where a service ranks, it
    may bring them the same passages as before, and fewer are written than the plan says.
    """

    material: Material

    @property
    def readings(self) -> Mapping[SourceId, Reading]:
        return self.material.readings

    @property
    def sources(self) -> Sequence[Source]:
        return self.material.sources

    def passage(self, passage_id: str) -> Passage | None:
        return self.material.passage(passage_id)

    async def search(
        self, query: str, *, limit: int, within: Sequence[SourceId] = ()
    ) -> Sequence[Passage]:
        return await self.material.search(query, limit=limit, within=within)

    async def nearest(
        self,
        query: str,  # noqa: ARG002  the port's
        *,
        beside: Sequence[Passage],  # noqa: ARG002
        limit: int,  # noqa: ARG002
        within: Sequence[SourceId] = (),  # noqa: ARG002
    ) -> Sequence[Passage]:
        return ()
