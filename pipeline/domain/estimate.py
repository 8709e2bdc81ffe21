"""What writing will use, told before it starts: tokens, time and cost, from the outline alone.

The sizes of prompts are those of the prompts as they are, measured; `tests/unit/test_estimate.py`
holds the estimate against what an endpoint counts for whole jobs.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from pipeline.domain.briefs import CLAIMS_PER_CALL, MOST_CLAIMS
from pipeline.domain.documents import Language, Value
from pipeline.domain.lengths import CALL_WORDS, MOST_CALLS
from pipeline.domain.spending import Budget, Price, Tokens
from pipeline.domain.tokens import FUSE_TOKENS, JUDGEMENT_TOKENS, tokens_for

RULES: Final[dict[Language, int]] = {"en": 400, "zh": 540}
"""Tokens of all that a section's writer is told but its material and the document's frame."""

FUSE_RULES: Final[dict[Language, int]] = {"en": 300, "zh": 350}
LABELS = 1.15
"""A chapter that is fused has a label before each sentence."""

PASSAGE_TOKENS: Final[dict[Language, int]] = {"en": 212, "zh": 410}
PASSAGE_WORDS: Final[dict[Language, int]] = {"en": 130, "zh": 400}
MOST_PASSAGES = 30
"""Of one prompt; more of them do not fit."""

MOST_WRITTEN: Final[dict[Language, int]] = {"en": 2_000, "zh": 8_000}
MOST_CHAPTER = 15_000
NEIGHBOUR_TOKENS, MOST_NEIGHBOURS = 12, 1_500

WORDS_PER_CLAIM = 250
"""For a second opinion: about so often a cited sentence is not found in its passages."""
CLAIM_TOKENS = 500

FIRST_TOKEN_S = 1.0
"""Until an answer begins, with most endpoints."""


@dataclass(frozen=True, slots=True)
class Writing:
    """What is to be written, as far as its size goes."""

    language: Language
    sections: Sequence[int]
    """Words of each section that will be written."""
    chapters: Sequence[int] = ()
    """Words of each chapter that will be fused."""
    all_sections: int = 0
    """Of the whole outline, whose titles each writer is told."""
    frame: int = 0
    """Tokens of what every prompt has: the author's prompt, requirements, style guide."""
    material_words: int = 0
    passages_for: Callable[[int], int] = lambda _: 0
    """How many passages the author can use for a section of so many words."""
    second_opinion: bool = False


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast the model is, and how much at once it may be asked."""

    speed: int = 50
    """Tokens in a second, of one answer."""
    calls_at_once: int = 64
    requests_per_minute: int | None = None
    tokens_per_minute: int | None = None


class Estimate(Value):
    """About what a writing will use.

    On top come corrections of lengths, failed calls, and search terms for sources in another
    language.
    """

    calls: int
    tokens_in: int
    tokens_out: int
    seconds: float
    cost: float | None = None
    currency: str = ""

    @property
    def tokens(self) -> int:
        return self.tokens_in + self.tokens_out

    def exceeds(self, budget: Budget) -> bool:
        is_long = budget.tokens is not None and self.tokens > budget.tokens
        return is_long or (
            budget.cost is not None and self.cost is not None and self.cost > budget.cost
        )


def estimate(writing: Writing, pace: Pace, price: Price | None = None) -> Estimate:
    """Grows with every section, word, passage and chapter, and never with a faster model."""
    sections = [_section(words, writing) for words in writing.sections]
    fuses = [_fuse(words, writing) for words in writing.chapters]
    opinions = _opinions(writing)
    every = [call for section in sections for call in section] + fuses + opinions
    total = Tokens(sum(call.read for call in every), sum(call.written for call in every))
    return Estimate(
        calls=len(every),
        tokens_in=total.read,
        tokens_out=total.written,
        seconds=_seconds(sections, fuses, opinions, pace),
        cost=price.of(total) if price else None,
        currency=price.currency if price else "",
    )


def _section(words: int, writing: Writing) -> list[Tokens]:
    """The calls that a section takes, one after the other."""
    language = writing.language
    calls = min(MOST_CALLS, max(1, -(-words // CALL_WORDS[language])))
    there = -(-writing.material_words // PASSAGE_WORDS[language])
    passages = min(writing.passages_for(words), there, MOST_PASSAGES)
    others = min(MOST_NEIGHBOURS, NEIGHBOUR_TOKENS * writing.all_sections)
    read = RULES[language] + writing.frame + others + passages * PASSAGE_TOKENS[language]
    part = tokens_for(words, language) // calls
    return [
        Tokens(read + min(MOST_WRITTEN[language], before * part), part) for before in range(calls)
    ]


def _fuse(words: int, writing: Writing) -> Tokens:
    language = writing.language
    chapter = min(MOST_CHAPTER, round(LABELS * tokens_for(words, language)))
    return Tokens(FUSE_RULES[language] + writing.frame + chapter, FUSE_TOKENS)


def _opinions(writing: Writing) -> list[Tokens]:
    if not (writing.second_opinion and writing.material_words):
        return []
    claims = min(MOST_CLAIMS, sum(writing.sections) // WORDS_PER_CLAIM)
    calls = -(-claims // CLAIMS_PER_CALL)
    read, written = CLAIMS_PER_CALL * CLAIM_TOKENS, CLAIMS_PER_CALL * JUDGEMENT_TOKENS
    return [Tokens(read, written)] * calls


def _seconds(
    sections: Sequence[Sequence[Tokens]],
    fuses: Sequence[Tokens],
    opinions: Sequence[Tokens],
    pace: Pace,
) -> float:
    """The longest section and what waits behind it, a fuse, a second opinion; or the limits."""

    def took(calls: Sequence[Tokens]) -> float:
        return sum(FIRST_TOKEN_S + call.written / pace.speed for call in calls)

    times = [took(section) for section in sections]
    longest = max(times, default=0.0)
    waves = 0.0
    if len(times) > pace.calls_at_once:
        waves = (sum(times) - longest) / pace.calls_at_once
    path = longest + waves + took(fuses[:1]) + took(opinions[:1])
    every = [call for section in sections for call in section] + [*fuses, *opinions]
    return max(
        path,
        _minutes(len(every), pace.requests_per_minute) * 60,
        _minutes(sum(call.read + call.written for call in every), pace.tokens_per_minute) * 60,
    )


def _minutes(count: int, limit: int | None) -> int:
    """Whole minutes to wait until so many are taken: the first ones go at once."""
    return max(0, -(-count // limit) - 1) if limit else 0
