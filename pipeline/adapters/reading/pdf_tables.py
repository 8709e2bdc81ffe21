"""Tables of a PDF: rows of words above each other with empty stretches down between them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice, pairwise
from statistics import median

from pipeline.adapters.reading.extract import table_text
from pipeline.adapters.reading.pdf_lines import Line, Span
from pipeline.domain.documents import Block

FEWEST_ROWS = 3
"""Two lines have a gap at the same place by chance."""

WIDE = 1.2
"""A gap, measured on the size of the letters, that is none by chance: two rows are enough."""

FARTHEST = 3.0
"""Distance between two rows, measured on the size of the letters."""

OTHER = 0.35
"""Share by which letters differ that are of another text; Chinese ones stand a quarter taller."""

SAME_ROW = 0.4
"""Distance, measured so, at which two lines are one row: a cell between them has two lines."""

PROSE_CHARS = 30
"""With as much in every cell, two columns are columns of text."""

_MARK = re.compile(r"^(?:[•·●▪◦■□‣–*\uf0b7\uf0a7-]|[(（]?[\dA-Za-z]{1,3}[.)）]|\d+(?:\.\d+)+\.?)$")

Gap = tuple[float, float]

Tables = Mapping[int, tuple[int, Block]]
"""Of a page: by the index of their first line, with the index behind their last."""


@dataclass(slots=True)
class _Rows:
    """Rows that have the same gaps so far."""

    gaps: list[Gap]
    lines: list[Line] = field(default_factory=list)


def tables_on(lines: Sequence[Line], page: int) -> Tables:
    """The tables of a page, counted from 1."""
    found: dict[int, tuple[int, Block]] = {}
    start = 0
    while start < len(lines):
        rows = _rows_from(lines, start)
        if _is_table(rows):
            text = table_text(_cells(rows))
            end = start + len(rows.lines)
            found[start] = (end, Block(kind="table", text=text, page=page))
            start = end
        else:
            start += 1
    return found


def _rows_from(lines: Sequence[Line], start: int) -> _Rows:
    """The longest run of lines from there on that leaves some of its gaps empty."""
    rows = _Rows(_gaps(lines[start]))
    if not rows.gaps:
        return rows
    rows.lines.append(lines[start])
    for above, line in pairwise(islice(lines, start, None)):
        left = _goes_on(rows, above, line)
        if not left:
            break
        rows.gaps = left
        rows.lines.append(line)
    return rows


def _goes_on(rows: _Rows, above: Line, line: Line) -> list[Gap]:
    """The gaps that this line leaves empty, too; none when it is no part of the table."""
    step = above.bottom - line.bottom
    if abs(step) > FARTHEST * line.size or abs(above.size - line.size) > OTHER * above.size:
        return []
    if not line.spans:
        inside = any(gap[1] <= line.left for gap in rows.gaps)
        crossed = any(line.left < gap[1] and gap[0] < line.right for gap in rows.gaps)
        return rows.gaps if inside and not crossed and step < 2 * line.size else []
    width = 0.4 * line.size
    common = [
        (max(one[0], other[0]), min(one[1], other[1])) for one in rows.gaps for other in _gaps(line)
    ]
    left = [gap for gap in common if gap[1] - gap[0] >= width]
    return left if 2 * len(left) >= len(rows.gaps) else []


def _gaps(line: Line) -> list[Gap]:
    return [(one.right, other.left) for one, other in pairwise(line.spans)]


def _is_table(rows: _Rows) -> bool:
    spanned = [line for line in rows.lines if line.spans]
    if len(spanned) < 2:
        return False
    size = rows.lines[0].size
    if len(spanned) < FEWEST_ROWS and not all(gap[1] - gap[0] >= WIDE * size for gap in rows.gaps):
        return False
    cells = _cells(rows)
    if all(_MARK.match(row[0]) for row in cells):
        return False
    lengths = [median(len(row[column]) for row in cells) for column in range(len(cells[0]))]
    return len(lengths) > 2 or min(lengths) < PROSE_CHARS


def _cells(rows: _Rows) -> list[list[str]]:
    edges = sorted(sum(gap) / 2 for gap in rows.gaps)
    table: list[list[str]] = []
    bottom = 0.0
    for line in rows.lines:
        row = [""] * (len(edges) + 1)
        for span in line.spans or (Span(line.text, line.left, line.right),):
            column = sum(1 for edge in edges if edge < span.left)
            row[column] = f"{row[column]} {span.text}".strip()
        if table and (not line.spans or abs(line.bottom - bottom) < SAME_ROW * line.size):
            before = table.pop()
            row = [f"{one} {other}".strip() for one, other in zip(before, row, strict=True)]
        else:
            bottom = line.bottom
        table.append(row)
    return table
