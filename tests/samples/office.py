"""Writes small PPTX, XLSX and EPUB files."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from tests.samples.docx import make_zip

_R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_RELS = "http://schemas.openxmlformats.org/package/2006/relationships"
_A = "http://schemas.openxmlformats.org/drawingml/2006/main"
_P = "http://schemas.openxmlformats.org/presentationml/2006/main"
_S = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_DRAWING = "http://schemas.openxmlformats.org/drawingml/2006"
_SHEETS = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_CONTENT_TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" '
    'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    f'<Default Extension="xml" ContentType="{_SHEETS}.worksheet+xml"/>'
    f'<Override PartName="/xl/styles.xml" ContentType="{_SHEETS}.styles+xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{_SHEETS}.sheet.main+xml"/></Types>'
)


@dataclass(frozen=True, slots=True)
class Formatted:
    """A number in a cell with a format: its code, or the number of one that has no code."""

    value: float
    format: str | int


_Value = str | float | Formatted


def shape(*lines: str, placeholder: str = "", level: int = 0) -> str:
    """A shape of a slide; its lines after the first have the level."""
    kind = f'<p:nvPr><p:ph type="{placeholder}"/></p:nvPr>' if placeholder else ""
    paragraphs = "".join(
        f'<a:p><a:pPr lvl="{level if number else 0}"/><a:r><a:t>{line}</a:t></a:r></a:p>'
        for number, line in enumerate(lines)
    )
    return f"<p:sp><p:nvSpPr>{kind}</p:nvSpPr><p:txBody>{paragraphs}</p:txBody></p:sp>"


def slide_table(*rows: Sequence[str]) -> str:
    """A table on a slide; a cell `^` is merged with the one above it."""
    lines = "".join(f"<a:tr>{''.join(map(_slide_cell, row))}</a:tr>" for row in rows)
    return f"<p:graphicFrame><a:tbl>{lines}</a:tbl></p:graphicFrame>"


def _slide_cell(text: str) -> str:
    if text == "^":
        return '<a:tc vMerge="1"><a:txBody><a:p/></a:txBody></a:tc>'
    return f"<a:tc><a:txBody><a:p><a:r><a:t>{text}</a:t></a:r></a:p></a:txBody></a:tc>"


def drawing(kind: str, inner: str = "") -> str:
    """What a frame on a slide, or a drawing of a Word file, holds: a `chart` or `diagram`."""
    return (
        f'<a:graphic xmlns:a="{_A}"><a:graphicData uri="{_DRAWING}/{kind}">{inner}'
        "</a:graphicData></a:graphic>"
    )


def diagram(key: str) -> str:
    """A drawing that is a diagram, whose data the relation of that id leads to."""
    named = f'<d:relIds xmlns:d="{_DRAWING}/diagram" xmlns:r="{_R}" r:dm="{key}"/>'
    return drawing("diagram", named)


def diagram_parts(folder: str, part: str, *texts: str) -> dict[str, str]:
    """The data of a diagram that `diagram("d")` in that part of that folder shows."""
    points = "".join(
        f"<d:pt><d:t><a:p><a:r><a:t>{text}</a:t></a:r></a:p></d:t></d:pt>" for text in texts
    )
    return {
        f"{folder}/_rels/{part}.rels": _relations({"d": ("diagramData", "diagrams/data.xml")}),
        f"{folder}/diagrams/data.xml": f'<d:dataModel xmlns:d="{_DRAWING}/diagram" xmlns:a="{_A}">'
        f"<d:ptLst>{points}</d:ptLst></d:dataModel>",
    }


def make_pptx(
    slides: Sequence[str],
    notes: Sequence[str] = (),
    hidden_slides: Sequence[int] = (),
    parts: dict[str, str] | None = None,
) -> bytes:
    """A presentation; slide n is stored last first, as an editor does after moving slides.

    `parts` adds or replaces parts.
    """
    space = f'xmlns:a="{_A}" xmlns:p="{_P}" xmlns:r="{_R}"'
    ids = "".join(f'<p:sldId r:id="r{number}"/>' for number in range(len(slides)))
    targets = {f"r{n}": ("slide", f"slides/slide{len(slides) - n}.xml") for n in range(len(slides))}
    made = {
        "ppt/presentation.xml": f"<p:presentation {space}><p:sldIdLst>{ids}</p:sldIdLst>"
        "</p:presentation>",
        "ppt/_rels/presentation.xml.rels": _relations(targets),
    }
    for number, content in enumerate(slides):
        part = f"slide{len(slides) - number}.xml"
        hidden = ' show="0"' if number in hidden_slides else ""
        made[f"ppt/slides/{part}"] = (
            f"<p:sld {space}{hidden}><p:spTree>{content}</p:spTree></p:sld>"
        )
        if number < len(notes):
            target = f"../notesSlides/notes{number}.xml"
            made[f"ppt/slides/_rels/{part}.rels"] = _relations({"n": ("notesSlide", target)})
            made[f"ppt/notesSlides/notes{number}.xml"] = (
                f"<p:notes {space}>{notes[number]}</p:notes>"
            )
    return make_zip(made | (parts or {}))


def make_xlsx(
    sheets: dict[str, Sequence[Sequence[_Value]]],
    hidden: Sequence[str] = (),
    merged: Sequence[str] = (),
) -> bytes:
    """A workbook with these sheets, texts stored inline; in each the cells of `merged` are so."""
    ranges = "".join(f'<mergeCell ref="{each}"/>' for each in merged)
    merges = f'<mergeCells count="{len(merged)}">{ranges}</mergeCells>' if merged else ""
    formats = list(
        dict.fromkeys(
            cell.format
            for rows in sheets.values()
            for row in rows
            for cell in row
            if isinstance(cell, Formatted)
        )
    )
    names = "".join(
        f'<sheet name="{name}" sheetId="{n}" r:id="r{n}"'
        + (' state="hidden"/>' if name in hidden else "/>")
        for n, name in enumerate(sheets, start=1)
    )
    targets = {f"r{n}": ("worksheet", f"worksheets/s{n}.xml") for n in range(1, len(sheets) + 1)}
    targets["styles"] = ("styles", "styles.xml")
    space = f'xmlns="{_S}" xmlns:r="{_R}"'
    parts = {
        "[Content_Types].xml": _CONTENT_TYPES,
        "_rels/.rels": _relations({"w": ("officeDocument", "xl/workbook.xml")}),
        "xl/workbook.xml": f"<workbook {space}><sheets>{names}</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": _relations(targets),
        "xl/styles.xml": _styles(formats),
    }
    for number, rows in enumerate(sheets.values(), start=1):
        data = "".join(_row(place, row, formats) for place, row in enumerate(rows, start=1))
        parts[f"xl/worksheets/s{number}.xml"] = (
            f'<worksheet xmlns="{_S}"><sheetData>{data}</sheetData>{merges}</worksheet>'
        )
    return make_zip(parts)


def make_epub(
    chapters: Sequence[str],
    *,
    title: str = "",
    metadata: str = "",
    parts: dict[str, str] | None = None,
) -> bytes:
    """A book with a table of contents and these chapters; `metadata` follows its title."""
    items = "".join(
        f'<item id="c{n}" href="text/c%20{n}.xhtml" media-type="application/xhtml+xml"/>'
        for n in range(len(chapters))
    )
    spine = "".join(f'<itemref idref="c{n}"/>' for n in range(len(chapters)))
    package = (
        '<package xmlns="http://www.idpf.org/2007/opf">'
        f'<metadata><t:title xmlns:t="http://purl.org/dc/elements/1.1/">{title}</t:title>{metadata}</metadata>'
        '<manifest><item id="nav" href="nav.xhtml" media-type="application/xhtml+xml"'
        f' properties="nav"/>{items}</manifest>'
        f'<spine><itemref idref="nav"/>{spine}</spine></package>'
    )
    container = (
        '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
        '<rootfile full-path="OEBPS/book.opf"/></rootfiles></container>'
    )
    texts = {f"OEBPS/text/c {n}.xhtml": _chapter(body) for n, body in enumerate(chapters)}
    return make_zip(
        {
            "mimetype": "application/epub+zip",
            "META-INF/container.xml": container,
            "OEBPS/book.opf": package,
            "OEBPS/nav.xhtml": _chapter("<p>Contents</p>"),
        }
        | texts
        | (parts or {})
    )


def _chapter(body: str) -> str:
    xml = '<?xml version="1.0" encoding="utf-8"?>'
    return f'{xml}<html xmlns="http://www.w3.org/1999/xhtml"><body>{body}</body></html>'


def _styles(formats: Sequence[str | int]) -> str:
    """Style 0 has no format, each next one that of its place."""
    ids = [each if isinstance(each, int) else 164 + n for n, each in enumerate(formats)]
    codes = "".join(
        f'<numFmt numFmtId="{key}" formatCode="{escape(code)}"/>'
        for key, code in zip(ids, formats, strict=True)
        if isinstance(code, str)
    )
    cells = "".join(f'<xf numFmtId="{key}"/>' for key in (0, *ids))
    return (
        f'<styleSheet xmlns="{_S}"><numFmts>{codes}</numFmts><cellXfs>{cells}</cellXfs>'
        "</styleSheet>"
    )


def _row(number: int, values: Sequence[_Value], formats: Sequence[str | int]) -> str:
    cells = (
        _cell(f"{chr(65 + column)}{number}", value, formats)
        for column, value in enumerate(values)
        if value != ""
    )
    return f'<row r="{number}">{"".join(cells)}</row>'


def _cell(place: str, value: _Value, formats: Sequence[str | int]) -> str:
    if isinstance(value, Formatted):
        style = formats.index(value.format) + 1
        return f'<c r="{place}" s="{style}"><v>{value.value}</v></c>'
    if isinstance(value, str):
        return f'<c r="{place}" t="inlineStr"><is><t>{value}</t></is></c>'
    return f'<c r="{place}"><v>{value}</v></c>'


def _relations(targets: dict[str, tuple[str, str]]) -> str:
    lines = "".join(
        f'<Relationship Id="{key}" Type="{_R}/{kind}" Target="{target}"/>'
        for key, (kind, target) in targets.items()
    )
    return f'<Relationships xmlns="{_RELS}">{lines}</Relationships>'
