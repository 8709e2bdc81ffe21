"""What drawings of slides and Word files say: the texts of their diagrams."""

from collections.abc import Iterator

from lxml import etree

from pipeline.adapters.reading.archive import Archive
from pipeline.adapters.reading.prose import one_line, whole_number
from pipeline.errors import UnreadableFile

DRAWN = "drawings_left_out"
"""A note: charts, and diagrams that are broken, were not read."""

MAX_INDENT = 8
"""Deeper levels exist only in broken files."""

A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
GRAPHIC = f"{A}graphicData"
_DIAGRAM = "{http://schemas.openxmlformats.org/drawingml/2006/diagram}"
_DATA_ID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}dm"


class Drawings:
    """Those of one part of a file."""

    def __init__(self, archive: Archive, part: str) -> None:
        self._archive = archive
        self._part = part
        self.left_out = False
        """Whether one of those that were asked for is not read."""

    def text_of(self, graphic: etree._Element) -> str:
        """The texts of a diagram (SmartArt) as a list; empty for any other drawing."""
        if (graphic.get("uri") or "").endswith(("/chart", "/chartex")):
            self.left_out = True
        ids = [named.get(_DATA_ID) or "" for named in graphic.iter(f"{_DIAGRAM}relIds")]
        try:
            items = [line for key in ids for line in self._diagram(key)]
        except UnreadableFile:  # a broken diagram does not spoil the text around it
            self.left_out = True
            return ""
        return "\n".join(f"- {line}" for line in items)

    def _diagram(self, key: str) -> Iterator[str]:
        _, part = self._archive.relations(self._part).get(key, ("", ""))
        for text in self._archive.xml(part).iter(f"{_DIAGRAM}t"):
            yield from filter(None, (line.strip() for line in lines_of(text)))


def lines_of(element: etree._Element) -> list[str]:
    """The paragraphs in it, indented by two spaces for each level."""
    return list(_lines(element))


def _lines(element: etree._Element) -> Iterator[str]:
    for paragraph in element.iter(f"{A}p"):
        properties = paragraph.find(f"{A}pPr")
        level = (properties.get("lvl") or "0") if properties is not None else "0"
        parts = (
            " " if node.tag == f"{A}br" else node.text or ""
            for node in paragraph.iter(f"{A}t", f"{A}br")
        )
        yield "  " * min(MAX_INDENT, whole_number(level) or 0) + one_line("".join(parts))
