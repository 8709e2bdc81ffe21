"""Lines of a PDF's pages with their place, size and weight, by pypdfium2."""

import ctypes
import re
from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median

import pypdfium2
import pypdfium2.raw as pdfium

SAMPLED_CHARS = 8
"""Of each line, evenly spread, to tell its size and weight by: more cost time for nothing."""

BOLD_WEIGHT = 600
"""From semi-bold on."""

_FONT_NAME_BYTES = 128
_BOLD_FONT = re.compile(
    r"bold|black|heavy|semib|demi|cmbx|cmssbx|-medi|medi$|sfbx|simhei|heiti", re.IGNORECASE
)
_HYPHENS = {0x2, 0xFFFE}
"""What pdfium writes for a hyphen that divides a word at the end of a line."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a page; lengths in points, `bottom` measured from the page's lower edge."""

    text: str
    size: float
    is_bold: bool
    left: float
    right: float
    bottom: float


def lines_of(page: pypdfium2.PdfPage) -> list[Line]:
    """The lines of a page in the order of its content stream."""
    text_page = page.get_textpage()
    try:
        return list(_Lines(text_page).all())
    finally:
        text_page.close()


class _Lines:
    def __init__(self, text_page: pypdfium2.PdfTextPage) -> None:
        self._raw = text_page.raw
        self._count = text_page.count_chars()
        self._box = pdfium.FS_RECTF()
        self._name = ctypes.create_string_buffer(_FONT_NAME_BYTES)
        self._flags = ctypes.c_int()

    def all(self) -> Iterator[Line]:
        chars: list[str] = []
        places: list[int] = []
        for index in range(self._count):
            code = pdfium.FPDFText_GetUnicode(self._raw, index)
            if code in {10, 13}:
                if places:
                    yield self._line("".join(chars), places)
                chars, places = [], []
            elif code in _HYPHENS:
                chars.append("-" if self._ends_line(index) else "")
            elif code and not 0xD800 <= code <= 0xDFFF:
                chars.append(chr(code))
                if not chars[-1].isspace():
                    places.append(index)
        if places:
            yield self._line("".join(chars), places)

    def _ends_line(self, index: int) -> bool:
        """Whether the line really ends here: pdfium joins most divided words by itself."""
        after = pdfium.FPDFText_GetUnicode(self._raw, index + 1)
        return index + 1 >= self._count or after in {10, 13}

    def _line(self, text: str, places: list[int]) -> Line:
        sizes: list[float] = []
        bold = 0
        sample = places[:: -(-len(places) // SAMPLED_CHARS)]
        for index in sample:
            _, _, bottom, top = self._place(index)
            sizes.append(round((top - bottom) * 2) / 2)
            bold += self._is_bold(index)
        first, last = self._place(places[0]), self._place(places[-1])
        return Line(
            text=text.strip(),
            size=median(sizes),
            is_bold=bold * 2 > len(sample),
            left=first[0],
            right=last[1],
            bottom=first[2],
        )

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
