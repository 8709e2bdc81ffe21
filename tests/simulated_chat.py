"""A model's client at a simulated endpoint on loopback, and what watches it."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import pytest

from benchmarks.endpoint import Endpoint, Pace, serving
from pipeline.adapters.openai_chat import Message, OpenAIChat, Watcher
from pipeline.config import Settings
from pipeline.errors import (
    PipelineError,
)

T = TypeVar("T")

EN = "Write about the water supply of cities."
ZH = "请写一段关于城市供水的文字。"
KEY = "sk-verysecretkey123"


class Screen:
    """Shows what a watcher was given, as the author would see it."""

    def __init__(self) -> None:
        self.text = ""
        self.pieces = 0
        self.restarts = 0

    def watcher(self) -> Watcher:
        return Watcher(self._write, self._restart)

    def _write(self, piece: str) -> None:
        self.text += piece
        self.pieces += 1

    def _restart(self) -> None:
        self.text = ""
        self.restarts += 1


class Waits(list[float]):
    """Takes waits between tries without waiting."""

    async def sleep(self, seconds: float) -> None:
        self.append(seconds)


def settings(base_url: str, **given: Any) -> Settings:
    fields = {"openai_base_url": base_url, "openai_model": "sim", "openai_api_key": KEY}
    return Settings(_env_file=None, **(fields | given))


def asking(prompt: str) -> list[Message]:
    return [
        Message(role="system", content="You write."),
        Message(role="user", content=prompt),
    ]


def with_chat(
    use: Callable[[OpenAIChat, Endpoint, Waits], Awaitable[T]],
    pace: Pace | None = None,
    **given: Any,
) -> T:
    async def run() -> T:
        waits = Waits()
        async with serving(pace or Pace(tokens=40)) as endpoint:
            chat = OpenAIChat(settings(endpoint.base_url, **given), waits.sleep)
            try:
                return await use(chat, endpoint, waits)
            finally:
                await chat.aclose()

    return asyncio.run(run())


def streamed(model: str, prompt: str = EN, **given: Any) -> tuple[str, Screen, Waits]:
    async def use(chat: OpenAIChat, _: Endpoint, waits: Waits) -> tuple[str, Screen, Waits]:
        screen = Screen()
        answer = await chat.stream(asking(prompt), model=model, watcher=screen.watcher())
        return answer.text, screen, waits

    return with_chat(use, **given)


def failure(model: str, **given: Any) -> PipelineError:
    with pytest.raises(PipelineError) as caught:
        streamed(model, **given)
    return caught.value
