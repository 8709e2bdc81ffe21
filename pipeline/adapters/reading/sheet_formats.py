"""The formats of a workbook's cells, which its values are read without."""

import io
import re
from collections.abc import Iterator, Mapping

from lxml import etree

from pipeline.adapters.reading.archive import Archive
from pipeline.adapters.reading.extract import damaged
from pipeline.adapters.reading.number_formats import BUILT_IN
from pipeline.adapters.reading.prose import whole_number

Place = tuple[int, int]
"""Row and column, both from 0."""

WORKBOOK = "xl/workbook.xml"

_REL_ID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_STRICT_REL_ID = "{http://purl.oclc.org/ooxml/officeDocument/relationships}id"
_REFERENCE = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")


class SheetFormats:
    """Codes of number formats, such as `0.0%`, by the place of a cell."""

    def __init__(self, name: str, archive: Archive) -> None:
        self._name = name
        self._archive = archive
        relations = archive.relations(WORKBOOK)
        self._codes = self._read_codes(
            next((part for kind, part in relations.values() if kind.endswith("/styles")), "")
        )
        self._parts = {
            sheet.get("name") or "": relations.get(_relation_id(sheet), ("", ""))[1]
            for sheet in archive.xml(WORKBOOK).iter("{*}sheet")
        }

    def of(self, sheet: str) -> Mapping[Place, str]:
        """The codes of one sheet's cells; those without one are missing.

        Raises:
            UnreadableFile: `file_damaged`, `file_too_large`.
        """
        part = self._parts.get(sheet, "")
        if not self._codes or part not in self._archive:
            return {}
        found: dict[Place, str] = {}
        row = column = -1
        data = io.BytesIO(self._archive.read(part))
        try:
            for event, element in _rows_and_cells(data):
                if event == "end":
                    element.clear()
                elif etree.QName(element).localname == "row":
                    row, column = _row(element, row), -1
                else:
                    row, column = _place(element, row, column)
                    code = self._codes.get(element.get("s") or "0")
                    if code:
                        found[row, column] = code
        except etree.XMLSyntaxError as error:
            raise damaged(self._name, "XLSX", "a sheet is broken") from error
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


def _rows_and_cells(data: io.BytesIO) -> Iterator[tuple[str, etree._Element]]:
    """Their starts and ends, in order; entities and external parts are never resolved."""
    yield from etree.iterparse(
        data,
        events=("start", "end"),
        tag=("{*}row", "{*}c"),
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
    )


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
