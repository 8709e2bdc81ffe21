"""CSV and TSV as tables, with the head repeated so that every passage can be understood."""

import csv
import re

from pipeline.adapters.reading.decoding import decode
from pipeline.adapters.reading.extract import Extract, damaged, table_blocks, too_many_chars
from pipeline.adapters.reading.limits import Limits
from pipeline.adapters.reading.prose import clean
from pipeline.adapters.reading.recognise import suffix_of

SAMPLE_CHARS = 10_000
"""Some rows, to tell the delimiter by."""

DELIMITERS = ",;\t|"

_SAID = re.compile(r"sep=([,;\t|])\n", re.IGNORECASE)
"""A first line by which Excel is told the delimiter; it is no row."""

DELIMITED = 2
"""Characters of a file for each one that counts: in a table of numbers every second parts two."""


def extract(name: str, data: bytes, limits: Limits) -> Extract:
    """The rows of a file; the first one is their head."""
    decoded = decode(name, data)
    if len(decoded.text) > DELIMITED * limits.chars:
        raise too_many_chars(name, limits)  # before millions of cells take memory
    text = clean(decoded.text)
    csv.field_size_limit(limits.chars)
    said = _SAID.match(text)
    delimiter = said[1] if said else _delimiter(name, text)
    lines = text[said.end() if said else 0 :].splitlines(keepends=True)
    try:
        rows = list(csv.reader(lines, delimiter=delimiter))
    except csv.Error as error:
        raise damaged(name, "CSV", "its quotes do not match") from error
    return Extract(table_blocks(name, rows, limits), notes=decoded.notes, is_untitled=True)


def _delimiter(name: str, text: str) -> str:
    if suffix_of(name) == ".tsv":
        return "\t"
    try:
        return csv.Sniffer().sniff(text[:SAMPLE_CHARS], DELIMITERS).delimiter
    except csv.Error:
        return ","
