"""Writes small DOCX files, honest ones and attacks."""

import io
import zipfile
from collections.abc import Mapping, Sequence

_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_CORE = "http://schemas.openxmlformats.org/package/2006/metadata/core-properties"
_DC, _TERMS = "http://purl.org/dc/elements/1.1/", "http://purl.org/dc/terms/"
_STYLES = f"""<?xml version="1.0"?><w:styles xmlns:w="{_W}">
<w:style w:styleId="1"><w:name w:val="heading 1"/></w:style>
<w:style w:styleId="a2"><w:name w:val="标题 2"/></w:style>
<w:style w:styleId="Own"><w:name w:val="Mine"/><w:basedOn w:val="a2"/></w:style>
<w:style w:styleId="T"><w:name w:val="Title"/></w:style>
<w:style w:styleId="TOC1"><w:name w:val="toc 1"/></w:style>
<w:style w:styleId="C"><w:name w:val="Source Code"/></w:style>
</w:styles>"""


def paragraph(text: str, style: str = "", properties: str = "", run: str = "") -> str:
    """One paragraph; `text` is escaped XML."""
    named = f'<w:pStyle w:val="{style}"/>' if style else ""
    return (
        f"<w:p><w:pPr>{named}{properties}</w:pPr>"
        f'<w:r><w:rPr>{run}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r></w:p>'
    )


def item(text: str, depth: int = 0, list_id: str = "") -> str:
    """One item of a list."""
    named = f'<w:numId w:val="{list_id}"/>' if list_id else ""
    return paragraph(text, properties=f'<w:numPr><w:ilvl w:val="{depth}"/>{named}</w:numPr>')


def numbering(*kinds: Sequence[tuple[str, ...]], restarted: Sequence[int] = ()) -> dict[str, str]:
    """The part with a file's lists, for `parts`: of each the format and text of its levels.

    A third value is the level behind which one begins again, counted from 1; 0 for none.
    List n is of kind n, counted from 1; those after the last are of the kinds in `restarted`, and
    begin again at 1.
    """
    xml = ""
    for number, levels in enumerate(kinds, start=1):
        inner = "".join(
            f'<w:lvl w:ilvl="{depth}"><w:start w:val="1"/><w:numFmt w:val="{style}"/>'
            f'<w:lvlText w:val="{text}"/>'
            + "".join(f'<w:lvlRestart w:val="{level}"/>' for level in restart)
            + "</w:lvl>"
            for depth, (style, text, *restart) in enumerate(levels)
        )
        xml += f'<w:abstractNum w:abstractNumId="{number}">{inner}</w:abstractNum>'
    override = '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride>'
    for number, kind in enumerate([*range(1, len(kinds) + 1), *restarted], start=1):
        own = override if number > len(kinds) else ""
        xml += f'<w:num w:numId="{number}"><w:abstractNumId w:val="{kind}"/>{own}</w:num>'
    return {"word/numbering.xml": f'<w:numbering xmlns:w="{_W}">{xml}</w:numbering>'}


def footnotes(*notes: str) -> dict[str, str]:
    """The part with a file's footnotes, for `parts`; each is XML, their ids count from 1."""
    xml = "".join(
        f'<w:footnote w:id="{number}">{note}</w:footnote>' for number, note in enumerate(notes, 1)
    )
    return {"word/footnotes.xml": f'<w:footnotes xmlns:w="{_W}">{xml}</w:footnotes>'}


def noted(text: str, note: int) -> str:
    """A paragraph that calls a footnote."""
    call = f'<w:r><w:footnoteReference w:id="{note}"/></w:r>'
    return f"<w:p><w:r><w:t>{text}</w:t></w:r>{call}</w:p>"


def styles(*more: str) -> dict[str, str]:
    """The part with the usual styles and more of them, for `parts`."""
    return {"word/styles.xml": _STYLES.replace("</w:styles>", f"{''.join(more)}</w:styles>")}


def table(*rows: tuple[str, ...]) -> str:
    """A table; the first row is its head."""
    lines = (
        f"<w:tr>{''.join(f'<w:tc>{paragraph(cell)}</w:tc>' for cell in row)}</w:tr>" for row in rows
    )
    return f"<w:tbl>{''.join(lines)}</w:tbl>"


def make_docx(*content: str, parts: Mapping[str, str] | None = None) -> bytes:
    """A Word file with this content in its body; `parts` adds or replaces parts."""
    document = document_xml("".join(content))
    return make_zip({"word/styles.xml": _STYLES, "word/document.xml": document} | dict(parts or {}))


def core_properties(**values: str) -> dict[str, str]:
    """The part with a file's properties, such as `creator` and `modified`, for `parts`."""
    inner = "".join(
        f"<{prefix}:{name}>{value}</{prefix}:{name}>"
        for name, value in values.items()
        for prefix in ("dcterms" if name in {"created", "modified"} else "dc",)
    )
    return {
        "docProps/core.xml": f'<c:coreProperties xmlns:c="{_CORE}" xmlns:dcterms="{_TERMS}" '
        f'xmlns:dc="{_DC}">{inner}</c:coreProperties>'
    }


def document_xml(body: str, head: str = "") -> str:
    """The main part; `head` stands before the root element."""
    xml = '<?xml version="1.0" encoding="UTF-8"?>'
    return f'{xml}{head}<w:document xmlns:w="{_W}"><w:body>{body}</w:body></w:document>'


def make_zip(parts: Mapping[str, str | bytes]) -> bytes:
    """A zip file with these parts."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def parts_of(data: bytes) -> dict[str, bytes]:
    """The parts of a zip file, for `make_zip`."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def zip_bomb(megabytes: int) -> bytes:
    """A Word file of some hundred kilobytes that unpacks to that size."""
    buffer = io.BytesIO()
    block = paragraph("A" * 1000).encode() * 1000
    with (
        zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
        archive.open("word/document.xml", "w", force_zip64=True) as part,
    ):
        for _ in range(megabytes):
            part.write(block)
    return buffer.getvalue()


def entity_bomb() -> bytes:
    """A Word file whose one word means a billion others."""
    entities = "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9))
    head = f'<!DOCTYPE l [<!ENTITY a "lollollollollollollol">{entities}]>'
    return make_docx(parts={"word/document.xml": document_xml(paragraph("&j;"), head)})


def foreign_entity(address: str) -> bytes:
    """A Word file that asks the reader to put another file into it."""
    head = f'<!DOCTYPE l [<!ENTITY x SYSTEM "{address}">]>'
    return make_docx(parts={"word/document.xml": document_xml(paragraph("&x;"), head)})
