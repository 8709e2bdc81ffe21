"""Every prompt, as a function of what the author is told, in the document's language."""

from collections.abc import Sequence

from pipeline.adapters.model_author import wording
from pipeline.adapters.model_author.markers import Markers
from pipeline.adapters.openai_chat import Message
from pipeline.domain.briefs import (
    REQUIREMENTS_CHARS,
    STYLE_CHARS,
    ChapterBrief,
    Commission,
    Neighbour,
    OutlineBrief,
    SectionBrief,
    SourceDigest,
)
from pipeline.domain.documents import Language, Passage
from pipeline.domain.fusion import labelled

DIGESTS_CHARS = 30_000
# Of all sources together; each gets its fair share, so that none is left out.

PASSAGES_CHARS = 24_000
# Some 6,000 tokens of material: fits beside the rest into a context of 16,000.

NEIGHBOURS_CHARS = 6_000
# Titles of the other sections; those of the same chapter come first, with their summaries.

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
        _commission(brief.commission),
        words.size.format(sections=sections, chapters=max(2, min(10, round(sections / 3)))),
        _digests(brief.digests, brief.commission.language),
        _passages(brief.passages, brief.digests, markers, brief.commission.language),
        words.task,
    ]
    return _conversation(words.rules, parts)


def section_messages(brief: SectionBrief, markers: Markers) -> list[Message]:
    """Ask for the text of one section. The rules are the same for all sections of a job."""
    language = brief.commission.language
    words = wording.SECTION[language]
    rules = words.rules_with_passages if brief.passages else words.rules_without_passages
    named: list[tuple[str, str]] = [
        (words.place, " › ".join(brief.path)),
        (words.section, f"{brief.number} {brief.title}".strip()),
        *((words.summary_above.format(title=a.title), a.summary) for a in brief.above),
        *((words.notes_above.format(title=a.title), a.notes) for a in brief.above),
        (words.summary, brief.summary),
        (words.notes, brief.notes),
        (words.length, words.length_of.format(words=brief.target_words)),
    ]
    parts = [
        _neighbours(list(brief.others), brief.number, language),
        _passages(brief.passages, (), markers, language),
        _lines(named, language),
        words.task.format(title=brief.title),
    ]
    system = f"{words.role}\n\n{rules}\n\n{_commission(brief.commission)}"
    return _conversation(system, parts)


def continuing(asked: Sequence[Message], text: str, language: Language) -> list[Message]:
    """Ask for the rest of a text that was cut off."""
    return [
        *asked,
        Message(role="assistant", content=text),
        Message(role="user", content=wording.CONTINUE[language]),
    ]


def fuse_messages(brief: ChapterBrief, markers: Markers) -> list[Message]:
    """Ask for the edits that make one chapter of its sections."""
    words = wording.FUSE[brief.commission.language]
    is_long = sum(len(section.text) for section in brief.sections) > CHAPTER_CHARS
    sections = []
    for i, section in enumerate(brief.sections, start=1):
        text = markers.shortened(labelled(i, section.text))
        shown = _seams(text) if is_long else text
        sections.append(f"{i}. {section.title}\n{_block('section', shown)}")
    named = [(words.chapter, brief.title), (words.summary, brief.summary)]
    parts = [_lines(named, brief.commission.language), "\n\n".join(sections), words.task]
    system = f"{words.rules}\n\n{_commission(brief.commission)}"
    return _conversation(system, parts)


def fair_shares(sizes: Sequence[int], total: int) -> list[int]:
    """How much of `total` each gets: small ones all they need, large ones an equal rest."""
    shares = [0] * len(sizes)
    left = total
    by_size = sorted(range(len(sizes)), key=lambda i: sizes[i])
    for done, i in enumerate(by_size):
        shares[i] = min(sizes[i], left // (len(sizes) - done))
        left -= shares[i]
    return shares


def _conversation(system: str, parts: Sequence[str]) -> list[Message]:
    return [
        Message(role="system", content=system.strip()),
        Message(role="user", content="\n\n".join(part for part in parts if part)),
    ]


def _commission(commission: Commission) -> str:
    """What holds for the whole document."""
    words = wording.COMMISSION[commission.language]
    named = [
        (words.title, commission.title),
        (words.document_type, commission.document_type),
        (words.audience, commission.audience),
        (words.tone, commission.tone),
        (words.length, str(commission.target_words or "")),
    ]
    cut = words.cut
    blocks = [
        words.intro,
        _lines(named, commission.language),
        _block("query", commission.prompt),
        _block("requirements", _shortened(commission.requirements, REQUIREMENTS_CHARS, cut)),
        _block("style_guide", _shortened(commission.style, STYLE_CHARS, cut)),
    ]
    return "\n".join(block for block in blocks if block)


def _digests(digests: Sequence[SourceDigest], language: Language) -> str:
    """Every source at a glance, each within its fair share."""
    if not digests:
        return ""
    words = wording.OUTLINE[language]
    texts = [_digest(digest) for digest in digests]
    shares = fair_shares([len(text) for text in texts], DIGESTS_CHARS)
    cut = wording.COMMISSION[language].cut
    shown = [
        _block("source", _shortened(text, share, cut), digest.source.file_name or digest.source.url)
        for digest, text, share in zip(digests, texts, shares, strict=True)
    ]
    return "\n".join([words.sources.format(count=len(digests)), *shown])


def _digest(digest: SourceDigest) -> str:
    headings = [f"{'  ' * max(0, depth - 1)}- {title}" for depth, title in digest.headings]
    return "\n".join([digest.source.title, *headings, digest.opening]).strip()


def _passages(
    passages: Sequence[Passage],
    digests: Sequence[SourceDigest],
    markers: Markers,
    language: Language,
) -> str:
    """The passages between clear delimiters, best first, as many as fit."""
    titles = {digest.source.id: digest.source.title for digest in digests}
    shown: list[str] = []
    left = PASSAGES_CHARS
    for passage in passages:
        if len(passage.text) > left and shown:
            break
        left -= len(passage.text)
        above = [titles.get(passage.source_id, ""), *passage.heading_path]
        place = " › ".join(title for title in above if title)
        name = markers.name(passage.id)
        shown.append(_block("passage", passage.text[:PASSAGES_CHARS], place, name))
    return "\n".join([wording.PASSAGES[language], *shown]) if shown else ""


def _neighbours(neighbours: Sequence[Neighbour], number: str, language: Language) -> str:
    """The other sections: those of this chapter with their summaries, then the titles of all."""
    chapter = number.partition(".")[0]
    near = [n for n in neighbours if n.number.partition(".")[0] == chapter]
    far = [n for n in neighbours if n.number.partition(".")[0] != chapter]
    lines = [f"- {n.number} {n.title}{f': {n.summary}' if n.summary else ''}" for n in near]
    lines += [f"- {n.number} {n.title}" for n in far]
    shown: list[str] = []
    left = NEIGHBOURS_CHARS
    for line in lines:
        left -= len(line)
        if left < 0:
            shown.append("- …")
            break
        shown.append(" ".join(line.split()))
    return "\n".join([wording.SECTION[language].neighbours, *shown]) if shown else ""


def _seams(text: str) -> str:
    """The beginning and the end of a section, cut where sentences begin."""
    if len(text) <= 2 * SEAM_CHARS:
        return text
    head = text[: text.rfind("⟦", 0, SEAM_CHARS)]
    tail = text[text.find("⟦", len(text) - SEAM_CHARS) :]
    return f"{head.rstrip()}\n[…]\n{tail}"


def _lines(named: Sequence[tuple[str, str]], language: Language) -> str:
    colon = "：" if language == "zh" else ": "
    return "\n".join(f"{name}{colon}{value}" for name, value in named if value.strip())


def _block(tag: str, text: str, title: str = "", name: str = "") -> str:
    """Text of others between delimiters that it cannot close itself."""
    if not text.strip():
        return ""
    inside = text.strip().replace(f"</{tag}", f"‹/{tag}")
    attributes = f' id="{name}"' if name else ""
    if title:
        attributes += ' title="{}"'.format(" ".join(title.replace('"', "'").split()))
    return f"<{tag}{attributes}>\n{inside}\n</{tag}>"


def _shortened(text: str, limit: int, mark: str) -> str:
    return text if len(text) <= limit else f"{text[:limit]}\n{mark}"
