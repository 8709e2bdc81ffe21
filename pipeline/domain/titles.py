"""A prompt's subject as a title: what is left of "write a report on …" is what counts."""

import re

from pipeline.domain.documents import Language

LONGEST_TITLE = 90
"""Characters; a longer one is a sentence, and its first clause says the subject."""

_EN_ASK = re.compile(
    r"^(?:please\s+|(?:can|could) you\s+|i (?:need|want)(?: you)?(?: to)?\s+|"
    r"help me(?: to)?\s+)*"
    r"(?:(?:write|draft|create|produce|prepare|generate|make|compose|outline)\s+)?"
    r"(?:(?:me|us)\s+)?(?:(?:an?|the|my|our)\s+)?"
    r"(?:(?:short|long|brief|detailed|comprehensive|thorough|concise|"
    r"complete|full|in-depth|\d[\d,]*[- ]?(?:words?|pages?))\s+)*",
    re.IGNORECASE,
)
_EN_TELLS = (
    r"(?:(?:that|which) (?:covers|discuss(?:es)?|address(?:es)?|focus(?:es)? on)|"
    r"discussing|addressing|focusing on)"
)
_EN_READERS = (
    r"\s+(?:for|to)\s+(?:(?:the|our|my|an?)\s+)?(?:[\w'’-]+\s+){0,3}"
    r"(?:council(?:lors)?|board|committee|government|ministry|parliament|management|managers|team|"
    r"staff|department|mayor|public|investors|customers|clients|citizens|residents|parents|"
    r"teachers|students|beginners|readers|engineers|developers)"
)
_EN_KINDS = (
    r"(?:(?:technical|research|project|business|policy|academic|practical|user|literature|"
    r"scientific|white|case|doctoral|master['’]s|bachelor['’]s)\s+)*"
    r"(?:thesis|dissertation|study|memo|briefing|report|tutorial|guide|proposal|survey|manual|analysis|article|"
    r"document(?:ation)?|overview|outline|paper|whitepaper|essay|plan|review|handbook|introduction)"
    r"(?:\s+outline)?"
)
_EN_KIND = re.compile(
    rf"^{_EN_KINDS}(?:{_EN_READERS}(?=\s+(?:on|about|covering)\s|,?\s+{_EN_TELLS}\s))?"
    rf"(?:\s+(?:on|about|of|for|to|into|covering|describing|explaining)|,?\s+{_EN_TELLS})\s+",
    re.IGNORECASE,
)
_EN_BARE = re.compile(
    rf"\s*(?:{_EN_KINDS}\s+(?:for|of)\s+an?\s+)?{_EN_KINDS}(?:{_EN_READERS})?\s*", re.IGNORECASE
)
_EN_TAIL = re.compile(
    r",?\s+(?:including|includes|and cover|with (?:chapters|a chapter|sections|a section|"
    r"an? (?:introduction|overview|(?:executive )?summary)(?=,))|based on|"
    r"from (?:the|my|these) (?:attached |uploaded )?(?:files|notes)|"
    r"in (?:about |around )?\d[\d,]* words)\b.*$",
    re.IGNORECASE | re.DOTALL,
)
_EN_OTHERS = (
    r"(?:people|persons?|men|women|child(?:ren)?|famil(?:y|ies)|groups?|compan(?:y|ies)|firms?|"
    r"schools|cities|councils?|boards?|committees?|governments?|ministr(?:y|ies)|parliaments?|"
    r"management|teams?|staff|departments?|mayor|public|part(?:y|ies)|students|residents|parents|"
    r"clients|stud(?:y|ies)|articles?|books?|films?|novels?|journals?|debates?|meetings?|"
    r"[a-z]+(?:ers|ors|ans|ists?))"
)
"""Who or what may itself be discussing something; in doubt the title stays whole."""

_EN_PARTS = re.compile(
    r",?\s+(?:covering|(?:that|which) (?:covers|discuss(?:es)?|address(?:es)?|focus(?:es)? on)|"
    r"with an? (?:introduction|overview|(?:executive )?summary))\b.*$|"
    r",\s+(?:discussing|addressing|focusing on)\b.*$|"
    rf"(?<![\w'’-])(?![\w'’-]*?\b{_EN_OTHERS}\s)([\w'’-]+)"
    r"\s+(?:discussing|focusing on)\s[^,]+,[^,]+(?:,|\sand\s).*$",
    re.IGNORECASE | re.DOTALL,
)
"""What the text is about where nothing else says it: `a report that addresses floods`."""

_ZH_ASK = re.compile(
    r"^(?:请|麻烦|帮我|帮忙|给我|为我|我想要?|我要|我需要|需要)*"
    r"(?:(?:为|给|替)[^，。；：]{1,14}?(?=写|撰写|生成|编写|起草|制作|拟|制定))?"
    r"(?:写|撰写|生成|编写|起草|制作|准备|创建|拟定|拟|输出|制定|整理)?出?"
    r"(?:[一1](?:份|篇|个|本|套|章))?(?:\d+\s*字(?:左右|以上|以内)?的?)?(?:关于|有关|针对|围绕)?"
)
_ZH_READERS = re.compile(
    r"^.{0,4}(?:给|为|面向|提交)[^，。；：:]{1,14}的?(?:报告|方案|综述|手册|指南|文档|文章|材料)[：:]"
)
_ZH_TAIL = re.compile(r"的?(?:大纲|提纲|目录|框架)$")
_ZH_LINK = re.compile(
    r"的(?=(?:技术|研究|调研|分析|项目|实施|操作|学术|使用|工作)*"
    r"(?:报告|教程|方案|综述|手册|指南|文档|文章|论文|白皮书|计划书|建议书|说明书|介绍|分析)$)"
)


_ZH_BARE = re.compile(
    r"(?:技术|研究|调研|分析|项目|学术)*(?:报告|教程|方案|综述|手册|指南|文档|文章|论文|材料)[：:](?=.)"
)
"""A kind of document alone before the colon: the subject may stand behind it."""

_EN_NAMES = re.compile(
    r"(?:(?:about|around|some)\s+)?\d[\d,]*\s+(?:words|pages)\s+(?:on|about)\s+|"
    r"(?:the\s+)?(?:title|topic|subject)(?:\s+is\s+|:\s)|about\s+(?!\d)",
    re.IGNORECASE,
)
_ZH_NAMES = re.compile(r"(?:题目|主题|标题)(?:是|为|[：:])|题为|关于|介绍(?:一下)?")
_EN_ORDERS = re.compile(
    r"(?:includ(?:e|ing)|cover(?:ing)?|use(?!\s+of)|keep|avoid|make|write|add|do|don['’]t|please|no|not|"
    r"never|without|at (?:least|most)|up to|about|around|maximum|minimum|it|you|(?:two|three|"
    r"four|five|six|seven|eight|nine|ten) (?:words|pages|chapters|sections|parts))"
    r"(?:\s|\Z)|[\d(*•-]",
    re.IGNORECASE,
)
_ZH_ORDERS = re.compile(
    r"包[括含]|涵盖|覆盖|要(?!素)|须|需(?!求)|必须|字数|篇幅|用(?!户)|不|勿|请|至少|最多|大约|控制在|"
    r"分[为成\d一二两三四五六七八九十]|第?[一二两三四五六七八九十百千万]+(?:[、.．]|个?[字章节页]|个?部分)|[\d（(*•-]"
)
"""What tells the author how to write, a size or a list: no subject."""


def title_of(prompt: str, language: Language) -> str:
    """What the prompt is about, as a title; empty when it names no subject."""
    first = " ".join(prompt.strip().split("\n", maxsplit=1)[0].split())
    title = _chinese_title(first) if language == "zh" else _english_title(first)
    if len(title) <= LONGEST_TITLE:
        return title
    kept = title[:LONGEST_TITLE]
    return (kept if language == "zh" else kept.rpartition(" ")[0]).strip(" ,，") + "…"


def _english_title(line: str) -> str:
    head, colon, rest = line.partition(": ")
    if colon and _EN_BARE.fullmatch(_EN_ASK.sub("", head)):
        line = _subject(rest, _EN_NAMES, _EN_ORDERS) or line
    whole = _EN_TAIL.sub("", re.split(r"[.;:?!](?:\s|$)", line, maxsplit=1)[0])
    topic = _EN_PARTS.sub(r"\1", whole)
    if _EN_BARE.fullmatch(_EN_ASK.sub("", topic)):
        topic = whole
    for _ in range(2):  # "an outline for a report on …"
        topic = _EN_KIND.sub("", _EN_ASK.sub("", topic, count=1), count=1)
    topic = re.sub(r"^(?:the|an?)\s+", "", topic.strip(" ,.:"), flags=re.IGNORECASE)
    if len(topic) > LONGEST_TITLE:
        topic = topic.split(",", maxsplit=1)[0]
    return topic[:1].upper() + topic[1:]


def _subject(rest: str, names: re.Pattern[str], orders: re.Pattern[str]) -> str:
    """What stands behind the colon of a bare kind of document, empty where that is an order."""
    named = names.sub("", rest.strip(), count=1) if names.match(rest.strip()) else rest.strip()
    if orders.match(named):
        return ""
    cut = next(
        (at for at in re.finditer(r"[，,]\s*", named) if orders.match(named, at.end())), None
    )
    said = named[: cut.start()] if cut else named
    enclosed = re.fullmatch(r"[《“\"]([^《》“”\"]+)[》”\"][.。]?", said)
    return enclosed[1] if enclosed else said


def _chinese_title(line: str) -> str:
    asked = _ZH_ASK.sub("", line, count=1)
    if bare := _ZH_READERS.match(line) or _ZH_BARE.match(asked):
        rest = re.split(r"[。；？！;]", bare.string[bare.end() :], maxsplit=1)[0]
        if subject := _subject(rest, _ZH_NAMES, _ZH_ORDERS):
            return subject
    topic = re.split(r"[，。；：？！,;]", line, maxsplit=1)[0].strip()
    topic = _ZH_TAIL.sub("", _ZH_ASK.sub("", topic, count=1)).strip()
    return _ZH_LINK.sub("", topic).strip('的 《》“”"')
