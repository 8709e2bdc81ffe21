"""The author that is a model, against a simulated endpoint."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import pytest

from benchmarks.endpoint import Endpoint, Pace, serving
from pipeline.adapters.model_author import ModelAuthor
from pipeline.adapters.openai_chat import OpenAIChat
from pipeline.config import Settings
from pipeline.domain.briefs import OutlineBrief
from pipeline.domain.citations import checked
from pipeline.domain.documents import (
    Language,
    ProposedOutline,
)
from pipeline.domain.fusion import apply_edits
from pipeline.domain.language import detect_language
from pipeline.errors import ConfigError, ModelAnswerInvalid
from tests.unit.briefs import PASSAGES, chapter, commission, section
from tests.unit.trees import proposed_paths

T = TypeVar("T")


def with_author(
    use: Callable[[ModelAuthor, Endpoint], Awaitable[T]],
    pace: Pace | None = None,
    model: str = "sim",
) -> T:
    async def no_wait(_: float) -> None:
        return None

    async def run() -> T:
        async with serving(pace or Pace(tokens=60)) as endpoint:
            settings = Settings(
                _env_file=None, openai_base_url=endpoint.base_url, openai_model=model
            )
            chat = OpenAIChat(settings, no_wait)
            try:
                return await use(ModelAuthor(chat, settings), endpoint)
            finally:
                await chat.aclose()

    return asyncio.run(run())


@pytest.mark.parametrize("model", ["sim", "sim-noformat", "sim-cut-once"])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_an_outline_grows_to_what_is_returned(model: str, language: Language) -> None:
    grown: list[ProposedOutline] = []

    async def use(author: ModelAuthor, _: Endpoint) -> ProposedOutline:
        brief = OutlineBrief(commission=commission(language), passages=PASSAGES)
        return await author.propose_outline(brief, grown.append)

    proposed = with_author(use, Pace(tokens_per_second=400), model)

    since_start_over = grown[max((i for i, g in enumerate(grown) if not g.nodes), default=0) :]
    assert proposed.nodes
    assert all(
        proposed_paths(part.nodes).items() <= proposed_paths(proposed.nodes).items()
        for part in since_start_over
    )
    assert ("sim-cut" in model) == (ProposedOutline() in grown)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_section_is_written_with_citations_of_its_passages(language: Language) -> None:
    pieces: list[str] = []

    async def use(author: ModelAuthor, _: Endpoint) -> str:
        return await author.write_section(section(language), pieces.append)

    text = with_author(use)
    draft = checked(text, {passage.id: passage for passage in PASSAGES})

    assert detect_language("".join(pieces)) == language
    assert draft.cited
    assert draft.unknown_markers == 0


def test_an_empty_piece_withdraws_what_was_written() -> None:
    pieces: list[str] = []

    async def use(author: ModelAuthor, _: Endpoint) -> str:
        return await author.write_section(section(passages=()), pieces.append)

    text = with_author(use, model="sim-cut-once")

    last = pieces[pieces.index("") + 1 :]
    assert "".join(last).strip() == text


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_text_at_the_length_limit_is_continued_once(language: Language) -> None:
    async def use(author: ModelAuthor, endpoint: Endpoint) -> tuple[str, int]:
        text = await author.write_section(section(language, passages=()), lambda _: None)
        return text, len(endpoint.requests)

    text, asked = with_author(use, model="sim-length")

    assert asked == 2
    assert text.endswith(("。", "."))


def test_a_section_that_is_only_its_heading_is_no_section() -> None:
    async def use(author: ModelAuthor, _: Endpoint) -> str:
        return await author.write_section(section(), lambda _: None)

    with pytest.raises(ModelAnswerInvalid):
        with_author(use, model="sim-empty")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_model_that_repeats_its_instructions_has_written_no_section(language: Language) -> None:
    async def use(author: ModelAuthor, _: Endpoint) -> str:
        return await author.write_section(section(language), lambda _: None)

    with pytest.raises(ModelAnswerInvalid) as refused:
        with_author(use, model="sim-parrot")
    assert refused.value.details["reason"] == "prompt"


@pytest.mark.parametrize("language", ["en", "zh"])
def test_edits_of_a_model_are_applied_to_the_chapter(language: Language) -> None:
    async def use(author: ModelAuthor, _: Endpoint) -> int:
        edits = await author.fuse_chapter(chapter(language))
        return apply_edits(chapter(language).sections, edits).applied

    assert with_author(use) >= 1


def test_the_model_of_the_commission_is_the_one_that_is_asked() -> None:
    async def use(author: ModelAuthor, endpoint: Endpoint) -> tuple[str, str]:
        brief = section(commission=commission(model="sim-other"))
        await author.write_section(brief, lambda _: None)
        return author.name, endpoint.requests[0]["model"]

    assert with_author(use) == ("sim", "sim-other")


def test_an_author_needs_a_model() -> None:
    settings = Settings(_env_file=None)

    with pytest.raises(ConfigError):
        ModelAuthor(OpenAIChat(settings), settings)
