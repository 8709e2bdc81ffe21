"""Where the parts that a prompt or a requirements file names go among the topics."""

import re
from collections.abc import Mapping, Sequence

from pipeline.adapters.offline_author.demands import Demand
from pipeline.adapters.offline_author.genres import kind_of
from pipeline.adapters.offline_author.headings import Topic, same_subject
from pipeline.adapters.offline_author.query import Query
from pipeline.adapters.offline_author.topics import in_order
from pipeline.domain.documents import SourceId
from pipeline.domain.terms import share, term_set

ANSWERS = 0.6
"""A topic whose title has this share of the terms of what is asked is the answer to it."""

TOUCHES = 0.34
"""A demand goes to the topic whose text has most of its terms, from this share on."""

_OF_ANY_TEXT = frozenset({"summary", "intro", "background", "conclusion", "outlook"})
"""Kinds of chapters that a whole file is not, though its title may have their word."""

_SUBTITLE = re.compile(r"(?::\s|：|——).*$", re.DOTALL)

_PARTS = re.compile(r"\s+and\s+|\s*&\s*|与|和|及")


def placed(
    topics: list[Topic], query: Query, demands: Sequence[Demand], titles: Mapping[SourceId, str]
) -> list[Topic]:
    """The topics with those that are asked for among them, in the order of the prompt.

    `titles` are those of the files where there are several: one that is called as a chapter is
    asked for makes it up.
    """
    return answering(_as_asked(topics, query.asked, titles), demands)


def answering(topics: list[Topic], demands: Sequence[Demand]) -> list[Topic]:
    """The topics with each demand at the one that answers it, and a chapter for what is named."""
    for demand in demands:
        for title in demand.chapters:
            chapter = _find(topics, title)
            if chapter is None:
                chapter = _made(topics, title, _before_the_end(topics))
                topics = [*topics, chapter]
            chapter.is_asked = True
            if demand.text not in chapter.demands:
                chapter.demands.append(demand.text)
        if not demand.chapters and (best := _best(topics, demand.text)):
            best.demands.append(demand.text)
    return in_order(topics)


def _as_asked(
    topics: list[Topic], asked: Sequence[str], titles: Mapping[SourceId, str]
) -> list[Topic]:
    found: list[Topic] = []
    filled = [topic for topic in topics if topic.children]
    for position, title in enumerate(asked):
        twin = None
        if not _is_of_several(topics, title):
            twin = next((t for t in topics if _answers(t.title, title) and t not in found), None)
        if twin:
            topics.remove(twin)
            twin.title, twin.position = title, position
        else:
            twin = _made(topics, title, position)
        found.append(twin)
    found = [topic if topic.words else _of_files(topics, topic, titles) for topic in found]
    for topic in found:
        topic.is_asked = True
    for topic in topics:
        topic.position += len(asked)
    emptied = [topic for topic in filled if not topic.children and not topic.texts]
    return [*found, *(topic for topic in topics if topic not in emptied)]


def _made(topics: list[Topic], title: str, position: int) -> Topic:
    """A chapter of that title, out of the sections that answer it or a part of it."""
    parts = [part for part in _PARTS.split(title) if len(part) > 1]
    below: list[Topic] = []
    for topic in topics:
        taken = [c for c in topic.children if any(_answers(c.title, p) for p in (title, *parts))]
        if taken and len(taken) < len(topic.children):
            topic.children = [child for child in topic.children if child not in taken]
            below += taken
    if len(parts) > 1:
        whole = [t for t in topics if any(_answers(t.title, part) for part in parts)]
        for topic in whole:
            topics.remove(topic)
        below += whole
    return _over(title, below, position)


def _of_files(topics: list[Topic], empty: Topic, titles: Mapping[SourceId, str]) -> Topic:
    """The chapter out of what is left of the files that are called so; else as it is."""
    called = {name for name, title in titles.items() if _is_called(title, empty.title)}
    if not called or kind_of(empty.title) in _OF_ANY_TEXT:
        return empty
    below = [topic for topic in topics if called.issuperset(topic.sources)]
    for topic in below:
        topics.remove(topic)
    return _over(empty.title, below, empty.position)


def _is_called(title: str, asked: str) -> bool:
    """Whether that is what the title says; one word of it, or of its subtitle, is not."""
    name = _SUBTITLE.sub("", title)
    return _answers(name, asked) and _answers(asked, name)


def _over(title: str, below: list[Topic], position: int) -> Topic:
    """A chapter of those sections; of one alone it is that one under another title."""
    sources = list(dict.fromkeys(name for topic in below for name in topic.sources))
    if len(below) == 1:
        only = below[0]
        return Topic(title, only.children, sources, position, only.texts)
    return Topic(title, below, sources, position)


def _is_of_several(topics: Sequence[Topic], title: str) -> bool:
    """Whether a title joins the subjects of two chapters or more."""
    parts = [part for part in _PARTS.split(title) if len(part) > 1]
    there = [part for part in parts if any(_answers(topic.title, part) for topic in topics)]
    return len(there) > 1


def _find(topics: Sequence[Topic], title: str) -> Topic | None:
    """The chapter or section that is on this subject already."""
    every = [each for topic in topics for each in topic.walk()]
    return next((each for each in every if _answers(each.title, title)), None)


def _best(topics: Sequence[Topic], text: str) -> Topic | None:
    """The section that speaks most of what is demanded, its title counting twice."""
    wanted = term_set(text)
    best, most = None, TOUCHES
    for topic in topics:
        for each in topic.walk():
            if each.children:
                continue
            in_title = share(wanted, term_set(each.title))
            in_text = share(wanted, term_set(" ".join(each.texts)))
            if in_title + in_text > most:
                best, most = each, in_title + in_text
    return best


def _answers(title: str, asked: str) -> bool:
    wanted = term_set(asked)
    return same_subject(title, asked) or (
        bool(wanted) and share(wanted, term_set(title)) >= ANSWERS
    )


def _before_the_end(topics: Sequence[Topic]) -> int:
    return max((topic.position for topic in topics), default=0) + 1
