"""What is searched for a section of the outline, and how several searches become one list."""

import re
from collections.abc import Hashable, Sequence
from functools import lru_cache
from typing import TypeVar

from pipeline.domain.language import split_sentences
from pipeline.domain.outline import Place
from pipeline.domain.terms import share, term_set

RRF_K = 60
"""Of reciprocal rank fusion, as Cormack, Clarke and Büttcher (SIGIR 2009) found it to work best."""

MOST_QUERIES = 6
"""For one section; each takes some milliseconds, and further questions rarely find other pages."""

FIT = 0.34
"""From a third of a query's terms on a passage speaks of it; below it shares a stray word."""

_QUESTION = re.compile(r"[?？]\s*$")

Ranked = TypeVar("Ranked", bound=Hashable)


def queries_for(place: Place, *, subject: str = "") -> tuple[str, ...]:
    """The searches for one section, most telling first, none twice.

    Its title; all that is known of it; its title under all those above it, or with the subject of
    the whole document where there are none; each question that its notes or its summary ask; and
    the author's notes, its own and those it stands under. Measured in `evals/retrieval.py`.
    """
    node = place.node
    above = [each.title for each in reversed(place.path[:-1])]
    notes = [each.notes for each in reversed(place.path)]
    asked = [
        sentence
        for text in (*notes, node.content_summary)
        for sentence in split_sentences(text)
        if _QUESTION.search(sentence)
    ]
    found = [
        node.title,
        " ".join([*above[:1], node.title, node.content_summary, *notes]),
        " ".join([node.title, *(above or [subject])]),
        *asked,
        *notes,
    ]
    return distinct(found)[:MOST_QUERIES]


def queries_of_prompt(prompt: str) -> tuple[str, ...]:
    """The searches for a whole document: the prompt, and each of its first sentences."""
    return distinct([prompt, *split_sentences(prompt)])[:MOST_QUERIES]


def distinct(queries: Sequence[str]) -> tuple[str, ...]:
    """The queries that ask for something, none with the terms of an earlier one."""
    seen: dict[frozenset[str], str] = {}
    for query in queries:
        if query.strip() and (wanted := term_set(query) or frozenset({query.strip()})):
            seen.setdefault(wanted, " ".join(query.split()))
    return tuple(seen.values())


def fused(rankings: Sequence[Sequence[Ranked]]) -> list[Ranked]:
    """One ranking out of several by reciprocal rank fusion; of equals, the first one named wins."""
    scores: dict[Ranked, float] = {}
    for ranking in rankings:
        for rank, each in enumerate(ranking, start=1):
            scores[each] = scores.get(each, 0.0) + 1 / (RRF_K + rank)
    return sorted(scores, key=lambda each: -scores[each])


def speaks_of(text: str, queries: Sequence[str]) -> bool:
    """Whether a text has enough of the terms of one of the queries to be about it."""
    have = term_set(text)
    return any(share(_asked(query), have) >= FIT for query in queries)


@lru_cache(maxsize=256)
def _asked(query: str) -> frozenset[str]:
    """Made once for all the passages that a section's queries are compared with."""
    return term_set(query)
