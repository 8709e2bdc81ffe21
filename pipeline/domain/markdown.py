"""What a stretch of Markdown consists of, and which parts of it no program may touch."""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Kind = Literal["paragraph", "heading", "code", "math", "list", "table", "quote", "rule"]

DEEPEST_HEADING = 6
"""Markdown has no deeper one."""

LINK_TARGET = (
    r"\((?:<[^<>\n]{0,2000}>|[^()\s<]{0,2000})"
    r"""(?:\s{1,9}(?:"[^"\n]{0,500}"|'[^'\n]{0,500}'|\([^()\n]{0,500}\)))?\s{0,9}\)"""
)
"""What makes a link of a bracket before it; `(see above)` does not."""

_LINE_BREAK = re.compile(r"\r\n|\n|\r")
# What ends a line in Markdown; `str.splitlines` would also split at form feeds and others.

_FENCE = re.compile(r"[ \t>]*(?:[-*+][ \t]+|\d+[.)][ \t]+)?(`{3,}|~{3,}|\$\$(?=\s*$))(.*)$")
_HEADING = re.compile(r" {0,3}(#{1,6})(?:[ \t]+(.*?))?(?:[ \t]+#+)?[ \t]*$")
_UNDERLINE = re.compile(r" {0,3}(=+|-{2,})[ \t]*$")
_RULE = re.compile(r" {0,3}(?:(?:-[ \t]*){3,}|(?:\*[ \t]*){3,}|(?:_[ \t]*){3,})$")
_ITEM = re.compile(r"[ \t]*(?:[-*+]|\d{1,9}[.)])[ \t]+\S")
_MARKUP = re.compile(r"[\\`*_\[\]<>$]|~(?=~)|&(?=#?\w+;)")
_FORMULA = r"(?:(?!\\\[)[^@])+?"
# What stands between escaped brackets and holds a citation is prose: "\\[0, 1) … [@id] … (0, 1\\]".
_LINKED = r"(?:[^\[\]\\\n]|\\[^\n])"
_TITLE_MARKUP = re.compile(r"(?P<code>(?<!`)(`+)(?!`)[^`]+\2(?!`))|(?<!\\)(?:[\]$]|\[(?=@))")
_INLINE = re.compile(
    r"(?=[`$\\!\[<])(?:"  # what each begins with: most characters are then passed over quickly
    r"(?:(?<!`)|(?<=\\`))(?P<ticks>`+)(?!`)[\s\S]+?(?<!`)(?P=ticks)(?!`)"
    r"|\$\$[\s\S]+?\$\$"
    r"|(?<![\\$])\$(?=[^\s$])(?:[^$\\\n]|\\.)*?(?<=[^\s\\])\$(?!\d)"
    rf"|\\\({_FORMULA}\\\)|\\\[{_FORMULA}\\\]"
    r"|(?P<escape>\\(?:[^\w\s]|_))"  # begins nothing else
    rf"|!?\[(?:{_LINKED}|\[{_LINKED}*\](?!{LINK_TARGET}))*\]"
    r"\([^()\s]*(?:\([^()\s]*\)[^()\s]*)*(?:\s+\"[^\"\n]*\")?\)"
    r"|<(?:https?://|mailto:)[^<>\s]*>"
    r")"
)
_MATH_BLOCK = re.compile(rf"\\\[{_FORMULA}\\\]|\$\$(?:(?!\$\$)[\s\S])*(?:\$\$)?")


@dataclass(frozen=True, slots=True)
class Span:
    """A block of a text: `text[start:end]`, without the line break at its end."""

    kind: Kind
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Fence:
    kind: Kind
    start: int
    end: int
    mark: str
    is_open: bool


def blocks(text: str) -> list[Span]:
    """All blocks in order; they do not overlap, and only white space is between them."""
    found: list[Span] = []
    position = 0
    for fence in _fences(text):
        found += _unfenced(text, position, fence.start, found)
        found.append(Span(fence.kind, fence.start, fence.end))
        position = fence.end
    return found + _unfenced(text, position, len(text), found)


def protected(text: str) -> list[tuple[int, int]]:
    """Where code, math and links stand, in order, not overlapping."""
    spans: list[tuple[int, int]] = []
    for block in blocks(text):
        if block.kind in {"code", "math"}:
            spans.append((block.start, block.end))
        else:
            inline = _INLINE.finditer(text, block.start, block.end)
            spans += [match.span() for match in inline if not match["escape"]]
    return spans


def is_within(spans: list[tuple[int, int]], position: int) -> bool:
    """Whether one of the spans, which are in order, holds the position."""
    before = bisect_right(spans, position, key=lambda span: span[0]) - 1
    return before >= 0 and position < spans[before][1]


def headings(text: str) -> list[tuple[int, str]]:
    """Level and text of every heading outside code, in order."""
    return [
        _level_and_title(text[block.start : block.end])
        for block in blocks(text)
        if block.kind == "heading"
    ]


def demoted(text: str, below: int) -> str:
    """The text with its own headings moved below a heading level, their order of depth kept.

    What would be deeper than Markdown's deepest heading becomes a bold line.
    """
    own = [block for block in blocks(text) if block.kind == "heading"]
    if not own:
        return text
    highest = min(_level_and_title(text[block.start : block.end])[0] for block in own)
    shift = max(0, below + 1 - highest)
    pieces: list[str] = []
    position = 0
    for block in own:
        level, title = _level_and_title(text[block.start : block.end])
        pieces += [text[position : block.start], _heading(level + shift, title)]
        position = block.end
        if level + shift > DEEPEST_HEADING:
            pieces[-1] = _set_apart(text[: block.start], pieces[-1], text[block.end :])
    return "".join([*pieces, text[position:]])


def closed(text: str) -> str:
    """The text with a code or math fence that was left open closed, so that it swallows nothing."""
    fences = _fences(text)
    if fences and fences[-1].is_open:
        return f"{text.rstrip()}\n{fences[-1].mark}"
    return text


def escaped(text: str) -> str:
    """Plain text that Markdown shows as it stands."""
    return _MARKUP.sub(r"\\\g<0>", text)


def as_heading_text(title: str) -> str:
    """A title for a heading line: brackets make no citation or link in it, and `$` no formula."""
    return _TITLE_MARKUP.sub(lambda match: match["code"] or f"\\{match[0]}", title)


def _set_apart(before: str, line: str, after: str) -> str:
    """A line that is no heading any more, with the blank lines that keep it by itself."""
    opening = "\n" if before.strip() and not before.endswith("\n\n") else ""
    closing = "\n" if after.strip() and not after.startswith("\n\n") else ""
    return f"{opening}{line}{closing}"


def _heading(level: int, title: str) -> str:
    if level <= DEEPEST_HEADING:
        return f"{'#' * level} {title}"
    return f"**{title.strip('*')}**" if title else ""


def _level_and_title(block: str) -> tuple[int, str]:
    match = _HEADING.match(block)
    if match:
        return len(match[1]), (match[2] or "").strip()
    *lines, underline = _LINE_BREAK.split(block)
    return (1 if "=" in underline else 2), " ".join(line.strip() for line in lines)


def _lines(text: str, start: int, end: int) -> Iterator[tuple[int, str]]:
    position = start
    for match in _LINE_BREAK.finditer(text, start, end):
        yield position, text[position : match.start()]
        position = match.end()
    if position < end:
        yield position, text[position:end]


def _fences(text: str) -> list[_Fence]:
    found: list[_Fence] = []
    opened: tuple[int, str] | None = None
    for start, line in _lines(text, 0, len(text)):
        match = _FENCE.match(line)
        if not match:
            continue
        mark, rest = match[1], match[2]
        if opened is None:
            if mark[0] != "`" or "`" not in rest:
                opened = (start, mark)
        elif mark[0] == opened[1][0] and len(mark) >= len(opened[1]) and not rest.strip():
            found.append(_Fence(_fence_kind(mark), opened[0], start + len(line), mark, False))
            opened = None
    if opened:
        start, mark = opened
        found.append(_Fence(_fence_kind(mark), start, len(text), mark, True))
    return found


def _fence_kind(mark: str) -> Kind:
    return "math" if mark == "$$" else "code"


def _unfenced(text: str, start: int, end: int, before: list[Span]) -> list[Span]:
    found: list[Span] = []
    gathered: list[tuple[int, str]] = []

    def flush() -> None:
        if gathered:
            above = found or before
            stop = gathered[-1][0] + len(gathered[-1][1])
            kind = _kind([line for _, line in gathered], above[-1].kind if above else None)
            found.append(Span(kind, gathered[0][0], stop))
            gathered.clear()

    for position, line in _lines(text, start, end):
        alone = _kind_alone(line, bool(gathered))
        if alone or not line.strip() or (gathered and _starts_anew(line, gathered)):
            flush()
        if alone:
            found.append(Span(alone, position, position + len(line)))
        elif line.strip():
            gathered.append((position, line))
            if len(gathered) > 1 and _UNDERLINE.match(line):
                flush()
    flush()
    return found


def _kind_alone(line: str, follows: bool) -> Kind | None:
    """The kind of a line that is a block by itself; below another a rule may be an underline."""
    if _HEADING.match(line):
        return "heading"
    if _RULE.match(line) and not (follows and _UNDERLINE.match(line)):
        return "rule"
    return None


def _starts_anew(line: str, gathered: list[tuple[int, str]]) -> bool:
    """Whether a line that follows others without a blank one begins another kind of block."""
    telling = [*gathered[:2], gathered[-1]] if len(gathered) > 3 else gathered
    kind = _kind([text for _, text in telling], None)
    if kind != "paragraph":
        return False
    return bool(_ITEM.match(line)) or line.lstrip().startswith((">", "|"))


def _kind(lines: list[str], before: Kind | None) -> Kind:
    first = lines[0]
    if before == "list" and first.startswith(("  ", "\t")):
        return "list"
    if len(lines) > 1 and _UNDERLINE.match(lines[-1]) and not _ITEM.match(first):
        return "heading"
    checks: list[tuple[bool, Kind]] = [
        (first.startswith(("    ", "\t")), "code"),
        (bool(_ITEM.match(first)), "list"),
        (first.lstrip().startswith(">"), "quote"),
        (_is_table(lines), "table"),
        (_is_math(lines), "math"),
    ]
    return next((kind for holds, kind in checks if holds), "paragraph")


def _is_math(lines: list[str]) -> bool:
    """A bracket behind a backslash that nothing closes is one that was escaped.

    Nor is a formula a block that has text behind it.
    """
    if not lines[0].lstrip().startswith(("\\[", "$$")):
        return False
    return bool(_MATH_BLOCK.fullmatch("\n".join(lines).strip()))


def _is_table(lines: list[str]) -> bool:
    if lines[0].lstrip().startswith("|"):
        return True
    return (
        len(lines) > 1 and "|" in lines[0] and "-" in lines[1] and not set(lines[1]) - set("|:- \t")
    )
