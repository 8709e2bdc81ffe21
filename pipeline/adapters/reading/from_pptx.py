"""PPTX by walking its XML: each slide's title is a heading, its texts, tables and notes follow."""

from collections.abc import Iterator

from lxml import etree

from pipeline.adapters.reading.archive import Archive
from pipeline.adapters.reading.extract import HIDDEN, Extract, table_text
from pipeline.adapters.reading.limits import Limits
from pipeline.adapters.reading.office_properties import properties_of
from pipeline.adapters.reading.prose import one_line, whole_number
from pipeline.adapters.reading.tables import LONGEST_LABEL
from pipeline.domain.documents import Block

MAX_INDENT = 8
"""Deeper levels exist only in broken files."""

_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_P = "{http://schemas.openxmlformats.org/presentationml/2006/main}"
_REL_ID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_TITLES = {"title", "ctrTitle"}
_FURNITURE = {"dt", "ftr", "hdr", "sldNum", "sldImg"}
_MAIN = "ppt/presentation.xml"


def extract(name: str, data: bytes, limits: Limits) -> Extract:
    """The slides in the order in which they are shown; a block's page is its slide."""
    archive = Archive(name, data, limits)
    targets = {key: target for key, (_, target) in archive.relations(_MAIN).items()}
    ids = [slide.get(_REL_ID) or "" for slide in archive.xml(_MAIN).iter(f"{_P}sldId")]
    slides = [targets[key] for key in ids if targets.get(key, "") in archive]
    blocks: list[Block] = []
    notes: list[str] = []
    for number, part in enumerate(slides, start=1):
        if archive.xml(part).get("show") in {"0", "false"}:
            notes.append(HIDDEN)
        else:
            blocks.extend(_slide(archive, part, number))
    _, publication = properties_of(archive)
    return Extract(blocks, pages=len(slides), notes=notes, publication=publication)


def _slide(archive: Archive, part: str, number: int) -> Iterator[Block]:
    shapes = list(_shapes(archive.xml(part)))
    title = next((shape for shape in shapes if _placeholder(shape) in _TITLES), None)
    if title is not None and (text := one_line(" ".join(_lines(title)))):
        yield Block(kind="heading", text=text, level=1, page=number)
    for shape in shapes:
        if shape is not title:
            yield from _shape(shape, number)
    for kind, target in archive.relations(part).values():
        if kind.endswith("/notesSlide") and target in archive:
            for shape in _shapes(archive.xml(target)):
                yield from _shape(shape, number)


def _shapes(root: etree._Element) -> Iterator[etree._Element]:
    """All shapes in their order, those in groups as well; a fallback repeats another one."""
    walk = etree.iterwalk(root, events=("start",))
    for _, element in walk:
        if element.tag == _FALLBACK:
            walk.skip_subtree()
        elif element.tag in {f"{_P}sp", f"{_P}graphicFrame"}:
            walk.skip_subtree()
            yield element


def _shape(shape: etree._Element, number: int) -> Iterator[Block]:
    if _placeholder(shape) in _FURNITURE:
        return
    for table in shape.iter(f"{_A}tbl"):
        text = table_text(_rows(table))
        if text:
            yield Block(kind="table", text=text, page=number)
        return
    lines = [line for line in _lines(shape) if line.strip()]
    if len(lines) > 1:
        text = "\n".join(_item(line) for line in lines)
        yield Block(kind="list", text=text, page=number)
    elif lines:
        yield Block(kind="paragraph", text=lines[0], page=number)


def _rows(table: etree._Element) -> Iterator[list[str]]:
    """The texts of each row; what a merged cell says is told in each row that it spans."""
    above: dict[int, str] = {}
    for row in table.iterchildren(f"{_A}tr"):
        texts = [
            above.get(column, "")
            if cell.get("vMerge") in {"1", "true"}
            else " ".join(_lines(cell)).strip()
            for column, cell in enumerate(row.iter(f"{_A}tc"))
        ]
        above = {column: text for column, text in enumerate(texts) if len(text) <= LONGEST_LABEL}
        yield texts


def _lines(element: etree._Element) -> list[str]:
    """The paragraphs, indented by two spaces for each level."""
    found: list[str] = []
    for paragraph in element.iter(f"{_A}p"):
        properties = paragraph.find(f"{_A}pPr")
        level = (properties.get("lvl") or "0") if properties is not None else "0"
        indent = "  " * min(MAX_INDENT, whole_number(level) or 0)
        parts = (
            " " if node.tag == f"{_A}br" else node.text or ""
            for node in paragraph.iter(f"{_A}t", f"{_A}br")
        )
        found.append(indent + one_line("".join(parts)))
    return found


def _item(line: str) -> str:
    text = line.lstrip()
    return f"{line[: len(line) - len(text)]}- {text}"


def _placeholder(shape: etree._Element) -> str:
    """What the layout uses the shape for, such as `title`; empty for any other shape."""
    found = next(shape.iter(f"{_P}ph"), None)
    return (found.get("type") or "") if found is not None else ""
