"""What a requirements file demands: chapters that it names, and points that must be answered."""

import re
from dataclasses import dataclass

from pipeline.adapters.offline_author.forbidding import is_needless, is_refused
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
    r"(?:的)?(?:一)?(?:章节?|节)|[“《「]([^“”《》「」]{2,20})[”》」](?:一)?[章节]|"
    r"[一1]?[章节]\s*[“《「]([^“”《》「」]{2,20})[”》」]"
)
_NUMBERS = (
    r"(?:\d[\d.,]*|two|three|four|five|six|seven|eight|nine|ten|twelve|fifteen|twenty|thirty|forty|"
    r"fifty|hundred|thousand)"
)
_FORM = re.compile(
    rf"\b{_NUMBERS}[\s-]+(?:A4[\s-]+)?(?:pages?|words?|characters)\b|\b{_NUMBERS}[\s-]*pt\b|"
    r"\b(?:page|word) (?:limit|count|number|size|layout|break|header|footer|margin)s?\b|"
    r"\bmargins? of \d|\b(?:left|right|top|bottom|side) margins?\b|\bfonts?\b|"
    r"\b(?:line|double|single)[ -]spac|"
    r"\b(?:as|in) (?:an? )?(?:pdf|docx?|word|markdown|html|latex)\b(?! files?\b)|"
    r"\b(?:file|document|submission|citation|reference|page|paper) format\b|\bformatted\b|"
    r"\b(?:written|write|report|document|text) in (?:\w+ )?(?:english|chinese|german|french)\b|"
    r"\b(?:plain|simple|clear|formal|neutral|academic) language\b|"
    r"\blanguage of the (?:document|report|text|paper)\b|\bsubmission deadline|"
    r"\bdeadline (?:for|of) (?:the )?(?:submission|report|paper|document)\b|"
    r"\b(?:report|document|paper|text|file|it) (?:must|shall|should|has to|is to) be submitted\b|"
    r"\bsubmit (?:the|your|it|this|an?) (?:report|document|paper|text|file|pdf)\b|"
    r"\bfile names?\b|\b(?:cover|title) page\b|\btable of contents\b|\bcitation style\b|"
    r"\b(?:pages|figures|tables|headings|sections|chapters|equations) (?:must|shall|should|are to|"
    r"have to) be (?:\w+ )?numbered\b|\bheadings? (?:must|shall|should|levels?|styles?)\b|"
    r"\babstract of\b|"
    r"[\d一二三四五六七八九十百千万两]\s*(?:页|个?字(?!节|段|路|典|母|形|架)|个?字符)|"
    r"字数|字体|字号|行距|页边距|页码|页眉|页脚|页数|封面|引用格式|(?:文件|文档|提交|排版|引文|参考文献|论文|正文|标题)的?格式|"
    r"以\s?(?:PDF|Word|docx?)|格式(?:规范|要求)|截止(?:日期|时间)|"
    r"(?:报告|文档|文件|论文|稿件)(?:应|须|必须|需|要)?[^，。]{0,12}提交|提交(?:时间|日期|方式|截止)|"
    r"(?:包含|包括|附|附有|设|生成|列出|编制|应有|须有|要有)目录|^目录(?:应|须)|目录(?:页|层级)|"
    r"(?:用|以)(?:简体)?(?:中文|英文|汉语|英语)(?=[，。；]|$|撰写|书写|编写|写|表述|完成|提交)|"
    r"(?:行文|写作|文档|报告|书面)语言|"
    r"(?<!编程)(?<!程序)(?<!模型)语言(?:应|须|要|必须|力求)?(?:简洁|简练|规范|通俗|精炼|流畅|平实|准确)",
    re.IGNORECASE,
)
"""Of the document itself: its size, look, language and delivery. A report may well be on *language
models* or *web pages*, so such a word alone says nothing."""

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
        for sentence in split_sentences(_ITEM.sub("", " ".join(line.split()))):
            language = detect_language(sentence)
            size = len(sentence) if language == "zh" else len(sentence.split())
            if not 2 <= size <= LONGEST_DEMAND[language]:
                continue
            chapters = _chapters(sentence, language)
            if not (chapters or _DEMAND.search(sentence) or is_item):
                continue
            if _FORM.search(sentence) and not chapters:
                continue
            found.append(Demand(sentence, chapters))
    return found[:MOST_DEMANDS]


def _chapters(sentence: str, language: Language) -> tuple[str, ...]:
    """Titles of the chapters that a sentence asks for; one section may be on two things."""
    matches = [
        match
        for match in (_ZH_CHAPTER if language == "zh" else _CHAPTER).finditer(sentence)
        if not is_refused(sentence, match.start(), language)
        and not is_needless(sentence, match.start(), language)
    ]
    if language == "zh":
        found = [name for match in matches for name in match.groups() if name]
        return tuple(part for name in found for part in listed(name, language))
    titles: list[str] = []
    for match in matches:
        name = _PREDICATE.split(next(filter(None, match.groups()[1:])), maxsplit=1)[0]
        is_one = not (match[1] or "").lower().endswith("s")
        titles += [name.strip()] if is_one and "," not in name else listed(name, language)
    return tuple(title[:1].upper() + title[1:] for title in titles if title)
