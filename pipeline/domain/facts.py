"""What a sentence states, as far as a program can tell: terms, numbers, names, quotes, negation."""

import re
from dataclasses import dataclass
from functools import lru_cache

from pipeline.domain.language import HAN
from pipeline.domain.quantities import Quantity, is_unit, quantities
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
_NEGATION = re.compile(
    r"\b(?:not|no|never|none|neither|nor|without|cannot|unable|fail(?:s|ed)? to|lack(?:s|ed)?)\b"
    r"|n['’]t\b"
    r"|(?<![才差])不(?!仅|但|同|少|断|过|久|管|论|止|只|得不|可避|禁|由|妨|愧|锈)|没有|未(?!来|必)|(?<![无])无法|并非|绝非|禁止|尚无|毫无",
    re.IGNORECASE,
)
_MORE = re.compile(
    r"\b(?:increas(?:e[sd]?|ing)|r(?:ise[sn]?|ose|ising)|gr(?:ow(?:s|n|ing)?|ew)|higher|larger|"
    r"more than)\b|增长|增加|上升|上涨|提高|提升|扩大|高于|大于|多于",
    re.IGNORECASE,
)
_LESS = re.compile(
    r"\b(?:decreas(?:e[sd]?|ing)|f(?:alls?|ell|allen|alling)|declin(?:e[sd]?|ing)|"
    r"drop(?:s|ped|ping)?|reduc(?:e[sd]?|ing)|lower|smaller|"
    r"less than|fewer than)\b|减少|下降|下跌|降低|下滑|缩小|低于|小于|少于",
    re.IGNORECASE,
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
    names: frozenset[str]
    """Latin names in lower case, and Chinese titles."""
    quotes: frozenset[str]
    """What stands in quotation marks, as `squeezed` has it."""
    denied: tuple[frozenset[str], ...]
    """For each negation the terms behind it."""
    words: str
    """All of it, as `squeezed` has it."""
    trend: int = 0
    """1 where things only rise or are more, -1 where they only fall or are less, otherwise 0."""


@lru_cache(maxsize=SENTENCES_KEPT)
def facts(sentence: str) -> Facts:
    """Take a sentence without markup apart."""
    return Facts(
        terms=subject(sentence),
        quantities=quantities(sentence),
        names=frozenset(names(sentence)),
        quotes=frozenset(_quotes(sentence)),
        denied=tuple(
            frozenset(_reduced(terms(sentence[found.end() :]))[:SCOPE])
            for found in _NEGATION.finditer(sentence)
        ),
        words=squeezed(sentence),
        trend=bool(_MORE.search(sentence)) - bool(_LESS.search(sentence)),
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
