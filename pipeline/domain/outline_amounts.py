"""Amounts at the beginning of a title, which are no numbers of sections."""

import re
from collections.abc import Collection, Iterable

_UNIT = (
    r"(?:°|℃|℉|%|‰|(?:[kMGTmµn]?(?:Hz|Pa|eV)|[kMGTmµ](?:Wh?|B|V)|[kcmµn]?m[²³]?|[kmµ]?g|[kMG]bps|dB|"
    r"degrees?|(?:kilo)?met(?:er|re)s?|miles?|tons?|tonnes?|hours?|days?|weeks?|months?|years?|times|"
    r"percent|per cent|thousand|million|billion|trillion|dollars?|euros?)"
    r"(?=[\s,;:，。、/^)-]|$)|(?:万亿?|亿)(?=[\s,，。、元吨人个次辆台户千公平立美欧日港]|$)|"
    r"公里|千瓦|兆瓦|摄氏度|百分点)"
)
_AMOUNT = re.compile(rf"^\d+\.\d+\s+{_UNIT}")
_PLACE = re.compile(r"^(\d{1,4})(?:\.(\d{1,4}))?(?=[\s.、)）])")


def amounts_in(texts: Iterable[str]) -> frozenset[str]:
    """Which lines or titles begin with an amount, such as "2.4 GHz networks".

    A number that goes on from one before it, or begins a count, is none: "1.3 Times" below 1.2.
    """
    texts = list(texts)
    places = [
        (int(found[1]), int(found[2] or 0)) if (found := _PLACE.match(text)) else None
        for text in texts
    ]
    goes_on = {chapter for chapter, number in filter(None, places) if number == 2}
    counted: set[tuple[int, int]] = set()
    amounts: set[str] = set()
    for text, place in zip(texts, places, strict=True):
        if _AMOUNT.match(text) and not (place and _is_counted(place, counted, goes_on)):
            amounts.add(text)
        elif place:
            counted.add(place)
    return frozenset(amounts)


def _is_counted(
    place: tuple[int, int], before: Collection[tuple[int, int]], goes_on: Collection[int]
) -> bool:
    chapter, number = place
    return (chapter, number - 1) in before or (number == 1 and chapter in goes_on)
