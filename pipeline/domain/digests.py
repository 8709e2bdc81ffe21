"""A source at a glance: its headings, its opening, and what each of its parts says."""

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

from pipeline.domain.briefs import SourceDigest
from pipeline.domain.documents import Block, Reading, Source
from pipeline.domain.language import split_sentences
from pipeline.domain.passages import flowing, size_of, without_breaks
from pipeline.domain.terms import term_set

OPENING_SIZE = 1200
"""Of a digest's opening: an abstract fits in."""

PARTS = 32
"""Stretches that a long source is divided into: a book gets a sentence for every ten pages."""

KEY_SIZE = 4_500
"""Of all key sentences, once every part has one: some thirty, read in three minutes."""

CANDIDATES = 24
"""Sentences of a stretch that are compared, evenly spread: bounds the time for a whole book."""

SHORTEST, LONGEST = 24, 320
"""A shorter sentence is a label, a longer one a list."""

TITLE_BONUS = 0.3
"""A sentence that speaks of what its heading names is more likely what the part is about."""

LEANING = 0.6
"""What a sentence counts that leans on the one before it: it says little when it stands alone."""

_LEANING_WORDS = """
    This These That Those It They He She Such However Therefore Thus Also Moreover Furthermore
    But And So Then 这 该 它 其 此 但 因此 所以 然而 同时 另外 而且 并且 他 她
"""
_LEANING = tuple(_LEANING_WORDS.split())

_Text = tuple[str, str]
"""A text with the heading that it stands under."""


def digest(source: Source, reading: Reading) -> SourceDigest:
    """One source at a glance; a long one takes hardly longer than a short one."""
    opening = _opening(reading.blocks)
    return SourceDigest(
        source=source,
        headings=tuple((b.level, b.text) for b in reading.blocks if b.kind == "heading"),
        opening=flowing(opening),
        key_sentences=tuple(_key_sentences(reading.blocks, frozenset(opening))),
    )


def most_telling(sentences: Sequence[tuple[str, str]]) -> list[int]:
    """Places of the sentences of one text, each after its heading: the most central first."""
    sets = [term_set(sentence) for _, sentence in sentences]
    return _by_worth(sentences, sets, _rarity([sets]))


def _opening(blocks: Sequence[Block]) -> list[str]:
    kept: list[str] = []
    size = 0
    for block in blocks:
        if block.kind != "paragraph":
            continue
        for sentence in split_sentences(block.text):
            size += size_of(sentence) + 1
            if size > OPENING_SIZE:
                return kept or [sentence[:OPENING_SIZE]]
            kept.append(without_breaks(sentence))
    return kept


def _key_sentences(blocks: Sequence[Block], said: frozenset[str]) -> list[_Text]:
    """The most central sentence of every stretch, then second ones while there is room."""
    stretches = [found for part in _stretches(blocks) if (found := _candidates(part, said))]
    sets = [[term_set(sentence) for _, sentence in part] for part in stretches]
    rarity = _rarity(sets)
    orders = [_by_worth(*each, rarity) for each in zip(stretches, sets, strict=True)]
    kept: list[tuple[int, int]] = []
    size = 0
    for turn in range(CANDIDATES):
        for number, order in enumerate(orders):
            if turn < len(order) and (turn == 0 or size < KEY_SIZE):
                kept.append((number, order[turn]))
                size += size_of(stretches[number][order[turn]][1])
    return [stretches[number][place] for number, place in sorted(kept)]


def _stretches(blocks: Sequence[Block]) -> Iterator[list[_Text]]:
    """Sections of the source, long ones divided and neighbouring ones joined: `PARTS` at most."""
    texts = list(_texts(blocks))
    total = sum(len(text) for _, text in texts)
    sections = [list(section) for _, section in groupby(texts, key=lambda each: each[0])]
    if len(sections) >= PARTS:
        yield from _divided(texts, PARTS)
        return
    for section in sections:
        share = sum(len(text) for _, text in section) / total if total else 0
        yield from _divided(section, 1 + int((PARTS - len(sections)) * share))


def _texts(blocks: Sequence[Block]) -> Iterator[_Text]:
    """Paragraphs and lists under their headings; rows of a source that is nothing but tables."""
    wanted = {"paragraph", "list"}
    if not any(block.kind in wanted for block in blocks):
        wanted = {"table"}
    heading = ""
    for block in blocks:
        if block.kind == "heading":
            heading = block.text
        elif block.kind in wanted:
            yield heading, block.text


def _divided(texts: Sequence[_Text], parts: int) -> list[list[_Text]]:
    """Consecutive groups of about equal length; a text longer than a group is divided, too."""
    total = sum(len(text) for _, text in texts) or 1
    most = max(LONGEST, total // parts)
    groups: list[list[_Text]] = [[] for _ in range(parts)]
    done = 0
    for heading, text in texts:
        pieces = [text] if len(text) <= most else split_sentences(text)
        for piece in pieces:
            groups[min(parts - 1, done * parts // total)].append((heading, piece))
            done += len(piece)
    return groups


def _candidates(texts: Sequence[_Text], said: frozenset[str]) -> list[_Text]:
    """Sentences of a stretch that can stand for it, evenly spread over it."""
    found = [
        (heading, sentence)
        for heading, text in _spread(texts)
        for each in split_sentences(text)
        if SHORTEST <= size_of(sentence := without_breaks(each)) <= LONGEST
        and sentence not in said
        and not sentence.endswith(("?", "？", ":", "："))
    ]
    return _spread(found)


def _spread(texts: Sequence[_Text]) -> list[_Text]:
    step = max(1.0, len(texts) / CANDIDATES)
    return [texts[int(number * step)] for number in range(min(len(texts), CANDIDATES))]


def _rarity(parts: Sequence[Sequence[frozenset[str]]]) -> Mapping[str, float]:
    """How telling each term is: the fewer stretches hold it, the more."""
    seen = Counter(term for sets in parts for term in frozenset().union(*sets))
    return {term: math.log(1 + len(parts) / count) for term, count in seen.items()}


def _by_worth(
    part: Sequence[_Text], sets: Sequence[frozenset[str]], rarity: Mapping[str, float]
) -> list[int]:
    """Places of the sentences, those first that share most with the rest of their stretch."""
    common = Counter(term for each in sets for term in each)

    def worth(place: int) -> float:
        heading, sentence = part[place]
        own = sets[place]
        if not own:
            return 0.0
        centre = sum((common[term] - 1) * rarity[term] for term in own) / math.sqrt(len(own) + 4)
        # Of a stretch in which no term comes twice the sentence with most terms says most.
        says = 0.05 * sum(rarity[term] for term in own) / math.sqrt(len(own) + 4)
        titled = 1 + TITLE_BONUS * bool(own & term_set(heading))
        return (centre + says) * titled * (LEANING if sentence.startswith(_LEANING) else 1)

    return sorted(range(len(part)), key=lambda place: (-worth(place), place))
