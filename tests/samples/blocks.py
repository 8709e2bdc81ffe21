"""Reads a sample and shows what came of it."""

from collections.abc import Sequence

import pytest

from pipeline.adapters.reading import Limits, read_bytes
from pipeline.domain.documents import Block, Reading
from pipeline.errors import UnreadableFile


def outline(blocks: Sequence[Block]) -> list[tuple[str, int, str]]:
    """Kind, level and text of every block."""
    return [(block.kind, block.level, block.text) for block in blocks]


def pages(blocks: Sequence[Block]) -> list[tuple[str, int | None]]:
    """Text and page of every block."""
    return [(block.text, block.page) for block in blocks]


def ends(blocks: Sequence[Block]) -> list[tuple[int | None, int | None]]:
    """On which page every block begins, and on which later one it ends."""
    return [(block.page, block.last_page) for block in blocks]


def read_text(text: str, name: str = "a.txt") -> Reading:
    """Read a text as UTF-8."""
    return read_bytes(name, text.encode())


def refusal(name: str, data: bytes, limits: Limits | None = None) -> UnreadableFile:
    """The error with which a file is refused; fails if it is not."""
    with pytest.raises(UnreadableFile) as caught:
        read_bytes(name, data, limits or Limits())
    return caught.value
