"""What was read, split into quotable passages: a pure function of the file's content."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from pipeline.domain.documents import Block, Passage, PassageId, Reading, Source, SourceId
from pipeline.domain.language import HAN, split_sentences
from pipeline.domain.units import short_id

PASSAGE_SIZE = 800
"""Found best among 400 to 2000: long enough to answer a question, short enough to quote."""

TAIL_SIZE = 200
"""A shorter rest of a section joins the passage before it: alone it says too little."""

HARD_SIZE = 1200
"""A longer sentence is no sentence (a list of names, a broken table): it is cut at a space."""

MOST_HEAD_SIZE = 400
"""Of a table's head that stands above its rows in each passage: as much again is left for them."""

ID_LENGTH = 10
"""Hex digits of an id: among 100,000 passages (a shelf of books) two share one in 1 case of 200."""

_HAN_RUN = re.compile(f"[{HAN}]+")
_RULE = re.compile(r"\|(?: ?:?-{3,}:? ?\|){1,200}")
_WIDE = re.compile(rf"[{HAN}\u3000-\u303f\uff00-\uffef]")


@dataclass(frozen=True, slots=True)
class _Piece:
    """The smallest part that is never divided: a sentence, a list item, a row, a line of code."""

    text: str
    block: int
    pages: tuple[int, ...]
    """Where it begins and where it ends at the latest; none in a format without pages."""
    glue: str
    """What stands before it when it follows a piece of the same block."""
    head: "tuple[_Piece, ...]" = ()
    """Of a row: the head of its table, under which it is quoted in a passage of its own."""


@dataclass(frozen=True, slots=True)
class _Section:
    """The pieces between two headings."""

    path: tuple[str, ...]
    pieces: tuple[_Piece, ...]


def split_into_passages(source_id: SourceId, reading: Reading) -> list[Passage]:
    """The passages of a reading, in reading order.

    Sentences are packed up to `PASSAGE_SIZE` characters, where a Han character counts for two;
    no passage crosses a heading. Ids depend on the file's content only.
    """
    passages: list[Passage] = []
    for section in _sections(_quotable(reading.blocks)):
        for group in _packed(section.pieces):
            text, position = _joined(group), len(passages)
            key = short_id(reading.sha256, str(position), text)[:ID_LENGTH]
            first, last = _pages(group)
            passages.append(
                Passage(
                    id=PassageId(key),
                    source_id=source_id,
                    text=text,
                    heading_path=section.path,
                    page=first,
                    last_page=last,
                    position=position,
                )
            )
    return passages


def headings_of(readings: Iterable[Reading]) -> frozenset[str]:
    """All headings, as they stand in the paths of passages."""
    return frozenset(
        block.text for each in readings for block in each.blocks if block.kind == "heading"
    )


def source_of(source_id: SourceId, reading: Reading) -> Source:
    """The source that a reading is, as it is listed and cited; a fetched page has no file."""
    is_page = bool(reading.publication.accessed)
    return Source(
        id=source_id,
        title=reading.title,
        file_name="" if is_page else reading.file_name,
        pages=reading.pages,
        words=reading.words,
        sha256=reading.sha256,
        url=reading.publication.url,
        publication=reading.publication,
    )


def size_of(text: str) -> int:
    """Characters, where a Han character counts for two: it says as much as half a word."""
    return len(text) + (0 if text.isascii() else sum(map(len, _HAN_RUN.findall(text))))


def without_breaks(text: str) -> str:
    """The text on one line, with single spaces."""
    return " ".join(text.split())


def flowing(sentences: Sequence[str]) -> str:
    """The sentences as one paragraph; none but English ones stand apart."""
    text = ""
    for sentence in sentences:
        text += sentence if _touches(text, sentence) else f" {sentence}"
    return text.strip()


def _quotable(blocks: Sequence[Block]) -> Sequence[Block]:
    """The blocks; of a file that holds nothing but headings, the headings as paragraphs."""
    if any(block.kind != "heading" for block in blocks):
        return blocks
    return [block.model_copy(update={"kind": "paragraph", "level": 0}) for block in blocks]


def _sections(blocks: Sequence[Block]) -> Iterator[_Section]:
    path: list[tuple[int, str]] = []
    pieces: list[_Piece] = []
    for number, block in enumerate(blocks):
        if block.kind != "heading":
            pieces.extend(_pieces(number, block))
            continue
        if pieces:
            yield _Section(tuple(title for _, title in path), tuple(pieces))
            pieces = []
        while path and path[-1][0] >= block.level:
            path.pop()
        path.append((block.level, block.text))
    if pieces:
        yield _Section(tuple(title for _, title in path), tuple(pieces))


def _pieces(number: int, block: Block) -> Iterator[_Piece]:
    if block.kind == "paragraph":
        texts, glue = [without_breaks(text) for text in split_sentences(block.text)], " "
    else:
        texts, glue = [line for line in block.text.split("\n") if line.strip()], "\n"
    head = _head(number, texts) if block.kind == "table" else ()
    begin = 0
    for place, text in enumerate(texts):
        above = head if place >= len(head) else ()
        for part in _cut(text):
            end = begin + len("".join(part.split()))
            yield _Piece(part, number, _pages_between(block, begin, end), glue, above)
            begin = end


def _head(number: int, rows: Sequence[str]) -> tuple[_Piece, ...]:
    """The names of a table's columns and the line below them; none where it has none."""
    rows = rows[:2]
    if len(rows) < 2 or not _RULE.fullmatch(rows[1]) or sum(map(size_of, rows)) > MOST_HEAD_SIZE:
        return ()
    return tuple(_Piece(row, number, (), "\n") for row in rows)


def _pages_between(block: Block, begin: int, end: int) -> tuple[int, ...]:
    """The pages of a part of a block; all of the block's where nobody knows where they begin."""
    if not block.page_turns:
        return tuple(page for page in (block.page, block.last_page) if page is not None)
    turns = [(0, block.page or 1), *block.page_turns]
    ends = [*(at for at, _ in block.page_turns), end + 1]
    return tuple(
        page
        for (start, page), stop in zip(turns, ends, strict=True)
        if start < end and begin < stop
    )


def _pages(pieces: Sequence[_Piece]) -> tuple[int | None, int | None]:
    """The page on which they begin, and the one on which they end, if it is a later one."""
    pages = [page for piece in pieces for page in piece.pages]
    first, last = min(pages, default=None), max(pages, default=None)
    return first, last if last != first else None


def _cut(text: str) -> Iterator[str]:
    """The text itself, or parts of a text that is far too long, cut at spaces where it has any."""
    if 2 * len(text) <= HARD_SIZE:
        yield text
        return
    start = 0
    while size_of(text[start : start + HARD_SIZE + 1]) > HARD_SIZE:
        end = start + HARD_SIZE
        while size_of(text[start:end]) > HARD_SIZE:
            end = start + (end - start) * 3 // 4
        space = text.rfind(" ", start + (end - start) // 2, end)
        end = space + 1 if space > 0 else end
        yield text[start:end].strip()
        start = end
    if text[start:].strip():
        yield text[start:].strip() if start else text


def _packed(pieces: Sequence[_Piece]) -> Iterator[list[_Piece]]:
    """Groups of at most `PASSAGE_SIZE`; a short rest joins the group before it.

    A group that begins within a table begins with the table's head.
    """
    groups: list[list[_Piece]] = []
    heads: list[int] = []
    sizes: list[int] = []
    for piece in pieces:
        size = _size(piece)
        if groups and sizes[-1] + size <= PASSAGE_SIZE:
            groups[-1].append(piece)
            sizes[-1] += size
        else:
            groups.append([*piece.head, piece])
            heads.append(len(piece.head))
            sizes.append(size + sum(map(_size, piece.head)))
    if len(groups) > 1 and sum(map(_size, groups[-1][heads[-1] :])) < TAIL_SIZE:
        rest = groups.pop()
        groups[-1].extend(rest[heads[-1] :])
    yield from groups


def _size(piece: _Piece) -> int:
    return size_of(piece.text) + len(piece.glue)


def _joined(pieces: Sequence[_Piece]) -> str:
    text = pieces[0].text
    for before, piece in pairwise(pieces):
        if before.block != piece.block:
            text += "\n\n"
        elif piece.glue != " " or not _touches(before.text, piece.text):
            text += piece.glue
        text += piece.text
    return text


def _touches(before: str, after: str) -> bool:
    """Whether no space stands between the two: one of the sides is Chinese."""
    return bool(_WIDE.match(before[-1:]) or _WIDE.match(after[:1]))
