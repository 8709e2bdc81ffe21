"""PPTX by walking its XML: each slide's title is a heading, its texts, tables and notes follow."""

from collections.abc import Iterator

from lxml import etree

from pipeline.adapters.reading.archive import Archive
from pipeline.adapters.reading.extract import (
    HIDDEN,
    PICTURED,
    Extract,
    pictures_only,
    table_text,
)
from pipeline.adapters.reading.limits import Limits
from pipeline.adapters.reading.office_drawings import DRAWN, GRAPHIC, A, Drawings, lines_of
from pipeline.adapters.reading.office_properties import properties_of
from pipeline.adapters.reading.prose import one_line
from pipeline.adapters.reading.tables import LONGEST_LABEL
from pipeline.domain.documents import Block

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
    deck = _Deck(archive)
    for number, part in enumerate(slides, start=1):
        deck.take(part, number)
    if not deck.blocks and PICTURED in deck.notes:
        raise pictures_only(name, len(slides))
    _, publication = properties_of(archive)
    return Extract(deck.blocks, pages=len(slides), notes=deck.notes, publication=publication)


class _Deck:
    """The slides that were read so far."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self.blocks: list[Block] = []
        self.notes: list[str] = []

    def take(self, part: str, number: int) -> None:
        """Read the next slide; its number counts from 1."""
        slide = self._archive.xml(part)
        if slide.get("show") in {"0", "false"}:
            self.notes.append(HIDDEN)
            return
        shown = list(self._shown(slide, part, number))
        if not shown and next(slide.iter(f"{_P}pic"), None) is not None:
            self.notes.append(PICTURED)
        self.blocks += shown
        for kind, target in self._archive.relations(part).values():
            if kind.endswith("/notesSlide") and target in self._archive:
                for shape in _shapes(self._archive.xml(target)):
                    self.blocks.extend(_shape(shape, number))

    def _shown(self, slide: etree._Element, part: str, number: int) -> Iterator[Block]:
        """What is seen on a slide, its title first."""
        drawings = Drawings(self._archive, part)
        shapes = list(_shapes(slide))
        title = next((shape for shape in shapes if _placeholder(shape) in _TITLES), None)
        if title is not None and (text := one_line(" ".join(lines_of(title)))):
            yield Block(kind="heading", text=text, level=1, page=number)
        for shape in shapes:
            if shape is title:
                continue
            yield from _shape(shape, number)
            for graphic in shape.iter(GRAPHIC):
                if text := drawings.text_of(graphic):
                    yield Block(kind="list", text=text, page=number)
        if drawings.left_out:
            self.notes.append(DRAWN)


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
    for table in shape.iter(f"{A}tbl"):
        text = table_text(_rows(table))
        if text:
            yield Block(kind="table", text=text, page=number)
        return
    lines = [line for line in lines_of(shape) if line.strip()]
    if len(lines) > 1:
        text = "\n".join(_item(line) for line in lines)
        yield Block(kind="list", text=text, page=number)
    elif lines:
        yield Block(kind="paragraph", text=lines[0], page=number)


def _rows(table: etree._Element) -> Iterator[list[str]]:
    """The texts of each row; what a merged cell says is told in each row that it spans."""
    above: dict[int, str] = {}
    for row in table.iterchildren(f"{A}tr"):
        texts = [
            above.get(column, "")
            if cell.get("vMerge") in {"1", "true"}
            else " ".join(lines_of(cell)).strip()
            for column, cell in enumerate(row.iter(f"{A}tc"))
        ]
        above = {column: text for column, text in enumerate(texts) if len(text) <= LONGEST_LABEL}
        yield texts


def _item(line: str) -> str:
    text = line.lstrip()
    return f"{line[: len(line) - len(text)]}- {text}"


def _placeholder(shape: etree._Element) -> str:
    """What the layout uses the shape for, such as `title`; empty for any other shape."""
    found = next(shape.iter(f"{_P}ph"), None)
    return (found.get("type") or "") if found is not None else ""
