"""Which answers of a server are pages to read, and what they are called as files."""

from dataclasses import dataclass
from email.message import Message
from pathlib import PurePosixPath
from urllib.parse import unquote

from pipeline.adapters.reading.recognise import is_known, suffix_of

HTML = "text/html"
MAX_NAME_CHARS = 100
"""Of the last part of a path; it only helps a person to recognise the page."""

_OFFICE = "application/vnd.openxmlformats-officedocument."
_SUFFIXES = {
    HTML: ".html",
    "application/xhtml+xml": ".html",
    "application/pdf": ".pdf",
    "application/x-pdf": ".pdf",
    "application/epub+zip": ".epub",
    f"{_OFFICE}wordprocessingml.document": ".docx",
    f"{_OFFICE}presentationml.presentation": ".pptx",
    f"{_OFFICE}spreadsheetml.sheet": ".xlsx",
    "text/markdown": ".md",
    "text/csv": ".csv",
    "text/tab-separated-values": ".tsv",
    "text/plain": ".txt",
    "application/json": ".txt",
    "application/xml": ".txt",
    "text/xml": ".txt",
}
_VAGUE = {"", "text/plain", "application/octet-stream", "binary/octet-stream"}
"""Types that servers give to files they do not know; then the path's own suffix counts."""


@dataclass(frozen=True, slots=True)
class Page:
    """What an address answered with."""

    url: str
    """Where the last redirect led."""
    name: str
    """A file name whose suffix says what it is."""
    data: bytes


def accepted_name(host: str, path: str, content_type: str) -> str | None:
    """A file name for what a server answers with; None for a type that is not read."""
    kind = _parsed(content_type).get_content_type() if content_type else ""
    last = unquote(PurePosixPath(path).name).replace("/", "_").strip() or host
    if kind in _VAGUE and is_known(last):
        return last[-MAX_NAME_CHARS:]
    suffix = _SUFFIXES.get(kind, ".txt" if kind.startswith("text/") or not kind else None)
    if suffix is None:
        return None
    stem = last.removesuffix(suffix_of(last)) if is_known(last) else last
    return f"{stem[:MAX_NAME_CHARS]}{suffix}"


def in_utf8(name: str, data: bytes, content_type: str) -> bytes:
    """A text in UTF-8 when the server, and not the page, says which encoding it has."""
    charset = _parsed(content_type).get_content_charset("")
    if suffix_of(name) not in {".html", ".txt", ".md", ".csv", ".tsv"} or not charset:
        return data
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    else:
        return data
    try:
        return data.decode("gb18030" if charset in {"gb2312", "gbk"} else charset).encode()
    except (LookupError, ValueError):
        return data  # it is not what the server says: reading the page finds out by itself


def _parsed(content_type: str) -> Message:
    header = Message()
    header["Content-Type"] = content_type
    return header
