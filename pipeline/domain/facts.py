"""What a sentence states, as far as a program can tell: terms, numbers, names, quotes, negation."""

import re
from dataclasses import dataclass
from functools import lru_cache

from pipeline.domain.han_names import placed_names
from pipeline.domain.language import HAN
from pipeline.domain.measures import is_unit
from pipeline.domain.quantities import Quantity, quantities
from pipeline.domain.terms import STOP_WORDS, stem, terms

SENTENCES_KEPT = 4096
"""A long document and what it cites; each is looked at more than once. About 2 kB each."""

SCOPE = 3
"""Terms behind a negation that it is taken to deny; a clause seldom has more."""

_WORD = re.compile(rf"[{HAN}]+|[^\W{HAN}]+")
_HAN_CHAR = re.compile(f"[{HAN}]")
_NAME = re.compile(r"(?<![\w'’-])[A-Z][\w'’&-]*(?:\.[A-Z])*")
_LATIN_IN_HAN = re.compile(
    rf"(?<=[{HAN}，。、（“《])\s?([A-Za-z][\w-]+)|(?<![\w-])([A-Za-z][\w-]+)(?=\s?[{HAN}])"
)
_SENTENCE_START = re.compile(r"(?:^|[.!?:;]\s+|[\"“(\[]\s*)$")
_TITLE = re.compile(r"《([^《》]{1,60})》")
_QUOTE = re.compile(r"“([^“”]{4,200})”|\"([^\"]{4,200})\"|「([^「」]{2,100})」")
_POSSESSIVE = re.compile(r"['’]s?$")
_DENIES = (
    r"\b(?:not|no|never|none|neither|nor|without|cannot|unable|fail(?:s|ed)? to|lack(?:s|ed)?)\b"
    r"|n['’]t\b"
)
_NEGATION = re.compile(_DENIES, re.IGNORECASE)
_HAN_NEGATION = re.compile(
    rf"{_DENIES}"
    r"|(?<![才差])不(?!足|超|高于|低于|大于|小于|多于|少于|仅|但|同|少|断|过|久|管|论|止|只|得不|可避|禁|由|妨|愧|锈)|没有|未(?!来|必)|(?<![无])无法|并非|绝非|禁止|尚无|毫无",
    re.IGNORECASE,
)
_RISES = re.compile(
    r"\b(?:increas(?:e[sd]?|ing)|r(?:ise[sn]?|ose|ising)|gr(?:ow(?:s|n|ing)?|ew))\b"
)
_FALLS = re.compile(
    r"\b(?:decreas(?:e[sd]?|ing)|f(?:alls?|ell|allen|alling)|declin(?:e[sd]?|ing)|"
    r"drop(?:s|ped|ping)?|reduc(?:e[sd]?|ing))\b"
)
_FIGURE_FOLLOWS = r"(?=\s?(?:[\d$€£¥一二三四五六七八九十百千半两]|half|an? |one|two|three))"
_ABOVE = re.compile(
    rf"\b(?:higher|larger|more than|at least|exceed(?:s|ed|ing)?|(?:over|above){_FIGURE_FOLLOWS})\b"
)
_BELOW = re.compile(
    rf"\b(?:lower|smaller|less than|fewer than|at most|up to|(?:under|below){_FIGURE_FOLLOWS})\b"
)
_HAN_RISES = re.compile("增长|增加|上升|上涨|提高|提升|扩大")
_HAN_FALLS = re.compile("减少|下降|下跌|降低|下滑|缩小")
_HAN_ABOVE = re.compile(
    rf"(?<!不)(?:超过|超出|高于|大于|多于)|不(?:少于|低于|小于)|至少|最少{_FIGURE_FOLLOWS}|以上"
)
_HAN_BELOW = re.compile(
    r"(?<!不)(?:低于|小于|少于)|不(?:超过|高于|大于|多于)|至多|以下"
    rf"|(?:不足|最多){_FIGURE_FOLLOWS}"
)
_WORDS_IN_QUOTE = 3
"""A shorter quote is a word used in quotation marks."""

_CAPITALISED_WORDS = """
january february march april may june july august september october november december monday
tuesday wednesday thursday friday saturday sunday i mr mrs ms dr prof sir although despite since
while when where there figure table section chapter
"""
_NO_NAMES = STOP_WORDS | frozenset(_CAPITALISED_WORDS.split())


@dataclass(frozen=True, slots=True)
class Facts:
    """One sentence, taken apart."""

    terms: frozenset[str]
    """Without the figures."""
    quantities: frozenset[Quantity]
    han_names: frozenset[str]
    """In Chinese characters; what may be one by the words around it."""
    names: frozenset[str]
    """Latin names in lower case, and Chinese titles."""
    quotes: frozenset[str]
    """What stands in quotation marks, as `squeezed` has it."""
    denied: tuple[frozenset[str], ...]
    """For each negation the terms behind it."""
    words: str
    """All of it, as `squeezed` has it."""
    trend: int = 0
    """1 where things only rise, -1 where they only fall, otherwise 0."""
    bound: int = 0
    """1 where something is only more than something, or so much at least; -1 where it is less."""


@lru_cache(maxsize=SENTENCES_KEPT)
def facts(sentence: str) -> Facts:
    """Take a sentence without markup apart."""
    is_han = bool(_HAN_CHAR.search(sentence))
    return Facts(
        terms=subject(sentence),
        quantities=quantities(sentence),
        han_names=placed_names(sentence) if is_han else frozenset(),
        names=frozenset(names(sentence)),
        quotes=frozenset(_quotes(sentence)),
        denied=tuple(
            frozenset(_reduced(terms(sentence[found.end() :]))[:SCOPE])
            for found in (_HAN_NEGATION if is_han else _NEGATION).finditer(sentence)
        ),
        words=squeezed(sentence),
        trend=_direction(sentence, *((_HAN_RISES, _HAN_FALLS) if is_han else (_RISES, _FALLS))),
        bound=_direction(sentence, *((_HAN_ABOVE, _HAN_BELOW) if is_han else (_ABOVE, _BELOW))),
    )


def subject(text: str) -> frozenset[str]:
    """The terms of a text without its figures."""
    return frozenset(_reduced(terms(text)))


def names(text: str) -> set[str]:
    """Names in Latin letters, in lower case, and Chinese titles; a first word counts for none.

    A first word is only capitalised by its place, unless it is all in capitals, has a digit or
    goes on with another capitalised word.
    """
    found = set(_TITLE.findall(text))
    if _HAN_CHAR.search(text):
        latin = (one or other for one, other in _LATIN_IN_HAN.findall(text))
        found.update(word.lower() for word in latin if len(word) > 1)
    for match in _NAME.finditer(text):
        word = _POSSESSIVE.sub("", match[0])
        if len(word) < 2 or word.lower() in _NO_NAMES or _counts(word, text[: match.start()]):
            continue
        starts = bool(_SENTENCE_START.search(text, 0, match.start()))
        if not starts or _is_name_anyway(word, text[match.end() :]):
            found.add(word.lower())
    return found


def squeezed(text: str) -> str:
    """The text in lower case, without anything but letters and digits; words one space apart."""
    return " ".join(_WORD.findall(text.lower()))


def _direction(sentence: str, up: re.Pattern[str], down: re.Pattern[str]) -> int:
    lower = sentence.lower()
    return bool(up.search(lower)) - bool(down.search(lower))


def _is_name_anyway(word: str, rest: str) -> bool:
    return (
        word[1:] != word[1:].lower()
        or any(c.isdigit() for c in word)
        or bool(re.match(r" (?:of |the |de |van |von )?[A-Z][a-z]", rest))
    )


def _counts(word: str, before: str) -> bool:
    """Whether it is the unit of a figure: that is compared as a quantity."""
    return is_unit(word) and before.rstrip()[-1:].isdigit()


def _quotes(text: str) -> set[str]:
    found = (squeezed(one or two or three) for one, two, three in _QUOTE.findall(text))
    return {
        quote
        for quote in found
        if len(quote.split()) >= _WORDS_IN_QUOTE or len(_HAN_CHAR.findall(quote)) > _WORDS_IN_QUOTE
    }


def _reduced(found: list[str]) -> list[str]:
    """Terms without figures, and without the e that `produce` has and `produc-ing` lost."""
    return [stem(term).rstrip("e") or term for term in found if not term[0].isdigit()]
