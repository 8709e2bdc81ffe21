"""An outline that is a table, as people keep it in a sheet: a row for each section."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Literal

from pipeline.domain.documents import Block, Reading
from pipeline.domain.outline_columns import (
    HIGHEST,
    Role,
    has_head,
    level_of,
    roles_of,
)
from pipeline.domain.outline_lengths import words_asked
from pipeline.domain.outline_numbers import is_plain_number, numbered, numbered_cells

_CELLS = re.compile(r"(?<!\\)\|")

_PROPERTY = re.compile(r"[^:：]{1,20}[:：].")
"""A line below a title that says who made the sheet, or when."""

_MAKER = re.compile(
    r"(?:[^:：]{0,15}\b(?:by|dates?|authors?|owners?|version|status|deadline|due|department|client)|"
    r"[^:：]{0,10}(?:单位|部门|作者|日期|版本|版次|状态|客户|姓名|学号|(?:编[制写]|撰[写稿]|制[作表]|"
    r"填[写表]|审[核批]|负责|联系)[人者]|(?:编[制写]|撰写|创建|更新|修[改订])时间))\s*[:：].",
    re.IGNORECASE,
)
"""Such a line where it is the first; `Tides: power of the moon` is a title there."""

_NAMED = re.compile(
    r"(?:(?:论文|文章|报告|课题)?(?:标题|题目)|(?:项目|课题|报告|文档)名称|"
    r"(?:(?:project|document|report) )?title)\s*[:：]\s*(?=\S)",
    re.IGNORECASE,
)
"""What stands before a title to say that it is one."""

_TOTAL = re.compile(
    r"(?:(?:grand |sub-?)?totals?|sum|[合总小共]\s*计|总字数)\s*[:：]?", re.IGNORECASE
)

MOST_COLUMNS = 40
"""What stands further right is told in notes: each column can be a level, and trees are walked
deep."""

Row = Sequence[str]


@dataclass(frozen=True, slots=True)
class Told:
    """A title, or what is said of the section above; `level` is that of a title's heading.

    `words` is the length that a section shall have; its text says that of one that holds others.
    """

    kind: Literal["title", "summary", "note", "words"]
    text: str
    level: int = 0
    words: int = 0


@dataclass(frozen=True, slots=True)
class _Sheet:
    name: str = ""
    above: list[str] = field(default_factory=list)
    """Texts that stand alone in the rows above its table."""
    rows: list[Row] = field(default_factory=list)


def is_of_tables(reading: Reading) -> bool:
    """Whether a file is nothing but tables, the names of their sheets, and texts above them.

    A file that has its name for a title though it begins with a text is a sheet: in it the texts
    belong to the tables; in other files there is more to read.
    """
    kinds = {block.kind for block in reading.blocks}
    others = {"table", "heading"}
    if reading.blocks and reading.blocks[0].kind != "table":
        others.add("paragraph")
    return reading.is_titled_by_name and "table" in kinds and kinds <= others


def told_by_tables(blocks: Sequence[Block]) -> Iterator[Told]:
    """The rows as titles with what is said of them behind; the name of an only sheet says nothing.

    A number before a title tells its level, or a column of levels does; else each column of titles
    holds the sections of a level. What spans several rows is told once. What a column holds whose
    head says nothing of outlines is a note.
    """
    sheets = [sheet for sheet in _sheets(blocks) if sheet.rows]
    for sheet in sheets:
        is_one_of_many = len(sheets) > 1 and sheet.name
        if is_one_of_many:
            yield Told("title", sheet.name, 1)
        narrow = _narrow(sheet.rows)
        if not has_head(narrow[0], narrow[1:]):
            yield from _told_by([*([text] for text in sheet.above), *sheet.rows])
            continue
        if sheet.above and is_one_of_many:
            yield from (Told("summary", text) for text in sheet.above)
            yield from _told_by(sheet.rows)
            continue
        titles, said = _titles_above(sheet.above)
        if titles:
            yield Told("title", " – ".join(titles), 1)
        yield from _told_by(sheet.rows, [_note("", text) for text in said])


def _titles_above(texts: Sequence[str]) -> tuple[list[str], list[str]]:
    """The title with what belongs to it, and what else is said above a table."""
    named = [text for text in texts if _NAMED.match(text)]
    first = next((text for text in texts if not _MAKER.match(text)), "")
    title = named[0] if named else first
    others = [text for text in texts if text != title]
    said = [text for text in others if _PROPERTY.match(text)]
    subtitles = [text for text in others if text not in said]
    start = len(found[0]) if (found := _NAMED.match(title)) else 0
    return [title[start:], *subtitles] if title else [], said


def _sheets(blocks: Sequence[Block]) -> list[_Sheet]:
    sheets = [_Sheet()]
    for block in blocks:
        if block.kind == "heading":
            sheets.append(_Sheet(block.text))
        elif block.kind == "paragraph":
            sheets[-1].above.append(block.text)
        else:
            rows = sheets[-1].rows
            first, *others = [_cells(line) for line in block.text.split("\n")]
            rows += others[1:] if rows[:1] == [first] else [first, *others[1:]]
    for sheet in sheets:
        sheet.rows[:] = _without_empty_columns(sheet.rows)
    return sheets


def _without_empty_columns(rows: Sequence[Row]) -> list[Row]:
    filled = sorted({at for row in rows for at, cell in enumerate(row) if cell})
    if len(filled) == max(map(len, rows), default=0):
        return [*rows]
    return [[row[at] for at in filled if at < len(row)] for row in rows]


def _cells(line: str) -> list[str]:
    """The cells of a row, without empty ones at its end: a table is as wide as its widest row."""
    cells = [cell.replace("\\|", "|").strip() for cell in _CELLS.split(line.strip())[1:-1]]
    while cells and not cells[-1]:
        cells.pop()
    return cells


def _narrow(rows: Sequence[Row]) -> list[list[str]]:
    """The first columns of rows that have as many cells each."""
    width = min(max(map(len, rows)), MOST_COLUMNS)
    return [[*row[:width], *[""] * (width - len(row))] for row in rows]


def _told_by(rows: Sequence[Row], above: Sequence[Told] = ()) -> Iterator[Told]:
    """What the rows of a sheet tell; what stands above its first section is said of that."""
    early = [*above]
    is_begun = False
    for told in _told_by_rows(rows):
        if is_begun:
            yield told
        elif told.kind == "title":
            is_begun = True
            yield from (told, *early)
        else:
            early.append(told)


def _told_by_rows(rows: Sequence[Row]) -> Iterator[Told]:
    """What each row tells, of which the first may be their head."""
    further = [row[MOST_COLUMNS:] for row in rows]
    rows = _narrow(rows)
    head = above = [""] * len(rows[0])
    further_head: Row = ()
    if has_head(rows[0], rows[1:]):
        head, *rows = rows
        further_head, *further = further
    roles = roles_of(head, rows)
    numbered = [at for at, role in enumerate(roles) if role in {"title", "number"}]
    read = _read_numbers([row[at] for row in rows for at in numbered])
    roles = [
        "row" if role == "number" and _only_counts(at, roles, rows, read) else role
        for at, role in enumerate(roles)
    ]
    for row, rest in zip(rows, further, strict=True):
        if _is_total(roles, row):
            continue
        yield from _told_by_row(head, roles, row, above, read)
        for cell, name in zip_longest(rest, further_head[: len(rest)], fillvalue=""):
            if cell:
                yield _note(name, cell)
        above = row


def _is_total(roles: Sequence[Role], row: Row) -> bool:
    """Whether a row has nothing but the sum of the lengths above it."""
    cells = [(cell, role) for cell, role in zip(row, roles, strict=True) if cell]
    lengths = [cell for cell, role in cells if role == "count"]
    names = [
        cell
        for cell, role in cells
        if role != "count" and not (role in {"number", "row"} and numbered(cell).rank)
    ]
    return bool(lengths and names) and all(map(_TOTAL.fullmatch, names))


def _read_numbers(cells: Sequence[str]) -> dict[str, tuple[int, str]]:
    """Of cells with titles or numbers: the level by the number, or 0, and the title behind it."""
    found = numbered_cells(cells)
    ranks = sorted({number.rank for number in found.values() if number.rank})
    levels = {0: 0} | {rank: level for level, rank in enumerate(ranks, start=HIGHEST)}
    return {cell: (levels[rank], title or cell) for cell, (rank, title) in found.items()}


def _only_counts(
    at: int, roles: Sequence[Role], rows: Sequence[Row], read: Mapping[str, tuple[int, str]]
) -> bool:
    """Whether 1, 2, 3 in a column number the rows, where their titles have numbers of their own."""
    if "title" not in roles:
        return False
    titles = roles.index("title")
    told = [row for row in rows if row[titles]]
    is_counted = all(row[at].isdecimal() for row in told)
    return is_counted and any(read[row[titles]][0] for row in told)


def _told_by_row(
    head: Row, roles: Sequence[Role], row: Row, above: Row, read: Mapping[str, tuple[int, str]]
) -> Iterator[Told]:
    titles = [at for at, cell in enumerate(row) if cell and roles[at] == "title"]
    new = [at for at in titles if not _is_repeated(at, roles, row, above)]
    first = titles[0] if titles else 0
    for at in [*range(first, len(row)), *range(first)]:  # of what stands left of it, too
        if at in new:
            yield Told("title", read[row[at]][1], _level(at, roles, row, read))
        elif at not in titles and row[at]:
            of = max((title for title in titles if title < at), default=first)
            if row[at] != above[at] or of in new:
                yield from _said(head[at], roles[at], row[at])


def _is_repeated(at: int, roles: Sequence[Role], row: Row, above: Row) -> bool:
    """Whether a title is that of the row above, of which this one says more."""
    telling = {"title"} if roles.count("title") > 1 else {"title", "number", "level"}
    is_same = all(
        row[other] == above[other]
        for other, role in enumerate(roles)
        if role in telling and (role != "title" or other <= at)
    )
    return is_same and any(row[at + 1 :])


def _level(at: int, roles: Sequence[Role], row: Row, read: Mapping[str, tuple[int, str]]) -> int:
    """By its column, what a column of levels states, its number, or that before the title.

    Of two numbers the deeper one tells it; a mere 1 beside 第一章 tells nothing.
    """
    if roles.count("title") > 1:
        return HIGHEST + roles[:at].count("title")
    cells = list(zip(row, roles, strict=True))
    stated = [level_of(cell) for cell, role in cells if role == "level"]
    own = read[row[at]][0]
    numbers = [
        read[cell][0]
        for cell, role in cells
        if role == "number" and not (own and is_plain_number(cell))
    ]
    return next(filter(None, [*stated, max(numbers, default=0), own]), HIGHEST)


def _said(name: str, role: Role, cell: str) -> Iterator[Told]:
    is_number = role == "number" and numbered(cell).rank and not numbered(cell).title
    is_understood = role in {"level", "row"} or is_number
    if role == "count":
        yield from _told_of_length(name, cell)
    elif role == "said":
        yield Told("summary", cell)
    elif not is_understood:
        yield _note(name, cell)


def _told_of_length(name: str, cell: str) -> Iterator[Told]:
    words, is_all = words_asked(name, cell)
    note = _note(name, cell)
    if words:
        yield Told("words", note.text if is_all else "", words=words)
    if not (words and is_all):
        yield note


def _note(name: str, cell: str) -> Told:
    return Told("note", f"{name}: {cell}" if name else cell)
