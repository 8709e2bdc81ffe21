"""The sentences of a section's Markdown: where each stands, how it reads, and what it cites."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from html import unescape
from itertools import pairwise

from pipeline.domain.citations import cited, without_markers
from pipeline.domain.documents import PassageId
from pipeline.domain.language import sentence_spans
from pipeline.domain.markdown import Kind, Span, blocks, protected

SECTIONS_KEPT = 512
"""Two long documents; a section's sentences take about three times the room of its text."""

_ITEM = re.compile(r"^[ \t]*(?:[-*+]|\d{1,9}[.)])[ \t]+(?:\[[ xX]\][ \t]+)?", re.MULTILINE)
_QUOTE_MARK = re.compile(r"^[ \t]*(?:>[ \t]?)+", re.MULTILINE)
_DELIMITER_ROW = re.compile(r"[ \t]*\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-*:?[ \t]*)*$")
_CELL_EDGE = re.compile(r"(?<!\\)\|")
_ROW = re.compile(r"[^\r\n]+")
_IMAGE = re.compile(r"!\[[^\]\n]*\]\([^)\n]*\)")
_LINK = re.compile(r"\[([^\[\]\n]*)\]\((?:[^()\n]|\([^()\n]*\))*\)")
_FOOTNOTE = re.compile(r"\[\^[^\]\n]+\]:?")
_TAG = re.compile(r"</?[A-Za-z][^<>\n]*>")
_EMPHASIS = re.compile(r"(?<!\\)(?:\*{1,3}|(?<![^\W_])_{1,3}(?=\S)|(?<=\S)_{1,3}(?![^\W_])|~~|`+)")
_ESCAPE = re.compile(r"\\([\\`*_{}\[\]()#+\-.!|<>~$:])")
_MARKUP = frozenset("*_`~[<\\!")


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence, or a row of a table: `content[start:end]` of its section."""

    start: int
    end: int
    text: str
    """As it reads: without markers and markup."""
    kind: Kind
    """Of its block: `paragraph`, `list`, `table` or `quote`."""
    block: int
    """The sentences of one block have the same number; so do those of one list or table."""
    cites: tuple[PassageId, ...] = ()


@lru_cache(maxsize=SECTIONS_KEPT)
def sentences(content: str) -> tuple[Sentence, ...]:
    """The sentences of a section in order; headings, code, formulas and rules have none."""
    found: list[Sentence] = []
    masked = _masked(content)
    for number, block in enumerate(blocks(content)):
        for start, end in _places(masked, block):
            marked = content[start:end]
            has_marker = "@" in marked
            text = _plain(without_markers(marked) if has_marker else marked, block.kind)
            if text:
                ids = tuple(dict.fromkeys(cited(marked))) if has_marker else ()
                found.append(Sentence(start, end, text, block.kind, number, ids))
    return tuple(found)


def _places(masked: str, block: Span) -> Iterator[tuple[int, int]]:
    if block.kind == "table":
        yield from _rows(masked, block)
    elif block.kind in {"paragraph", "quote"}:
        text = masked[block.start : block.end]
        if block.kind == "quote":
            text = _QUOTE_MARK.sub(lambda mark: " " * len(mark[0]), text)
        yield from _spans(text, block.start)
    elif block.kind == "list":
        text = masked[block.start : block.end]
        marks = [mark.span() for mark in _ITEM.finditer(text)]
        edges = [(0, 0), *marks, (len(text), len(text))]
        for (_, start), (end, _) in pairwise(edges):
            yield from _spans(text[start:end], block.start + start)


def _spans(text: str, offset: int) -> Iterator[tuple[int, int]]:
    flat = text.replace("\n", " ").replace("\r", " ")
    return ((offset + start, offset + end) for start, end in sentence_spans(flat))


def _rows(masked: str, block: Span) -> Iterator[tuple[int, int]]:
    """The rows below the head; the head names, it states nothing."""
    rows = [row.span() for row in _ROW.finditer(masked, block.start, block.end)]
    if len(rows) > 1 and _DELIMITER_ROW.match(masked[slice(*rows[1])]):
        rows = rows[2:]
    return iter(rows)


def _masked(content: str) -> str:
    """The text, each character in its place, where no stop inside code or a link ends anything."""
    pieces: list[str] = []
    position = 0
    for start, end in protected(content):
        pieces += [content[position:start], "X" * (end - start)]
        position = end
    return "".join([*pieces, content[position:]]) if pieces else content


def _plain(text: str, kind: Kind) -> str:
    if kind == "quote":
        text = _QUOTE_MARK.sub("", text)
    if kind == "table":
        text = _CELL_EDGE.sub(" ", text)
    if not _MARKUP.isdisjoint(text):
        text = _FOOTNOTE.sub("", _LINK.sub(r"\1", _IMAGE.sub("", text)))
        text = _ESCAPE.sub(r"\1", _EMPHASIS.sub("", _TAG.sub("", text)))
    if "&" in text:
        text = unescape(text)
    return " ".join(text.split())
