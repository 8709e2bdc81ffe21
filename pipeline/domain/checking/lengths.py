"""Sections that are much shorter or longer than was asked for."""

from collections.abc import Iterator

from pipeline.domain.documents import Document, DocumentSection, Finding, SectionStatus
from pipeline.domain.lengths import LEAST_DIFFERENCE, LONGEST, SHORTEST
from pipeline.domain.prose import sentences


def lengths(document: Document) -> Iterator[Finding]:
    """Written sections outside the bounds in which none is corrected.

    `values` has `words` and `target`.
    """
    for section in document.sections:
        words, target = section.word_count, section.target_words or 0
        if not target or not _is_written(section) or abs(words - target) < LEAST_DIFFERENCE:
            continue
        if not SHORTEST * target <= words <= LONGEST * target:
            yield Finding(
                kind="length",
                section_id=section.id,
                values={"words": words, "target": target},
            )


def _is_written(section: DocumentSection) -> bool:
    """Whether it holds a text: a scaffold of notes says itself that it is none."""
    return section.status is SectionStatus.DONE and any(
        sentence.kind != "quote" for sentence in sentences(section.content)
    )
