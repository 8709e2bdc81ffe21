"""A section from the author's own sentences, or a scaffold where there is nothing to take."""

import re
from collections.abc import Iterator, Sequence
from itertools import groupby

from pipeline.adapters.offline_author.belonging import own_sentences
from pipeline.adapters.offline_author.genres import kind_of, questions
from pipeline.adapters.offline_author.ranking import chosen
from pipeline.adapters.offline_author.sentences import Candidate, as_markdown, candidates
from pipeline.domain.briefs import SectionBrief
from pipeline.domain.documents import Language, PassageId, SourceId
from pipeline.domain.language import HAN, detect_language, split_sentences

LONGEST_PARAGRAPH, SHORTEST_PARAGRAPH = 5, 3
"""Sentences; more tire the eye, fewer look like notes."""

MOST_QUESTIONS = 5
"""Of a scaffold; more of them are not answered."""

COVERS: dict[Language, str] = {"en": "Covers: ", "zh": "内容包括："}
"""How a summary of ours begins that names what the material holds."""

LITTLE: dict[Language, str] = {
    "en": "The files say little about this.",
    "zh": "文件中与此有关的内容很少。",
}
"""What a summary of ours says of a section that was asked for."""

FROM: dict[Language, str] = {"en": "From: ", "zh": "来源："}
"""How the part of it begins that names the files."""

FOREIGN: dict[Language, str] = {
    "en": "Your files are in another language than this document. "
    "Without a model their text cannot be used here.",
    "zh": "您的文件与本文档使用的语言不同，没有模型时无法在此使用其中的文字。",
}
"""What a summary of ours says first, and the note of a section, where all files are."""

_NOTES: dict[Language, dict[str, str]] = {
    "en": {
        "unfit": "**Note.** Your files hold nothing on this section.",
        "foreign": f"**Note.** {FOREIGN['en']}",
        "no_material": "**Note.** Written offline, without a model and without material: "
        "this is a scaffold, not text.",
        "belongs": "**What belongs here:** {text}",
        "questions": "**Questions to answer:**",
        "length": "**Length:** about {words} words.",
    },
    "zh": {
        "unfit": "**说明**：您的文件中没有与本节有关的内容。",
        "foreign": f"**说明**：{FOREIGN['zh']}",
        "no_material": "**说明**：本节离线生成，既无模型也无资料，以下只是写作框架。",
        "belongs": "**本节应写**：{text}",
        "questions": "**需要回答的问题**",
        "length": "**篇幅**：约 {words} 字。",
    },
}

_HAN_CHAR = re.compile(f"[{HAN}]")


def section_pieces(brief: SectionBrief) -> list[str]:
    """The section in the pieces in which it is shown; joined, they are its Markdown.

    Sentences stay as the files have them, so a guide to style is not followed here: what a
    program could change in their wording would no longer be what the source says.
    """
    if not brief.passages:
        return _scaffold(brief, "unfit" if brief.commission.has_material else "no_material")
    language = brief.commission.language
    found = [each for each in candidates(brief.passages) if _is_in(language, each)]
    picked = chosen(brief, own_sentences(brief, found))
    if picked:
        return list(_pieces(_paragraphs(picked, brief.bound), language))
    languages = {detect_language(passage.text) for passage in brief.passages}
    return _scaffold(brief, "unfit" if language in languages else "foreign")


def _is_in(language: Language, candidate: Candidate) -> bool:
    """Whether the sentence can stand in a document of that language.

    A Chinese one that is full of names and commands is told by the passage that it stands in.
    """
    if detect_language(candidate.text) == language:
        return True
    is_mixed = language == "zh" and _HAN_CHAR.search(candidate.text) is not None
    return is_mixed and detect_language(candidate.passage.text) == language


def _pieces(paragraphs: Sequence[Sequence[Candidate]], language: Language) -> Iterator[str]:
    space = "" if language == "zh" else " "
    for number, paragraph in enumerate(paragraphs):
        before: Candidate | None = None
        for place, candidate in enumerate(paragraph):
            gap = space if place else "\n\n" if number else ""
            linked = before is not None and candidate.goes_on_from(before)
            text = candidate.behind if linked and candidate.behind else candidate.text
            yield gap + _with_marker(text, candidate.passage.id, space)
            before = candidate


def _with_marker(sentence: str, passage_id: PassageId, space: str) -> str:
    """The sentence with its marker before the stop, where a reader expects the number."""
    text = as_markdown(sentence)
    body = text.rstrip(".。!！\"”’')）」』")
    end = text[len(body) :]
    if not end or end[0] not in ".。!！":
        stop = text[-1:] if text[-1:] in ".。!！" else ""
        body, end = text.removesuffix(stop) if stop else text, stop
    return f"{body}{space}[@{passage_id}]{end}"


def _paragraphs(picked: Sequence[Candidate], bound: Sequence[SourceId]) -> list[list[Candidate]]:
    """Groups by source and heading, each in reading order and cut to length.

    Those of bound sources come first, then the best.
    """
    order: dict[tuple[str, tuple[str, ...]], int] = {}
    for candidate in picked:
        order.setdefault(_origin(candidate), len(order))
    sources: dict[str, int] = {}
    for source, _ in sorted(order, key=lambda origin: origin[0] not in bound):
        sources.setdefault(source, len(sources))
    sorted_ = sorted(
        picked,
        key=lambda c: (sources[c.passage.source_id], c.passage.position, c.place),
    )
    groups = [list(group) for _, group in groupby(sorted_, key=_origin)]
    return [part for group in _joined(groups) for part in _cut(group)]


def _origin(candidate: Candidate) -> tuple[str, tuple[str, ...]]:
    return candidate.passage.source_id, candidate.passage.heading_path


def _joined(groups: Sequence[list[Candidate]]) -> list[list[Candidate]]:
    """Groups of a sentence or two join the one before them when it is of the same source."""
    joined: list[list[Candidate]] = []
    for group in groups:
        small = joined and min(len(joined[-1]), len(group)) < SHORTEST_PARAGRAPH
        if small and joined[-1][0].passage.source_id == group[0].passage.source_id:
            joined[-1].extend(group)
        else:
            joined.append(group)
    return joined


def _cut(group: list[Candidate]) -> list[list[Candidate]]:
    """Parts of nearly equal length; none begins with a sentence that needs the one before it."""
    count = -(-len(group) // LONGEST_PARAGRAPH)
    size, larger = divmod(len(group), count)
    parts: list[list[Candidate]] = []
    start = 0
    for number in range(count):
        end = max(start, (number + 1) * size + min(number + 1, larger))
        while end < len(group) and group[end].needs:
            end += 1
        if start < end:
            parts.append(group[start:end])
        start = end
    return parts


def _scaffold(brief: SectionBrief, reason: str) -> list[str]:
    language = brief.commission.language
    notes = _NOTES[language]
    belongs, asked = _summary_and_questions(brief)
    lines = [notes[reason]]
    if belongs:
        lines += ["", notes["belongs"].format(text=as_markdown(belongs))]
    lines += ["", notes["questions"], ""]
    lines += [f"- {as_markdown(question)}" for question in asked]
    lines += ["", notes["length"].format(words=brief.target_words)]
    quoted = [f"> {line}".rstrip() for line in lines]
    return [quoted[0], *(f"\n{line}" for line in quoted[1:])]


def _summary_and_questions(brief: SectionBrief) -> tuple[str, list[str]]:
    """What the outline says of the section, and what to ask: its own questions first."""
    language = brief.commission.language
    said = split_sentences(f"{brief.summary}\n{brief.notes}")
    asked = [sentence for sentence in said if sentence.endswith(("?", "？"))]
    foreign = split_sentences(FOREIGN[language])
    ours = (COVERS[language], FROM[language], LITTLE[language], *foreign)
    belongs = [s for s in said if s not in asked and not s.startswith(ours)]
    for question in questions(kind_of(brief.title), language, brief.title):
        if len(asked) < 3 and question not in asked:
            asked.append(question)
    gap = "" if language == "zh" else " "
    return gap.join(belongs), asked[:MOST_QUESTIONS]
