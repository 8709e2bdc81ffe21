"""PDF by pypdfium2: headings from the file's bookmarks, or by how they look."""

from itertools import dropwhile, islice, takewhile

import pypdfium2
from pypdfium2.raw import FPDF_PAGEOBJ_IMAGE

from pipeline.adapters.reading.extract import (
    PICTURED,
    Extract,
    damaged,
    pictures_only,
    too_many_chars,
)
from pipeline.adapters.reading.limits import Limits
from pipeline.adapters.reading.pdf_furniture import without_furniture
from pipeline.adapters.reading.pdf_layout import (
    Bookmark,
    blocks_of,
    body_of,
    headings_by_bookmarks,
    headings_by_look,
)
from pipeline.adapters.reading.pdf_lines import Line, lines_of
from pipeline.adapters.reading.pdf_properties import properties_of
from pipeline.adapters.reading.pdf_tables import tables_on
from pipeline.adapters.reading.prose import clean, numbered_level, one_line
from pipeline.domain.documents import Block
from pipeline.errors import UnreadableFile

SCANNED_CHARS_PER_PAGE = 20
"""Fewer on average: the pages are pictures, with a page number at most."""

PAGES_PER_BOOKMARK = 40
"""With fewer bookmarks than one for so many pages they name the parts only."""

MIN_BOOKMARKS = 2

DEEPEST_BOOKMARK = 6

TITLE_SIZE = 1.3
"""A title's size, measured on the body's, where the file does not say its title."""

MAX_TITLE_LINES = 3


def extract(name: str, data: bytes, limits: Limits) -> Extract:
    """The blocks of a PDF with their pages; running heads, feet and page numbers are left out.

    Raises:
        UnreadableFile: `file_encrypted`, `file_scanned`, `file_damaged`, `file_too_long`.
    """
    document = _opened(name, data)
    count = len(document)
    if count > limits.pages:
        raise UnreadableFile(
            "file_too_long",
            f"{name!r} has {count:,} pages; {limits.pages:,} are taken. Give the part that "
            "matters.",
            {"limit": limits.pages},
        )
    pages, notes = _lines(name, document, limits)
    chars = sum(len(line.text) for lines in pages for line in lines)
    if chars < SCANNED_CHARS_PER_PAGE * count:
        raise pictures_only(name, count)
    opening = "\n".join(line.text for line in pages[0])
    pages = without_furniture(pages)
    if not any(pages):
        return Extract([], pages=count, notes=notes)
    body = body_of(pages)
    bookmarks = _bookmarks(document)
    if len(bookmarks) >= max(MIN_BOOKMARKS, count / PAGES_PER_BOOKMARK):
        levels, lost = headings_by_bookmarks(pages, bookmarks)
    else:
        levels, lost = headings_by_look(pages, body), []
    own_title, publication = properties_of(document, data, opening)
    title = own_title or _largest_line(pages[0], body.size)
    tables = [tables_on(lines, number) for number, lines in enumerate(pages, start=1)]
    blocks = list(blocks_of(pages, levels, lost, body, tables))
    return Extract(
        _without_title(blocks, title),
        title=title,
        pages=count,
        notes=notes,
        publication=publication,
    )


def _without_title(blocks: list[Block], title: str) -> list[Block]:
    """The blocks without a first heading that is the title: it stands above no section."""
    if not blocks or blocks[0].kind != "heading" or blocks[0].text != title:
        return blocks
    beside = [block for block in blocks[1:] if block.kind == "heading"]
    if any(block.level <= blocks[0].level for block in beside):
        return blocks[1:]
    return blocks


def _opened(name: str, data: bytes) -> pypdfium2.PdfDocument:
    try:
        document = pypdfium2.PdfDocument(data)
        count = len(document)
    except pypdfium2.PdfiumError as error:
        if "password" in str(error).lower():
            raise UnreadableFile(
                "file_encrypted",
                f"{name!r} is protected by a password. Save a copy without the password and add "
                "that.",
            ) from error
        raise damaged(name, "PDF", "it is cut short or overwritten") from error
    if count == 0:
        raise damaged(name, "PDF", "it has no pages")
    return document


def _lines(
    name: str, document: pypdfium2.PdfDocument, limits: Limits
) -> tuple[list[list[Line]], list[str]]:
    """The lines of each page, and notes on pages that are broken or pictures only."""
    pages: list[list[Line]] = []
    notes: list[str] = []
    chars = 0
    for index in range(len(document)):
        try:
            page = document[index]
        except pypdfium2.PdfiumError:
            pages.append([])  # one broken page does not spoil the others
            notes.append("pages_unread")
            continue
        lines = lines_of(page)
        if not lines and any(page.get_objects(filter=[FPDF_PAGEOBJ_IMAGE], max_depth=3)):
            notes.append(PICTURED)
        page.close()
        pages.append(lines)
        chars += sum(len(line.text) for line in lines)
        if chars > limits.chars:
            raise too_many_chars(name, limits)
    return pages, notes


def _bookmarks(document: pypdfium2.PdfDocument) -> list[Bookmark]:
    found: list[Bookmark] = []
    try:
        for entry in document.get_toc(max_depth=DEEPEST_BOOKMARK):
            target = entry.get_dest()
            index = target.get_index() if target else None
            title = one_line(clean(entry.get_title() or ""))
            if title and index is not None:
                found.append(Bookmark(title, entry.level + 1, index + 1))
    except (pypdfium2.PdfiumError, UnicodeDecodeError):
        return []  # a contents that is broken in part is no guide; the look of the lines is
    return found


def _largest_line(lines: list[Line], body_size: float) -> str:
    """The first page's largest line, with those right below it in the same size."""
    largest = max((line.size for line in lines), default=0.0)
    if largest < TITLE_SIZE * body_size:
        return ""
    below = dropwhile(lambda line: line.size < largest, lines)
    title = takewhile(lambda line: line.size == largest and not numbered_level(line.text), below)
    return " ".join(dict.fromkeys(line.text for line in islice(title, MAX_TITLE_LINES)))
