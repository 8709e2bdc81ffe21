"""How well passages are found: questions, sections of handbooks, time; by words alone."""

import asyncio
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from components.examples import EXAMPLES
from evals.large_texts import large_readings, section_queries, size_bytes
from evals.table import Row
from pipeline.adapters.passage_index import PassageIndex
from pipeline.adapters.reading.from_markdown import blocks_of
from pipeline.domain.documents import (
    Block,
    Language,
    NodeId,
    OutlineNode,
    Passage,
    Reading,
    SourceId,
)
from pipeline.domain.outline import Place
from pipeline.domain.queries import queries_for
from pipeline.graphs.research import passages_on

DATA = Path(__file__).parent / "data"
LANGUAGES: tuple[Language, ...] = ("en", "zh")
PER_SECTION = 8
"""Passages that a short section gets."""

RECALL_GOAL, INDEX_GOAL_S, QUERY_GOAL_MS = 0.95, 5.0, 10.0
LARGE_MB, QUERIES = 10.0, 60


@dataclass(slots=True)
class Article:
    """A title, its paragraphs, and the questions that each of them answers."""

    title: str
    paragraphs: list[str] = field(default_factory=list)
    questions: list[tuple[str, str]] = field(default_factory=list)
    """Each with the paragraph, or with words of the passage, that answers it."""


def rows() -> list[Row]:
    """Recall of questions and of sections, and what building and asking an index takes."""
    return [*_questions(), *_other_words(), *_sections(), *_speed()]


def articles(name: str) -> list[Article]:
    """The articles of one file of labelled questions."""
    found: list[Article] = []
    question = ""
    for line in (DATA / "retrieval" / name).read_text(encoding="utf-8").splitlines():
        kind, _, text = line.partition(" ")
        if kind == "#":
            found.append(Article(text))
        elif kind == "P":
            found[-1].paragraphs.append(text)
        elif kind == "Q":
            question = text
            if found[-1].paragraphs:
                found[-1].questions.append((text, found[-1].paragraphs[-1]))
        elif kind == "A":
            found[-1].questions.append((question, text))
    return found


def _questions() -> Iterator[Row]:
    """Each question against the paragraphs of both languages and the bundled examples."""
    sets = {language: articles(f"{language}.txt") for language in LANGUAGES}
    readings = _example_readings()
    for language, found in sets.items():
        for number, article in enumerate(found):
            for place, text in enumerate(article.paragraphs):
                name = SourceId(f"{language}-{number}-{place}")
                readings[name] = _reading(name, language, (Block(kind="paragraph", text=text),))
    index = PassageIndex(readings)
    for language, found in sets.items():
        asked = [pair for article in found for pair in article.questions]
        first, five = _hits(index, asked)
        label = {"en": "XQuAD en", "zh": "CMRC 2018 zh"}[language]
        note = f"{len(asked)} questions, {len(index.passages)} passages"
        goal, met = f"≥ {RECALL_GOAL}", five >= RECALL_GOAL
        yield Row(f"retrieval: recall@5, {label}", five, "", goal, met, note)
        yield Row(f"retrieval: hit@1, {label}", first, "", "", None)


def _other_words() -> Iterator[Row]:
    """Questions that avoid the words of the passages that answer them."""
    index = PassageIndex(_example_readings())
    sets = articles("other-words.txt")
    for language in LANGUAGES:
        asked = [p for a in sets if (".zh." in a.title) == (language == "zh") for p in a.questions]
        _, five = _hits(index, asked)
        note = f"{len(asked)} questions, {len(index.passages)} passages"
        yield Row(f"retrieval: recall@5 in other words, {language}", five, "", "", None, note)


def _hits(index: PassageIndex, asked: Sequence[tuple[str, str]]) -> tuple[float, float]:
    """Shares of the questions whose answer comes first, and among the first five."""
    found = [[p.text for p in _found([question], index, 5)] for question, _ in asked]
    ranks = [
        next((rank for rank, text in enumerate(texts) if _holds(text, answer)), None)
        for texts, (_, answer) in zip(found, asked, strict=True)
    ]
    first = sum(rank == 0 for rank in ranks) / len(ranks)
    return first, sum(rank is not None for rank in ranks) / len(ranks)


def _sections() -> Iterator[Row]:
    """Passages of a handbook's sections by their titles, which the index does not know."""
    for language in LANGUAGES:
        hidden = {
            SourceId(path.stem): _hidden(path, language)
            for half in ("tune", "test")
            for path in sorted((DATA / "outlines" / half).glob(f"{language}-*.md"))
        }
        name = f"retrieval: recall@{PER_SECTION} of sections, planned queries, {language}"
        if not hidden:
            yield Row(name, 0.0, "", "> one query", met=False, note="no texts in data/outlines")
            continue
        index = PassageIndex({source: reading for source, (reading, _) in hidden.items()})
        wanted = [
            (_place(titles[number]), gold)
            for source, (_, titles) in hidden.items()
            for number, gold in _by_section(index, source).items()
        ]
        planned = [_share(gold, queries_for(place), index) for place, gold in wanted]
        single = [_share(gold, [_single(place)], index) for place, gold in wanted]
        value, before = sum(planned) / len(planned), sum(single) / len(single)
        note = f"{len(wanted)} sections; one query of title and parent: {before:.3f}"
        yield Row(name, value, "", "> one query", value > before, note)


def _hidden(path: Path, language: Language) -> tuple[Reading, list[tuple[str, ...]]]:
    """A handbook whose headings are numbers that nobody asks for, and what they were."""
    titles: list[tuple[str, ...]] = []
    above: list[tuple[int, str]] = []
    blocks: list[Block] = []
    for block in blocks_of(path.read_text(encoding="utf-8")):
        if block.kind == "heading":
            above = [*(each for each in above if each[0] < block.level), (block.level, block.text)]
            titles.append(tuple(title for _, title in above))
            blocks.append(block.model_copy(update={"text": f"§{len(titles) - 1}", "level": 1}))
        else:
            blocks.append(block)
    return _reading(path.stem, language, tuple(blocks)), titles


def _by_section(index: PassageIndex, name: SourceId) -> Mapping[int, set[str]]:
    """Ids of the passages under each heading of a handbook."""
    found: dict[int, set[str]] = {}
    for row in index.rows([name]):
        passage = index.passages[row]
        if passage.heading_path:
            found.setdefault(int(passage.heading_path[-1][1:]), set()).add(passage.id)
    return found


def _place(titles: tuple[str, ...]) -> Place:
    path = tuple(OutlineNode(id=NodeId(str(n)), title=title) for n, title in enumerate(titles))
    return Place(path[-1], "1", path)


def _single(place: Place) -> str:
    return " ".join(node.title for node in place.path[-2:])


def _share(gold: set[str], queries: Sequence[str], index: PassageIndex) -> float:
    found = {passage.id for passage in _found(queries, index, PER_SECTION)}
    return len(found & gold) / min(PER_SECTION, len(gold))


def _speed() -> Iterator[Row]:
    for language in LANGUAGES:
        readings = large_readings(language, megabytes=LARGE_MB)
        queries = section_queries(readings, QUERIES)
        began = time.process_time()
        index = PassageIndex(readings)
        built = time.process_time() - began
        began = time.process_time()
        for query in queries:
            index.find(query, limit=16)
        asked = (time.process_time() - began) / len(queries) * 1000
        note = f"{size_bytes(readings) / 1e6:.1f} MB, {len(index.passages)} passages; CPU"
        yield Row(
            f"retrieval: index of 10 MB, {language}",
            built,
            "s",
            f"≤ {INDEX_GOAL_S:.0f} s",
            built <= INDEX_GOAL_S,
            note,
        )
        yield Row(
            f"retrieval: a query in 10 MB, {language}",
            asked,
            "ms",
            f"≤ {QUERY_GOAL_MS:.0f} ms",
            asked <= QUERY_GOAL_MS,
        )


def _found(queries: Sequence[str], index: PassageIndex, limit: int) -> Sequence[Passage]:
    return asyncio.run(passages_on(queries, index, limit=limit))


def _example_readings() -> dict[SourceId, Reading]:
    return {
        SourceId(each.file_name): _reading(
            each.file_name, each.language, tuple(blocks_of(each.content().decode()))
        )
        for each in EXAMPLES.values()
    }


def _reading(name: str, language: Language, blocks: tuple[Block, ...]) -> Reading:
    return Reading(sha256=name, title=name, language=language, blocks=blocks)


def _holds(text: str, answer: str) -> bool:
    return "".join(answer.split()) in "".join(text.split())
