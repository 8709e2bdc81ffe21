"""Title, authors, date and site of a page: its meta elements, its JSON-LD, and trafilatura."""

import json
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

from lxml import etree
from trafilatura.metadata import extract_metadata

from pipeline.adapters.reading.publications import PublicationType, described, own_title
from pipeline.domain.addresses import is_web_address
from pipeline.domain.documents import Publication

MAX_JSON_CHARS = 200_000
"""Of one script: larger ones are a shop's catalogue."""

DEEPEST = 6
"""Of things inside things: an article in a page in a graph has three."""

_WORKS = ("article", "posting", "report", "book", "thesis", "webpage")
_MAKERS: dict[str, PublicationType] = {
    "citation_journal_title": "article-journal",
    "citation_technical_report_institution": "report",
    "citation_dissertation_institution": "thesis",
}
_AUTHORS = ("citation_author", "citation_authors", "dc.creator", "dcterms.creator")
_DATES = (
    "citation_publication_date", "citation_date", "citation_online_date", "dc.date",
    "dcterms.issued", "article:published_time", "datepublished", "pubdate", "publishdate",
)  # fmt: skip


def properties_of(page: etree._Element) -> tuple[str, Publication]:
    """The page's own title, without its site's name where it says so, and what else it says."""
    meta = _meta(page)
    works = list(_works(page))
    found = _by_trafilatura(page)

    def first(*names: str) -> str:
        return next((value for name in names for value in meta.get(name, ())), "")

    listed = [value for name in _AUTHORS for value in meta.get(name, ())]
    named = [name for work in works for name in _names(work.get("author"))]
    addresses = (first("citation_public_url"), _canonical(page), first("og:url"))
    url = next(filter(is_web_address, addresses), "")
    plain: PublicationType = "webpage" if url else "document"
    publication = described(
        type=next((kind for name, kind in _MAKERS.items() if name in meta), plain),
        authors=listed or named or meta.get("author") or [found["author"]],
        issued=first(*_DATES) or _text(works, "datePublished") or found["date"],
        publisher=first("citation_publisher", *list(_MAKERS)[1:]),
        container=first("citation_journal_title", "og:site_name", "application-name")
        or found["sitename"],
        volume=first("citation_volume"),
        issue=first("citation_issue"),
        pages="-".join(filter(None, (first("citation_firstpage"), first("citation_lastpage")))),
        doi=first("citation_doi", "dc.identifier.doi", "prism.doi", "bepress_citation_doi"),
        url=url,
    )
    return own_title(first("citation_title", "dc.title", "og:title")), publication


def _meta(page: etree._Element) -> dict[str, list[str]]:
    """Contents of the meta elements by name, in small letters."""
    found: dict[str, list[str]] = {}
    for element in page.iter("meta"):
        name = element.get("name") or element.get("property") or element.get("itemprop") or ""
        content = (element.get("content") or "").strip()
        if name and content:
            found.setdefault(name.lower(), []).append(content)
    return found


def _canonical(page: etree._Element) -> str:
    for element in page.iter("link"):
        if "canonical" in (element.get("rel") or "").lower().split():
            return (element.get("href") or "").strip()
    return ""


def _works(page: etree._Element) -> Iterator[dict[str, Any]]:
    """What the page's JSON-LD says of articles, reports and books."""
    for script in page.iter("script"):
        text = script.text or ""
        if (script.get("type") or "").lower() != "application/ld+json":
            continue
        if len(text) <= MAX_JSON_CHARS:
            try:
                yield from _of_json(json.loads(text), 0)
            except (ValueError, RecursionError):
                continue  # one broken script does not spoil the others


def _of_json(value: object, depth: int) -> Iterator[dict[str, Any]]:
    if depth > DEEPEST:
        return
    if isinstance(value, list):
        for item in value:
            yield from _of_json(item, depth + 1)
    elif isinstance(value, dict):
        kind = str(value.get("@type", "")).lower()
        if any(work in kind for work in _WORKS):
            yield value
        yield from _of_json(value.get("@graph"), depth + 1)
        yield from _of_json(value.get("mainEntity"), depth + 1)


def _names(value: object) -> list[str]:
    """The names in an author of JSON-LD: a text, a thing with a name, or a list of them."""
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return _names(value.get("name"))
    if isinstance(value, list):
        return [name for item in value if not isinstance(item, list) for name in _names(item)]
    return []


def _text(works: list[dict[str, Any]], key: str) -> str:
    return next((value for work in works if isinstance(value := work.get(key), str)), "")


def _by_trafilatura(page: etree._Element) -> dict[str, str]:
    """What it finds in the page's look: a line with the author, a date in the address."""
    settings = {
        "extensive_search": False,  # a number in the text is no date of the page
        "original_date": True,
        "outputformat": "%Y-%m-%d",
    }
    found = extract_metadata(deepcopy(page), date_config=settings, extensive=False)
    return {name: getattr(found, name) or "" for name in ("author", "date", "sitename")}
