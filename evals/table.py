"""The table of figures: what was measured, what the goal is, and whether it is met."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

DIGITS = {"%": 1, "ms": 1, "s": 2, "": 3}
"""Decimals by unit; a share without a unit has three, as the literature gives them."""

HEAD = ("what", "value", "goal", "met", "note")


@dataclass(frozen=True, slots=True)
class Row:
    """One figure."""

    name: str
    value: float
    unit: str
    goal: str
    """As a reader understands it, such as `≥ 0.950`; empty for information."""
    met: bool | None
    """None where there is no goal."""
    note: str = ""

    @property
    def cells(self) -> tuple[str, ...]:
        number = f"{self.value:.{DIGITS.get(self.unit, 0)}f} {self.unit}".strip()
        verdict = "–" if self.met is None else ("yes" if self.met else "NO")
        return (self.name, number, self.goal or "–", verdict, self.note)


def plain(rows: Sequence[Row]) -> str:
    """The rows in columns."""
    lines = [HEAD, *(row.cells for row in rows)]
    widths = [max(map(_width, column)) for column in zip(*lines, strict=True)]
    return "\n".join(
        "  ".join(
            cell + " " * (width - _width(cell)) for cell, width in zip(cells, widths, strict=True)
        ).rstrip()
        for cells in lines
    )


def markdown(rows: Sequence[Row]) -> str:
    """The rows as a table of Markdown."""
    lines = [HEAD, ("---",) * len(HEAD), *(row.cells for row in rows)]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _width(text: str) -> int:
    """Columns of a terminal: a wide character takes two."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)
