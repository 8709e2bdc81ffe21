"""Errors planted in a passage and its sentence together: the two differ in one thing only.

Few texts hold a fraction, a minus sign or a day of a month where one is needed, so the passage gets
one, and the sentence another. None of these is taken from the rules of the check.
"""

import random
import re
from collections.abc import Callable, Mapping, Sequence

from pipeline.domain.documents import Language

Plant = Callable[[str, Language, random.Random], tuple[str, str] | None]
"""The sentence as the passage gets it, and as it is claimed; None where it does not fit."""

_AMOUNT = {
    "en": re.compile(r"\b(?:most|some|many|all|several) (?=[a-z])", re.IGNORECASE),
    "zh": re.compile("大多数|大部分|许多|很多|一些|所有(?!权|者)|多数"),
}
_SHARES: Mapping[Language, Sequence[tuple[str, str]]] = {
    "en": (
        *(("one third of the ", "two thirds of the "), ("half of the ", "a quarter of the ")),
        *(("three quarters of the ", "three fifths of the "), ("20 % of the ", "a third of the ")),
    ),
    "zh": (
        ("三分之一的", "三分之二的"),
        ("三成的", "四成的"),
        ("一半的", "四分之一的"),
        ("七成五的", "七成的"),
    ),
}
_SAME_SHARES: Mapping[Language, Sequence[tuple[str, str]]] = {
    "en": (("half of the ", "50 % of the "), ("a quarter of the ", "25 per cent of the ")),
    "zh": (("三成的", "30%的"), ("一半的", "百分之五十的"), ("四分之三的", "75%的")),
}
_BEHIND: Mapping[str, Mapping[Language, Sequence[tuple[str, str]]]] = {
    "unit": {
        "en": (
            *((" (5 mg)", " (5 g)"), (" (40 km²)", " (40 m²)"), (" (3 hours)", " (3 minutes)")),
            *((" (16 GB)", " (16 MB)"), (" (90 litres)", " (90 millilitres)")),
        ),
        "zh": (
            *(
                ("（5毫克）", "（5克）"),
                ("（40平方公里）", "（40平方米）"),
                ("（3小时）", "（3分钟）"),
            ),
            *(("（16厘米）", "（16毫米）"), ("（90升）", "（90毫升）"), ("（2年）", "（2个月）")),
        ),
    },
    "sign or ratio": {
        "en": ((" (−5 °C)", " (5 °C)"), (" (minus 12)", " (12)"), (" (3:1)", " (1:3)")),
        "zh": (
            ("（零下5摄氏度）", "（5摄氏度）"),
            ("（-12℃）", "（12℃）"),
            ("（三比一）", "（一比三）"),
        ),
    },
    "month and day": {
        "en": (
            *((" (5 March 2019)", " (3 May 2019)"), (" (on June 7)", " (on July 6)")),
            *((" (2019-04-08)", " (2019-08-04)"), (" (11 October)", " (10 November)")),
        ),
        "zh": (
            *(("（2019年3月5日）", "（2019年5月3日）"), ("（6月7日）", "（7月6日）")),
            *(("（十月十一日）", "（十一月十日）"), ("（2019-04-08）", "（2019-08-04）")),
        ),
    },
    "direction": {
        "en": (
            *((", at least 20 of them", ", at most 20 of them"), (", over 30 %", ", under 30 %")),
            *((", more than 40", ", fewer than 40"), (", rising to 9", ", falling to 9")),
        ),
        "zh": (
            *(
                ("，至少20个", "，至多20个"),
                ("，超过30%", "，不足30%"),
                ("，多于40个", "，少于40个"),
            ),
            ("，上升到9", "，下降到9"),
        ),
    },
}
LATIN_NAME = re.compile(
    r"(?<=[a-z,] )[A-Z][a-z]{2,}\b"
    r"|(?:(?<=[\u4e00-\u9fff])|(?<=[\u4e00-\u9fff] ))[A-Za-z]{3,}(?= ?[\u4e00-\u9fff])"
)
"""By its shape alone: a capital behind a small letter, or Latin letters amid Chinese ones."""

_HAN_NAMES: Sequence[str] = (
    "中国 日本 韩国 泰国 法国 美国 德国 英国 澳洲 欧洲 非洲",
    "北京 上海 广州 佛山 茂名 肇庆 潍坊 龙口 莱州 招远 曼谷 杭州 西安",
    "广东 山东 河北 浙江 江苏 四川",
    "京剧 粤剧 昆剧 越剧 豫剧",
    "武田信玄 织田信长 石田三成 德川家康 松平政忠 酒井忠次 松平清康 松平信定",
    "光荣 任天堂 盛大 网易 腾讯 世嘉",
    "北江 西江 东江 汉江 淮河",
)
"""Of one kind each: a name is exchanged for another of its kind."""


def _with_share(sentence: str, language: Language, rng: random.Random) -> tuple[str, str] | None:
    return _in_place(sentence, language, rng.choice(_SHARES[language]), rng)


def _with_same_share(
    sentence: str, language: Language, rng: random.Random
) -> tuple[str, str] | None:
    return _in_place(sentence, language, rng.choice(_SAME_SHARES[language]), rng)


def _in_place(
    sentence: str, language: Language, pair: tuple[str, str], rng: random.Random
) -> tuple[str, str] | None:
    found = list(_AMOUNT[language].finditer(sentence))
    if not found:
        return None
    match = rng.choice(found)
    head, tail = sentence[: match.start()], sentence[match.end() :].removeprefix("的")
    one, other = (share if head else share[0].upper() + share[1:] for share in pair)
    return head + one + tail, head + other + tail


def _behind(kind: str) -> Plant:
    def plant(sentence: str, language: Language, rng: random.Random) -> tuple[str, str] | None:
        body = sentence.rstrip('.。!！?？:：;；"”')
        one, other = rng.sample(rng.choice(_BEHIND[kind][language]), 2)
        stop = sentence[len(body) :]
        return body + one + stop, body + other + stop

    return plant


def _with_another_han_name(
    sentence: str, language: Language, rng: random.Random
) -> tuple[str, str] | None:
    found = [(name, kind) for kind in _HAN_NAMES for name in kind.split() if name in sentence]
    if language == "en" or not found:
        return None
    name, kind = rng.choice(found)
    others = [other for other in kind.split() if other not in sentence]
    return sentence, sentence.replace(name, rng.choice(others), 1)


def _with_roles_exchanged(
    sentence: str,
    _language: Language,
    _rng: random.Random,
) -> tuple[str, str] | None:
    """Two names in each other's place, where words that are no list stand between them."""
    found = list(LATIN_NAME.finditer(sentence))
    for one in found:
        for other in found:
            between = sentence[one.end() : other.start()]
            if (
                other.start() > one.end()
                and one[0] != other[0]
                and re.search(r"[a-z]{4}|[\u4e00-\u9fff]{2}", between)
            ):
                turned = other[0] + between + one[0]
                return sentence, sentence[: one.start()] + turned + sentence[other.end() :]
    return None


PLANTS: Mapping[str, tuple[bool, Plant]] = {
    "same share in another form": (True, _with_same_share),
    "fraction": (False, _with_share),
    "Han name": (False, _with_another_han_name),
    "roles": (False, _with_roles_exchanged),
    **{kind: (False, _behind(kind)) for kind in _BEHIND},
}
