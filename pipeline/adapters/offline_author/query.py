"""What a prompt asks for: the subject, the genre, and the sections it names."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.adapters.offline_author.genres import Genre, genre_of
from pipeline.domain.briefs import Commission
from pipeline.domain.documents import Language
from pipeline.domain.titles import title_of

_EN_LIST = re.compile(
    r"(?:\bcover(?:s|ing)?|\binclud(?:e|es|ing)|\b(?:sections?|chapters?|parts?)(?: on| about|:))"
    r"\s*:?\s*"
    r"([^.;\n]+)",
    re.IGNORECASE,
)
_ZH_LIST = re.compile(
    r"(?:包括|涵盖|包含|覆盖|涉及|内容有|章节有|分为|重点介绍|重点讨论)[:：]?\s*(?P<a>[^。；\n]+)"
    r"|(?:一章|专章|一节|专节)(?:讲|谈|写|介绍|讨论|论述|说明|分析)\s*(?P<b>[^。；，\n]{2,30})"
)
_ITEM = re.compile(r"^\s*(?:[-*•]|\d{1,2}[.、)）](?!\d))\s*(\S.*)$", re.MULTILINE)
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
    title = commission.title.strip() or title_of(prompt, language)
    return Query(title, genre_of(commission.document_type, prompt), _asked(prompt, language))


def listed(text: str, language: Language) -> tuple[str, ...]:
    """The items of an enumeration in a sentence, as titles."""
    return _titles(_split(text, language))


def _asked(prompt: str, language: Language) -> tuple[str, ...]:
    items = _ITEM.findall(prompt)
    if len(items) < 2:
        match = (_ZH_LIST if language == "zh" else _EN_LIST).search(prompt)
        text = next(filter(None, match.groups()), "") if match else ""
        items = _split(text, language) if text else []
    return _titles(items)


def _titles(items: Sequence[str]) -> tuple[str, ...]:
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
