"""Outline -> document: split into chapters, write all sections at once, fuse, list the sources."""

import asyncio
import logging
import operator
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, TypedDict, cast

from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph
from langgraph.runtime import Runtime
from langgraph.types import Send

from pipeline.domain.assembly import Evidence, Imprint, assemble, obeys, with_entries
from pipeline.domain.briefs import Commission
from pipeline.domain.documents import (
    Document,
    NodeId,
    Outline,
    Passage,
    PassageId,
    Source,
    SourceId,
)
from pipeline.domain.jobs import DocumentGenerationRequest, SectionPlanned, SectionsPlanned
from pipeline.domain.outline import leaves, walk, word_targets
from pipeline.domain.web import queries_of_outline
from pipeline.errors import BudgetReached, InvalidRequest, LeftOut, PipelineError
from pipeline.graphs.assignment import assignment
from pipeline.graphs.chapter import ChapterText, chapter_graph
from pipeline.graphs.other_languages import search_terms, titles_of
from pipeline.graphs.research import Desk, commission, read_files, tell_unread_sources
from pipeline.graphs.second_opinion import reviewed
from pipeline.graphs.tools import Tools

log = logging.getLogger(__name__)


class DocumentState(TypedDict, total=False):
    request: DocumentGenerationRequest
    desk: Desk
    commission: Commission
    targets: Mapping[NodeId, int]
    abroad: Mapping[NodeId, tuple[str, ...]]
    chapters: Annotated[list[ChapterText], operator.add]
    entries: Mapping[SourceId, str] | None
    """Of the reference list, by source; None where they could not be worded in the style."""
    document: Document


async def split_chapters(state: DocumentState, runtime: Runtime[Tools]) -> DocumentState:
    """Read the files, share out the words, and say which sections will be written."""
    tools, request = runtime.context, state["request"]
    outline = request.outline
    asked = queries_of_outline(outline) if request.web_search else ()
    desk = await read_files(request.context_files, tools, asked)
    task = commission(
        request, tools.job, desk, tools, title=outline.title, prompt=request.task_prompt
    )
    tell_unread_sources(outline, desk, tools)
    sections = leaves(outline.nodes)
    targets = word_targets(outline, task.target_words)
    tools.counter.total = len(sections) + len(outline.nodes) + 1
    tools.journal.tell(_plan(outline, targets, tools))
    tools.progress("split_chapters", "planned", total=len(sections))
    abroad = await search_terms(titles_of(sections), desk.material, tools, model=request.model)
    return {"desk": desk, "commission": task, "targets": targets, "abroad": abroad}


def _plan(outline: Outline, targets: Mapping[NodeId, int], tools: Tools) -> SectionsPlanned:
    return SectionsPlanned(
        job_id=tools.job.id,
        task_type=tools.job.kind,
        at=tools.now(),
        sections=tuple(
            SectionPlanned(
                id=place.node.id,
                title=place.node.title,
                number=place.number,
                level=place.depth,
                chapter_id=place.chapter.id,
                chapter_title=place.chapter.title,
                target_words=targets[place.node.id],
            )
            for place in leaves(outline.nodes)
        ),
    )


def each_chapter(state: DocumentState) -> list[Send]:
    """One branch a chapter; all their sections run at the same time."""
    request, material = state["request"], state["desk"].material
    shared = assignment(request, state["commission"], material, state["targets"], state["abroad"])
    return [
        Send("write_chapter", {"chapter": place, "assignment": shared})
        for place in walk(request.outline.nodes)
        if place.depth == 1
    ]


async def format_sources(state: DocumentState, runtime: Runtime[Tools]) -> DocumentState:
    """Word the entries of all sources while the chapters are written."""
    sources = state["desk"].material.sources
    return {"entries": await entries_of(state, sources, runtime.context)}


async def entries_of(
    state: DocumentState, sources: Sequence[Source], tools: Tools
) -> Mapping[SourceId, str] | None:
    """Entries of the reference list in the style asked for; None where it cannot be had."""
    style = state["request"].citation_style
    if style == "numeric" or not sources:
        return {}
    try:
        return await tools.bibliographer.entries(sources, style=style, language=tools.job.language)
    except PipelineError as error:
        log.warning("Job %s: the references stay plain: %s", tools.job.id, error)
        tools.progress("bibliography", "entries_plain", reason=error.code)
        return None


async def finalize(state: DocumentState, runtime: Runtime[Tools]) -> DocumentState:
    """Refuse to call it a document when not one section could be written.

    Raises:
        InvalidRequest: `all_left_out`; what the request says of its gaps ends no job.
    """
    runtime.context.progress("finalize", "finalizing")
    failures = [error for chapter in state["chapters"] for error in chapter.failures.values()]
    written = sum(len(chapter.drafts) for chapter in state["chapters"])
    if failures and not written:
        tried = [why for why in failures if not isinstance(why, LeftOut)]
        if not tried:
            raise InvalidRequest(
                "all_left_out",
                "Every section is left as a gap, and none has a text. Leave one out of `gaps`.",
            )
        raise next((why for why in tried if isinstance(why, BudgetReached)), tried[0])
    return {}


async def bibliography(state: DocumentState, runtime: Runtime[Tools]) -> DocumentState:
    """Number the citations over the whole document and list what they cite."""
    tools = runtime.context
    tools.progress("bibliography", "bibliography")
    entries = state["entries"]
    if entries is not None:
        later = [s for s in state["desk"].material.sources if s.id not in entries]
        more = await entries_of(state, later, tools)
        entries = None if more is None else {**entries, **more}
    document, broken = await asyncio.to_thread(assembled, state, entries, tools)
    if broken:
        _report_departure(broken, tools)
    tools.counter.done = tools.counter.total
    return {"document": document}


async def second_opinion(state: DocumentState, runtime: Runtime[Tools]) -> DocumentState:
    """Ask a model about cited sentences that may not be supported, where the author wants it."""
    request = state["request"]
    if not request.second_opinion:
        return {}
    return {"document": await reviewed(state["document"], runtime.context, model=request.model)}


def assembled(
    state: DocumentState, entries: Mapping[SourceId, str] | None, tools: Tools
) -> tuple[Document, list[str]]:
    """The document, and where it departs from its outline; takes seconds for a long one."""
    request, desk, chapters = state["request"], state["desk"], state["chapters"]
    document = assemble(
        request.outline,
        {node: draft for chapter in chapters for node, draft in chapter.drafts.items()},
        {node: error for chapter in chapters for node, error in chapter.failures.items()},
        Evidence(_cited(state), with_entries(desk.material.sources, entries or {}), desk.problems),
        Imprint(
            language=tools.job.language,
            author=request.model or tools.author.name,
            generated_at=tools.now(),
            audience=request.audience,
            tone=request.tone,
            has_style_guide=bool(desk.style),
            targets=state["targets"],
            citation_style="numeric" if entries is None else request.citation_style,
            by_hand=frozenset().union(*(chapter.by_hand for chapter in chapters)),
            written_for={n: why for c in chapters for n, why in c.written_for.items()},
            unfused={node: why for c in chapters for node, why in c.unfused.items()},
        ),
    )
    return document, obeys(request.outline, document)


def _report_departure(broken: Sequence[str], tools: Tools) -> None:
    """Say aloud that a document departs from its outline: a fault of ours, but no lost text."""
    log.error("Job %s: the document departs from its outline: %s", tools.job.id, "; ".join(broken))
    tools.progress("bibliography", "departs", number=len(broken))


def _cited(state: DocumentState) -> dict[PassageId, Passage]:
    material = state["desk"].material
    found = (
        material.passage(passage_id)
        for chapter in state["chapters"]
        for draft in chapter.drafts.values()
        for passage_id in draft.cited
    )
    return {passage.id: passage for passage in found if passage is not None}


def document_graph() -> CompiledStateGraph[DocumentState, Tools, Any, Any]:
    """The edges of the second graph; the chapters are graphs of their own."""
    graph = StateGraph(DocumentState, context_schema=Tools)
    graph.add_node(split_chapters)
    graph.add_node("write_chapter", chapter_graph())
    graph.add_node(format_sources)
    graph.add_node(finalize)
    graph.add_node(bibliography)
    graph.add_node(second_opinion)
    graph.add_edge(START, "split_chapters")
    graph.add_conditional_edges("split_chapters", each_chapter, ["write_chapter"])
    graph.add_edge("split_chapters", "format_sources")
    graph.add_edge("write_chapter", "finalize")
    graph.add_edge("format_sources", "finalize")
    graph.add_edge("finalize", "bibliography")
    graph.add_edge("bibliography", "second_opinion")
    graph.add_edge("second_opinion", END)
    return cast("CompiledStateGraph[DocumentState, Tools, Any, Any]", graph.compile())
