"""Sentences of the passages that can stand alone in another text, cleaned and judged."""

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from pipeline.adapters.offline_author.cleaning import cites_by_number, cleaned
from pipeline.adapters.offline_author.pointing import (
    is_of_its_place,
    leans,
    needs,
    speaks_to_readers,
)
from pipeline.adapters.offline_author.title_text import is_boilerplate, may_be_boilerplate
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
_CONNECTIVE = re.compile(
    r"(?:however|moreover|furthermore|therefore|thus|hence|besides|nevertheless|nonetheless|"
    r"consequently|accordingly|additionally|similarly|likewise|conversely|meanwhile|in addition|"
    r"in turn|in contrast|by contrast|as a result|for example|for instance|in short|finally), |"
    r"(?:因此|因而|所以|但是|然而|不过|而且|并且|此外|另外|同时|同样|例如|比如|于是|从而|总之|综上|"
    r"具体来说|换句话说|相反|反之|最后)，",
    re.IGNORECASE,
)
"""What may be left off the beginning of a sentence: the rest says the same on its own."""

_ENTRY = re.compile(
    r"[,，(（]\s*(?:19|20)\d\d[a-z]?[)）.。,，;]|\bet al\b|\bdoi\b|\b(?:pp?|vol)\. ?\d|"
    r"\[[JMCDN]\]|\bredistribut|\bGNU\b|\blicensed under\b|\bpermission is (?:hereby )?granted\b|"
    r"\bwithout (?:any )?warranty\b|\bcreative commons\b|\b(?:supported|funded) by\b|"
    r"利益冲突|不构成|版权归|本站|资助",
    re.IGNORECASE,
)
"""Of a list of references, a licence, a declaration or a notice of funds."""

NOTICE = 50
"""Paragraphs by which it is judged whether a text is one of these."""

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
        cites = cites_by_number(passage.text)
        for place, line, raw in _sentences(passage.text):
            whole = cleaned(raw, line, cites=cites)
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
                    needs=needs(text),
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
    if text.endswith(("?", "？", "..", "…")) or not _STOP.search(text) or not _START.match(text):
        return 0.0
    if (
        is_of_its_place(text)
        or _is_figures(text)
        or not _is_balanced(text)
        or (language == "en" and _lacks_verb(text))
    ):
        return 0.0
    return POOR if speaks_to_readers(text) or text[0].islower() else 1.0


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


def is_running_text(texts: Sequence[str]) -> bool:
    """Whether it tells something: no references, index, menu, licence or notice of funds."""
    said = [cleaned(raw, line) for text in texts[:NOTICE] for _, line, raw in _sentences(text)]
    told = [each for each in said if _worth_in_place(each) and not _ENTRY.search(each)]
    return bool(told) and 2 * sum(map(count_words, told)) >= sum(map(count_words, said))


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
    kept = [p for p in passages if not _is_below_boilerplate(p)]
    return kept or passages


def _is_below_boilerplate(passage: Passage) -> bool:
    path = passage.heading_path
    if any(map(is_boilerplate, path)):
        return True
    return any(map(may_be_boilerplate, path)) and not is_running_text([passage.text])


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
