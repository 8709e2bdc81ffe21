"""HTML by trafilatura, without menus; the whole page where that finds too little."""

import re

from lxml import etree, html
from trafilatura import bare_extraction

from pipeline.adapters.reading.decoding import decode
from pipeline.adapters.reading.extract import Extract
from pipeline.adapters.reading.limits import Limits
from pipeline.adapters.reading.markup import PAGE, TEI, blocks_of
from pipeline.adapters.reading.prose import clean, one_line
from pipeline.domain.documents import Block

ENOUGH = 0.4
"""Share of the page's own text (menus taken out by tag) below which the extraction has lost
paragraphs: saved documents are all text, and news pages keep more than half."""

_HEAD_BYTES = 4096
_CHARSET = re.compile(
    rb"""(?:charset|encoding)\s*=\s*["']?\s*([A-Za-z0-9_.:-]{2,40})""", re.IGNORECASE
)
_DECLARATION = re.compile(r"\A\s*<\?xml[^>]*\?>")


def extract(name: str, data: bytes, limits: Limits) -> Extract:  # noqa: ARG001  (a Reader)
    """The blocks of a page's main text."""
    declared = _CHARSET.search(data[:_HEAD_BYTES])
    decoded = decode(name, data, declared.group(1).decode("ascii") if declared else "")
    text = _DECLARATION.sub("", clean(decoded.text))
    page = _page(text)
    if page is None:
        return Extract([], notes=decoded.notes)
    title = one_line(page.findtext(".//title") or "")
    whole = blocks_of(page, PAGE)
    main = _main_blocks(text)
    size = sum(len(block.text) for block in whole)
    kept = sum(len(block.text) for block in main)
    return Extract(main if kept >= ENOUGH * size else whole, title=title, notes=decoded.notes)


def _page(text: str) -> etree._Element | None:
    if not text.strip():
        return None
    try:
        return html.document_fromstring(text)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return None


def _main_blocks(text: str) -> list[Block]:
    """What trafilatura takes for the main text, in its order."""
    found = bare_extraction(
        text, include_comments=False, include_tables=True, favor_recall=True, deduplicate=False
    )
    body = getattr(found, "body", None)
    return blocks_of(body, TEI) if body is not None else []
