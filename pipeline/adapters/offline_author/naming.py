"""Titles for stretches of text, as a person would write them: noun phrases of the text itself."""

import math
import re
from collections import Counter
from collections.abc import Sequence, Set
from dataclasses import dataclass

from pipeline.adapters.offline_author.cleaning import cleaned
from pipeline.adapters.offline_author.initials import lowered, small_words
from pipeline.adapters.offline_author.labels import is_label
from pipeline.adapters.offline_author.phrases import PhraseBook
from pipeline.adapters.offline_author.subjects import subject_of
from pipeline.adapters.offline_author.words import (
    CLEAR_VERBS,
    EITHER_VERBS,
    GENERIC,
    HAN_ENDS,
    HAN_PREDICATE,
    HAN_STARTS,
    OPENERS,
    PREDICATES,
)
from pipeline.domain.documents import Language
from pipeline.domain.language import HAN, split_sentences
from pipeline.domain.terms import likeness, term_set, terms

OPENING, PARAGRAPH, SENTENCE, PHRASE, LABEL = 1.6, 1.3, 1.0, 0.8, 2.0
"""What the place of a phrase is worth: first words of the stretch, of a paragraph, of a sentence,
anywhere more than once, or a line of its own."""

SIZE, SPREAD, OFTEN = 0.7, 0.5, 0.5
"""Found best on the half of the human outlines that is for tuning: how much a long phrase loses,
how little one counts that a single sentence has, and how much a term gains by repetition."""

ALONE = 0.75
"""A single English word, or two Chinese characters, often says too little."""

COMMON = 0.3
"""What a phrase is worth that could stand over any section."""

SECOND = 0.7
"""From this share of the best one's worth on, a second subject belongs into the title, too."""

LONGEST_PART = {"en": 3, "zh": 6}
"""Words, or characters, of each half of a title with two subjects."""

LONGEST_JOINT = {"en": 9, "zh": 20}
MOST_JOINED = 3
"""Of the title of a chapter that is made of its sections' titles."""

AND: dict[Language, str] = {"en": " and ", "zh": "与"}

LOOKED_AT = 200_000
"""Characters of all stretches together by which they are named, a slim book; of a larger
material, paragraphs evenly spread. Memory goes with it: some 300 bytes a character of Chinese."""

_HAN_CHAR = re.compile(f"[{HAN}]")
_HAN_FRAGMENT = re.compile(
    r"^(?:前者|后者|把|将|被|让|使|给|对|向|从|在|项|个|种|条|次|些|所|其)|"
    r"(?:把|将|被|放|带|反|多|少|到|进|出|让|使|给|而|又|也|都|就|较|更|最|很|能|会|要|可|直接|且|同样|什么|关心|"
    r"注明)$"
)
"""Begins or ends a piece that was cut out of a sentence at the wrong place."""


@dataclass(frozen=True, slots=True)
class _Named:
    phrase: str
    terms: frozenset[str]
    worth: float


class Namer:
    """Knows all stretches of a material, and so what is special about each."""

    def __init__(self, stretches: Sequence[Sequence[str]], language: Language) -> None:
        self._language = language
        stretches = evenly(stretches, LOOKED_AT)
        self._counts = [Counter(terms(" ".join(texts))) for texts in stretches]
        self._all = sum(self._counts, Counter[str]())
        self._book = PhraseBook([" ".join(texts) for texts in stretches])
        self._stretches = stretches
        self._small = small_words(text for texts in stretches for text in texts)
        self._sentences = [
            [term_set(sentence) for text in texts for sentence in split_sentences(text)]
            for texts in stretches
        ]

    def title(self, number: int, taken: Sequence[str] = ()) -> str:
        """A title for the stretch of that number, none that is like one of those taken."""
        ranked = self._ranked(number, [term_set(title) for title in taken])
        if not ranked:
            return ""
        first = ranked[0]
        limit = LONGEST_PART[self._language]
        if _length(first.phrase) > limit:
            return _capital(first.phrase)
        for other in ranked[1:4]:
            is_strong = other.worth >= SECOND * first.worth
            if is_strong and not other.terms & first.terms and _length(other.phrase) <= limit:
                return _capital(first.phrase) + AND[self._language] + self.lower(other.phrase)
        return _capital(first.phrase)

    def topics(self, number: int, limit: int, without: str = "") -> list[str]:
        """What else the stretch speaks of, in reading order: at most `limit` phrases."""
        ranked = self._ranked(number, [term_set(without)])
        text = " ".join(self._stretches[number])
        return sorted((each.phrase for each in ranked[:limit]), key=text.lower().find)

    def lower(self, phrase: str) -> str:
        """The phrase with a small initial, where the material writes its first word so."""
        return lowered(phrase, self._small)

    def _ranked(self, number: int, taken: Sequence[frozenset[str]]) -> list[_Named]:
        places = self._candidates(number)
        own = self._weights(number)
        named = []
        for phrase, place in places.items():
            found = term_set(phrase)
            if not found or any(found <= other or likeness(found, other) > 0.5 for other in taken):
                continue
            weight = sum(own.get(term, 0.0) for term in found)
            size = max(1.0, len(found) - 1 if self._language == "zh" else len(found))
            speaking = sum(1 for said in self._sentences[number] if found & said)
            spread = speaking / (len(self._sentences[number]) or 1)
            worth = place * weight / size**SIZE * (SPREAD + spread)
            named.append(_Named(phrase, found, worth))
        named.sort(key=lambda each: (-each.worth, each.phrase))
        kept: list[_Named] = []
        for each in named:
            if each.worth > 0 and not any(each.terms & k.terms for k in kept):
                kept.append(each)
        return kept

    def _weights(self, number: int) -> dict[str, float]:
        """How much more often each term stands here than elsewhere, times how often."""
        here, size = self._counts[number], self._counts[number].total() or 1
        total = self._all.total() or 1
        weights: dict[str, float] = {}
        for term, count in here.items():
            expected = self._all[term] * size / total
            weights[term] = count**OFTEN * math.log(1 + count / expected)
        return weights

    def _candidates(self, number: int) -> dict[str, float]:
        texts = self._stretches[number]
        found: dict[str, float] = {}

        def note(phrase: str, worth: float) -> None:
            if len(phrase) < 2 or not _reads(phrase):
                return
            short = _length(phrase) <= (2 if _HAN_CHAR.search(phrase) else 1)
            worth *= ALONE if short else 1.0
            worth *= COMMON if _is_generic(phrase) else 1.0
            found[phrase] = max(found.get(phrase, 0.0), worth)

        for place, text in enumerate(texts):
            if is_label(text):
                note(text.strip(), LABEL)
                continue
            lines = ((line, said) for line in text.split("\n") for said in split_sentences(line))
            for rank, sentence in enumerate(cleaned(said, line) for line, said in lines):
                opening = OPENING if place == 0 else PARAGRAPH
                note(subject_of(sentence), opening if rank == 0 else SENTENCE)
        for phrase in self._book.phrases(list(texts), 8):
            note(phrase, PHRASE)
        return found


def evenly(stretches: Sequence[Sequence[str]], most: int) -> list[Sequence[str]]:
    """Of each stretch the same share of its paragraphs, its first among them.

    All together they have about `most` characters.
    """
    size = sum(len(text) for texts in stretches for text in texts)
    step = max(1, math.ceil(size / most))
    return [texts[::step] for texts in stretches]


def _reads(phrase: str) -> bool:
    """Whether a word group can be a title: a noun phrase as far as closed classes tell."""
    if phrase.count("(") != phrase.count(")") or phrase.count("（") != phrase.count("）"):
        return False
    if re.search(r"[\d]+\.\d|[`=<>|{}]", phrase):
        return False
    if _HAN_CHAR.search(phrase):
        cuts = (HAN_STARTS.match, HAN_ENDS.search, HAN_PREDICATE.match, _HAN_FRAGMENT.search)
        return not any(cut(phrase) for cut in cuts)
    words = phrase.lower().split()
    if words[0] in OPENERS or any(word in CLEAR_VERBS or word in PREDICATES for word in words):
        return False
    return len(words) > 1 or not (words[0] in EITHER_VERBS or words[0].endswith(("ed", "ing")))


def _is_generic(phrase: str) -> bool:
    """Whether the phrase, or its first word before a link, could stand over any section."""
    words = phrase.lower().split()
    return phrase in GENERIC or words[0] in GENERIC or words[-1] in GENERIC


def enumerated(titles: Sequence[str], language: Language, small: Set[str]) -> str:
    """A title over several sections: the short ones of their own titles, at most three.

    Of the words in `small`, one that begins a further title loses its capital.
    """
    limit = LONGEST_JOINT[language]
    short = sorted(titles, key=_length)[:MOST_JOINED]
    kept = [title for title in titles if title in short]
    while len(kept) > 1 and sum(map(_length, kept)) > limit:
        kept.remove(max(kept, key=_length))
    comma = "、" if language == "zh" else ", "
    parts = [part if i == 0 else lowered(part, small) for i, part in enumerate(kept)]
    if len(parts) == 1 or AND[language] in "".join(parts):
        return comma.join(parts)
    return comma.join(parts[:-1]) + AND[language] + parts[-1]


def _length(phrase: str) -> int:
    """Words; of a Chinese phrase, characters."""
    return len(phrase) if _HAN_CHAR.search(phrase) else len(phrase.split())


def _capital(phrase: str) -> str:
    return phrase[:1].upper() + phrase[1:]
