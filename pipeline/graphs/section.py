"""One section: what its writer is told, what its text depends on, and how it is written."""

import logging
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, TypedDict

from langgraph.runtime import Runtime

from pipeline.domain.briefs import Above, Commission, Neighbour, SectionBrief
from pipeline.domain.citations import checked
from pipeline.domain.documents import Draft, NodeId, Outline, Passage, PassageId, SectionStatus
from pipeline.domain.lengths import refusal, wants_correction, words_in
from pipeline.domain.outline import Place, leaves
from pipeline.domain.queries import queries_for
from pipeline.domain.units import content_key
from pipeline.errors import ModelRejected, PipelineError, StoreUnavailable
from pipeline.graphs.research import passages_on
from pipeline.graphs.tools import Tools
from pipeline.ports import Material

log = logging.getLogger(__name__)

VERSION = 3
"""Raise it when the way that sections are written changes: stored units are then not reused."""

HOPELESS = frozenset({"model_key_invalid", "model_unknown", "model_quota_exhausted"})
"""What fails for one section for these reasons fails for all: the job ends."""


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
    abroad: Mapping[NodeId, tuple[str, ...]]
    """What sections are called in the other languages of the material."""


def assignment(
    outline: Outline,
    task: Commission,
    material: Material,
    targets: Mapping[NodeId, int],
    abroad: Mapping[NodeId, tuple[str, ...]] | None = None,
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
        abroad=abroad or {},
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


class SectionState(TypedDict, total=False):
    place: Place
    assignment: Assignment


class SectionOutput(TypedDict, total=False):
    written: Annotated[list[Written], operator.add]


async def write_section(state: SectionState, runtime: Runtime[Tools]) -> SectionOutput:
    """Research, write and check one section; a failure is a marked gap, no exception."""
    tools, place = runtime.context, state["place"]
    try:
        draft = await _draft(state, tools)
    except StoreUnavailable:
        raise  # the job goes on elsewhere, with this section
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
    passages = await _passages(place, shared, tools)
    brief = section_brief(place, shared, passages)
    dependence = _what_it_depends_on(brief, shared, tools)
    key = content_key("section", version=VERSION, **dependence)
    if (stored := tools.journal.finished(unit, key)) is not None:
        draft = Draft.model_validate(stored)
    else:
        async with tools.slots.slot():
            tools.journal.tell(tools.section(place, SectionStatus.WRITING))
            text = await tools.author.write_section(brief, _watch(place, tools))
        draft = await _to_length(brief, checked(text, _known(brief)), place, tools)
    tools.counter.done += 1
    await tools.journal.finish(
        unit,
        key,
        draft.model_dump(mode="json"),
        tools.section(place, SectionStatus.DONE, content=draft.text, words=words_in(draft.text)),
    )
    tools.progress("write", "section_done", section=node.id, number=place.number, title=node.title)
    return draft


async def _to_length(brief: SectionBrief, draft: Draft, place: Place, tools: Tools) -> Draft:
    """The draft, or a better one nearer to its target; asked for once.

    A correction that fails or is refused is not told: the text stands as it was written, and
    the document's checks name its length.
    """
    if not wants_correction(words_in(draft.text), brief.target_words):
        return draft
    tools.journal.tell(tools.section(place, SectionStatus.CHECKING))
    try:
        async with tools.slots.slot():
            text = await tools.author.resize_section(brief, draft.text)
    except PipelineError as error:
        log.info("Job %s: section %s keeps its length: %s", tools.job.id, place.number, error.code)
        return draft
    if text == draft.text:
        return draft
    resized = checked(text, _known(brief))
    told = [p.text for p in brief.passages]
    told += [brief.commission.requirements, brief.commission.style, brief.summary, brief.notes]
    if why := refusal(draft, resized, target=brief.target_words, told=told):
        log.info("Job %s: section %s keeps its length: %s", tools.job.id, place.number, why)
        return draft
    unknown = draft.unknown_markers + resized.unknown_markers
    return resized.model_copy(update={"unknown_markers": unknown})


def _known(brief: SectionBrief) -> dict[PassageId, Passage]:
    return {passage.id: passage for passage in brief.passages}


def _watch(place: Place, tools: Tools) -> Callable[[str], None]:
    """Where an author's pieces go; an empty one says that the text starts over."""

    def write(piece: str) -> None:
        if piece:
            tools.journal.write(place.node.id, piece)
        else:
            tools.journal.tell(tools.section(place, SectionStatus.WRITING))

    return write


async def _passages(place: Place, shared: Assignment, tools: Tools) -> tuple[Passage, ...]:
    """What fits the section, in the sources bound to it or to the nearest node above it."""
    limit = tools.author.passages_for(shared.targets[place.node.id])
    bound = next((node for node in reversed(place.path) if node.source_ids), place.node)
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
