"""Plain text: paragraphs, lists and numbered headings, with hard-wrapped lines joined again."""

import re
from collections.abc import Iterator, Sequence

from pipeline.adapters.reading import from_markdown
from pipeline.adapters.reading.decoding import decode
from pipeline.adapters.reading.extract import Extract
from pipeline.adapters.reading.limits import Limits
from pipeline.adapters.reading.prose import Joined, clean, numbered_level
from pipeline.adapters.reading.recognise import is_like_markdown, is_prose
from pipeline.domain.documents import Block

WRAP_SHARE = 0.7
"""A line this long, measured on the longest of its paragraph, was broken by a margin."""

WRAP_WIDTHS = range(30, 130)
"""Margins that people set; a longer line is a paragraph by itself, a shorter one a verse."""

_SENTENCE_ENDS = tuple('.。!！?？:：;；”"」')
_ITEM = re.compile(r"^[ \t]*(?:[-*+•·●▪◦–]|\(?\d{1,3}[.)](?!\d))[ \t]+\S")


def extract(name: str, data: bytes, limits: Limits) -> Extract:
    """The blocks of a text file; what is written like Markdown is read as Markdown."""
    decoded = decode(name, data)
    text = clean(decoded.text)
    is_safe = limits.is_guarded or len(data) <= from_markdown.SAFE_BYTES
    if is_safe and is_prose(name) and is_like_markdown(text[: limits.chars]):
        blocks = from_markdown.blocks_within(limits, text)
        return Extract(blocks, notes=decoded.notes, as_written=text)
    return Extract(list(blocks_of(text)), notes=decoded.notes, as_written=text)


def blocks_of(text: str) -> Iterator[Block]:
    """Blocks of a text: blank lines end a paragraph; without any, each line is one."""
    for group in _groups(text.split("\n")):
        yield from _group_blocks(group)


def _groups(lines: Sequence[str]) -> Iterator[list[str]]:
    group: list[str] = []
    for line in lines:
        if line.strip():
            group.append(line.rstrip())
        elif group:
            yield group
            group = []
    if group:
        yield group


def _group_blocks(group: Sequence[str]) -> Iterator[Block]:
    builder = _Builder(group)
    for number, line in enumerate(group):
        builder.take(line, group[number - 1] if number else "")
    return iter(builder.finished())


class _Builder:
    """Turns the lines between two blank ones into blocks."""

    def __init__(self, group: Sequence[str]) -> None:
        self._blocks: list[Block] = []
        self._items: list[Joined] = []
        self._paragraph = Joined()
        self._width = _margin(group)
        self._is_single = len(group) == 1
        self._all_indented = all(line[:1].isspace() for line in group)

    def take(self, line: str, before: str) -> None:
        """Take the next line; `before` is the one above it."""
        goes_on = _is_wrapped(before, self._width)
        level = None if goes_on else numbered_level(line.strip())
        if _ITEM.match(line) and not (self._is_single and level):
            self._end_paragraph()
            self._items.append(Joined(line.replace("\t", "    ")))
        elif self._items and line[:1].isspace():
            self._items[-1].add_line(line)
        elif level:
            self._end()
            self._blocks.append(Block(kind="heading", text=line.strip(), level=level))
        elif self._paragraph and goes_on and (self._all_indented or not line[:1].isspace()):
            self._paragraph.add_line(line)
        else:
            self._end()
            self._paragraph = Joined(line)

    def finished(self) -> list[Block]:
        """All blocks of the group."""
        self._end()
        return self._blocks

    def _end(self) -> None:
        self._end_paragraph()
        if self._items:
            items = [str(item) for item in self._items]
            indent = min(len(item) - len(item.lstrip()) for item in items)
            text = "\n".join(item[indent:] for item in items)
            self._blocks.append(Block(kind="list", text=text))
            self._items = []

    def _end_paragraph(self) -> None:
        if self._paragraph:
            self._blocks.append(Block(kind="paragraph", text=str(self._paragraph).strip()))
            self._paragraph = Joined()


def _margin(group: Sequence[str]) -> int:
    """The width at which lines were broken, or 0: then each line is a paragraph.

    A margin breaks sentences; where every line ends with a full stop, the author broke them.
    """
    width = max(len(line) for line in group)
    broken = [line for line in group[:-1] if len(line) >= WRAP_SHARE * width]
    is_wrapped = any(not line.endswith(_SENTENCE_ENDS) for line in broken)
    return width if is_wrapped and width in WRAP_WIDTHS else 0


def _is_wrapped(line: str, width: int) -> bool:
    """Whether a margin broke this line, so that the next one continues its sentence."""
    return bool(width) and len(line) >= WRAP_SHARE * width
