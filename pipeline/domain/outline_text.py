"""An outline as plain text: read from what authors have, written as Markdown.

`components/outliner/paste.js` reads pasted text by the same rules.
"""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from pipeline.domain.documents import Block, NodeId, Outline, OutlineNode, Reading
from pipeline.domain.outline import MAX_TITLE_CHARS, walk
from pipeline.domain.outline_amounts import amounts_in
from pipeline.domain.outline_numbers import (
    FIGURE_RANK,
    HAN_NUMBER,
    PARENS,
    numbered_in_chinese,
)
from pipeline.domain.outline_tables import Told, is_of_tables, told_by_tables

TAB = "    "
"""A tab counts as four columns of indentation."""

DEEPEST_MARK = 6
"""Of a heading in Markdown; what is deeper, as nodes and Word's headings can be, becomes a list."""

MAX_LEVELS = 40
"""What is indented deeper stands beside; outlines have eight levels, and trees are walked deep."""

_HEADING = re.compile(r"^(#{1,6})\s+(.+?)(?:\s+#+)?$")
_DECIMAL = re.compile(r"^(?!\d+\.\d+\s+[°℃℉%‰])(\d+(?:\.\d+)+)[.、)）]?\s+(.+)$")
_NUMBER = re.compile(r"^\d+(?:[.)）]\s+|、\s*)(.+)$")
_BARE_NUMBER = re.compile(r"^\d{1,2}\s+(.+)$")
_ITEM_MARK = re.compile(
    r"^( *)(?:[(（]?(?:[A-Za-z]{1,2}|[ivxlcdmIVXLCDM]{1,6})[.)）、]"
    rf"|第[{HAN_NUMBER}\d]+[条款项])(?= )",
    re.MULTILINE,
)
"""What stands before an item of a list that is counted in letters, or in articles of a law."""
_BULLET = re.compile(r"^[-*+•·]\s+(.+)$")

_MARKS_ONLY = re.compile(r"[-=*_](?:[ \t]*[-=*_])*[ \t]*$")
_COMMENT = re.compile(r"<!--.{0,2000}?-->", re.DOTALL)
_UNDERLINED = re.compile(r"^(\S.*)\n(=|-{2})[=-]*[ \t]*$", re.MULTILINE)
_RULE = re.compile(r"^ {0,3}([-*_=])(?:[ \t]*\1){2,}[ \t]*$", re.MULTILINE)
_BOLD = re.compile(r"\*\*([^*\n]{1,500})\*\*")
_LINK = re.compile(r"\[([^\[\]\n]{1,500})\]\([^()\n]{0,2000}\)")
_MARK = re.compile(r"^#(?=#{0,4}[ \t])", re.MULTILINE)
_HIGHEST_MARK = re.compile(r"^#[ \t]", re.MULTILINE)

_HEADING_RANK = 100
_CHAPTER_RANK = 102
_FIRST_ITEM_RANK = 1000


@dataclass(frozen=True, slots=True)
class _Line:
    """`rank` orders kinds of lines: a line is below the last one of a smaller rank."""

    text: str
    rank: int
    is_structure: bool = False
    is_plain: bool = False
    is_note: bool = False


@dataclass(slots=True)
class _Item:
    title: str
    rank: int
    summary: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    words: int = 0
    words_note: str = ""
    children: "list[_Item]" = field(default_factory=list)

    @property
    def is_structure(self) -> bool:
        return self.rank < _FIRST_ITEM_RANK

    @property
    def is_chapter(self) -> bool:
        """Whether it said that it is one or is in one, as 第一章, 一、, 1.2 and a mark of ## do."""
        return self.is_structure and self.rank >= _CHAPTER_RANK


def imported(text: str, new_id: Callable[[], str]) -> list[OutlineNode]:
    """Read Markdown headings or lists, numbered, or indented text as nodes.

    Where the text has headings or numbered sections, other lines are summaries of the node
    above them, and lines that start with `>` are notes to its writer.
    """
    return list(_nodes(_items(text), new_id))


def outline_from(text: str, new_id: Callable[[], str]) -> Outline:
    """Read an outline with its title, where a line without a number stands above all others.

    What is written below the title itself belongs to no section, and is left out.
    """
    return _outline(_items(text), new_id)


def _outline(items: Sequence[_Item], new_id: Callable[[], str]) -> Outline:
    if not items:
        return Outline()
    first, others = items[0], items[1:]
    if not others and first.children and not first.is_chapter:
        return Outline(title=first.title, nodes=_nodes(first.children, new_id))
    is_line = not first.is_structure and not first.children
    if others and is_line and all(item.is_structure for item in others):
        return Outline(title=first.title, nodes=_nodes(others, new_id))
    return Outline(nodes=_nodes(items, new_id))


def to_markdown(outline: Outline) -> str:
    """The titles, summaries and notes as Markdown that `outline_from` reads back.

    A line of a summary that would be read as more than that gets a backslash.
    """
    parts = [f"# {_one_line(outline.title)}"] if outline.title.strip() else []
    for place in walk(outline.nodes):
        title = _one_line(place.node.title)
        parts.append(_title_line(title, place.depth + 1))
        if place.node.content_summary.strip():
            lines = place.node.content_summary.strip().splitlines()
            parts.append("\n".join(map(_summary_line, lines)))
        notes = place.node.notes.strip().splitlines()
        parts.extend(f"> {line}" for line in notes if line.strip())
    return "\n\n".join(parts) + "\n" if parts else ""


def without_backslashes(text: str) -> str:
    """The text without the backslashes that `to_markdown` writes."""
    return "\n".join(line[1:] if _is_escaped(line) else line for line in text.split("\n"))


def outline_of(reading: Reading, new_id: Callable[[], str]) -> Outline:
    """An author's file as an outline, with the title that the file itself has.

    Takes seconds where a file holds millions of characters.
    """
    if is_of_tables(reading):
        return _outline(_told_items(told_by_tables(reading.blocks)), new_id)
    return outline_from(_text_of(reading), new_id)


def _text_of(reading: Reading) -> str:
    text = _without_marks(reading.as_written) or _text_of_blocks(reading)
    title = _own_title(reading)
    is_more_than_lines = any(not line.is_plain for line in _lines(text))
    if not title or not is_more_than_lines or outline_from(text, lambda: title).title:
        return text
    lower = _MARK.sub("##", text) if _HIGHEST_MARK.search(text) else text
    return f"# {title}\n\n{lower}"


def _without_marks(text: str) -> str:
    """Markdown without what is no part of a title; underlined headings get their marks."""
    text = _COMMENT.sub("", text)
    text = _UNDERLINED.sub(lambda found: f"{'#' * len(found[2])} {found[1]}", text)
    text = _BOLD.sub(r"\1", _RULE.sub("", text))
    return _LINK.sub(r"\1", text)


def _own_title(reading: Reading) -> str:
    """What the file says that it is called, apart from its headings and lines; or nothing."""
    headings = [block.text for block in reading.blocks if block.kind == "heading"]
    first = reading.blocks[0] if reading.blocks else None
    if not headings and (first is None or first.kind != "paragraph"):
        return ""  # it may be the name that the file had
    lines = headings[:1] + (first.text.splitlines()[:1] if first else [])
    is_line = any(_one_line(line).startswith(reading.title) for line in lines)
    return "" if is_line else reading.title


def _text_of_blocks(reading: Reading) -> str:
    """Headings and lists of a file that is more than text, such as a Word document.

    Levels that were guessed from the numbers are left to the importer, which sees all of them.
    """
    headings = [block.text for block in reading.blocks if block.kind == "heading"]
    amounts = amounts_in(headings)
    has_decimals = any(_decimal(text, amounts) for text in headings)
    is_guessed = "headings_guessed" in reading.notes
    return "\n".join(
        _heading(block, amounts, has_decimals=has_decimals, is_guessed=is_guessed)
        if block.kind == "heading"
        else _body(block)
        for block in reading.blocks
    )


def _body(block: Block) -> str:
    return _ITEM_MARK.sub(r"\1-", block.text) if block.kind == "list" else block.text


def _heading(
    block: Block, amounts: Collection[str], *, has_decimals: bool, is_guessed: bool
) -> str:
    text = block.text
    if has_decimals and _BARE_NUMBER.match(text):
        number, _, rest = text.partition(" ")
        text = f"{number}. {rest}"
    if is_guessed and _without_number(text, amounts) != text:
        return text
    return _title_line(text, block.level)


def _title_line(title: str, level: int) -> str:
    if level > DEEPEST_MARK:
        return f"{TAB * (level - DEEPEST_MARK - 1)}- {title}"
    return f"{'#' * max(1, level)} {title}"


def _summary_line(line: str) -> str:
    return f"\\{line.strip()}" if _means_more(line.strip()) else line


def _items(text: str) -> list[_Item]:
    lines = list(_lines(text))
    has_structure = any(line.is_structure for line in lines)
    top = _Item("", -1)
    stack = [top]
    for line in lines:
        last = stack[-1]
        if line.is_note and last is not top:
            last.notes.append(line.text)
        elif line.is_plain and has_structure and last is not top:
            last.summary.append(line.text)
        else:
            _append(stack, line)
    return top.children


def _told_items(told: Iterable[Told]) -> list[_Item]:
    """What a sheet tells; its levels are those of headings, however deep."""
    top = _Item("", -1)
    stack = [top]
    for each in told:
        if each.kind == "title":
            _append(stack, _Line(each.text, _HEADING_RANK + each.level, is_structure=True))
        elif each.kind == "words" and not stack[-1].words:
            stack[-1].words, stack[-1].words_note = each.words, each.text
        elif each.kind == "summary":
            stack[-1].summary.append(each.text)
        elif each.text:
            stack[-1].notes.append(each.text)
    for item in top.children:
        _share_words(item)
    return top.children


def _share_words(item: _Item) -> list[_Item]:
    """Give the sections of a chapter that shall have a length what is left of it, and return them.

    The chapter notes its own, since only sections have targets.
    """
    if not item.children:
        return [item]
    sections = [section for child in item.children for section in _share_words(child)]
    open_ones = [section for section in sections if not section.words]
    left = item.words - sum(section.words for section in sections)
    for section in open_ones:
        section.words = max(0, left) // len(open_ones)
    if item.words and item.words_note:
        item.notes.append(item.words_note)
    item.words = 0
    return sections


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _lines(text: str) -> Iterator[_Line]:
    rows = [row.replace("\t", TAB).rstrip() for row in text.lstrip("\ufeff").splitlines()]
    rows = [row for row in rows if row.strip()]
    amounts = amounts_in(
        found[2] if (found := _HEADING.match(row.strip())) else row.strip() for row in rows
    )
    has_decimals = any(_decimal(row.strip(), amounts) for row in rows)
    for row in rows:
        text_only = row.strip()
        indent = len(row) - len(row.lstrip())
        if _is_escaped(text_only):
            yield _plain_line(text_only[1:], indent)
        else:
            yield _line(text_only, amounts, indent=indent, has_decimals=has_decimals)


def _is_escaped(line: str) -> bool:
    return line.startswith("\\") and _means_more(line)


def _means_more(line: str) -> bool:
    """Whether a line would be a title, an item, a note or a rule without backslashes before it."""
    bare = line.lstrip("\\")
    if _MARKS_ONLY.match(bare):
        return True
    return not _line(bare, (), indent=0, has_decimals=True).is_plain


def _line(text: str, amounts: Collection[str], *, indent: int, has_decimals: bool) -> _Line:
    if found := _HEADING.match(text):
        title = _without_number(found[2], amounts)
        return _Line(title, _HEADING_RANK + len(found[1]), is_structure=True)
    if chinese := numbered_in_chinese(text):
        return _Line(chinese.title, chinese.rank, is_structure=True)
    if found := _decimal(text, amounts):
        return _Line(found[2], FIGURE_RANK + found[1].count("."), is_structure=True)
    return _item_line(text, indent=indent, has_decimals=has_decimals)


def _item_line(text: str, *, indent: int, has_decimals: bool) -> _Line:
    found = _NUMBER.match(text) or (_BARE_NUMBER.match(text) if has_decimals else None)
    if found and has_decimals:
        return _Line(found[1], FIGURE_RANK, is_structure=True)
    rank = _FIRST_ITEM_RANK + 10 * indent
    if found:
        return _Line(found[1], rank)
    if found := PARENS.match(text):
        return _Line(found[1], rank + 1)
    if found := _BULLET.match(text):
        return _Line(found[1], rank + 3)
    if text.startswith(">"):
        return _Line(text.lstrip("> "), rank + 2, is_note=True)
    return _plain_line(text, indent)


def _plain_line(text: str, indent: int) -> _Line:
    return _Line(text, _FIRST_ITEM_RANK + 10 * indent + 2, is_plain=True)


def _decimal(text: str, amounts: Collection[str]) -> re.Match[str] | None:
    return None if text in amounts else _DECIMAL.match(text)


def _without_number(title: str, amounts: Collection[str]) -> str:
    if title in amounts:
        return title
    if chinese := numbered_in_chinese(title):
        return chinese.title
    for pattern in (_DECIMAL, _NUMBER):
        if found := pattern.match(title):
            return found[found.re.groups]
    return title


def _append(stack: list[_Item], line: _Line) -> None:
    while stack[-1].rank >= line.rank or len(stack) > MAX_LEVELS:
        stack.pop()
    item = _Item(line.text, line.rank)
    if len(line.text) > MAX_TITLE_CHARS:
        item = _Item(line.text[:MAX_TITLE_CHARS], line.rank, summary=[line.text])
    stack[-1].children.append(item)
    stack.append(item)


def _node(item: _Item, new_id: Callable[[], str]) -> OutlineNode:
    return OutlineNode(
        id=NodeId(new_id()),
        title=item.title,
        content_summary="\n".join(item.summary),
        notes="\n".join(item.notes),
        target_words=item.words or None,
        children=_nodes(item.children, new_id),
    )


def _nodes(items: Sequence[_Item], new_id: Callable[[], str]) -> tuple[OutlineNode, ...]:
    return tuple(_node(item, new_id) for item in items)
