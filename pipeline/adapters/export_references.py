"""A document's references alone, for programs that keep them: CSL-JSON, BibTeX and RIS."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import cast

from pydantic import JsonValue

from pipeline.domain.documents import Document

Item = Mapping[str, JsonValue]
"""An item of CSL-JSON; its `id` is the reference's number."""

_BIBTEX_TYPES = {
    "article-journal": "article",
    "book": "book",
    "report": "techreport",
    "thesis": "phdthesis",
}
_RIS_TYPES = {
    "article-journal": "JOUR",
    "book": "BOOK",
    "report": "RPRT",
    "thesis": "THES",
    "webpage": "ELEC",
}
_BIBTEX_NAMES = {
    "report": "institution",
    "thesis": "school",
    "webpage": "organization",
    "document": "organization",
}
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_LATEX = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    **{sign: f"\\{sign}" for sign in "&%$#_{}"},
}
_LONE_BRACES = {"{": r"\textbraceleft{}", "}": r"\textbraceright{}"}
"""For a brace without its partner: BibTeX counts `\\{`, too, and reads on to the next entry."""

_DASHES = re.compile(r"\s*[-‐-―−～]+\s*")
"""Between two pages, however a file writes it."""

_BROKEN_LINE = re.compile(r"\s+")


class CslJsonExporter:
    """Items as Zotero and pandoc read them."""

    def export(self, document: Document) -> bytes:
        """A JSON array in UTF-8, in the order of the reference list."""
        return (json.dumps(_items(document), ensure_ascii=False, indent=2) + "\n").encode()


class BibtexExporter:
    """BibTeX in UTF-8, as biber and today's BibTeX programs read it."""

    def export(self, document: Document) -> bytes:
        """Keys are `ref1`, `ref2` and so on: the numbers in the text."""
        entries = [_bibtex(number, item) for number, item in _numbered(document)]
        return "\n".join(entries).encode("utf-8", "replace")


class RisExporter:
    """RIS in UTF-8, as EndNote, Zotero and NoteExpress read it."""

    def export(self, document: Document) -> bytes:
        """Lines end as the format asks, in CR LF."""
        entries = ["\r\n".join(_ris(item)) + "\r\n" for _, item in _numbered(document)]
        return "\r\n".join(entries).encode("utf-8", "replace")


def _numbered(document: Document) -> list[tuple[int, Item]]:
    return [(reference.number, reference.csl) for reference in document.references]


def _items(document: Document) -> list[dict[str, JsonValue]]:
    """The items, with the number in the text as their id; ours say nothing elsewhere."""
    return [{**item, "id": f"ref{number}"} for number, item in _numbered(document)]


def _bibtex(number: int, item: Item) -> str:
    kind = str(item.get("type"))
    year, month, _ = _date(item, "issued")
    names = " and ".join(_bibtex_name(name) for name in _names(item))
    fields = {
        "author": names,
        "title": f"{{{_latex(_text(item, 'title'))}}}",
        "year": year,
        _BIBTEX_NAMES.get(kind, "publisher"): _latex(_text(item, "publisher")),
        "journal" if kind == "article-journal" else "howpublished": _latex(
            _text(item, "container-title")
        ),
        "volume": _latex(_text(item, "volume")),
        "number": _latex(_text(item, "issue")),
        "pages": _DASHES.sub("--", _latex(_text(item, "page"))),
        "doi": _verbatim(_text(item, "DOI")),
        "url": _verbatim(_text(item, "URL")),
        "urldate": "-".join(part for part in _date(item, "accessed") if part),
        "langid": {"zh-CN": "chinese", "en-US": "english"}.get(_text(item, "language"), ""),
    }
    lines = [f"  {name} = {{{value}}}" for name, value in fields.items() if value]
    if month:
        lines.append(f"  month = {_MONTHS[int(month) - 1]}")
    return f"@{_BIBTEX_TYPES.get(kind, 'misc')}{{ref{number},\n" + ",\n".join(lines) + "\n}\n"


def _bibtex_name(name: Mapping[str, str]) -> str:
    """`Family, Given`; a name in one piece is braced, so that it is not parted."""
    if "literal" in name:
        return f"{{{_latex(name['literal'])}}}"
    family = " ".join(part for part in (_particle(name), name["family"]) if part)
    parts = (family, name.get("suffix", ""), name.get("given", ""))
    return ", ".join(_latex(part) for part in parts if part)


def _ris(item: Item) -> list[str]:
    year, month, day = _date(item, "issued")
    first, _, last = _DASHES.sub("-", _text(item, "page")).partition("-")
    kind = str(item.get("type"))
    fields = [("TY", _RIS_TYPES.get(kind, "GEN"))]
    fields += [("AU", _ris_name(name)) for name in _names(item)]
    fields += [
        ("TI", _text(item, "title")),
        ("T2", _text(item, "container-title")),
        ("PY", year),
        ("DA", "/".join(part for part in (year, month, day) if part) if month else ""),
        ("PB", _text(item, "publisher")),
        ("VL", _text(item, "volume")),
        ("IS", _text(item, "issue")),
        ("SP", first),
        ("EP", last),
        ("DO", _text(item, "DOI")),
        ("UR", _text(item, "URL")),
        ("Y2", "/".join(part for part in _date(item, "accessed") if part)),
        ("LA", _text(item, "language")),
    ]
    return [*(f"{tag}  - {value}" for tag, value in fields if value), "ER  - "]


def _ris_name(name: Mapping[str, str]) -> str:
    if "literal" in name:
        return name["literal"]
    family = " ".join(part for part in (_particle(name), name["family"]) if part)
    return ", ".join(
        part for part in (family, name.get("given", ""), name.get("suffix", "")) if part
    )


def _particle(name: Mapping[str, str]) -> str:
    return name.get("non-dropping-particle", "")


def _names(item: Item) -> Sequence[Mapping[str, str]]:
    return cast("Sequence[Mapping[str, str]]", item.get("author", []))


def _text(item: Item, field: str) -> str:
    """A field on one line, as both formats need it."""
    value = item.get(field, "")
    return _BROKEN_LINE.sub(" ", value).strip() if isinstance(value, str) else ""


def _date(item: Item, field: str) -> tuple[str, str, str]:
    """Year, month and day with their zeros; empty where they are not known."""
    value = cast("Mapping[str, list[list[int]]]", item.get(field) or {})
    parts = [*value.get("date-parts", [[]])[0], 0, 0, 0][:3]
    year, month, day = parts
    return (
        f"{year:04}" if year else "",
        f"{month:02}" if month else "",
        f"{day:02}" if day else "",
    )


def _latex(text: str) -> str:
    """The text as BibTeX shows it as it stands; letters of every script are left alone."""
    signs = _LATEX if _is_balanced(text) else _LATEX | _LONE_BRACES
    return "".join(signs.get(sign, sign) for sign in text)


def _is_balanced(text: str) -> bool:
    """Whether each brace has its partner."""
    depth = 0
    for sign in text:
        depth += (sign == "{") - (sign == "}")
        if depth < 0:
            return False
    return depth == 0


def _verbatim(text: str) -> str:
    """A DOI or an address, which BibTeX takes as it stands, up to a brace that nobody closes."""
    escapes = {"{": "%7B", "}": "%7D", "\\": "%5C", " ": "%20"}
    return "".join(escapes.get(sign, sign) for sign in text)
