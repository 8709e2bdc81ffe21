"""Numbers as a spreadsheet shows them: percent, currency, digits, by the code of their format."""

import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, localcontext
from functools import lru_cache
from math import isfinite

SHOWN_DIGITS = 15
"""As spreadsheets show them: the sum of 0.1 and 0.2 is 0.3."""

LONGEST_CODE = 255
"""What a spreadsheet takes; a longer one is an attack."""

MOST_DIGITS = 400
"""The largest number that a cell can hold has 309."""

BUILT_IN = {
    1: "0",
    2: "0.00",
    3: "#,##0",
    4: "#,##0.00",
    9: "0%",
    10: "0.00%",
    37: "#,##0;(#,##0)",
    38: "#,##0;(#,##0)",
    39: "#,##0.00;(#,##0.00)",
    40: "#,##0.00;(#,##0.00)",
}
"""Codes that a file names by number; those of dates and of a country's currency are not here."""

_TOKEN = re.compile(
    r"""
    "(?P<quoted>[^"]*)"            # "元"
    | [\\!](?P<escaped>.)
    | [_*].                        # the width of a character, or a filling
    | \[\$(?P<symbol>[^\]-]*)[^\]]*\]  # [$€-407]
    | \[(?:[A-Za-z]+\d*)\]         # a colour
    | (?P<digits>General|G/通用格式|[0#?][0#?,]*(?:\.[0#?]*)?|\.[0#?]+)(?P<scale>,*)
    | (?P<percent>%)
    | (?P<plain>[-+ ()$¥￥€£:<>=~{}'^&])
    """,
    re.VERBOSE,
)
_SEMICOLON = re.compile(r'(?:"[^"]*"|[\\!_*].|\[[^\]]*\]|[^;"\\!_*\[])*')
_GENERAL = ("General", "G/通用格式")


@dataclass(frozen=True, slots=True)
class _Section:
    """How numbers of one sign are written."""

    before: str
    after: str
    digits: str
    hundredfold: int
    thousandths: int


def plain(value: float) -> str:
    """The number without a format."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return f"{value:.{SHOWN_DIGITS}g}"


def shown(value: float, code: str) -> str:
    """The number as a cell with this format shows it; plain where the format is not understood."""
    sections = _sections(code)
    if not sections or not isfinite(value):
        return plain(value)
    negative, zero = (*sections, None, None)[1:3]
    if value < 0 and negative:
        return _written(abs(value), negative) or plain(value)
    if value == 0 and negative and zero:
        return _written(value, zero) or plain(value)
    text = _written(abs(value), sections[0])
    sign = "-" if value < 0 and any(digit in text for digit in "123456789") else ""
    return f"{sign}{text}" if text else plain(value)


def _written(value: float, section: _Section) -> str:
    if section.digits in _GENERAL:
        number = plain(value)
    elif section.digits:
        number = _in_digits(value, section)
    else:
        number = ""
    return f"{section.before}{number}{section.after}".strip()


def _in_digits(value: float, section: _Section) -> str:
    whole, _, fraction = section.digits.partition(".")
    if value == 0 and "0" not in section.digits:
        return ""
    with localcontext(prec=MOST_DIGITS + LONGEST_CODE, rounding=ROUND_HALF_UP):
        exact = Decimal(f"{value:.{SHOWN_DIGITS}g}")
        scaled = exact.scaleb(2 * section.hundredfold - 3 * section.thousandths)
        rounded = scaled.quantize(Decimal(1).scaleb(-len(fraction)))
    text = f"{rounded:{',' if ',' in whole else ''}f}"
    before, _, after = text.partition(".")
    after = after.rstrip("0").ljust(fraction.count("0"), "0")
    if "," not in whole:
        before = before.rjust(whole.count("0"), "0")
    return f"{before}.{after}" if after else before


@lru_cache(maxsize=1_000)
def _sections(code: str) -> tuple[_Section, ...]:
    """For positive numbers, negative ones and zero; none for a code that is not understood."""
    found: list[_Section] = []
    start = 0
    while len(code) <= LONGEST_CODE and start <= len(code) and len(found) < 3:
        match = _SEMICOLON.match(code, start)
        section = _section(match.group()) if match else None
        if match is None or section is None:
            return ()
        found.append(section)
        start = match.end() + 1
    return tuple(found)


def _section(code: str) -> _Section | None:
    before, after, digits = "", "", ""
    hundredfold = thousandths = at = 0
    while at < len(code):
        token = _TOKEN.match(code, at)
        if token is None or (token["digits"] and digits):
            return None
        at = token.end()
        digits = digits or token["digits"] or ""
        hundredfold += token["percent"] is not None
        thousandths += len(token["scale"] or "")
        said = "".join(
            token[name] or "" for name in ("quoted", "escaped", "symbol", "percent", "plain")
        )
        if digits:
            after += said
        else:
            before += said
    if digits and digits not in _GENERAL:
        trimmed = digits.rstrip(",")
        thousandths += len(digits) - len(trimmed)
        digits = trimmed
    return _Section(before, after, digits, hundredfold, thousandths)
