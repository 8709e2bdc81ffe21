"""The numbers of a Word document's lists, which Word counts when it shows them."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from lxml import etree

from pipeline.adapters.reading.docx_styles import value
from pipeline.adapters.reading.prose import whole_number

DEEPEST_LEVEL = 8
"""Word counts from 0 and has nine."""

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_PLACE = re.compile(r"%([1-9])")
_KEPT = re.compile(
    r"[（(]?\d+(?:\.\d+)*[.)）、]?|第(?:\d+|[一二三四五六七八九十百千零]+)[部篇编章节条款项]"
)
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
    restart: int
    """It begins again behind the levels above this one; 0 where it counts on through the list."""


@dataclass(frozen=True, slots=True)
class _List:
    """One list of a document; lists of one kind count on from each other."""

    kind: str
    levels: dict[int, _Level]
    restarts: frozenset[int]
    """The levels that begin anew where the list begins."""


class Numbering:
    """Counts the items of all lists; ask once for each item, in the document's order."""

    def __init__(self, root: etree._Element | None) -> None:
        self._lists = dict(_lists_in(root)) if root is not None else {}
        self._counts: dict[str, dict[int, int]] = {}
        self._begun: set[str] = set()

    def mark(self, list_id: str, depth: int) -> str:
        """What stands before the next item: `2.1`, `第三条`; empty for a bullet.

        It is empty, too, for letters, Roman numbers and the like: nobody who reads the text later
        could tell them from its words.
        """
        found = self._lists.get(list_id)
        level = found.levels.get(depth) if found else None
        if found is None or level is None:
            return ""
        counts = self._counts.setdefault(found.kind, {})
        if list_id not in self._begun:
            self._begun.add(list_id)
            for place in found.restarts:
                counts.pop(place, None)
        counts[depth] = counts.get(depth, level.start - 1) + 1
        for deeper in range(depth + 1, DEEPEST_LEVEL + 1):
            if deeper not in found.levels or depth < found.levels[deeper].restart:
                counts.pop(deeper, None)
        if level.format in _BULLETS:
            return ""

        def number(place: re.Match[str]) -> str:
            at = int(place[1]) - 1
            upper = found.levels.get(at, level)
            count = counts.get(at, upper.start)
            return _written(count, "decimal" if level.is_decimal else upper.format)

        mark = _PLACE.sub(number, level.text).strip()
        return mark if _KEPT.fullmatch(mark) else ""


def _lists_in(root: etree._Element) -> Iterable[tuple[str, _List]]:
    kinds = {
        each.get(f"{_W}abstractNumId") or "": each for each in root.iterfind(f"{_W}abstractNum")
    }
    by_style = {name: each for each in kinds.values() if (name := value(each, "styleLink"))}
    levels = {
        kind: dict(_levels(by_style.get(value(each, "numStyleLink"), each)))
        for kind, each in kinds.items()
    }
    for each in root.iterfind(f"{_W}num"):
        kind = value(each, "abstractNumId")
        overrides = each.findall(f"{_W}lvlOverride")
        own = levels.get(kind, {}) | dict(level for one in overrides for level in _levels(one))
        starts = {
            whole_number(one.get(f"{_W}ilvl") or "") or 0: start
            for one in overrides
            if (start := whole_number(value(one, "startOverride"))) is not None
        }
        own |= {at: replace(own[at], start=start) for at, start in starts.items() if at in own}
        yield each.get(f"{_W}numId") or "", _List(kind, own, frozenset(starts))


def _levels(parent: etree._Element) -> Iterable[tuple[int, _Level]]:
    for each in parent.iterfind(f"{_W}lvl"):
        start = whole_number(value(each, "start"))
        restart = whole_number(value(each, "lvlRestart"))
        level = _Level(
            start=1 if start is None else start,
            format=value(each, "numFmt") or "decimal",
            text=value(each, "lvlText"),
            is_decimal=each.find(f"{_W}isLgl") is not None,
            restart=DEEPEST_LEVEL if restart is None else restart,
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
