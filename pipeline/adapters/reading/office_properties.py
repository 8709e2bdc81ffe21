"""Title, authors and date in the properties of an Office file."""

from lxml import etree

from pipeline.adapters.reading.archive import Archive
from pipeline.adapters.reading.publications import (
    described,
    names_in,
    own_title,
    without_logins,
)
from pipeline.domain.documents import Publication
from pipeline.errors import UnreadableFile

_CORE = "docProps/core.xml"
_DC = "{http://purl.org/dc/elements/1.1/}"
_TERMS = "{http://purl.org/dc/terms/}"
_TEMPLATE_MAKERS = frozenset({"python-docx", "python-pptx", "openpyxl"})
# their templates carry the day on which these were made


def properties_of(archive: Archive) -> tuple[str, Publication]:
    """The file's own title, empty without one, and what else it says; its date is its version's."""
    if _CORE not in archive:
        return "", Publication()
    try:
        core = archive.xml(_CORE)
    except UnreadableFile:
        return "", Publication()  # broken properties do not spoil the text
    creator = _text(core, f"{_DC}creator")
    changed = _text(core, f"{_TERMS}modified") or _text(core, f"{_TERMS}created")
    publication = described(
        authors=without_logins(names_in(creator)),
        issued="" if creator in _TEMPLATE_MAKERS else changed,
        publisher=_text(core, f"{_DC}publisher"),
        doi=_text(core, f"{_DC}identifier"),
    )
    return own_title(_text(core, f"{_DC}title")), publication


def _text(core: etree._Element, tag: str) -> str:
    found = core.find(f".//{tag}")
    return "".join(str(text) for text in found.itertext()) if found is not None else ""
