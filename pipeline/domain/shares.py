"""Shares of a whole (two thirds, 三成, half, 1/3) and ratios (3:1, 三比一), as texts write them."""

import re
from collections.abc import Sequence
from decimal import Decimal

from pipeline.domain.measures import HAN_UNIT, UNIT, unit_of
from pipeline.domain.numerals import FIGURE, HAN_FIGURE, HAN_SIGN, SCALES, WORDS, value_of

Found = Sequence[tuple[str, str]]
"""Values with their units."""

SHARE_DIGITS = 4
"""Decimals of a share in per cent that does not come out even, as a third."""

_PARTS = {
    "third": 3, "quarter": 4, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8,
    "ninth": 9, "tenth": 10,
}  # fmt: skip
_HAN_WHOLES = {"百": Decimal(100), "千": Decimal(1_000), "万": Decimal(10_000)}
_NUMBER = rf"(?:{FIGURE}|{HAN_FIGURE}(?:点[零〇一二三四五六七八九]{{1,6}})?)"
_FEW = "two|three|four|five|six|seven|eight|nine"
_PART = "|".join(_PARTS)
_VERBS = "said|says?|were|was|are|is|have|had|has"
_GOES_ON = rf"(?=\s*(?:[,.;)]|$)|\s+(?:of|the|as|more|less|fewer|{_VERBS})\b)"
_NO_SHARE = "为立功就员长熟果本语型形都品绩套对交"
"""成 before one of these is part of a word: 一成为, 三成员."""

OF_HAN = re.compile(rf"(?P<whole>[百千万]|{_NUMBER})分之(?P<part>百|{_NUMBER})")
TENTHS = re.compile(
    rf"(?<!{HAN_SIGN})(?<![\d.])(?P<part>[一二三四五六七八九两]|\d(?:\.\d)?)成"
    rf"(?P<more>[半一二三四五六七八九])?(?![{_NO_SHARE}]|不变)"
)
HAN_HALF = re.compile(
    rf"一半(?!径)|半数|过半|(?<![上下前后大多])半个?(?P<unit>{HAN_UNIT}|年(?!代))"
)
SOME_PARTS = re.compile(rf"\b(?P<number>{_FEW})[ -](?P<part>{_PART})s\b", re.IGNORECASE)
ONE_PART = re.compile(
    rf"\b(?:one[ -](?P<one>{_PART})\b|an? (?P<part>{_PART})\b{_GOES_ON})", re.IGNORECASE
)
HALF = re.compile(
    r"(?<!first )(?<!second )(?<!other )(?<!latter )(?<!former )(?<!and a )(?<![\w-])half"
    rf"(?:[ -](?:an? )?(?P<unit>{UNIT}))?(?![ -]?(?:an? )?(?:million|billion)\b)(?![\w-])",
    re.IGNORECASE,
)
OF_LARGE = re.compile(
    r"\b(?P<part>half|a quarter|three quarters)(?: of)? an? (?P<scale>million|billion|trillion)\b",
    re.IGNORECASE,
)
SIGNS = re.compile(
    r"(?<![\d/.⁄])(?:(?P<more>\d{1,4}) (?=\d⁄))?(?P<part>\d{1,2})[/⁄](?P<whole>\d{1,3})"
    rf"(?![\d/⁄.]|-\d)(?:[ -](?:of an? )?(?P<unit>{UNIT}))?",
    re.IGNORECASE,
)
COUNTED = re.compile(
    rf"\b(?P<part>(?:one|1)(?= in)|(?:{_FEW}|\d{{1,2}})(?= out of)) (?:in|out of) "
    rf"(?:every )?(?P<whole>{_FEW}|ten|\d{{1,2}})\b",
    re.IGNORECASE,
)
RATIO = re.compile(
    rf"(?<![\d.:：])(?P<one>{_NUMBER})(?:\s?[:：∶]\s?|比)(?P<other>{_NUMBER})(?![\d:：])"
)
_TIME = re.compile(r"\d{1,2}[:：]\d\d")
_RATIO_IN_WORDS = re.compile(
    rf"\b(?P<one>one|{_FEW}|ten|\d{{1,3}})(?: to |-)(?P<other>one|{_FEW}|ten|\d{{1,3}})\b",
    re.IGNORECASE,
)
_TO = re.compile(r" to (?=one|two|t|f|s|e|n|\d)|(?<=\d)-(?=\d)")
LONGEST_NUMBER = 5
"""Letters of `three`."""


def plain(value: Decimal) -> str:
    """A decimal without trailing zeros and without an exponent."""
    return format(value.normalize(), "f")


def is_inexact(value: str) -> bool:
    """Whether a share did not come out even: a third is nearly 33 per cent."""
    return len(value.partition(".")[2]) == SHARE_DIGITS


def of_han(match: re.Match[str]) -> Found:
    whole = _HAN_WHOLES.get(match["whole"])
    part = Decimal(100) if match["part"] == "百" else value_of(match["part"])
    return _share(part, whole or value_of(match["whole"]) or Decimal(0), above=whole is not None)


def of_tenths(match: re.Match[str]) -> Found:
    none = Decimal(0)
    more = Decimal(5) if match["more"] == "半" else value_of(match["more"] or "零") or none
    return _share(10 * (value_of(match["part"]) or none) + more, Decimal(100))


def of_half(match: re.Match[str]) -> Found:
    return [("0.5", unit_of(match["unit"]))] if match["unit"] else [("50", "%")]


def of_large(match: re.Match[str]) -> Found:
    part = {"half": "0.5", "a quarter": "0.25"}.get(match["part"].lower(), "0.75")
    return [(plain(Decimal(part) * SCALES[match["scale"].lower()]), "")]


def of_parts(match: re.Match[str]) -> Found:
    name = match["part"] or match["one"]
    number = WORDS[match["number"].lower()] if "number" in match.groupdict() else 1
    return _share(Decimal(number), Decimal(_PARTS[name.lower()]))


def of_signs(match: re.Match[str]) -> Found:
    part, whole = Decimal(match["part"]), Decimal(match["whole"])
    if not whole or (part >= whole and not match["more"]):
        return []
    if match["more"] or match["unit"]:
        return [(plain(Decimal(match["more"] or 0) + part / whole), unit_of(match["unit"]))]
    return _share(part, whole)


def of_counted(match: re.Match[str]) -> Found:
    part, whole = value_of(match["part"]), value_of(match["whole"])
    return _share(part, whole) if part and whole and part < whole else []


def of_ratio(match: re.Match[str]) -> Found:
    one, other = value_of(match["one"]), value_of(match["other"])
    if one is None or other is None or _TIME.fullmatch(match[0]):
        return []
    return [(f"{plain(one)}:{plain(other)}", "")]


def ratios_in_words(text: str) -> list[re.Match[str]]:
    """What may be one: three to one, 3-1. Mostly it is a span; only a passage may be read so."""
    places = (max(0, match.start() - LONGEST_NUMBER) for match in _TO.finditer(text))
    found = (_RATIO_IN_WORDS.search(text, place, place + 4 * LONGEST_NUMBER) for place in places)
    return [match for match in found if match]


def _share(part: Decimal | None, whole: Decimal, *, above: bool = False) -> Found:
    """`above`: more than the whole is a share, too, as 百分之一百二十 is."""
    if part is None or not whole or (part > whole and not above):
        return []
    return [(plain(round(100 * part / whole, SHARE_DIGITS)), "%")]
