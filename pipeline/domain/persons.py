"""Who speaks in a sentence: the pronouns `I` and `us`, and neither `World War I` nor `the US`."""

import re

US = r"(?-i:\b[Uu]s\b)"
"""The pronoun; in capitals it is a country, whatever the case that the rest is compared in."""

_I = re.compile(r"(?<![\w./&–-])I(?![\w/&²–-]|\.\s*\w|(?:,| and| or| to) [IVX]{1,4}\b)")
"""As a word of its own: no `I/O`, no initial, no first of `Phases I and II`."""

_WORD_BEFORE = re.compile(r"([\w’'-]+)\s+$")

_AT_A_PLACE = re.compile(
    r"(?:^|[,;:] )(?i:at|from|in|near|on) (?:the )?(?:[A-Z][\w’'-]+ ){1,4}(?<!\bWar )$"
)
_ACTS = re.compile(
    r"I (?!(?:an?|and|as|at|by|for|he|her|his|in|it|its|nor|of|on|or|she|the|their|they|to|with)\b)"
    r"(?:was|(?!\w*[^\Ws]s\b)[a-z])"
)
"""`In Germany I saw` is said by the author; behind `In World War I`, or before what is no verb of
a person (`From Charles I the crown`, `In Calculus I students`), it is a number."""

LONGEST_WORD = 40
"""Characters that are looked at before it."""

_COUNTED_TEXT = """
    act annex appendix article book case category chapter class cluster edition error factor
    figure form grade group level list model page part phase region schedule section stage table
    tier title type volume zone
"""
_COUNTED = frozenset(_COUNTED_TEXT.split())
"""A number follows them: `type I`."""

_NO_NAMES_TEXT = """
    after again also although always and as because before but can could did do had have here how
    if indeed instead last later maybe may might must never next not now often once only or perhaps
    shall should since so sometimes soon still that then there this though thus today tomorrow
    unless until was what when whenever where whether which while who why will would yes yesterday
    yet
    monday tuesday wednesday thursday friday saturday sunday january february march april june july
    august september october november december
"""
_NO_NAMES = frozenset(_NO_NAMES_TEXT.split())
"""With a capital before `I` they begin a clause; of any other such word it is the number."""


def says_i(text: str) -> bool:
    """Whether the author of a sentence says `I`; of a king, a war or a type it is a number."""
    return any(not _is_number(text, match.start()) for match in _I.finditer(text))


def _is_number(text: str, at: int) -> bool:
    before = _WORD_BEFORE.search(text[max(0, at - LONGEST_WORD) : at])
    if before is None:
        return False
    word = before[1].lower()
    if word in _COUNTED or word.removesuffix("s") in _COUNTED:
        return True
    if not before[1][0].isupper() or word in _NO_NAMES or word.endswith("ly"):
        return False
    names_place = _AT_A_PLACE.search(text, max(0, at - LONGEST_WORD), at)
    return not (names_place and _ACTS.match(text, at))
