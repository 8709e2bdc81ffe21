"""A document as a Word file: real headings, a table of contents, page numbers, both scripts."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from io import BytesIO
from itertools import groupby
from operator import itemgetter

import docx as word
from docx.document import Document as Docx
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml.ns import qn
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.shared import Cm, Pt
from docx.table import Table, _Cell
from docx.text.paragraph import Paragraph
from docx.text.run import Run
from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

from pipeline.adapters.docx_parts import (
    add_bookmark,
    add_contents,
    add_footer,
    element,
    prepare_styles,
    restarted_numbering,
    xml_of,
)
from pipeline.adapters.export_signs import SIGNS, Formula, Signed, signed, unguarded

DEEPEST_LIST = 3
"""Word's template has list styles for so many levels; deeper items stay on the last."""

CITATION = re.compile(r"\[(\d{1,4})\]")
_ENTRY = re.compile(r"^\[(\d{1,4})\] ")
SAFE_LINK = re.compile(r"^(?:https?://|mailto:)", re.IGNORECASE)
UNFIT = re.compile(f"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff{SIGNS}\ufffe\uffff]")
_SOFT_BREAK = "\n "
"""Stands for a line break of the Markdown until it is known what is around it."""


class DocxExporter:
    """Builds the file from Markdown; raw HTML stays text, and only web and mail links are live."""

    def export(self, markdown: str, *, title: str, language: str) -> bytes:
        """The file's bytes; the contents are filled in, and Word offers to update them."""
        parser = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
        text = signed(UNFIT.sub("", markdown))
        tree = SyntaxTreeNode(parser.parse(text.text))
        docx = word.Document()
        prepare_styles(docx, language)
        _Writer(docx, list(tree.children), text, language).write(UNFIT.sub("", title))
        docx.core_properties.title = UNFIT.sub("", title)[:255]
        docx.core_properties.author = ""
        docx.core_properties.comments = ""
        docx.core_properties.language = "zh-CN" if language == "zh" else "en-US"
        file = BytesIO()
        docx.save(file)
        return file.getvalue()


@dataclass(frozen=True, slots=True)
class _Face:
    """How a stretch of text looks."""

    bold: bool = False
    italic: bool = False
    struck: bool = False
    code: bool = False
    link: str = ""


class _Writer:
    """Walks the tree of a Markdown text and writes it into a Word document."""

    def __init__(
        self, docx: Docx, blocks: Sequence[SyntaxTreeNode], text: Signed, language: str
    ) -> None:
        self._docx = docx
        self._blocks = blocks
        self._signed = text
        self._language = language
        # of paragraphs that begin with the same number the last one: the list stands at the end
        self._entries = {match[1]: node for node in blocks if (match := _entry(node))}

    def write(self, title: str) -> None:
        blocks = list(self._blocks)
        if blocks and blocks[0].type == "heading" and blocks[0].tag == "h1":
            title = self._plain(blocks.pop(0)) or title
        self._docx.add_paragraph(title, style="Title")
        outline = [(_level(b), self._plain(b)) for b in blocks if b.type == "heading"]
        add_contents(self._docx, outline, self._language)
        for block in blocks:
            self._block(block, quoted=False)
        add_footer(self._docx)

    def _block(self, node: SyntaxTreeNode, *, quoted: bool) -> None:
        match node.type:
            case "heading":
                self._inline(self._docx.add_heading(level=_level(node)), node)
            case "paragraph":
                self._paragraph(node, "Quote" if quoted else "Normal")
            case "bullet_list" | "ordered_list":
                self._list(node, depth=1)
            case "fence" | "code_block":
                self._code(self._signed.plain(node.content))
            case "table":
                self._table(node)
            case "hr":
                self._docx.add_paragraph("⁂").alignment = WD_ALIGN_PARAGRAPH.CENTER
            case _:
                for child in node.children:
                    self._block(child, quoted=True)

    def _paragraph(self, node: SyntaxTreeNode, style: str) -> None:
        paragraph = self._docx.add_paragraph(style=style)
        match = _entry(node)
        is_entry = match is not None and self._entries.get(match[1]) is node
        if match and is_entry:
            add_bookmark(paragraph, f"reference_{match[1]}", int(match[1]))
            paragraph.paragraph_format.left_indent = Cm(0.9)
            paragraph.paragraph_format.first_line_indent = Cm(-0.9)
        self._inline(paragraph, node, is_entry=is_entry)

    def _list(self, node: SyntaxTreeNode, depth: int) -> None:
        kind = "List Number" if node.type == "ordered_list" else "List Bullet"
        level = min(depth, DEEPEST_LIST)
        style = kind if level == 1 else f"{kind} {level}"
        start = int(node.attrs.get("start", 1))
        number = restarted_numbering(self._docx, style, start) if kind == "List Number" else None
        for item in node.children:
            is_first = True
            for child in item.children:
                if child.type in {"bullet_list", "ordered_list"}:
                    self._list(child, depth + 1)
                elif child.type == "paragraph":
                    paragraph = self._docx.add_paragraph(style=style if is_first else "Normal")
                    if is_first and number is not None:
                        _number(paragraph, number)
                    elif not is_first:
                        paragraph.paragraph_format.left_indent = Cm(0.63 * level)
                    self._inline(paragraph, child)
                    is_first = False
                else:
                    self._block(child, quoted=False)

    def _code(self, text: str) -> None:
        paragraph = self._docx.add_paragraph(style="Code")
        for number, line in enumerate(text.rstrip("\n").split("\n")):
            run = paragraph.add_run()
            if number:
                run.add_break()
            run.add_text(line)

    def _table(self, node: SyntaxTreeNode) -> None:
        rows = [row for part in node.children for row in part.children]
        width = max((len(row.children) for row in rows), default=0)
        if not width:
            return
        table: Table = self._docx.add_table(rows=len(rows), cols=width, style="Table Grid")
        for row, cells in zip(rows, table.rows, strict=True):
            for source, cell in zip(row.children, cells.cells, strict=False):
                self._cell(source, cell)
        _repeat_header(table)
        self._docx.add_paragraph()

    def _cell(self, node: SyntaxTreeNode, cell: _Cell) -> None:
        paragraph = cell.paragraphs[0]
        align = str(node.attrs.get("style", ""))
        if "right" in align:
            paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        elif "center" in align:
            paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        face = _Face(bold=node.type == "th")
        for child in node.children:
            self._spans(paragraph, child, face)

    def _inline(
        self, paragraph: Paragraph, node: SyntaxTreeNode, *, is_entry: bool = False
    ) -> None:
        for child in node.children:
            self._spans(paragraph, child, _Face(), links_citations=not is_entry)

    def _spans(
        self,
        paragraph: Paragraph,
        node: SyntaxTreeNode,
        face: _Face,
        *,
        links_citations: bool = True,
    ) -> None:
        for text, look in self._shown(node, face):
            if look.link:
                self._link(paragraph, unguarded(text), look)
            elif links_citations and not look.code:
                self._text(paragraph, text, look)
            else:
                _dress(paragraph.add_run(unguarded(text)), look)

    def _shown(self, node: SyntaxTreeNode, face: _Face) -> Iterator[tuple[str, _Face]]:
        """The texts of inline Markdown, each with its look; formulas look like code."""
        for text, look in _stretches(node, face):
            for part in self._signed.parts(text):
                if isinstance(part, Formula):
                    yield part.written, replace(look, code=True)
                else:
                    yield part, look

    def _plain(self, node: SyntaxTreeNode) -> str:
        return self._signed.plain(_plain(node))

    def _text(self, paragraph: Paragraph, text: str, face: _Face) -> None:
        """Plain text, in which each citation leads to its entry in the reference list."""
        position = 0
        for match in CITATION.finditer(text):
            if match[1] not in self._entries:
                continue
            if match.start() > position:
                _dress(paragraph.add_run(unguarded(text[position : match.start()])), face)
            _dress(paragraph.add_run(match[0]), face)
            _wrap(paragraph, element("w:hyperlink", {"w:anchor": f"reference_{match[1]}"}))
            position = match.end()
        if position < len(text):
            _dress(paragraph.add_run(unguarded(text[position:])), face)

    def _link(self, paragraph: Paragraph, text: str, face: _Face) -> None:
        part = paragraph.part
        target = part.relate_to(
            self._signed.plain(face.link), RELATIONSHIP_TYPE.HYPERLINK, is_external=True
        )
        _dress(paragraph.add_run(text), face)
        paragraph.runs[-1].style = "Link"
        _wrap(paragraph, element("w:hyperlink", {"r:id": target}))


def _stretches(node: SyntaxTreeNode, face: _Face) -> Iterator[tuple[str, _Face]]:
    """The texts of inline Markdown, those of one look together; its line breaks become spaces.

    Between two wide signs, such as Chinese ones, they become nothing.
    """
    pieces = [piece for piece in _pieces(node, face) if piece[0]]
    for place, (text, look) in enumerate(pieces):
        if text == _SOFT_BREAK:
            before = pieces[place - 1][0][-1] if place else " "
            behind = pieces[place + 1][0][0] if place + 1 < len(pieces) else " "
            pieces[place] = ("" if _is_wide(before) and _is_wide(behind) else " ", look)
    for look, group in groupby(pieces, key=itemgetter(1)):
        yield "".join(text for text, _ in group), look


def _is_wide(sign: str) -> bool:
    return unicodedata.east_asian_width(sign) in {"W", "F"}


def _pieces(node: SyntaxTreeNode, face: _Face) -> Iterator[tuple[str, _Face]]:
    """The texts of inline Markdown, each with its look."""
    looks = {
        "strong": replace(face, bold=True),
        "em": replace(face, italic=True),
        "s": replace(face, struck=True),
    }
    if node.type == "text":
        yield node.content, face
    elif node.type == "code_inline":
        yield node.content, replace(face, code=True)
    elif node.type == "softbreak":
        yield _SOFT_BREAK, face
    elif node.type == "hardbreak":
        yield "\n", face
    elif node.type == "image":
        yield node.content, replace(face, italic=True)
    elif node.type == "link":
        target = str(node.attrs.get("href", ""))
        safe = target if SAFE_LINK.match(target) else ""
        yield from _below(node, replace(face, link=safe))
    else:
        yield from _below(node, looks.get(node.type, face))


def _below(node: SyntaxTreeNode, face: _Face) -> Iterator[tuple[str, _Face]]:
    for child in node.children:
        yield from _pieces(child, face)


def _plain(node: SyntaxTreeNode) -> str:
    return "".join(text for text, _ in _stretches(node, _Face())).strip()


def _entry(node: SyntaxTreeNode) -> re.Match[str] | None:
    """The number of a reference list's entry, which begins with it in brackets."""
    return _ENTRY.match(_plain(node)) if node.type == "paragraph" else None


def _level(node: SyntaxTreeNode) -> int:
    """Chapters, `##` in the Markdown, are Word's first level."""
    return max(1, int(node.tag[1:]) - 1)


def _dress(run: Run, face: _Face) -> None:
    run.bold = face.bold or None
    run.italic = face.italic or None
    run.font.strike = face.struck or None
    if face.code:
        run.style = "Code Text"
        run.font.size = Pt(9.5)


def _wrap(paragraph: Paragraph, outer: BaseOxmlElement) -> None:
    """Put the last run of a paragraph into a hyperlink."""
    last = xml_of(paragraph.runs[-1])
    last.addprevious(outer)
    outer.append(last)


def _number(paragraph: Paragraph, number: int) -> None:
    properties = element("w:numPr")
    properties.append(element("w:ilvl", {"w:val": "0"}))
    properties.append(element("w:numId", {"w:val": str(number)}))
    style = next(child for child in xml_of(paragraph).iter() if child.tag == qn("w:pStyle"))
    style.addnext(properties)


def _repeat_header(table: Table) -> None:
    properties = element("w:trPr")
    properties.append(element("w:tblHeader", {"w:val": "true"}))
    xml_of(table.rows[0]).insert(0, properties)
