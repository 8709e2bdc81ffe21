"""How sections are numbered, in the lines of a text and in the cells of a sheet."""

import re
from collections.abc import Iterable
from typing import NamedTuple

from pipeline.domain.outline_amounts import amounts_in

HAN_NUMBER = "一二三四五六七八九十百千零〇两"

FIGURE_RANK = 400
"""Of `1.`; a number with more parts, such as `1.1`, is below it."""

PARENS = re.compile(r"^[（(]\d+[）)]\s*(.+)$")

_CHAPTER = re.compile(
    rf"^第\s*[{HAN_NUMBER}\d]+\s*(部分|部(?![分门])|[篇编章节])(?:[\s:：、.]+|(?=\S))(.+)$"
)
_HAN_ITEM = re.compile(rf"^[{HAN_NUMBER}]+[、.．]\s*(.+)$")
_HAN_PARENS = re.compile(rf"^[（(][{HAN_NUMBER}]+[）)]\s*(.+)$")
_HAN_ITEM_RANK = 300
_HAN_PARENS_RANK = 310
_PARENS_RANK = 500
_RANK_OF_PART = {
    "部": 200,
    "部分": 200,
    "篇": 200,
    "编": 200,
    "part": 200,
    "章": 210,
    "chapter": 210,
    "appendix": 210,
    "节": 220,
    "section": 220,
}

_PART = re.compile(
    r"(?:(part|chapter|section)\s+(?:\d{1,3}|[IVXL]{1,6}|one|two|three|four|five|six|seven|eight|"
    r"nine|ten)|(appendix)\s+[A-Z\d]{1,2})(?:\s*:\s*|\.\s+|\s+[–—-]\s+)(.+)",
    re.IGNORECASE,
)
"""Of a cell; `Section 8 housing` begins with a name."""

_FIGURES = re.compile(
    r"(\d{1,3}(?:\.\d{1,3})*)(?:[.、)）]?\s+|[.、)）])(?=[^\W\d]|[\"“'‘《「])(.+)"
)
_SPACED_ONLY = re.compile(r"\d{1,3}\s")
_BARE_NUMBER = re.compile(r"^(\d{1,2})(?=\s+[^\W\d])")
"""Of a section where others have decimals: `1 Background` above `1.1 History`."""

_PLAIN = re.compile(rf"\d{{1,3}}[.、)）]?|[{HAN_NUMBER}]+")

_MOST_DOTS = 50
"""Of what is more, the rest is no level."""

_TITLE = "x"
"""Stands behind a number that stands alone: it is read as the number of a title is."""


class Numbered(NamedTuple):
    """`rank` orders kinds of numbers, the highest first; 0 without one."""

    rank: int
    title: str
    """Without the number; empty where there is nothing else."""


def numbered_in_chinese(line: str) -> Numbered | None:
    """What begins with 第一章, 一、 or （一）, and goes on with a title."""
    if found := _CHAPTER.match(line):
        return Numbered(_RANK_OF_PART[found[1]], found[2])
    if found := _HAN_ITEM.match(line):
        return Numbered(_HAN_ITEM_RANK, found[1])
    if found := _HAN_PARENS.match(line):
        return Numbered(_HAN_PARENS_RANK, found[1])
    return None


def numbered(cell: str) -> Numbered:
    """The number of a cell, which may stand alone; `3 ways to save water` has none."""
    if is_plain_number(cell):
        return Numbered(FIGURE_RANK if cell[0].isdecimal() else _HAN_ITEM_RANK, "")
    for between in " ", ": ":
        alone = _before_title(f"{cell}{between}{_TITLE}")
        if alone and alone.title == _TITLE:
            return Numbered(alone.rank, "")
    return _before_title(cell) or Numbered(0, cell)


def numbered_cells(cells: Iterable[str]) -> dict[str, Numbered]:
    """The numbers of cells that may begin with amounts, or with numbers such as `1 Background`."""
    cells = list(cells)
    amounts = amounts_in(cells)
    texts = {cell: cell for cell in cells if cell not in amounts}
    if any(numbered(cell).rank > FIGURE_RANK for cell in texts):
        texts = {cell: _BARE_NUMBER.sub(r"\1.", cell) for cell in texts}
    found = {cell: numbered(text) for cell, text in texts.items()}
    return found | {cell: Numbered(0, cell) for cell in amounts}


def is_plain_number(cell: str) -> bool:
    """Whether it is a number that may be of anything, such as `1` or 一."""
    return _PLAIN.fullmatch(cell) is not None


def _before_title(cell: str) -> Numbered | None:
    if chinese := numbered_in_chinese(cell):
        return chinese
    if found := _PART.fullmatch(cell):
        return Numbered(_RANK_OF_PART[(found[1] or found[2]).lower()], found[3])
    if found := PARENS.match(cell):
        return Numbered(_PARENS_RANK, found[1])
    if (found := _FIGURES.fullmatch(cell)) and not _SPACED_ONLY.match(cell):
        return Numbered(FIGURE_RANK + min(found[1].count("."), _MOST_DOTS), found[2])
    return None
