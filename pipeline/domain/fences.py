"""Where code and formulas of their own lines stand in Markdown: from a fence to its fellow."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

_LINE_BREAK = re.compile(r"\r\n|\n|\r")
# What ends a line in Markdown; `str.splitlines` would also split at form feeds and others.

_FENCE = re.compile(r"[ \t>]*(?:[-*+][ \t]+|\d+[.)][ \t]+)?(`{3,}|~{3,}|\$\$(?=\s*$))(.*)$")


@dataclass(frozen=True, slots=True)
class Fence:
    """`text[start:end]`, without the line break at its end."""

    kind: Literal["code", "math"]
    start: int
    end: int
    mark: str
    is_open: bool
    """Whether it goes on to the end of the text, and nothing closes it."""


def lines_of(text: str, start: int, end: int) -> Iterator[tuple[int, str]]:
    """The lines of `text[start:end]`, each with its place."""
    position = start
    for match in _LINE_BREAK.finditer(text, start, end):
        yield position, text[position : match.start()]
        position = match.end()
    if position < end:
        yield position, text[position:end]


def fences(text: str) -> list[Fence]:
    """All fences in order; they do not overlap."""
    found: list[Fence] = []
    opened: tuple[int, str] | None = None
    for start, line in lines_of(text, 0, len(text)):
        match = _FENCE.match(line)
        if not match:
            continue
        mark, rest = match[1], match[2]
        if opened is None:
            if mark[0] != "`" or "`" not in rest:
                opened = (start, mark)
        elif mark[0] == opened[1][0] and len(mark) >= len(opened[1]) and not rest.strip():
            found.append(Fence(_kind(mark), opened[0], start + len(line), mark, False))
            opened = None
    if opened:
        start, mark = opened
        found.append(Fence(_kind(mark), start, len(text), mark, True))
    return found


def _kind(mark: str) -> Literal["code", "math"]:
    return "math" if mark == "$$" else "code"
