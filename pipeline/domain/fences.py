"""Where code and formulas of their own lines stand in Markdown: from a fence to its fellow."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

_LINE_BREAK = re.compile(r"\r\n|\n|\r")
# What ends a line in Markdown; `str.splitlines` would also split at form feeds and others.

_QUOTE = re.compile(r" {0,3}> ?")
_FURTHER_QUOTE = re.compile(r" *> ?")
_ITEM = re.compile(r" {0,3}(?:[-*+]|\d{1,9}[.)])(?: {1,4}(?=[^ ])| |$)")
_FENCE = re.compile(r"(?: {0,3}(`{3,}|~{3,})| *(\$\$)(?=\s*$))(.*)$")
_ENDS_PARAGRAPH = re.compile(r" {0,3}(?:#{1,6}(?: |$)|`{3,}[^`]*$|~{3})| *(?:\$\$ *)?$")
_DEEPEST = 100
# No program nests deeper, and each line is held against what is open above it.
_CODE = re.compile(r"(?<!`)(`++)[^`]*+\1(?!`)")
_LINE_END = re.compile(r"[ \t]*(?![^\r\n])")
_BLANK_LINE = re.compile(r"(?:\r\n|\n|\r)[ \t>]*(?=[\r\n])")

DOLLARS = re.compile(r"(?<!\\)(?:\\\\)*\$\$")
"""Two of them; what is behind a backslash, which none is before, marks no formula."""

NAME = r"[ \t]{0,4}@[0-9a-f]{10}"
"""What begins a citation behind its bracket."""

CITATION = re.compile(rf"[\[【［]{NAME}")
"""What begins one, also where it is written askew; dollars that would swallow it are prices."""

CITES_OR_NUMBER = re.compile(rf"{CITATION.pattern}|\[\s{{0,4}}\d{{1,4}}[\d\s,;–-]{{0,20}}\]")
"""What is no part of a formula that nothing closes, nor of one behind a blank line."""


@dataclass(frozen=True, slots=True)
class Fence:
    """`text[start:end]`, without the line break at its end."""

    kind: Literal["code", "math"]
    start: int
    end: int
    closing: str
    """The line that closes it, within the quotations and items in which it stands."""
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
    """All fences in order; they do not overlap. One in a quotation or an item ends where that does.

    A formula may go on below an item without its indent, as models write it.
    """
    found: list[Fence] = []
    opened: Fence | None = None
    around, before = _Containers(), 0
    dollars = 0  # since the last blank line; where they are odd, one begins a formula
    for start, line in lines_of(text, 0, len(text)):
        if opened and around.ends_before(line, opened.kind):
            found.append(replace(opened, end=before, is_open=False))
            opened, dollars = None, 0
        before = start + len(line)
        if opened:
            if _closes(around.inside(line), opened.closing.strip(" >")):
                found.append(replace(opened, end=before, is_open=False))
                opened, dollars = None, 0
            continue
        inside = around.entered(line)
        if mark := _mark(text, before, inside, is_in_formula=dollars % 2 == 1):
            kind: Literal["code", "math"] = "math" if mark == "$$" else "code"
            opened = Fence(kind, start, len(text), around.prefix() + mark, is_open=True)
        elif "$$" in line:
            dollars += len(DOLLARS.findall(_CODE.sub("", line)))
        elif dollars and not line.strip():
            dollars = 0
    return [*found, opened] if opened else found


class _Containers:
    """The quotations and items that are open, outermost first, as line after line is read."""

    def __init__(self) -> None:
        self._widths: list[int] = []
        """How far the text of each item is indented; 0 for a quotation."""
        self._is_in_paragraph = False
        self._is_in_empty_item = False

    def entered(self, line: str) -> str:
        """The line without the marks of what it stands in; it may begin and end containers."""
        line = line.expandtabs(4)
        count, place = self._those_of(line)
        if self._is_in_empty_item and not line[place:].strip():
            count = min(count, len(self._widths) - 1)
        goes_on = self._is_in_paragraph and count == len(self._widths)
        opened: list[int] = []
        while count + len(opened) < _DEEPEST:
            if mark := _QUOTE.match(line, place):
                opened.append(0)
            elif (mark := _ITEM.match(line, place)) and not (
                goes_on and not opened and not line[mark.end() :].strip()
            ):  # without text it begins none within a paragraph
                opened.append(mark.end() - place + (not mark[0].endswith(" ")))
            else:
                break
            place = mark.end()
        inside = line[place:]
        ends = _ENDS_PARAGRAPH.match(inside) is not None
        if opened or ends or not self._is_in_paragraph:
            self._widths[count:] = opened
        is_code = inside.startswith("    ") and not (self._is_in_paragraph and not opened)
        self._is_in_paragraph = not ends and not is_code
        self._is_in_empty_item = bool(opened and opened[-1]) and not inside.strip()
        return inside

    def inside(self, line: str) -> str:
        """A line of a fence, without the marks of what that stands in."""
        line = line.expandtabs(4)
        return line[self._those_of(line)[1] :]

    def ends_before(self, line: str, kind: Literal["code", "math"]) -> bool:
        """Whether a fence that they hold is behind its end in a line."""
        count, _ = self._those_of(line.expandtabs(4))
        rest = self._widths[count:]
        return 0 in rest or (kind == "code" and bool(rest))

    def prefix(self) -> str:
        """What a further line in them begins with."""
        return "".join(" " * width if width else "> " for width in self._widths)

    def _those_of(self, line: str) -> tuple[int, int]:
        """How many of them a line goes on with, and where in it their marks end."""
        place = 0
        for count, width in enumerate(self._widths):
            if width:
                if line.startswith(" " * width, place):
                    place += width
                elif line[place:].strip():
                    return count, place
            elif mark := _FURTHER_QUOTE.match(line, place):
                place = mark.end()
            else:
                return count, place
        return len(self._widths), place


def _mark(text: str, behind: int, line: str, *, is_in_formula: bool) -> str:
    """What opens a fence in the line, or nothing.

    Nor do dollars that close what was begun amid a line, or whose fellow stands amid one, or
    behind a paragraph that cites.
    """
    match = _FENCE.match(line)
    if not match:
        return ""
    if match[2]:
        fellow = DOLLARS.search(text, behind)
        ends = fellow is None or _LINE_END.match(text, fellow.end()) is not None
        return "$$" if ends and not is_in_formula and not _is_lone(text, behind, fellow) else ""
    return "" if match[1][0] == "`" and "`" in match[3] else match[1]


def _is_lone(text: str, behind: int, fellow: re.Match[str] | None) -> bool:
    """Whether dollars with that fellow would hold what no formula does."""
    if fellow is None:
        return CITES_OR_NUMBER.search(text, behind) is not None
    place = (behind, fellow.start())
    return bool(_BLANK_LINE.search(text, *place) and CITES_OR_NUMBER.search(text, *place))


def _closes(line: str, mark: str) -> bool:
    if mark == "$$":
        return bool(DOLLARS.search(line))  # at the end of it, or nothing would have been opened
    match = _FENCE.match(line)
    if not match or not match[1] or match[3].strip():
        return False
    return match[1][0] == mark[0] and len(match[1]) >= len(mark)
