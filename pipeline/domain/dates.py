"""Days and months as texts write them: 5 March, March 5th, 3月5日, 2024-03-05."""

import re
from collections.abc import Sequence

from pipeline.domain.numerals import value_of

_NAMES = """
january february march april may june july august september october november december
"""
MONTHS = _NAMES.split()

_SHORT = [name[:3] for name in MONTHS]
_MONTH = rf"(?P<month>{'|'.join(MONTHS)}|(?:{'|'.join(_SHORT)}|sept)\b\.?)"
_DAY = (
    r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
    r"(?:\s?(?:[-–—]|to|and)\s?(?P<last>\d{1,2})(?:st|nd|rd|th)?)?"
)
_HAN_NUMBER = r"(?:\d{1,2}|[一二三四五六七八九十]{1,3})"

ISO_DATE = re.compile(
    r"(?<![\d/.-])(?P<year>[12]\d{3})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})(?![\d/-])"
)
HAN_DATE = re.compile(
    rf"(?<!\d)(?P<month>{_HAN_NUMBER}|元)月(?P<day>{_HAN_NUMBER})"
    rf"(?:[日号]?\s?[-–—~～至到和、]\s?(?P<last>{_HAN_NUMBER})[日号]|[日号])"
)
HAN_MONTH = re.compile(rf"(?<!\d)(?P<month>{_HAN_NUMBER}|元)月(?!个)")
MONTH_FIRST = re.compile(rf"\b{_MONTH} {_DAY}\b(?![:%]|\.\d)", re.IGNORECASE)
DAY_FIRST = re.compile(rf"(?<![\d.]){_DAY}(?: of)? {_MONTH}\b", re.IGNORECASE)


def date_of(match: re.Match[str]) -> Sequence[str]:
    """Each day as `m3d5`, and the year where the match has one; nothing for 31/31."""
    parts = match.groupdict()
    month = _month(parts["month"])
    days = [value_of(each) for each in (parts["day"], parts.get("last")) if each]
    if month is None or any(each is None or not 1 <= each <= 31 for each in days):
        return ()
    year = [parts["year"]] if parts.get("year") else []
    return [*(f"m{month}d{each}" for each in days), *year]


def month_of(match: re.Match[str]) -> Sequence[str]:
    """The month as `m3`."""
    month = _month(match["month"])
    return () if month is None else (f"m{month}",)


def parts_of_day(value: str) -> tuple[str, str] | None:
    """Of `m3d5` the month `m3` and the day `5`."""
    month, mark, day = value.partition("d")
    return (month, day) if mark else None


def _month(written: str) -> int | None:
    if written[:3].lower() in _SHORT:
        is_verb = written in {"may", "mar", "march"}
        return None if is_verb else _SHORT.index(written[:3].lower()) + 1
    value = value_of("一" if written == "元" else written)
    return int(value) if value is not None and 1 <= value <= 12 else None
