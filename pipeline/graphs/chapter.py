"""One chapter: its sections at the same time, then fused as soon as they are ready."""

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
    ChapterBrief,
    ChapterEdits,
    Commission,
    Neighbour,
    SectionBrief,
    WrittenSection,
)
from pipeline.domain.citations import checked
from pipeline.domain.documents import Draft, NodeId, Passage, SectionStatus
from pipeline.domain.fusion import apply_edits
from pipeline.domain.jobs import ChapterFused
from pipeline.domain.language import count_words
from pipeline.domain.outline import Place
from pipeline.domain.units import content_key
from pipeline.errors import ModelRejected, PipelineError
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


class ChapterState(TypedDict, total=False):
    chapter: Place
    places: Sequence[Place]
    material: Material
    commission: Commission
    targets: Mapping[NodeId, int]
    written: Annotated[list[Written], operator.add]
    chapters: Annotated[list[ChapterText], operator.add]


class ChapterOutput(TypedDict, total=False):
    chapters: Annotated[list[ChapterText], operator.add]


class SectionState(TypedDict, total=False):
    place: Place
    places: Sequence[Place]
    material: Material
    commission: Commission
    targets: Mapping[NodeId, int]


def each_section(state: ChapterState) -> list[Send]:
    """One branch for each leaf of the chapter; they wait only for a free model call."""
    chapter = state["chapter"].node.id
    return [
        Send(
            "write_section",
            {
                "place": place,
                "places": state["places"],
                "material": state["material"],
                "commission": state["commission"],
                "targets": state["targets"],
            },
        )
        for place in state["places"]
        if place.is_leaf and place.chapter.id == chapter
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
    place, material = state["place"], state["material"]
    node, unit = place.node, f"section:{place.node.id}"
    tools.journal.tell(tools.section(place, SectionStatus.RESEARCHING))
    target = state["targets"][node.id]
    passages = await _passages(place, material, target)
    brief = _section_brief(state, passages)
    key = content_key("section", version=VERSION, **_what_it_depends_on(brief, tools))
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


async def _passages(place: Place, material: Material, target: int) -> tuple[Passage, ...]:
    if not material.sources:
        return ()
    limit = min(MOST_PASSAGES, max(FEWEST_PASSAGES, target // WORDS_PER_PASSAGE))
    node, parent = place.node, place.parent
    query = " ".join([parent.title if parent else "", node.title, node.content_summary, node.notes])
    return tuple(await material.search(query, limit=limit, within=node.source_ids))


def _section_brief(state: SectionState, passages: tuple[Passage, ...]) -> SectionBrief:
    place = state["place"]
    return SectionBrief(
        commission=state["commission"],
        node_id=place.node.id,
        number=place.number,
        title=place.node.title,
        summary=place.node.content_summary,
        notes=place.node.notes,
        target_words=state["targets"][place.node.id],
        path=tuple(node.title for node in place.path[:-1]),
        neighbours=tuple(
            Neighbour(number=p.number, title=p.node.title, summary=p.node.content_summary)
            for p in state["places"]
            if p.is_leaf and p.node.id != place.node.id
        ),
        passages=passages,
    )


def _what_it_depends_on(brief: SectionBrief, tools: Tools) -> dict[str, Any]:
    """What, when it changes, makes this section stale; neighbours and its place do not."""
    task = brief.commission
    return {
        "author": task.model or tools.author.name,
        "title": brief.title,
        "summary": brief.summary,
        "notes": brief.notes,
        "target_words": brief.target_words,
        "passages": [p.id for p in brief.passages],
        "language": task.language,
        "type": task.document_type,
        "audience": task.audience,
        "tone": task.tone,
        "requirements": task.requirements,
        "style": task.style,
    }


async def fuse_chapter(state: ChapterState, runtime: Runtime[Tools]) -> ChapterOutput:
    """Make the written sections read as one chapter, by edits that are checked one by one."""
    tools = runtime.context
    written = sorted(state["written"], key=lambda w: state["places"].index(w.place))
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
        tools.progress("fuse", "not_fused", number=number, title=title, reason=str(error))
        return {w.place.node.id: w.draft for w in written if w.draft is not None}
    tools.progress("fuse", "fused", number=number, title=title)
    return drafts


class _FusedUnit(BaseModel):
    """What is stored of a fused chapter."""

    drafts: dict[NodeId, Draft]


async def _fused(
    state: ChapterState, written: Sequence[Written], tools: Tools
) -> dict[NodeId, Draft]:
    chapter, task = state["chapter"], state["commission"]
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
        title=chapter.node.title,
        sections=[[s.title, s.text] for s in brief.sections],
    )
    if (stored := tools.journal.finished(unit, key)) is not None:
        return _FusedUnit.model_validate(stored).drafts
    async with tools.slots.slot():
        edits = await tools.author.fuse_chapter(brief)
    drafts, event = _edited(brief, edits, written, tools)
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
