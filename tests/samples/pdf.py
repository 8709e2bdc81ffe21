"""Writes small PDFs: lines of text in Helvetica or, with Chinese in them, in a Chinese font."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

PAGE_HEIGHT = 842
"""A4, in points."""


@dataclass(frozen=True, slots=True)
class Text:
    """One line; `down` is its distance from the line above, in points."""

    text: str
    size: int = 11
    bold: bool = False
    left: int = 72
    down: int = 14


@dataclass(frozen=True, slots=True)
class Mark:
    """A bookmark that leads to a page, counted from 0."""

    title: str
    page: int


_LATIN = b"<< /Type /Font /Subtype /Type1 /BaseFont /%s /Encoding /WinAnsiEncoding >>"
_CHINESE = (
    b"<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UCS2-H"
    b" /DescendantFonts [<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light"
    b" /CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 4 >> /DW 1000"
    b" /FontDescriptor << /Type /FontDescriptor /FontName /STSong-Light /Flags 6"
    b" /FontBBox [0 -200 1000 900] /ItalicAngle 0 /Ascent 880 /Descent -120 /CapHeight 880"
    b" /StemV 80 >> >>] >>"
)
_FONTS = (_LATIN % b"Helvetica", _LATIN % b"Helvetica-Bold", _CHINESE)
_FIRST_PAGE = 6
"""Objects 1 to 5 are the catalogue, the page tree and the fonts."""


def make_pdf(
    pages: Sequence[Sequence[Text]],
    *,
    title: str = "",
    marks: Sequence[Mark] = (),
    info: Mapping[str, str] | None = None,
    xmp: str = "",
    encrypted: bool = False,
) -> bytes:
    """A PDF with these lines; `encrypted` asks for a password that nobody knows.

    `info` holds further properties; `xmp` is an XMP packet, stored as programs do.
    """
    kids = " ".join(f"{_FIRST_PAGE + 2 * n} 0 R" for n in range(len(pages)))
    after = _FIRST_PAGE + 2 * len(pages)
    outlines = f" /Outlines {after} 0 R" if marks else ""
    objects = [
        f"<< /Type /Catalog /Pages 2 0 R{outlines} >>".encode(),
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>".encode(),
        *_FONTS,
    ]
    for number, lines in enumerate(pages):
        stream = _content(lines)
        objects.append(_page(_FIRST_PAGE + 2 * number + 1))
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream))
    objects.extend(_outline(marks, after))
    if xmp:
        packet = xmp.encode()
        head = b"<< /Type /Metadata /Subtype /XML /Length %d >>" % len(packet)
        objects.append(b"%s\nstream\n%s\nendstream" % (head, packet))
    values = {"Title": title} | dict(info or {})
    properties = b" ".join(b"/%s %s" % (k.encode(), _utf16(v)) for k, v in values.items())
    objects.append(b"<< %s >>" % properties)
    trailer = f"/Info {len(objects)} 0 R"
    if encrypted:
        key = "5a" * 32
        trailer += (
            f" /Encrypt << /Filter /Standard /V 1 /R 2 /O <{key}> /U <{key}> /P -4 >>"
            f" /ID [<{'00' * 16}> <{'00' * 16}>]"
        )
    return _file(objects, trailer)


def _page(contents: int) -> bytes:
    return (
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font"
        f" << /F1 3 0 R /F2 4 0 R /F3 5 0 R >> >> /Contents {contents} 0 R >>"
    ).encode()


def _content(lines: Sequence[Text]) -> bytes:
    parts: list[bytes] = []
    y = PAGE_HEIGHT - 60
    for line in lines:
        y -= line.down
        place = f"1 0 0 1 {line.left} {y} Tm".encode()
        if line.text.isascii():
            font, text = (b"F2" if line.bold else b"F1"), _literal(line.text)
        else:
            font, text = b"F3", b"<%s>" % line.text.encode("utf-16-be").hex().encode()
        parts.append(b"BT /%s %d Tf %s %s Tj ET" % (font, line.size, place, text))
    return b"\n".join(parts)


def _literal(text: str) -> bytes:
    escaped = text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
    return b"(%s)" % escaped.encode("ascii")


def _utf16(text: str) -> bytes:
    return b"<feff%s>" % text.encode("utf-16-be").hex().encode()


def _outline(marks: Sequence[Mark], root: int) -> list[bytes]:
    if not marks:
        return []
    last = root + len(marks)
    objects = [f"<< /First {root + 1} 0 R /Last {last} 0 R /Count {len(marks)} >>".encode()]
    for number, mark in enumerate(marks, start=root + 1):
        follows = f" /Next {number + 1} 0 R" if number < last else ""
        page = _FIRST_PAGE + 2 * mark.page
        objects.append(
            b"<< /Title %s /Parent %d 0 R%s /Dest [%d 0 R /Fit] >>"
            % (_utf16(mark.title), root, follows.encode(), page)
        )
    return objects


def _file(objects: Sequence[bytes], trailer: str) -> bytes:
    data = b"%PDF-1.5\n"
    places: list[int] = []
    for number, content in enumerate(objects, start=1):
        places.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    start = len(data)
    data += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    data += b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    end = f"trailer\n<< /Size {size} /Root 1 0 R {trailer} >>\nstartxref\n{start}\n%%EOF\n"
    return data + end.encode()
