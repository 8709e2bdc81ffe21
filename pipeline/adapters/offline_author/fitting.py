"""As many chapters and sections as the length asked for carries, and the material fills."""

from collections.abc import Sequence

from pipeline.adapters.offline_author.genres import kind_of
from pipeline.adapters.offline_author.headings import Topic
from pipeline.adapters.offline_author.topics import FULL, MANY_FILES, divided
from pipeline.domain.briefs import OutlineBrief
from pipeline.domain.documents import Language
from pipeline.domain.terms import share, term_set

MOST_CHAPTERS, MOST_SECTIONS = 12, 8
"""Of the outline, and of one chapter; a reader keeps no more in view."""

DEEPEST = 3
"""Levels; a fourth is a list and not an outline."""

_FRAME = frozenset({"summary", "intro", "conclusion", "advice"})
"""Kinds of chapters that a document is expected to begin and to end with."""

FEW_CHAPTERS, CERTAIN = 5, 0.6
"""Of many files so many are chapters in any case, or this share of the sections; of the others
those whose text would fill half a section. What is left out is found by search all the same."""


def fitted(topics: Sequence[Topic], brief: OutlineBrief, sections: int) -> list[Topic]:
    """The topics that fit, in their order; what is left out is named in the summary above it."""
    room = max(6, round(sections * FULL)) + sum(1 for topic in topics if topic.is_asked)
    chapters = _kept(topics, brief, min(MOST_CHAPTERS, room))
    for topic in chapters:
        _fold(topic)
    open_ones = list(chapters)
    spare = room - len(chapters)
    level = 1
    while open_ones and spare > 0 and level < DEEPEST:
        below: list[Topic] = []
        for topic in sorted(open_ones, key=lambda each: -each.words):
            spare -= _unfold(topic, spare + 1, brief.commission.language)
            below += topic.children
        open_ones = below
        level += 1
    return chapters


def _kept(topics: Sequence[Topic], brief: OutlineBrief, limit: int) -> list[Topic]:
    """The chapters that are asked for, then those that speak most of the prompt's subject."""
    wanted = term_set(brief.commission.prompt)
    quoted = [term_set(" ".join(p.heading_path)) for p in brief.passages]
    total = sum(topic.words for topic in topics) or 1

    def worth(topic: Topic) -> float:
        own = term_set(topic.title)
        hits = sum(1 for path in quoted if own and own <= path) / (len(quoted) or 1)
        is_frame = kind_of(topic.title) in _FRAME
        return share(own, wanted) + hits + topic.words / total + is_frame + 10 * topic.is_asked

    filled = [topic for topic in topics if topic.words or topic.is_asked]
    best = sorted(filled, key=worth, reverse=True)[:limit]
    if len(brief.readings) >= MANY_FILES:
        room = limit * CERTAIN
        best = [
            topic
            for rank, topic in enumerate(best)
            if topic.is_asked or rank < max(FEW_CHAPTERS, room) or topic.words * limit > total / 2
        ]
    return [topic for topic in filled if topic in best]


def _fold(topic: Topic) -> None:
    """Put what is below it aside; `_unfold` takes it out again."""
    topic.folded, topic.children = topic.children, []
    topic.named = [child.title for child in topic.folded][:MOST_SECTIONS]


def _unfold(topic: Topic, most: int, language: Language) -> int:
    """Give it its sections, when all or at least two of them fit; returns how many it has more."""
    below = topic.folded or divided(topic, language, min(most, MOST_SECTIONS))
    limit = min(most, MOST_SECTIONS)
    if len(below) > limit:
        largest = sorted(below, key=lambda each: (-each.is_asked, -each.words))[:limit]
        below = [each for each in below if each in largest] if limit > 2 else []
    if not below or (len(below) < 2 and not topic.folded):
        return 0
    topic.children, topic.folded, topic.named = list(below), [], []
    for child in below:
        _fold(child)
    return len(below) - 1
