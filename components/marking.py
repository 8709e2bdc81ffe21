"""Marks on stretches of a text's Markdown, kept through its rendering to HTML.

Nothing is put into the Markdown, where it could break a link, a list or a table: the places are
found again while the text of each paragraph is read, and whole pieces of text are wrapped after.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, MutableMapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline, text
from markdown_it.token import Token

LINE_BREAK = re.compile(r"\r\n?|\n")
"""What ends a line for markdown-it, which then counts lines and not characters."""

WRAPPED = {"text", "code_inline", "citation", "image"}
"""Pieces that are shown; all others open, close or break something."""


class Mark(NamedTuple):
    """A stretch of the Markdown, in characters, and the name that its pieces get."""

    start: int
    end: int
    name: str


class _Line(NamedTuple):
    start: int
    text: str


@dataclass(slots=True)
class _Paragraph:
    """Where names begin and end in the text of one paragraph, heading or cell."""

    pieces: list[Token]
    """What is being made of it; an image's description is read apart, and has no places."""
    changes: list[int]
    names: list[str]
    """From `changes[i]` on, the names `names[i]` hold, joined by spaces."""
    current: str = ""

    def at(self, position: int) -> str:
        found = bisect_right(self.changes, position)
        return self.names[found - 1] if found else ""

    def next_change(self, position: int, end: int) -> int:
        found = bisect_right(self.changes, position)
        return min(self.changes[found], end) if found < len(self.changes) else end


Env = MutableMapping[str, Any]


def allow_marks(markdown: MarkdownIt) -> None:
    """Make a parser heed `marks_in` of its environment; without that nothing changes."""
    markdown.core.ruler.at("inline", _read_paragraphs)
    markdown.core.ruler.push("marks", _wrap_pieces)
    markdown.inline.ruler.before("text", "mark", _change)
    markdown.inline.ruler.at("text", _text)


def marks_in(source: str, marks: Sequence[Mark]) -> Env:
    """What the parser's environment has to hold for these marks on `source`."""
    return {"marks": marks, "lines": _lines(source)} if marks else {}


def _lines(source: str) -> list[_Line]:
    starts = [0, *(found.end() for found in LINE_BREAK.finditer(source))]
    ends = [*(found.start() for found in LINE_BREAK.finditer(source)), len(source)]
    return [_Line(start, source[start:end]) for start, end in zip(starts, ends, strict=True)]


def _read_paragraphs(state: StateCore) -> None:
    """As markdown-it does, with the places of the marks in each paragraph at hand."""
    cells: dict[int, int] = {}
    before = ""
    for token in state.tokens:
        if token.type == "inline":
            pieces: list[Token] = []
            if state.env.get("marks"):
                is_cell = before in {"th_open", "td_open"}
                stretches = _stretches(token, state.env["lines"], cells if is_cell else None)
                changes = _changes(token.content, stretches, state.env["marks"])
                state.env["paragraph"] = _Paragraph(pieces, *changes)
            token.children = state.md.inline.parse(token.content, state.md, state.env, pieces)
        before = token.type


def _stretches(
    token: Token, lines: Sequence[_Line], cells: dict[int, int] | None
) -> list[tuple[int, int, int]]:
    """For each line of a paragraph: where it stands in it, where in the source, and how long.

    Args:
        token: The paragraph; its content is its lines without what stands before each of them.
        lines: Of the source.
        cells: For a cell of a table, up to where each line is taken by the cells before it.
    """
    found: list[tuple[int, int, int]] = []
    position = 0
    first = token.map[0] if token.map else len(lines)
    for number, raw in enumerate(token.content.split("\n"), start=first):
        shown = raw.strip()
        if shown and number < len(lines):
            here = position + raw.index(shown)
            if cells is None:
                column = lines[number].text.rfind(shown)
                if column >= 0:
                    found.append((here, lines[number].start + column, len(shown)))
            else:
                found += _in_cell(shown, here, lines[number], cells, number)
        position += len(raw) + 1
    return found


def _in_cell(
    shown: str, here: int, line: _Line, cells: dict[int, int], number: int
) -> Iterator[tuple[int, int, int]]:
    """The stretches of one cell; a `|` in it is escaped in the source, so it parts two of them."""
    for piece in shown.split("|"):
        column = line.text.find(piece, cells.get(number, 0))
        if piece and column >= 0:
            cells[number] = column + len(piece)
            yield here, line.start + column, len(piece)
        here += len(piece) + 1


def _changes(
    content: str, stretches: Sequence[tuple[int, int, int]], marks: Sequence[Mark]
) -> tuple[list[int], list[str]]:
    ranges = [
        (start, end, mark.name)
        for here, there, length in stretches
        for mark in marks
        if mark.start < there + length and mark.end > there
        for start, end in [
            _trimmed(
                content,
                here + max(0, mark.start - there),
                here + min(length, mark.end - there),
            )
        ]
        if start < end
    ]
    changes = sorted({place for start, end, _ in ranges for place in (start, end)})
    names = [
        " ".join(dict.fromkeys(name for start, end, name in ranges if start <= place < end))
        for place in changes
    ]
    return changes, names


def _trimmed(content: str, start: int, end: int) -> tuple[int, int]:
    """Without outer space: a space before a line's end has a meaning to Markdown."""
    inner = content[start:end]
    return start + len(inner) - len(inner.lstrip()), end - len(inner) + len(inner.rstrip())


def _here(state: StateInline) -> _Paragraph | None:
    paragraph: _Paragraph | None = state.env.get("paragraph")
    return paragraph if paragraph is not None and paragraph.pieces is state.tokens else None


def _change(state: StateInline, silent: bool) -> bool:
    """Note where names begin or end; this takes no character, so all else is read as ever."""
    paragraph = None if silent else _here(state)
    if paragraph is not None:
        names = paragraph.at(state.pos)
        if names != paragraph.current:
            paragraph.current = names
            state.push("mark_change", "", 0).content = names
    return False


def _text(state: StateInline, silent: bool) -> bool:
    """Plain text up to the next change."""
    paragraph = None if silent else _here(state)
    if paragraph is None:
        return text(state, silent)
    start, whole = state.pos, len(state.pending)
    if not text(state, silent):
        return False
    end = paragraph.next_change(start, state.pos)
    if end < state.pos:
        state.pending = state.pending[: whole + end - start]
        state.pos = end
    return True


def _wrap_pieces(state: StateCore) -> None:
    if not state.env.get("marks"):
        return
    for token in state.tokens:
        if token.type == "inline":
            token.children = _wrapped(token.children or [])


def _wrapped(pieces: Sequence[Token]) -> list[Token]:
    """The pieces with marks around those that are shown, never across another tag."""
    made: list[Token] = []
    names, is_open = "", False
    for piece in pieces:
        is_shown = piece.type in WRAPPED
        if is_open and not is_shown:
            made.append(Token("mark_close", "mark", -1))
            is_open = False
        if piece.type == "mark_change":
            names = piece.content
            continue
        if is_shown and names and not is_open:
            attributes: dict[str, str | int | float] = {"class": "lr-mark", "data-marks": names}
            made.append(Token("mark_open", "mark", 1, attrs=attributes))
            is_open = True
        made.append(piece)
    if is_open:
        made.append(Token("mark_close", "mark", -1))
    return made
