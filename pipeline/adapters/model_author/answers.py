"""The shapes that a model is asked for, and how its answers become values of ours."""

import re
from collections.abc import Callable, Sequence
from typing import Annotated

from pydantic import BeforeValidator, Field

from pipeline.adapters.model_author.markers import NAMES, Markers
from pipeline.adapters.model_author.source_names import SourceNames
from pipeline.domain.briefs import ChapterEdits, Replacement
from pipeline.domain.checking.leftovers import AT_START
from pipeline.domain.documents import Language, ProposedNode, ProposedOutline, Value
from pipeline.domain.language import sentence_spans
from pipeline.domain.markdown import blocks, is_within, protected

_ENUMERATION = re.compile(
    r"^(?:第\s*[一二三四五六七八九十百零〇\d]+\s*(?:部分|部(?!分)|[章节篇])[\s:：、.]*"
    r"|[一二三四五六七八九十]+、\s*|[（(][一二三四五六七八九十\d]+[）)]\s*"
    r"|\d+(?:\.\d+)+[.、)]?\s+|\d+[.、)）]\s+"
    r"|(?:chapter|section|part)\s+(?:\d+|[ivx]+)\s*[:.\-–—]\s*)",
    re.IGNORECASE,
)
_UNDERLINE = re.compile(r"\A(?:={2,}|-{2,})[ \t]*(?:\n|\Z)")
_ENDED = re.compile(r"[.!?。！？…][\"”’」』）)\]]*\Z")
_MARKUP = re.compile(r"[#*_`:：.。\s]+")
_FENCE = re.compile(r"\A\s*```(?:markdown|md)?[ \t]*\n(.*)\n```\s*\Z", re.DOTALL)
_OF_THE_ANSWER = (
    r"(?:(?:[“\x22「《][^\n”\x22」》]{1,60}[”\x22」》](?:这一|这|一)?(?:[章节篇]|小节|部分)"
    r"|第[一二三四五六七八九十百\d.]{1,6}(?:[章节篇]|小节|部分)|[本这该](?:一|个)?(?:[章节篇文]|小节|部分)"
    r"|(?:修[改订]|润色|改写|重写|调整|扩写|缩写|精简|优化|完善|更新)(?:过|后|之后))的?){0,3}"
)
_GREETING = re.compile(
    r"(?:sure(?: thing)?|certainly|of course|okay|absolutely|好的|当然(?:可以)?|没问题)"
    r"[\s!！,，.。:：]*\Z"
    r"|(?:sure|certainly|okay|absolutely)[,!.]?\s[^\n.!?]{0,80}\bhere(?:'s| is| are| you go)\b"
    r"|(?:sure(?: thing)?|certainly|of course|okay|absolutely)[,!.]?\s+I(?:['’]d| would|['’]m| am)"
    r"(?: be)? (?:happy|glad) to (?:write|help|draft|revise|rewrite)\b|here you go\b"
    r"|here(?:'s| is| are) (?:the|a|your|my)\b[^\n.!?:]{0,40}"
    r"\b(?:section|text|draft|version|rewrite)(?: you \w+(?: for)?)?\s*[:!]"
    r"|(?:以下|下面)(?:是|为)[^\n]{0,20}(?:本节|[这该]一?节|小节|章节)[^\n]{0,12}"
    r"(?:正文|内容|文本|草稿|全文)"
    rf"|(?:以下|下面)(?:就?是|为){_OF_THE_ANSWER}(?:正文|内容|文本|草稿|全文)[:：]\Z"
    r"|(?:好的|当然|没问题)[，,！!。]\s*我(?:将|会|来|这就|马上)[^\n]{0,40}(?:[撰编改重扩]写|写作)[^\n]{0,20}\Z",
    re.IGNORECASE,
)
_CITES = re.compile(r"[\[【]S\d")
_ENDS_GREETING = (":", "：", "。", "!", "！")
_REFERENCES = re.compile(
    r"\n+(?:#{1,6}\s*|\*\*)?(?:references|bibliography|sources|works cited"
    r"|参考文献|参考资料|引用来源)"
    r"(?:\*\*)?\s*[:：]?(?:\*\*)?[ \t]*(?:\n|\Z)",
    re.IGNORECASE,
)
_ENTRY = re.compile(r"\s*(?:[-*+•]\s|\d+[.、)]|[\[【（(]\s?[\^@]?[A-Za-z]?\d)")
_FOOTNOTE = re.compile(r"^\[\^[Ss]?\d+\]:.*\n?", re.MULTILINE)
"""A note that a number names is an entry of a list of references; others belong to the text."""
_LABELS = re.compile(r"\A\s*(?:⟦[\d.]+⟧\s*)+(?=\S)")
_LINK = re.compile(r"!?\[([^\[\]\n]*)\]\((\S+?)(?:\s+\"[^\"\n]*\")?\)")

LONGEST_GREETING = 200
"""Characters; a longer line says more than that an answer follows."""

SHORTEST_OVERLAP = 8
"""Characters; a shorter repetition at a seam may be chance."""

LONGEST_OVERLAP = 400
"""Characters that a model repeats at most when it is asked to go on."""


def _names(said: object) -> tuple[str, ...]:
    """What weak models write for a list of names: one name, nothing, or other things among them."""
    if isinstance(said, str):
        return (said,)
    return tuple(each for each in said if isinstance(each, str)) if isinstance(said, list) else ()


class Subsection(Value):
    title: str = ""
    summary: str = ""
    sources: Annotated[tuple[str, ...], BeforeValidator(_names)] = ()


class Section(Subsection):
    children: tuple[Subsection, ...] = ()


class Chapter(Subsection):
    children: tuple[Section, ...] = ()


class OutlineAnswer(Value):
    """Three levels, spelled out: some endpoints refuse a schema that holds itself."""

    title: str = ""
    chapters: tuple[Chapter, ...] = ()


class SentenceEdit(Value):
    sentence: str = ""
    replacement: str = ""


class FuseAnswer(Value):
    lead_in: str = ""
    edits: tuple[SentenceEdit, ...] = Field(default=())


def proposal(answer: OutlineAnswer, names: SourceNames | None = None) -> ProposedOutline:
    """The proposal in an answer, its sources turned back from the names of the prompt.

    Without names the answer is unfinished: only what will not change any more is taken.
    """
    return ProposedOutline(
        title=_heading(answer.title),
        nodes=_nodes(answer.chapters, names, is_closed=names is not None),
    )


def _nodes(
    nodes: Sequence[Subsection], names: SourceNames | None, *, is_closed: bool
) -> tuple[ProposedNode, ...]:
    found: list[ProposedNode] = []
    for i, node in enumerate(nodes):
        is_node_closed = is_closed or i < len(nodes) - 1
        if not is_node_closed and not {"title", "summary"} <= node.model_fields_set:
            break
        if not node.title.strip():
            continue
        below = node.children if isinstance(node, Section | Chapter) else ()
        found.append(
            ProposedNode(
                title=_heading(node.title),
                content_summary=node.summary.strip(),
                source_ids=names.sources(node.sources) if names else (),
                is_uncovered=names.is_denied(node.sources) if names else False,
                children=_nodes(below, names, is_closed=is_node_closed),
            )
        )
    return tuple(found)


def _heading(title: str) -> str:
    """A title on one line without the number that a model put before it: numbers are ours."""
    line = " ".join(title.split()).strip("#* ")
    return _ENUMERATION.sub("", line).strip() or line


def chapter_edits(answer: FuseAnswer, markers: Markers) -> ChapterEdits:
    """The edits in an answer, with our markers and without the ids of the sentences."""
    return ChapterEdits(
        lead_in=markers.restored(_LABELS.sub("", answer.lead_in).strip()),
        replacements=tuple(
            Replacement(
                sentence=edit.sentence.strip("⟦⟧[] "),
                text=markers.restored(_LABELS.sub("", edit.replacement)),
            )
            for edit in answer.edits
        ),
    )


def section_text(answer: str, titles: Sequence[str], markers: Markers, known: str) -> str:
    """The text of a section in an answer: without the trimmings, with our markers.

    Args:
        answer: What the model wrote.
        titles: Headings that stand above the text anyway: of the section and of those above.
        markers: The markers of the prompt.
        known: What was in the prompt; a link to anywhere else is made up and loses its target,
            and so does one that is called like a marker, which is a citation, unless the prompt
            calls something so (Amazon S3).
    """
    text = _without_title(unwrapped(answer), {_bare(title) for title in titles})
    text = _outside_code(_FOOTNOTE, _without_references(f"\n{text}"), lambda _: "").strip()
    return markers.restored(_outside_code(_LINK, text, lambda link: _without_target(link, known)))


def _without_target(link: re.Match[str], known: str) -> str:
    is_known = link[2] in known
    if NAMES.fullmatch(link[1]) and not (is_known and _is_word(link, known)):
        return f"[{link[1]}]"
    return link[0] if is_known else link[1]


def _is_word(link: re.Match[str], known: str) -> bool:
    """Whether the prompt has its text as a word or a link beside its target, and as no marker."""
    name = link[1]
    bare = re.compile(rf'(?<![\["A-Za-z0-9_@^])(?:{re.escape(name)})(?![\]"A-Za-z0-9_])')
    beside = (line for line in known.splitlines() if link[2] in line)
    return any(f"[{name}](" in line or bare.search(line) for line in beside)


def unwrapped(answer: str) -> str:
    """An answer without a fence around all of it, and without a greeting before it."""
    text = answer.strip()
    if fenced := _FENCE.match(text):
        text = fenced.group(1).strip()
    line, _, rest = text.partition("\n")
    return rest.lstrip() if _is_greeting(line.rstrip()) else text


def _is_greeting(line: str) -> bool:
    """Whether a line only says that an answer follows; one that cites is a part of the answer."""
    if len(line) > LONGEST_GREETING or not line.endswith(_ENDS_GREETING) or _CITES.search(line):
        return False
    return bool(_GREETING.match(line) or AT_START.match(line))


def up_to_last_sentence(text: str) -> str:
    """A text that was cut off, without its unfinished sentence; if it has but one, as it is."""
    whole = text.rstrip()
    found = blocks(whole)
    if not found or found[-1].kind != "paragraph" or _ENDED.search(whole):
        return whole
    last = found[-1]
    spans = sentence_spans(whole[last.start :])
    if len(spans) > 1:
        return whole[: last.start + spans[-1][0]].rstrip()
    return whole[: last.start].rstrip() or whole


def joined(text: str, more: str, language: Language) -> str:
    """A text and its continuation; what the continuation repeats stands once."""
    more = more.lstrip() if text.endswith("\n") else more.strip("\n")
    for size in range(min(len(text), len(more), LONGEST_OVERLAP), SHORTEST_OVERLAP - 1, -1):
        if text.endswith(more[:size]):
            return text + more[size:]
    starts_anew = more.lstrip().startswith(("#", "- ", "* ", "|", "```", "1. "))
    gap = "\n\n" if starts_anew else (" " if language == "en" else "")
    return f"{text.rstrip()}{gap}{more.lstrip()}"


def _without_references(text: str) -> str:
    """The text without a list of references at its end: a heading and, mostly, entries."""
    code = _code(text)
    for heading in _REFERENCES.finditer(text):
        below = [line for line in text[heading.end() :].split("\n") if line.strip()]
        entries = sum(bool(_ENTRY.match(line)) for line in below)
        if 2 * entries >= len(below) and not is_within(code, heading.end() - 1):
            return text[: heading.start()]
    return text


def _outside_code(
    pattern: re.Pattern[str], text: str, replace: Callable[[re.Match[str]], str]
) -> str:
    code = _code(text)
    return pattern.sub(lambda m: m[0] if is_within(code, m.start()) else replace(m), text)


def _code(text: str) -> list[tuple[int, int]]:
    """Where code and formulas stand: what `protected` names, without the links."""
    return [span for span in protected(text) if not text.startswith(("[", "![", "<"), span[0])]


def _without_title(text: str, titles: set[str]) -> str:
    """The text without a first line, or several, that only repeat a heading."""
    while text:
        line, _, rest = text.partition("\n")
        if _bare(line) not in titles:
            break
        text = _UNDERLINE.sub("", rest.lstrip()).lstrip()
    return text


def _bare(title: str) -> str:
    """A title for comparing: no number, no markup, no case."""
    line = re.sub(r"^\d+(?:\.\d+)*\s+", "", title.strip().strip("#* "))
    return _MARKUP.sub("", _ENUMERATION.sub("", line)).casefold()
