"""Query -> outline: read and search the material, then propose a tree that grows as it is made."""

import asyncio
from itertools import count
from typing import Any, TypedDict, cast

from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph
from langgraph.runtime import Runtime

from pipeline.domain.briefs import OutlineBrief
from pipeline.domain.coverage import (
    PASSAGES_PER_SECTION,
    Coverage,
    Looked,
    coverage,
    query_of,
    unbound,
    with_sources,
)
from pipeline.domain.documents import FileRole, NodeId, Outline, Value
from pipeline.domain.jobs import OutlineGenerationRequest
from pipeline.domain.outline import leaves
from pipeline.domain.outline_text import outline_of
from pipeline.domain.units import content_key, short_id
from pipeline.domain.web import queries_of_task
from pipeline.graphs.growth import Growth
from pipeline.graphs.research import Desk, commission, digests, passages_for, read_files
from pipeline.graphs.tools import Tools

UNIT = "outline"

VERSION = 3
"""Raise it when the way that an outline is proposed changes: stored units are then not reused."""


class OutlineState(TypedDict, total=False):
    request: OutlineGenerationRequest
    desk: Desk
    brief: OutlineBrief
    outline: Outline
    uncovered: tuple[NodeId, ...]


async def initial_research(state: OutlineState, runtime: Runtime[Tools]) -> OutlineState:
    """Read every file, and find the passages that fit the prompt best."""
    tools, request = runtime.context, state["request"]
    tools.counter.total = 2
    asked = queries_of_task(tools.job.title, request.task_prompt) if request.web_search else ()
    desk = await read_files(request.context_files, tools, asked)
    passages = await passages_for(request.task_prompt, desk, tools, model=request.model)
    if passages:
        tools.progress("research", "searching", passages=len(passages))
    else:
        tools.progress("research", "no_material")
    brief = OutlineBrief(
        commission=commission(
            request, tools.job, desk, tools, title=tools.job.title, prompt=request.task_prompt
        ),
        digests=await digests(desk),
        passages=passages,
        readings=desk.material.readings,
    )
    tools.counter.done = 1
    return {"desk": desk, "brief": brief}


async def outline_generation(state: OutlineState, runtime: Runtime[Tools]) -> OutlineState:
    """Propose the tree, or take over the author's own as it stands."""
    tools, brief, desk = runtime.context, state["brief"], state["desk"]
    key = content_key(
        UNIT,
        version=VERSION,
        author=brief.commission.model or tools.author.name,
        brief=brief.model_dump(mode="json"),
        own=desk.own_outline.model_dump(mode="json") if desk.own_outline else "",
    )
    if (stored := tools.journal.finished(UNIT, key)) is not None:
        made = _Made.model_validate(stored)
        return {"outline": made.outline, "uncovered": made.uncovered}
    growth = Growth(
        tools,
        total_words=brief.commission.target_words,
        sources=[source.id for source in desk.material.sources],
    )
    growth.reset()
    own = await asyncio.to_thread(_own_outline, desk, tools)
    if own.nodes:
        tools.progress("outline", "importing", name=desk.own_outline_name)
        _tell_of_other_outlines(state["request"], desk, tools)
        outline = growth.take(own)
        found = unbound(await _coverage(outline, desk, growth, tools))
    else:
        tools.progress("outline", "proposing")
        async with tools.call():
            proposed = await tools.author.propose_outline(brief, growth.grow)
        if proposed.left_out:
            tools.progress("outline", "languages_left_out", number=len(proposed.left_out))
        outline = growth.finish(proposed)
        found = await _coverage(outline, desk, growth, tools)
        outline = with_sources(outline, found.bound)
    tools.counter.done = 2
    tools.progress("outline", "proposed", total=len(leaves(outline.nodes)))
    made = _Made(outline=outline, uncovered=found.uncovered)
    events = growth.targets(outline), growth.carried(found)
    await tools.journal.finish(UNIT, key, made.model_dump(mode="json"), *events)
    return {"outline": outline, "uncovered": found.uncovered}


async def _coverage(outline: Outline, desk: Desk, growth: Growth, tools: Tools) -> Coverage:
    """Search the material for every section, and say what it holds on each."""
    languages = {each: reading.language for each, reading in desk.material.readings.items()}
    if not languages:
        return Coverage()
    sections = leaves(outline.nodes)
    tools.progress("outline", "matching", total=len(sections))
    looked = [
        Looked(place, await desk.material.search(query_of(place), limit=PASSAGES_PER_SECTION))
        for place in sections
    ]
    # Off the loop: with some hundred sections it takes longer than other jobs should wait.
    return await asyncio.to_thread(coverage, outline, looked, languages, growth.denied)


class _Made(Value):
    """What the unit stores."""

    outline: Outline
    uncovered: tuple[NodeId, ...] = ()


def _own_outline(desk: Desk, tools: Tools) -> Outline:
    """The author's file as an outline; its ids are the same in every attempt."""
    counted = count(1)

    def new_id() -> str:
        return "n" + short_id(tools.job.id, UNIT, str(next(counted)))

    own = outline_of(desk.own_outline, new_id) if desk.own_outline else Outline()
    name, _, suffix = desk.own_outline_name.rpartition(".")
    return own.model_copy(update={"title": own.title or name or suffix})


def _tell_of_other_outlines(request: OutlineGenerationRequest, desk: Desk, tools: Tools) -> None:
    """Only one outline can be taken over as it stands; say which ones are not."""
    unread = {problem.file_id for problem in desk.problems}
    outlines = [
        file
        for file in request.context_files
        if file.file_type is FileRole.OUTLINE and file.file_id not in unread
    ]
    for file in outlines[1:]:
        tools.progress(
            "outline", "second_outline", name=file.file_name, first=desk.own_outline_name
        )


def outline_graph() -> CompiledStateGraph[OutlineState, Tools, Any, Any]:
    """The edges of the first graph."""
    graph = StateGraph(OutlineState, context_schema=Tools)
    graph.add_node(initial_research)
    graph.add_node(outline_generation)
    graph.add_edge(START, "initial_research")
    graph.add_edge("initial_research", "outline_generation")
    graph.add_edge("outline_generation", END)
    return cast("CompiledStateGraph[OutlineState, Tools, Any, Any]", graph.compile())
