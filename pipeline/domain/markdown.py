"""What a stretch of Markdown consists of, and which parts of it no program may touch."""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from pipeline.domain.fences import CITATION, CITES_OR_NUMBER, DOLLARS, fences, lines_of
from pipeline.domain.inline import CITES, FORMULA, inline_spans

Kind = Literal["paragraph", "heading", "code", "math", "list", "table", "quote", "rule"]

DEEPEST_HEADING = 6
"""Markdown has no deeper one."""

_HEADING = re.compile(r" {0,3}(#{1,6})(?:[ \t]+(.*))?$")
_UNDERLINE = re.compile(r" {0,3}(=+|-{2,})[ \t]*$")
_RULE = re.compile(r" {0,3}(?:(?:-[ \t]*){3,}|(?:\*[ \t]*){3,}|(?:_[ \t]*){3,})$")
_ITEM = re.compile(r"[ \t]*(?:[-*+]|\d{1,9}[.)])[ \t]+\S")
_INDENTED = ("  ", "\t")
_MARKUP = re.compile(r"[\\`*_\[\]<>$]|~(?=~)|&(?=#?\w+;)")
# What stands between two prices in a sentence, and in no formula: "40$/MWh [@id] to 60$/MWh".
_CITATION_BETWEEN = re.compile(rf"{CITES}|{CITATION.pattern}")
_BETWEEN_PRICES = re.compile(r"(?<![\\$])\$(?=[^\s$])(?=((?:[^$\\\n]|\\.)*)(?<=[^\s\\])\$(?!\d))")
_TITLE_MARKUP = re.compile(r"(?P<code>(?<!`)(`+)(?!`)[^`]+\2(?!`))|(?<!\\)(?:[\]$]|\[(?=@))")
_PROTECTING = ("`", "$", "<", "\\", "](", "~~~", "    ", "\t")
"""Each text with code, math or a link holds one of these."""

_NEXT_ITEM = r"(?<![^\r\n])[ \t>]*(?:[-*+]|\d{1,9}[.)])[ \t]+(?=\S)"
_INNER_HEADING = r"(?P<heading>(?<![^\r\n])[ \t>]*#{1,6}[ \t][^\r\n]*)"
_EDGES = {
    "list": re.compile(rf"{_NEXT_ITEM}|{_INNER_HEADING}"),
    "quote": re.compile(
        rf"{_NEXT_ITEM}|{_INNER_HEADING}|(?<![^\r\n])[ \t]*>[ \t>]*+(?:=++|-++)?+[ \t]*+(?![^\r\n])"
    ),
    "table": re.compile(
        r"(?P<formula>(?<![\\$])\$(?=[^\s$])[^$`@\r\n]*(?<=[^\s\\])\$(?!\d))|[\r\n]+|(?<!\\)\|"
    ),
}
_HAS_CELLS = re.compile(r"[^\r\n]*[\r\n]{1,2}[ \t]*[|:-][|: \t-]*(?![^\r\n])")
_MATH_BLOCK = re.compile(
    rf"\\\[{FORMULA}\\\]|\$\$(?:(?!\$\$)[\s\S])*\$\$|\$\$(?:(?!\$\$|{CITES_OR_NUMBER.pattern})[\s\S])*"
)


@dataclass(frozen=True, slots=True)
class Span:
    """A block of a text: `text[start:end]`, without the line break at its end."""

    kind: Kind
    start: int
    end: int


def blocks(text: str) -> list[Span]:
    """All blocks in order; they do not overlap, and only white space is between them."""
    found = _Found(text)
    position = 0
    for fence in fences(text):
        _add_unfenced(found, position, fence.start)
        found.add(fence.kind, fence.start, fence.end)
        position = fence.end
    _add_unfenced(found, position, len(text))
    return found.spans


def protected(text: str) -> list[tuple[int, int]]:
    """Where code, math and links stand, in order, not overlapping."""
    if not any(map(text.__contains__, _PROTECTING)):
        return []  # most sentences, each of which is looked at
    spans: list[tuple[int, int]] = []
    for block in blocks(text):
        if block.kind in {"code", "math"}:
            spans.append((block.start, block.end))
        else:
            for start, end in _stretches(text, block):
                spans += inline_spans(text, start, end)
    return spans


def unprotected(text: str) -> str:
    """The text without its code, math and links."""
    position, pieces = 0, []
    for start, end in protected(text):
        pieces.append(text[position:start])
        position = end
    return "".join([*pieces, text[position:]])


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
    found = fences(text)
    if found and found[-1].is_open:
        return f"{text.rstrip()}\n{found[-1].closing}"
    return text


def escaped(text: str) -> str:
    """Plain text that Markdown shows as it stands."""
    return _MARKUP.sub(r"\\\g<0>", text)


def with_prices_escaped(text: str) -> str:
    """The text where no `$` begins a formula, for any program, that would hold a citation."""
    if "$" not in text:
        return text
    found = [
        price.start()
        for price in _BETWEEN_PRICES.finditer(text)
        if _CITATION_BETWEEN.search(price[1])
    ]
    if "$$" in text and CITATION.search(text):
        ends = [dollars.end() for dollars in DOLLARS.finditer(text)]
        found += [place for end in ends for place in (end - 2, end - 1)]
    shield = protected(text) if found else []
    pieces: list[str] = []
    position = 0
    for place in sorted(found):
        if not is_within(shield, place):
            pieces += [text[position:place], "\\"]
            position = place
    return "".join([*pieces, text[position:]])


def as_heading_text(title: str) -> str:
    """A title for a heading line: brackets make no citation or link in it, and `$` no formula."""
    return _TITLE_MARKUP.sub(lambda match: match["code"] or f"\\{match[0]}", title)


def _stretches(text: str, block: Span) -> Iterator[tuple[int, int]]:
    """The items, cells, headings or paragraphs of a block: code and links end where they do."""
    start = block.start
    edges = _EDGES.get(block.kind)
    if block.kind == "table" and not _HAS_CELLS.match(text, start, block.end):
        edges = None  # without its second line it is a paragraph
    for edge in edges.finditer(text, block.start, block.end) if edges else ():
        if edge.lastgroup == "formula":
            continue  # a bar in it ends no cell
        yield start, edge.start()
        if edge.lastgroup == "heading":
            yield edge.span()
        start = edge.end()
    yield start, block.end


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
        return len(match[1]), _without_closing((match[2] or "").strip())
    *above, (_, underline) = lines_of(block, 0, len(block))
    return (1 if "=" in underline else 2), " ".join(line.strip() for _, line in above)


def _without_closing(title: str) -> str:
    """A heading's title without the marks that may close it, behind a space: `# Title #`."""
    shorter = title.rstrip("#")
    return shorter.rstrip(" \t") if shorter.endswith((" ", "\t")) else title


class _Found:
    """The blocks of a text as they are found, one after another."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.spans: list[Span] = []
        self.above: Kind | None = None
        """What an indented block goes on with: behind code in an item, the list."""

    def add(self, kind: Kind, start: int, end: int) -> None:
        self.spans.append(Span(kind, start, end))
        if kind not in {"code", "math"}:
            self.above = kind
        elif not self.text.startswith(_INDENTED, start):
            self.above = "list" if _ITEM.match(self.text, start, end) else kind


def _add_unfenced(found: _Found, start: int, end: int) -> None:
    gathered = _Gathered()

    def flush() -> None:
        if gathered.lines:
            found.add(_kind(gathered.lines, found.above), gathered.start, gathered.end)
            gathered.clear()

    for position, line in lines_of(found.text, start, end):
        alone = _kind_alone(line, bool(gathered.lines))
        if alone or not line.strip() or gathered.ends_before(line):
            flush()
        if alone:
            found.add(alone, position, position + len(line))
        elif line.strip():
            gathered.add(position, line)
            if len(gathered.lines) > 1 and _UNDERLINE.match(line):
                flush()
    flush()


@dataclass(slots=True)
class _Gathered:
    """Lines without a blank one between them; what kind they are, the first two tell."""

    lines: list[str] = field(default_factory=list)
    start: int = 0
    end: int = 0
    kind: Kind | None = None
    _formula: str = ""
    """The mark of one that they begin, and leave open."""

    def add(self, position: int, line: str) -> None:
        self.start = self.start if self.lines else position
        self.end = position + len(line)
        self.lines.append(line)
        if len(self.lines) <= 2:
            self.kind = _kind(self.lines, None)
            self._formula = _left_open("\n".join(self.lines).lstrip())

    def clear(self) -> None:
        self.lines, self.kind = [], None

    def ends_before(self, line: str) -> bool:
        """Whether a line that follows begins another kind of block."""
        if not (_ITEM.match(line) or line.lstrip().startswith((">", "|"))):
            return False
        if self.kind in {"table", "list", "code"} and line.startswith(">"):
            return True
        if self.kind in {"table", "quote"}:
            return bool(_ITEM.match(line)) and not line.startswith(("    ", "\t"))
        if len(self.lines) > 2 and self.kind in {"math", "paragraph"}:
            return not (self._formula and _is_math([self._formula, self.lines[-1]]))
        return self.kind == "paragraph" or (self.kind == "math" and self._formula != "$$")


def _left_open(begun: str) -> str:
    """The mark of the formula that a text begins with, if what follows may end it."""
    if begun.startswith("\\["):
        return "" if "@" in begun else "\\["
    return "$$" if begun.startswith("$$") and "$$" not in begun[2:] else ""


def _kind_alone(line: str, follows: bool) -> Kind | None:
    """The kind of a line that is a block by itself; below another a rule may be an underline."""
    if _HEADING.match(line):
        return "heading"
    if _RULE.match(line) and not (follows and _UNDERLINE.match(line)):
        return "rule"
    return None


def _kind(lines: list[str], before: Kind | None) -> Kind:
    first = lines[0]
    if before == "list" and first.startswith(_INDENTED):
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
    if all(line.lstrip().startswith("|") for line in lines[:2]):
        return True
    return (
        len(lines) > 1 and "|" in lines[0] and "-" in lines[1] and not set(lines[1]) - set("|:- \t")
    )
