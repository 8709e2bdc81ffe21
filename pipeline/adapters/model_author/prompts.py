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
from pipeline.domain.passages import size_of

CHAPTER_SIZE = 60_000
# Characters, where a Han character counts for two: some 15,000 tokens. Of a longer chapter only
# the seams of its sections are shown: their first and last sentences.

SEAM_SIZE = 1_500
# Of the beginning and of the end of a section at most; a chapter of many sections has less room.


def fuse_messages(brief: ChapterBrief, markers: Markers) -> list[Message]:
    """Ask for the edits that make one chapter of its sections."""
    words = wording.FUSE[brief.commission.language]
    is_long = sum(size_of(section.text) for section in brief.sections) > CHAPTER_SIZE
    seam = min(SEAM_SIZE, CHAPTER_SIZE // (2 * max(1, len(brief.sections))))
    sections = []
    for i, section in enumerate(brief.sections, start=1):
        text = markers.shortened(labelled(i, section.text))
        shown = _seams(text, seam) if is_long else text
        sections.append(f"{i}. {section.title}\n{block('section', shown)}")
    named = [(words.chapter, brief.title), (words.summary, brief.summary)]
    parts = [lines(named, brief.commission.language), "\n\n".join(sections), words.task]
    system = f"{words.rules}\n\n{commission_part(brief.commission)}"
    return conversation(system, parts)


def _seams(text: str, size: int) -> str:
    """The beginning and the end of a section, cut where sentences begin."""
    if size_of(text) <= 2 * size:
        return text
    chars = size * len(text) // size_of(text)
    first, last = text[:chars], text[-chars:]
    head = first[: first.rfind("⟦")] if first.rfind("⟦") > 0 else first
    tail = last[last.find("⟦") :] if "⟦" in last else last
    return f"{head.rstrip()}\n[…]\n{tail}"
