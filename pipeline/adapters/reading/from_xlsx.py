"""XLSX by python-calamine, after the guard against bombs: a heading and tables for each sheet."""

import io
import re
from collections.abc import Iterator, Mapping
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
from pipeline.adapters.reading.merged_cells import Merged
from pipeline.adapters.reading.number_formats import shown
from pipeline.adapters.reading.office_properties import properties_of
from pipeline.adapters.reading.sheet_formats import Place, SheetFormats
from pipeline.domain.documents import Block

UNFORMATTED = "formats_left_out"
"""A note: numbers of a sheet are told without their formats."""

_NO_SECONDS = re.compile(r"(?::00)?(?:\.\d+)?$")

Cell = int | float | str | bool | time | date | datetime | timedelta


def extract(name: str, data: bytes, limits: Limits) -> Extract:
    """The sheets of a workbook, with the values that its formulas had when it was saved."""
    archive = Archive(name, data, limits)
    _, publication = properties_of(archive)
    blocks: list[Block] = []
    notes: list[str] = []
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(data))
        formats = SheetFormats(archive, limits)
        for sheet in workbook.sheets_metadata:
            if sheet.visible is not SheetVisibleEnum.Visible:
                notes.append(HIDDEN)
            elif sheet.typ is SheetTypeEnum.WorkSheet:
                cells = workbook.get_sheet_by_name(sheet.name)
                rows = _rows(name, cells, formats.of(sheet.name), limits)
                blocks.append(Block(kind="heading", text=sheet.name, level=1))
                blocks.extend(table_blocks(name, rows, limits))
    except CalamineError as error:
        raise damaged(name, "XLSX", "a sheet is broken") from error
    if not formats.are_whole:
        notes.append(UNFORMATTED)
    if all(block.kind == "heading" for block in blocks):
        return Extract([])
    return Extract(blocks, notes=notes, publication=publication, is_untitled=True)


def _rows(
    name: str, sheet: CalamineSheet, formats: Mapping[Place, str], limits: Limits
) -> Iterator[list[str]]:
    chars = 0
    first_column = sheet.start[1] if sheet.start else 0  # rows are given from the very first on
    merged = Merged(sheet.merged_cell_ranges or (), first_column)
    for row, values in enumerate(sheet.iter_rows()):
        cells = [
            _text(value, formats.get((row, column), ""))
            for column, value in enumerate(values, start=first_column)
        ]
        merged.fill(row, cells)
        chars += sum(map(len, cells))
        if chars > limits.chars:
            raise too_many_chars(name, limits)
        yield cells


def _text(cell: Cell, code: str) -> str:
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, int | float):
        return shown(cell, code)
    if isinstance(cell, timedelta):
        return _hours(cell)
    if isinstance(cell, time | datetime):
        return _NO_SECONDS.sub("", str(cell), count=1)
    return str(cell)


def _hours(span: timedelta) -> str:
    """36:00 or 36:00:05, as spreadsheets show a time that is longer than a day."""
    minutes, seconds = divmod(round(abs(span).total_seconds()), 60)
    sign = "-" if span < timedelta() else ""
    return f"{sign}{minutes // 60}:{minutes % 60:02}" + (f":{seconds:02}" if seconds else "")
