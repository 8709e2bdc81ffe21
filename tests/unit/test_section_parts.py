"""How a model author writes a section: in parts when it is long, told what is there."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TypeVar, cast

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
from pipeline.adapters.model_author.writing import SectionWriter
from pipeline.adapters.offline_author import OfflineAuthor
from pipeline.adapters.openai_chat import Answer, OpenAIChat
from pipeline.config import Settings
from pipeline.domain.briefs import Commission, SectionBrief
from pipeline.domain.citations import checked, cited
from pipeline.domain.documents import (
    Language,
    Passage,
    PassageId,
    SourceId,
)
from pipeline.domain.language import detect_language
from pipeline.domain.lengths import CALL_WORDS, MOST_CALLS, share_repeated, words_in

T = TypeVar("T")

TITLES: Mapping[Language, str] = {"en": "The river", "zh": "河流"}

FIRST = "The river rose by two metres in one night, and nobody had measured it since spring."


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
def test_the_offline_author_does_not_stretch_what_the_passages_hold(language: Language) -> None:
    brief = brief_of(2_000, language)

    assert asyncio.run(OfflineAuthor().resize_section(brief, FIRST)) == FIRST


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


class OneAnswer:
    """A chat that always says the same."""

    def __init__(self, text: str) -> None:
        self._text = text

    async def stream(self, *_: object, **__: object) -> Answer:
        return Answer(self._text)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_only_passages_that_the_prompt_held_can_be_cited(language: Language) -> None:
    brief = brief_of(300, language)
    held = len(fitting(brief.passages))
    chat = cast("OpenAIChat", OneAnswer(f"It rose 上涨 [S{held}] and fell [S{held + 1}]."))

    text = asyncio.run(SectionWriter(chat, "m").write(brief, lambda _: None))

    assert held < len(brief.passages)
    assert cited(text) == [f"p{held - 1}", "unknown"]


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
