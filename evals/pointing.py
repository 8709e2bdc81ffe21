"""Whether a sentence points at what does not stand in it, judged without the author's own rules.

The offline author has a list of openings that it avoids; a measure that asked the same list would
find what the author knows, and nothing else. This one was written from grammars' closed classes
(pronouns, demonstratives, linking adverbs), looks at the whole opening clause, and at what is said
of places on a page anywhere in the sentence.
"""

import re
from collections.abc import Sequence

from pipeline.domain.documents import Language

OPENING_WORDS = 6
"""Of an English clause before its comma: `In the light of these findings,`."""

_PRONOUNS = """
    he she it they him her them his hers its their theirs himself herself itself themselves
    this that these those
"""
_LINKS = """
    however therefore thus hence moreover furthermore besides nevertheless nonetheless instead
    otherwise meanwhile consequently accordingly similarly likewise conversely additionally also
    but and or nor so yet then still rather too anyway afterwards thereafter thereby therein
    secondly thirdly lastly finally alternatively else
"""
FIRST_WORDS = frozenset([*_PRONOUNS.split(), *_LINKS.split()])

DEMONSTRATIVES = frozenset(["this", "these", "those"])
"""`That` behind another word mostly begins a clause: `Programs that fail`."""

PHRASES: Sequence[str] = (
    *("for example", "for instance", "as a result", "in addition", "in contrast", "by contrast"),
    *("on the other hand", "on the contrary", "in other words", "in short", "in turn", "after all"),
    *("the former", "the latter", "the above", "the same", "the other", "the others"),
    *("the first of", "the second", "the third", "one of them", "some of them", "most of them"),
    *("all of them", "each of them", "neither of", "both of", "such a", "such an", "as such"),
    *("another ", "others ", "both ", "neither ", "such "),
)
ON_THE_PAGE = re.compile(
    r"(?<!or )(?<!and )\b(?:above|below)[,.;:)]|\b(?:aforementioned|above-mentioned)\b|"
    r"\b(?:mentioned|described|discussed|shown|seen|noted|listed|given) (?:above|below|earlier)\b|"
    r"\b(?:previous|preceding|next|following) (?:section|chapter|paragraph|page|figure|table|"
    r"example|listing)s?\b|\b(?:figure|table|listing|section|chapter) \d|\bthis (?:section|chapter|"
    r"page|book|manual|guide|howto|document)\b|\bsee (?:also|above|below|section|chapter)\b",
    re.IGNORECASE,
)

_HAN_OPENINGS = """
    它 他 她 这 那 该 此 其 上述 前述 前者 后者 两者 二者 对此 为此 由此 据此 与此 因此 如此 以此
    在此 在这 在那 从这 从此 用这 对这 除此 所以 因而 但 然而 不过 可是 而 并且 况且 此外 另外 同时
    同样 例如 比如 譬如 于是 从而 否则 反之 相反 总之 综上 另一 其次 再次 然后 接着 随后 也 又 却 则
    即 换言之 换句话说 具体来说 也就是说 与之 何况 尽管如此 最后， 再者
"""
HAN_OPENINGS = tuple(_HAN_OPENINGS.split())

HAN_NO_POINTERS = ("该当", "其实", "此起彼伏", "而立", "即使", "即便", "即将", "也许", "此刻")
"""They begin like one of these, and are other words."""

HAN_ON_THE_PAGE = re.compile(
    r"[上下左右]图|[上下]表|如[上下]所|上文|下文|前文|后文|前面(?:所|提|说|讲|介绍)|后面(?:会|将)|"
    r"[上下本前]一?[节章]|[见参](?:见|阅|看)?[上下第]|图\s?\d|表\s?\d|以下(?:几|所|的)?(?:示例|例子|命令|表格)"
)


def points_back(sentence: str, language: Language) -> bool:
    """Whether its opening stands for something, or links to something, that was said before."""
    if language == "zh":
        start = sentence.lstrip("“‘「『（(《 ")
        return start.startswith(HAN_OPENINGS) and not start.startswith(HAN_NO_POINTERS)
    clause = re.split(r"[,;:.!?]", sentence, maxsplit=1)[0].lower()
    words = re.findall(r"[a-z]+(?:['’][a-z]+)?", clause)
    opening = [word.partition("'")[0].partition("’")[0] for word in words[:OPENING_WORDS]]
    if not opening:
        return False
    if opening[0] in FIRST_WORDS or " ".join([*words, ""]).startswith(tuple(PHRASES)):
        return True
    is_short = len(words) <= OPENING_WORDS and "," in sentence[: len(clause) + 1]
    return is_short and any(word in DEMONSTRATIVES for word in opening[1:])


def names_a_place(sentence: str) -> bool:
    """Whether it sends the reader to another place: `see above`, `the next section`, 见上图."""
    return bool(ON_THE_PAGE.search(sentence) or HAN_ON_THE_PAGE.search(sentence))
