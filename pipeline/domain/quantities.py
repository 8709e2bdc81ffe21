"""Numbers in a text, however they are written: 23, twenty-three, 二十三, 1,200 and 1.2 thousand."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import lru_cache

from pipeline.domain.language import composed

_SMALL = """
zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen
sixteen seventeen eighteen nineteen
"""
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
_MONTH_NAMES = """
january february march april may june july august september october november december
"""

_WORDS = {word: number for number, word in enumerate(_SMALL.split())} | {
    word: 10 * number for number, word in enumerate(_TENS.split(), 2)
}
_LARGE = ("hundred", "thousand", "million", "billion")
_SCALES = {
    "hundred": 100, "thousand": 1_000, "million": 10**6, "billion": 10**9, "trillion": 10**12,
    "万亿": 10**12, "千亿": 10**11, "百亿": 10**10, "十亿": 10**9, "亿": 10**8,
    "千万": 10**7, "百万": 10**6, "十万": 10**5, "万": 10**4, "千": 1_000, "百": 100,
}  # fmt: skip
_HAN_DIGITS = {digit: value for value, digit in enumerate("零一二三四五六七八九")} | {
    "〇": 0,
    "两": 2,
}
_HAN_SCALES = {"十": 10, "百": 100, "千": 1_000}
_HAN_GROUPS = {"万", "亿"}
_MONTHS = {name: f"m{number}" for number, name in enumerate(_MONTH_NAMES.split(), 1)}

_UNITS = {
    "%": "%", "percent": "%", "per cent": "%", "percentage": "%", "‰": "‰",
    "km": "km", "kilometre": "km", "kilometer": "km", "公里": "km", "千米": "km",
    "m": "m", "metre": "m", "meter": "m", "米": "m", "mile": "mi", "英里": "mi",
    "foot": "ft", "feet": "ft", "ft": "ft", "英尺": "ft",
    "kg": "kg", "kilogram": "kg", "公斤": "kg", "千克": "kg",
    "tonne": "t", "ton": "t", "吨": "t", "pound": "lb", "磅": "lb",
    "hour": "h", "小时": "h", "minute": "min", "分钟": "min", "second": "s", "秒": "s",
    "day": "d", "天": "d", "week": "wk", "周": "wk", "month": "mo", "个月": "mo",
    "kw": "kW", "kilowatt": "kW", "千瓦": "kW", "mw": "MW", "megawatt": "MW", "兆瓦": "MW",
    "gw": "GW", "gigawatt": "GW", "吉瓦": "GW", "kwh": "kWh", "kilowatt hour": "kWh",
    "kilowatt-hour": "kWh", "千瓦时": "kWh", "mwh": "MWh", "megawatt hour": "MWh",
    "megawatt-hour": "MWh", "兆瓦时": "MWh",
    "dollar": "$", "美元": "$", "euro": "€", "欧元": "€", "yuan": "¥", "元": "¥",
    "°c": "°C", "℃": "°C", "摄氏度": "°C", "°f": "°F",
}  # fmt: skip
_MONEY = {"$": "$", "€": "€", "£": "£", "¥": "¥", "￥": "¥"}

_LATIN_UNITS = sorted((u for u in _UNITS if u.isascii() and u != "%"), key=len, reverse=True)
_OTHER_UNITS = sorted((u for u in _UNITS if u not in _LATIN_UNITS), key=len, reverse=True)
_UNIT = rf"(?:(?:{'|'.join(_LATIN_UNITS)})s?\b|{'|'.join(_OTHER_UNITS)})"
_FIGURE = r"\d{1,30}(?!\d)(?:\.\d{1,30}(?!\d))?"
"""A longer row of digits counts nothing, and Python refuses to print very long numbers."""
_SCALE = "|".join(sorted(_SCALES, key=len, reverse=True))
_ARABIC = re.compile(
    rf"(?P<money>[$€£¥])?[ ]?(?<![A-Za-z\d.])(?<![A-Za-z]-)(?P<number>{_FIGURE})"
    rf"(?:(?:st|nd|rd|th|s)\b)?(?:[ -]?(?P<scale>{_SCALE}))?(?:[ -]?(?P<unit>{_UNIT}))?",
    re.IGNORECASE,
)
_IN_WORDS = re.compile(
    rf"\b(?:{'|'.join(sorted(_WORDS, key=len, reverse=True))})\b"
    rf"(?:[ -](?:and )?(?:{'|'.join([*_WORDS, *_LARGE])})\b){{0,11}}"
    rf"(?:[ -](?P<unit>{_UNIT}))?",
    re.IGNORECASE,
)
_HAN_SIGN = "[零〇一二三四五六七八九十百千万亿两]"
_HAN_NUMBER = re.compile(
    rf"(?P<share>百分之)?(?<!{_HAN_SIGN})(?P<number>{_HAN_SIGN}{{1,30}})(?!{_HAN_SIGN})"
    rf"(?P<unit>{'|'.join(u for u in _OTHER_UNITS if len(u) < 4)})?"
)
_COUNTED = frozenset("个年月日条种倍次章节页人家座台届岁元米吨天周期代批项名位")
"""A single Han digit is a number before one of these, and behind 第; elsewhere it is a word."""
_THOUSANDS = re.compile(r"(?<=\d)[,，](?=\d{3}(?!\d))")
_MONTH = re.compile(rf"\b(?:{'|'.join(_MONTHS)})\b")
_ISO_MONTH = re.compile(r"\b\d{4}[-/](\d{1,2})\b|(?<!\d)(\d{1,2})月(?!个)")
_ROUGHLY = re.compile(
    r"\b(?:about|around|roughly|approximately|nearly|almost|some|over|more than|at least|circa)\b"
    r"|约|大概|大致|近|将近|左右|上下|超过|余|多"
)

ROUGH_SHARE = Decimal("0.05")
"""`About 40 %` for 38.6 is fair, for 35 it is not."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number with its unit; what is written in different ways is equal."""

    value: str
    """Decimal without trailing zeros; a month named in words is `m1` to `m12`."""
    unit: str = ""
    """Empty where none that we know follows."""


def quantities(text: str) -> frozenset[Quantity]:
    """All numbers of a text but `one`, which is mostly an article."""
    flat = _THOUSANDS.sub("", composed(text))
    found = {*_arabic(flat), *_in_han(flat)}
    lower = flat.lower()
    found.update(_in_words(lower))
    found.update(Quantity(_MONTHS[name]) for name in _MONTH.findall(lower) if name != "may")
    if "May" in flat:
        found.update(Quantity("m5") for _ in re.findall(r"\bMay\b(?= \d|,? of|\Z)|\d May\b", flat))
    return frozenset(found)


def stated(text: str) -> frozenset[Quantity]:
    """The quantities of a text, each month in words and in figures: what it may be cited for."""
    found = set(quantities(text))
    figures = (first or second for first, second in _ISO_MONTH.findall(text))
    named = {int(quantity.value[1:]) for quantity in found if quantity.value.startswith("m")}
    for number in {*(n for n in map(int, figures) if 1 <= n <= 12), *named}:
        found |= {Quantity(f"m{number}"), Quantity(str(number))}
    return frozenset(found)


def is_unit(word: str) -> bool:
    """Whether a word is a sign or a name of a unit, as in `240 MW`."""
    return word.lower() in _UNITS


def is_rough(text: str) -> bool:
    """Whether a text says of its numbers that they are not exact."""
    return bool(_ROUGHLY.search(text.lower()))


def missing(
    wanted: frozenset[Quantity], have: frozenset[Quantity], *, rough: bool = False
) -> list[Quantity]:
    """The quantities that are not there: another value, or the value with another known unit.

    `rough` accepts a value within 5 per cent.
    """
    units: dict[str, set[str]] = {}
    for quantity in have:
        units.setdefault(quantity.value, set()).add(quantity.unit)
    return [
        quantity
        for quantity in wanted
        if not _is_there(quantity, units) and not (rough and _is_near(quantity, units))
    ]


def _is_there(quantity: Quantity, units: dict[str, set[str]]) -> bool:
    there = units.get(quantity.value)
    if there is None:
        return False
    return not quantity.unit or "" in there or quantity.unit in there


def _is_near(quantity: Quantity, units: dict[str, set[str]]) -> bool:
    wanted = _decimal(quantity.value)
    if not wanted:
        return False
    others = (_decimal(value) for value in units)
    return any(other and abs(other - wanted) <= ROUGH_SHARE * abs(wanted) for other in others)


def _arabic(text: str) -> Iterator[Quantity]:
    for match in _ARABIC.finditer(text):
        value = Decimal(match["number"])
        if match["scale"]:
            value *= _SCALES[match["scale"].lower()]
        money = _MONEY.get(match["money"] or "", "")
        yield Quantity(_canonical(value), money or _unit(match["unit"]))


def _in_words(lower: str) -> Iterator[Quantity]:
    for match in _IN_WORDS.finditer(lower):
        words = re.findall(r"[a-z]+", match[0])
        value = _english(tuple(words))
        if value != 1:
            yield Quantity(str(value), _unit(match["unit"]))


def _in_han(text: str) -> Iterator[Quantity]:
    for match in _HAN_NUMBER.finditer(text):
        digits = match["number"]
        after = text[match.end("number") : match.end("number") + 1]
        before = text[match.start() - 1 : match.start()]
        alone = len(digits) == 1 and not match["share"]
        if before.isdigit() or (alone and not _is_counted(digits, before, after)):
            continue
        value = _han_value(digits)
        if value is not None:
            yield Quantity(str(value), "%" if match["share"] else _unit(match["unit"]))


def _is_counted(digit: str, before: str, after: str) -> bool:
    return digit in _HAN_DIGITS and (before == "第" or (after in _COUNTED and digit != "一"))


def _english(words: tuple[str, ...]) -> int:
    total = part = 0
    for word in words:
        if word in _WORDS:
            part += _WORDS[word]
        elif word == "hundred":
            part = (part or 1) * 100
        elif word in _SCALES:
            total += (part or 1) * _SCALES[word]
            part = 0
    return total + part


@lru_cache(maxsize=4096)
def _han_value(digits: str) -> int | None:
    """The value of Chinese numerals: 二十三, 两千零四, 三亿五千万, 二〇二四."""
    if all(digit in _HAN_DIGITS for digit in digits):
        return int("".join(str(_HAN_DIGITS[digit]) for digit in digits))
    if digits[0] in _HAN_GROUPS or not (set(digits) & {*_HAN_DIGITS, "十"}):
        return None  # 千万, 百亿 without a digit: an expression, or the scale of another number
    total = group = digit = 0
    for sign in digits:
        if sign in _HAN_DIGITS:
            digit = _HAN_DIGITS[sign]
        elif sign in _HAN_SCALES:
            group += (digit or 1) * _HAN_SCALES[sign]
            digit = 0
        elif sign == "万":
            total += (group + digit) * 10**4
            group = digit = 0
        else:
            total = (total + group + digit) * 10**8
            group = digit = 0
    return total + group + digit


def _unit(written: str | None) -> str:
    name = (written or "").lower()
    return _UNITS.get(name) or _UNITS.get(name.removesuffix("s"), "")


def _canonical(value: Decimal) -> str:
    return format(value.normalize(), "f")


def _decimal(value: str) -> Decimal | None:
    try:
        return Decimal(value)
    except InvalidOperation:
        return None
