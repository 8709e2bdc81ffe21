"""What a model or a template left in the text: talk about itself, and places to be filled in."""

import re
from collections.abc import Iterator
from functools import lru_cache

from pipeline.domain.documents import Document, Finding
from pipeline.domain.markdown import is_within, protected
from pipeline.domain.prose import SECTIONS_KEPT

LONGEST_SHOWN = 80
"""Characters of what was found; the place shows the rest."""

_ANYWHERE = re.compile(
    r"\bas an? (?:AI|artificial intelligence|large)(?: language)?(?: model| assistant)\b"
    r"|\bI (?:cannot|can't|am unable to|do not|don't) (?:browse|access) (?:the internet|real-time)"
    r"|\bmy (?:knowledge cut-?off|training data)\b"
    r"|作为(?:一个|一名)?(?:AI|人工智能|大型?语言模型)(?:语言模型|助手|模型)?"
    r"|我(?:无法|不能)(?:访问|浏览)(?:互联网|网络|实时)"
    r"|\[(?:insert|add|your|placeholder|name|date|company|citation needed)\b[^\]\n]{0,60}\](?!\()"
    r"|【(?:此处|待|请)[^】\n]{0,40}】|[（(](?:待补充|待定|此处填写|待完善)[^）)\n]{0,20}[）)]"
    r"|\blorem ipsum\b"
    r"|(?<![\w./-])(?:TODO|TBD|FIXME|XXX)(?![\w/-])",
    re.IGNORECASE,
)
_IN_CAPITALS = frozenset({"todo", "tbd", "fixme", "xxx"})
AT_START = re.compile(
    r"\A\s*(?:(?:sure|certainly|of course|absolutely|great)[,!.]\s"
    r"[^\n.!?]{0,80}\b(?:here(?:'s| is)|below)\b"
    r"|here(?:'s| is) (?:the|a|your|my) (?:section|text|draft|revised|rewritten|requested)\b"
    r"|(?:好的|当然|没问题)[，,！!。][^\n。！？]{0,40}(?:以下|下面|如下|这是)"
    r"|以下是(?:为您|为你|根据您|根据你|按照您|您要求)[^\n]{0,40})",
    re.IGNORECASE,
)
"""How a model begins that talks about its answer before it gives it."""
_AT_END = re.compile(
    r"(?:I hope this (?:helps|section)|let me know if you(?:'d| would)? (?:like|need|want)|"
    r"feel free to (?:ask|let me know)|would you like me to)[^\n]{0,120}\s*\Z"
    r"|(?:希望(?:以上|这些?)内容?(?:对您|对你|能)|如(?:果您?|您)?(?:还)?(?:有|需要)[^\n]{0,20}(?:请(?:随时)?告诉我|随时告诉我))"
    r"[^\n]{0,60}\s*\Z",
    re.IGNORECASE,
)


def leftovers(document: Document) -> Iterator[Finding]:
    """`values` has the `text` that was found."""
    for section in document.sections:
        for start, end in _places(section.content):
            text = " ".join(section.content[start:end].split())[:LONGEST_SHOWN]
            yield Finding(
                kind="leftover",
                section_id=section.id,
                start=start,
                end=end,
                values={"text": text},
            )


@lru_cache(maxsize=SECTIONS_KEPT)
def _places(content: str) -> tuple[tuple[int, int], ...]:
    shield = protected(content)
    matches = [
        *AT_START.finditer(content),
        *_ANYWHERE.finditer(content),
        *_AT_END.finditer(content),
    ]
    found = [
        match.span()
        for match in matches
        if not is_within(shield, match.start()) and not _is_a_word(match[0])
    ]
    return tuple(sorted(found))


def _is_a_word(text: str) -> bool:
    """Whether it is `todo` and the like in small letters: a list of things to do, or Spanish."""
    return text.lower() in _IN_CAPITALS and not text.isupper()
