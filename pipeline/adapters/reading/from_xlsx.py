"""XLSX by python-calamine, after the guard against bombs: a heading and tables for each sheet."""

import io
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from pipeline.adapters.reading.archive import Archive
from pipeline.adapters.reading.extract import HIDDEN, Extract, damaged, table_blocks, too_many_chars
from pipeline.adapters.reading.limits import Limits
from pipeline.adapters.reading.office_properties import properties_of
from pipeline.domain.documents import Block

SHOWN_DIGITS = 15
"""As spreadsheets show them: the sum of 0.1 and 0.2 is 0.3."""

Cell = int | float | str | bool | time | date | datetime | timedelta


def extract(name: str, data: bytes, limits: Limits) -> Extract:
    """The sheets of a workbook, with the values that its formulas had when it was saved."""
    _, publication = properties_of(Archive(name, data, limits))
    blocks: list[Block] = []
    notes: list[str] = []
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(data))
        for sheet in workbook.sheets_metadata:
            if sheet.visible is not SheetVisibleEnum.Visible:
                notes.append(HIDDEN)
            elif sheet.typ is SheetTypeEnum.WorkSheet:
                rows = _rows(name, workbook.get_sheet_by_name(sheet.name), limits)
                blocks.append(Block(kind="heading", text=sheet.name, level=1))
                blocks.extend(table_blocks(name, rows, limits))
    except CalamineError as error:
        raise damaged(name, "XLSX", "a sheet is broken") from error
    if all(block.kind == "heading" for block in blocks):
        return Extract([])
    return Extract(blocks, notes=notes, publication=publication, is_untitled=True)


def _rows(name: str, sheet: CalamineSheet, limits: Limits) -> Iterator[list[str]]:
    chars = 0
    for row in sheet.iter_rows():
        cells = [_text(cell) for cell in row]
        chars += sum(map(len, cells))
        if chars > limits.chars:
            raise too_many_chars(name, limits)
        yield cells


def _text(cell: Cell) -> str:
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, float):
        return f"{cell:.{SHOWN_DIGITS}g}"
    return str(cell)
