"""What a stretch of Markdown consists of, and which parts of it no program may touch."""

import re
from bisect import bisect_right
from dataclasses import dataclass, field
from typing import Literal

from pipeline.domain.fences import CITATION, fences, lines_of
from pipeline.domain.language import HAN

Kind = Literal["paragraph", "heading", "code", "math", "list", "table", "quote", "rule"]

DEEPEST_HEADING = 6
"""Markdown has no deeper one."""

LINK_TARGET = (
    r"\(\s{0,9}(?:<[^<>\n]{0,2000}>|(?!<)[^()\s]{0,2000}(?:\([^()\s]{0,200}\)[^()\s]{0,200}){0,4})"
    r"""(?:\s{1,9}(?:"[^"\n]{0,500}"|'[^'\n]{0,500}'|\([^()\n]{0,500}\)))?\s{0,9}\)"""
)
"""What makes a link of a bracket before it; `(see above)` does not."""

_HEADING = re.compile(r" {0,3}(#{1,6})(?:[ \t]+(.*))?$")
_UNDERLINE = re.compile(r" {0,3}(=+|-{2,})[ \t]*$")
_RULE = re.compile(r" {0,3}(?:(?:-[ \t]*){3,}|(?:\*[ \t]*){3,}|(?:_[ \t]*){3,})$")
_ITEM = re.compile(r"[ \t]*(?:[-*+]|\d{1,9}[.)])[ \t]+\S")
_INDENTED = ("  ", "\t")
_MARKUP = re.compile(r"[\\`*_\[\]<>$]|~(?=~)|&(?=#?\w+;)")
_FORMULA = r"(?:(?!\\\[)[^@])+?"
# What stands between escaped brackets and holds a citation is prose: "\\[0, 1) … [@id] … (0, 1\\]".
_NAMES = r"[ \t]{0,4}@[0-9a-f]{10}"
# What begins a citation, which is no text of a link: "[0, 1) … [@id]](x)" is prose as well.
_LINKED = rf"(?:[^\[\]【\\\n]|【(?!{_NAMES})|\\[^\n])"
_CITES = (
    r"\s[\[【［](?:@|S\d)|[\[【［](?:@|S\d)[^\[\]【】［］\s]{0,128}[\]】］]"
    rf"(?:\s[A-Za-z]{{2}}|\s?[{HAN}，。；、])"
)
# What stands between two prices in a sentence, and in no formula: "40$/MWh [@id] to 60$/MWh".
_CITATION_BETWEEN = re.compile(_CITES)
# The same for dollars of which the first is none of a formula: "\\$$ [@id] and $$x$$".
_BETWEEN_DOLLARS = re.compile(r"(?<!\\)\$\$(?=((?:(?!\$\$)[\s\S])+))")
_BETWEEN_PRICES = re.compile(r"(?<![\\$])\$(?=[^\s$])(?=((?:[^$\\\n]|\\.)*)(?<=[^\s\\])\$(?!\d))")
_TITLE_MARKUP = re.compile(r"(?P<code>(?<!`)(`+)(?!`)[^`]+\2(?!`))|(?<!\\)(?:[\]$]|\[(?=@))")
_OPENING = re.compile(r"`+|\$\$?|\\[^\w\s]|\\_|!?\[|<")
_PROTECTING = ("`", "$", "<", "\\", "](", "~~~", "    ", "\t")
"""Each text with code, math or a link holds one of these."""

_TICKS = re.compile("`+")
_INLINE = re.compile(
    r"(?:(?<!`)|(?<=\\`))(?P<ticks>`+)(?!`)[\s\S]+?(?<!`)(?P=ticks)(?!`)"
    rf"|\$\$(?:(?!{CITATION.pattern})[\s\S])+?\$\$"
    rf"|(?<![\\$])\$(?=[^\s$])(?:(?!{_CITES})[^$\\\n]|\\.)*?(?<=[^\s\\])\$(?!\d)"
    rf"|\\\({_FORMULA}\\\)|\\\[{_FORMULA}\\\]"
    r"|(?P<escape>\\(?:[^\w\s]|_))"  # begins nothing else
    rf"|!?\[(?!{_NAMES})(?:{_LINKED}|\[(?!{_NAMES}){_LINKED}*\](?!{LINK_TARGET}))*\]"
    r"\([^()\s]*(?:\([^()\s]*\)[^()\s]*)*(?:\s+\"[^\"\n]*\")?\)"
    r"|<(?:https?://|mailto:)[^<>\s]*>"
)
_MATH_BLOCK = re.compile(
    rf"\\\[{_FORMULA}\\\]|\$\$(?:(?!\$\$)[\s\S])*\$\$|\$\$(?:(?!\$\$|{CITATION.pattern})[\s\S])*"
)
_STOPS = {
    "$$": re.compile(rf"\$\$|{CITATION.pattern}"),
    r"\(": re.compile(r"\\\)|\\\[|@"),
    r"\[": re.compile(r"\\\]|\\\[|@"),
}
# What ends a formula, or shows that it is none.


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
            spans += _inline(text, block.start, block.end)
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
        return f"{text.rstrip()}\n{found[-1].mark}"
    return text


def escaped(text: str) -> str:
    """Plain text that Markdown shows as it stands."""
    return _MARKUP.sub(r"\\\g<0>", text)


def with_prices_escaped(text: str) -> str:
    """The text where no `$` begins a formula, for any program, that would hold a citation."""
    if "$" not in text:
        return text
    found = [
        place
        for opening, citation in (
            (_BETWEEN_PRICES, _CITATION_BETWEEN),
            (_BETWEEN_DOLLARS, CITATION),
        )
        for match in opening.finditer(text)
        if citation.search(match[1])
        for place in range(match.start(), match.end())
    ]
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


def _inline(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Where code, formulas and links stand in a block."""
    spans: list[tuple[int, int]] = []
    ends = _Ends(text, start, end)
    position = start
    while opening := _OPENING.search(text, position, end):
        position = opening.end()
        if ends.may_come(opening) and (found := _INLINE.match(text, opening.start(), end)):
            position = found.end()
            if not found["escape"]:
                spans.append(found.span())
    return spans


class _Ends:
    """Whether what is opened in a block may be closed in it.

    Else each opening would look for its end through all that follows, in vain: thousands of them
    would take minutes. Openings are asked for in order, and none looks at what another looked at.
    """

    def __init__(self, text: str, start: int, end: int) -> None:
        self._text = text
        self._start, self._end = start, end
        self._ticks: dict[str, int] | None = None
        self._stops: dict[str, re.Match[str] | None] = {}

    def may_come(self, opening: re.Match[str]) -> bool:
        if opening[0].startswith("`"):
            return self._last_ticks(opening[0]) > opening.start()
        mark = opening[0][:2]
        if mark not in _STOPS:
            return True
        behind = opening.start() + 3  # between its marks a formula has a character at least
        stop = self._stops.get(mark)
        if mark not in self._stops or (stop and stop.start() < behind):
            stop = self._stops[mark] = _STOPS[mark].search(self._text, behind, self._end)
        return stop is not None and stop[0] in {"$$", r"\)", r"\]"}

    def _last_ticks(self, ticks: str) -> int:
        if self._ticks is None:
            runs = _TICKS.finditer(self._text, self._start, self._end)
            self._ticks = {run[0]: run.start() for run in runs}
        return self._ticks.get(ticks, -1)


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
    if lines[0].lstrip().startswith("|"):
        return True
    return (
        len(lines) > 1 and "|" in lines[0] and "-" in lines[1] and not set(lines[1]) - set("|:- \t")
    )
