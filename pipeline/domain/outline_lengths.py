"""How long a section shall be, as the cells of an outline's table say it."""

import re
import unicodedata

from pipeline.domain.documents import MAX_TARGET_WORDS

MAX_CHARS = 60
"""A cell that says more than a length is longer."""

_NUMBER = r"(\d{1,3}(?:,\d{3})+|\d{1,7}(?:\.\d{1,3})?)\s*(万|千|k)?"
_UNIT = r"(?:words?|characters?|chars?|字符?|汉字|词)"
_LENGTH = re.compile(
    rf"(?:约|大约|大概|≈|~|about|around|approx(?:\.|imately)?|ca?\.)?\s*{_NUMBER}\s*{_UNIT}?"
    rf"(?:\s*(?:[-–—~]|至|到|to)\s*{_NUMBER})?\s*({_UNIT})?\s*(?:左右|上下)?",
    re.IGNORECASE,
)
_IN_WORDS = re.compile(rf"\bwords?\b|字数|{_UNIT}", re.IGNORECASE)
_TIMES = {"万": 10_000, "千": 1_000, "k": 1_000}


def words_asked(name: str, cell: str) -> tuple[int, bool]:
    """How many words a cell asks for, or 0, and whether that is all it says.

    Of `300-500` it is the middle. A length in pages, or in what nobody says, is none in words.
    """
    if len(cell) > MAX_CHARS:
        return 0, False
    found = _LENGTH.fullmatch(unicodedata.normalize("NFKC", cell).strip())
    if not found or not _IN_WORDS.search(f"{name} {cell}"):
        return 0, False
    low = _value(found[1], found[2] or (found[4] if found[3] else None))
    high = _value(found[3], found[4]) if found[3] else low
    words = round((low + high) / 2)
    return (words, not found[3]) if words <= MAX_TARGET_WORDS else (0, False)


def _value(number: str, times: str | None) -> float:
    return float(number.replace(",", "")) * _TIMES.get((times or "").lower(), 1)
