"""Sentences of the passages that can stand alone in another text, cleaned and judged."""

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from pipeline.adapters.offline_author.cleaning import cleaned
from pipeline.adapters.offline_author.title_text import is_boilerplate
from pipeline.adapters.offline_author.words import (
    CLEAR_VERBS,
    DETERMINERS,
    EITHER_VERBS,
    LINKS,
    NO_VERBS,
    OPENERS,
    PREDICATES,
)
from pipeline.domain.documents import Language, Passage
from pipeline.domain.language import HAN, count_words, detect_language, split_sentences
from pipeline.domain.terms import term_set

FEWEST_WORDS: dict[Language, int] = {"en": 4, "zh": 10}
MOST_WORDS: dict[Language, int] = {"en": 60, "zh": 140}
"""Shorter is a label or a fragment, longer is a list or a broken table."""

FEW_WORDS = 12
"""Of an English sentence without a verb that is known; a longer one may well have another."""

WEIGHED = 100_000
"""Characters of a section's material that are weighed; no section tells more than they hold."""

LETTERS, LETTERS_AND_DIGITS = 0.35, 0.7
"""Shares of all signs but spaces: with less it is a formula or a row of a table."""

POOR = 0.4
"""What remains of the worth of a sentence that reads badly out of its place."""

_STOP = re.compile(r"[.!?。！？][\"”’』」）)]*$")
_DANGLING = re.compile(
    r"(?:this|that|these|those|it|its|they|them|their|he|she|his|her|but|and|so|or|yet|also|then|"
    r"thus|hence|therefore|however|moreover|furthermore|besides|nevertheless|nonetheless|instead|"
    r"otherwise|meanwhile|all (?:of )?(?:this|that|these|those)|consequently|"
    r"accordingly|similarly|likewise|conversely|additionally|alternatively|"
    r"finally|secondly|thirdly|second|third|such|both|neither|either|another|others|the (?:former|"
    r"latter|other|same|second|third|above|following)|here|there(?: too)?|for (?:example|instance|"
    r"this|these|that)|in (?:this|that|these|such|contrast|addition|turn|other words|short)|"
    r"as (?:a result|mentioned|noted|described|discussed|shown|above|such)|on the other hand|"
    r"at (?:this|that|the same) (?:point|time|stage)|by contrast|because of (?:this|that)|"
    r"to (?:this|that) end|with (?:this|that|these)|one (?:of (?:them|these)|such)|like this)\b",
    re.IGNORECASE,
)
_HAN_DANGLING = re.compile(
    r"(?:这|那|该|此|其[中他它次实]?|它|他们|她|上述|上面|以上|下述|前者|后者|因此|因而|所以|但是|但|然而|不过|"
    r"而且|而|并且|并|此外|另外|同时|同样|然后|接着|随后|与此|例如|比如|如此|如上|如下|如前|于是|由此|从而|否则|反之|相反|"
    r"换句话说|总之|综上|首先|其次|再次|最后|第[二三四五]，|另一[方种个]|即|则|也|还|又|却|以下|具体来说|对此|为此)"
)
_CONNECTIVE = re.compile(
    r"(?:however|moreover|furthermore|therefore|thus|hence|besides|nevertheless|nonetheless|"
    r"consequently|accordingly|additionally|similarly|likewise|conversely|meanwhile|in addition|"
    r"in turn|in contrast|by contrast|as a result|for example|for instance|in short|finally), |"
    r"(?:因此|因而|所以|但是|然而|不过|而且|并且|此外|另外|同时|同样|例如|比如|于是|从而|总之|综上|"
    r"具体来说|换句话说|相反|反之|最后)，",
    re.IGNORECASE,
)
"""What may be left off the beginning of a sentence: the rest says the same on its own."""

_POINTS_BACK = re.compile(
    r"\b(?:these|those|such an?) (?!who\b|that\b|which\b|of\b|in\b|with\b)[a-z]+|"
    r"\bthe (?:former|latter|aforementioned)\b|^(?:in those|for (?:this|that|these|those)\b)|"
    r"\b(?:example|list|code|command|extract|snippet)s? (?:above|below)|"
    r"^from (?:then|there|now) on\b|上述|前述|后者|前者|这[些种类]|那些",
    re.IGNORECASE,
)
"""Names inside a sentence what the one before it told."""

_FIRST_PERSON = re.compile(
    r"\b(?:I|I'm|I've|I'll|I'd|my|me|myself|let's|let us)\b|(?:^|[，。])我(?!们|国)|笔者|本人"
)
_PLURAL_PERSON = re.compile(r"(?i:\b(?:we|our|us|you|your|we'll|you'll)\b)|我们|你们|您|本文|大家")
_POINTING = re.compile(
    r"\b(?:see|refer to|shown in|as in|cf\.) (?:also |the )?(?:fig|figure|table|section|chapter|"
    r"appendix|page|above|below|http)|\b(?:fig(?:ure)?|table)\.? \d|\b(?:above|below)[,.]|"
    r"\bthis (?:chapter|section|sidebar|manual|tutorial|page|report|paper|article|book|"
    r"document|guide|handbook|how-?to)\b|"
    r"\b(?:see|in) (?:the )?sidebar\b|^see also\b|\((?:see )?(?:chapter|section) \d|"
    r"\b(?:previous|preceding|next|following) (?:chapter|section|paragraph|page|figure|table|"
    r"examples?|listing|command)\b|"
    r"(?:见|如|参见|参考|详见|请看)\s?(?:下|上|右|左|前|后|第|附|本)?[图表文节章录]|[上下]图|[上下]表|"
    r"(?:上|下|本|前|后)一?(?:节|章)|(?:请)?(?:参见|参阅|详见|请参考)",
    re.IGNORECASE,
)
_NAVIGATION = re.compile(
    r"\b(?:click (?:here|on|the)|all rights reserved|cookie|subscribe|sign (?:in|up)|log in|"
    r"copyright|©|table of contents|read more|learn more|skip to|back to top|privacy policy|"
    r"terms of (?:use|service)|last (?:updated|modified)|share this|download (?:the )?pdf)\b|"
    r"https?://|www\.|版权所有|点击|登录|注册|订阅|返回顶部|上一页|下一页|目录|转载|责任编辑|扫码|阅读原文",
    re.IGNORECASE,
)
_CONTRACTION = re.compile(r"\b(?:it|that|there|what|here)['’]s\b|n['’]t\b", re.IGNORECASE)
_CODE = re.compile(r"(?<!`)(?P<ticks>`+)(?!`)[^`]+(?P=ticks)(?!`)")
_READ_AS_MARKUP = re.compile(
    r"(?P<sign>(?<![^\W_])_|_(?![^\W_])|[*<$`]|\\(?=[^\w\s]|_|$)|&(?=#?\w+;)|~(?=~))"
    r"|(?P<bracket>(?:^|(?<=\\))\[|\[(?=[@^])|\](?=[(\[:])|(?<=\\)\])"
)
"""A bracket is, where a link, a note, a box or a citation would begin; `[0, 1)` stays as it is."""

_START = re.compile(rf"[\"“‘『「《（(`]*(?:[-−+±]?\d|_{{0,2}}[A-Za-z]|[{HAN}])")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence that may be quoted."""

    text: str
    passage: Passage
    rank: int
    """Of its passage, 0 is the best."""
    place: int
    """Its place in the passage, from 0."""
    terms: frozenset[str]
    words: int
    worth: float
    """1 reads well anywhere; less has a flaw."""
    about: frozenset[str]
    """Terms of the headings that it stands under; nothing without headings."""
    around: frozenset[str]
    """Terms of its paragraph."""
    paragraph: str
    """Names its paragraph: sentences of one have it in common."""
    needs: bool = False
    """It points at the sentence before it, and can be told only right behind that."""
    behind: str = ""
    """How it reads right behind that sentence, when it then begins with another word."""

    def goes_on_from(self, other: "Candidate") -> bool:
        return self.passage.id == other.passage.id and self.place == other.place + 1


def candidates(passages: Sequence[Passage]) -> list[Candidate]:
    """All sentences that can be quoted, the same wording only once."""
    found: list[Candidate] = []
    seen: set[str] = set()
    for rank, passage in enumerate(_without_boilerplate(passages)):
        about = term_set(" ".join(passage.heading_path[-2:]))
        for place, line, raw in _sentences(passage.text):
            whole = cleaned(raw, line)
            text = _without_connective(whole)
            worth = _worth_in_place(text)
            key = fingerprint(text)
            if not worth or key in seen:
                continue
            seen.add(key)
            found.append(
                Candidate(
                    text,
                    passage,
                    rank,
                    place,
                    term_set(text),
                    count_words(text),
                    worth,
                    about,
                    around=_terms_around(line),
                    paragraph=line,
                    needs=leans(text) or bool(_POINTS_BACK.search(text)),
                    behind=whole if whole != text else "",
                )
            )
    return found


def fingerprint(text: str) -> str:
    """Equal for sentences that differ in case, spaces and punctuation only."""
    return re.sub(r"[\W_]+", "", text).casefold()


def worth_of(text: str) -> float:
    """0 for what cannot stand alone, 1 for what can, something between when it reads badly."""
    return 0.0 if leans(text) else _worth_in_place(text)


def _worth_in_place(text: str) -> float:
    """The same of a sentence that may follow the one which it follows in its source."""
    language = detect_language(text)
    if not FEWEST_WORDS[language] <= count_words(text) <= MOST_WORDS[language]:
        return 0.0
    if text.endswith(("?", "？")) or not _STOP.search(text) or not _START.match(text):
        return 0.0
    refused = (_FIRST_PERSON, _POINTING, _NAVIGATION)
    if any(pattern.search(text) for pattern in refused):
        return 0.0
    if _is_figures(text) or not _is_balanced(text) or (language == "en" and _lacks_verb(text)):
        return 0.0
    return POOR if _PLURAL_PERSON.search(text) or text[0].islower() else 1.0


def _is_figures(text: str) -> bool:
    """Whether it is more of signs and digits than of words."""
    signs = sum(1 for c in text if not c.isspace())
    letters = sum(1 for c in text if c.isalpha())
    digits = sum(1 for c in text if c.isdigit())
    return letters < LETTERS * signs or letters + digits < LETTERS_AND_DIGITS * signs


def _lacks_verb(text: str) -> bool:
    """Whether a short English sentence is a mere phrase, as far as closed classes tell."""
    words = re.findall(r"[A-Za-z][\w'’-]*", text)
    if len(words) > FEW_WORDS or _CONTRACTION.search(text):
        return False
    low = [word.lower() for word in words]
    if any(word in PREDICATES - NO_VERBS or word in CLEAR_VERBS for word in low):
        return False
    pairs = pairwise(low[1:])
    if any(one not in LINKS | OPENERS and other in DETERMINERS for one, other in pairs):
        return False
    return not any(w.endswith("ed") or w in EITHER_VERBS for w in low[1:])


def tellable_words(texts: Sequence[str]) -> int:
    """Words of the sentences that a section may tell, of those that stand in these texts.

    Of a book, what every so many of its paragraphs tell stands for all.
    """
    step = max(1, math.ceil(sum(map(len, texts)) / WEIGHED))
    told = {cleaned(raw, line) for text in texts[::step] for _, line, raw in _sentences(text)}
    return step * sum(count_words(sentence) for sentence in told if _worth_in_place(sentence))


def leans(text: str) -> bool:
    """Whether it begins with a word that points at the sentence before it."""
    pattern = _HAN_DANGLING if detect_language(text[:200]) == "zh" else _DANGLING
    return bool(pattern.match(text))


def as_markdown(text: str) -> str:
    """A sentence of plain text so that Markdown shows it as it stands; code in backticks stays."""
    pieces: list[str] = []
    position = 0
    for code in _CODE.finditer(text):
        pieces += [_READ_AS_MARKUP.sub(_as_it_stands, text[position : code.start()]), code[0]]
        position = code.end()
    return "".join([*pieces, _READ_AS_MARKUP.sub(_as_it_stands, text[position:])])


def _as_it_stands(match: re.Match[str]) -> str:
    """A bracket behind a backslash would be taken for the beginning or the end of a formula."""
    return f"\\{match[0]}" if match["sign"] else f"&#{ord(match[0])};"


def _without_connective(text: str) -> str:
    """The sentence without `however` and the like, when the rest can stand alone."""
    match = _CONNECTIVE.match(text)
    if not match:
        return text
    rest = text[match.end() :]
    rest = rest[:1].upper() + rest[1:]
    return rest if worth_of(rest) else text


def _without_boilerplate(passages: Sequence[Passage]) -> Sequence[Passage]:
    """The passages that do not stand below references, contents and the like, if there are any."""
    kept = [p for p in passages if not any(map(is_boilerplate, p.heading_path))]
    return kept or passages


def _sentences(text: str) -> Iterator[tuple[int, str, str]]:
    """Each sentence with its place in the passage and the paragraph that it stands in."""
    lines = [line for line in text.split("\n") if "|" not in line and "\t" not in line]
    told = ((line, sentence) for line in lines for sentence in split_sentences(line))
    for place, (line, sentence) in enumerate(told):
        yield place, line, sentence


@lru_cache(maxsize=2_000)
def _terms_around(paragraph: str) -> frozenset[str]:
    """Made once for the sentences of a paragraph."""
    return term_set(paragraph)


def _is_balanced(text: str) -> bool:
    return all(text.count(a) == text.count(b) for a, b in ("()", "（）", "“”", "《》", "「」"))
