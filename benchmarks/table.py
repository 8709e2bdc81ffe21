"""The table of figures: what was measured, what the goal is, and whether it is met."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

DIGITS = {"s": 2, "×": 2, "%": 1, "ms": 0, "MB": 0, "": 0}
"""Decimals that the spread between two runs does not make meaningless, by unit."""

HEAD = ("what", "median", "least", "most", "unit", "runs", "goal", "met")


@dataclass(frozen=True, slots=True)
class Row:
    """One figure, of all runs that were made."""

    name: str
    values: Sequence[float]
    unit: str
    goal: float | None = None
    """The most that the median may be; None: for information."""
    problem: str = ""
    """Why there are no values."""

    @property
    def median(self) -> float:
        return statistics.median(self.values)

    @property
    def verdict(self) -> str:
        if not self.values:
            return f"not measured: {self.problem}"
        if self.goal is None:
            return "–"
        return "yes" if self.median <= self.goal else "NO"

    @property
    def cells(self) -> tuple[str, ...]:
        goal = "–" if self.goal is None else f"≤ {self._number(self.goal)}"
        if not self.values:
            return (self.name, "–", "–", "–", self.unit, "0", goal, self.verdict)
        spread = (self.median, min(self.values), max(self.values))
        numbers = tuple(map(self._number, spread))
        return (self.name, *numbers, self.unit, str(len(self.values)), goal, self.verdict)

    def _number(self, value: float) -> str:
        return f"{value:.{DIGITS[self.unit]}f}"


def plain(rows: Sequence[Row]) -> str:
    """The rows in columns."""
    lines = [HEAD, *(row.cells for row in rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if place in {0, len(HEAD) - 1} else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(cells, widths, strict=True))
        ).rstrip()
        for cells in lines
    )


def markdown(rows: Sequence[Row]) -> str:
    """The rows as the README has them: one cell for the value and its spread."""
    lines = ["| | measured (least – most) | goal | met |", "|---|---|---|---|"]
    for row in rows:
        name, median, least, most, unit, runs, goal, verdict = row.cells
        spread = f" ({least} – {most})" if int(runs) > 1 else ""
        wanted = f"{goal} {unit}".strip() if row.goal is not None else goal
        lines.append(f"| {name} | {median} {unit}{spread} | {wanted} | {verdict} |")
    return "\n".join(lines)
