"""Markdown that will not read as it was meant: open fences, uneven tables, footnotes to nowhere."""

import re
from collections.abc import Iterator
from functools import lru_cache

from pipeline.domain.documents import Document, Finding
from pipeline.domain.markdown import Span, blocks, closed, is_within, protected
from pipeline.domain.prose import SECTIONS_KEPT

Place = tuple[str, int, int]
"""The problem's code, and where it is."""

_NO_SPACE = re.compile(r"^ {0,3}#{2,6}[^\s#].*$", re.MULTILINE)
_EMPTY_LINK = re.compile(r"(?<!\\)\[[^\]\n]*\]\(\s*\)")
_OPEN_LINK = re.compile(r"(?<!\\)\[[^\]\n]+\]\([^)\s]*$", re.MULTILINE)
_BOLD = re.compile(r"(?<![A-Za-z0-9_)*\\])\*\*(?=[^\s*])|(?<=[^\s*\\])\*\*(?!\*)")
_NOTE_USED = re.compile(r"(?<!\\)\[\^([^\]\s]+)\](?!:)")
_NOTE_DEFINED = re.compile(r"^ {0,3}\[\^([^\]\s]+)\]:", re.MULTILINE)
_DOUBLE_DOLLAR = re.compile(r"(?<!\\)\$\$")
_PATTERNS = {"heading_space": _NO_SPACE, "empty_link": _EMPTY_LINK, "open_link": _OPEN_LINK}
_ROW = re.compile(r"[^\r\n]+")
_DELIMITER = re.compile(r"[ \t]*\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*$")
_CELL_EDGE = re.compile(r"(?<!\\)\|")


def broken_markup(document: Document) -> Iterator[Finding]:
    """`values` has the `problem`: `open_fence`, `heading_space`, `table_columns`, `empty_link`,
    `open_link`, `open_bold`, `footnote`, `open_math`.
    """
    for section in document.sections:
        for problem, start, end in _problems(section.content):
            yield Finding(
                kind="markdown",
                section_id=section.id,
                start=start,
                end=end,
                values={"problem": problem},
            )


@lru_cache(maxsize=SECTIONS_KEPT)
def _problems(content: str) -> tuple[Place, ...]:
    shape = blocks(content)
    shield = protected(content)
    found = [*_open_fences(content, shape), *_footnotes(content, shield)]
    for block in shape:
        if block.kind == "table":
            found += _uneven_rows(content, block)
        elif block.kind in {"paragraph", "list"}:
            found += _open_bold(content, block, shield)
    unlinked = [span for span in shield if not content.startswith(("[", "!["), span[0])]
    for code, pattern in _PATTERNS.items():
        spared = unlinked if code == "empty_link" else shield
        found += [
            (code, *match.span())
            for match in pattern.finditer(content)
            if not is_within(spared, match.start())
        ]
    return tuple(sorted(found, key=lambda place: place[1:]))


def _open_bold(content: str, block: Span, shield: list[tuple[int, int]]) -> Iterator[Place]:
    """An opening `**` that nothing closes up to the end of its paragraph."""
    marks = [
        mark
        for mark in _BOLD.finditer(content, block.start, block.end)
        if not is_within(shield, mark.start())
    ]
    if len(marks) % 2:
        line = _ROW.match(content, marks[-1].start(), block.end)
        yield "open_bold", marks[-1].start(), line.end() if line else marks[-1].end()


def _open_fences(content: str, shape: list[Span]) -> Iterator[Place]:
    """A fence that is never closed, and a `$$` without its fellow."""
    if closed(content) != content and shape:
        last = shape[-1]
        yield "open_math" if last.kind == "math" else "open_fence", last.start, last.end
        return
    code = [(block.start, block.end) for block in shape if block.kind == "code"]
    marks = [
        mark.span()
        for mark in _DOUBLE_DOLLAR.finditer(content)
        if not is_within(code, mark.start()) and not _in_ticks(content, mark.start())
    ]
    if len(marks) % 2:
        yield "open_math", *marks[-1]


def _in_ticks(content: str, position: int) -> bool:
    line = content.rfind("\n", 0, position) + 1
    return content.count("`", line, position) % 2 == 1


def _footnotes(content: str, shield: list[tuple[int, int]]) -> Iterator[Place]:
    defined = set(_NOTE_DEFINED.findall(content))
    for match in _NOTE_USED.finditer(content):
        if match[1] not in defined and not is_within(shield, match.start()):
            yield "footnote", *match.span()


def _uneven_rows(content: str, block: Span) -> Iterator[Place]:
    """Rows with another number of cells than the head."""
    rows = [row.span() for row in _ROW.finditer(content, block.start, block.end)]
    if len(rows) < 2 or not _DELIMITER.match(content[slice(*rows[1])]):
        return
    wanted = _cells(content[slice(*rows[0])])
    for start, end in rows[1:]:
        if "|" in content[start:end] and _cells(content[start:end]) != wanted:
            yield "table_columns", start, end


def _cells(row: str) -> int:
    inner = row.strip().removeprefix("|")
    if inner.endswith("|") and not inner.endswith("\\|"):
        inner = inner[:-1]
    return len(_CELL_EDGE.findall(inner)) + 1
