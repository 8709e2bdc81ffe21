"""What every format module returns, and how it becomes a `Reading`."""

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import takewhile

from pipeline.adapters.reading.limits import Limits
from pipeline.adapters.reading.prose import clean, numbered_level, one_line
from pipeline.domain.documents import (
    MAX_TITLE_CHARS,
    Block,
    Publication,
    Reading,
    title_from_name,
)
from pipeline.domain.language import count_words, detect_language
from pipeline.errors import UnreadableFile

EDITION = 18
"""Raise it when more is read from a file: readings that are stored are then not used again."""

SENTENCE_ENDS = tuple(".。!！?？;；:：,，")
"""No title ends so."""

HIDDEN = "hidden_left_out"
"""A note: text, sheets or slides that no reader of the file sees were not read."""

PICTURED = "pages_pictured"
"""A note: pages or slides that are pictures, whose text was not read."""

MAX_AS_WRITTEN_CHARS = 100_000
"""An outline of a thousand nodes with summaries; longer files are material, and kept once."""

ROWS_PER_TABLE = 12
"""About one passage: a row without its head means little."""

MOST_TITLES = 5
"""A title, the unit, the date; more lines above a table are a text."""

HEAD_SAMPLE = 50
"""Rows that tell how many columns a table has."""

SAMPLE_CHARS = 100_000
"""Enough to tell the language of a file by."""

_FIGURE = re.compile(r"[-+(]?[\d.,%¥$€)\s]+")


@dataclass(frozen=True, slots=True)
class Extract:
    """The blocks of a file as a format module found them, not cleaned yet."""

    blocks: list[Block]
    title: str = ""
    """What the file itself says that it is called; empty where it says nothing."""
    pages: int | None = None
    notes: list[str] = field(default_factory=list)
    publication: Publication = field(default_factory=Publication)
    is_untitled: bool = False
    """Whether its first heading is no title of the whole: a sheet's name."""
    as_written: str = ""
    """The whole text, where the file is nothing but text."""


def to_reading(name: str, data: bytes, extract: Extract, limits: Limits) -> Reading:
    """Clean the blocks and count what is in them.

    Raises:
        UnreadableFile: `file_empty`, or `file_too_long` above `limits.chars`.
    """
    blocks = tuple(_cleaned(extract.blocks))
    if not blocks:
        raise UnreadableFile(
            "file_empty", f"{name!r} holds no text. Check that it is the right file.", {}
        )
    chars = sum(len(block.text) for block in blocks)
    if chars > limits.chars:
        raise too_many_chars(name, limits)
    if len(blocks) > limits.blocks:
        raise _too_many_blocks(name, limits)
    title = "" if extract.is_untitled else _own_title(extract.title, blocks)
    return Reading(
        sha256=hashlib.sha256(data).hexdigest(),
        title=title or title_from_name(name),
        is_titled_by_name=not title,
        file_name=name,
        language=detect_language(_sample(blocks)),
        blocks=blocks,
        pages=extract.pages,
        words=sum(count_words(block.text) for block in blocks),
        headings=sum(1 for block in blocks if block.kind == "heading"),
        notes=tuple(dict.fromkeys(extract.notes)),
        publication=extract.publication,
        edition=EDITION,
        as_written=extract.as_written if len(extract.as_written) <= MAX_AS_WRITTEN_CHARS else "",
    )


def file_too_large(name: str, limits: Limits) -> UnreadableFile:
    """The error for a file with more bytes than are taken."""
    return UnreadableFile(
        "file_too_large",
        f"{name!r} is larger than {limits.file_bytes:,} bytes. Give the part that matters.",
        {"limit": limits.file_bytes},
    )


def too_many_chars(name: str, limits: Limits) -> UnreadableFile:
    """The error for a file that holds more text than one file may."""
    return UnreadableFile(
        "file_too_long",
        f"{name!r} holds more than {limits.chars:,} characters. Split it, or give the part "
        "that matters.",
        {"limit": limits.chars},
    )


def pictures_only(name: str, pages: int) -> UnreadableFile:
    """The error for a file whose pages are pictures."""
    return UnreadableFile(
        "file_scanned",
        f"{name!r} holds pictures of its {pages} pages, not their text. Run a text "
        "recognition (OCR) over it and add the result.",
        {"pages": pages},
    )


def _too_many_blocks(name: str, limits: Limits) -> UnreadableFile:
    return UnreadableFile(
        "file_too_long",
        f"{name!r} holds more than {limits.blocks:,} paragraphs or lines. Split it, or give the "
        "part that matters.",
        {"limit": limits.blocks},
    )


def damaged(name: str, what: str, reason: str) -> UnreadableFile:
    """The error for a file that is broken, or not what its name says."""
    return UnreadableFile(
        "file_damaged",
        f"{name!r} cannot be read as {what}: {reason}. Open it in the program that made it and "
        "save it again.",
        {"format": what},
    )


def table_text(rows: Iterable[Iterable[str]]) -> str:
    """Rows as a Markdown table; the first row is its head, empty rows are left out."""
    cells = [[one_line(cell).replace("|", "\\|") for cell in row] for row in rows]
    cells = [row for row in cells if any(row)]
    if not cells:
        return ""
    width = max(len(row) for row in cells)
    lines = ["| " + " | ".join(row + [""] * (width - len(row))) + " |" for row in cells]
    return "\n".join([lines[0], "|" + " --- |" * width, *lines[1:]])


def table_blocks(name: str, rows: Iterable[Sequence[str]], limits: Limits) -> list[Block]:
    """Rows as tables of `ROWS_PER_TABLE`, each with the head that the first row is.

    Titles above the head are paragraphs.

    Raises:
        UnreadableFile: `file_too_long`, as soon as the tables hold more than `limits.chars`.
    """
    filled = [row for row in rows if any(cell.strip() for cell in row)]
    if not filled:
        return []
    titles = _titles(filled)
    head, body = filled[len(titles)], filled[len(titles) + 1 :]
    blocks = [Block(kind="paragraph", text=title) for title in titles]
    chars = 0
    for at in range(0, max(1, len(body)), ROWS_PER_TABLE):
        text = table_text([head, *body[at : at + ROWS_PER_TABLE]])
        chars += len(text)
        if chars > limits.chars:
            raise too_many_chars(name, limits)
        blocks.append(Block(kind="table", text=text))
    return blocks


def _titles(rows: Sequence[Sequence[str]]) -> list[str]:
    """The texts above a head: the first stands at the left, and each is alone in its row.

    Below them a head fills its row, but for its corner. In two columns it has no figures: a lone
    name above figures is a head itself.
    """
    texts = [[cell.strip() for cell in row if cell.strip()] for row in rows[:HEAD_SAMPLE]]
    alone = list(takewhile(lambda row: len(row) == 1, texts[:MOST_TITLES]))
    if not alone or not rows[0][0].strip() or len(alone) == len(texts):
        return []
    head = texts[len(alone)]
    width = max(map(len, texts))
    is_head = len(head) >= max(2, width - 1)
    if width == 2:
        is_head = is_head and not any(map(_FIGURE.fullmatch, head))
    return [one_line(text) for row in alone for text in row] if is_head else []


def _cleaned(blocks: Iterable[Block]) -> Iterable[Block]:
    for block in blocks:
        text = clean(block.text)
        if block.kind in {"heading", "paragraph"}:
            text = text.strip()
        if block.kind == "heading":
            text = one_line(text)
        if text.strip():
            yield block.model_copy(update={"text": text.strip("\n")})


def _sample(blocks: tuple[Block, ...]) -> str:
    parts: list[str] = []
    size = 0
    for block in blocks:
        if block.kind == "code":
            continue
        parts.append(block.text)
        size += len(block.text)
        if size > SAMPLE_CHARS:
            break
    return "\n".join(parts)


def _own_title(said: str, blocks: tuple[Block, ...]) -> str:
    """The title that a file says, its first heading, or the line above a numbered one."""
    heading = next((block.text for block in blocks if block.kind == "heading"), "")
    line = blocks[0].text.split("\n", 1)[0] if blocks[0].kind == "paragraph" else ""
    if len(line) > MAX_TITLE_CHARS:
        line = ""
    if numbered_level(heading) and line and not line.endswith(SENTENCE_ENDS):
        heading = line  # the first of the sections; the title stands above it without a number
    title = one_line(clean(said)) or heading or one_line(line)
    return title[:MAX_TITLE_CHARS].strip()
