"""Lines of a PDF's pages with their place, size and weight, by pypdfium2."""

import ctypes
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median

import pypdfium2
import pypdfium2.raw as pdfium

SAMPLED_CHARS = 8
"""Of each line, evenly spread, to tell its size and weight by: more cost time for nothing."""

BOLD_WEIGHT = 600
"""From semi-bold on."""

CELL_GAP = 0.45
"""A gap, measured on the size of the letters, that may part two cells: twice a usual space."""

RAISED_SIZE, RAISED_BY = 0.85, 0.15
"""A digit so much smaller and higher than what stands before it is an exponent or a note's."""

_FONT_NAME_BYTES = 128
_BOLD_FONT = re.compile(
    r"bold|black|heavy|semib|demi|cmbx|cmssbx|-medi|medi$|sfbx|simhei|heiti", re.IGNORECASE
)
_HYPHENS = {0x2, 0xFFFE}
"""What pdfium writes for a hyphen that divides a word at the end of a line."""


_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a line between two gaps."""

    text: str
    left: float
    right: float


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a page; lengths in points, `bottom` measured from the page's lower edge."""

    text: str
    size: float
    is_bold: bool
    left: float
    right: float
    bottom: float
    spans: tuple[Span, ...] = ()
    """Its stretches, where it has wide gaps; else none."""


def lines_of(page: pypdfium2.PdfPage) -> list[Line]:
    """The lines of a page in the order of its content stream."""
    text_page = page.get_textpage()
    try:
        return list(_Lines(text_page).all())
    finally:
        text_page.close()


_Char = tuple[str, int]
"""A character, and its index on the page where it is no space."""

_EXPONENTS = frozenset("⁰¹²³⁴⁵⁶⁷⁸⁹")


class _Lines:
    def __init__(self, text_page: pypdfium2.PdfTextPage) -> None:
        self._raw = text_page.raw
        self._count = text_page.count_chars()
        self._box = pdfium.FS_RECTF()
        self._name = ctypes.create_string_buffer(_FONT_NAME_BYTES)
        self._flags = ctypes.c_int()

    def all(self) -> Iterator[Line]:
        chars: list[_Char] = []
        for index in range(self._count):
            code = pdfium.FPDFText_GetUnicode(self._raw, index)
            if code in {10, 13}:
                yield from self._line(chars)
                chars = []
            elif code in _HYPHENS:
                chars.append(("-" if self._ends_line(index) else "", -1))
            elif code and not 0xD800 <= code <= 0xDFFF:
                char = chr(code)
                if 0x30 <= code <= 0x39 and self._is_raised(index, chars):
                    char = char.translate(_RAISED)
                chars.append((char, -1 if char.isspace() else index))
        yield from self._line(chars)

    def _is_raised(self, index: int, before: Sequence[_Char]) -> bool:
        if not before or before[-1][1] < 0:
            return False
        beside = next(((char, at) for char, at in reversed(before) if char not in _EXPONENTS), None)
        if beside is None or beside[1] < 0:
            return False
        _, _, low, high = self._place(beside[1])
        _, _, bottom, top = self._place(index)
        size = high - low
        return top - bottom < RAISED_SIZE * size and bottom > low + RAISED_BY * size

    def _ends_line(self, index: int) -> bool:
        """Whether the line really ends here: pdfium joins most divided words by itself."""
        after = pdfium.FPDFText_GetUnicode(self._raw, index + 1)
        return index + 1 >= self._count or after in {10, 13}

    def _line(self, chars: Sequence[_Char]) -> Iterator[Line]:
        places = [index for _, index in chars if index >= 0]
        if not places:
            return
        sizes: list[float] = []
        bold = 0
        sample = places[:: -(-len(places) // SAMPLED_CHARS)]
        for index in sample:
            _, _, bottom, top = self._place(index)
            sizes.append(round((top - bottom) * 2) / 2)
            bold += self._is_bold(index)
        first, last = self._place(places[0]), self._place(places[-1])
        size = median(sizes)
        spans = tuple(self._spans(chars, CELL_GAP * size))
        yield Line(
            text="".join(char for char, _ in chars).strip(),
            size=size,
            is_bold=bold * 2 > len(sample),
            left=first[0],
            right=last[1],
            bottom=first[2],
            spans=spans if len(spans) > 1 else (),
        )

    def _spans(self, chars: Sequence[_Char], gap: float) -> Iterator[Span]:
        """The stretches between gaps that are wider than that."""
        text: list[str] = []
        left = right = 0.0
        last = -1
        for number, (char, index) in enumerate(chars):
            if index < 0:
                text.append(char)
                continue
            if last < 0:
                left = self._place(index)[0]
            elif chars[number - 1][1] < 0:
                right, start = self._place(last)[1], self._place(index)[0]
                if start - right > gap:
                    yield Span("".join(text).strip(), left, right)
                    text, left = [], start
            text.append(char)
            last = index
        if last >= 0:
            yield Span("".join(text).strip(), left, self._place(last)[1])

    def _place(self, index: int) -> tuple[float, float, float, float]:
        pdfium.FPDFText_GetLooseCharBox(self._raw, index, ctypes.byref(self._box))
        box = self._box
        return box.left, box.right, min(box.bottom, box.top), max(box.bottom, box.top)

    def _is_bold(self, index: int) -> bool:
        if pdfium.FPDFText_GetFontWeight(self._raw, index) >= BOLD_WEIGHT:
            return True
        length = pdfium.FPDFText_GetFontInfo(
            self._raw, index, self._name, _FONT_NAME_BYTES, ctypes.byref(self._flags)
        )
        if not 0 < length <= _FONT_NAME_BYTES:
            return False
        return bool(_BOLD_FONT.search(self._name.raw[: length - 1].decode("latin-1")))
