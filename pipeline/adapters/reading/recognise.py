"""What a file is: by what it holds, then by its name."""

import io
import re
import zipfile
from enum import StrEnum
from pathlib import PurePath

from pipeline.adapters.reading.extract import damaged
from pipeline.errors import UnreadableFile


class Format(StrEnum):
    """What can be read; the value names the module that reads it."""

    TEXT = "from_text"
    MARKDOWN = "from_markdown"
    HTML = "from_html"
    CSV = "from_csv"
    PDF = "from_pdf"
    DOCX = "from_docx"
    PPTX = "from_pptx"
    XLSX = "from_xlsx"
    EPUB = "from_epub"
    OPML = "from_opml"


MIN_MARKDOWN_HEADINGS = 2
"""One `#` line may be a comment; two are a document."""

PAGE_PARTS = re.compile(r"<(?:table|tr|td|th|ul|ol|li|dl|dt|dd|pre|h[1-6])\b", re.IGNORECASE)
"""Tags for which HTML within Markdown is read as a page is."""

READABLE = "PDF, DOCX, PPTX, XLSX, EPUB, HTML, Markdown, OPML, CSV or plain text"

_BY_SUFFIX = {
    ".md": Format.MARKDOWN,
    ".markdown": Format.MARKDOWN,
    ".mkd": Format.MARKDOWN,
    ".csv": Format.CSV,
    ".tsv": Format.CSV,
    ".html": Format.HTML,
    ".htm": Format.HTML,
    ".xhtml": Format.HTML,
    ".pdf": Format.PDF,
    ".docx": Format.DOCX,
    ".docm": Format.DOCX,
    ".pptx": Format.PPTX,
    ".xlsx": Format.XLSX,
    ".xlsm": Format.XLSX,
    ".epub": Format.EPUB,
    ".opml": Format.OPML,
}
_PROSE_SUFFIXES = {"", ".txt", ".text"}
_TEXTUAL = {Format.TEXT, Format.MARKDOWN, Format.HTML, Format.CSV, Format.OPML}
_BY_MEMBER = {
    "word/document.xml": Format.DOCX,
    "ppt/presentation.xml": Format.PPTX,
    "xl/workbook.xml": Format.XLSX,
    "META-INF/container.xml": Format.EPUB,
}
_FOREIGN = (
    (b"MZ", "a program", ""),
    (b"\x7fELF", "a program", ""),
    (b"\xcf\xfa\xed\xfe", "a program", ""),
    (b"\xca\xfe\xba\xbe", "a program", ""),
    (b"\x89PNG", "a picture", " Give its text as PDF or DOCX."),
    (b"\xff\xd8\xff", "a picture", " Give its text as PDF or DOCX."),
    (b"GIF8", "a picture", " Give its text as PDF or DOCX."),
    (b"II*\0", "a picture", " Give its text as PDF or DOCX."),
    (b"MM\0*", "a picture", " Give its text as PDF or DOCX."),
    (b"\x1f\x8b", "an archive", " Unpack it and add the files in it."),
    (b"7z\xbc\xaf", "an archive", " Unpack it and add the files in it."),
    (b"Rar!", "an archive", " Unpack it and add the files in it."),
    (b"BZh9", "an archive", " Unpack it and add the files in it."),
    (b"{\\rtf", "an RTF document", " Save it as DOCX or PDF."),
    (b"SQLite format 3\0", "a database", " Export the part that matters as CSV."),
)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OLE_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_HTML = re.compile(
    rb"\s*(?:<\?xml[^>]{0,200}\?>\s*)?(?:<!--.{0,2000}?-->\s*)?<(?:!doctype html|html)[\s>]",
    re.IGNORECASE | re.DOTALL,
)
_ATX = re.compile(r"^#{1,6} +\S", re.MULTILINE)
_PDF = b"%PDF-"
_HEAD_BYTES = 1024
"""A PDF may have some bytes before its mark; readers look this far."""


def suffix_of(name: str) -> str:
    """The last suffix of a file name, in small letters with its dot."""
    return PurePath(name).suffix.lower()


def is_textual(name: str) -> bool:
    """Whether the name promises text: every suffix that is not known to be something else."""
    return _BY_SUFFIX.get(suffix_of(name), Format.TEXT) in _TEXTUAL


def told_by_name(name: str, data: bytes) -> str:
    """What only the name says about how a file is read; empty where its content says as much.

    The same bytes are rows as CSV, headings as Markdown and paragraphs as text. A packed file is
    not looked into: that takes memory and time, which only the process that reads it may waste.
    """
    if data.startswith(_ZIP):
        return ""
    try:
        found = recognise(name, data)
        if found not in _TEXTUAL or found is recognise("", data):
            return "" if is_prose(name) or found is not Format.TEXT else "lines"
    except UnreadableFile:
        return ""  # whoever reads it says why it cannot be read
    return suffix_of(name) if suffix_of(name) == ".tsv" else found.value


def is_prose(name: str) -> bool:
    """Whether a text of this name may be written like Markdown: `#` begins a comment in others."""
    return suffix_of(name) in _PROSE_SUFFIXES


def is_like_markdown(text: str) -> bool:
    """Whether a text has headings as Markdown has them."""
    return len(_ATX.findall(text)) >= MIN_MARKDOWN_HEADINGS


def recognise(name: str, data: bytes) -> Format:
    """The format of a file.

    Raises:
        UnreadableFile: `file_unsupported`, `file_encrypted` or `file_damaged`.
    """
    promised = _BY_SUFFIX.get(suffix_of(name), Format.TEXT)
    _refuse_foreign(name, data)
    if _is_pdf(data, promised):
        return Format.PDF
    if data.startswith(_ZIP):
        return _packed(name, data, promised)
    if promised not in _TEXTUAL:
        if _HTML.match(data[:_HEAD_BYTES]):
            return Format.HTML
        raise damaged(name, _short(promised), "it does not begin as such a file does")
    if promised is Format.TEXT and _HTML.match(data[:_HEAD_BYTES]):
        return Format.HTML
    return promised


def _is_pdf(data: bytes, promised: Format) -> bool:
    """Whether it has the mark of a PDF; a text may quote it, but not begin with it."""
    if promised in _TEXTUAL:
        return data.lstrip().startswith(_PDF)
    return _PDF in data[:_HEAD_BYTES]


def _refuse_foreign(name: str, data: bytes) -> None:
    claim = suffix_of(name).removeprefix(".").upper()
    for mark, what, advice in _FOREIGN:
        if data.startswith(mark) and not (mark == b"MZ" and b"\0" not in data[:_HEAD_BYTES]):
            text = f", not a {claim}" if claim and is_known(name) else ""
            raise UnreadableFile(
                "file_unsupported",
                f"This is {what}{text}.{advice} What can be read is {READABLE}.",
                {"name": name},
            )
    if data.startswith(_OLE):
        if _OLE_ENCRYPTED in data:
            raise UnreadableFile(
                "file_encrypted",
                f"{name!r} is protected by a password. Save a copy without the password and add "
                "that.",
            )
        raise UnreadableFile(
            "file_unsupported",
            f"{name!r} is in an old Office format. Save it as DOCX, XLSX or PPTX and add that.",
        )


def is_known(name: str) -> bool:
    """Whether the suffix is one of those that name a format."""
    return suffix_of(name) in _BY_SUFFIX


def _packed(name: str, data: bytes, promised: Format) -> Format:
    # zipfile raises NotImplementedError for versions and compressions that it does not know.
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError) as error:
        if promised in _TEXTUAL:
            raise _archive(name) from error
        raise damaged(name, _short(promised), "it is cut short or overwritten") from error
    for member, found in _BY_MEMBER.items():
        if member in names:
            return found
    if promised not in _TEXTUAL:
        raise damaged(name, _short(promised), "its main part is missing")
    if "content.xml" in names:
        raise UnreadableFile(
            "file_unsupported",
            f"{name!r} is an OpenDocument file. Save it as DOCX or PDF and add that.",
        )
    raise _archive(name)


def _archive(name: str) -> UnreadableFile:
    return UnreadableFile(
        "file_unsupported", f"{name!r} is an archive. Unpack it and add the files in it."
    )


def _short(promised: Format) -> str:
    return promised.value.removeprefix("from_").upper()
