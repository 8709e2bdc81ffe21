"""Sections come out near their length: corrected once, and written in parts when they are long."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TypeVar

import pytest

from benchmarks.endpoint import Endpoint, Pace, serving
from pipeline.adapters.model_author import ModelAuthor
from pipeline.adapters.model_author.markers import Markers
from pipeline.adapters.model_author.prompt_parts import PASSAGES_SIZE, fitting
from pipeline.adapters.model_author.section_prompts import (
    Part,
    longer_messages,
    section_messages,
    shorter_messages,
)
from pipeline.adapters.model_author.writing import CALL_WORDS, MOST_CALLS
from pipeline.adapters.offline_author import OfflineAuthor
from pipeline.adapters.openai_chat import OpenAIChat
from pipeline.config import Settings
from pipeline.domain.briefs import Commission, SectionBrief
from pipeline.domain.citations import checked, cited
from pipeline.domain.documents import (
    ContextFile,
    Document,
    Language,
    NodeId,
    Outline,
    OutlineNode,
    Passage,
    PassageId,
    SectionStatus,
    SourceId,
)
from pipeline.domain.jobs import (
    DocumentGenerationRequest,
    DocumentResult,
    JobKind,
    SectionState,
)
from pipeline.domain.language import detect_language
from pipeline.domain.lengths import share_repeated, words_in
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

CORRECTION = re.compile("came out too long|is too short|篇幅过长|太短")

RIVER = ContextFile(
    file_id="river",
    file_name="河.md",
    content="# The river\n\n"
    + "\n\n".join(f"In {1800 + i} the dam at mile {i} was raised by {i} feet." for i in range(90)),
)

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
        document = await write(author, outline(4, 400, language), RIVER, journal=journal)
        return document, [prompt_of(request) for request in endpoint.requests]

    document, prompts = with_model(model, use)

    sections = [s for s in document.sections if s.target_words]
    assert [360 < s.word_count < 440 for s in sections] == [True] * 4
    assert sum(bool(CORRECTION.search(prompt)) for prompt in prompts) == 4
    assert len(prompts) == 4 + 4 + 1, "four texts, four corrections, one fuse"
    assert states(journal, "s0") == [
        SectionStatus.RESEARCHING,
        SectionStatus.WRITING,
        SectionStatus.CHECKING,
        SectionStatus.DONE,
    ]
    assert document.integrity.citations == document.integrity.resolved > 0
    assert document.integrity.unknown_markers == 0


def test_a_section_within_its_tolerance_is_not_corrected() -> None:
    async def use(author: ModelAuthor, endpoint: Endpoint) -> int:
        await write(author, outline(4, 400, "zh"), RIVER)
        return len(endpoint.requests)

    assert with_model("sim-asked", use) == 5


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


@pytest.mark.parametrize(
    "resize",
    [
        lambda text: text,
        lambda text: f"{text} Yes.",
        lambda text: f"{text}\n\n{text}\n\n{text}",
        lambda text: f"{text}\n\n```python\n{MORE}",
        lambda _: "河" * 250,
        lambda _: "",
    ],
)
def test_a_worse_text_is_refused_quietly_and_asked_for_no_second_time(
    resize: Callable[[str], str],
) -> None:
    journal, author = ListJournal(), scripted(resize=resize)

    assert text_of(author, journal) == FIRST
    assert [node for node, _ in author.resized] == ["s0"]
    assert states(journal, "s0")[-2:] == [SectionStatus.CHECKING, SectionStatus.DONE]


def test_a_correction_that_fails_keeps_the_text_as_it_was_written() -> None:
    author = scripted(resize_error=ModelUnavailable("It timed out."))

    assert text_of(author) == FIRST


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


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_offline_author_does_not_stretch_what_the_passages_hold(language: Language) -> None:
    brief = brief_of(2_000, language)

    assert asyncio.run(OfflineAuthor().resize_section(brief, FIRST)) == FIRST


def passages(count: int, language: Language = "en") -> tuple[Passage, ...]:
    sentence = {"en": "In {y} the dam was raised.", "zh": "{y} 年坝体加高。"}[language]
    return tuple(
        Passage(
            id=PassageId(f"p{i}"),
            source_id=SourceId("river"),
            text=" ".join(sentence.format(y=1000 + 30 * i + j) for j in range(30)),
        )
        for i in range(count)
    )


def brief_of(target: int, language: Language = "en", **given: object) -> SectionBrief:
    fields = {
        "commission": Commission(language=language, title=TITLES[language]),
        "node_id": "s0",
        "number": "1.2",
        "title": f"{TITLES[language]} 0",
        "target_words": target,
        "passages": passages(80, language),
    }
    return SectionBrief.model_validate(fields | given)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_section_longer_than_a_call_is_written_in_parts_that_go_on_in_place(
    language: Language,
) -> None:
    pieces: list[str] = []
    brief = brief_of(5_000, language)

    async def use(author: ModelAuthor, endpoint: Endpoint) -> tuple[str, list[str]]:
        text = await author.write_section(brief, pieces.append)
        return text, [prompt_of(request) for request in endpoint.requests]

    text, prompts = with_model("sim-asked", use)

    assert len(prompts) == -(-5_000 // CALL_WORDS[language])
    assert 4_800 < words_in(text) < 5_200
    assert "" not in pieces
    assert share_repeated(text) < 0.02
    draft = checked(text, {p.id: p for p in brief.passages})
    assert draft.unknown_markers == 0
    assert len(draft.cited) > 40, "later parts draw on passages that the first ones left"
    assert words_in(Markers([]).restored("".join(pieces))) == pytest.approx(words_in(text), rel=0.1)


@pytest.mark.parametrize("model", ["sim-short", "sim-long", "sim-length", "sim"])
def test_the_calls_for_a_section_have_a_maximum_whatever_the_model_writes(model: str) -> None:
    async def use(author: ModelAuthor, endpoint: Endpoint) -> int:
        await author.write_section(brief_of(6_000), lambda _: None)
        return len(endpoint.requests)

    assert with_model(model, use, Pace(tokens=60)) <= 2 * -(-6_000 // CALL_WORDS["en"])


def test_a_section_of_any_length_has_a_maximum_of_calls() -> None:
    async def use(author: ModelAuthor, endpoint: Endpoint) -> int:
        await author.write_section(brief_of(1_000_000, passages=()), lambda _: None)
        return len(endpoint.requests)

    assert with_model("sim", use, Pace(tokens=30)) == MOST_CALLS


def test_a_part_that_breaks_off_starts_over_after_the_parts_before_it() -> None:
    pieces: list[str] = []

    async def use(author: ModelAuthor, _: Endpoint) -> str:
        return await author.write_section(brief_of(4_000, passages=()), pieces.append)

    text = with_model("sim-cut-once", use, Pace(tokens=50))

    shown = "".join(pieces[max(i for i, piece in enumerate(pieces) if piece == "") :])
    assert pieces.count("") == 3, "each of the three parts broke off once"
    assert shown.split() == text.split()


def test_a_model_whose_answers_are_cut_off_is_asked_for_shorter_parts_from_then_on() -> None:
    async def use(author: ModelAuthor, endpoint: Endpoint) -> tuple[int, int]:
        await author.write_section(brief_of(1_200, passages=()), lambda _: None)
        first = len(endpoint.requests)
        await author.write_section(brief_of(1_200, title="Dams", passages=()), lambda _: None)
        return first, len(endpoint.requests) - first

    assert with_model("sim-length", use, Pace(tokens=300)) == (2, 4)


def test_a_part_that_only_says_again_what_is_there_ends_the_section() -> None:
    async def use(author: ModelAuthor, endpoint: Endpoint) -> tuple[str, int]:
        text = await author.write_section(brief_of(4_500, passages=()), lambda _: None)
        return text, len(endpoint.requests)

    text, calls = with_model("sim-echoing", use)

    assert calls == 2
    assert share_repeated(text) == 0


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_parts_prompt_holds_what_is_written_and_passages_not_used_yet(language: Language) -> None:
    brief = brief_of(5_000, language)
    markers = Markers([p.id for p in brief.passages])
    end = {"en": "THE END of it [@p1].", "zh": "已写内容的结尾[@p1]。"}[language]
    written = "\n\n".join(f"OPENING{i}. {'word ' * 90}" for i in range(40)) + f"\n\n{end}"

    prompt = section_messages(brief, markers, Part(2, 4, 1_250), written)[1]["content"]

    assert all(f"OPENING{i}." in prompt for i in range(40))
    assert markers.shortened(end) in prompt
    assert "p1]" not in prompt
    assert re.search(r"\b1250\b", prompt)
    assert re.search(r"\b5000\b", prompt)
    assert len(prompt) < PASSAGES_SIZE * 1.3 + 12_000


@pytest.mark.parametrize("language", ["en", "zh"])
def test_prompts_for_corrections_name_both_lengths_in_the_documents_language(
    language: Language,
) -> None:
    brief = brief_of(400, language, passages=passages(2, language), notes="NOTES")
    markers = Markers([p.id for p in brief.passages])
    text = {"en": "It rose [@p1].", "zh": "河水上涨[@p1]。"}[language]

    longer = longer_messages(brief, markers, text, have=123, words=277)
    shorter = shorter_messages(brief, markers, text, have=987)

    for messages, numbers in ((longer, (400, 123, 277)), (shorter, (400, 987))):
        prompt = "\n".join(message["content"] for message in messages)
        assert detect_language(prompt) == language
        assert all(str(number) in prompt for number in numbers)
        assert "NOTES" in prompt
        assert "[S2]" in prompt
        assert "@p1" not in prompt


def test_only_passages_that_the_prompt_held_can_be_cited() -> None:
    brief = brief_of(300, passages=passages(80))
    held = len(fitting(brief.passages))
    markers = Markers([p.id for p in brief.passages]).only([p.id for p in fitting(brief.passages)])

    restored = markers.restored(f"It rose [S{held}] and fell [S{held + 1}].")

    assert held < 80
    assert cited(restored) == [f"p{held - 1}", "unknown"]


def test_chinese_passages_take_the_room_in_a_prompt_that_they_take_in_a_model() -> None:
    def fit(text: str) -> int:
        made = [
            Passage(id=PassageId(str(i)), source_id=SourceId("s"), text=text) for i in range(99)
        ]
        return len(fitting(made))

    assert fit("河" * 400) == fit("river   " * 100) == PASSAGES_SIZE // 800
    assert fit("河" * 100_000) == 1


@pytest.mark.parametrize(("words", "model", "offline"), [(100, 6, 8), (1_200, 20, 48)])
def test_the_number_of_passages_follows_the_length(words: int, model: int, offline: int) -> None:
    settings = Settings(_env_file=None, openai_base_url="http://127.0.0.1:9/v1", openai_model="m")
    author = ModelAuthor(OpenAIChat(settings), settings)

    assert author.passages_for(words) == model
    assert OfflineAuthor().passages_for(words) == offline
    assert 80 <= author.passages_for(5_000) <= 100
    assert author.passages_for(1_000_000) < 1_000
    assert OfflineAuthor().passages_for(1_000_000) == 400


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
        return await write(author, outline(sections, target, language), RIVER)

    document = with_model("sim-asked", use)

    assert document.word_count == pytest.approx(sections * target, rel=0.05)
    assert [s.id for s in document.sections if s.target_words and s.content] == [
        f"s{i}" for i in range(sections)
    ]
    assert document.integrity.failed_sections == 0
    assert document.integrity.citations == document.integrity.resolved > 0
