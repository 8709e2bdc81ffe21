"""Merged cells of a sheet: what one says is told in each row that it spans."""

from collections import defaultdict
from collections.abc import Iterable

from pipeline.adapters.reading.tables import LONGEST_LABEL, MOST_COLUMNS

Place = tuple[int, int]
"""Row and column, from 0."""


class Merged:
    """Fills rows as they come, from the first one on."""

    def __init__(self, ranges: Iterable[tuple[Place, Place]], first_column: int) -> None:
        """Of a range that spans columns, the first one has the text: the others stay empty."""
        self._begin: defaultdict[int, list[tuple[int, int]]] = defaultdict(list)
        for (top, left), (bottom, _) in ranges:
            if bottom > top and 0 <= left - first_column < MOST_COLUMNS:
                self._begin[top].append((left - first_column, bottom))
        self._open: dict[int, tuple[int, str]] = {}

    def fill(self, row: int, cells: list[str]) -> None:
        """Put the texts of ranges that began above into a row that holds anything itself."""
        self._open = {at: each for at, each in self._open.items() if each[0] >= row}
        if self._open and any(cells):
            for column, (_, text) in self._open.items():
                if column < len(cells):
                    cells[column] = cells[column] or text
        for column, bottom in self._begin.pop(row, ()):
            if column < len(cells) and len(cells[column]) <= LONGEST_LABEL:
                self._open[column] = (bottom, cells[column])
