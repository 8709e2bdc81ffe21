"""Tables whose cells span rows or columns, as rows that can each be quoted alone."""

from lxml import etree, html

MOST_COLUMNS = 200
"""A cell that claims to span more is an accident or an attack."""

LONGEST_LABEL = 200
"""What a cell says is told in each row that it spans; a longer text is told once."""

SPANS = ("colspan", "rowspan")


def spread_cells(table: html.HtmlElement) -> None:
    """Give each row of a page's table a cell for each of its columns."""
    hanging: dict[int, tuple[int, str]] = {}
    for row in table.xpath("./tr | ./thead/tr | ./tbody/tr | ./tfoot/tr"):
        above, hanging = hanging, {at: (n - 1, said) for at, (n, said) in hanging.items() if n > 1}
        cells = [cell for cell in row if cell.tag in {"td", "th"}]
        if not above and not any(_spans(cell) != (1, 1) for cell in cells):
            continue
        for cell in cells:
            row.remove(cell)
        placed: list[etree._Element] = []
        for cell in cells:
            placed += _from(above, len(placed))
            across, down = _spans(cell)
            for name in SPANS:
                cell.attrib.pop(name, None)
            across = max(1, min(across, MOST_COLUMNS - len(placed)))
            said = _label(cell) if down > 1 else ""
            for number in range(across if down > 1 else 0):
                hanging[len(placed) + number] = (down - 1, "" if number else said)
            placed += [cell, *(_cell("") for _ in range(across - 1))]
        row.extend([*placed, *_from(above, len(placed))])


def _from(above: dict[int, tuple[int, str]], start: int) -> list[etree._Element]:
    """Cells for the columns from `start` on that cells of rows above reach into."""
    found: list[etree._Element] = []
    while start + len(found) in above:
        found.append(_cell(above[start + len(found)][1]))
    return found


def _spans(cell: etree._Element) -> tuple[int, int]:
    across, down = (_number(cell.get(name) or "") for name in SPANS)
    return across, down


def _number(text: str) -> int:
    return max(1, int(text)) if text.isdecimal() and len(text) < 10 else 1


def _cell(text: str) -> etree._Element:
    cell = etree.Element("td")
    cell.text = text
    return cell


def _label(cell: etree._Element) -> str:
    text = "".join(map(str, cell.itertext()))
    return text if len(text) <= LONGEST_LABEL else ""
