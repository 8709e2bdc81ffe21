"""What a prompt asks for: the subject, the genre, and the sections it names."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.adapters.offline_author.forbidding import forbids, forbids_below, is_refused
from pipeline.adapters.offline_author.genres import Genre, genre_of
from pipeline.domain.briefs import Commission
from pipeline.domain.documents import Language
from pipeline.domain.titles import title_of

_EN_LIST = re.compile(
    r"(?:\bcover(?:s|ing)?|\binclud(?:e|es|ing)|"
    r"\b(?:(?:sections|chapters|parts|topics)|(?:an?|one|own|separate) (?:section|chapter|part))"
    r"(?: on| about|:))"
    r"\s*:?\s*"
    r"([^.;\n]+)",
    re.IGNORECASE,
)
_EN_SEVERAL = re.compile(
    r"(?:\b(?:that|which|it|report|paper|article|guide|document|text) "
    r"(?:discuss(?:es)?|address(?:es)?|focus(?:es)? on)\b|"
    r"\b(?:discussing|addressing|focusing on)\b|"
    r"(?:\A|(?<=[.:;,!?] )|(?<=\n)|(?<=please )|(?<=and )|(?<=but )|(?<=also )|(?<=only )|"
    r"(?<=should )|(?<=must )|(?<=shall ))(?:discuss|address|focus on)\b|"
    r"\bwith(?= an? (?:introduction|overview|(?:executive )?summary)\b))"
    r"(?!\s*(?:it|them|this|us)\b)\s*([^.;:\n]+)",
    re.IGNORECASE,
)
"""Only where the text, or its author, is told to: a council may discuss things as well."""

_EN_BEHIND_COLON = re.compile(
    r"\A(?:[\w'’-]+ ){2,}"
    r"(?!(?:style|tone|audience|readers?|format|language|keywords?|for)\b)"
    r"[\w'’-]+: \s*([^.;:\n]+)",
    re.IGNORECASE,
)
_ZH_LIST = re.compile(
    r"(?:包括|涵盖|包含|覆盖|涉及|内容有|章节有|分为|重点介绍|重点讨论)[:：]?\s*(?P<a>[^。；\n]+)"
    r"|(?:一章|专章|一节|专节)(?:讲|谈|写|介绍|讨论|论述|说明|分析)\s*(?P<b>[^。；，\n]{2,30})"
)
_ZH_SEVERAL = re.compile(
    r"(?:要有|应有|须有|需有|(?<![建假架铺预摆陈虚敷])设[置立定有]?(?![备计施想法防])|"
    r"(?<![手听改])写(?![作法实字]))"
    r"(?P<a>[^。；，\n]{4,80}?)(?:这?[一二两三四五六七八九十\d]+)个?(?:章节|部分|[章节])"
    r"|从(?![业事])(?P<b>[^。；，\n]{4,80}?)等?(?:这?[几一二两三四五六七八九十\d]+)?个?(?:方面|角度|维度)"
    r"|(?:主要|着重|重点)(?:讲述?|写|谈|论述|分析|阐述|说明)(?P<c>[^。；\n]+)"
)
_ZH_BEHIND_COLON = re.compile(
    r"\A[^。；！？：:\n]{4,}"
    r"(?<!风格)(?<!语气)(?<!读者)(?<!格式)(?<!语言)(?<!关键词)[:：]"
    r"([^。；：\n]+)"
)
_EN_SIZE = (
    r"(?:(?:in|within|of|on|using|at|no|not|more than|less than|most|least|up to|under|about|"
    r"around|some|roughly)\s){0,6}\d[\d,]* (?:words?|pages?|characters?)"
    r"(?: (?:long|or less|in total))?\s*(?:,|\Z)"
)
_EN_ENOUGH = re.compile(
    r",?\s+but (?:not|without|no|never|avoid|leave|do|don['’]t)\b.*|"
    r",\s*(?:and )?(?:(?:not|never|without)(?!-| for[ -]profit)|do not|don['’]t|please|"
    r"avoid(?:ing)? \w+ing|excluding|except|leaving out)\b.*|"
    rf"\s(?:excluding|except)\s[^,;]*\Z|,?\s{_EN_SIZE}.*",
    re.IGNORECASE,
)
_ZH_TELL = (
    r"(?:写|谈|讲|说明|介绍|分析|讨论|论述|描述|涉及|包括|包含|涵盖|提及|提到|使用|引用|超过|"
    r"太|过于|再)"
)
_ZH_DO = (
    rf"(?:{_ZH_TELL}|不|勿|别|无|用|采用|阐述|指出|给出|提[出供]|附|加|列|参考|注意|注重|强调|"
    r"考虑|关注|兼顾|避免|控制|保持|确保|以|按|在|把|将|对|务必|尽量|重点|简要|详细|分别|最后|也|还|要|需|应)"
)
_ZH_SIZE = (
    r"(?:全文|总|报告|文章)?(?:字数|篇幅)?(?:应|须|要)?(?:控制|限制)?"
    r"(?:在|为|约|大约|大概|不超过|不得超过|不多于|不少于|至少|最多)*"
    r"[\d,一二两三四五六七八九十百千万]+(?:个?字|页)(?:左右|以内|以上|以下|之内)?"
)
_ZH_ENOUGH = re.compile(
    rf"[，,；;]\s*(?:(?:并(?![购行发网联列轨存排])|同时|请)(?={_ZH_DO})|但(?![丁泽书])|[并而]?且|"
    rf"(?:不[用必得能可]?|[无毋][需须]|别)(?={_ZH_TELL})|不要|不含(?!税)|勿(?!忘)|"
    rf"(?:{_ZH_SIZE}|除了?[^，,；;]{{1,12}}外)(?=[，,；;]|\Z)).*"
)
"""Where what is listed ends, and something else is said of it, as what is to be left out."""

SEVERAL = 3
"""Fewer things after such words may well be one: "discusses the effect of tides on fish and birds".
"""

LONGEST_ITEM = 100
"""Characters of what is listed; a longer one is a sentence, and a title has 60 at most."""

_BROKEN_LIST = re.compile(r"(?<=[,，、])\n(?![-*•\d])")
"""Where a line ends inside a list."""

_ITEM = re.compile(r"^\s*(?:[-*•]|\d{1,2}[.、)）](?!\d))\s*(\S.*)$")
_ZH_REST = re.compile(r"等(?:.{0,2}?(?:个|方面|内容|部分|章节|章|主题|要点))*+$")


@dataclass(frozen=True, slots=True)
class Query:
    """A prompt, understood as far as rules can."""

    title: str
    genre: Genre
    asked: tuple[str, ...]
    """Sections that the prompt names, in its order."""
    topics: tuple[str, ...] = ()
    """What it says behind a colon that the text is about, often in other words than the files."""


def read_query(commission: Commission) -> Query:
    """Read the prompt; the title is empty when the prompt names no subject."""
    prompt = "\n".join(" ".join(line.split()) for line in commission.prompt.split("\n")).strip()
    prompt = re.sub(r"\n\n+", "\n", prompt)
    prompt = _BROKEN_LIST.sub(" ", prompt)
    language = commission.language
    title = commission.title.strip() or title_of(prompt, language)
    asked = _asked(prompt, language, title)
    behind = _ZH_BEHIND_COLON if language == "zh" else _EN_BEHIND_COLON
    topics = () if asked else _titles(_several(behind, prompt, language))
    return Query(title, genre_of(commission.document_type, prompt), asked, topics)


def listed(text: str, language: Language) -> tuple[str, ...]:
    """The items of an enumeration in a sentence, as titles."""
    return _titles(_split(text, language))


def _asked(prompt: str, language: Language, title: str) -> tuple[str, ...]:
    items: Sequence[str] = _items(prompt, language)
    if len(items) < 2:
        items = _enumerated(_ZH_LIST if language == "zh" else _EN_LIST, prompt, language)
    if not items:
        items = _several(_ZH_SEVERAL if language == "zh" else _EN_SEVERAL, prompt, language, title)
    return _titles(items)


def _items(prompt: str, language: Language) -> list[str]:
    """What stands in lists, without what the line above a list, or an item itself, forbids."""
    items: list[str] = []
    is_forbidden = False
    for line in filter(str.strip, prompt.split("\n")):
        item = _ITEM.match(line)
        if item is None:
            is_forbidden = forbids_below(line, language)
        elif not is_forbidden and not forbids(item[1], language):
            items.append(item[1])
    return items


def _several(
    words: re.Pattern[str], prompt: str, language: Language, title: str = ""
) -> Sequence[str]:
    """What such words list, if it is enough to be a list and no part of the title."""
    items = _enumerated(words, prompt, language)
    is_title = any(item.strip() in title for item in items if item.strip())
    return items if len(items) >= SEVERAL and not is_title else []


def _enumerated(words: re.Pattern[str], prompt: str, language: Language) -> list[str]:
    enough = _ZH_ENOUGH if language == "zh" else _EN_ENOUGH
    match = words.search(prompt)
    while match and _is_unwanted(prompt, match, language):
        match = words.search(prompt, match.start(match.lastindex or 0))
    text = enough.sub("", match[match.lastindex or 0]) if match else ""
    return _split(text, language) if text else []


def _is_unwanted(prompt: str, match: re.Match[str], language: Language) -> bool:
    """Whether what is said there is not to be written, also by `Do not write of these: …`."""
    before = prompt[: match.start(match.lastindex or 0)].rpartition("\n")[2]
    return is_refused(prompt, match.start(), language) or forbids_below(before, language)


def _titles(items: Sequence[str]) -> tuple[str, ...]:
    clean = (_tidy(item) for item in items if len(item) <= LONGEST_ITEM)
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
    plain = re.sub(r"^(?:还|也)(?:要|应|需)?(?:包括|包含|涉及|涵盖)", "", plain)
    plain = re.sub(r"^(?:the|an?)\s+", "", plain, flags=re.IGNORECASE)
    plain = _ZH_REST.sub("", plain).strip(' .。,，:：;；“”"')
    if re.fullmatch(r"(?:etc|so on|others?|more|其他)", plain, re.IGNORECASE):
        return ""
    return plain[:1].upper() + plain[1:]
