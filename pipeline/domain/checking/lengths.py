"""Sections that are much shorter or longer than was asked for."""

from collections.abc import Iterator

from pipeline.domain.documents import Document, DocumentSection, Finding, SectionStatus
from pipeline.domain.prose import sentences

SHORTEST_SHARE, LONGEST_SHARE = 0.7, 1.5
"""Of the target; within these an author seldom notices, and a model seldom does better."""

SMALLEST_TARGET = 50
"""Words; below it a sentence more or less is a large share."""


def lengths(document: Document) -> Iterator[Finding]:
    """Written sections outside the bounds; `values` has `words` and `target`."""
    for section in document.sections:
        target = section.target_words or 0
        if target < SMALLEST_TARGET or not _is_written(section):
            continue
        if not SHORTEST_SHARE * target <= section.word_count <= LONGEST_SHARE * target:
            yield Finding(
                kind="length",
                section_id=section.id,
                values={"words": section.word_count, "target": target},
            )


def _is_written(section: DocumentSection) -> bool:
    """Whether it holds a text: a scaffold of notes says itself that it is none."""
    return section.status is SectionStatus.DONE and any(
        sentence.kind != "quote" for sentence in sentences(section.content)
    )
