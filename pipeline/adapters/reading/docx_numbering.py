"""The numbers of a Word document's lists, which Word counts when it shows them."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from lxml import etree

from pipeline.adapters.reading.docx_styles import value
from pipeline.adapters.reading.prose import whole_number

DEEPEST_LEVEL = 8
"""Word counts from 0 and has nine."""

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_PLACE = re.compile(r"%([1-9])")
_BULLETS = {"bullet", "none"}
_HAN = "零一二三四五六七八九"
_HAN_FORMATS = {
    "chineseCounting",
    "chineseCountingThousand",
    "japaneseCounting",
    "taiwaneseCounting",
    "taiwaneseCountingThousand",
}
_ROWS = {
    "ideographTraditional": "甲乙丙丁戊己庚辛壬癸",
    "ideographZodiac": "子丑寅卯辰巳午未申酉戌亥",
    "decimalEnclosedCircle": "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳",
    "decimalEnclosedCircleChinese": "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳",
}
_ROMAN = (
    (1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"),
    (40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Level:
    start: int
    format: str
    text: str
    is_decimal: bool


@dataclass(frozen=True, slots=True)
class _List:
    """One list of a document; lists of one kind count on from each other."""

    kind: str
    levels: dict[int, _Level]
    restarts: dict[int, int]


class Numbering:
    """Counts the items of all lists; ask once for each item, in the document's order."""

    def __init__(self, root: etree._Element | None) -> None:
        self._lists = dict(_lists_in(root)) if root is not None else {}
        self._counts: dict[str, dict[int, int]] = {}
        self._begun: set[str] = set()

    def mark(self, list_id: str, depth: int) -> str:
        """What stands before the next item: `2.1`, `第三条`; empty for a bullet."""
        found = self._lists.get(list_id)
        level = found.levels.get(depth) if found else None
        if found is None or level is None:
            return ""
        counts = self._counts.setdefault(found.kind, {})
        if list_id not in self._begun:
            self._begun.add(list_id)
            for place, start in found.restarts.items():
                counts[place] = start - 1
        counts[depth] = counts.get(depth, level.start - 1) + 1
        for deeper in range(depth + 1, DEEPEST_LEVEL + 1):
            counts.pop(deeper, None)
        if level.format in _BULLETS:
            return ""

        def number(place: re.Match[str]) -> str:
            at = int(place[1]) - 1
            upper = found.levels.get(at, level)
            count = counts.get(at, upper.start)
            return _written(count, "decimal" if level.is_decimal else upper.format)

        return _PLACE.sub(number, level.text).strip()


def _lists_in(root: etree._Element) -> Iterable[tuple[str, _List]]:
    kinds = {
        each.get(f"{_W}abstractNumId") or "": dict(_levels(each.iterfind(f"{_W}lvl")))
        for each in root.iterfind(f"{_W}abstractNum")
    }
    for each in root.iterfind(f"{_W}num"):
        kind = value(each, "abstractNumId")
        overrides = each.findall(f"{_W}lvlOverride")
        own = dict(_levels(level for one in overrides for level in one.iterfind(f"{_W}lvl")))
        restarts = {
            whole_number(one.get(f"{_W}ilvl") or "") or 0: start
            for one in overrides
            if (start := whole_number(value(one, "startOverride"))) is not None
        }
        yield each.get(f"{_W}numId") or "", _List(kind, kinds.get(kind, {}) | own, restarts)


def _levels(elements: Iterable[etree._Element]) -> Iterable[tuple[int, _Level]]:
    for each in elements:
        start = whole_number(value(each, "start"))
        level = _Level(
            start=1 if start is None else start,
            format=value(each, "numFmt") or "decimal",
            text=value(each, "lvlText"),
            is_decimal=each.find(f"{_W}isLgl") is not None,
        )
        yield whole_number(each.get(f"{_W}ilvl") or "") or 0, level


def _written(count: int, style: str) -> str:
    if style in _HAN_FORMATS and 0 < count < 10_000:
        return _in_han(count)
    if style in _ROWS and 0 < count <= len(_ROWS[style]):
        return _ROWS[style][count - 1]
    if style.endswith("Letter") and 0 < count < 1_000:
        letter = chr(ord("a") + (count - 1) % 26) * (1 + (count - 1) // 26)
        return letter.upper() if style.startswith("upper") else letter
    if style.endswith("Roman") and 0 < count < 4_000:
        roman = _in_roman(count)
        return roman.upper() if style.startswith("upper") else roman
    return f"{count:02}" if style == "decimalZero" else str(count)


def _in_han(count: int) -> str:
    written = ""
    digits = str(count)
    for place, digit in zip(reversed(range(len(digits))), digits, strict=True):
        if digit == "0":
            written += "" if written.endswith("零") else "零"
        else:
            written += _HAN[int(digit)] + ("", "十", "百", "千")[place]
    return written.rstrip("零").removeprefix("一") if 10 <= count < 20 else written.rstrip("零")


def _in_roman(count: int) -> str:
    written = ""
    for worth, letters in _ROMAN:
        written += letters * (count // worth)
        count %= worth
    return written
