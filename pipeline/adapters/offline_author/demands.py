"""What a requirements file demands: chapters that it names, and points that must be answered."""

import re
from dataclasses import dataclass

from pipeline.adapters.offline_author.query import listed
from pipeline.domain.documents import Language
from pipeline.domain.language import detect_language, split_sentences

MOST_DEMANDS = 40
"""Of a file; what comes after it is fine print."""

LONGEST_DEMAND = {"en": 40, "zh": 80}
"""Words, or characters; a longer sentence is an explanation."""

_DEMAND = re.compile(
    r"\b(?:must|shall|should|has to|have to|needs? to|required?|requires|include[sd]?|contains?|"
    r"covers?|describes?|explains?|states?|compares?|lists?|names?|at least)\b|"
    r"必须|应当|应该|应|须|需要|需|要求|不得|包括|包含|涵盖|说明|列出|比较|至少",
    re.IGNORECASE,
)
_CHAPTER = re.compile(
    r"\b(chapters?|sections?|parts?)\s+(?:on|about|for|titled|called|named|that covers?)\s+"
    r"[\"“]?([^.;:\"”\n]+)|"
    r"\ban?\s+([\w\- ]{3,40}?)\s+(?:chapter|section)\b",
    re.IGNORECASE,
)
_PREDICATE = re.compile(r"\s+(?:is|are|must|shall|should|will|has|have|needs?)\b")
_ZH_CHAPTER = re.compile(
    r"(?:设|有|写|单列|包括|包含|列出|增加|安排)(?:一|1)?[个]?(?:关于)?[“《「]?([^，。；：“”《》「」]{2,30}?)[”》」]?"
    r"(?:的)?(?:一)?[章节](?!节)|[“《「]([^“”《》「」]{2,20})[”》」](?:一)?[章节]|"
    r"[一1]?[章节]\s*[“《「]([^“”《》「」]{2,20})[”》」]"
)
_FORM = re.compile(
    r"\b(?:pages?|words?|characters|fonts?|margins?|pt|spacing|pdf|docx?|format(?:ted)?|language|"
    r"deadline|submit(?:ted)?|file name|cover page|table of contents|citation style|numbered|"
    r"headings?|abstract of)\b|页|字数|字体|字号|行距|页边距|格式|提交|截止|封面|目录|引用格式|"
    r"语言",
    re.IGNORECASE,
)
_ITEM = re.compile(
    r"^\s*(?:[-*•]|\(?\d{1,2}[.)、）](?!\d)|[（(]?[一二三四五六七八九十]{1,2}[)）、.])\s*"
)


@dataclass(frozen=True, slots=True)
class Demand:
    """A sentence that asks for content, and the chapters that it names."""

    text: str
    chapters: tuple[str, ...] = ()


def demands_of(requirements: str) -> list[Demand]:
    """The demands in order; what only concerns the form of the document is left out."""
    found: list[Demand] = []
    for line in requirements.split("\n"):
        is_item = bool(_ITEM.match(line))
        for sentence in split_sentences(_ITEM.sub("", line)):
            language = detect_language(sentence)
            size = len(sentence) if language == "zh" else len(sentence.split())
            chapters = _chapters(sentence, language)
            asks = chapters or _DEMAND.search(sentence) or is_item
            if not asks or size > LONGEST_DEMAND[language] or size < 2:
                continue
            if _FORM.search(sentence) and not chapters:
                continue
            found.append(Demand(" ".join(sentence.split()), chapters))
    return found[:MOST_DEMANDS]


def _chapters(sentence: str, language: Language) -> tuple[str, ...]:
    """Titles of the chapters that a sentence names; one section may be on two things."""
    if language == "zh":
        found = [
            name for match in _ZH_CHAPTER.finditer(sentence) for name in match.groups() if name
        ]
        return tuple(part for name in found for part in listed(name, language))
    titles: list[str] = []
    for match in _CHAPTER.finditer(sentence):
        name = _PREDICATE.split(next(filter(None, match.groups()[1:])), maxsplit=1)[0]
        is_one = not (match[1] or "").lower().endswith("s")
        titles += [name.strip()] if is_one and "," not in name else listed(name, language)
    return tuple(title[:1].upper() + title[1:] for title in titles if title)
