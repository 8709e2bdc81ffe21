"""The topics of the author's files: by their headings, or by what stretches of them repeat."""

import math
from collections import Counter
from collections.abc import Mapping, Sequence

from pipeline.adapters.offline_author.genres import kind_of
from pipeline.adapters.offline_author.headings import (
    Topic,
    add,
    has_structure,
    tree_of,
    with_text,
)
from pipeline.adapters.offline_author.initials import small_words
from pipeline.adapters.offline_author.naming import LOOKED_AT, Namer, enumerated, evenly
from pipeline.adapters.offline_author.stretches import Unit, cut, running_texts, units_of
from pipeline.adapters.offline_author.title_text import clean_title
from pipeline.domain.documents import Language, Reading, SourceId
from pipeline.domain.terms import terms

MANY_FILES = 4
"""From so many files on each is a chapter; of fewer, their own chapters are."""

FEWEST_STRETCH_WORDS = 90
"""A stretch of a text without headings holds so many words on average: a paragraph or two."""

FLAT = 12
"""So many sections stand side by side; more are grouped into chapters."""

GROUP = 3.5
"""Sections of such a chapter, on average."""

FULL = 1.4
"""Headings may make so many more sections than the length alone would."""

ALIKE = 0.4
"""From this likeness of their words on, stretches of two files are on one subject (cosine)."""

LONG_SECTION = 900
"""Words below one heading that are worth dividing: two sections and a half."""

PARTS_LOOKED_AT = 60_000
"""Characters of one section by which its parts are named: a few pages of each."""

_RANKS: Mapping[str, int] = {
    "summary": 0, "intro": 1, "background": 2, "goals": 3, "concepts": 3, "method": 4,
    "setup": 4, "operation": 6, "trouble": 7, "cost": 6, "plan": 6, "risks": 7, "advice": 8,
    "outlook": 9, "conclusion": 10,
}  # fmt: skip
_MIDDLE = 5
"""Where chapters stand of which the title does not say."""


def topics_of(
    readings: Mapping[SourceId, Reading], language: Language, sections: int
) -> list[Topic]:
    """The chapters of the material in order, those of several files on one subject as one.

    Of many files, each is a chapter. `sections` says how finely a text without headings is cut.
    """
    flat = {name: reading for name, reading in readings.items() if not has_structure(reading)}
    cuts = _stretches(flat, sections if len(flat) == len(readings) else max(2, sections // 2))
    by_file = _named(cuts, language, readings)
    found: list[Topic] = []
    for name, reading in readings.items():
        if name in flat:
            title, chapters = clean_title(reading.title) or reading.title, by_file.get(name, [])
        else:
            title, chapters = tree_of(name, reading, keeps_top=1 < len(readings) < MANY_FILES)
            chapters = with_text(chapters)
        is_one = len(readings) >= MANY_FILES and bool(title.strip())
        for topic in [_as_chapter(title, chapters, name)] if is_one else chapters:
            topic.position = len(found)
            add(found, topic)
    if not flat or len(readings) > 1:
        found = in_order(found, all_kinds=len(readings) > 1)
    # For a short document the best are chosen; for one that has room for all they are grouped.
    is_room = len(readings) < MANY_FILES and sections * FULL >= len(found)
    return _grouped(found, language) if is_room or len(flat) == len(readings) == 1 else found


def _as_chapter(title: str, chapters: list[Topic], name: SourceId) -> Topic:
    """A whole file as a chapter; what a file of one part holds stands directly in it."""
    if len(chapters) == 1 and not chapters[0].children:
        return Topic(title, [], [name], texts=chapters[0].texts)
    return Topic(title, chapters, [name])


def in_order(topics: Sequence[Topic], *, all_kinds: bool = False) -> list[Topic]:
    """Introductions first, conclusions last, the others as the files have them.

    With `all_kinds` in the order of a report: background, subject, plan, cost, risks, advice.
    """

    def rank(topic: Topic) -> int:
        place = _RANKS.get(kind_of(topic.title), _MIDDLE)
        return place if all_kinds or place in {0, 1, 10} else _MIDDLE

    ordered = sorted(topics, key=lambda topic: (rank(topic), topic.position))
    for position, topic in enumerate(ordered):
        topic.position = position  # what is placed among them later keeps this order
    return ordered


def divided(topic: Topic, language: Language, most: int) -> list[Topic]:
    """The parts of a long section that has no headings of its own; none when it is short."""
    words = topic.words
    if topic.children or words < LONG_SECTION or most < 2:
        return []
    parts = cut(units_of(topic.texts), min(most, round(words / (LONG_SECTION / 2.5))))
    namer = Namer(evenly([_texts(part) for part in parts], PARTS_LOOKED_AT), language)
    found: list[Topic] = []
    for number, part in enumerate(parts):
        title = namer.title(number, [topic.title, *(each.title for each in found)])
        if not title:
            return []
        found.append(Topic(title, [], list(topic.sources), number, _texts(part)))
    return found


def _stretches(
    readings: Mapping[SourceId, Reading], sections: int
) -> dict[SourceId, list[list[Unit]]]:
    """Each text cut into stretches, as many as its share of all the words is worth."""
    total = sum(reading.words for reading in readings.values()) or 1
    found: dict[SourceId, list[list[Unit]]] = {}
    for name, reading in readings.items():
        units = units_of(running_texts(reading))
        words = sum(unit.words for unit in units)
        count = min(round(sections * words / total), words // FEWEST_STRETCH_WORDS)
        found[name] = cut(units, max(1, count))
    return found


def _named(
    cuts: Mapping[SourceId, Sequence[Sequence[Unit]]],
    language: Language,
    readings: Mapping[SourceId, Reading],
) -> dict[SourceId, list[Topic]]:
    """The stretches as topics; one that is like a stretch of another file joins that one."""
    groups: list[tuple[SourceId, list[SourceId], list[str]]] = []
    bags: list[dict[str, float]] = []
    rarity = _rarity([part for parts in cuts.values() for part in parts])
    for name, parts in cuts.items():
        for part in parts:
            bag = _weighted(part, rarity)
            twin = next(
                (
                    i
                    for i, other in enumerate(bags)
                    if groups[i][0] != name and _cosine(bag, other) >= ALIKE
                ),
                None,
            )
            if twin is None:
                groups.append((name, [name], _texts(part)))
                bags.append(bag)
            else:
                groups[twin][1].append(name)
                groups[twin][2].extend(_texts(part))
    namer = Namer([texts for *_, texts in groups], language)
    titled: dict[SourceId, list[Topic]] = {name: [] for name in cuts}
    taken: list[str] = []
    for number, (name, sources, texts) in enumerate(groups):
        whole = len(cuts[name]) == 1 and len(cuts) > 1
        title = clean_title(readings[name].title) if whole else ""
        title = title or namer.title(number, taken)
        if title:
            taken.append(title)
            topic = Topic(title, [], list(dict.fromkeys(sources)), number, texts)
            titled[name].append(topic)
        elif titled[name]:
            titled[name][-1].texts += texts
    return titled


def _grouped(topics: list[Topic], language: Language) -> list[Topic]:
    """Many sections as chapters of neighbours that have most in common."""
    if len(topics) <= FLAT:
        return topics
    units = [_unit_of(topic) for topic in topics]
    looked_at = evenly([topic.all_texts() for topic in topics], LOOKED_AT)
    small = small_words(text for texts in looked_at for text in texts)
    parts = cut(units, max(2, round(len(topics) / GROUP)))
    chapters: list[Topic] = []
    start = 0
    for number, part in enumerate(parts):
        below = topics[start : start + len(part)]
        start += len(part)
        if len(below) == 1:
            chapters.append(below[0])
            continue
        sources = list(dict.fromkeys(name for topic in below for name in topic.sources))
        title = enumerated([topic.title for topic in below], language, small)
        chapters.append(Topic(title, below, sources, number))
    return chapters


def _unit_of(topic: Topic) -> Unit:
    texts = topic.all_texts()
    return Unit(tuple(texts), topic.words, Counter(terms(" ".join(texts))))


def _texts(part: Sequence[Unit]) -> list[str]:
    return [text for unit in part for text in unit.texts]


def _rarity(parts: Sequence[Sequence[Unit]]) -> dict[str, float]:
    seen = Counter(term for part in parts for term in {t for unit in part for t in unit.counts})
    return {term: math.log(1 + len(parts) / count) for term, count in seen.items()}


def _weighted(part: Sequence[Unit], rarity: Mapping[str, float]) -> dict[str, float]:
    counts = sum((unit.counts for unit in part), Counter[str]())
    return {term: count * rarity[term] for term, count in counts.items()}


def _cosine(one: Mapping[str, float], other: Mapping[str, float]) -> float:
    both = sum(weight * other[term] for term, weight in one.items() if term in other)
    sizes = math.sqrt(sum(w * w for w in one.values()) * sum(w * w for w in other.values()))
    return both / sizes if sizes else 0.0
