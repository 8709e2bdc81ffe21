"""How long a section may be, and when a text that was corrected for its length is better."""

import re
from collections.abc import Callable, Mapping, Sequence, Set
from typing import Final

from pipeline.domain.citations import cited, without_markers
from pipeline.domain.documents import Draft, Language, PassageId
from pipeline.domain.language import HAN, count_words, detect_language, sentence_spans
from pipeline.domain.markdown import blocks, closed

CALL_WORDS: Final[dict[Language, int]] = {"en": 1_500, "zh": 2_000}
"""Of one call, some 2,000 tokens. Asked for more, models write 2,000 words and stop; servers of
local models often cut at 2,048 tokens. A longer section is written in parts."""

MOST_CALLS = 40
"""Of one section: 60,000 words are a book."""

SHORTEST, LONGEST = 0.75, 1.3
"""Of the target: between them a reader does not notice, and a second call is not worth its cost."""

LEAST_DIFFERENCE = 60
"""Words; a section of 80 that has 50 lacks one sentence, and sentences cannot be had to measure."""

ROUND_IN_CIRCLES = 3.0
"""A text of more than so many times its target is no long section: the model had lost its way."""

LEAST_GAIN = 0.25
"""Of the distance to the target, that a corrected text must make good: less is only other words."""

IN_A_ROW = 8
"""Words, or Chinese characters; so many equal ones are no chance but the same text."""

MOST_COPIED = 0.5
"""Of what is new in a text; more, and it was filled up with its passages or its instructions."""

MOST_REPEATED = 0.1
"""Of a text that says itself again; people's sections stay below a fiftieth."""

Row = tuple[str, ...]
"""`IN_A_ROW` words as they follow each other."""

_TOKEN = re.compile(rf"[{HAN}]|[^\W_{HAN}]+")
_PROMPT = re.compile(r"</?(?:passage|source|section|query|requirements|style_guide)\b|\[S\d+\]|⟦")


def words_in(text: str) -> int:
    """Words of a draft, Chinese characters each one, without its markers."""
    return count_words(without_markers(text))


def wants_correction(words: int, target: int) -> bool:
    """Whether a section of so many words is to be asked for again, nearer to its target."""
    if not words or words > ROUND_IN_CIRCLES * target:
        return False
    if abs(words - target) < LEAST_DIFFERENCE:
        return False
    return not SHORTEST * target <= words <= LONGEST * target


def refusal(first: Draft, second: Draft, *, target: int, told: Sequence[str] = ()) -> str:
    """Why the second text is not taken for the first, as a code; empty: it is the better one.

    Args:
        first: The text as it was written.
        second: The text that was corrected for its length.
        target: Words that the section should have.
        told: The texts that the writer was given; a better text is not made by copying them.
    """
    one, other = first.text, second.text
    faults: tuple[tuple[str, Callable[[], bool]], ...] = (
        ("not_nearer", lambda: not _is_nearer(one, other, target)),
        ("citation_lost", lambda: not _keeps_citations(one, other)),
        ("other_language", lambda: detect_language(one) != detect_language(other)),
        ("block_lost", lambda: _lost_block(one, other)),
        ("not_whole", lambda: closed(other) != other),
        ("prompt", lambda: bool(_prompts(other) - _prompts(one))),
        ("copied", lambda: share_copied(other, beyond=one, told=told) > MOST_COPIED),
        ("repeated", lambda: share_repeated(other) > max(MOST_REPEATED, share_repeated(one))),
    )
    return next((code for code, holds in faults if holds()), "")


def share_copied(text: str, *, told: Sequence[str], beyond: str = "") -> float:
    """The share of what a text has beyond another that stands word for word in given texts."""
    return share_in(rows(text) - rows(beyond), {row for each in told for row in rows(each)})


def share_in(some: Set[Row], others: Set[Row]) -> float:
    """The share of sequences that are among others; of none it is 0."""
    return len(some & others) / len(some) if some else 0.0


def share_repeated(text: str) -> float:
    """The share of a text's sequences of words that occur in it before."""
    tokens = _tokens(text)
    count = len(tokens) - IN_A_ROW + 1
    return 1 - len(rows(text)) / count if count > 0 else 0.0


def _tokens(text: str) -> list[str]:
    return _TOKEN.findall(without_markers(text).casefold())


def rows(text: str) -> set[Row]:
    """All sequences of `IN_A_ROW` words of a text, in lower case and without citations."""
    tokens = _tokens(text)
    return set(zip(*(tokens[start:] for start in range(IN_A_ROW)), strict=False))


def _is_nearer(first: str, second: str, target: int) -> bool:
    before, after = abs(words_in(first) - target), abs(words_in(second) - target)
    return after <= (1 - LEAST_GAIN) * before


def _prompts(text: str) -> set[str]:
    """What only a prompt has: its tags, and markers as models see them."""
    return set(_PROMPT.findall(text))


def _keeps_citations(first: str, second: str) -> bool:
    """Whether each passage that was cited still is, or one that stood beside it in a sentence."""
    kept = set(cited(second))
    lost = set(cited(first)) - kept
    if not lost:
        return True
    beside = _beside(first)
    return all(beside[passage] & kept for passage in lost)


def _beside(text: str) -> Mapping[PassageId, set[PassageId]]:
    """What each passage shares with others in every sentence that cites it."""
    together: dict[PassageId, set[PassageId]] = {}
    for start, end in sentence_spans(text):
        here = set(cited(text[start:end]))
        for passage in here:
            others = here - {passage}
            together[passage] = together[passage] & others if passage in together else others
    return {passage: together.get(passage, set()) for passage in cited(text)}


def _lost_block(first: str, second: str) -> bool:
    """Whether code or a formula is missing or changed, or a table is missing."""
    before, after = _blocks(first), _blocks(second)
    if any(before[kind] - after[kind] for kind in ("code", "math")):
        return True
    return _count(first, "table") > _count(second, "table")


def _blocks(text: str) -> Mapping[str, set[str]]:
    found: dict[str, set[str]] = {"code": set(), "math": set()}
    for block in blocks(text):
        if block.kind in found:
            found[block.kind].add(text[block.start : block.end].strip())
    return found


def _count(text: str, kind: str) -> int:
    return sum(1 for block in blocks(text) if block.kind == kind)
