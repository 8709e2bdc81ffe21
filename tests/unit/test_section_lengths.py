"""Sections come out near their length: corrected once, and written in parts when they are long."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TypeVar

import pytest

from benchmarks.endpoint import Endpoint, Pace, serving
from pipeline.adapters.model_author import ModelAuthor
from pipeline.adapters.openai_chat import OpenAIChat
from pipeline.config import Settings
from pipeline.domain.documents import (
    ContextFile,
    Document,
    Language,
    NodeId,
    Outline,
    OutlineNode,
    SectionStatus,
)
from pipeline.domain.jobs import (
    DocumentGenerationRequest,
    DocumentResult,
    JobKind,
    SectionState,
    TaskProgress,
)
from pipeline.domain.language import detect_language
from pipeline.errors import ModelUnavailable, PipelineError
from pipeline.graphs.work import GraphWork
from pipeline.ports import Author
from tests.graph_fakes import (
    NOW,
    FreeSlots,
    ListJournal,
    ScriptedAuthor,
    ScriptedBibliographer,
    TextShelf,
    job_of,
)

T = TypeVar("T")

FIRST_TEXT = re.compile("Write the text of the section|撰写小节“.+”的正文")
CORRECTION = re.compile("came out too long|is too short|篇幅过长|太短")

LINES: Mapping[Language, str] = {
    "en": "In {year} the dam at mile {i} was raised by {i} feet.",
    "zh": "{year} 年，第 {i} 里处的坝体加高了 {i} 尺。",
}


def river(language: Language) -> ContextFile:
    lines = [LINES[language].format(year=1800 + i, i=i) for i in range(90)]
    return ContextFile(file_id="river", file_name="河.md", content="\n\n".join(["# 河", *lines]))


TITLES: Mapping[Language, str] = {"en": "The river", "zh": "河流"}


def outline(sections: int, target: int, language: Language) -> Outline:
    """Chapters of four sections each."""
    title = TITLES[language]

    def chapter(first: int) -> OutlineNode:
        below = range(first, min(sections, first + 4))
        return OutlineNode(
            id=NodeId(f"c{first}"),
            title=title,
            children=tuple(
                OutlineNode(id=NodeId(f"s{i}"), title=f"{title} {i}", target_words=target)
                for i in below
            ),
        )

    return Outline(title=title, nodes=tuple(chapter(i) for i in range(0, sections, 4)))


async def write(
    author: Author, tree: Outline, *files: ContextFile, journal: ListJournal | None = None
) -> Document:
    request = DocumentGenerationRequest(outline=tree, context_files=files)
    language = detect_language(tree.title)
    job = job_of(JobKind.DOCUMENT).model_copy(update={"language": language})
    work = GraphWork(author, TextShelf(), lambda: NOW, 1_000, ScriptedBibliographer())
    result = await work(job, request.model_dump_json(), journal or ListJournal(), FreeSlots())
    return DocumentResult.model_validate_json(result).document


def with_model(
    model: str, use: Callable[[ModelAuthor, Endpoint], Awaitable[T]], pace: Pace | None = None
) -> T:
    async def no_wait(_: float) -> None:
        return None

    async def run() -> T:
        async with serving(pace or Pace()) as endpoint:
            settings = Settings(
                _env_file=None, openai_base_url=endpoint.base_url, openai_model=model
            )
            chat = OpenAIChat(settings, no_wait)
            try:
                return await use(ModelAuthor(chat, settings), endpoint)
            finally:
                await chat.aclose()

    return asyncio.run(run())


def prompt_of(request: Mapping[str, Sequence[Mapping[str, str]]]) -> str:
    return "\n".join(message["content"] for message in request["messages"])


def states(journal: ListJournal, section: str) -> list[SectionStatus]:
    events = [e for e in journal.events if isinstance(e, SectionState)]
    return [event.state for event in events if event.section_id == section]


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("model", ["sim-short", "sim-long"])
def test_a_section_that_misses_its_length_is_corrected_once(model: str, language: Language) -> None:
    journal = ListJournal()

    async def use(author: ModelAuthor, endpoint: Endpoint) -> tuple[Document, list[str]]:
        document = await write(author, outline(4, 400, language), river(language), journal=journal)
        return document, [prompt_of(request) for request in endpoint.requests]

    document, prompts = with_model(model, use)

    sections = [s for s in document.sections if s.target_words]
    assert [360 < s.word_count < 440 for s in sections] == [True] * 4
    assert sum(bool(FIRST_TEXT.search(prompt)) for prompt in prompts) == 4
    assert sum(bool(CORRECTION.search(prompt)) for prompt in prompts) == 4
    assert states(journal, "s0") == [
        SectionStatus.RESEARCHING,
        SectionStatus.WRITING,
        SectionStatus.CHECKING,
        SectionStatus.DONE,
    ]
    assert document.integrity.citations == document.integrity.resolved > 0
    assert document.integrity.unknown_markers == 0


def test_a_section_within_its_tolerance_is_not_corrected() -> None:
    async def use(author: ModelAuthor, endpoint: Endpoint) -> list[str]:
        await write(author, outline(4, 400, "zh"), river("zh"))
        return [prompt_of(request) for request in endpoint.requests]

    prompts = with_model("sim-asked", use)

    assert sum(bool(FIRST_TEXT.search(prompt)) for prompt in prompts) == 4
    assert not any(CORRECTION.search(prompt) for prompt in prompts)


FIRST = " ".join(f"Sentence {i} of the first text tells of mill {i * i}." for i in range(10))
MORE = " ".join(f"Afterwards the miller of number {i * 7} sold his wheel." for i in range(20))


def scripted(**given: object) -> ScriptedAuthor:
    return ScriptedAuthor(texts={NodeId("s0"): FIRST}, **given)  # type: ignore[arg-type]


def text_of(author: ScriptedAuthor, journal: ListJournal | None = None, target: int = 300) -> str:
    document = asyncio.run(write(author, outline(1, target, "en"), journal=journal))
    return next(s.content for s in document.sections if s.id == "s0")


def test_a_better_text_is_taken_and_stored_as_the_section() -> None:
    journal, author = ListJournal(), scripted(resize=lambda text: f"{text}\n\n{MORE}")

    assert text_of(author, journal) == f"{FIRST}\n\n{MORE}"
    assert text_of(again := scripted(), journal) == f"{FIRST}\n\n{MORE}"
    assert (again.asked, again.resized) == ([], [])


def told(journal: ListJournal) -> list[str]:
    said = [e.progress for e in journal.events if isinstance(e, TaskProgress)]
    return [line for line in said if "keeps its length" in line]


@pytest.mark.parametrize(
    "resize",
    [
        lambda text: f"{text} Yes.",
        lambda text: f"{text}\n\n{text}\n\n{text}",
        lambda text: f"{text}\n\n```python\n{MORE}",
        lambda _: "河" * 250,
        lambda _: "",
    ],
)
def test_a_worse_text_is_refused_which_is_told_and_asked_for_no_second_time(
    resize: Callable[[str], str],
) -> None:
    journal, author = ListJournal(), scripted(resize=resize)

    assert text_of(author, journal) == FIRST
    assert [node for node, _ in author.resized] == ["s0"]
    assert states(journal, "s0")[-2:] == [SectionStatus.CHECKING, SectionStatus.DONE]
    assert told(journal) == [
        "1.1 The river 0 keeps its length: the corrected text was not the better one."
    ]


def test_a_text_that_its_author_would_not_change_is_not_told() -> None:
    journal = ListJournal()

    assert text_of(scripted(resize=lambda text: text), journal) == FIRST
    assert told(journal) == []


def test_a_correction_that_fails_keeps_the_text_as_it_was_written_and_is_told() -> None:
    journal, author = ListJournal(), scripted(resize_error=ModelUnavailable("It timed out."))

    assert text_of(author, journal) == FIRST
    assert told(journal) == ["1.1 The river 0 keeps its length: it could not be corrected."]


def test_a_section_that_failed_is_not_corrected() -> None:
    author = ScriptedAuthor(failures={NodeId("s0"): ModelUnavailable("It timed out.")})

    with pytest.raises(PipelineError):
        text_of(author)
    assert author.resized == []


def test_markers_that_a_correction_made_up_are_removed_and_counted() -> None:
    author = scripted(resize=lambda text: f"{text}\n\n{MORE} [@made-up]")

    document = asyncio.run(write(author, outline(1, 300, "en")))

    assert document.integrity.unknown_markers == 1
    assert "made-up" not in document.content


@pytest.mark.parametrize(
    ("sections", "target", "language"),
    [
        (60, 833, "en"),
        pytest.param(100, 500, "zh", marks=pytest.mark.long),
        pytest.param(4, 5_000, "zh", marks=pytest.mark.long),
    ],
)
def test_a_long_document_has_the_length_that_was_asked_for(
    sections: int, target: int, language: Language
) -> None:
    async def use(author: ModelAuthor, _: Endpoint) -> Document:
        return await write(author, outline(sections, target, language), river(language))

    document = with_model("sim-asked", use)

    assert document.word_count == pytest.approx(sections * target, rel=0.05)
    assert [s.id for s in document.sections if s.target_words and s.content] == [
        f"s{i}" for i in range(sections)
    ]
    assert document.integrity.failed_sections == 0
    assert document.integrity.citations == document.integrity.resolved > 0
