"""What a text is about, as terms: stemmed English words, pairs of Chinese characters."""

import re
from collections.abc import Collection
from functools import lru_cache

from pipeline.domain.language import HAN

_TOKEN = re.compile(rf"[{HAN}]+|[A-Za-z][A-Za-z0-9+#]*|\d+(?:\.\d+)?")
_HAN = re.compile(f"[{HAN}]")

_ENGLISH_STOPS = """
    a about above across after again against all also although always among an and any are as at
    be because been before being below between both but by can could cover covers did do does
    done down due during each either else even ever every example few find first for from
    further get give given had has have having he help her here him his how however i if in
    include includes including instead into is it its itself just know last least less let like
    look made main make many may me might more most much must my need needs neither never new
    next no nor not now of off often on once one only onto or other others our out over own part
    per please quite rather said same second see seen set several shall she should show since so
    some something still such take takes text than that the their them then there therefore
    these they thing things this those though three through thus to too topic two under until up
    upon us use used useful uses using usually various very via was way we well were what when
    where whether which while who whom whose why will with within without would write year years
    you your
"""

STOP_WORDS = frozenset(_ENGLISH_STOPS.split())
"""English words that say nothing about a text's subject."""

HAN_STOPS = frozenset("的了和是在也就都而及与着或这那被该此请很但其之且则若吗呢吧它们")
"""Characters that link words; a pair that holds one is no term."""

_CHINESE_STOPS = """
    一个 一种 一些 为什 主要 什么 介绍 以及 以下 使用 关于 内容 具有 分析 包括 可以 可能 因为 如何
    如果 应当 应该 怎么 怎样 我们 所以 描述 方面 来源 没有 相关 论述 讨论 说明 进行 通过
    阐述 需要 明需 们需
"""

STOP_PAIRS = frozenset(_CHINESE_STOPS.split())
"""Chinese pairs that say nothing about a text's subject."""

SHORTEST = 4
"""Letters of a stem: with fewer, words that have nothing in common fall together."""

_SUFFIXES = (
    *("ations", "ation", "ating", "ated", "ates", "ate"),
    *("ings", "ing", "ies", "ied", "ers", "es", "ed", "er", "ly", "s"),
)


def terms(text: str) -> list[str]:
    """The terms of a text in order, with repetitions."""
    found: list[str] = []
    for token in _TOKEN.findall(text):
        if _HAN.match(token):
            found += _pairs(token)
        elif (len(token) > 1 or token.isdigit()) and (term := _telling(token)):
            found.append(term)
    return found


def term_set(text: str) -> frozenset[str]:
    return frozenset(terms(text))


@lru_cache(maxsize=20_000)
def _telling(word: str) -> str:
    """The stem of a word; empty for one that says nothing."""
    lower = word.lower()
    found = stem(lower)
    return "" if lower in STOP_WORDS or found in STOP_WORDS else found


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    """An English word without its ending; crude, and good enough to compare words."""
    ends = (end for end in _SUFFIXES if word.endswith(end) and len(word) - len(end) >= SHORTEST)
    kept = word[: len(word) - len(next(ends, ""))]
    # "prices" has lost its e, and "batteries" its y: "price" and "battery" lose theirs.
    return kept[:-1] if kept[-1:] in "eiy" and len(kept) > SHORTEST else kept


def share(wanted: Collection[str], have: Collection[str]) -> float:
    """How much of what is wanted is there, from 0 to 1; nothing wanted is 0."""
    if not wanted:
        return 0.0
    return sum(1 for term in wanted if term in have) / len(wanted)


def likeness(one: frozenset[str], other: frozenset[str]) -> float:
    """Terms in common as a share of all, from 0 to 1."""
    union = len(one | other)
    return len(one & other) / union if union else 0.0


def _pairs(run: str) -> list[str]:
    if len(run) == 1:
        return [] if run in HAN_STOPS else [run]
    pairs = (run[i : i + 2] for i in range(len(run) - 1))
    return [pair for pair in pairs if pair not in STOP_PAIRS and not HAN_STOPS.intersection(pair)]
