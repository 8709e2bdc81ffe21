"""The prompt for fusing a chapter, in the document's language."""

from pipeline.adapters.model_author import wording
from pipeline.adapters.model_author.markers import Markers
from pipeline.adapters.model_author.prompt_parts import (
    block,
    commission_part,
    conversation,
    lines,
)
from pipeline.adapters.openai_chat import Message
from pipeline.domain.briefs import ChapterBrief
from pipeline.domain.fusion import labelled

CHAPTER_CHARS = 60_000
# A longer chapter shows only the seams of its sections: its first and last sentences.

SEAM_CHARS = 1_500
# Of the beginning and of the end of a section, when the chapter is too long.


def fuse_messages(brief: ChapterBrief, markers: Markers) -> list[Message]:
    """Ask for the edits that make one chapter of its sections."""
    words = wording.FUSE[brief.commission.language]
    is_long = sum(len(section.text) for section in brief.sections) > CHAPTER_CHARS
    sections = []
    for i, section in enumerate(brief.sections, start=1):
        text = markers.shortened(labelled(i, section.text))
        shown = _seams(text) if is_long else text
        sections.append(f"{i}. {section.title}\n{block('section', shown)}")
    named = [(words.chapter, brief.title), (words.summary, brief.summary)]
    parts = [lines(named, brief.commission.language), "\n\n".join(sections), words.task]
    system = f"{words.rules}\n\n{commission_part(brief.commission)}"
    return conversation(system, parts)


def _seams(text: str) -> str:
    """The beginning and the end of a section, cut where sentences begin."""
    if len(text) <= 2 * SEAM_CHARS:
        return text
    head = text[: text.rfind("⟦", 0, SEAM_CHARS)]
    tail = text[text.find("⟦", len(text) - SEAM_CHARS) :]
    return f"{head.rstrip()}\n[…]\n{tail}"
