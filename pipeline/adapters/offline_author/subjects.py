"""What a sentence speaks of: the words before its predicate, as a noun phrase for a title."""

import re
from itertools import zip_longest

from pipeline.adapters.offline_author.words import (
    CLEAR_VERBS,
    DETERMINERS,
    EITHER_VERBS,
    HAN_PREDICATE,
    LINKS,
    OPENERS,
    PREDICATES,
    VAGUE,
    VERBS,
)
from pipeline.domain.language import HAN

LONGEST_WORDS, LONGEST_HAN = 6, 12
"""Of a title made from a sentence; longer ones are clauses."""

_HAN_CHAR = re.compile(f"[{HAN}]")
_TOKEN = re.compile(r"[A-Za-z][\w'’+#/.\-]*\w|[A-Za-z]|\d[\d.,]*|[^\w\s]")
_HAN_OPENING = re.compile(
    r"(?:这|那|该|此|其|它|他|她|我|你|您|如果|若|当|因此|因而|所以|但|然而|不过|而|并|另外|同时|例如|比如|"
    r"首先|其次|最后|只有|只要|尽管|虽然|由于|除了|没有|不|可以|应|请|先|再|还|也|从而|否则|总之|即使|无论|一旦|之后|以下|"
    r"上述|下面|下列|实际|仍|一般|另一方面|补充|搜索|安装一|目前|现在|通过|使用|需要|有些|有的|有时|某些|哪些|什么|为什么|如何|怎么)"
)
_HAN_CLAUSE = re.compile(
    r"^(?:与|和|在|对于?|为了?|随着|根据|按照|关于|至于|针对|当|如果|若|由于|除了?|通过|使用|虽然|尽管|即使|只要|一旦|经过|"
    r"目前|现在|此外|另外|同时|因此|所以|然而|但是?|不过)[^，。；]{0,40}[，,]\s*"
)
_HAN_QUANTITY = re.compile(
    r"^(?:所有的?|各[类种项个级地]?|多[个种类项]|每一?[个项种次年天]?|任何|一[个种些项类]|大多数?|多数|少数|部分|许多|"
    r"很多|几[个种]|主要的?|最[^的，]{1,4}的|另一[个种类]|其他的?|第[一二三四五]个?|两[个种类项]|[三四五六七八九十]+[个种类项])"
)
LONGEST_PLAIN = 8
"""Characters; a longer phrase without 的 or 和 has a verb in it."""

_CLAUSE_END = "，。；：！？,;:"
_HAN_LINK = re.compile("[的和与及、A-Za-z]")
_HAN_END = re.compile(
    r"(?:(?<!目)的|了|和|与|及|或|在|对|从|把|被|中|上|下|时|后|前|之后|之前|以后|以前|首先|同时|本身|其实|通常|一般|只|无法|比较|大量)+$"
)
_HAN_ONLY = re.compile(rf"^[A-Za-z0-9{HAN}][A-Za-z0-9{HAN}、“”《》()（）/+.\- ]*$")


def subject_of(sentence: str) -> str:
    """The noun phrase that the sentence begins with; empty when that cannot be told."""
    return _chinese(sentence) if _HAN_CHAR.search(sentence) else _english(sentence)


def _english(sentence: str) -> str:
    tokens = _TOKEN.findall(sentence)
    if tokens and tokens[0].lower() in OPENERS:
        tokens = _behind_comma(tokens)
    while tokens and tokens[0].lower() in DETERMINERS:
        tokens = tokens[1:]
    taken: list[str] = []
    for token, after in zip_longest(tokens, tokens[1:], fillvalue=""):
        if not token[0].isalnum():
            return ""
        if _ends(token, after, taken):
            break
        taken.append(token)
        if len(taken) > LONGEST_WORDS + 2:
            return ""
    else:
        return ""
    return _tidy(taken)


def _behind_comma(tokens: list[str]) -> list[str]:
    """What follows the clause that such a sentence begins with."""
    if "," not in tokens[1:14]:
        return []
    rest = tokens[tokens.index(",", 1) + 1 :]
    return [] if not rest or rest[0].lower() in OPENERS else rest


def _ends(token: str, after: str, taken: list[str]) -> bool:
    """Whether the predicate, or a clause, begins with this word."""
    word = token.lower()
    if word in PREDICATES or (word.endswith("ly") and len(word) > 4):
        return True
    if not taken:
        return False
    before = taken[-1].lower()
    if before in LINKS or before in DETERMINERS:
        return False
    if word in CLEAR_VERBS or (word in EITHER_VERBS and after.lower() in DETERMINERS):
        return True
    is_plural = before.endswith("s") and not before.endswith(("ss", "us", "is"))
    if word in VERBS and is_plural:
        return True
    return word.endswith("ed") and len(word) > 4


def _tidy(taken: list[str]) -> str:
    while taken and (taken[-1].lower() in LINKS or taken[-1].lower() in DETERMINERS):
        taken = taken[:-1]
    while taken and taken[0].lower() in VAGUE:
        taken = taken[1:]
    if len(taken) > LONGEST_WORDS:
        cut = [i for i, token in enumerate(taken) if token.lower() in LINKS and i]
        taken = taken[: cut[-1]] if cut else []
    if not taken or len(taken) > LONGEST_WORDS or taken[0].lower() in PREDICATES:
        return ""
    if taken[0].lower() in LINKS | OPENERS or not any(t[0].isalpha() for t in taken):
        return ""
    return " ".join(taken)


def _chinese(sentence: str) -> str:
    text = _HAN_CLAUSE.sub("", sentence.strip(), count=1)
    text = _HAN_QUANTITY.sub("", text, count=1)
    if _HAN_OPENING.match(text):
        return ""
    match = HAN_PREDICATE.search(text, 1)
    if not match or match[0] in _CLAUSE_END:
        return ""
    found = _HAN_END.sub("", text[: match.start()].strip())
    is_phrase = 2 <= len(found) <= LONGEST_HAN and _HAN_ONLY.match(found)
    if not is_phrase or (len(found) > LONGEST_PLAIN and not _HAN_LINK.search(found)):
        return ""
    return found
