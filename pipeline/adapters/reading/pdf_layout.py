"""From lines to blocks: what is a heading, and which lines make a paragraph."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import Literal

from pipeline.adapters.reading.pdf_lines import Line
from pipeline.adapters.reading.pdf_tables import Tables
from pipeline.adapters.reading.prose import Joined, join_lines, numbered_level
from pipeline.domain.documents import Block

BIG = 1.12
"""A heading's size, measured on the body's, when it is bold or numbered as well."""

VERY_BIG = 1.2
"""The same for a heading that has nothing but its size."""

GAP = 1.4
"""A distance between lines, measured on the usual one, that ends a paragraph."""

INDENT = 0.8
"""A first line's indent, measured on the size of its letters."""

SHORT = 0.85
"""Share of the column's width below which a line is the last one of its paragraph."""

MAX_HEADING_CHARS = 120
"""A heading has two lines at most."""

DEEPEST_HEADING = 6

_LETTERS = re.compile(r"[^\W\d_]{2}")
_ITEM = re.compile(
    r"^(?:[•·●▪◦■□‣–*\uf0b7\uf0a7]\s*|\(?\d{1,2}[.)]\s+|[（(][\da-z][)）]\s*|-\s+)\S"
)
_BULLET = re.compile(r"^[•·●▪◦■□‣–*\uf0b7\uf0a7-]\s*")
_STOPS = tuple(".。,，;；:：!！?？…")
_SENTENCE_ENDS = tuple('.。!！?？:：;；”"」…')


@dataclass(frozen=True, slots=True)
class Placed:
    """A line with its page, counted from 1."""

    line: Line
    page: int


@dataclass(frozen=True, slots=True)
class Bookmark:
    """An entry of the file's own contents."""

    title: str
    level: int
    page: int


@dataclass(frozen=True, slots=True)
class Body:
    """What most of the text looks like."""

    size: float
    is_bold: bool
    leading: float
    left: float
    right: float


def body_of(pages: Sequence[Sequence[Line]]) -> Body:
    """The commonest size, weight, line distance and margins, weighed by characters."""
    sizes: Counter[tuple[float, bool]] = Counter()
    for lines in pages:
        for line in lines:
            sizes[line.size, line.is_bold] += len(line.text)
    (size, is_bold), _ = sizes.most_common(1)[0]
    steps: list[float] = []
    lefts: list[float] = []
    rights: list[float] = []
    for lines in pages:
        plain = [line for line in lines if line.size == size]
        lefts.extend(line.left for line in plain)
        rights.extend(line.right for line in plain)
        steps.extend(
            round(before.bottom - after.bottom, 1)
            for before, after in pairwise(plain)
            if 0 < before.bottom - after.bottom < 3 * max(size, 1)
        )
    leading = Counter(steps).most_common(1)[0][0] if steps else 1.2 * size
    return Body(size, is_bold, leading, median(lefts), _high(rights))


def headings_by_look(pages: Sequence[Sequence[Line]], body: Body) -> dict[tuple[int, int], int]:
    """Levels of lines that look like headings, by page (from 1) and index on the page."""
    found: dict[tuple[int, int], Line] = {}
    for number, lines in enumerate(pages, start=1):
        for index, line in enumerate(lines):
            if _looks_like_heading(line, body):
                found[number, index] = line
    looks = sorted({(line.size, line.is_bold) for line in found.values()}, reverse=True)
    ranks = {look: min(rank, DEEPEST_HEADING) for rank, look in enumerate(looks, start=1)}
    return {
        place: numbered_level(line.text) or ranks[line.size, line.is_bold]
        for place, line in found.items()
    }


def headings_by_bookmarks(
    pages: Sequence[Sequence[Line]], bookmarks: Sequence[Bookmark]
) -> tuple[dict[tuple[int, int], int], list[Bookmark]]:
    """Levels of the lines that bookmarks name, and the bookmarks whose line was not found."""
    levels: dict[tuple[int, int], int] = {}
    lost: list[Bookmark] = []
    for bookmark in bookmarks:
        if not 0 < bookmark.page <= len(pages):
            continue
        places = _lines_of_title(pages[bookmark.page - 1], bookmark, levels)
        for index in places:
            levels[bookmark.page, index] = bookmark.level
        if not places:
            lost.append(bookmark)
    return levels, lost


def blocks_of(
    pages: Sequence[Sequence[Line]],
    levels: Mapping[tuple[int, int], int],
    lost: Sequence[Bookmark],
    body: Body,
    tables: Sequence[Tables],
) -> Iterator[Block]:
    """Blocks in reading order; a paragraph may go on over the end of a page."""
    builder = _Builder(body)
    for number, (lines, found) in enumerate(zip(pages, tables, strict=True), start=1):
        for bookmark in lost:
            if bookmark.page == number:
                yield from builder.heading(bookmark.title, bookmark.level, number, joins=False)
        behind = 0
        for index, line in enumerate(lines):
            level = levels.get((number, index))
            if index in found:
                behind, table = found[index]
                yield from builder.rest()
                yield table
            if index < behind:
                continue
            if level:
                above = levels.get((number, index - 1))
                yield from builder.heading(
                    line.text, level, number, joins=above == level, line=line
                )
            else:
                yield from builder.line(Placed(line, number))
    yield from builder.rest()


class _Builder:
    """Collects lines until their block is complete."""

    def __init__(self, body: Body) -> None:
        self._body = body
        self._text = Joined()
        self._page = self._last_page = 0
        self._is_item = False
        self._items: list[str] = []
        self._items_size = 0
        self._turns: list[tuple[int, int]] = []
        self._last: Placed | None = None
        self._heading: Block | None = None
        self._heading_line: Line | None = None

    def heading(
        self, text: str, level: int, page: int, *, joins: bool, line: Line | None = None
    ) -> Iterator[Block]:
        """A heading, or with `joins` the next line of the one before it."""
        if self._heading and joins and self._wraps(line) and not numbered_level(text):
            joined = join_lines(self._heading.text, text)
            self._heading = self._heading.model_copy(update={"text": joined})
            self._heading_line = line
            return
        yield from self.rest()
        self._heading = Block(kind="heading", text=text, level=level, page=page)
        self._heading_line = line

    def line(self, placed: Placed) -> Iterator[Block]:
        """A line of body text: it goes on, or it begins a new paragraph or item."""
        if self._heading:
            yield from self.rest()
        text = placed.line.text
        is_item = bool(_ITEM.match(text))
        if self._text and not is_item and self._goes_on(placed):
            self._turn(placed.page)
            self._text.add_line(text)
        else:
            yield from self._end_paragraph(before_item=is_item)
            if self._items:
                self._turn(placed.page)
            else:
                self._page, self._turns, self._items_size = placed.page, [], 0
            self._text, self._is_item = Joined(text), is_item
        self._last_page = placed.page
        self._last = placed

    def _turn(self, page: int) -> None:
        """Remember how much of the block stands before a page, if that is a new one."""
        if page != self._last_page:
            self._turns.append((self._items_size + _size(str(self._text)), page))

    def rest(self) -> Iterator[Block]:
        """Whatever is not complete yet."""
        yield from self._end_paragraph(before_item=False)
        if self._heading:
            yield self._heading
        self._heading = self._heading_line = self._last = None

    def _end_paragraph(self, *, before_item: bool) -> Iterator[Block]:
        if self._is_item:
            self._items.append(_BULLET.sub("- ", str(self._text)))
            self._items_size += _size(self._items[-1])
            if not before_item:
                yield self._block("list", "\n".join(self._items))
                self._items = []
        elif self._text:
            yield self._block("paragraph", str(self._text))
        self._text, self._is_item = Joined(), False

    def _block(self, kind: Literal["list", "paragraph"], text: str) -> Block:
        last_page = self._last_page if self._last_page > self._page else None
        turns = tuple(self._turns)
        return Block(kind=kind, text=text, page=self._page, last_page=last_page, page_turns=turns)

    def _wraps(self, line: Line | None) -> bool:
        """Whether this line is close below the heading's last one and looks the same."""
        above = self._heading_line
        if line is None or above is None:
            return False
        step = above.bottom - line.bottom
        return line.size == above.size and 0 < step < 2 * line.size

    def _goes_on(self, placed: Placed) -> bool:
        last = self._last
        if last is None:
            return False
        above, line = last.line, placed.line
        ended = above.text.endswith(_SENTENCE_ENDS)
        if abs(above.size - line.size) > 0.1 * self._body.size:
            return False
        step = above.bottom - line.bottom
        if last.page != placed.page or step < -line.size:  # the next page, or the next column
            return not ended and not self._is_item
        if step > GAP * max(self._body.leading, line.size):
            return False
        indented = line.left - above.left > INDENT * line.size
        if indented and not self._is_item:
            return not ended and step < 0.5 * line.size
        return not (ended and self._is_short(above))

    def _is_short(self, line: Line) -> bool:
        width = self._body.right - self._body.left
        return line.right < self._body.left + SHORT * width


def _size(text: str) -> int:
    """Characters without the white space, which changes when texts are joined."""
    return len("".join(text.split()))


def _high(values: Sequence[float]) -> float:
    """The ninetieth percentile: the margin, not the one line that sticks out."""
    return sorted(values)[int(0.9 * (len(values) - 1))]


def _looks_like_heading(line: Line, body: Body) -> bool:
    text = line.text
    if not 2 <= len(text) <= MAX_HEADING_CHARS or not _LETTERS.search(text):
        return False
    numbered = numbered_level(text) is not None
    if (text.endswith(_STOPS) and not numbered) or _BULLET.match(text):
        return False
    bold = line.is_bold and not body.is_bold
    capitals = text.isupper() and len(text) > 4
    if line.size >= BIG * body.size and (bold or numbered or line.size >= VERY_BIG * body.size):
        return True
    if bold and line.size >= 0.98 * body.size:
        return numbered or len(text) < 80
    return numbered and capitals and len(text) < 70


def _lines_of_title(
    lines: Sequence[Line], bookmark: Bookmark, taken: Mapping[tuple[int, int], int]
) -> list[int]:
    """Indices of the one to three lines that spell the bookmark's title, or end with it.

    A number may stand before a title that the bookmark names without it.
    """
    wanted = _letters(bookmark.title)
    ending: list[int] = []
    for start in range(len(lines) if wanted else 0):
        text = ""
        for end in range(start, min(start + 3, len(lines))):
            text += _letters(lines[end].text)
            if (bookmark.page, end) in taken or len(text) > len(wanted) + 12:
                break
            if text == wanted:
                return list(range(start, end + 1))
            if text.endswith(wanted) and not ending:
                ending = list(range(start, end + 1))
    return ending


def _letters(text: str) -> str:
    return "".join(c for c in text.casefold() if c.isalnum())
