"""Finds passages by words: SQLite FTS5 in memory, Chinese as pairs of characters."""

import asyncio
import re
import sqlite3
import threading
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import add
from sys import getsizeof

from pipeline.domain.documents import Passage, Reading, Source, SourceId
from pipeline.domain.language import HAN, composed
from pipeline.domain.passages import source_of, split_into_passages

HEADING_WEIGHT = 2.0
"""A word in a heading says what the passage is about; higher, and headings beat the text."""

MAX_WORDS = 48
"""Of a query: a section's title and summary fit in, and the time of a search stays bounded."""

PAIRS_PER_WORD = 3
"""Pairs of Han characters that count as one word: a Chinese sentence has as many more of them."""

LARGE = 4_000
"""Passages from which on the time of a search counts: some 3 MB of text."""

COMMON_SHARE, FEWEST_TERMS, SAMPLE = 0.1, 3, 600
"""A term in every tenth passage costs as much time as a hundred rare ones, and tells nothing."""

BYTES_PER_PASSAGE = 1_000
"""Of the objects beside the text, and of the entry by id."""

_CJK = f"{HAN}\u3040-\u30ff"
_CJK_RUN = re.compile(f"[{_CJK}]+")
_TERM = re.compile(rf"[{_CJK}]+|[^\W_{_CJK}]+")
_GAP = re.compile(r"[\W_]+")
_ACCENT = re.compile("(?<=[a-z])[\u0300-\u036f]+")
_ACCENTED = re.compile("[\u00c0-\u024f\u0300-\u036f\u1e00-\u1eff]")
_COMMON_WORDS = """
a about after all also an and any are as at be been but by can could did do does each for from had
has have how i if in into is it its may more most must no not of on one or other our should so some
such than that the their them then there these they this those to up upon us use was we were what
when where which while who whose why will with would you your
什么 怎么 如何 哪些 这个 那个 我们 可以 一个 一种 以及 关于 进行 请写 写一 一份
"""
_COMMON = frozenset(_COMMON_WORDS.split())


@dataclass(frozen=True, slots=True)
class Built:
    """What is expensive to make of some files' contents, for as many jobs as draw on them."""

    passages: Sequence[Passage]
    rows: Mapping[str, int]
    """The place of each passage among all, by its id."""
    ranges: Mapping[SourceId, range]
    """The places of each source's passages."""
    common: frozenset[str]
    """Terms that so many passages hold that they tell nothing, in a large material."""
    database: sqlite3.Connection
    lock: threading.Lock

    @property
    def size_bytes(self) -> int:
        """About what it takes of memory."""
        with self.lock:
            pages, page = (
                self.database.execute(f"PRAGMA {name}").fetchone()[0]
                for name in ("page_count", "page_size")
            )
        texts = sum(getsizeof(passage.text) for passage in self.passages)
        return int(pages * page + texts + BYTES_PER_PASSAGE * len(self.passages))


def build(readings: Mapping[SourceId, Reading]) -> Built:
    """Split what was read into passages and index their words; 0.3 s of CPU a megabyte.

    Of two files with the same content the first one's passages serve for both.
    """
    passages: list[Passage] = []
    rows: dict[str, int] = {}
    ranges: dict[SourceId, range] = {}
    by_content: dict[str, range] = {}
    for name, reading in readings.items():
        if reading.sha256 not in by_content:
            start = len(passages)
            for passage in split_into_passages(name, reading):
                if rows.setdefault(passage.id, len(passages)) == len(passages):
                    passages.append(passage)
            by_content[reading.sha256] = range(start, len(passages))
        ranges[name] = by_content[reading.sha256]
    return Built(passages, rows, ranges, _common(passages), _database(passages), threading.Lock())


class PassageIndex:
    """Passages of all sources of one job, searchable; keeps the port `Material`.

    Safe from any thread. A search takes some milliseconds, and up to 0.1 s in 100 MB of text.
    """

    def __init__(self, readings: Mapping[SourceId, Reading], built: Built | None = None) -> None:
        self._readings = dict(readings)
        self._sources = [source_of(name, reading) for name, reading in readings.items()]
        self._built = built or build(readings)

    @property
    def readings(self) -> Mapping[SourceId, Reading]:
        return self._readings

    @property
    def sources(self) -> Sequence[Source]:
        return self._sources

    @property
    def passages(self) -> Sequence[Passage]:
        """All of them, source by source in reading order."""
        return self._built.passages

    def rows(self, within: Sequence[SourceId] = ()) -> list[int]:
        """Places among all passages of those of these sources, or of all."""
        ranges = self._built.ranges
        wanted = dict.fromkeys(ranges[name] for name in within or ranges if name in ranges)
        return [row for rows in wanted for row in rows]

    def passage(self, passage_id: str) -> Passage | None:
        """The passage with that id, if there is one."""
        row = self._built.rows.get(passage_id)
        return None if row is None else self._built.passages[row]

    async def nearest(
        self,
        query: str,
        *,
        beside: Sequence[Passage],
        limit: int,
        within: Sequence[SourceId] = (),
    ) -> Sequence[Passage]:
        """Words are all that is known here: no further ones."""
        del query, beside, limit, within
        return ()

    async def search(
        self, query: str, *, limit: int, within: Sequence[SourceId] = ()
    ) -> Sequence[Passage]:
        """As the port says; a query without a word gets the openings of the sources."""
        return await asyncio.to_thread(self.find, query, limit=limit, within=within)

    def find(self, query: str, *, limit: int, within: Sequence[SourceId] = ()) -> Sequence[Passage]:
        """The same search, in the calling thread."""
        if limit <= 0:
            return []
        terms = query_terms(query, self._built.common)
        if not terms:
            return self._openings(limit, within)
        return [self._built.passages[row] for row in self._matches(terms, limit, within)]

    def _openings(self, limit: int, within: Sequence[SourceId]) -> list[Passage]:
        """First the first passage of each source, then the second ones, and so on."""
        ranges = self._built.ranges
        # Two sources of the same content open with the same passages: these come once.
        rows = list(dict.fromkeys(ranges[name] for name in within or ranges if name in ranges))
        places = sorted(
            (place, number)
            for number, places in enumerate(rows)
            for place in range(min(limit, len(places)))
        )
        return [self._built.passages[rows[number][place]] for place, number in places[:limit]]

    def _matches(self, terms: Sequence[str], limit: int, within: Sequence[SourceId]) -> list[int]:
        sql = "SELECT rowid FROM passages WHERE passages MATCH ?"
        values: list[str | int] = [" OR ".join(terms)]
        if within:
            ranges = [rows for name in within if (rows := self._built.ranges.get(name))]
            if not ranges:
                return []
            sql += f" AND ({' OR '.join(['rowid BETWEEN ? AND ?'] * len(ranges))})"
            values.extend(edge for rows in ranges for edge in (rows.start, rows.stop - 1))
        sql += f" ORDER BY bm25(passages, {HEADING_WEIGHT}, 1.0), rowid LIMIT ?"
        with self._built.lock:
            return [row for (row,) in self._built.database.execute(sql, [*values, limit])]


def query_terms(query: str, common: Collection[str] = ()) -> list[str]:
    """FTS5 expressions for the words of a query, each quoted, so that none is an operator.

    Common words are left out, those of the language and of the material, unless there are hardly
    any others. A single Han character stands for every pair that begins with it. What is beyond
    the bound on a query's length is left out.
    """
    found = list(dict.fromkeys(_terms(query)))
    spoken = [term for term in found if term not in _COMMON] or found
    telling = [term for term in spoken if term not in common]
    if len(telling) < FEWEST_TERMS:
        telling = spoken
    return [
        f'"{term}"*' if len(term) == 1 and _CJK_RUN.match(term) else f'"{term}"'
        for term in _bounded(telling)
    ]


def _common(passages: Sequence[Passage]) -> frozenset[str]:
    """Terms of more than `COMMON_SHARE` of the passages, as a sample of them shows."""
    if len(passages) < LARGE:
        return frozenset()
    sample = passages[:: len(passages) // SAMPLE]
    seen = Counter(term for passage in sample for term in set(_terms(passage.text)))
    return frozenset(term for term, count in seen.items() if count > COMMON_SHARE * len(sample))


def _bounded(terms: Sequence[str]) -> Iterator[str]:
    left = MAX_WORDS * PAIRS_PER_WORD
    for term in terms:
        left -= 1 if _CJK_RUN.match(term) else PAIRS_PER_WORD
        if left < 0:
            return
        yield term


def _terms(query: str) -> Iterator[str]:
    for found in _TERM.finditer(_folded(query)):
        run = found.group()
        if len(run) > 1 and _CJK_RUN.match(run):
            yield from _pairs(run)
        else:
            yield run


def _database(passages: Sequence[Passage]) -> sqlite3.Connection:
    database = sqlite3.connect(":memory:", check_same_thread=False)
    database.execute(
        "CREATE VIRTUAL TABLE passages USING fts5(heading, body, content='',"
        " tokenize='porter ascii')"
    )
    database.executemany(
        "INSERT INTO passages(rowid, heading, body) VALUES (?, ?, ?)",
        (
            (row, _indexed(" ".join(passage.heading_path)), _indexed(passage.text))
            for row, passage in enumerate(passages)
        ),
    )
    database.commit()
    return database


def _folded(text: str) -> str:
    """Without differences of case, width and Latin accents."""
    if text.isascii():
        return text.lower()
    folded = composed(text).casefold()
    if not _ACCENTED.search(folded):
        return folded
    return composed(_ACCENT.sub("", unicodedata.normalize("NFD", folded)))


def _indexed(text: str) -> str:
    """The words apart, each Chinese run as its pairs and its last character by itself.

    SQLite's own reading of Unicode takes a fifth of the time of an index; this leaves it none.
    """
    folded = _folded(text)
    if folded.isascii():
        return folded
    return _CJK_RUN.sub(_as_pairs, _GAP.sub(" ", folded))


def _as_pairs(run: re.Match[str]) -> str:
    chars = run.group()
    return f" {' '.join(_pairs(chars))} {chars[-1]} "


def _pairs(run: str) -> Iterator[str]:
    return map(add, run, run[1:])
