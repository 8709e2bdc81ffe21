"""Markdown by markdown-it: headings, paragraphs, lists, tables and code, as plain text."""

from collections.abc import Iterable, Iterator, Sequence

from markdown_it import MarkdownIt
from markdown_it.token import Token

from pipeline.adapters.reading.decoding import decode
from pipeline.adapters.reading.extract import Extract, table_text
from pipeline.adapters.reading.front_matter import without_front_matter
from pipeline.adapters.reading.html_in_markdown import Html, html_blocks, plain, text_blocks
from pipeline.adapters.reading.limits import Limits
from pipeline.adapters.reading.prose import clean
from pipeline.domain.documents import Block

SAFE_BYTES = 100_000
"""Text made to be slow takes a second per 100 kB: larger files belong into the child process."""


def extract(name: str, data: bytes, limits: Limits) -> Extract:
    """The blocks of a Markdown file; front matter says what it is called and who wrote it."""
    decoded = decode(name, data)
    text = clean(decoded.text)
    title, publication, text = without_front_matter(text)
    return Extract(
        blocks_within(limits, text),
        title=title,
        notes=decoded.notes,
        publication=publication,
        as_written=text,
    )


def blocks_within(limits: Limits, text: str) -> list[Block]:
    """The blocks of a Markdown text; HTML in it is parsed only where that may go wrong."""
    return blocks_of(text, html_blocks if limits.is_guarded else text_blocks)


def blocks_of(text: str, html: Html = html_blocks) -> list[Block]:
    """The blocks of a Markdown text, without its markup."""
    tokens = MarkdownIt("commonmark").enable("table").parse(text)
    return _Walk(_with_whole_tables(tokens), html).blocks


class _Walk:
    """One pass over the tokens; lists and tables are collected until they end."""

    def __init__(self, tokens: Iterable[Token], html: Html) -> None:
        self.blocks: list[Block] = []
        self._html = html
        self._lists: list[int | None] = []
        self._items: list[str] = []
        self._rows: list[list[str]] = []
        self._bullet = ""
        self._heading = 0
        self._in_table = False
        for token in tokens:
            self._take(token)

    def _take(self, token: Token) -> None:
        kind = token.type
        if kind == "inline":
            self._inline(plain(token.children or ()))
        elif kind in {"fence", "code_block"}:
            self._code(token.content)
        elif kind == "html_block":
            self._take_html(self._html(token.content))
        elif kind == "heading_open":
            self._heading = int(token.tag[1])
        elif kind == "heading_close":
            self._heading = 0
        elif kind in {"table_open", "tr_open", "table_close"}:
            self._table(kind)
        else:
            self._list(kind, token)

    def _inline(self, text: str) -> None:
        if not text and not self._in_table:
            return
        if self._in_table:
            self._rows[-1].append(text)
        elif self._lists:
            indent = "  " * (len(self._lists) - 1)
            self._items.append(f"{indent}{self._bullet}{_on_one_line(text)}")
            self._bullet = " " * len(self._bullet)
        elif self._heading:
            self.blocks.append(Block(kind="heading", text=_on_one_line(text), level=self._heading))
        else:
            self.blocks.append(Block(kind="paragraph", text=text))

    def _take_html(self, blocks: Sequence[Block]) -> None:
        if all(block.kind == "paragraph" for block in blocks):
            for block in blocks:
                self._inline(block.text)
        else:
            self._end_list()
            self.blocks.extend(blocks)

    def _code(self, text: str) -> None:
        self._end_list()
        self.blocks.append(Block(kind="code", text=text.rstrip("\n")))

    def _table(self, kind: str) -> None:
        if kind == "table_open":
            self._end_list()
            self._in_table = True
        elif kind == "tr_open":
            self._rows.append([])
        else:
            self._in_table = False
            text = table_text(self._rows)
            self._rows = []
            if text:
                self.blocks.append(Block(kind="table", text=text))

    def _list(self, kind: str, token: Token) -> None:
        if kind == "bullet_list_open":
            self._lists.append(None)
        elif kind == "ordered_list_open":
            self._lists.append(int(token.attrs.get("start", 1)))
        elif kind in {"bullet_list_close", "ordered_list_close"}:
            self._lists.pop()
            if not self._lists:
                self._end_list()
        elif kind == "list_item_open":
            number = self._lists[-1]
            self._bullet = "- " if number is None else f"{number}. "
            self._lists[-1] = None if number is None else number + 1

    def _end_list(self) -> None:
        if self._items:
            self.blocks.append(Block(kind="list", text="\n".join(self._items)))
            self._items = []


def _with_whole_tables(tokens: Sequence[Token]) -> Iterator[Token]:
    """The tokens; pieces of HTML between which a blank line parts a table are one."""
    parts: list[str] = []
    open_tables = 0
    for token in tokens:
        if token.type == "html_block":
            parts.append(token.content)
            text = token.content.lower()
            open_tables = max(0, open_tables + text.count("<table") - text.count("</table"))
        if parts and (token.type != "html_block" or not open_tables):
            yield Token("html_block", "", 0, content="".join(parts))
            parts, open_tables = [], 0
        if token.type != "html_block":
            yield token
    if parts:
        yield Token("html_block", "", 0, content="".join(parts))


def _on_one_line(text: str) -> str:
    return text.replace("\n", " ")
