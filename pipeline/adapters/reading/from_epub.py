"""EPUB: its chapters in reading order, read as pages."""

import posixpath
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import unquote

from lxml import etree

from pipeline.adapters.reading.archive import Archive
from pipeline.adapters.reading.decoding import decode
from pipeline.adapters.reading.extract import Extract, damaged, too_many_chars
from pipeline.adapters.reading.limits import Limits
from pipeline.adapters.reading.markup import PAGE, blocks_of, page_of
from pipeline.adapters.reading.prose import one_line, without_declaration
from pipeline.adapters.reading.publications import described
from pipeline.domain.documents import Block, Publication
from pipeline.domain.dois import bare_doi
from pipeline.errors import UnreadableFile

BOOK = replace(PAGE, skipped=PAGE.skipped - {"header", "aside", "footer"})
"""In a book these hold a chapter's title and its notes, not menus."""

UNREAD = "chapters_unread"
"""A note: a chapter is missing or broken."""

_CHAPTER_TYPES = {"application/xhtml+xml", "text/html"}
_DC = "{http://purl.org/dc/elements/1.1/}"
_ROLE = "{http://www.idpf.org/2007/opf}role"
_ENCRYPTION = "META-INF/encryption.xml"
_CHAPTER_SUFFIXES = (".xhtml", ".html", ".htm", ".xml")


def extract(name: str, data: bytes, limits: Limits) -> Extract:
    """The chapters of a book. Raises `UnreadableFile`: `file_encrypted` for a protected one."""
    archive = Archive(name, data, limits)
    _refuse_protected(name, archive)
    container = archive.xml("META-INF/container.xml")
    root = container.find(".//{*}rootfile")
    if root is None:
        raise damaged(name, "EPUB", "its list of parts is missing")
    package_part = root.get("full-path") or ""
    package = archive.xml(package_part)
    title = one_line(package.findtext(f".//{_DC}title") or "")
    blocks: list[Block] = []
    notes: list[str] = []
    chars = 0
    for part in dict.fromkeys(_chapters(package, posixpath.dirname(package_part))):
        chapter, told = _chapter(name, archive.read(part)) if part in archive else ([], [UNREAD])
        notes.extend(told)
        blocks.extend(chapter)
        chars += sum(len(block.text) for block in chapter)
        if chars > limits.chars:
            raise too_many_chars(name, limits)
    if notes and not blocks:
        raise damaged(name, "EPUB", "its chapters are broken")
    return Extract(blocks, title=title, notes=notes, publication=_publication(package))


def _publication(package: etree._Element) -> Publication:
    """Authors, date and publisher of a book; who only translated or drew it is left out."""
    creators = [
        creator.text or ""
        for creator in package.iter(f"{_DC}creator")
        if (creator.get(_ROLE) or "aut") == "aut"
    ]
    identifiers = [bare_doi(found.text or "") for found in package.iter(f"{_DC}identifier")]
    return described(
        type="book",
        authors=creators,
        issued=package.findtext(f".//{_DC}date") or "",
        publisher=package.findtext(f".//{_DC}publisher") or "",
        doi=next(filter(None, identifiers), ""),
    )


def _refuse_protected(name: str, archive: Archive) -> None:
    """Fonts may be obfuscated; chapters that are encrypted need the shop's own reader."""
    if _ENCRYPTION not in archive:
        return
    references = archive.xml(_ENCRYPTION).iter("{*}CipherReference")
    if any((found.get("URI") or "").lower().endswith(_CHAPTER_SUFFIXES) for found in references):
        raise UnreadableFile(
            "file_encrypted",
            f"{name!r} is copy-protected. Add a copy without protection, if you may have one.",
        )


def _chapters(package: etree._Element, folder: str) -> Iterator[str]:
    """Parts in reading order; the book's own table of contents is left out."""
    items = {item.get("id"): item for item in package.iter("{*}item")}
    for reference in package.iter("{*}itemref"):
        item = items.get(reference.get("idref"))
        if item is None or item.get("media-type") not in _CHAPTER_TYPES:
            continue
        if "nav" not in (item.get("properties") or "").split():
            yield posixpath.normpath(posixpath.join(folder, unquote(item.get("href") or "")))


def _chapter(name: str, data: bytes) -> tuple[list[Block], list[str]]:
    """The blocks of a chapter and notes on it; a broken one does not spoil the others."""
    try:
        text = without_declaration(decode(name, data).text)
        if not text.strip():
            return [], []
        page, notes = page_of(text)
        return blocks_of(page, BOOK), notes
    except (UnreadableFile, etree.ParserError, etree.XMLSyntaxError, ValueError):
        return [], [UNREAD]
