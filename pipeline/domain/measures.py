"""Units as they stand behind a figure, in English and Chinese, and the sign of each."""

import re

_NAMES = {
    "%": "%|percent|per cent|percentage",
    "‰": "‰",
    "pp": "percentage point|个百分点|百分点",
    "km": "km|kilometre|kilometer|公里|千米",
    "m": "m|metre|meter|米",
    "cm": "cm|centimetre|centimeter|厘米",
    "mm": "mm|millimetre|millimeter|毫米",
    "μm": "μm|micrometre|micrometer|micron|微米",
    "nm": "nm|nanometre|nanometer|纳米",
    "mi": "mile|英里",
    "ft": "foot|feet|ft|英尺",
    "km²": "km2|km^2|sq km|square kilometre|square kilometer|平方公里|平方千米",
    "m²": "m2|m^2|sq m|square metre|square meter|平方米",
    "m³": "m3|m^3|cubic metre|cubic meter|立方米",
    "ha": "ha|hectare|公顷",
    "acre": "acre|英亩",
    "亩": "亩",
    "t": "tonne|ton|吨",
    "kg": "kg|kilogram|公斤|千克",
    "g": "g|gram|gramme|克",
    "mg": "mg|milligram|milligramme|毫克",
    "μg": "μg|mcg|microgram|微克",
    "lb": "pound|磅",
    "L": "l|litre|liter|升",
    "mL": "ml|millilitre|milliliter|毫升",
    "yr": "year",
    "mo": "month|个月",
    "wk": "week|周",
    "d": "day|天",
    "h": "hour|小时",
    "min": "minute|分钟",
    "s": "second|秒",
    "ms": "ms|millisecond|毫秒",
    "km/h": "km/h|kph|公里每小时",
    "m/s": "m/s|米每秒",
    "W": "w|watt|瓦",
    "kW": "kw|kilowatt|千瓦",
    "MW": "mw|megawatt|兆瓦",
    "GW": "gw|gigawatt|吉瓦",
    "kWh": "kwh|kilowatt hour|kilowatt-hour|千瓦时",
    "MWh": "mwh|megawatt hour|megawatt-hour|兆瓦时",
    "V": "v|volt|伏",
    "kV": "kv|kilovolt|千伏",
    "Hz": "hz|hertz|赫兹",
    "kHz": "khz|kilohertz|千赫",
    "MHz": "mhz|megahertz|兆赫",
    "GHz": "ghz|gigahertz|吉赫",
    "KB": "kb|kilobyte",
    "MB": "mb|megabyte",
    "GB": "gb|gigabyte",
    "TB": "tb|terabyte",
    "$": "dollar|美元",
    "€": "euro|欧元",
    "£": "英镑",
    "¥": "yuan|元",
    "°C": "°c|℃|degree celsius|degrees celsius|degree c|degrees c|摄氏度",
    "°F": "°f|degree fahrenheit|degrees fahrenheit|华氏度",
}
_UNITS = {name: sign for sign, names in _NAMES.items() for name in names.split("|")}
_BY_LENGTH = sorted(_UNITS, key=len, reverse=True)
_LATIN = [name for name in _BY_LENGTH if name.isascii() and name != "%"]
_OTHER = [name for name in _BY_LENGTH if name not in _LATIN]

UNIT = rf"(?:(?:{'|'.join(map(re.escape, _LATIN))})s?\b(?!\^)|{'|'.join(_OTHER)})"
"""A pattern, for text in NFKC, whatever its case."""

HAN_UNIT = "|".join(name for name in _OTHER if name not in {"%", "‰"})


def unit_of(written: str | None) -> str:
    """The sign of a unit; nothing for one that is not known."""
    name = (written or "").lower()
    return _UNITS.get(name) or _UNITS.get(name.removesuffix("s"), "")


def is_unit(word: str) -> bool:
    """Whether a word is a sign or a name of a unit, as in `240 MW`."""
    return word.lower() in _UNITS
