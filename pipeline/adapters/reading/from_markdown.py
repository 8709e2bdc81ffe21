"""Markdown by markdown-it: headings, paragraphs, lists, tables and code, as plain text."""

from collections.abc import Sequence
from itertools import islice

from markdown_it import MarkdownIt
from markdown_it.token import Token

from pipeline.adapters.reading.decoding import decode
from pipeline.adapters.reading.extract import Extract, table_text
from pipeline.adapters.reading.front_matter import without_front_matter
from pipeline.adapters.reading.limits import Limits
from pipeline.adapters.reading.prose import Joined, clean
from pipeline.domain.documents import Block

SAFE_BYTES = 100_000
"""Text made to be slow takes a second per 100 kB: larger files belong into the child process."""

MAX_TAG_CHARS = 2_000
"""Longer ones are text with a `<` in it."""


def extract(name: str, data: bytes, limits: Limits) -> Extract:  # noqa: ARG001  (a Reader)
    """The blocks of a Markdown file; front matter says what it is called and who wrote it."""
    decoded = decode(name, data)
    text = clean(decoded.text)
    title, publication, text = without_front_matter(text)
    return Extract(
        blocks_of(text),
        title=title,
        notes=decoded.notes,
        publication=publication,
        as_written=text,
    )


def blocks_of(text: str) -> list[Block]:
    """The blocks of a Markdown text, without its markup."""
    tokens = MarkdownIt("commonmark").enable("table").parse(text)
    return _Walk(tokens).blocks


class _Walk:
    """One pass over the tokens; lists and tables are collected until they end."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        self.blocks: list[Block] = []
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
            self._inline(_plain(token.children or ()))
        elif kind in {"fence", "code_block"}:
            self._code(token.content)
        elif kind == "html_block":
            self._inline(_without_tags(token.content).strip())
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
            self._items.append(f"{indent}{self._bullet}{text}")
            self._bullet = " " * len(self._bullet)
        elif self._heading:
            self.blocks.append(Block(kind="heading", text=text, level=self._heading))
        else:
            self.blocks.append(Block(kind="paragraph", text=text))

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


def _plain(children: Sequence[Token]) -> str:
    """Inline content as the reader sees it: no emphasis marks, link targets or tags."""
    text = Joined()
    after_break = False
    for child in children:
        if child.type in {"softbreak", "hardbreak"}:
            after_break = True
        elif piece := _piece(child):
            (text.add_line if after_break else text.go_on)(piece)
            after_break = False
    return str(text).strip()


def _piece(child: Token) -> str:
    if child.type in {"text", "code_inline"}:
        return child.content
    if child.type == "image":
        return " ".join(islice((c.content for c in child.children or ()), 20))
    return ""


def _without_tags(text: str) -> str:
    """The text without tags and comments, in one pass over it."""
    parts: list[str] = []
    at = closed = 0
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
    return "".join(parts) + text[at:]
