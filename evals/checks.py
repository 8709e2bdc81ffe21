"""The text checks: what they find in texts that people wrote, what of planted defects, the cost."""

import random
import sys
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime

from benchmarks.pace import thread_cost
from components.examples import EXAMPLES
from evals.documents import produced
from evals.manuals import Manual, manuals
from evals.planted_defects import PLANTS
from evals.questions import articles
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

NOW = datetime(2026, 1, 1, tzinfo=UTC)

LANGUAGES: Mapping[Language, str] = {"en": "English", "zh": "Chinese"}

QUIET = frozenset({"abbreviation", "length"})
"""True of a text for readers who know its terms, and of one with little material."""

SECTION_WORDS = 800

SHORT, LONG = 6, 400
"""Sections of a short document and, at most, of a long one."""

TRIALS = 4
"""Documents of each size and language; each holds one defect of each kind."""

RUNS = 3
"""Of a timed check; what else runs on the machine, and in its caches, only adds."""

SEED = 20_26


def rows() -> list[Row]:
    """Alarms where there should be none, and CPU time from cold."""
    ours = sum(f.kind not in QUIET for name in EXAMPLES for f in produced(name).findings)
    known = [_document(manual) for manual in manuals()]
    unseen = [
        document_of(article.paragraphs, language)
        for language in LANGUAGES
        for article in articles(f"{language}.txt")
    ]
    rate, words = _alarms(unseen)
    seen_rate, seen_words = _alarms(known)
    note = f"{words:,} words of Wikipedia, on which no rule was made"
    seen = f"{seen_words:,} words, looked at while the rules were made"
    return [
        Row("checks, texts by people: findings in 10,000 words", rate, "", "≤ 1", rate <= 1, note),
        Row("checks, manuals: findings in 10,000 words", seen_rate, "", "", None, seen),
        Row("checks, bundled examples: findings", ours, "", "0", ours == 0, "offline author"),
        *(_recall(language, size) for language in LANGUAGES for size in (SHORT, LONG)),
        _cost("checks, 25,000 words: CPU time", 25_000, findings_of, 0.5),
        _cost("claims, 50,000 words: CPU time", 50_000, claims_of, 1.5),
    ]


def _alarms(documents: Sequence[Document]) -> tuple[float, int]:
    """Findings in 10,000 words of texts that need none, and how many words there are."""
    words = sum(count_words(s.content) for document in documents for s in document.sections)
    alarms = sum(f.kind not in QUIET for document in documents for f in findings_of(document))
    return 10_000 * alarms / words, words


def _recall(language: Language, size: int) -> Row:
    """The share of planted defects that are found in their section, under their kind.

    By construction there is no goal: each wording is known to be found in a short text, so that
    the figure only says what the text around it hides.
    """
    rng = random.Random(f"{SEED} {language} {size}")
    texts = [
        section.content
        for manual in manuals(language=language)
        for section in _document(manual).sections
        if section.content.strip()
    ]
    missed: Counter[str] = Counter()
    for _ in range(TRIALS):
        contents = rng.sample(texts, min(size, len(texts)))
        planted = {name: plant(contents, language, rng) for name, plant in PLANTS.items()}
        document = document_of(contents, language)
        found = {(one.section_id, one.kind) for one in findings_of(document)}
        missed.update(
            n for n, (place, kind) in planted.items() if (f"n{place + 1}", kind) not in found
        )
    share = 1 - missed.total() / (TRIALS * len(PLANTS))
    words = sum(count_words(section.content) for section in document.sections)
    note = f"{TRIALS * len(PLANTS)} defects of {len(PLANTS)} kinds, each found where it is alone"
    note += f"; about {words:,} words each"
    if missed:
        note += f"; missed: {', '.join(f'{name} {count}' for name, count in missed.items())}"
    name = f"checks, {LANGUAGES[language]}, {'short' if size == SHORT else 'long'}: defects found"
    return Row(name, share, "", "", None, note)


def _cost(name: str, words: int, check: Callable[[Document], object], most_s: float) -> Row:
    document = _cited(words)
    spent = min(_seconds(document, check) for _ in range(RUNS))
    note = f"least of {RUNS}, nothing kept from before"
    return Row(name, spent, "s", f"≤ {most_s} s", spent <= most_s, note)


def _seconds(document: Document, check: Callable[[Document], object]) -> float:
    """CPU time of this thread, from cold."""
    for module in [m for key, m in sys.modules.items() if key.startswith("pipeline.domain")]:
        for each in vars(module).values():
            if hasattr(each, "cache_clear"):
                each.cache_clear()
    with thread_cost() as cost:
        check(document)
    return cost.seconds


def _document(manual: Manual) -> Document:
    """A text with a section for each of its headings."""
    contents: list[list[str]] = [[]]
    for block in manual.blocks:
        if block.kind == "heading":
            contents.append([])
        else:
            contents[-1].append(block.text)
    return document_of(["\n\n".join(each) for each in contents if each], manual.language)


def _cited(words: int) -> Document:
    """About so many words of real texts, each sentence citing the paragraph that it is from."""
    contents: list[str] = []
    passages: list[Passage] = []
    gathered: list[str] = []
    left = words
    for manual in manuals():
        for paragraph in (block.text for block in manual.blocks if block.kind == "paragraph"):
            if left <= 0:
                continue
            key = PassageId(f"p{len(passages)}")
            passages.append(Passage(id=key, source_id=SourceId("s"), text=paragraph))
            gathered.append(" ".join(f"{s} [@{key}]" for s in split_sentences(paragraph)))
            left -= count_words(paragraph)
            if sum(map(count_words, gathered)) >= SECTION_WORDS:
                contents.append("\n\n".join(gathered))
                gathered = []
    return document_of([*contents, "\n\n".join(gathered)], "en", passages)


def document_of(
    contents: Sequence[str], language: Language, passages: Sequence[Passage] = ()
) -> Document:
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
