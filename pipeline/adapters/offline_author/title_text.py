"""A heading of a file as a title: without its number, and nothing where it is boilerplate."""

import re
from collections.abc import Iterable

from pipeline.domain.language import HAN

LONGEST_HEADING = 90
"""Characters; a longer one is a sentence that was set in bold."""

_MEASURE = (
    r"(?:[%％‰]|(?i:[mb]illion|per ?cent|km|[kmgt]wh?)\b|"
    r"(?:years|months|weeks|days|hours|minutes)\b|"
    r"万?亿(?!级|万富)|万?(?:吨(?!位)|千瓦|公里|人次|平方(?=公里|千米|米|厘米))|万元|"
    r"倍(?![频率速数压]|增[器管益])|(?:元|年|月|天)\b)"
)
"""Also by decimals: 3.5 亿元 and `2.5 years of use`; 2.1 元数据 and `2.1 Days` have numbers."""

_COUNTED = r"(?:个(?!人|体|性|案|别|税)|种(?!植|子|类|群|质|业)|项(?!目))"
_MAYBE_COUNTED = (
    r"(?:大(?!气|数|语|型|学|坝|陆|模|规|众|豆|麦|棚|小)|步(?!骤|进|行)|"
    r"条(?!件|款|约|例|形)|点(?!云|阵|火|击)|类(?!型|别|比)|层(?!次|级)|次(?!要|生|数)|"
    r"年(?!度|鉴|级|龄|金|报)|月(?!度|球|亮|报)|天(?!然|气|文|津|线|空)|元(?![数宇素件])|平方|倍|"
    r"(?i:ways|steps|tips|rules|reasons|lessons|questions|years|months|weeks|days|hours|minutes)\b)"
)
"""What is counted by the whole number before it; 大气 and 项目 are words of a title."""

_NO_AMOUNT = rf"(?!\d+\s*(?:{_MEASURE}|{_COUNTED}))"
_SURELY_NO_AMOUNT = rf"(?!\d+\s*(?:{_MEASURE}|{_COUNTED}|{_MAYBE_COUNTED}))"
_BEFORE_A_TITLE = rf"\s+(?=[A-Z{HAN}])"
_NUMBER = re.compile(rf"{_SURELY_NO_AMOUNT}(\d{{1,2}}){_BEFORE_A_TITLE}")
_MAYBE_NUMBER = re.compile(rf"{_NO_AMOUNT}(\d{{1,2}}){_BEFORE_A_TITLE}")
"""`3 Results`; and `4 Questions`, where the headings beside it are numbered so."""

_NUMBERING = re.compile(
    r"^(?:第\s*[一二三四五六七八九十百\d]+\s*(?:部分|[章节部篇])\s*[:：、.]?\s*"
    r"|[一二三四五六七八九十]{1,3}[、.．]\s*|[（(][一二三四五六七八九十\d]{1,3}[)）]\s*"
    r"|(?i:Chapter|Section|Part|Appendix)\s+(?:\d+|[IVXLC]+|[A-Z])\b\s*[:.\-–—]?\s*"
    rf"|(?!\d+\.\d+\s*{_MEASURE})\d{{1,2}}(?:\.\d{{1,2}})+[.、)]?\s*|\d{{1,2}}[.、)](?!\d)\s*"
    rf"|(?:[IVX]{{1,4}}|[ivx]{{1,4}})\.\s+|[A-Za-z]\.\s+(?=[A-Z{HAN}]))"
)
"""`3.5 Pumps` has a number; `3.5 million`, `7 ways to save it` and 5 大原则 begin with amounts."""

_BOILERPLATE = re.compile(
    r"^(?:references?|bibliography|works cited|citations|acknowledge?ments?|"
    r"(?:table of )?contents|toc|appendix|appendices|annex(?:es)?|licen[cs]e|"
    r"see also|further reading|external links|related (?:links|articles|pages|topics)|"
    r"menu|about the authors?|authors?|contact(?: us)?|disclaimer|conflicts? of interest|"
    r"author contributions?|supplementary (?:material|information)|change ?log|notes|footnotes|"
    r"list of (?:figures|tables)|untitled|"
    r"(?:figure|fig\.?|table|图|表)\s*[\d.]+.*|"
    r"目录|参考文献|参考资料|引用文献|致谢|鸣谢|附录.{0,8}|版权(?:声明|信息)|另请参阅|相关(?:链接|阅读|文章)|"
    r"延伸阅读|扩展阅读|更多信息|联系(?:我们|方式)|免责声明|作者(?:简介|介绍)?|脚注|图目录|表目录|修订记录|更新日志)$",
    re.IGNORECASE,
)
_EITHER = re.compile(
    r"^(?:literature|sources|index|copyright|navigation|funding|引用|索引|版权|声明|注释)$",
    re.IGNORECASE,
)
"""Boilerplate in one file, and the subject of a chapter in another: what stands below tells."""


def numbers_of(headings: Iterable[str]) -> frozenset[int]:
    """The whole numbers that headings of a file surely have: 3 of `3 Results`, none of 5 大原则."""
    found = (_NUMBER.match(_bare(heading)) for heading in headings)
    return frozenset(int(number[1]) for number in found if number)


def clean_title(raw: str, numbers: frozenset[int] = frozenset()) -> str:
    """A heading without its number; empty for boilerplate and for what is no heading.

    Args:
        raw: The heading.
        numbers: Those of its file: beside 3 or 5, the 4 of `4 Questions` is one as well.
    """
    title = _without_number(raw, numbers)
    if len(title) > LONGEST_HEADING or _BOILERPLATE.match(title):
        return ""
    return title if any(c.isalpha() for c in title) else ""


def is_boilerplate(heading: str) -> bool:
    """Whether what stands below such a heading is no part of the text: references, contents."""
    return bool(_BOILERPLATE.match(_without_number(heading)))


def may_be_boilerplate(heading: str) -> bool:
    """Whether what stands below such a heading has to be looked at, to know if it is a text."""
    return bool(_EITHER.match(_without_number(heading)))


def named_by(heading: str) -> str:
    """What a heading and the title that was made of it have in common, whatever the numbers."""
    title = clean_title(heading)
    maybe = _MAYBE_NUMBER.match(title)
    return title[maybe.end() :] if maybe else title


def _without_number(raw: str, numbers: frozenset[int] = frozenset()) -> str:
    title = _bare(raw)
    maybe = _MAYBE_NUMBER.match(title)
    if maybe and (_NUMBER.match(title) or numbers & {int(maybe[1]) - 1, int(maybe[1]) + 1}):
        title = title[maybe.end() :]
    else:
        title = _NUMBERING.sub("", title, count=1)
    return title.strip(" :：-–—.。")


def _bare(raw: str) -> str:
    return " ".join(raw.split()).strip("*_#` ")
