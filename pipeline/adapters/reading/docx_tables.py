"""The rows of a Word table; what a merged cell says is told in each of its rows."""

from collections.abc import Callable, Iterable, Iterator, Sequence

from lxml import etree

from pipeline.adapters.reading.prose import whole_number
from pipeline.adapters.reading.tables import MOST_COLUMNS

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_WRAPPERS = {_W + tag for tag in ("sdt", "sdtContent", "customXml", "ins", "moveTo")}


def rows_of(table: etree._Element) -> list[list[etree._Element]]:
    """The cells of each row; those that were deleted with changes tracked are left out."""
    return [
        [cell for cell in inside(row, "tc") if cell.find(f"{_W}tcPr/{_W}cellDel") is None]
        for row in inside(table, "tr")
        if row.find(f"{_W}trPr/{_W}del") is None
    ]


def texts_of(
    rows: Iterable[Sequence[etree._Element]], text_of: Callable[[etree._Element], str]
) -> Iterator[list[str]]:
    """The texts of each row, in columns."""
    above: dict[int, str] = {}
    for row in rows:
        texts: list[str] = []
        for cell in row:
            merged = cell.find(f"{_W}tcPr/{_W}vMerge")
            goes_on = merged is not None and merged.get(f"{_W}val") != "restart"
            text = above.get(len(texts), "") if goes_on else text_of(cell)
            above[len(texts)] = text
            texts += [text] + [""] * (_columns(cell) - 1)
        yield texts


def inside(parent: etree._Element, tag: str) -> Iterator[etree._Element]:
    """Children of that name, and those in a content control around them."""
    for child in parent:
        if child.tag == f"{_W}{tag}":
            yield child
        elif child.tag in _WRAPPERS:
            yield from inside(child, tag)


def _columns(cell: etree._Element) -> int:
    span = cell.find(f"{_W}tcPr/{_W}gridSpan")
    value = span.get(f"{_W}val") or "" if span is not None else ""
    return max(1, min(whole_number(value) or 1, MOST_COLUMNS))
