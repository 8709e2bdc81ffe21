"""One chapter: its sections at the same time, then fused as soon as they are ready."""

import asyncio
import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, TypedDict, cast

from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph
from langgraph.runtime import Runtime
from langgraph.types import Send
from pydantic import BaseModel

from pipeline.domain.briefs import (
    Above,
    ChapterBrief,
    ChapterEdits,
    Commission,
    Neighbour,
    SectionBrief,
    WrittenSection,
)
from pipeline.domain.citations import checked
from pipeline.domain.documents import Draft, NodeId, Outline, Passage, SectionStatus
from pipeline.domain.fusion import apply_edits
from pipeline.domain.jobs import ChapterFused
from pipeline.domain.language import count_words
from pipeline.domain.outline import Place, leaves
from pipeline.domain.units import content_key
from pipeline.errors import ModelRejected, PipelineError
from pipeline.graphs.phrases import reason
from pipeline.graphs.research import passages_on
from pipeline.graphs.tools import Tools
from pipeline.ports import Material

VERSION = 1
"""Raise it when the way that sections are written changes: stored units are then not reused."""

WORDS_PER_PASSAGE = 60
"""A section draws on one passage for each so many words, within the bounds below."""

FEWEST_PASSAGES, MOST_PASSAGES = 6, 16
"""Fewer starve a short section; more crowd out the instructions."""

HOPELESS = frozenset({"model_key_invalid", "model_unknown", "model_quota_exhausted"})
"""What fails for one section for these reasons fails for all: the job ends."""


@dataclass(frozen=True, slots=True)
class ChapterText:
    """What became of a chapter: the text of each node, or why there is none."""

    drafts: Mapping[NodeId, Draft]
    failures: Mapping[NodeId, PipelineError]


@dataclass(frozen=True, slots=True)
class Written:
    """What became of one section."""

    place: Place
    draft: Draft | None
    error: PipelineError | None = None


@dataclass(frozen=True, slots=True)
class Assignment:
    """What all sections of a job share: made once, and not copied for each of a thousand."""

    commission: Commission
    commission_key: str
    """Of all in the commission that makes texts stale when it changes."""
    material: Material
    targets: Mapping[NodeId, int]
    sections: Mapping[NodeId, tuple[Place, ...]]
    """The leaves of each chapter, in reading order."""
    neighbours: tuple[Neighbour, ...]


def assignment(
    outline: Outline, task: Commission, material: Material, targets: Mapping[NodeId, int]
) -> Assignment:
    """Look at the whole outline once, for all of its sections."""
    places = leaves(outline.nodes)
    sections: dict[NodeId, list[Place]] = {node.id: [] for node in outline.nodes}
    for place in places:
        sections[place.chapter.id].append(place)
    return Assignment(
        commission=task,
        commission_key=_commission_key(task),
        material=material,
        targets=targets,
        sections={chapter: tuple(found) for chapter, found in sections.items()},
        neighbours=tuple(
            Neighbour(number=p.number, title=p.node.title, summary=p.node.content_summary)
            for p in places
        ),
    )


def _commission_key(task: Commission) -> str:
    """Title, prompt and length of the whole document stay out: they only give orientation.

    With a new title of the document all its texts would be stale.
    """
    return content_key(
        "commission",
        language=task.language,
        type=task.document_type,
        audience=task.audience,
        tone=task.tone,
        requirements=task.requirements,
        style=task.style,
    )


class ChapterState(TypedDict, total=False):
    chapter: Place
    assignment: Assignment
    written: Annotated[list[Written], operator.add]
    chapters: Annotated[list[ChapterText], operator.add]


class ChapterOutput(TypedDict, total=False):
    chapters: Annotated[list[ChapterText], operator.add]


class SectionState(TypedDict, total=False):
    place: Place
    assignment: Assignment


def each_section(state: ChapterState) -> list[Send]:
    """One branch for each leaf of the chapter; they wait only for a free model call."""
    shared = state["assignment"]
    return [
        Send("write_section", {"place": place, "assignment": shared})
        for place in shared.sections[state["chapter"].node.id]
    ]


async def write_section(state: SectionState, runtime: Runtime[Tools]) -> ChapterState:
    """Research, write and check one section; a failure is a marked gap, never an exception."""
    tools, place = runtime.context, state["place"]
    try:
        draft = await _draft(state, tools)
    except PipelineError as error:
        tools.counter.done += 1
        tools.journal.tell(tools.section(place, SectionStatus.FAILED, error=error))
        tools.progress(
            "write",
            "section_failed",
            section=place.node.id,
            number=place.number,
            title=place.node.title,
        )
        if isinstance(error, ModelRejected) and error.code in HOPELESS:
            tools.abort(error)
        return {"written": [Written(place, None, error)]}
    return {"written": [Written(place, draft)]}


async def _draft(state: SectionState, tools: Tools) -> Draft:
    place, shared = state["place"], state["assignment"]
    node, unit = place.node, f"section:{place.node.id}"
    tools.journal.tell(tools.section(place, SectionStatus.RESEARCHING))
    passages = await _passages(place, shared)
    brief = section_brief(place, shared, passages)
    dependence = _what_it_depends_on(brief, shared, tools)
    key = content_key("section", version=VERSION, **dependence)
    if (stored := tools.journal.finished(unit, key)) is not None:
        draft = Draft.model_validate(stored)
    else:
        async with tools.slots.slot():
            tools.journal.tell(tools.section(place, SectionStatus.WRITING))
            text = await tools.author.write_section(brief, _watch(place, tools))
        draft = checked(text, {p.id: p for p in passages})
    tools.counter.done += 1
    words = count_words(draft.text)
    await tools.journal.finish(
        unit,
        key,
        draft.model_dump(mode="json"),
        tools.section(place, SectionStatus.DONE, content=draft.text, words=words),
    )
    tools.progress("write", "section_done", section=node.id, number=place.number, title=node.title)
    return draft


def _watch(place: Place, tools: Tools) -> Callable[[str], None]:
    """Where an author's pieces go; an empty one says that the text starts over."""

    def write(piece: str) -> None:
        if piece:
            tools.journal.write(place.node.id, piece)
        else:
            tools.journal.tell(tools.section(place, SectionStatus.WRITING))

    return write


async def _passages(place: Place, shared: Assignment) -> tuple[Passage, ...]:
    """What fits the section, in the sources bound to it or to the nearest node above it."""
    target, node, parent = shared.targets[place.node.id], place.node, place.parent
    limit = min(MOST_PASSAGES, max(FEWEST_PASSAGES, target // WORDS_PER_PASSAGE))
    bound = next((n.source_ids for n in reversed(place.path) if n.source_ids), ())
    words = [parent.title if parent else "", node.title, node.notes, node.content_summary]
    words += [above.notes for above in reversed(place.path[:-1])]
    return await passages_on(" ".join(words), shared.material, limit=limit, within=bound)


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
        passages=passages,
    )


def _what_it_depends_on(brief: SectionBrief, shared: Assignment, tools: Tools) -> dict[str, Any]:
    """What, when it changes, makes this section stale: what it is told to do and to use.

    Its place, its neighbours, and the titles and summaries above it do not: they tell what
    others write, and a section that is moved keeps its text. Notes above it are orders.
    """
    return {
        "author": brief.commission.model or tools.author.name,
        "commission": shared.commission_key,
        "title": brief.title,
        "summary": brief.summary,
        "notes": brief.notes,
        "notes_above": [node.notes for node in brief.above if node.notes],
        "target_words": brief.target_words,
        "passages": [p.id for p in brief.passages],
    }


async def fuse_chapter(state: ChapterState, runtime: Runtime[Tools]) -> ChapterOutput:
    """Make the written sections read as one chapter, by edits that are checked one by one."""
    tools = runtime.context
    sections = state["assignment"].sections[state["chapter"].node.id]
    order = {place.node.id: number for number, place in enumerate(sections)}
    written = sorted(state["written"], key=lambda w: order[w.place.node.id])
    drafts = {w.place.node.id: w.draft for w in written if w.draft is not None}
    failures = {w.place.node.id: w.error for w in written if w.error is not None}
    tools.counter.done += 1
    if len(drafts) > 1:
        drafts = await _fused_or_as_written(state, written, tools)
    return {"chapters": [ChapterText(drafts, failures)]}


async def _fused_or_as_written(
    state: ChapterState, written: Sequence[Written], tools: Tools
) -> dict[NodeId, Draft]:
    number, title = state["chapter"].number, state["chapter"].node.title
    try:
        drafts = await _fused(state, written, tools)
    except PipelineError as error:
        why = reason(tools.job.language, error.code)
        tools.progress("fuse", "not_fused", number=number, title=title, reason=why)
        return {w.place.node.id: w.draft for w in written if w.draft is not None}
    tools.progress("fuse", "fused", number=number, title=title)
    return drafts


class _FusedUnit(BaseModel):
    """What is stored of a fused chapter."""

    drafts: dict[NodeId, Draft]


async def _fused(
    state: ChapterState, written: Sequence[Written], tools: Tools
) -> dict[NodeId, Draft]:
    chapter, shared = state["chapter"], state["assignment"]
    task = shared.commission
    brief = ChapterBrief(
        commission=task,
        chapter_id=chapter.node.id,
        title=chapter.node.title,
        summary=chapter.node.content_summary,
        sections=tuple(
            WrittenSection(
                node_id=w.place.node.id,
                number=w.place.number,
                title=w.place.node.title,
                text=w.draft.text,
            )
            for w in written
            if w.draft is not None
        ),
    )
    unit = f"fuse:{chapter.node.id}"
    key = content_key(
        "fuse",
        version=VERSION,
        author=task.model or tools.author.name,
        commission=shared.commission_key,
        chapter=[brief.chapter_id, brief.title, brief.summary],
        sections=[[s.node_id, s.title, s.text] for s in brief.sections],
    )
    if (stored := tools.journal.finished(unit, key)) is not None:
        return _FusedUnit.model_validate(stored).drafts
    async with tools.slots.slot():
        edits = await tools.author.fuse_chapter(brief)
    drafts, event = await asyncio.to_thread(_edited, brief, edits, written, tools)
    await tools.journal.finish(unit, key, _FusedUnit(drafts=drafts).model_dump(mode="json"), event)
    return drafts


def _edited(
    brief: ChapterBrief, edits: ChapterEdits, written: Sequence[Written], tools: Tools
) -> tuple[dict[NodeId, Draft], ChapterFused]:
    fused = apply_edits(brief.sections, edits)
    before = {w.place.node.id: w.draft for w in written if w.draft is not None}
    drafts = {
        node_id: draft.model_copy(update={"text": fused.texts[node_id]})
        for node_id, draft in before.items()
    }
    if fused.lead_in:
        drafts[brief.chapter_id] = Draft(text=fused.lead_in)
    event = ChapterFused(
        job_id=tools.job.id,
        task_type=tools.job.kind,
        at=tools.now(),
        chapter_id=brief.chapter_id,
        applied=fused.applied,
        refused=fused.refused,
    )
    return drafts, event


def chapter_graph() -> CompiledStateGraph[ChapterState, Tools, Any, Any]:
    """The edges of one chapter."""
    graph = StateGraph(ChapterState, context_schema=Tools, output_schema=ChapterOutput)
    graph.add_node("split_sections", _nothing)
    graph.add_node("write_section", write_section)
    graph.add_node("fuse_chapter", fuse_chapter)
    graph.add_edge(START, "split_sections")
    graph.add_conditional_edges("split_sections", each_section, ["write_section"])
    graph.add_edge("write_section", "fuse_chapter")
    graph.add_edge("fuse_chapter", END)
    return cast("CompiledStateGraph[ChapterState, Tools, Any, Any]", graph.compile())


async def _nothing(state: ChapterState) -> ChapterState:
    """Sections branch off here; LangGraph fans out from a node, not from the start."""
    del state
    return {}
