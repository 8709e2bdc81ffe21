"""Numbers in a text, however they are written: 23, twenty-three, 二十三, two thirds, 3月5日."""

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import NamedTuple

from pipeline.domain import dates, shares
from pipeline.domain.language import composed
from pipeline.domain.measures import HAN_UNIT, UNIT, unit_of
from pipeline.domain.numerals import (
    FIGURE,
    HAN_DIGITS,
    HAN_SIGN,
    LARGE,
    SCALES,
    WORDS,
    english_value,
    value_of,
)

_MONTHS = {name: f"m{number}" for number, name in enumerate(dates.MONTHS, 1)}
_MONEY = {"$": "$", "€": "€", "£": "£", "¥": "¥", "￥": "¥"}
_SCALE = "|".join(sorted(SCALES, key=len, reverse=True))
_BELOW = r"(?P<below>(?: degrees?)? below (?:zero|freezing)\b)?"
_ARABIC = re.compile(
    rf"(?P<number>{FIGURE})"
    rf"(?:(?:st|nd|rd|th|s)\b)?(?:[ -]?(?P<scale>{_SCALE}))?(?:[ -]?(?P<unit>{UNIT}))?"
    rf"(?P<years>年(?![代级度\d]))?{_BELOW}",
    re.IGNORECASE,
)
_IN_WORDS = re.compile(
    rf"\b(?P<number>(?:{'|'.join(sorted(WORDS, key=len, reverse=True))})\b"
    rf"(?:[ -](?:and )?(?:{'|'.join([*WORDS, *LARGE])})\b){{0,11}})(?P<half> and a half\b)?"
    rf"(?:[ -](?P<unit>{UNIT}))?{_BELOW}",
    re.IGNORECASE,
)
_NUMBER_WORDS = frozenset(WORDS)
_LETTERS = re.compile("[a-z]+")
_HAN_NUMBER = re.compile(
    rf"(?P<number>{HAN_SIGN}{{1,30}})(?!{HAN_SIGN})"
    rf"(?P<decimals>点[零〇一二三四五六七八九]{{1,6}}(?!刻))?"
    rf"(?P<unit>{HAN_UNIT})?(?P<years>年(?![代级度]))?"
)
_PART_OF_A_NAME = re.compile(r"[A-Za-z\d.]$|[A-Za-z]-$")
_MONEY_BEFORE = re.compile(r"([$€£¥]) ?$")
_BELOW_ZERO = re.compile(r"(?:\bminus |零下 ?|(?<!正)负|−|(?<![\w)%\]])-)[$€£¥]?$", re.IGNORECASE)
_HYPHEN_BEFORE = re.compile(r"(?<![A-Za-z\d)%\]])-$")
_GOES_ON = re.compile(rf"(?:\d|{HAN_SIGN})$")
BEFORE = 8
"""Characters before a figure that may belong to it: `minus $`, 零下."""
_COUNTED = frozenset("个年月日条种倍次章节页人家座台届岁元米吨天周期代批项名位")
"""A single Han digit is a number before one of these, and behind 第; elsewhere it is a word."""
_THOUSANDS = re.compile(r"(?<=\d)[,，](?=\d{3}(?!\d))")
_CHANGES = frozenset("%$€£¥")
"""Units in which -5 may be told as a loss of 5."""
_MIXED = re.compile("(?<=\\d)(?=[¼-¾⅐-⅞])")
_MONTH = re.compile(rf"\b(?:{'|'.join(_MONTHS)})\b")
_ISO_MONTH = re.compile(r"\b\d{4}[-/](\d{1,2})\b")
_ROUGHLY = re.compile(
    r"\b(?:about|around|roughly|approximately|nearly|almost|some|over|more than|at least|circa)\b"
    r"|约|大概|大致|近|将近|左右|上下|超过|余|多"
)

MOST_YEARS = 1_000
"""A higher number before 年 says which year, and not how many."""

ROUGH_SHARE = Decimal("0.05")
"""`About 40 %` for 38.6 is fair, for 35 it is not."""


UNEVEN_SHARE = Decimal("0.015")
"""A third is 33 per cent, and 67 per cent are two thirds."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number with its unit; what is written in different ways is equal."""

    value: str
    """Decimal without trailing zeros; a month `m1` to `m12`, a day `m3d5`, a ratio `3:1`."""
    unit: str = ""
    """Empty where none that we know follows."""


def quantities(text: str) -> frozenset[Quantity]:
    """All numbers of a text but `one`, which is mostly an article."""
    flat = _flat(text)
    rest, found = _in_forms(flat, flat.lower())
    found.update(_arabic(rest), _in_han(rest))
    lower = rest.lower()
    found.update(_in_words(lower))
    found.update(Quantity(_MONTHS[name]) for name in _MONTH.findall(lower) if name != "may")
    if "May" in rest:
        found.update(Quantity("m5") for _ in re.findall(r"\bMay\b(?= \d|,? of|\Z)|\d May\b", rest))
    return frozenset(found)


def stated(text: str) -> frozenset[Quantity]:
    """What a text may be cited for: its quantities, and what they may stand for.

    A month in words and in figures, the parts of a date, a ratio and a fraction, a loss without
    its sign.
    """
    flat = _flat(text)
    found = set(quantities(text))
    for match in shares.ratios_in_words(flat):
        found |= {Quantity(value, unit) for value, unit in shares.of_ratio(match)}
    for quantity in tuple(found):
        found |= {Quantity(part) for part in _parts(quantity.value)}
        if quantity.value.startswith("-") and quantity.unit in _CHANGES:
            found.add(Quantity(quantity.value[1:], quantity.unit))
    if "/" in flat or "⁄" in flat:
        found |= {
            Quantity(part) for match in shares.SIGNS.finditer(flat) for part in match.groups()[1:3]
        }
    found |= {Quantity(f"m{int(month)}") for month in _ISO_MONTH.findall(flat)}
    months = {quantity.value[1:] for quantity in found if quantity.value.startswith("m")}
    return frozenset(found | {Quantity(month) for month in months if month.isdigit()})


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
    return [quantity for quantity in wanted if not _is_carried(quantity, units, rough=rough)]


def _is_carried(quantity: Quantity, units: dict[str, set[str]], *, rough: bool) -> bool:
    if _is_there(quantity, units):
        return True
    if parts := dates.parts_of_day(quantity.value):
        has_days = any(dates.parts_of_day(value) for value in units)
        return not has_days and all(part in units for part in parts)
    if rough and _is_near(quantity, units, ROUGH_SHARE):
        return True
    if shares.is_inexact(quantity.value):
        return _is_near(quantity, units, UNEVEN_SHARE)
    uneven = {value: theirs for value, theirs in units.items() if shares.is_inexact(value)}
    return bool(uneven) and _is_near(quantity, uneven, UNEVEN_SHARE)


def _is_there(quantity: Quantity, units: dict[str, set[str]]) -> bool:
    return _fits(quantity, units.get(quantity.value, ()))


def _fits(quantity: Quantity, theirs: Collection[str]) -> bool:
    return bool(theirs) and (not quantity.unit or "" in theirs or quantity.unit in theirs)


def _is_near(quantity: Quantity, units: dict[str, set[str]], share: Decimal) -> bool:
    wanted = _decimal(quantity.value)
    if not wanted:
        return False
    others = (_decimal(value) for value, theirs in units.items() if _fits(quantity, theirs))
    return any(other and abs(other - wanted) <= share * abs(wanted) for other in others)


def _parts(value: str) -> tuple[str, ...]:
    return dates.parts_of_day(value) or tuple(value.split(":") if ":" in value else ())


def _flat(text: str) -> str:
    return _THOUSANDS.sub("", composed(_MIXED.sub(" ", text)))


def _in_forms(text: str, lower: str) -> tuple[str, set[Quantity]]:
    """Numbers in a form of their own, and the text with these blanked.

    So their figures are not read once more: 3:1 states neither 3 nor 1.
    """
    found: set[Quantity] = set()

    def blank(match: re.Match[str]) -> str:
        pairs = form.read(match)
        found.update(Quantity(value, unit) for value, unit in pairs)
        return "|" * len(match[0]) if pairs else match[0]

    for form in _FORMS:
        if any(map(lower.__contains__, form.hints)):
            text = form.pattern.sub(blank, text)
    return text, found


def _arabic(text: str) -> Iterator[Quantity]:
    for match in _ARABIC.finditer(text):
        before = text[max(0, match.start() - BEFORE) : match.start()]
        if before and _PART_OF_A_NAME.search(before):
            continue
        value = Decimal(match["number"])
        if match["scale"]:
            value *= SCALES[match["scale"].lower()]
        money = _MONEY_BEFORE.search(before)
        unit = _MONEY[money[1]] if money else _unit(match, value)
        is_hyphen = before.endswith("-") and unit in {"%", "°C", "°F"}
        is_below = _BELOW_ZERO.search(before) or (is_hyphen and _HYPHEN_BEFORE.search(before))
        yield _quantity(-value if is_below or match["below"] else value, unit)


def _in_words(lower: str) -> Iterator[Quantity]:
    if _NUMBER_WORDS.isdisjoint(_LETTERS.findall(lower)):
        return  # most sentences; a search for each word at each place takes longer
    for match in _IN_WORDS.finditer(lower):
        value = Decimal(english_value(tuple(re.findall(r"[a-z]+", match["number"]))))
        if match["half"]:
            value += Decimal("0.5")
        is_below = match["below"] or lower.endswith("minus ", 0, match.start())
        if value != 1:
            yield _quantity(-value if is_below else value, unit_of(match["unit"]))


def _in_han(text: str) -> Iterator[Quantity]:
    for match in _HAN_NUMBER.finditer(text):
        digits = match["number"]
        before = text[max(0, match.start() - BEFORE) : match.start()]
        is_below = bool(_BELOW_ZERO.search(before))
        is_alone = len(digits) == 1 and not is_below and not match["decimals"]
        after = text[match.end("number") : match.end("number") + 1]
        if is_alone and not _is_counted(digits, before[-1:], after):
            continue
        value = value_of(digits + (match["decimals"] or ""))
        if value is not None and not _GOES_ON.search(before):
            yield _quantity(-value if is_below else value, _unit(match, value))


def _quantity(value: Decimal, unit: str) -> Quantity:
    return Quantity(shares.plain(value), unit)


def _unit(match: re.Match[str], value: Decimal) -> str:
    if match["years"] and not match["unit"]:
        return "yr" if value < MOST_YEARS else ""
    return unit_of(match["unit"])


def _is_counted(digit: str, before: str, after: str) -> bool:
    return digit in HAN_DIGITS and (before == "第" or (after in _COUNTED and digit != "一"))


def _decimal(value: str) -> Decimal | None:
    try:
        return Decimal(value)
    except InvalidOperation:
        return None


class _Form(NamedTuple):
    """A way of writing; each text with it holds one of its hints, in lower case."""

    hints: Sequence[str]
    pattern: re.Pattern[str]
    read: Callable[[re.Match[str]], shares.Found]


def _bare(
    read: Callable[[re.Match[str]], Sequence[str]],
) -> Callable[[re.Match[str]], shares.Found]:
    return lambda match: [(value, "") for value in read(match)]


_MONTH_NAMES = [f"{name[:3]}" for name in _MONTHS]
_PARTS = ("third", "quarter", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
_FORMS: Sequence[_Form] = (
    _Form(("-", "/", "."), dates.ISO_DATE, _bare(dates.date_of)),
    _Form(("月",), dates.HAN_DATE, _bare(dates.date_of)),
    _Form(("月",), dates.HAN_MONTH, _bare(dates.month_of)),
    _Form(_MONTH_NAMES, dates.DAY_FIRST, _bare(dates.date_of)),
    _Form(_MONTH_NAMES, dates.MONTH_FIRST, _bare(dates.date_of)),
    _Form(("分之",), shares.OF_HAN, shares.of_han),
    _Form(("成",), shares.TENTHS, shares.of_tenths),
    _Form(("半",), shares.HAN_HALF, shares.of_half),
    _Form(("illion",), shares.OF_LARGE, shares.of_large),
    _Form(_PARTS, shares.SOME_PARTS, shares.of_parts),
    _Form(_PARTS, shares.ONE_PART, shares.of_parts),
    _Form(("half",), shares.HALF, shares.of_half),
    _Form(("/", "⁄"), shares.SIGNS, shares.of_signs),
    _Form(("one in ", "1 in ", " out of "), shares.COUNTED, shares.of_counted),
    _Form((":", "∶", "比"), shares.RATIO, shares.of_ratio),
)
