"""From an outline and its drafts to the document; the same again after every edit."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise

from pipeline.domain.citations import (
    Numbering,
    checked,
    cited,
    entry_lines,
    numbered,
    references,
    rendered,
    without_markers,
)
from pipeline.domain.documents import (
    CitationStyle,
    Claim,
    Document,
    DocumentSection,
    Draft,
    FileProblem,
    Integrity,
    Language,
    NodeId,
    Outline,
    Passage,
    PassageId,
    SectionStatus,
    Source,
    SourceId,
    Support,
)
from pipeline.domain.language import count_words
from pipeline.domain.markdown import DEEPEST_HEADING, as_heading_text, closed, demoted, headings
from pipeline.domain.outline import Place, walk
from pipeline.errors import NotFound, PipelineError

REFERENCES: Mapping[Language, str] = {"en": "References", "zh": "参考文献"}

GAP: Mapping[Language, str] = {
    "en": "> **This section could not be written.** {reason} Retry it, or write it yourself.",
    "zh": "> **本节未能写成**。{reason}请重试，或自行撰写。",
}

NOT_WRITTEN = "not_written"
"""Code of a section for which there is neither a text nor a reason."""

_REASONS: Mapping[Language, Mapping[str, str]] = {
    "en": {
        "model_unavailable": "The model did not answer.",
        "model_rate_limited": "The model's provider had too many requests.",
        "model_key_invalid": "The model's provider refused the key.",
        "model_unknown": "The model's provider does not know this model.",
        "model_quota_exhausted": "The quota at the model's provider is used up.",
        "model_context_too_long": "The section's material is too long for this model.",
        "model_answer_invalid": "The model's answer could not be used.",
        "budget_reached": "The job's budget was used up; trying again counts from nothing.",
        "cancelled": "The job was stopped before its turn.",
        "deadline_exceeded": "The job took longer than it may, and was ended before its turn.",
        "crashed_too_often": "The process that wrote it ended unexpectedly each time.",
        "model_base_url_wrong": "No model answers at the address that is set.",
        "": "Something went wrong while it was written.",
    },
    "zh": {
        "model_unavailable": "模型没有响应。",
        "model_rate_limited": "模型服务的请求过多。",
        "model_key_invalid": "模型服务拒绝了密钥。",
        "model_unknown": "模型服务中没有这个模型。",
        "model_quota_exhausted": "模型服务的额度已用完。",
        "model_context_too_long": "本节的资料超出了模型的长度限制。",
        "model_answer_invalid": "模型的回答无法使用。",
        "budget_reached": "任务的预算已用完；重试会重新计算用量。",
        "cancelled": "任务在写到本节之前已停止。",
        "deadline_exceeded": "任务超过最长运行时间，在写到本节之前已结束。",
        "crashed_too_often": "写作进程每次都意外终止。",
        "model_base_url_wrong": "所设地址没有模型应答。",
        "": "撰写过程中出现了问题。",
    },
}


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the drafts may cite: their passages, and every source of the job."""

    passages: Mapping[PassageId, Passage] = field(default_factory=dict)
    sources: Sequence[Source] = ()
    problems: Sequence[FileProblem] = ()


@dataclass(frozen=True, slots=True)
class Imprint:
    """What a document says about how it was made."""

    language: Language
    author: str
    generated_at: datetime
    audience: str = ""
    tone: str = ""
    has_style_guide: bool = False
    targets: Mapping[NodeId, int] = field(default_factory=dict)
    citation_style: CitationStyle = "numeric"
    by_hand: Collection[NodeId] = ()
    """Sections with a text of the author's own."""
    written_for: Mapping[NodeId, Mapping[str, str]] = field(default_factory=dict)
    """As `DocumentSection.written_for`."""
    unfused: Mapping[NodeId, str] = field(default_factory=dict)
    """As `Document.unfused`."""


def assemble(
    outline: Outline,
    drafts: Mapping[NodeId, Draft],
    failures: Mapping[NodeId, PipelineError],
    evidence: Evidence,
    imprint: Imprint,
) -> Document:
    """Put every node of the outline into the document, in order, under exactly its title.

    A leaf without a draft becomes a marked gap. A node that holds others may have a draft too:
    it stands before them.
    """
    unknown = sum(draft.unknown_markers for draft in drafts.values())
    texts = {node: checked(draft.text, evidence.passages) for node, draft in drafts.items()}
    unknown += sum(draft.unknown_markers for draft in texts.values())
    blank = Document(
        title=" ".join(outline.title.split()),
        content="",
        language=imprint.language,
        author=imprint.author,
        audience=imprint.audience,
        tone=imprint.tone,
        has_style_guide=imprint.has_style_guide,
        sections=tuple(
            _section(place, texts.get(place.node.id), failures.get(place.node.id), imprint)
            for place in walk(outline.nodes)
        ),
        sources=tuple(evidence.sources),
        passages=tuple(evidence.passages.values()),
        citation_style=imprint.citation_style,
        integrity=Integrity(unknown_markers=unknown),
        problems=tuple(evidence.problems),
        unfused=dict(imprint.unfused),
        generated_at=imprint.generated_at,
    )
    whole = recomputed(blank)
    quoted = {i for section in whole.sections for i in cited(section.content)}
    kept = tuple(passage for passage in whole.passages if passage.id in quoted)
    return whole.model_copy(update={"passages": kept})


def edited(
    document: Document,
    section_id: NodeId,
    content: str,
    found: Sequence[Passage] = (),
    *,
    by_hand: bool = True,
) -> Document:
    """Replace one section's Markdown; numbers, references, counts and content are made anew.

    Args:
        document: The document as it stands. Passages once cited stay with it, so that an edit
            can be undone.
        section_id: The section to replace; a gap is filled by this.
        content: Its new Markdown, with `[@passage]` markers.
        found: Passages that the new text may cite beside those of the document.
        by_hand: Whether it is the author's own.

    Raises:
        NotFound: The document has no such section.
    """
    if all(section.id != section_id for section in document.sections):
        raise NotFound(f"The document has no section {section_id!r}. Reload it.")
    known = {passage.id: passage for passage in (*document.passages, *found)}
    draft = checked(content, known)
    sections = tuple(
        _with_text(section, draft.text, by_hand=by_hand) if section.id == section_id else section
        for section in document.sections
    )
    unknown = document.integrity.unknown_markers + draft.unknown_markers
    return recomputed(
        document.model_copy(
            update={
                "sections": sections,
                "passages": tuple(known.values()),
                "integrity": Integrity(unknown_markers=unknown),
            }
        )
    )


def restyled(document: Document, style: CitationStyle, entries: Mapping[SourceId, str]) -> Document:
    """The document with its reference list in another style; `entries` holds inline Markdown."""
    sources = tuple(with_entries(document.sources, entries))
    return recomputed(document.model_copy(update={"sources": sources, "citation_style": style}))


def with_entries(sources: Sequence[Source], entries: Mapping[SourceId, str]) -> list[Source]:
    """The sources with these entries, and no others."""
    return [source.model_copy(update={"entry": entries.get(source.id, "")}) for source in sources]


def recomputed(document: Document) -> Document:
    """The document with everything that follows from its sections made anew.

    Opinions stay with the claims whose wording and passages are the same.
    """
    # A quarter of a second of imports, which the first page does without.
    from pipeline.domain.checking import findings_of  # noqa: PLC0415
    from pipeline.domain.claims import claims_of, is_flagged  # noqa: PLC0415

    claims = claims_of(document)
    known = {passage.id: passage for passage in document.passages}
    texts = [section.content for section in document.sections]
    numbering = numbered(texts, known, document.sources)
    plain = [without_markers(text) for text in texts]
    listed = references(numbering, document.language, document.citation_style)
    parts = [f"# {as_heading_text(document.title)}"]
    for section in document.sections:
        parts += [heading_line(section), _body(section, numbering, document.language)]
    if listed:
        parts.append(f"## {REFERENCES[document.language]}")
        parts += entry_lines(listed, document.sources, document.citation_style)
    return document.model_copy(
        update={
            "content": "\n\n".join(part for part in parts if part) + "\n",
            "word_count": sum(count_words(text) for text in plain),
            "char_count": sum(len("".join(text.split())) for text in plain),
            "references": listed,
            "integrity": _integrity(document, numbering, claims),
            "claims": tuple(claim for claim in claims if is_flagged(claim)),
            "findings": findings_of(document),
        }
    )


def obeys(outline: Outline, document: Document) -> list[str]:
    """Say where the document departs from the outline in order, title, number or level."""
    planned = [
        (place.node.id, " ".join(place.node.title.split()), place.depth, place.number)
        for place in walk(outline.nodes)
    ]
    stand = [(s.id, s.title, s.level, s.number) for s in document.sections]
    broken = [
        f"section {have[0]!r} stands as {have[1:]} instead of {want[0]!r} as {want[1:]}"
        for want, have in zip(planned, stand, strict=False)
        if want != have
    ]
    if len(planned) != len(stand):
        broken.append(f"{len(stand)} sections instead of {len(planned)}")
    return broken + _headings_astray(outline, planned, document)


def heading_line(section: DocumentSection) -> str:
    """The section's heading in the document's Markdown."""
    return (
        f"{'#' * _heading_level(section.level)} {section.number} {as_heading_text(section.title)}"
    )


def _headings_astray(
    outline: Outline, planned: Sequence[tuple[NodeId, str, int, str]], document: Document
) -> list[str]:
    wanted = [(1, " ".join(outline.title.split()))]
    wanted += [(_heading_level(depth), f"{number} {title}") for _, title, depth, number in planned]
    if document.references:
        wanted.append((2, REFERENCES[document.language]))
    lines = iter(headings(document.content))
    # `in` reads the iterator on: each heading is looked for behind the one before
    return [
        f"heading {'#' * level} {title!r} is missing or out of order"
        for level, title in wanted
        if (level, _as_heading(as_heading_text(title))) not in lines
    ]


def _as_heading(title: str) -> str:
    """A title as it reads when it is taken from a heading line."""
    return (headings(f"# {title}") or [(1, title)])[0][1]


def _heading_level(depth: int) -> int:
    return min(depth + 1, DEEPEST_HEADING)


def _section(
    place: Place,
    draft: Draft | None,
    failure: PipelineError | None,
    imprint: Imprint,
) -> DocumentSection:
    node = place.node
    section = DocumentSection(
        id=node.id,
        title=" ".join(node.title.split()),
        level=place.depth,
        number=place.number,
        target_words=imprint.targets.get(node.id, node.target_words),
    )
    if draft is not None:
        written = section.model_copy(
            update={"written_for": dict(imprint.written_for.get(node.id, {}))}
        )
        return _with_text(written, draft.text, by_hand=node.id in imprint.by_hand)
    if not place.is_leaf:
        return section
    code = failure.code if failure else NOT_WRITTEN
    return section.model_copy(
        update={
            "status": SectionStatus.FAILED,
            "error_code": code,
            "error": str(failure) if failure else "No text arrived for this section.",
        }
    )


def _with_text(section: DocumentSection, text: str, *, by_hand: bool) -> DocumentSection:
    return section.model_copy(
        update={
            "content": text,
            "word_count": count_words(without_markers(text)),
            "status": SectionStatus.DONE,
            "error_code": "",
            "error": "",
            "by_hand": by_hand,
        }
    )


def _body(section: DocumentSection, numbering: Numbering, language: Language) -> str:
    if section.status is SectionStatus.FAILED:
        reasons = _REASONS[language]
        return GAP[language].format(reason=reasons.get(section.error_code, reasons[""]))
    own = demoted(closed(section.content), _heading_level(section.level))
    return rendered(own, numbering).strip("\n").rstrip()


def _integrity(document: Document, numbering: Numbering, claims: Sequence[Claim]) -> Integrity:
    markers = [i for section in document.sections for i in cited(section.content)]
    done = [
        section
        for section in leaves(document.sections)
        if section.status is SectionStatus.DONE and section.content.strip()
    ]
    failed = [s for s in document.sections if s.status is SectionStatus.FAILED]
    uncited = [section for section in done if not cited(section.content)]
    found = Counter(claim.support for claim in claims)
    return Integrity(
        citations=len(markers),
        resolved=sum(1 for passage_id in markers if passage_id in numbering.numbers),
        supported=found[Support.SUPPORTED],
        to_check=found[Support.CHECK] + found[Support.NOT_FOUND],
        needing_source=found[Support.NEEDS_SOURCE],
        unknown_markers=document.integrity.unknown_markers,
        uncited_sections=len(uncited) if document.sources else 0,
        failed_sections=len(failed),
    )


def gaps_of(document: Document) -> dict[NodeId, str]:
    """Sections without a text, each with the code of why."""
    failed = [each for each in leaves(document.sections) if each.status is SectionStatus.FAILED]
    return {each.id: each.error_code or NOT_WRITTEN for each in failed}


def leaves(sections: Sequence[DocumentSection]) -> list[DocumentSection]:
    """The sections that hold no others, as the outline counts them."""
    inner = {above.id for above, below in pairwise(sections) if below.level > above.level}
    return [section for section in sections if section.id not in inner]
