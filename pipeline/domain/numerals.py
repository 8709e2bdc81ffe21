"""Numbers that are written in words: twenty-three, 二十三, 三点五."""

from decimal import Decimal
from functools import lru_cache

_SMALL = """
zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen
sixteen seventeen eighteen nineteen
"""
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"

WORDS = {word: number for number, word in enumerate(_SMALL.split())} | {
    word: 10 * number for number, word in enumerate(_TENS.split(), 2)
}
LARGE = ("hundred", "thousand", "million", "billion")
SCALES = {
    "hundred": 100, "thousand": 1_000, "million": 10**6, "billion": 10**9, "trillion": 10**12,
    "万亿": 10**12, "千亿": 10**11, "百亿": 10**10, "十亿": 10**9, "亿": 10**8,
    "千万": 10**7, "百万": 10**6, "十万": 10**5, "万": 10**4, "千": 1_000, "百": 100,
}  # fmt: skip
HAN_DIGITS = {digit: value for value, digit in enumerate("零一二三四五六七八九")} | {
    "〇": 0,
    "两": 2,
}
_HAN_SCALES = {"十": 10, "百": 100, "千": 1_000}
_HAN_GROUPS = {"万", "亿"}

HAN_SIGN = "[零〇一二三四五六七八九十百千万亿两]"
HAN_FIGURE = rf"(?<!{HAN_SIGN}){HAN_SIGN}{{1,30}}(?!{HAN_SIGN})"
"""A longer row of signs counts nothing: it is a line."""
FIGURE = r"\d{1,30}(?!\d)(?:\.\d{1,30}(?!\d))?"
"""A longer row of digits counts nothing, and Python refuses to print very long numbers."""


def english_value(words: tuple[str, ...]) -> int:
    total = part = 0
    for word in words:
        if word in WORDS:
            part += WORDS[word]
        elif word == "hundred":
            part = (part or 1) * 100
        elif word in SCALES:
            total += (part or 1) * SCALES[word]
            part = 0
    return total + part


@lru_cache(maxsize=4096)
def han_value(digits: str) -> int | None:
    """The value of Chinese numerals: 二十三, 两千零四, 三亿五千万, 二〇二四."""
    if all(digit in HAN_DIGITS for digit in digits):
        return int("".join(str(HAN_DIGITS[digit]) for digit in digits))
    if digits[0] in _HAN_GROUPS or not (set(digits) & {*HAN_DIGITS, "十"}):
        return None  # 千万, 百亿 without a digit: an expression, or the scale of another number
    total = group = digit = 0
    for sign in digits:
        if sign in HAN_DIGITS:
            digit = HAN_DIGITS[sign]
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


def value_of(written: str) -> Decimal | None:
    """The value of figures, of Chinese numerals with a point (三点五), or of an English word."""
    if written[:1].isdigit():
        return Decimal(written)
    if written.lower() in WORDS:
        return Decimal(WORDS[written.lower()])
    whole, _, decimals = written.partition("点")
    value = han_value(whole) if whole else None
    if value is None:
        return None
    digits = "".join(str(HAN_DIGITS[digit]) for digit in decimals)
    return Decimal(f"{value}.{digits or 0}")
