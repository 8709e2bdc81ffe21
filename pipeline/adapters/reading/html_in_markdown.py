"""HTML within Markdown: tables, lists and headings as in a page, the rest as text."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from itertools import islice

from lxml import etree, html
from markdown_it.token import Token

from pipeline.adapters.reading.formulas import raised
from pipeline.adapters.reading.markup import PAGE, blocks_of, page_of
from pipeline.adapters.reading.prose import Joined
from pipeline.adapters.reading.recognise import PAGE_PARTS
from pipeline.domain.documents import Block

MAX_TAG_CHARS = 2_000
"""Longer ones are text with a `<` in it."""

UNSEEN = ("script", "style", "template", "noscript", "iframe", "svg", "select", "textarea")
"""Elements whose text no reader of the page sees as text."""

Html = Callable[[str], list[Block]]
"""Makes blocks of a piece of HTML."""

_BREAKS = PAGE.blocks | {"br", "tr", "td", "th", "caption", "thead", "tbody", "tfoot"}
_ROWS = re.compile(r"<(?:tr|td|th)\b", re.IGNORECASE)
_TAG = re.compile(r"<(/?[a-zA-Z][a-zA-Z0-9]*)")


def html_blocks(text: str) -> list[Block]:
    """The blocks of a piece of HTML, by the parser of pages where it has parts such as tables."""
    if not PAGE_PARTS.search(text):
        return text_blocks(text)
    if _ROWS.search(text) and "<table" not in text.lower():
        text = f"<table>{text}</table>"
    try:
        page, notes = page_of(text)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return text_blocks(text)
    blocks = [] if notes else blocks_of(page, PAGE)
    return blocks if blocks and _is_whole(blocks, page) else text_blocks(text)


def text_blocks(text: str) -> list[Block]:
    """The same without any parser: one paragraph, with a line for each part."""
    lines = (line.rstrip() for line in _without_tags(text).split("\n"))
    plain = "\n".join(filter(None, lines)).strip()
    return [Block(kind="paragraph", text=plain)] if plain else []


def _is_whole(blocks: Iterable[Block], page: html.HtmlElement) -> bool:
    """Whether they have all letters and digits of the page, also those beside cells and items."""
    etree.strip_elements(page, *UNSEEN, with_tail=False)
    shown = Counter(filter(str.isalnum, str(page.xpath("string()"))))
    return shown <= Counter(char for block in blocks for char in block.text)


def plain(children: Sequence[Token]) -> str:
    """Inline content as the reader sees it: no emphasis marks, link targets or tags."""
    if len(children) == 1:  # as most are
        return _piece(children[0]).strip()
    inline = _Inline()
    for child in children:
        inline.take(child)
    return inline.finished()


class _Inline:
    """A line of text that grows; what is between two pieces is known when the second comes."""

    def __init__(self) -> None:
        self._text = Joined()
        self._between = ""
        self._raised: list[str] | None = None
        self._is_note = False

    def take(self, child: Token) -> None:
        if piece := _piece(child):
            self._put(piece)
        elif child.type in {"softbreak", "hardbreak"}:
            self._between = self._between or " "
        elif child.type == "html_inline":
            self._take_tag(_name_of(child.content), child.content)
        elif child.type == "link_open":
            self._is_note = self._is_note or "#" in str(child.attrGet("href") or "")

    def finished(self) -> str:
        self._end_raised("".join)
        return "\n".join(line.strip() for line in str(self._text).strip().split("\n"))

    def _take_tag(self, name: str, tag: str) -> None:
        if name == "sup":
            self._raised, self._is_note = [], False
        elif name == "/sup":
            self._end_raised(lambda pieces: "" if self._is_note else raised("".join(pieces)))
        elif name == "a":
            self._is_note = self._is_note or "#" in tag
        elif name.removeprefix("/") in _BREAKS:
            self._between = "\n"

    def _end_raised(self, shown: Callable[[list[str]], str]) -> None:
        pieces, self._raised = self._raised, None
        if pieces and (text := shown(pieces)):
            self._put(text)

    def _put(self, piece: str) -> None:
        if self._raised is not None:
            self._raised.append(piece)
        elif self._between == " ":
            self._text.add_line(piece)
        else:
            self._text.go_on(self._between if self._text else "")
            self._text.go_on(piece.lstrip() if self._between else piece)
        self._between = ""


def _piece(child: Token) -> str:
    if child.type in {"text", "code_inline"}:
        return child.content
    if child.type == "image":
        return " ".join(islice((c.content for c in child.children or ()), 20))
    return ""


def _name_of(tag: str) -> str:
    """The name in small letters, with the `/` of an end; empty for a comment."""
    found = _TAG.match(tag)
    return found[1].lower() if found else ""


def _without_tags(text: str) -> str:
    """The text without tags and comments, in one pass over it."""
    parts: list[str] = []
    at = closed = 0
    raised_from: int | None = None
    last_end = text.rfind("-->")
    while (start := text.find("<", at)) >= 0:
        if closed <= start and (closed := text.find(">", start) + 1) == 0:
            break
        parts.append(text[at:start])
        at = closed
        if text.startswith("<!--", start) and start + 4 <= last_end:
            at = text.index("-->", start + 4) + 3
        elif closed - start > MAX_TAG_CHARS:
            parts.append("<")
            at = start + 1
        elif (name := _name_of(text[start:closed])) == "sup":
            raised_from = len(parts)
        elif name == "/sup" and raised_from is not None:
            parts[raised_from:] = [raised("".join(parts[raised_from:]))]
            raised_from = None
        elif name.removeprefix("/") in _BREAKS:
            parts.append("\n")
    return "".join(parts) + text[at:]
