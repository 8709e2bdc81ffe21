"""What a job finished before it ended, as a document with marked gaps; no author is asked."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace

from pipeline.domain.changes import OWN
from pipeline.domain.documents import Document, Draft, NodeId
from pipeline.domain.jobs import DocumentGenerationRequest, Job
from pipeline.domain.outline import Place, walk
from pipeline.domain.units import StoredUnit
from pipeline.errors import LeftOut, PipelineError
from pipeline.graphs.assignment import Assignment
from pipeline.graphs.changes import GraphPlanner, NoSearch, assignment_of
from pipeline.graphs.chapter import ChapterText, chapter_text, stored_fusion
from pipeline.graphs.document import DocumentState, assembled, entries_of
from pipeline.graphs.section import Written, earlier_of, own_draft, prepared
from pipeline.graphs.tools import Tools


def finished_draft(
    planner: GraphPlanner,
    job: Job,
    request: DocumentGenerationRequest,
    units: Mapping[str, StoredUnit],
    missing: PipelineError,
) -> Document | None:
    """The document as far as it is finished, or None where no section is.

    Where a section was changed since, the text that was finished before stands in its place.
    Blocks the calling thread as `GraphPlanner.changes`; `missing` says why a section has no text
    that was not left as a gap.
    """
    return asyncio.run(_draft(request, planner.tools(job, units, NoSearch()), missing))


async def _draft(
    request: DocumentGenerationRequest, tools: Tools, missing: PipelineError
) -> Document | None:
    desk, shared = await assignment_of(request, tools)
    chapters = [
        await _chapter(place, shared, tools, missing)
        for place in walk(request.outline.nodes)
        if place.depth == 1
    ]
    if not any(chapter.drafts for chapter in chapters):
        return None
    state: DocumentState = {
        "request": request,
        "desk": desk,
        "chapters": chapters,
        "targets": shared.targets,
    }
    entries = await entries_of(state, desk.material.sources, tools)
    document, _ = await asyncio.to_thread(assembled, state, entries, tools)
    return document


async def _chapter(
    chapter: Place, shared: Assignment, tools: Tools, missing: PipelineError
) -> ChapterText:
    written = [await _written(place, shared, tools) for place in shared.sections[chapter.node.id]]
    drafts = {w.place.node.id: w.draft for w in written if w.draft is not None}
    unfused: dict[NodeId, str] = {}
    if len(drafts) > 1:
        fused = stored_fusion(chapter, written, shared, tools)
        if fused is None:
            unfused = {chapter.node.id: missing.code}
        drafts = fused or drafts
    gaps = {each: LeftOut(why) for each, why in shared.gaps.items()}
    bare = [w.place.node.id for w in written if w.draft is None]
    failures = {each: gaps.get(each, missing) for each in bare}
    text = chapter_text(drafts, failures, written, shared, tools)
    stored = {
        w.place.node.id: _written_for(w.place, tools)
        for w in written
        if w.draft is not None and w.own is None
    }
    return replace(text, written_for={**text.written_for, **stored}, unfused=unfused)


async def _written(place: Place, shared: Assignment, tools: Tools) -> Written:
    ready = await prepared(place, shared, tools)
    own = own_draft(place, shared, tools)
    return Written(place, ready.draft or own or _stale(place, tools), own=own)


def _stale(place: Place, tools: Tools) -> Draft | None:
    earlier = earlier_of(place, tools)
    return Draft.model_validate(earlier[0].model_dump()) if earlier else None


def _written_for(place: Place, tools: Tools) -> dict[str, str]:
    """What its stored text is for, which may be something else today."""
    basis = earlier_of(place, tools)[0].basis
    return {each: basis.parts[each] for each in OWN if each in basis.parts} if basis else {}
