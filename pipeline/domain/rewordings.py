"""What a sentence changes in one that is the same otherwise: its order, its extent, a name."""

import re
from collections.abc import Iterator, Sequence

from pipeline.domain.han_names import may_be_name
from pipeline.domain.language import HAN

_TOKEN = re.compile(rf"[{HAN}]|[^\s{HAN}]+")
_EXTENTS: Sequence[frozenset[str]] = (
    frozenset(
        ("all", "every", "each", "always", "entirely", "所有", "全部", "全体", "一切", "总是")
    ),
    frozenset(("most", "mostly", "usually", "多数", "大多数", "大部分", "大多", "通常")),
    frozenset(("some", "sometimes", "partly", "部分", "一部分", "有些", "一些", "有时", "某些")),
    frozenset(("few", "hardly", "rarely", "seldom", "少数", "极少数", "很少", "少有")),
    frozenset(("none", "no", "never")),
)
_JOINING = frozenset(("", "and", "or", "和", "与", "及", "或", "以及", "同", "跟"))
"""Between two things whose order says nothing."""

LONGEST_NAME = 4
"""Han characters."""

MOST_CHANGED = 12
"""Tokens; a longer stretch between the same words is another sentence."""


def changes(claim: str, sentence: str) -> Iterator[str]:
    """What a claim changes in a sentence: `order`, `extent`, `name`.

    Args:
        claim: Without punctuation, as `facts.squeezed` has it.
        sentence: The same, of a passage.
    """
    ours, theirs, after = _middles(_TOKEN.findall(claim), _TOKEN.findall(sentence))
    if not ours or not theirs or max(len(ours), len(theirs)) > MOST_CHANGED:
        return
    if _is_turned_round(ours, theirs):
        yield "order"
    elif _extent(ours) != _extent(theirs) and None not in {_extent(ours), _extent(theirs)}:
        yield "extent"
    elif _is_another_name("".join(ours), "".join(theirs), after):
        yield "name"


def _middles(one: Sequence[str], other: Sequence[str]) -> tuple[list[str], list[str], str]:
    """What two rows do not share at their beginning and end, and what follows it in the first."""
    shortest = min(len(one), len(other))
    start = next((i for i in range(shortest) if one[i] != other[i]), shortest)
    rest = shortest - start
    end = next((i for i in range(rest) if one[-1 - i] != other[-1 - i]), rest)
    after = "".join(one[len(one) - end :][:2])
    return list(one[start : len(one) - end]), list(other[start : len(other) - end]), after


def _is_turned_round(ours: Sequence[str], theirs: Sequence[str]) -> bool:
    """Whether one is A x B and the other B x A, where x does not just join them."""
    if len(ours) != len(theirs) or sorted(ours) != sorted(theirs):
        return False
    for left in range(1, len(ours)):
        for right in range(1, len(ours) - left):
            between = ours[left : len(ours) - right]
            turned = [*ours[len(ours) - right :], *between, *ours[:left]]
            if turned == list(theirs):
                return "".join(between) not in _JOINING
    return False


def _extent(tokens: Sequence[str]) -> int | None:
    text = "".join(tokens) if not tokens[0].isascii() else tokens[0]
    return next((place for place, words in enumerate(_EXTENTS) if text in words), None)


def _is_another_name(ours: str, theirs: str, after: str) -> bool:
    if not (may_be_name(ours) and may_be_name(theirs)):
        return False
    shortest = 1 if after.startswith(("省", "市", "县", "大学", "公司")) else 2
    return all(shortest <= len(each) <= LONGEST_NAME for each in (ours, theirs))
