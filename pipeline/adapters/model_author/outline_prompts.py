"""The prompt for an outline: all sources at a glance, and the passages that fit best."""

from collections.abc import Sequence
from itertools import groupby
from operator import itemgetter

from pipeline.adapters.model_author import wording
from pipeline.adapters.model_author.prompt_parts import (
    block,
    commission_part,
    conversation,
    fitting,
    shortened,
)
from pipeline.adapters.model_author.source_names import SourceNames
from pipeline.adapters.openai_chat import Message
from pipeline.domain.briefs import OutlineBrief, SourceDigest
from pipeline.domain.documents import Language, Passage
from pipeline.domain.passages import flowing, size_of

DIGESTS_SIZE = 30_000
# Characters, where a Han character counts for two. Of all sources together; each gets its fair
# share, so that none is left out.

HEADINGS_SHARE, OPENING_SHARE = 0.4, 0.25
# Of a source that has more to show than its share: the rest is for sentences from all its parts.

WORDS_PER_SECTION = 350
# A section that is read in two minutes; decides how many the outline should have.


def outline_messages(brief: OutlineBrief, names: SourceNames) -> list[Message]:
    """Ask for an outline that covers the prompt, from the sources where there are any."""
    language = brief.commission.language
    words = wording.OUTLINE[language]
    target = brief.commission.target_words
    sections = max(3, min(60, round(target / WORDS_PER_SECTION))) if target else 12
    parts = [
        commission_part(brief.commission),
        words.size.format(sections=sections, chapters=max(2, min(10, round(sections / 3)))),
        _digests(brief.digests, names, language),
        _passages(brief.passages, names, language),
        words.task,
    ]
    rules = f"{words.rules}\n{words.source_rules}" if brief.digests else words.rules
    return conversation(rules, parts)


def fair_shares(sizes: Sequence[int], total: int) -> list[int]:
    """How much of `total` each gets: small ones all they need, large ones an equal rest."""
    shares = [0] * len(sizes)
    left = total
    by_size = sorted(range(len(sizes)), key=lambda i: sizes[i])
    for done, i in enumerate(by_size):
        shares[i] = min(sizes[i], left // (len(sizes) - done))
        left -= shares[i]
    return shares


def _digests(digests: Sequence[SourceDigest], names: SourceNames, language: Language) -> str:
    """Every source at a glance, each within its fair share."""
    if not digests:
        return ""
    sizes = [sum(size_of(line) + 1 for line in _lines(digest)) for digest in digests]
    shown = [
        block(
            "source",
            _digest(digest, share, wording.COMMISSION[language].cut),
            digest.source.file_name or digest.source.url,
            names.name(digest.source.id),
        )
        for digest, share in zip(digests, fair_shares(sizes, DIGESTS_SIZE), strict=True)
    ]
    words = wording.OUTLINE[language]
    return "\n".join([words.sources.format(count=len(digests)), *shown])


def _digest(digest: SourceDigest, size: int, cut: str) -> str:
    """The source within a size, where something of all its parts is left, not only the first."""
    if sum(size_of(line) + 1 for line in _lines(digest)) <= size:
        return "\n".join(_lines(digest))
    headings = _headings(digest)
    headings = [headings[i] for i in _thinned(headings, int(size * HEADINGS_SHARE))]
    opening = shortened(digest.opening, _chars(digest.opening, int(size * OPENING_SHARE)), cut)
    used = sum(size_of(line) + 1 for line in (digest.source.title, *headings, opening))
    each = [f"{heading} {said}" for heading, said in digest.key_sentences]
    said = [digest.key_sentences[i] for i in _thinned(each, size - used)]
    kept = [digest.source.title, *headings, opening, *_under_headings(said)]
    return "\n".join(line for line in [*kept, cut] if line)


def _lines(digest: SourceDigest) -> list[str]:
    said = _under_headings(digest.key_sentences)
    found = [digest.source.title, *_headings(digest), digest.opening, *said]
    return [line for line in found if line]


def _headings(digest: SourceDigest) -> list[str]:
    return [f"{'  ' * max(0, depth - 1)}- {title}" for depth, title in digest.headings]


def _under_headings(said: Sequence[tuple[str, str]]) -> list[str]:
    """Sentences in a row that stand under one heading, behind it."""
    found = []
    for heading, group in groupby(said, key=itemgetter(0)):
        text = flowing([sentence for _, sentence in group])
        found.append(f"{heading} › {text}" if heading else text)
    return found


def _thinned(lines: Sequence[str], size: int) -> list[int]:
    """Which lines to keep: from all over, as many as fit, high headings before deep ones."""
    order = sorted(range(len(lines)), key=lambda i: (_depth(lines[i]), _bit_reversed(i)))
    kept: list[int] = []
    for i in order:
        size -= size_of(lines[i]) + 1
        if size < 0:
            break
        kept.append(i)
    return sorted(kept)


def _depth(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _bit_reversed(i: int) -> int:
    """An order in which the first few of a row are spread evenly over it."""
    return int(f"{i:016b}"[::-1], 2)


def _chars(text: str, size: int) -> int:
    """How many characters of a text have that size."""
    return int(len(text) * size / max(1, size_of(text)))


def _passages(passages: Sequence[Passage], names: SourceNames, language: Language) -> str:
    """The passages that fit best, each under the name of its source."""
    shown = [
        block("passage", p.text, " › ".join((names.name(p.source_id), *p.heading_path)))
        for p in fitting(passages)
    ]
    return "\n".join([wording.PASSAGES[language], *shown]) if shown else ""
