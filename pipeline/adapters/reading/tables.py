"""Tables whose cells span rows or columns, as rows that can each be quoted alone."""

from collections.abc import Sequence

from lxml import etree, html

from pipeline.adapters.reading.prose import whole_number

MOST_COLUMNS = 200
"""A cell that claims to span more is an accident or an attack."""

LONGEST_LABEL = 200
"""What a cell says is told in each row that it spans; a longer text is told once."""

MOST_CELLS = 5_000
"""Added to one table; where spans ask for more, its other rows stay as they are."""

SPANS = ("colspan", "rowspan")


def spread_cells(table: html.HtmlElement) -> None:
    """Give each row of a page's table a cell for each of its columns."""
    hanging: dict[int, tuple[int, str]] = {}
    added = 0
    for row in table.xpath("./tr | ./thead/tr | ./tbody/tr | ./tfoot/tr"):
        above, hanging = hanging, {at: (n - 1, said) for at, (n, said) in hanging.items() if n > 1}
        cells = [cell for cell in row if cell.tag in {"td", "th"}]
        if added > MOST_CELLS:
            _forget_spans(cells)
            continue
        if not above and not any(_spans(cell) != (1, 1) for cell in cells):
            continue
        spans = [_spans(cell) for cell in cells]
        _forget_spans(cells)
        for cell in cells:
            row.remove(cell)
        placed: list[etree._Element] = []
        for cell, (across, down) in zip(cells, spans, strict=True):
            placed += _from(above, len(placed))
            width = max(1, min(across, MOST_COLUMNS - len(placed)))
            said = _label(cell) if down > 1 else ""
            for number in range(width if down > 1 else 0):
                hanging[len(placed) + number] = (down - 1, "" if number else said)
            placed += [cell, *(_cell("") for _ in range(width - 1))]
        row.extend([*placed, *_from(above, len(placed))])
        added += len(row) - len(cells)


def _from(above: dict[int, tuple[int, str]], start: int) -> list[etree._Element]:
    """Cells for the columns from `start` on that cells of rows above reach into."""
    found: list[etree._Element] = []
    while start + len(found) in above:
        found.append(_cell(above[start + len(found)][1]))
    return found


def _forget_spans(cells: Sequence[etree._Element]) -> None:
    """Whoever reads the table next must not fill its columns once more."""
    for cell in cells:
        for name in SPANS:
            cell.attrib.pop(name, "")


def _spans(cell: etree._Element) -> tuple[int, int]:
    across, down = (_number(cell.get(name) or "") for name in SPANS)
    return across, down


def _number(text: str) -> int:
    return max(1, whole_number(text) or 1)


def _cell(text: str) -> etree._Element:
    cell = etree.Element("td")
    cell.text = text
    return cell


def _label(cell: etree._Element) -> str:
    text = "".join(map(str, cell.itertext()))
    return text if len(text) <= LONGEST_LABEL else ""
