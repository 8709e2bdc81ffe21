"""Every prompt, as a function of what the author is told, in the document's language."""

from collections.abc import Sequence

from pipeline.adapters.model_author import wording
from pipeline.adapters.model_author.markers import Markers
from pipeline.adapters.model_author.prompt_parts import (
    block,
    commission_part,
    conversation,
    lines,
    passages_part,
    shortened,
)
from pipeline.adapters.openai_chat import Message
from pipeline.domain.briefs import ChapterBrief, OutlineBrief, SourceDigest
from pipeline.domain.documents import Language
from pipeline.domain.fusion import labelled

DIGESTS_CHARS = 30_000
# Of all sources together; each gets its fair share, so that none is left out.

CHAPTER_CHARS = 60_000
# A longer chapter shows only the seams of its sections: its first and last sentences.

SEAM_CHARS = 1_500
# Of the beginning and of the end of a section, when the chapter is too long.

WORDS_PER_SECTION = 350
# A section that is read in two minutes; decides how many the outline should have.


def outline_messages(brief: OutlineBrief, markers: Markers) -> list[Message]:
    """Ask for an outline that covers the prompt, from the sources where there are any."""
    words = wording.OUTLINE[brief.commission.language]
    target = brief.commission.target_words
    sections = max(3, min(60, round(target / WORDS_PER_SECTION))) if target else 12
    parts = [
        commission_part(brief.commission),
        words.size.format(sections=sections, chapters=max(2, min(10, round(sections / 3)))),
        _digests(brief.digests, brief.commission.language),
        passages_part(brief.passages, brief.digests, markers, brief.commission.language),
        words.task,
    ]
    return conversation(words.rules, parts)


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


def fair_shares(sizes: Sequence[int], total: int) -> list[int]:
    """How much of `total` each gets: small ones all they need, large ones an equal rest."""
    shares = [0] * len(sizes)
    left = total
    by_size = sorted(range(len(sizes)), key=lambda i: sizes[i])
    for done, i in enumerate(by_size):
        shares[i] = min(sizes[i], left // (len(sizes) - done))
        left -= shares[i]
    return shares


def _digests(digests: Sequence[SourceDigest], language: Language) -> str:
    """Every source at a glance, each within its fair share."""
    if not digests:
        return ""
    words = wording.OUTLINE[language]
    texts = [_digest(digest) for digest in digests]
    shares = fair_shares([len(text) for text in texts], DIGESTS_CHARS)
    cut = wording.COMMISSION[language].cut
    shown = [
        block("source", shortened(text, share, cut), digest.source.file_name or digest.source.url)
        for digest, text, share in zip(digests, texts, shares, strict=True)
    ]
    return "\n".join([words.sources.format(count=len(digests)), *shown])


def _digest(digest: SourceDigest) -> str:
    headings = [f"{'  ' * max(0, depth - 1)}- {title}" for depth, title in digest.headings]
    return "\n".join([digest.source.title, *headings, digest.opening]).strip()


def _seams(text: str) -> str:
    """The beginning and the end of a section, cut where sentences begin."""
    if len(text) <= 2 * SEAM_CHARS:
        return text
    head = text[: text.rfind("⟦", 0, SEAM_CHARS)]
    tail = text[text.find("⟦", len(text) - SEAM_CHARS) :]
    return f"{head.rstrip()}\n[…]\n{tail}"
