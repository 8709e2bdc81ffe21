"""Which lines of a PDF are no part of its text: running heads and feet, page numbers, contents.

A line that is taken away is gone without a trace. So digits count: two lines that differ in a
number are the same head only where that number counts the pages.
"""

import re
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from pipeline.adapters.reading.pdf_layout import BIG, body_of
from pipeline.adapters.reading.pdf_lines import Line
from pipeline.adapters.reading.prose import one_line

EDGE_LINES = 2
"""Running heads and feet have at most two lines."""

REPEATED_SHARE = 0.4
"""Left and right pages have different heads: each stands on half of the pages."""

MIN_REPEATS = 3
"""Two pages that begin alike may do so by chance."""

MIN_CHAPTER_REPEATS = 2
"""A head with the chapter's title and a page number changes with the chapter."""

MIN_RISING = 5
"""Fewer numbers may rise from page to page by chance."""

DRIFT_PT = 5.0
"""Heads stand at one height; that of a page that was scanned is only about the same."""

FEWEST_ENTRIES = 3
"""A contents has as many lines; a single one with dots and a number may be a sentence."""

YEARS = range(1900, 2101)
"""A number of four digits that is a year, and counts no pages."""

ENTRY_TAIL = 300
"""Characters at the end of a line in which leaders are looked for."""

Key = tuple[str, int | None]
"""A line's text in small letters; with a number, the text with `#` for a number that is so much
more than the page is counted, and with `<>` for the two numbers of a sheet with two pages."""

_NUMBER = re.compile(r"(?<![\d.,:/$€¥£])\d{1,12}(?![\d%‰°]|[.,:]\d)")
_BARE = re.compile(r"[-–—·\s]*(\d{1,4})[-–—·\s]*(?:/\s*\d+)?$")
_PAGE_NUMBER = re.compile(
    r"(?:[-–—·]\s*\d{1,4}\s*[-–—·]|[ivxlc]{1,6}|page\s+\d+(?:\s+(?:of|/)\s+\d+)?|第\s*\d+\s*页.{0,12})$",
    re.IGNORECASE,
)
_OF_CHAPTER = re.compile(r"[-–—·\s]*([a-z]|\d{1,2})\s?[-–—.]\s?(\d{1,3})[-–—·\s]*$")
_CALLED = re.compile(r"\b(?:page|sheet)\s?(\d{1,4})\b|第\s?(\d{1,4})\s?页")
_CHAPTER_HEAD = re.compile(r"^# *[|·–—-]? *(?:\d[\d.]* *)?\D{4}|\D{4} *[|·–—-]? *#$")
_LEADERS, _LONG_LEADERS = r"(?:(?:[.·]\s?){4,}|…{2,})", r"(?:(?:[.·]\s?){8,}|…{4,})"
_ENTRY = re.compile(rf"{_LEADERS}\s*(?:\d{{1,4}}|[ivxlc]{{1,7}})$", re.IGNORECASE)
_LONG_ENTRY = re.compile(rf"{_LONG_LEADERS}\s*(?:\d{{1,4}}|[ivxlc]{{1,7}})$", re.IGNORECASE)
_SMALL_NUMBER = re.compile(r"(?<![\d.,])\d{1,2}(?!\d|[.,]\d)")
"""Of chapters, sheets and revisions beside the page's own; amounts keep lines apart."""

_OPEN_ENTRY = re.compile(rf"{_LONG_LEADERS}$")


def without_furniture(pages: Sequence[Sequence[Line]]) -> list[list[Line]]:
    """The pages without running heads, feet, page numbers and the lines of the contents."""
    furniture = _Furniture(pages, BIG * body_of(pages).size if any(pages) else 0.0)
    return [furniture.taken_from(lines, page) for page, lines in enumerate(pages, start=1)]


class _Furniture:
    """What a file repeats at the edges of its pages; larger lines are headings."""

    def __init__(self, pages: Sequence[Sequence[Line]], big: float) -> None:
        self._big = big
        self._needed = max(MIN_REPEATS, REPEATED_SHARE * len(pages))
        heights: defaultdict[Key, list[float]] = defaultdict(list)
        numbering: Counter[int] = Counter()
        for page, lines in enumerate(pages, start=1):
            found = {
                key: line for line in self._small_edges(lines) for key in _keys(line.text, page)
            }
            numbering.update({ahead for key, ahead in found if ahead is not None and "#" in key})
            for key, line in found.items():
                heights[key].append(line.bottom)
        self._numbering = {a for a, count in numbering.items() if count >= self._needed}
        self._repeated = {
            key for key, found_at in heights.items() if self._repeats(key, _aligned(found_at))
        }
        self._take_page_numbers(pages)
        self._counts = set(self._counted_by_chapter(pages))

    def taken_from(self, lines: Sequence[Line], page: int) -> list[Line]:
        """The lines of a page, counted from 1, that are none of it."""
        contents = _contents(lines)
        last = len(lines) - 1
        kept: list[Line] = []
        for index, line in enumerate(lines):
            at_edge = index < EDGE_LINES or index > last - EDGE_LINES
            outermost = last > 0 and index in {0, last}
            is_small = line.size < self._big
            is_number = outermost and self._is_page_number(line.text, page, is_small=is_small)
            is_running = at_edge and is_small and self._is_running(line.text, page)
            if not (is_number or is_running or index in contents):
                kept.append(line)
        return kept

    def _small_edges(self, lines: Sequence[Line]) -> list[Line]:
        edges = lines
        if len(lines) > 2 * EDGE_LINES:
            edges = [*lines[:EDGE_LINES], *lines[-EDGE_LINES:]]
        return [line for line in edges if line.size < self._big]

    def _repeats(self, key: Key, count: int) -> bool:
        text, ahead = key
        if count >= self._needed:
            return True
        is_chapters = ahead in self._numbering and bool(_CHAPTER_HEAD.search(text))
        return is_chapters and count >= MIN_CHAPTER_REPEATS

    def _is_running(self, text: str, page: int) -> bool:
        if (page, text) in self._counts:
            return True
        return any(key in self._repeated for key in _keys(text, page))

    def _counted_by_chapter(self, pages: Sequence[Sequence[Line]]) -> Iterator[tuple[int, str]]:
        """The pages and lines whose number goes on from page to page, or begins anew."""
        alike: defaultdict[str, list[_Count]] = defaultdict(list)
        for page, lines in enumerate(pages, start=1):
            for line in self._small_edges(lines):
                if count := _count(line, page):
                    alike[count.form].append(count)
        for counts in alike.values():
            going = {
                (count.page, count.text)
                for pair in pairwise(counts)
                if pair[1].goes_on_from(pair[0])
                for count in pair
            }
            if len(going) >= max(self._needed, MIN_RISING):
                yield from going

    def _take_page_numbers(self, pages: Sequence[Sequence[Line]]) -> None:
        """Learn which numbers that stand alone at the end of a page count the pages."""
        numbers = [
            (number, page)
            for page, lines in enumerate(pages, start=1)
            for line in dict.fromkeys((lines[0], lines[-1]) if lines else ())
            if line.size < self._big and (number := _bare(line.text)) is not None
        ]
        self._all_count = len(numbers) >= MIN_RISING and all(
            one < other for (one, _), (other, _) in pairwise(numbers)
        )
        shared = Counter(number - page for number, page in numbers)
        self._counted = {ahead for ahead, count in shared.items() if count > 1} | {0}

    def _is_page_number(self, text: str, page: int, *, is_small: bool) -> bool:
        number = _bare(text)
        if number is not None and is_small:
            ahead = number - page
            return self._all_count or ahead in self._counted or ahead in self._numbering
        return bool(_PAGE_NUMBER.match(text))


def _keys(text: str, page: int) -> Iterator[Key]:
    """How a line of this page would stand on another one, if any of its numbers is the page's."""
    plain = one_line(text).casefold()
    yield plain, None
    for found in _NUMBER.finditer(plain):
        number = int(found[0])
        if number not in YEARS:
            yield f"{plain[: found.start()]}#{plain[found.end() :]}", number - page
    for left, right in pairwise(_NUMBER.finditer(plain)):
        if int(right[0]) == int(left[0]) + 1:
            between = plain[left.end() : right.start()]
            text = f"{plain[: left.start()]}<>{between}<>{plain[right.end() :]}"
            yield text, int(left[0]) - 2 * page


@dataclass(frozen=True, slots=True)
class _Count:
    """A line that says itself what it counts: `Page 3`, or `2-3` alone, with its chapter."""

    page: int
    text: str
    bottom: float
    form: str
    chapter: str
    number: int

    def goes_on_from(self, last: "_Count") -> bool:
        """Whether it counts the pages since the last one, at the same height."""
        pages = self.page - last.page
        is_same = self.chapter == last.chapter
        begins = self.number <= pages and (not is_same or not self.chapter)
        goes_on = is_same and last.number < self.number <= last.number + pages
        return abs(self.bottom - last.bottom) <= DRIFT_PT and (begins or goes_on)


def _count(line: Line, page: int) -> _Count | None:
    plain = one_line(line.text).casefold()
    if found := _OF_CHAPTER.match(plain):
        form, chapter, number = "", found[1], found[2]
    elif found := _CALLED.search(plain):
        start, end = found.span(found.lastindex or 0)
        around = f"{plain[:start]}#{plain[end:]}"
        form, chapter, number = _SMALL_NUMBER.sub("#", around), "", found[1] or found[2]
    else:
        return None
    return _Count(page, line.text, line.bottom, form, chapter, int(number))


def _bare(text: str) -> int | None:
    """The number that is all of a line, as page numbers are."""
    found = _BARE.match(text)
    return int(found[1]) if found else None


def _aligned(heights: Sequence[float]) -> int:
    """How many of them are about the same."""
    ordered = sorted(heights)
    return max(
        bisect_right(ordered, height + DRIFT_PT) - place for place, height in enumerate(ordered)
    )


def _contents(lines: Sequence[Line]) -> set[int]:
    """Which lines of a page are entries of a contents: a title, leaders and mostly a number."""
    tails = [line.text[-ENTRY_TAIL:] for line in lines]
    entries = {index for index, tail in enumerate(tails) if _ENTRY.search(tail)}
    if len(entries) < FEWEST_ENTRIES:
        return {index for index in entries if _LONG_ENTRY.search(tails[index])}
    return entries | {index for index, tail in enumerate(tails) if _OPEN_ENTRY.search(tail)}
