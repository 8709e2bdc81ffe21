"""An outline that is a table, as people keep it in a sheet: a row for each section."""

import re
from collections.abc import Iterator, Sequence

from pipeline.domain.documents import Block, Reading

_CELLS = re.compile(r"(?<!\\)\|")
_NUMBER = re.compile(
    r"\d{1,3}(?:\.\d{1,3})*[.、)）]?$|(?:\d{1,3}(?:\.\d{1,3})+[.、)）]?\s+|\d{1,3}[.、)）]\s*)(?=[^\W\d])"
)
"""A cell of its own, or before a title; `3 ways to save water` begins with an amount."""

_HAN_NUMBER = re.compile(
    r"第\s*[一二三四五六七八九十百\d]+\s*([章节])[\s:：、.]*|[一二三四五六七八九十]+、\s*"
)
_LEVEL = re.compile(r"(?:outline )?level|层级|级别", re.IGNORECASE)
_COUNT = re.compile(r"(?:target )?words|length|pages|字数|篇幅|页数", re.IGNORECASE)
_SAID = re.compile(
    r"summary|description|content|covers|notes?|comments?|remarks?|说明|内容|描述|摘要|概要|要点|备注",
    re.IGNORECASE,
)

HIGHEST = 2
"""Level of a section's heading: above it stands the outline's title."""

DEEPEST = 6


def is_of_tables(reading: Reading) -> bool:
    """Whether a file is nothing but tables and the names of their sheets, which do not name it."""
    kinds = {block.kind for block in reading.blocks}
    return reading.is_titled_by_name and "table" in kinds and kinds <= {"table", "heading"}


def text_of_tables(blocks: Sequence[Block]) -> str:
    """The rows as headings with what is said of them below; the name of an only sheet says nothing.

    A number before a title tells its level, or a column of levels does; else each column holds the
    sections of a level. What spans several rows is told once.
    """
    sheets = sum(1 for block in blocks if block.kind == "heading")
    lines: list[str] = []
    head: list[str] = []
    for block in blocks:
        if block.kind == "heading":
            head = []
            lines += [f"# {block.text}"] if sheets > 1 else []
            continue
        rows = [_cells(line) for line in block.text.split("\n")]
        body = rows[2:]
        if rows[0] != head and any(map(_number_level, rows[0])):
            body = [rows[0], *body]  # it has no head: this is its first section
        head = rows[0]
        lines += _lines(head, body)
    return "\n".join(lines)


def _cells(line: str) -> list[str]:
    return [cell.replace("\\|", "|").strip() for cell in _CELLS.split(line.strip())[1:-1]]


def _lines(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    above: Sequence[str] = [""] * len(head)
    for row in rows:
        level = 0
        for column, (name, cell, before) in enumerate(zip(head, row, above, strict=True)):
            is_repeated = cell == before and any(row[column + 1 :])
            if not cell or is_repeated or _COUNT.fullmatch(name):
                continue
            if _LEVEL.fullmatch(name) and cell.isdigit():
                level = int(cell) + HIGHEST - 1
            elif _SAID.fullmatch(name):
                yield cell
            elif not (title := _title(cell)):
                level = _number_level(cell)
            else:
                marks = level or _number_level(cell) or column + HIGHEST
                yield f"{'#' * min(marks, DEEPEST)} {title}"
                level = 0
        above = row


def _title(cell: str) -> str:
    found = _NUMBER.match(cell) or _HAN_NUMBER.match(cell)
    return cell[found.end() :].strip() if found else cell


def _number_level(cell: str) -> int:
    """The level that its number gives a cell; 0 without one."""
    if found := _NUMBER.match(cell):
        return HIGHEST + found[0].rstrip(".、)） ").count(".")
    found = _HAN_NUMBER.match(cell)
    return HIGHEST + (found[1] == "节") if found else 0
