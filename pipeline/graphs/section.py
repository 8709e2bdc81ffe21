"""One section: what its writer is told, what its text depends on, and how it is written."""

import asyncio
import logging
import operator
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, TypedDict

from langgraph.runtime import Runtime
from pydantic import JsonValue

from pipeline.domain.briefs import Above, SectionBrief
from pipeline.domain.changes import OWN, Basis, hashes
from pipeline.domain.citations import checked, cited
from pipeline.domain.documents import Draft, Passage, SectionStatus
from pipeline.domain.jobs import Job, JobEvent, OwnText
from pipeline.domain.outline import Place, bound_node
from pipeline.domain.queries import queries_for
from pipeline.domain.units import content_key, section_unit
from pipeline.errors import LeftOut, ModelRejected, PipelineError, StoreUnavailable
from pipeline.graphs.assignment import Assignment
from pipeline.graphs.pen import Pen
from pipeline.graphs.research import passages_on
from pipeline.graphs.section_length import to_length
from pipeline.graphs.tools import Tools

log = logging.getLogger(__name__)

VERSION = 5
"""Raise it when the way that sections are written changes: stored units are then not reused."""

HOPELESS = frozenset({"model_key_invalid", "model_unknown", "model_quota_exhausted"})
"""What fails for one section for these reasons fails for all: the job ends."""


@dataclass(frozen=True, slots=True)
class Written:
    """What became of one section."""

    place: Place
    draft: Draft | None
    error: PipelineError | None = None
    own: Draft | None = None
    """The author's own text of it, which stands; `draft` is then what it was made from."""


class SectionUnit(Draft):
    """What is stored of a written section."""

    basis: Basis | None = None
    """None: an earlier version stored it."""
    told_by: str = ""
    """The job whose events hold the text, as the last that they tell of it; see `_run_of`."""
    key: str = ""
    """Its content key; empty: an earlier version stored it."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A section as far as it comes without an author."""

    brief: SectionBrief
    key: str
    basis: Basis
    draft: Draft | None
    """Its text, when it was written from just this."""


class SectionState(TypedDict, total=False):
    place: Place
    assignment: Assignment


class SectionOutput(TypedDict, total=False):
    written: Annotated[list[Written], operator.add]


async def write_section(state: SectionState, runtime: Runtime[Tools]) -> SectionOutput:
    """Research, write and check one section; a failure is a marked gap, no exception."""
    tools, place = runtime.context, state["place"]
    try:
        return {"written": [await _written(state, tools)]}
    except StoreUnavailable:
        raise  # the job goes on elsewhere, with this section
    except PipelineError as error:
        await _untell(place, _told_before(place, tools), tools)
        tools.counter.done += 1
        is_left = isinstance(error, LeftOut)
        status = SectionStatus.WAITING if is_left else SectionStatus.FAILED
        tools.journal.tell(tools.section(place, status, error=error))
        tools.progress(
            "write",
            "section_left" if is_left else "section_failed",
            section=place.node.id,
            number=place.number,
            title=place.node.title,
        )
        if isinstance(error, ModelRejected) and error.code in HOPELESS:
            tools.abort(error)
        return {"written": [Written(place, None, error)]}


async def _written(state: SectionState, tools: Tools) -> Written:
    place, shared = state["place"], state["assignment"]
    node = place.node
    own = await asyncio.to_thread(own_draft, place, shared, tools)
    if own is None and node.id in shared.gaps and not earlier_of(place, tools):
        raise LeftOut(shared.gaps[node.id])  # before a search, which may cost
    told = _told_before(place, tools)
    is_own_told = own is not None and _is_own_told(place, own, tools)
    if not (told or is_own_told):
        tools.journal.tell(tools.section(place, SectionStatus.RESEARCHING))
    ready = await prepared(place, shared, tools)
    brief, draft = ready.brief, ready.draft
    if is_own_told or (own is None and draft and any(unit.text == draft.text for unit in told)):
        tools.counter.done += 1
        return Written(place, draft or own, own=own)
    await _untell(place, told, tools)
    if own is not None:
        tools.counter.done += 1
        await _tell_own(place, own, tools)
        tools.progress("write", "section_kept", section=node.id, number=place.number)
        return Written(place, draft or own, own=own)
    if draft is None:
        if node.id in shared.gaps:
            raise LeftOut(shared.gaps[node.id])
        pen = Pen(place, tools)
        async with tools.call(place, pen.wait):
            tools.journal.tell(tools.section(place, SectionStatus.WRITING))
            text = await tools.author.write_section(brief, pen.write)
        draft = await to_length(brief, text, place, tools)
    tools.counter.done += 1
    written = SectionUnit(
        **draft.model_dump(), basis=ready.basis, told_by=_run_of(tools.job), key=ready.key
    )
    await _store(place, written, tools, tools.done(place, draft))
    tools.progress("write", "section_done", section=node.id, number=place.number, title=node.title)
    return Written(place, draft)


def _told_before(place: Place, tools: Tools) -> list[SectionUnit]:
    """Texts of a section that readers have from this job, whoever ran it then."""
    run = _run_of(tools.job)
    return [unit for unit in earlier_of(place, tools) if unit.told_by == run]


async def _untell(place: Place, told: Sequence[SectionUnit], tools: Tools) -> None:
    """Something else is told of it now: should its text come back after all, it is told again."""
    for unit in told:
        await _store(place, unit.model_copy(update={"told_by": ""}), tools)
    if _run_of(tools.job) in tools.journal.earlier(_own_unit(place)):
        await tools.journal.finish(_own_unit(place), "", "")


def _is_own_told(place: Place, own: Draft, tools: Tools) -> bool:
    return tools.journal.finished(_own_unit(place), _own_key(own, tools)) is not None


async def _tell_own(place: Place, own: Draft, tools: Tools) -> None:
    """Bring the author's own text to readers, and note that they have it from this job."""
    key, event = _own_key(own, tools), tools.done(place, own)
    await tools.journal.finish(_own_unit(place), key, _run_of(tools.job), event)


def _own_unit(place: Place) -> str:
    return f"own:{place.node.id}"


def _own_key(own: Draft, tools: Tools) -> str:
    return content_key("own", told_by=_run_of(tools.job), text=own.text)


async def _store(place: Place, unit: SectionUnit, tools: Tools, *events: JobEvent) -> None:
    value = unit.model_dump(mode="json")
    await tools.journal.finish(unit_of(place), unit.key, value, *events)


def _run_of(job: Job) -> str:
    """A job by its id and its time: the id of one that was deleted may be used again."""
    return f"{job.id} {job.created_at.isoformat()}"


def own_draft(place: Place, shared: Assignment, tools: Tools) -> Draft | None:
    """The author's own text of a section, if what it is for has not changed since."""
    own = shared.own.get(place.node.id)
    if own is None:
        return None
    today = written_for(place, shared, tools)
    if any(own.written_for.get(each, today[each]) != today[each] for each in OWN):
        return None
    return draft_of(own, shared)


def written_for(place: Place, shared: Assignment, tools: Tools) -> dict[str, str]:
    """Hashes of what a section is for."""
    today = hashes(own_dependence(place, shared, tools))
    return {each: today[each] for each in OWN}


def draft_of(own: OwnText, shared: Assignment) -> Draft:
    """An author's text, with only those markers whose passage the material has."""
    found = {each: shared.material.passage(each) for each in cited(own.text)}
    return checked(own.text, {each: passage for each, passage in found.items() if passage})


def unit_of(place: Place) -> str:
    return section_unit(place.node.id)


def earlier_of(place: Place, tools: Tools) -> list[SectionUnit]:
    """What was written of a section before, from whatever it was written."""
    return [SectionUnit.model_validate(each) for each in tools.journal.earlier(unit_of(place))]


async def prepared(place: Place, shared: Assignment, tools: Tools) -> Prepared:
    """Find what a section is written from, and whether it is written already."""
    found_by = _what_its_search_depends_on(place, shared, tools)
    other_words = bool(shared.abroad.get(place.node.id))
    passages = _found_before(place, shared, tools, found_by)
    if passages is None:
        passages = await _passages(place, shared, tools)
    else:
        other_words = other_words or _was_in_other_words(place, tools, found_by)
    brief = section_brief(place, shared, passages)
    parts = _what_it_depends_on(brief, place, shared, tools)
    key = content_key("section", **parts)
    stored = tools.journal.finished(unit_of(place), key)
    return Prepared(
        brief=brief,
        key=key,
        basis=Basis(
            parts=hashes(parts),
            found_by=found_by,
            passages=tuple(p.id for p in passages),
            in_other_words=other_words,
        ),
        draft=None if stored is None else Draft.model_validate(stored),
    )


def _found_before(
    place: Place, shared: Assignment, tools: Tools, found_by: str
) -> tuple[Passage, ...] | None:
    """The passages that the section was written from, when the same would be searched for.

    A service that ranks them may fail at one time and answer at another; a finished section is not
    written again for that.
    """
    for unit in earlier_of(place, tools):
        basis = unit.basis
        if basis is None or basis.found_by != found_by:
            continue
        if shared.abroad.get(place.node.id) and not basis.in_other_words:
            continue  # the author could not be asked then: more may be found now
        found = [shared.material.passage(each) for each in basis.passages]
        passages = tuple(each for each in found if each is not None)
        if len(passages) == len(found):
            return passages
    return None


def _was_in_other_words(place: Place, tools: Tools, found_by: str) -> bool:
    before = [unit.basis for unit in earlier_of(place, tools) if unit.basis]
    return any(basis.in_other_words for basis in before if basis.found_by == found_by)


async def _passages(place: Place, shared: Assignment, tools: Tools) -> tuple[Passage, ...]:
    """What fits the section, in the sources bound to it or to the nearest node above it."""
    limit = tools.author.passages_for(shared.targets[place.node.id])
    bound = bound_node(place)
    return await passages_on(
        (
            *queries_for(place, subject=shared.commission.prompt),
            *shared.abroad.get(place.node.id, ()),
        ),
        shared.material,
        limit=limit,
        first=bound.source_ids,
        only=bound.sources_only,
    )


def section_brief(
    place: Place, shared: Assignment, passages: tuple[Passage, ...] = ()
) -> SectionBrief:
    """All that the writer of one section is told."""
    return SectionBrief(
        commission=shared.commission,
        node_id=place.node.id,
        number=place.number,
        title=place.node.title,
        summary=place.node.content_summary,
        notes=place.node.notes,
        target_words=shared.targets[place.node.id],
        above=tuple(
            Above(title=node.title, summary=node.content_summary, notes=node.notes)
            for node in place.path[:-1]
        ),
        neighbours=shared.neighbours,
        headings=shared.headings,
        passages=passages,
    )


def _what_its_search_depends_on(place: Place, shared: Assignment, tools: Tools) -> str:
    """What, when it changes, has the passages of a section searched for again.

    The titles above it and the prompt are searched for, too, but do not count: a section that is
    moved keeps what it was written from.
    """
    bound = bound_node(place)
    searched: dict[str, JsonValue] = {
        source: sha256
        for source, sha256 in shared.content.items()
        if not bound.sources_only or source in bound.source_ids
    }
    return content_key(
        "passages",
        author=shared.commission.model or tools.author.name,
        title=place.node.title,
        summary=place.node.content_summary,
        notes=[node.notes for node in place.path if node.notes],
        length=_length(place, shared),
        first=list(bound.source_ids),
        only=bound.sources_only,
        sources=searched,
    )


def _length(place: Place, shared: Assignment) -> JsonValue:
    """Its own target, or that it shares in the document's.

    Its share gets smaller with each section that is added: that makes no text stale.
    """
    return place.node.target_words or ["share", shared.commission.target_words]


def _what_it_depends_on(
    brief: SectionBrief, place: Place, shared: Assignment, tools: Tools
) -> dict[str, JsonValue]:
    """What, when it changes, makes this section stale: what it is told to do and to use.

    Its place, its neighbours, and the titles and summaries above it do not: they tell what
    others write, and a section that is moved keeps its text. Notes above it are orders. The names
    are those of `changes.Reason`.
    """
    return {**own_dependence(place, shared, tools), "sources": [p.id for p in brief.passages]}


def own_dependence(place: Place, shared: Assignment, tools: Tools) -> dict[str, JsonValue]:
    """The same without its passages: what is known before any search."""
    task, node = shared.commission, place.node
    return {
        "program": VERSION,
        "model": task.model or tools.author.name,
        "language": task.language,
        "document_type": task.document_type,
        "audience": task.audience,
        "tone": task.tone,
        **shared.guides,
        "title": node.title,
        "summary": node.content_summary,
        "notes": node.notes,
        "notes_above": [each.notes for each in place.path[:-1] if each.notes],
        "length": _length(place, shared),
    }
