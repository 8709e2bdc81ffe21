"""Paragraphs in another language than the document."""

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import groupby

from pipeline.domain.documents import Document, DocumentSection, Finding, Language
from pipeline.domain.language import HAN, detect_language
from pipeline.domain.prose import SECTIONS_KEPT, Sentence, sentences

SHORTEST: dict[Language, int] = {"en": 12, "zh": 12}
"""Words and characters; a shorter paragraph may be a name or a term."""

_HAN_CHAR = re.compile(f"[{HAN}]")
_LATIN_WORD = re.compile(r"[A-Za-z]{2,}")
_QUOTED = re.compile(r"“[^”]*”|\"[^\"]*\"|「[^」]*」|《[^》]*》|[（(][^（）()]*[）)]")


def foreign_paragraphs(document: Document) -> Iterator[Finding]:
    """`values` has the `language` found; a section with a title in that language means it so."""
    for section in document.sections:
        for start, end, language in _paragraphs(section.content):
            if language != document.language and not _is_meant(section, language):
                yield Finding(
                    kind="language",
                    section_id=section.id,
                    start=start,
                    end=end,
                    values={"language": language},
                )


@lru_cache(maxsize=SECTIONS_KEPT)
def _paragraphs(content: str) -> tuple[tuple[int, int, Language], ...]:
    spoken = (s for s in sentences(content) if s.kind in {"paragraph", "list"})
    found: list[tuple[int, int, Language]] = []
    for _, group in groupby(spoken, key=lambda sentence: sentence.block):
        found += [
            (run[0].start, run[-1].end, language)
            for run in _runs(list(group))
            if (language := _language_of(run))
        ]
    return tuple(found)


def _runs(block: list[Sentence]) -> list[list[Sentence]]:
    """A paragraph as a whole, or what of it is in each language, when it goes over to another."""
    if any(s.text.count("“") != s.text.count("”") or s.text.count('"') % 2 for s in block):
        return [block]  # a quotation of several sentences
    return [list(run) for _, run in groupby(block, lambda each: detect_language(each.text))]


def _language_of(block: list[Sentence]) -> Language | None:
    """The language of a paragraph without what it quotes; None where too little is left."""
    text = _QUOTED.sub(" ", " ".join(sentence.text for sentence in block))
    han, latin = len(_HAN_CHAR.findall(text)), len(_LATIN_WORD.findall(text))
    if han >= SHORTEST["zh"] and han >= latin:
        return "zh"
    if latin >= SHORTEST["en"] and han * 10 < latin:
        return "en"
    return None


def _is_meant(section: DocumentSection, language: Language) -> bool:
    return bool(section.title) and detect_language(section.title, "en") == language
