"""The formats of a workbook's cells, which its values are read without."""

import io
import re
from collections.abc import Iterator, Mapping

from lxml import etree

from pipeline.adapters.reading.archive import Archive
from pipeline.adapters.reading.limits import Limits
from pipeline.adapters.reading.number_formats import BUILT_IN
from pipeline.adapters.reading.prose import whole_number
from pipeline.errors import UnreadableFile

Place = tuple[int, int]
"""Row and column, both from 0."""

WORKBOOK = "xl/workbook.xml"

_REL_ID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_STRICT_REL_ID = "{http://purl.oclc.org/ooxml/officeDocument/relationships}id"
_REFERENCE = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")


class SheetFormats:
    """Codes of number formats, such as `0.0%`, by the place of a cell.

    What cannot be read of them is left out: a file is never refused for its formats.
    """

    def __init__(self, archive: Archive, limits: Limits) -> None:
        self._archive = archive
        self._bytes_left = limits.formatted_bytes
        self.are_whole = True
        """Whether the formats of all sheets so far were read."""
        self._codes: Mapping[str, str] = {}
        self._parts: Mapping[str, str] = {}
        try:
            relations = archive.relations(WORKBOOK)
            self._codes = self._read_codes(
                next((part for kind, part in relations.values() if kind.endswith("/styles")), "")
            )
            self._parts = {
                sheet.get("name") or "": relations.get(_relation_id(sheet), ("", ""))[1]
                for sheet in archive.xml(WORKBOOK).iter("{*}sheet")
            }
        except UnreadableFile:
            self.are_whole = False

    def of(self, sheet: str) -> Mapping[Place, str]:
        """The codes of one sheet's numbers; those without one are missing."""
        part = self._parts.get(sheet, "")
        if not self._codes or part not in self._archive:
            return {}
        self._bytes_left -= self._archive.size_of(part)
        if self._bytes_left < 0:
            self.are_whole = False
            return {}
        found: dict[Place, str] = {}
        try:
            for place, style in _numbers(io.BytesIO(self._archive.read(part))):
                if code := self._codes.get(style):
                    found[place] = code
        except (UnreadableFile, etree.XMLSyntaxError):
            self.are_whole = False
        return found

    def _read_codes(self, part: str) -> Mapping[str, str]:
        """The code of each style that cells name; numbers without a format are missing."""
        if part not in self._archive:
            return {}
        styles = self._archive.xml(part)
        codes = {str(number): code for number, code in BUILT_IN.items()} | {
            each.get("numFmtId") or "": each.get("formatCode") or ""
            for each in styles.iter("{*}numFmt")
        }
        used = [each.get("numFmtId") or "" for each in styles.iterfind("{*}cellXfs/{*}xf")]
        return {str(at): codes[key] for at, key in enumerate(used) if codes.get(key)}


def _numbers(data: io.BytesIO) -> Iterator[tuple[Place, str]]:
    """The place and the style of each number; entities and external parts are never resolved."""
    row = column = -1
    for event, element in etree.iterparse(
        data,
        events=("start", "end"),
        tag=("{*}row", "{*}c"),
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
    ):
        is_row = element.tag.rpartition("}")[2] == "row"
        if event == "start":
            if is_row:
                row, column = _row(element, row), -1
            continue
        if is_row:
            _drop(element)
            continue
        row, column = _place(element, row, column)
        if element.get("t", "n") == "n" and element.find("{*}v") is not None:
            yield (row, column), element.get("s") or "0"


def _drop(row: etree._Element) -> None:
    """Take a row that was read from the tree, and so those before it."""
    row.clear()
    above = row.getparent()
    while above is not None and row.getprevious() is not None:
        del above[0]


def _relation_id(sheet: etree._Element) -> str:
    return sheet.get(_REL_ID) or sheet.get(_STRICT_REL_ID) or ""


def _row(element: etree._Element, before: int) -> int:
    number = whole_number(element.get("r") or "")
    return number - 1 if number else before + 1


def _place(cell: etree._Element, row: int, before: int) -> Place:
    """Where a cell is; one that does not say it stands beside the one before it."""
    said = _REFERENCE.fullmatch(cell.get("r") or "")
    if said is None:
        return row, before + 1
    column = 0
    for letter in said[1]:
        column = 26 * column + ord(letter) - ord("A") + 1
    return int(said[2]) - 1, column - 1
