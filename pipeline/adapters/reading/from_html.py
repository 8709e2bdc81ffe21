"""HTML by trafilatura, without menus; the whole page where that finds too little."""

import re
from collections.abc import Sequence

from lxml import etree
from trafilatura import bare_extraction

from pipeline.adapters.reading.decoding import decode
from pipeline.adapters.reading.extract import Extract, damaged
from pipeline.adapters.reading.limits import Limits
from pipeline.adapters.reading.markup import PAGE, TEI, blocks_of, page_of, without_wide_breaks
from pipeline.adapters.reading.page_properties import properties_of
from pipeline.adapters.reading.prose import clean, one_line, without_declaration
from pipeline.domain.documents import Block

ENOUGH = 0.4
"""Share of the page's own text (menus taken out by tag) below which the extraction has lost
paragraphs: saved documents are all text, and news pages keep more than half."""

_HEAD_BYTES = 4096
_CHARSET = re.compile(
    rb"""(?:charset|encoding)\s*=\s*["']?\s*([A-Za-z0-9_.:-]{2,40})""", re.IGNORECASE
)
_KEEPS_LINES = {"pre", "code", "script", "style", "textarea"}


def extract(name: str, data: bytes, limits: Limits) -> Extract:  # noqa: ARG001  (a Reader)
    """The blocks of a page's main text."""
    declared = _CHARSET.search(data[:_HEAD_BYTES])
    decoded = decode(name, data, declared.group(1).decode("ascii") if declared else "")
    text = without_declaration(clean(decoded.text))
    page, notes = _page(name, text)
    own_title, publication = properties_of(page)
    title = own_title or one_line(page.findtext(".//title") or "")
    whole = blocks_of(page, PAGE)
    main = _main_blocks(page)
    kept = main if _is_enough(main, whole) else whole
    if notes and not kept:
        raise damaged(name, "HTML", "its elements are nested too deeply")
    return Extract(kept, title=title, notes=[*decoded.notes, *notes], publication=publication)


def _page(name: str, text: str) -> tuple[etree._Element, list[str]]:
    """The page and its notes; a line break between two Chinese characters is no space."""
    try:
        page, notes = page_of(text)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError) as error:
        raise damaged(name, "HTML", "no page could be made of it") from error
    for element in page.iter():
        if element.tag not in _KEEPS_LINES:
            element.text = without_wide_breaks(element.text)
        element.tail = without_wide_breaks(element.tail)
    return page, notes


def _main_blocks(page: etree._Element) -> list[Block]:
    """What trafilatura takes for the main text, in its order; it changes the tree."""
    try:
        found = bare_extraction(
            page, include_comments=False, include_tables=True, favor_recall=True, deduplicate=False
        )
    except RecursionError:  # hundreds of lists in each other
        return []
    body = getattr(found, "body", None)
    return blocks_of(body, TEI) if body is not None else []


def _is_enough(main: Sequence[Block], whole: Sequence[Block]) -> bool:
    """Whether the main text holds most of the page's, and has not lost its structure."""
    size = sum(len(block.text) for block in whole)
    kept = sum(len(block.text) for block in main)
    has_headings = any(block.kind == "heading" for block in main)
    had_headings = any(block.kind == "heading" for block in whole)
    return kept >= ENOUGH * size and (has_headings or not had_headings)
