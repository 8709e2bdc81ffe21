"""Labelled questions, and the pool of all texts of the evals in which their answers are looked for.

One pool for all of them, in both languages: paragraphs of the public sets, the bundled examples,
handbooks, and the pages of the support check, of which most are there to be mistaken for an answer.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from components.examples import EXAMPLES
from evals.manuals import manuals
from evals.support_cases import labelled
from pipeline.adapters.reading.from_markdown import blocks_of
from pipeline.domain.documents import Block, Language, Passage, Reading, SourceId
from pipeline.domain.units import short_id

DATA = Path(__file__).parent / "data"
LANGUAGES: tuple[Language, ...] = ("en", "zh")
PUBLIC: Mapping[Language, str] = {"en": "XQuAD en", "zh": "CMRC 2018 zh"}
HALVES = ("tune", "test")


@dataclass(slots=True)
class Article:
    """A title, its paragraphs, and the questions that each of them answers."""

    title: str
    paragraphs: list[str] = field(default_factory=list)
    questions: list[tuple[str, str]] = field(default_factory=list)
    """Each with the paragraph, or with words of the passage, that answers it."""


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


def public(language: Language, half: str) -> list[tuple[str, str]]:
    """Questions with their answers from every second article of a public set."""
    chosen = articles(f"{language}.txt")[HALVES.index(half) :: 2]
    return [pair for article in chosen for pair in article.questions]


def other_words(language: Language, half: str) -> list[tuple[str, str]]:
    """Questions that avoid the words of what answers them, on one of two files of a language."""
    of_language = [a for a in articles("other-words.txt") if _is_in(a, language)]
    return of_language[HALVES.index(half)].questions


def pool() -> dict[SourceId, Reading]:
    """Every text, by a name of its own."""
    return dict(_texts())


def holds(passage: Passage, answer: str) -> bool:
    """Whether the words that answer stand in a passage."""
    return "".join(answer.split()) in "".join(passage.text.split())


def reading_of(name: str, language: Language, blocks: Sequence[Block]) -> Reading:
    return Reading(sha256=short_id(name), title=name, language=language, blocks=tuple(blocks))


def _is_in(article: Article, language: Language) -> bool:
    return (".zh." in article.title) == (language == "zh")


def _texts() -> Iterator[tuple[SourceId, Reading]]:
    for language in LANGUAGES:
        for number, article in enumerate(articles(f"{language}.txt")):
            for place, text in enumerate(article.paragraphs):
                yield _named(f"{language}-{number}-{place}", language, [_paragraph(text)])
    for each in EXAMPLES.values():
        yield _named(each.file_name, each.language, blocks_of(each.content().decode()))
    for manual in manuals():
        yield _named(manual.name, manual.language, manual.blocks)
    pages = {case.passage: case.context for half in HALVES for case in labelled(half)}
    for number, (text, title) in enumerate(pages.items()):
        blocks = [Block(kind="heading", text=title, level=1), _paragraph(text)]
        yield _named(f"page-{number}", "en", blocks)


def _paragraph(text: str) -> Block:
    return Block(kind="paragraph", text=text)


def _named(name: str, language: Language, blocks: Sequence[Block]) -> tuple[SourceId, Reading]:
    return SourceId(name), reading_of(name, language, blocks)
