"""What the reader shows of a document, as plain values in the interface's language."""

from collections.abc import Mapping
from itertools import pairwise

from components.reader.findings import claims_by_section, claims_shown, marks_by_section
from components.reader.labels import LABELS
from components.rendering import entry_html, section_html
from pipeline.domain.citations import numbers_of
from pipeline.domain.documents import (
    Document,
    DocumentSection,
    Integrity,
    Language,
    Passage,
    SectionStatus,
    Source,
)
from pipeline.domain.references import has_slides

Labels = Mapping[str, str]
Plain = str | int | bool | None


def sections_shown(document: Document, language: Language) -> list[dict[str, object]]:
    """Every section with its text as HTML, and as the Markdown that an author edits."""
    numbers = numbers_of(document)
    claims, marks = claims_by_section(document), marks_by_section(document)
    below = [after.level > before.level for before, after in pairwise(document.sections)]
    return [
        {
            "id": section.id,
            "title": section.title,
            "number": section.number,
            "level": section.level,
            "html": section_html(
                section.content,
                level=section.level,
                numbers=numbers,
                marks=marks.get(section.id, ()),
            ),
            "claims": claims_shown(claims.get(section.id, ()), language),
            "source": section.content,
            "failure": _failure(section, LABELS[language]),
            "is_leaf": bool(section.content) or not holds_others,
        }
        for section, holds_others in zip(document.sections, [*below, False], strict=True)
    ]


def citations_shown(document: Document, language: Language) -> dict[str, dict[str, Plain]]:
    """What each passage's citation opens."""
    sources = {source.id: source for source in document.sources}
    passages = {passage.id: passage for passage in document.passages}
    return {
        passage_id: {
            "number": number,
            "text": passages[passage_id].text,
            **_place(passages[passage_id], sources.get(passages[passage_id].source_id), language),
        }
        for passage_id, number in numbers_of(document).items()
    }


def references_shown(document: Document) -> list[dict[str, Plain]]:
    """Each reference with its number: as HTML where the style made an entry, or as plain text."""
    entries = {source.id: source.entry for source in document.sources}
    return [
        {
            "number": reference.number,
            "text": reference.text,
            "html": entry_html(entries.get(reference.source_id, "")),
        }
        for reference in document.references
    ]


def integrity_sentence(integrity: Integrity, language: Language) -> str:
    """How well the citations hold: "63 citations, all resolved; 58 sentences supported; …"."""
    labels = LABELS[language]
    parts = [
        _citations_sentence(integrity, labels),
        _counted("supported", integrity.supported, labels),
        _counted("to_check", integrity.to_check, labels),
        _counted("needing", integrity.needing_source, labels),
        _counted("uncited", integrity.uncited_sections, labels),
        _counted("unknown", integrity.unknown_markers, labels),
        _counted("failed", integrity.failed_sections, labels),
    ]
    return labels["semicolon"].join(part for part in parts if part)


def _failure(section: DocumentSection, labels: Labels) -> str:
    if section.status is not SectionStatus.FAILED:
        return ""
    return labels.get(f"error_{section.error_code}", labels["error_section"])


def _place(passage: Passage, source: Source | None, language: Language) -> dict[str, Plain]:
    """Title, address and place of a passage: "notes.pdf · p. 4 · Methods › Sampling"."""
    title = source.title if source else ""
    file_name = source.file_name if source and source.file_name != title else ""
    unit = "slide" if source and has_slides(source.file_name) else "page"
    label = LABELS[language][f"{unit}s" if passage.last_page else unit]
    page = label.format(n=passage.page, last=passage.last_page) if passage.page else ""
    path = " › ".join(passage.heading_path)
    dates = _dates(source, LABELS[language]) if source else []
    return {
        "title": title or file_name,
        "url": _web_address(source.url) if source else "",
        "place": " · ".join(part for part in (file_name, page, path, *dates) if part),
    }


def _dates(source: Source, labels: Labels) -> list[str]:
    """When a page of the web came out, and when it was read: it may be another one today."""
    if not source.url:
        return []
    publication = source.publication
    dates = {"published": publication.issued, "accessed": publication.accessed}
    return [labels[key].format(date=date) for key, date in dates.items() if date]


def _web_address(url: str) -> str:
    """Only what a browser opens as a page; an address such as `javascript:` is none."""
    return url if url.startswith(("https://", "http://")) else ""


def _citations_sentence(integrity: Integrity, labels: Labels) -> str:
    if integrity.citations == 0:
        return labels["citations_none"]
    if integrity.resolved < integrity.citations:
        key = "citations_some"
    else:
        key = "citations_one" if integrity.citations == 1 else "citations_all"
    return labels[key].format(n=integrity.citations, resolved=integrity.resolved)


def _counted(key: str, count: int, labels: Labels) -> str:
    if count == 0:
        return ""
    return labels[f"{key}_one" if count == 1 else key].format(n=count)
