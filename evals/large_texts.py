"""Readings as large as wanted: made-up words, as often as words come in real texts."""

import random
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import accumulate

from pipeline.domain.documents import Block, Language, Reading, SourceId

WORDS = 60_000
"""About the vocabulary of an encyclopaedia; Zipf's law says how often each comes."""

HAN_CHARS = 3_500
"""In common use."""

FILE_BYTES = 5_000_000
"""Of one reading; a file may hold five million characters."""

PARAGRAPHS_PER_HEADING = 20


def large_readings(language: Language, *, megabytes: float) -> dict[SourceId, Reading]:
    """Files of that language with so many megabytes of text together (UTF-8); always the same."""
    files = max(1, round(megabytes * 1e6 / FILE_BYTES))
    return {
        SourceId(f"{language}-{number}"): Reading(
            sha256=f"{language}{number:03}".ljust(64, "0"),
            title=f"File {number}",
            language=language,
            blocks=tuple(_blocks(language, round(megabytes * 1e6 / files), number)),
        )
        for number in range(files)
    }


def size_bytes(readings: Mapping[SourceId, Reading]) -> int:
    return sum(len(b.text.encode()) for reading in readings.values() for b in reading.blocks)


def section_queries(readings: Mapping[SourceId, Reading], count: int) -> list[str]:
    """Titles and summaries as long as those of sections, in words of the texts."""
    rng = random.Random(11)
    texts = [b.text for r in readings.values() for b in r.blocks if b.kind == "paragraph"]
    is_chinese = next(iter(readings.values())).language == "zh"
    lengths = (10, 40) if is_chinese else (25, 120)
    return [rng.choice(texts)[5 : 5 + lengths[number % 2]] for number in range(count)]


def _blocks(language: Language, size: int, seed: int) -> Iterator[Block]:
    rng = random.Random(seed)
    words, weights = _vocabulary(language)
    number = 0
    while size > 0:
        sentences = [
            _sentence(language, rng.choices(words, cum_weights=weights, k=rng.randint(8, 25)))
            for _ in range(5)
        ]
        if number % PARAGRAPHS_PER_HEADING == 0:
            yield Block(kind="heading", text=sentences[0][:30], level=1)
        text = (" " if language == "en" else "").join(sentences)
        yield Block(kind="paragraph", text=text)
        size -= len(text.encode())
        number += 1


def _sentence(language: Language, words: Sequence[str]) -> str:
    return " ".join(words).capitalize() + "." if language == "en" else "".join(words) + "。"


@cache
def _vocabulary(language: Language) -> tuple[list[str], list[float]]:
    rng = random.Random(5)
    if language == "en":
        letters = "abcdefghijklmnopqrstuvwxyz"
        words = ["".join(rng.choices(letters, k=rng.randint(2, 10))) for _ in range(WORDS)]
    else:
        chars = [chr(0x4E00 + number) for number in range(HAN_CHARS)]
        shares = [1 / (number + 8) for number in range(HAN_CHARS)]
        lengths = [1, 2, 2, 2, 3]
        words = ["".join(rng.choices(chars, shares, k=rng.choice(lengths))) for _ in range(WORDS)]
    return words, list(accumulate(1 / (number + 3) for number in range(WORDS)))
