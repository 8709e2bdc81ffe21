"""An outline without a model: from the files' headings, from their key phrases, or by genre."""

import math
from collections.abc import Sequence
from itertools import pairwise

from pipeline.adapters.offline_author.genres import kind_of, questions, shape
from pipeline.adapters.offline_author.headings import (
    Topic,
    has_structure,
    in_order,
    same_subject,
    topics_of,
)
from pipeline.adapters.offline_author.phrases import PhraseBook
from pipeline.adapters.offline_author.query import Query, read_query
from pipeline.adapters.offline_author.questions import Kind
from pipeline.adapters.offline_author.sections import COVERS, FROM
from pipeline.adapters.offline_author.terms import likeness, share, term_set
from pipeline.domain.briefs import OutlineBrief
from pipeline.domain.documents import Language, Passage, ProposedNode, ProposedOutline

MOST_CHAPTERS, MOST_SECTIONS = 12, 8
"""Of the outline, and of one chapter; a reader keeps no more in view."""

WORDS_PER_SECTION = 150
"""A shorter section is a note: a short document gets fewer of them."""

PHRASES = 4
"""Named in a summary; they shall be read at a glance."""

_UNTITLED: dict[Language, str] = {"en": "Untitled document", "zh": "未命名文档"}
_STOP: dict[Language, str] = {"en": ". ", "zh": "。"}
_COMMA: dict[Language, str] = {"en": "; ", "zh": "；"}
_NOTHING: dict[Language, str] = {
    "en": "The files say little about this.",
    "zh": "文件中与此有关的内容很少。",
}


def proposed(brief: OutlineBrief) -> ProposedOutline:
    """The outline of the material; without material the shape of the genre, with questions."""
    query = read_query(brief.commission)
    if not brief.digests and not brief.passages:
        return _by_genre(query, brief.commission.language)
    quoted = {passage.source_id for passage in brief.passages}
    openings = [d.opening for d in brief.digests if d.source.id not in quoted]
    book = PhraseBook([*(passage.text for passage in brief.passages), *openings])
    topics = topics_of(brief.digests) if has_structure(brief.digests) else _by_phrases(brief, book)
    topics = _as_asked(topics, query)
    topics = _fitting(topics, brief, query)
    scribe = _Scribe(brief, book)
    title = query.title or (brief.digests[0].source.title if brief.digests else "")
    return ProposedOutline(
        title=title or _UNTITLED[brief.commission.language],
        nodes=tuple(scribe.node(topic) for topic in topics),
    )


def _by_genre(query: Query, language: Language) -> ProposedOutline:
    def node(title: str, kind: Kind, below: Sequence[tuple[str, Kind]] = ()) -> ProposedNode:
        gap = "" if language == "zh" else " "
        return ProposedNode(
            title=title,
            content_summary=gap.join(questions(kind, language, title)),
            children=tuple(node(*child) for child in below),
        )

    nodes = [node(*chapter) for chapter in shape(query.genre, language)]
    named = [node(title, kind_of(title)) for title in query.asked]
    if named:
        ends = [each for each in nodes if kind_of(each.title) == "conclusion"]
        starts = [each for each in nodes if kind_of(each.title) in {"intro", "summary"}]
        have = [each.title for each in named]
        around = [[e for e in part if e.title not in have] for part in (starts, ends)]
        nodes = [*around[0], *named, *around[1]]
    return ProposedOutline(title=query.title or _UNTITLED[language], nodes=tuple(nodes))


def _by_phrases(brief: OutlineBrief, book: PhraseBook) -> list[Topic]:
    """Stretches of the material, each named by the phrases that are its own."""
    names = {d.source.id: d.source.file_name or d.source.title for d in brief.digests}
    found: list[Topic] = []
    for stretch in _stretches(brief.passages):
        known = " ".join([brief.commission.title, *(topic.title for topic in found)])
        own = book.phrases([p.text for p in stretch], PHRASES + 1, without=known)
        if not own:
            continue
        files = list(dict.fromkeys(names.get(p.source_id, "") for p in stretch))
        title = own[0][:1].upper() + own[0][1:]
        found.append(Topic(title, [], [f for f in files if f], len(found), own[1:]))
    return found or [
        Topic(d.source.title, files=[names[d.source.id]], position=i)
        for i, d in enumerate(brief.digests)
    ]


def _stretches(passages: Sequence[Passage]) -> list[list[Passage]]:
    """The passages in reading order, cut where two neighbours have the least in common."""
    ordered = sorted(passages, key=lambda p: (p.source_id, p.position))
    count = min(8, max(1, round(math.sqrt(len(ordered)) * 1.1)))
    bonds = [
        (one.source_id == other.source_id, likeness(term_set(one.text), term_set(other.text)), i)
        for i, (one, other) in enumerate(pairwise(ordered), start=1)
    ]
    cuts = sorted(i for *_, i in sorted(bonds)[: count - 1])
    return [ordered[a:b] for a, b in pairwise([0, *cuts, len(ordered)]) if a < b]


def _as_asked(topics: list[Topic], query: Query) -> list[Topic]:
    """The topics with those that the prompt names among them, in its order."""
    asked: list[Topic] = []
    for position, title in enumerate(query.asked):
        twin = next((t for t in topics if _answers(t.title, title) and t not in asked), None)
        if twin:
            topics.remove(twin)
            asked.append(Topic(title, twin.children, twin.files, position))
            continue
        below = [c for t in topics for c in t.children if _answers(c.title, title)]
        for topic in topics:
            topic.children = [child for child in topic.children if child not in below]
        inner = [c for child in below for c in child.children]
        files = list(dict.fromkeys(name for child in below for name in child.files))
        asked.append(Topic(title, inner, files, position))
    for topic in topics:
        topic.position += len(asked)
    return in_order([*asked, *topics])


def _answers(title: str, asked: str) -> bool:
    wanted = term_set(asked)
    return same_subject(title, asked) or (bool(wanted) and share(wanted, term_set(title)) >= 0.6)


def _fitting(topics: list[Topic], brief: OutlineBrief, query: Query) -> list[Topic]:
    """As many chapters and sections as the length carries, the least relevant left out."""
    room = max(6, brief.commission.target_words // WORDS_PER_SECTION)
    wanted = term_set(f"{brief.commission.prompt} {query.title}")
    quoted = [term_set(" ".join(p.heading_path)) for p in brief.passages]

    def worth(topic: Topic) -> float:
        own = term_set(topic.title)
        hits = sum(1 for path in quoted if own and own <= path)
        named = topic.title in query.asked
        return share(own, wanted) + 0.15 * hits + 0.02 * len(topic.children) + 10 * named

    limit = min(MOST_CHAPTERS, max(room, len(query.asked)))
    kept = sorted(topics, key=worth, reverse=True)[:limit]
    spare = max(0, room - len(kept))
    for topic in kept:
        best = sorted(topic.children, key=worth, reverse=True)[: min(MOST_SECTIONS, spare + 1)]
        if len(best) < 2:
            topic.named, topic.children = [child.title for child in topic.children], []
        else:
            topic.children = [child for child in topic.children if child in best]
            spare -= len(best) - 1
    return [topic for topic in topics if topic in kept]


class _Scribe:
    """Turns topics into nodes, each with what the material has on it."""

    def __init__(self, brief: OutlineBrief, book: PhraseBook) -> None:
        self._brief = brief
        self._book = book
        self._language = brief.commission.language

    def node(self, topic: Topic) -> ProposedNode:
        """A chapter with its sections; what is deeper is named in their summaries."""
        for child in topic.children:
            child.named = [below.title for below in child.children]
        return ProposedNode(
            title=topic.title,
            content_summary=self._summary(topic),
            children=tuple(
                ProposedNode(title=child.title, content_summary=self._summary(child))
                for child in topic.children
            ),
        )

    def _summary(self, topic: Topic) -> str:
        names = topic.named or [child.title for child in topic.children]
        if len(names) < PHRASES and not topic.children:
            names = [*names, *self._phrases(topic, names)][:PHRASES]
        comma, stop = _COMMA[self._language], _STOP[self._language]
        parts = [f"{COVERS[self._language]}{comma.join(names[:MOST_SECTIONS])}"] if names else []
        if topic.files:
            parts.append(f"{FROM[self._language]}{comma.join(topic.files[:3])}")
        return stop.join([*parts, ""]).strip() if parts else _NOTHING[self._language]

    def _phrases(self, topic: Topic, names: Sequence[str]) -> list[str]:
        own = term_set(topic.title)
        under = [
            p.text
            for p in self._brief.passages
            if any(same_subject(heading, topic.title) for heading in p.heading_path)
        ]
        texts = under or [p.text for p in self._brief.passages if own and own <= term_set(p.text)]
        known = " ".join([topic.title, *names])
        return self._book.phrases(texts, PHRASES, without=known)
