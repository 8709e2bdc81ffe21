"""Where code and formulas of their own lines stand in Markdown: from a fence to its fellow."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

_LINE_BREAK = re.compile(r"\r\n|\n|\r")
# What ends a line in Markdown; `str.splitlines` would also split at form feeds and others.

_FENCE = re.compile(r"[ \t>]*(?:[-*+][ \t]+|\d+[.)][ \t]+)?(`{3,}|~{3,}|\$\$(?=\s*$))(.*)$")
_CODE = re.compile(r"(?<!`)(`++)[^`]*+\1(?!`)")
_LINE_END = re.compile(r"[ \t]*(?![^\r\n])")
_BLANK_LINE = re.compile(r"(?:\r\n|\n|\r)[ \t>]*(?=[\r\n])")

DOLLARS = re.compile(r"(?<!\\)(?:\\\\)*\$\$")
"""Two of them; what is behind a backslash, which none is before, marks no formula."""

NAME = r"[ \t]{0,4}@[0-9a-f]{10}"
"""What begins a citation behind its bracket."""

CITATION = re.compile(rf"[\[【［]{NAME}")
"""What begins one, also where it is written askew; dollars that would swallow it are prices."""


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
    """All fences in order; they do not overlap. One in a quotation ends where that does."""
    found: list[Fence] = []
    opened: Fence | None = None
    is_quoted, before = False, 0
    dollars = 0  # since the last blank line; where they are odd, one begins a formula
    for start, line in lines_of(text, 0, len(text)):
        if opened and is_quoted and not _is_quoted(line):
            found.append(replace(opened, end=before, is_open=False))
            opened, dollars = None, 0
        before = start + len(line)
        if opened:
            if _closes(line, opened.mark):
                found.append(replace(opened, end=before, is_open=False))
                opened, dollars = None, 0
        elif mark := _mark(text, start + len(line), line, is_in_formula=dollars % 2 == 1):
            opened = Fence("math" if mark == "$$" else "code", start, len(text), mark, is_open=True)
            is_quoted = _is_quoted(line)
        elif "$$" in line:
            dollars += len(DOLLARS.findall(_CODE.sub("", line)))
        elif dollars and not line.strip():
            dollars = 0
    return [*found, opened] if opened else found


def _is_quoted(line: str) -> bool:
    return line.lstrip(" \t").startswith(">")


def _mark(text: str, behind: int, line: str, *, is_in_formula: bool) -> str:
    """What opens a fence in the line, or nothing.

    Nor do dollars that close what was begun amid a line, or whose fellow stands amid one, or
    behind a paragraph that cites.
    """
    match = _FENCE.match(line)
    if not match:
        return ""
    mark, rest = match[1], match[2]
    if mark == "$$":
        fellow = DOLLARS.search(text, behind)
        ends = fellow is None or _LINE_END.match(text, fellow.end()) is not None
        return mark if ends and not is_in_formula and not _is_lone(text, behind, fellow) else ""
    return "" if mark[0] == "`" and "`" in rest else mark


def _is_lone(text: str, behind: int, fellow: re.Match[str] | None) -> bool:
    """Whether dollars with that fellow would hold what no formula does."""
    if fellow is None:
        return CITATION.search(text, behind) is not None
    place = (behind, fellow.start())
    return bool(_BLANK_LINE.search(text, *place) and CITATION.search(text, *place))


def _closes(line: str, mark: str) -> bool:
    if mark == "$$":
        return bool(DOLLARS.search(line))  # at the end of it, or nothing would have been opened
    match = _FENCE.match(line)
    if not match or match[2].strip():
        return False
    return match[1][0] == mark[0] and len(match[1]) >= len(mark)
