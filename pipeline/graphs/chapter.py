"""One chapter: its sections at the same time, then fused as soon as they are ready."""

import asyncio
import operator
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Annotated, Any, TypedDict, cast

from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph
from langgraph.runtime import Runtime
from langgraph.types import Send
from pydantic import BaseModel

from pipeline.domain.briefs import ChapterBrief, ChapterEdits, WrittenSection
from pipeline.domain.documents import Draft, NodeId
from pipeline.domain.fusion import apply_edits
from pipeline.domain.jobs import ChapterFused
from pipeline.domain.outline import Place
from pipeline.domain.units import content_key
from pipeline.errors import PipelineError
from pipeline.graphs.assignment import Assignment
from pipeline.graphs.section import Written, draft_of, write_section, written_for
from pipeline.graphs.tools import Tools

VERSION = 1
"""Raise it when the way that chapters are fused changes: stored units are then not reused."""


@dataclass(frozen=True, slots=True)
class ChapterText:
    """What became of a chapter: the text of each node, or why there is none."""

    drafts: Mapping[NodeId, Draft]
    failures: Mapping[NodeId, PipelineError]
    by_hand: frozenset[NodeId] = frozenset()
    """Drafts of the author's own."""
    written_for: Mapping[NodeId, Mapping[str, str]] = field(default_factory=dict)
    """As `DocumentSection.written_for`."""
    unfused: Mapping[NodeId, str] = field(default_factory=dict)
    """As `Document.unfused`: this chapter, or none."""


class ChapterState(TypedDict, total=False):
    chapter: Place
    assignment: Assignment
    written: Annotated[list[Written], operator.add]
    chapters: Annotated[list[ChapterText], operator.add]


class ChapterOutput(TypedDict, total=False):
    chapters: Annotated[list[ChapterText], operator.add]


def each_section(state: ChapterState) -> list[Send]:
    """One branch for each leaf of the chapter; they wait only for a free model call."""
    shared = state["assignment"]
    return [
        Send("write_section", {"place": place, "assignment": shared})
        for place in shared.sections[state["chapter"].node.id]
    ]


async def fuse_chapter(state: ChapterState, runtime: Runtime[Tools]) -> ChapterOutput:
    """Make the written sections read as one chapter, by edits that are checked one by one."""
    tools = runtime.context
    sections = state["assignment"].sections[state["chapter"].node.id]
    order = {place.node.id: number for number, place in enumerate(sections)}
    written = sorted(state["written"], key=lambda w: order[w.place.node.id])
    drafts = {w.place.node.id: w.draft for w in written if w.draft is not None}
    failures = {w.place.node.id: w.error for w in written if w.error is not None}
    tools.counter.done += 1
    unfused: dict[NodeId, str] = {}
    if len(drafts) > 1:
        try:
            drafts = await _fused(state, written, tools)
        except PipelineError as error:
            _tell_unfused(state["chapter"], error, tools)
            unfused = {state["chapter"].node.id: error.code}
    text = chapter_text(drafts, failures, written, state["assignment"], tools)
    return {"chapters": [replace(text, unfused=unfused)]}


def chapter_text(
    drafts: Mapping[NodeId, Draft],
    failures: Mapping[NodeId, PipelineError],
    written: Sequence[Written],
    shared: Assignment,
    tools: Tools,
) -> ChapterText:
    """With the author's own texts in their places, and what each text is for."""
    own = _own_texts(written, shared)
    today = {
        w.place.node.id: written_for(w.place, shared, tools) for w in written if w.draft is not None
    }
    before = {node_id: shared.own[node_id].written_for for node_id in own}
    return ChapterText({**drafts, **own}, failures, frozenset(own), today | before)


def _own_texts(written: Sequence[Written], shared: Assignment) -> dict[NodeId, Draft]:
    """What the author wrote stands as it is, also before the sections below a node."""
    own = {w.place.node.id: w.own for w in written if w.own is not None}
    above = {node.id for w in written for node in w.place.path[:-1]} & shared.own.keys()
    return own | {node_id: draft_of(shared.own[node_id], shared) for node_id in above}


def _tell_unfused(chapter: Place, error: PipelineError, tools: Tools) -> None:
    number, title = chapter.number, chapter.node.title
    tools.progress("fuse", "not_fused", number=number, title=title, reason=error.code)


class _FusedUnit(BaseModel):
    """What is stored of a fused chapter."""

    drafts: dict[NodeId, Draft]


async def _fused(
    state: ChapterState, written: Sequence[Written], tools: Tools
) -> dict[NodeId, Draft]:
    chapter, shared = state["chapter"], state["assignment"]
    if (stored := stored_fusion(chapter, written, shared, tools)) is not None:
        return stored
    brief, key = fusion(chapter, _as_they_stand(written), shared, tools)
    async with tools.call():
        edits = await tools.author.fuse_chapter(brief)
    drafts, event = await asyncio.to_thread(_edited, brief, edits, written, tools)
    value = _FusedUnit(drafts=drafts).model_dump(mode="json")
    await tools.journal.finish(unit_of(chapter), key, value, event)
    tools.progress("fuse", "fused", number=chapter.number, title=chapter.node.title)
    return drafts


def stored_fusion(
    chapter: Place, written: Sequence[Written], shared: Assignment, tools: Tools
) -> dict[NodeId, Draft] | None:
    """What came of fusing these texts before, or those that the author's own were made from."""
    for known in (written, _as_they_stand(written)):
        _, key = fusion(chapter, known, shared, tools)
        if (stored := tools.journal.finished(unit_of(chapter), key)) is not None:
            return _FusedUnit.model_validate(stored).drafts
    return None


def _as_they_stand(written: Sequence[Written]) -> list[Written]:
    """With the author's own texts in the place of those that they were made from."""
    return [replace(w, draft=w.own or w.draft) for w in written]


def unit_of(chapter: Place) -> str:
    return f"fuse:{chapter.node.id}"


def fusion(
    chapter: Place, written: Sequence[Written], shared: Assignment, tools: Tools
) -> tuple[ChapterBrief, str]:
    """What fusing a chapter is told, and the content key of what comes of it.

    Numbers are not in the key: a chapter that is moved is not fused again.
    """
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
    key = content_key(
        "fuse",
        version=VERSION,
        author=task.model or tools.author.name,
        commission=shared.commission_key,
        chapter=[brief.chapter_id, brief.title, brief.summary],
        sections=[[s.node_id, s.title, s.text] for s in brief.sections],
    )
    return brief, key


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
