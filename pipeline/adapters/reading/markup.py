"""Blocks of a tree of elements: a web page, a chapter of an EPUB, what trafilatura returns."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from lxml import etree, html

from pipeline.adapters.reading.extract import table_text
from pipeline.adapters.reading.formulas import linear, raised
from pipeline.adapters.reading.tables import spread_cells
from pipeline.domain.documents import Block
from pipeline.domain.language import HAN

DEEPEST = 150
"""Elements inside each other; pages stay below 60. What is deeper is taken as one paragraph."""

TOO_DEEP = "nested_left_out"
"""A note: a part of a page was nested deeper than the parser reads."""

_LOOKS = re.compile(
    r"</?(?:b|big|em|font|i|ins|mark|s|small|span|strong|tt|u)(?:\s[^<>]*)?>", re.IGNORECASE
)
"""Tags that change nothing but the look: editors nest them without end, or never close them."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """How the elements of one vocabulary are called."""

    blocks: frozenset[str]
    lists: frozenset[str]
    item: str
    cells: frozenset[str]
    code: str
    line_break: str
    skipped: frozenset[str]


_PAGE_BLOCKS = """
html body p div section article main h1 h2 h3 h4 h5 h6 ul ol li dl dt dd table pre blockquote figure
figcaption hr address center details summary fieldset
"""
_PAGE_SKIPPED = """
head script style nav header footer aside form button template noscript iframe svg select textarea
"""

PAGE = Dialect(
    blocks=frozenset(_PAGE_BLOCKS.split()),
    lists=frozenset({"ul", "ol"}),
    item="li",
    cells=frozenset({"td", "th"}),
    code="pre",
    line_break="br",
    skipped=frozenset(_PAGE_SKIPPED.split()),
)
TEI = Dialect(
    blocks=frozenset({"div", "body", "p", "head", "list", "item", "table", "quote", "code"}),
    lists=frozenset({"list"}),
    item="item",
    cells=frozenset({"cell"}),
    code="code",
    line_break="lb",
    skipped=frozenset({"graphic"}),
)

_WIDE = rf"[{HAN}\u3000-\u303f\uff00-\uffef]"
_WIDE_BREAK = re.compile(rf"(?<={_WIDE})[ \t]*\n\s*(?={_WIDE})")
_SPACES = re.compile(r"[^\S\u3000]+")
_AROUND_BREAK = re.compile(r" *\x0b *")
_HEADING = re.compile(r"h([1-6])$")
_INLINE_PARENTS = {"p", "item", "cell", "head", "hi", "ref"}


def page_of(text: str) -> tuple[html.HtmlElement, list[str]]:
    """A page as a tree with its formulas spelled out, and notes on what of it is missing there.

    Raises:
        etree.ParserError: It holds no element.
        ValueError: It has characters that no page may have.
    """
    page, is_whole = _parsed(text)
    if not is_whole:
        page, is_whole = _parsed(_LOOKS.sub("", text))
    spell_out(page)
    return page, [] if is_whole else [TOO_DEEP]


def _parsed(text: str) -> tuple[html.HtmlElement, bool]:
    """The tree, and whether all is in it: the parser stops at some 2,000 elements in each other."""
    parser = html.HTMLParser(huge_tree=True)
    page = html.document_fromstring(text, parser=parser)
    return page, all(
        error.type != etree.ErrorTypes.ERR_RESOURCE_LIMIT for error in parser.error_log
    )


def blocks_of(root: etree._Element, dialect: Dialect) -> list[Block]:
    """The blocks below an element, in order."""
    return list(_Walk(dialect).below(root, 0))


class _Walk:
    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect

    def below(self, element: etree._Element, depth: int) -> Iterator[Block]:
        """Text between blocks becomes paragraphs of its own."""
        if depth > DEEPEST:
            yield from _paragraph(self._text(element))
            return
        loose = [_collapsed(element.text)]
        for child in element:
            if self._is_block(child):
                yield from _paragraph("".join(loose))
                loose = []
                yield from self._block(child, depth + 1)
            else:
                loose.append(self._inline(child))
            loose.append(_collapsed(child.tail))
        yield from _paragraph("".join(loose))

    def _block(self, element: etree._Element, depth: int) -> Iterator[Block]:
        tag = element.tag
        level = _level(element)
        if level:
            text = self._text(element)
            yield Block(kind="heading", text=text.replace("\x0b", " "), level=level)
        elif tag in self._dialect.lists:
            lines = list(self._items(element, 0))
            yield Block(kind="list", text="\n".join(lines))
        elif tag == "table":
            yield from self._table(element, depth)
        elif tag == self._dialect.code:
            yield Block(kind="code", text="".join(_strings(element)).strip("\n"))
        else:
            yield from self.below(element, depth)

    def _items(self, element: etree._Element, indent: int) -> Iterator[str]:
        if indent > DEEPEST:
            yield "  " * indent + "- " + _tidy(self._text(element)).replace("\n", " ")
            return
        ordered = element.tag == "ol" or element.get("rend") == "ol"
        for number, item in enumerate(self._children(element, self._dialect.item), start=1):
            parts = [_collapsed(item.text)]
            nested: list[etree._Element] = []
            for child in item:
                if child.tag in self._dialect.lists:
                    nested.append(child)
                else:
                    parts.append(self._inline(child))
                parts.append(_collapsed(child.tail))
            text = _tidy("".join(parts)).replace("\n", " ")
            if text:
                yield "  " * indent + (f"{number}. " if ordered else "- ") + text
            for child in nested:
                yield from self._items(child, indent + 1)

    def _table(self, element: etree._Element, depth: int) -> Iterator[Block]:
        """A table; one with a single column or with blocks in its cells only makes a layout."""
        for caption in self._children(element, "caption"):
            yield from self.below(caption, depth + 1)
        rows = list(self._rows(element))
        if max((len(row) for row in rows), default=0) < 2 or any(
            self._holds_blocks(cell) for row in rows for cell in row
        ):
            for row in rows:
                for cell in row:
                    yield from self.below(cell, depth + 1)
            return
        text = table_text([_tidy(self._text(cell)) for cell in row] for row in rows)
        if text:
            yield Block(kind="table", text=text)

    def _rows(self, table: etree._Element) -> Iterator[list[etree._Element]]:
        """The cells of each row of a table, without those of tables in its cells.

        Cells without a row of their own are one, as in a browser.
        """
        for _, cells in groupby(self._cells(table), lambda cell: cell.getparent()):
            yield list(cells)

    def _cells(self, table: etree._Element) -> Iterator[etree._Element]:
        walk = etree.iterwalk(table, events=("start",))
        for _, node in walk:
            if node.tag in self._dialect.cells:
                walk.skip_subtree()
                yield node

    def _holds_blocks(self, cell: etree._Element) -> bool:
        inner = {"table", "h1", "h2", "h3", "h4", self._dialect.code}
        return next(cell.iter(*inner), None) is not None

    def _is_block(self, element: etree._Element) -> bool:
        if not isinstance(element.tag, str) or element.tag in self._dialect.skipped:
            return False
        if element.tag == "code":
            parent = element.getparent()
            return self._dialect.code == "code" and (
                parent is None or parent.tag not in _INLINE_PARENTS
            )
        return element.tag in self._dialect.blocks or (
            next(element.iter(*self._dialect.blocks), None) is not None and element.tag != "code"
        )

    def _children(self, element: etree._Element, tag: str) -> Sequence[etree._Element]:
        return [child for child in element if child.tag == tag]

    def _inline(self, element: etree._Element) -> str:
        if not isinstance(element.tag, str) or element.tag in self._dialect.skipped:
            return ""
        if element.tag == self._dialect.line_break:
            return "\x0b"
        return self._text(element)

    def _text(self, element: etree._Element) -> str:
        """The text below an element; a skipped element's text is left out."""
        parts: list[str] = []
        walk = etree.iterwalk(element, events=("start", "end", "comment", "pi"))
        for event, node in walk:
            between = " " if node.tag in self._dialect.blocks else ""
            if event != "start":
                parts.append(between + _collapsed(node.tail) if node is not element else "")
            elif node.tag in self._dialect.skipped:
                walk.skip_subtree()
            else:
                parts.append("\x0b" if node.tag == self._dialect.line_break else between)
                parts.append(_collapsed(node.text))
        return "".join(parts)


def _level(element: etree._Element) -> int:
    """The level of a heading, or 0."""
    name = element.get("rend") if element.tag == "head" else element.tag
    found = _HEADING.match(str(name or ""))
    return int(found.group(1)) if found else int(element.tag == "head")


def _strings(element: etree._Element) -> Iterator[str]:
    for event, node in etree.iterwalk(element, events=("start", "end")):
        if event == "start":
            yield "\n" if node.tag in {"br", "lb"} else ""
            yield node.text or ""
        elif node is not element:
            yield node.tail or ""


def spell_out(page: html.HtmlElement) -> None:
    """Make formulas and superscripts of a page plain text, and fill the columns of its tables.

    The number of a footnote is left out.
    """
    for table in page.iter("table"):
        spread_cells(table)
    for formula in list(page.iter("{*}math")):
        _become(formula, linear(formula))
    for mark in reversed(list(page.iter("sup"))):
        text = "".join(map(str, mark.itertext()))
        _become(mark, "" if _is_footnote(mark) else raised(text))
    for link in list(page.iter("a")):
        if "noteref" in f"{link.get('role')} {link.get('epub:type')}":
            _become(link, "")


def _become(element: html.HtmlElement, text: str) -> None:
    if element.getparent() is None:  # it went with the one around it
        return
    tail = element.tail
    element.clear()
    element.text, element.tail = text, tail
    element.drop_tag()


def _is_footnote(mark: etree._Element) -> bool:
    links = [*mark.iter("a"), *mark.iterancestors("a")]
    return any("#" in (link.get("href") or "") for link in links)


def without_wide_breaks(text: str | None) -> str | None:
    """The text without the line breaks that stand between two Chinese characters."""
    return _WIDE_BREAK.sub("", text) if text else text


def _collapsed(text: str | None) -> str:
    return _SPACES.sub(" ", _WIDE_BREAK.sub("", text)) if text else ""


def _tidy(text: str) -> str:
    return _AROUND_BREAK.sub("\n", re.sub(r" {2,}", " ", text)).strip()


def _paragraph(text: str) -> Iterator[Block]:
    tidy = _tidy(text)
    if tidy:
        yield Block(kind="paragraph", text=tidy)
