"""Authors, date and DOI of a PDF: its properties, its XMP packet, and its first page."""

import re
from collections.abc import Iterator, Sequence

import pypdfium2
from lxml import etree

from pipeline.adapters.reading.archive import parse_xml
from pipeline.adapters.reading.publications import (
    described,
    iso_date,
    names_in,
    own_title,
    without_logins,
)
from pipeline.domain.documents import Publication
from pipeline.domain.dois import bare_doi
from pipeline.errors import UnreadableFile

MAX_PACKET_BYTES = 500_000
"""An XMP packet has some 5 kB; longer ones hold thumbnails."""

DATED_CHARS = 6_000
"""Two pages: where a work says its year."""

_PACKET = re.compile(rb"<x:xmpmeta\b.*?</x:xmpmeta>", re.DOTALL)
_OF_THE_FILE = (b"http://ns.adobe.com/pdf/1.3/", b"prismstandard.org")
# pictures inside have packets, too; what is about a PDF names one of these
_DOI = re.compile(r"\b10\.\d{4,9}/[!-~]+")
CUE_CHARS = 120
"""A line and a half before a DOI: what it is the DOI of."""

_REPOSITORIES = (
    "10.5281/",
    "10.6084/",
    "10.5061/",
    "10.17632/",
    "10.7910/",
    "10.17605/",
    "10.57760/",
)
"""Zenodo, figshare, Dryad, Mendeley Data, Dataverse, OSF, Science Data Bank: beside a paper."""

_SENTENCE_END = re.compile(r"\.\s|。")
_BESIDE = re.compile(
    r"\b(?:data|datasets?|code|software|scripts?|repository|archived?|deposited|supplement\w*|cite[sd]?"
    r"|see also|reply to|comment on|erratum)\b|(?:数据|代码|程序|补充材料|附件)",
    re.IGNORECASE,
)
_DC = "{http://purl.org/dc/elements/1.1/}"


def properties_of(
    document: pypdfium2.PdfDocument, data: bytes, opening: str
) -> tuple[str, Publication]:
    """Its own title, empty without one, and what else it says of itself.

    `opening` is the text of its first pages. The day on which a PDF was made says when a work
    appeared only if the work names the same year; a DOI there is its own only if it is the only
    one.
    """
    packet = _packet(data)
    made = iso_date(_value(document, "CreationDate"))[:4]
    printed = _of_prism(packet, "publicationDate") or _of_prism(packet, "coverDate")
    container = _of_prism(packet, "publicationName")
    publication = described(
        type="article-journal" if container else "document",
        authors=_authors(document, packet),
        issued=printed or (made if made and made in opening[:DATED_CHARS] else ""),
        publisher=_of_dc(packet, "publisher"),
        container=container,
        volume=_of_prism(packet, "volume"),
        issue=_of_prism(packet, "number"),
        pages=_of_prism(packet, "pageRange"),
        doi=_of_prism(packet, "doi") or _only_doi(opening),
    )
    title = own_title(_value(document, "Title")) or own_title(_of_dc(packet, "title"))
    return title, publication


def _authors(document: pypdfium2.PdfDocument, packet: etree._Element | None) -> Sequence[str]:
    listed = [name for text in _items(packet, "creator") for name in names_in(text)]
    return without_logins(listed or list(names_in(_value(document, "Author"))))


def _value(document: pypdfium2.PdfDocument, key: str) -> str:
    try:
        return document.get_metadata_value(key) or ""
    except (UnicodeDecodeError, pypdfium2.PdfiumError):
        return ""


def _packet(data: bytes) -> etree._Element | None:
    """The last XMP packet about the file itself: a file that was changed has older ones before."""
    for match in reversed(list(_PACKET.finditer(data))):
        text = match[0]
        if len(text) <= MAX_PACKET_BYTES and any(mark in text for mark in _OF_THE_FILE):
            try:
                return parse_xml("XMP", text)
            except UnreadableFile:
                continue
    return None


def _items(packet: etree._Element | None, name: str) -> Iterator[str]:
    """The texts of a Dublin Core element, which is a list in a list."""
    for element in packet.iter(f"{_DC}{name}") if packet is not None else ():
        texts = [str(text).strip() for text in element.itertext()]
        yield from (text for text in texts if text)


def _of_dc(packet: etree._Element | None, name: str) -> str:
    return next(_items(packet, name), "")


def _of_prism(packet: etree._Element | None, name: str) -> str:
    """An element or attribute of PRISM, whichever of its versions it is of."""
    for element in packet.iter() if packet is not None else ():
        if not isinstance(element.tag, str):
            continue
        if _is_prism(element.tag, name):
            return "".join(str(text) for text in element.itertext()).strip()
        for key, value in element.attrib.items():
            if _is_prism(str(key), name):
                return str(value)
    return ""


def _is_prism(tag: str, name: str) -> bool:
    return tag.endswith("}" + name) and "prismstandard.org" in tag


def _only_doi(opening: str) -> str:
    """The DOI of a first page that names one work and no data, program or supplement of it."""
    found = {bare_doi(match[0]).lower(): match for match in _DOI.finditer(opening)}
    if len(found) != 1:
        return ""
    doi, match = next(iter(found.items()))
    before = _SENTENCE_END.split(opening[max(0, match.start() - CUE_CHARS) : match.start()])[-1]
    is_beside = doi.startswith(_REPOSITORIES) or _BESIDE.search(before)
    return "" if is_beside else bare_doi(match[0])
