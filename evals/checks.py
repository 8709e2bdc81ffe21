"""The text checks: what they find in texts that people wrote, and what all checks cost."""

import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from components.examples import EXAMPLES
from evals.documents import produced
from evals.support_cases import TEXTS
from evals.table import Row
from pipeline.domain.checking import findings_of
from pipeline.domain.claims import claims_of
from pipeline.domain.documents import (
    Document,
    DocumentSection,
    Language,
    NodeId,
    Passage,
    PassageId,
    Source,
    SourceId,
)
from pipeline.domain.language import count_words, split_sentences
from pipeline.domain.markdown import blocks

NOW = datetime(2026, 1, 1, tzinfo=UTC)

QUIET = frozenset({"abbreviation", "length"})
"""True of a text for readers who know its terms, and of one with little material."""

SECTION_WORDS = 800


def rows() -> list[Row]:
    """Alarms where there should be none, and CPU time from cold."""
    humans = [_document(path) for path in sorted(TEXTS.glob("*/*.md"))]
    words = sum(count_words(s.content) for document in humans for s in document.sections)
    alarms = sum(f.kind not in QUIET for document in humans for f in findings_of(document))
    rate = 10_000 * alarms / words
    ours = sum(f.kind not in QUIET for name in EXAMPLES for f in produced(name).findings)
    seen = f"{words:,} words, looked at while the rules were made"
    return [
        Row("checks, texts by people: findings in 10,000 words", rate, "", "≤ 1", rate <= 1, seen),
        Row("checks, bundled examples: findings", ours, "", "0", ours == 0, "offline author"),
        _cost("checks, 25,000 words: CPU time", 25_000, findings_of, 0.5),
        _cost("claims, 50,000 words: CPU time", 50_000, claims_of, 1.5),
    ]


def _cost(name: str, words: int, check: Callable[[Document], object], most_s: float) -> Row:
    document = _cited(words)
    for module in [m for key, m in sys.modules.items() if key.startswith("pipeline.domain")]:
        for each in vars(module).values():
            if hasattr(each, "cache_clear"):
                each.cache_clear()
    begun = time.process_time()
    check(document)
    spent = time.process_time() - begun
    return Row(name, spent, "s", f"≤ {most_s} s", spent <= most_s, "nothing kept from before")


def _document(path: Path) -> Document:
    """A text with a section for each of its headings."""
    text = path.read_text(encoding="utf-8")
    language: Language = "zh" if path.name.startswith("zh") else "en"
    contents: list[list[str]] = [[]]
    for block in blocks(text):
        if block.kind == "heading":
            contents.append([])
        else:
            contents[-1].append(text[block.start : block.end])
    return _of(["\n\n".join(each) for each in contents if each], language)


def _cited(words: int) -> Document:
    """About so many words of real texts, each sentence citing the paragraph that it is from."""
    contents: list[str] = []
    passages: list[Passage] = []
    gathered: list[str] = []
    left = words
    for path in sorted(TEXTS.glob("*/*.md")):
        for paragraph in path.read_text(encoding="utf-8").split("\n\n"):
            if left <= 0 or paragraph.startswith("#"):
                continue
            key = PassageId(f"p{len(passages)}")
            passages.append(Passage(id=key, source_id=SourceId("s"), text=paragraph))
            gathered.append(" ".join(f"{s} [@{key}]" for s in split_sentences(paragraph)))
            left -= count_words(paragraph)
            if sum(map(count_words, gathered)) >= SECTION_WORDS:
                contents.append("\n\n".join(gathered))
                gathered = []
    return _of([*contents, "\n\n".join(gathered)], "en", passages)


def _of(contents: Sequence[str], language: Language, passages: Sequence[Passage] = ()) -> Document:
    sections = tuple(
        DocumentSection(
            id=NodeId(f"n{number}"),
            title="第一节" if language == "zh" else "Section",
            level=1,
            number=str(number),
            content=content,
        )
        for number, content in enumerate(contents, 1)
    )
    sources = tuple(Source(id=each, title="T") for each in {p.source_id for p in passages})
    return Document(
        title="T",
        content="",
        language=language,
        sections=sections,
        sources=sources,
        passages=tuple(passages),
        generated_at=NOW,
    )
