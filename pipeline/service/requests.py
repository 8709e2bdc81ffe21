"""The two requests that a manuscript makes."""

from collections.abc import Mapping, Sequence

from pipeline.domain.documents import ContextFile, NodeId, Outline
from pipeline.domain.jobs import (
    DocumentGenerationRequest,
    JobId,
    OutlineGenerationRequest,
    OwnText,
)
from pipeline.domain.manuscripts import AttachedFile, Manuscript
from pipeline.domain.outline import leaves, walk

Gaps = Mapping[NodeId, str]
"""Sections that are not written now, each with the code of why it has no text."""


def outline_request(manuscript: Manuscript) -> OutlineGenerationRequest:
    brief = manuscript.brief
    return OutlineGenerationRequest(
        job_id=manuscript.outline_job,
        task_prompt=brief.prompt,
        context_files=_context(manuscript.files),
        language=manuscript.language,
        target_words=brief.target_words,
        document_type=brief.document_type,
        audience=brief.audience,
        tone=brief.tone,
        citation_style=brief.citation_style,
        web_search=_is_to_search(manuscript),
        second_opinion=brief.second_opinion,
        budget_tokens=brief.budget.tokens,
        budget_cost=brief.budget.cost,
    )


def document_request(
    manuscript: Manuscript,
    outline: Outline,
    job_id: JobId,
    own: Sequence[OwnText] = (),
    gaps: Gaps | None = None,
) -> DocumentGenerationRequest:
    """Of nodes that the outline no longer has, `own` texts and `gaps` stay behind."""
    brief = manuscript.brief
    nodes = {place.node.id for place in walk(outline.nodes)}
    sections = {place.node.id for place in leaves(outline.nodes)}
    return DocumentGenerationRequest(
        job_id=job_id,
        outline=outline,
        own_texts=tuple(each for each in own if each.section_id in nodes),
        gaps={each: why for each, why in (gaps or {}).items() if each in sections},
        task_prompt=brief.prompt,
        context_files=_context(manuscript.files),
        language=manuscript.language,
        target_words=brief.target_words,
        document_type=brief.document_type,
        audience=brief.audience,
        tone=brief.tone,
        citation_style=brief.citation_style,
        web_search=_is_to_search(manuscript),
        second_opinion=brief.second_opinion,
        budget_tokens=brief.budget.tokens,
        budget_cost=brief.budget.cost,
    )


def own_texts(manuscript: Manuscript) -> list[OwnText]:
    """What the author wrote or corrected and wants to keep."""
    sections = manuscript.document.sections if manuscript.document else ()
    return [
        OwnText(section_id=each.id, text=each.content, written_for=each.written_for)
        for each in sections
        if each.by_hand and each.id not in manuscript.anew
    ]


def _is_to_search(manuscript: Manuscript) -> bool:
    """Pages that were found for it serve the later jobs, too: outline and text agree."""
    return manuscript.brief.web_search and not any(file.was_found for file in manuscript.files)


def _context(files: Sequence[AttachedFile]) -> tuple[ContextFile, ...]:
    return tuple(
        ContextFile(
            file_id=file.file_id,
            file_name=file.file_name,
            file_type=file.role,
            storage_url=f"file:{file.file_id}",
        )
        for file in files
    )
