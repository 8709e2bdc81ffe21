"""What a prompt or a requirement says to leave out.

A wrong chapter is soon deleted, a lost list is not: so a line, or an item of a list, forbids only
where it begins with the negation, or ends with it right before what it lists.
"""

import re

from pipeline.domain.documents import Language

LOOKED_BACK = 60
"""Characters in which a prompt forbids what it then names: `you do not need to include any …`."""

LONGEST_CLAUSE = 200
"""Characters; a longer one forbids nothing plainly."""

_EN_NOT = r"(?:\b(?:not|never|cannot)|n['’]t)"
_EN_NO = (
    r"\b(?:no|(?<!complete )(?<!be )(?<!do )without|avoid(?:ing)?|exclud(?:e|es|ing)|"
    r"omit(?:s|ting)?|leav(?:e|es|ing) out|unnecessary|rather than|instead of)"
)
_EN_HAS = (
    r"(?:be|have|contain|include|cover|feature|provide|need|want|write|add|make|give|put|spend|"
    r"devote|discuss|mention|address)"
)
_EN_BESIDE = (
    rf"(?:\s+(?:{_EN_HAS}|to|necessary|you|writing|adding|an?|any|the|or|in|about|also|ever|even|"
    r"please|separate|own)){0,5}"
)
_EN_TELL = (
    r"(?:(?:discuss|include|cover|mention|address|contain)\b|focus on\b|"
    r"(?:write|talk|speak) (?:anything )?(?:about|of)\b|"
    r"(?:write|add|have|make) (?:[\w-]+ ){0,3}(?:chapter|section)s?\b)"
)
_EN_LISTED = r"(?:the following|these|those|any of)\b"
_EN_NEEDLESS = (
    r"(?:(?:is|are)(?: not|n['’]t) (?:to be )?(?:needed|required|wanted|necessary|included|"
    r"covered)|(?:must|should|shall|need|may|can)(?: not|n['’]t) be (?:included|added|covered|"
    r"discussed|mentioned|written)|"
    r"(?:is|are|be) (?:unnecessary|excluded|omitted|left out|out of scope))\b"
)
_EN_WHY = r"(?!.*\b(?:who|that|which|whose|why|how)\b.*:)"

_EN_REFUSED = re.compile(rf"(?:{_EN_NOT}|{_EN_NO}){_EN_BESIDE}\s*\Z", re.IGNORECASE)
_EN_REFUSED_PARTS = re.compile(
    rf"(?:{_EN_NOT}{_EN_BESIDE}(?:\s+(?:{_EN_HAS}|an?|any|the))|{_EN_NO})"
    rf"(?:\s+(?!(?:but|and|only|just|{_EN_HAS})\b)[\w-]+){{0,3}}\s*\Z",
    re.IGNORECASE,
)
"""Before `sections on`, which may have words of their own: `no overly long sections on`."""

_EN_NAMED_BY_VERB = re.compile(r"cover|includ|discuss|address|focus|with", re.IGNORECASE)
_EN_NEEDLESS_PART = re.compile(
    rf"(?:(?!\b(?:who|that|which|whose|why|how)\b)[^.,;:])*?\b{_EN_NEEDLESS}", re.IGNORECASE
)
_EN_BEGINS = re.compile(
    r"(?:(?:please|but|and|also|you|we|i|it is|there is)\s+)*"
    r"(?:(?:do|must|should|shall|can|need|may)(?: not|n['’]t)|cannot|no need|not|never)\s+"
    rf"(?:(?:need|have|want|ever|even|also|you|necessary|to)\s+)*{_EN_TELL}|"
    r"(?:please\s+)?no (?:[\w-]+ )?(?:chapter|section)s?\b(?!\s+(?:is|are|was|has|have|can)\b)",
    re.IGNORECASE,
)
_EN_ENDS = re.compile(
    # Do not write:, it must not speak of the following topics:
    rf"{_EN_WHY}.*{_EN_NOT}\s+(?:(?:need|have|want|to)\s+)*"
    rf"(?:{_EN_HAS}|list|use|write|talk|speak|focus)(?: (?:of|about|on))?"
    rf"(?: (?:any|anything|{_EN_LISTED})(?: [\w-]+){{0,3}})?\s*:|"
    # Please omit:, leave out everything on:, avoid discussing these:
    r"(?:(?:please|but|and|also)\s+)*(?:exclud(?:e|ed|ing)|omit(?:ted|ting)?|leav(?:e|ing) out|"
    r"left out|avoid(?:ing)?|without|except(?: for)?|(?:what is )?(?:out of scope|"
    rf"not (?:needed|required|wanted|included)))(?:[^.,;:]* (?:on|about|of)| {_EN_LISTED}[^.,;:]*|"
    r" (?:writing|discussing|mentioning|covering|including)[^.,;:]*)?\s*:|"
    # the following are not needed:
    rf"{_EN_WHY}.*\b(?:following|these|those|chapters|sections|topics|things)\b.*{_EN_NEEDLESS}\s*:",
    re.IGNORECASE,
)

_ZH_NO = (
    r"(?:(?<!不[得能])不(?:要|用|必|得|能|可以?|应该?|应当|该|需要?|宜|想|希望|许|准|允许)?|[无毋][需须]|"
    r"(?<![特分区类性级个识鉴辨差])别|勿|避免|禁止|没有?必要)"
)
_ZH_BESIDE = (
    r"(?:再|也|去|用|写|设[置立]?|加|有|出现|列出?|单独|专门|特别|重点|详细|额外|"
    r"在[^，。；：]{1,6}?[中里内])*+"
)
_ZH_TELL = r"(?:写(?![作成错入])|谈|讲|涉及|包括|包含|涵盖|讨论|介绍|提及|提到|论述|分析)"
_ZH_LISTED = r"(?:以下|下列|下述|如下|这些)"
_ZH_NEEDLESS = (
    r"(?:(?:可以?|应当?|应该|请|均|都)*(?:省略|略去|删去|排除)|"
    r"(?:不(?:需要?|必|用|要|应当?|应该|宜|得|予)|[无毋][需须])(?:再|单独)*"
    r"(?:写|设[置立]?|列[入出]?|出现|包括|包含|涉及|纳入|讨论)?(?=[，。；：:]|\Z))"
)

_ZH_REFUSED = re.compile(rf"{_ZH_NO}{_ZH_BESIDE}\Z")
_ZH_NEEDLESS_PART = re.compile(rf"(?:[“《「][^”》」]*[”》」])?(?:一?(?:章节?|节))?{_ZH_NEEDLESS}")
_ZH_BEGINS = re.compile(
    r"(?:请|但|也|并且?|同时|您|你|(?:本|该)?(?:报告|文章|文档|正文|全文|文)[中里]?)*"
    rf"(?!避免|禁止|不可(?:写|分析)(?!{_ZH_LISTED})|不[可能宜]?{_ZH_TELL}(?!{_ZH_LISTED})[^：:]*的)"
    rf"{_ZH_NO}{_ZH_BESIDE}(?:(?<=写)(?![作成错入])|{_ZH_TELL}|{_ZH_LISTED})"
)
_ZH_ENDS = re.compile(
    rf"(?!.*(?:为什么|为何|如何|怎[么样])).*{_ZH_NO}{_ZH_BESIDE}"
    rf"(?:(?<=[写有])|(?<=出现)|{_ZH_TELL}|含有?|(?={_ZH_LISTED}))(?:{_ZH_LISTED}[^，。：:]*)?[:：]|"
    rf"(?:{_ZH_LISTED}[^，。：:不]*|请)?{_ZH_NEEDLESS}(?:{_ZH_LISTED}[^，。：:]*)?[:：]"
)
_CLAUSE_END = re.compile(r"[，；。！？]|[.;!?,]\s+(?=\S)")


def is_refused(text: str, at: int, language: Language) -> bool:
    """Whether the words there that name sections stand behind what forbids them."""
    refused = _ZH_REFUSED
    if language == "en":
        refused = _EN_REFUSED if _EN_NAMED_BY_VERB.match(text, at) else _EN_REFUSED_PARTS
    return bool(refused.search(text, max(0, at - LOOKED_BACK), at))


def is_needless(text: str, at: int, language: Language) -> bool:
    """Whether what is said behind that place of a section is that it is not wanted."""
    return bool((_ZH_NEEDLESS_PART if language == "zh" else _EN_NEEDLESS_PART).match(text, at))


def forbids(item: str, language: Language) -> bool:
    """Whether an item of a list only forbids; `Costs (do not include taxes)` is a section."""
    return bool((_ZH_BEGINS if language == "zh" else _EN_BEGINS).match(item))


def forbids_below(line: str, language: Language) -> bool:
    """Whether what is listed below that line, or behind its colon, is to be left out."""
    line = line.rstrip()
    if not line.endswith((":", "：")):
        return False
    clause = _CLAUSE_END.split(line)[-1].strip()
    if len(clause) > LONGEST_CLAUSE:
        return False
    ends = _ZH_ENDS if language == "zh" else _EN_ENDS
    return forbids(clause, language) or bool(ends.fullmatch(clause))
