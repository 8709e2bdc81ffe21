"""What a prompt asks for: the subject, the genre, and the sections it names."""

import re
from dataclasses import dataclass

from pipeline.adapters.offline_author.genres import Genre, genre_of
from pipeline.domain.briefs import Commission
from pipeline.domain.documents import Language

LONGEST_TITLE = 90
"""Characters; a longer one is a sentence, and its first clause says the subject."""

_EN_ASK = re.compile(
    r"^(?:please\s+|(?:can|could) you\s+|i (?:need|want)(?: you)?(?: to)?\s+|"
    r"help me(?: to)?\s+)*"
    r"(?:write|draft|create|produce|prepare|generate|make|compose|outline)?\s*(?:me|us)?\s*"
    r"(?:an?|the|my|our)?\s*(?:(?:short|long|brief|detailed|comprehensive|thorough|concise|"
    r"complete|full|in-depth|\d[\d,]*[- ]?words?)\s+)*",
    re.IGNORECASE,
)
_EN_KIND = re.compile(
    r"^(?:(?:technical|research|project|business|policy|academic|practical|user|literature|"
    r"scientific|white)\s+)*(?:report|tutorial|guide|proposal|survey|manual|analysis|article|"
    r"document(?:ation)?|overview|outline|paper|whitepaper|essay|plan|review|handbook|introduction)"
    r"(?:\s+outline)?\s+(?:on|about|of|for|to|into|covering|describing|explaining)\s+",
    re.IGNORECASE,
)
_EN_TAIL = re.compile(
    r",?\s+(?:covering|including|includes|that covers|which covers|and cover|with (?:chapters|"
    r"sections|a section)|based on|from (?:the|my|these) (?:attached |uploaded )?(?:files|notes)|"
    r"in (?:about |around )?\d[\d,]* words)\b.*$",
    re.IGNORECASE | re.DOTALL,
)
_ZH_ASK = re.compile(
    r"^(?:请|麻烦|帮我|帮忙|给我|为我|我想要?|我要|我需要|需要)*"
    r"(?:写|撰写|生成|编写|起草|制作|准备|创建|拟定|拟|输出|制定|整理)?出?"
    r"(?:[一1](?:份|篇|个|本|套|章))?(?:\d+\s*字(?:左右|以上|以内)?的?)?(?:关于|有关|针对|围绕)?"
)
_ZH_TAIL = re.compile(r"的?(?:大纲|提纲|目录|框架)$")
_ZH_LINK = re.compile(
    r"的(?=(?:技术|研究|调研|分析|项目|实施|操作|学术|使用|工作)*"
    r"(?:报告|教程|方案|综述|手册|指南|文档|文章|论文|白皮书|计划书|建议书|说明书|介绍|分析)$)"
)
_EN_LIST = re.compile(
    r"(?:\bcover(?:s|ing)?|\binclud(?:e|es|ing)|\b(?:sections?|chapters?)(?: on| about|:))\s*:?\s*"
    r"([^.;\n]+)",
    re.IGNORECASE,
)
_ZH_LIST = re.compile(
    r"(?:包括|涵盖|包含|覆盖|涉及|内容有|章节有|分为|重点介绍|重点讨论)[:：]?\s*([^。；\n]+)"
)
_ITEM = re.compile(r"^\s*(?:[-*•]|\d{1,2}[.、)）])\s*(\S.*)$", re.MULTILINE)
_ZH_REST = re.compile(r"等(?:.{0,2}(?:个|方面|内容|部分|章节|章|主题|要点))*$")


@dataclass(frozen=True, slots=True)
class Query:
    """A prompt, understood as far as rules can."""

    title: str
    genre: Genre
    asked: tuple[str, ...]
    """Sections that the prompt names, in its order."""


def read_query(commission: Commission) -> Query:
    """Read the prompt; the title is empty when the prompt names no subject."""
    prompt = commission.prompt.strip()
    language = commission.language
    title = commission.title.strip() or _title(prompt, language)
    return Query(title, genre_of(commission.document_type, prompt), _asked(prompt, language))


def _title(prompt: str, language: Language) -> str:
    first = prompt.split("\n", maxsplit=1)[0].strip()
    title = _chinese_title(first) if language == "zh" else _english_title(first)
    return title[:LONGEST_TITLE].strip()


def _english_title(line: str) -> str:
    topic = _EN_TAIL.sub("", re.split(r"[.;:?!](?:\s|$)", line, maxsplit=1)[0])
    for _ in range(2):  # "an outline for a report on …"
        topic = _EN_KIND.sub("", _EN_ASK.sub("", topic, count=1), count=1)
    topic = re.sub(r"^(?:the|an?)\s+", "", topic.strip(" ,.:"), flags=re.IGNORECASE)
    if len(topic) > LONGEST_TITLE:
        topic = topic.split(",", maxsplit=1)[0]
    return topic[:1].upper() + topic[1:]


def _chinese_title(line: str) -> str:
    topic = re.split(r"[，。；：？！,;]", line, maxsplit=1)[0].strip()
    topic = _ZH_TAIL.sub("", _ZH_ASK.sub("", topic, count=1)).strip()
    return _ZH_LINK.sub("", topic).strip('的 《》“”"')


def _asked(prompt: str, language: Language) -> tuple[str, ...]:
    items = _ITEM.findall(prompt)
    if len(items) < 2:
        match = (_ZH_LIST if language == "zh" else _EN_LIST).search(prompt)
        items = _split(match[1], language) if match else []
    clean = (_tidy(item) for item in items)
    return tuple(dict.fromkeys(item for item in clean if 2 <= len(item) <= 60))


def _split(text: str, language: Language) -> list[str]:
    if language == "zh":
        parts = re.split(r"[、，,；;]", text)
        last = re.split(r"以及|和|及", parts[-1], maxsplit=1)
    else:
        parts = re.split(r"[,;]", text)
        last = re.split(r"\s+and\s+", parts[-1].strip(), maxsplit=1)
    return [*parts[:-1], *last]


def _tidy(item: str) -> str:
    plain = re.sub(r"^(?:and|or|以及|和|及)\s*", "", item.strip(), flags=re.IGNORECASE)
    plain = re.sub(r"^(?:the|an?)\s+", "", plain, flags=re.IGNORECASE)
    plain = _ZH_REST.sub("", plain).strip(' .。,，:：;；“”"')
    if re.fullmatch(r"(?:etc|so on|others?|more|其他)", plain, re.IGNORECASE):
        return ""
    return plain[:1].upper() + plain[1:]
