"""Shapes that a model is asked for, and parts of them while it answers."""

import pytest
from pydantic import BaseModel

from benchmarks.endpoint import Endpoint, Pace
from pipeline.adapters.openai_chat import OpenAIChat
from pipeline.adapters.openai_chat.shapes import Rung
from pipeline.errors import (
    ModelAnswerInvalid,
)
from tests.simulated_chat import EN, ZH, Waits, asking, with_chat


class Part(BaseModel):
    title: str = ""
    summary: str = ""


class Whole(BaseModel):
    title: str = ""
    chapters: tuple[Part, ...] = ()


@pytest.mark.parametrize("is_watched", [True, False])
@pytest.mark.parametrize(
    ("fault", "rung"),
    [
        ("", Rung.SCHEMA),
        ("-noschema", Rung.JSON),
        ("-noformat", Rung.PROMPT),
        ("-fence", Rung.SCHEMA),
        ("-think", Rung.SCHEMA),
        ("-reasoning", Rung.SCHEMA),
    ],
)
def test_a_shape_is_got_from_every_kind_of_endpoint(
    fault: str, rung: Rung, is_watched: bool
) -> None:
    async def use(chat: OpenAIChat, endpoint: Endpoint, _: Waits) -> list[int]:
        counts = []
        for _attempt in range(2):
            value = await chat.structured(
                asking(ZH),
                model=f"sim{fault}",
                shape=Whole,
                on_partial=(lambda _: None) if is_watched else None,
            )
            assert value.title
            assert len(value.chapters) >= 3
            counts.append(len(endpoint.requests))
        return counts

    first, both = with_chat(use)

    assert first == rung + 1
    assert both == first + 1, "the way of asking that worked is remembered"


def test_prose_instead_of_a_shape_is_told_after_every_way_was_tried() -> None:
    async def use(chat: OpenAIChat, endpoint: Endpoint, _: Waits) -> int:
        with pytest.raises(ModelAnswerInvalid, match="Whole"):
            await chat.structured(asking(EN), model="sim-prose", shape=Whole)
        return len(endpoint.requests)

    assert with_chat(use) == 4


def test_half_a_shape_is_never_returned() -> None:
    async def use(chat: OpenAIChat, _: Endpoint, __: Waits) -> None:
        await chat.structured(asking(EN), model="sim-length", shape=Whole)

    with pytest.raises(ModelAnswerInvalid, match="length limit"):
        with_chat(use)


@pytest.mark.parametrize("model", ["sim", "sim-cut-once", "sim-think-closing"])
@pytest.mark.parametrize("prompt", [EN, ZH])
def test_parts_of_a_shape_only_grow(model: str, prompt: str) -> None:
    parts: list[Whole] = []

    async def use(chat: OpenAIChat, _: Endpoint, __: Waits) -> Whole:
        return await chat.structured(
            asking(prompt),
            model=model,
            shape=Whole,
            on_partial=parts.append,
            on_restart=parts.clear,
        )

    whole = with_chat(use, Pace(tokens_per_second=400))

    assert parts
    for before, after in zip(parts, [*parts[1:], whole], strict=True):
        assert after.title.startswith(before.title)
        titles = [part.title for part in before.chapters[:-1]]
        assert [part.title for part in after.chapters][: len(titles)] == titles
