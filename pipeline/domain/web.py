"""What searches of the web are asked, and how what they find becomes one list."""

import re
from collections.abc import Mapping, Sequence

from pipeline.domain.addresses import canonical
from pipeline.domain.documents import Outline, Publication, Value
from pipeline.domain.language import split_sentences
from pipeline.domain.queries import distinct, fused

MOST_QUERIES = 8
"""Of one job; each is a request to every search, and providers count them."""

QUERY_CHARS = 200
"""The shortest limit of a provider is 300; longer questions find less anyway."""

_EVERYWHERE = re.compile(
    r"(?:introduction|overview|preface|background|summary|abstract|executive summary|conclusions?|"
    r"outlook|references|bibliography|appendix|appendices|glossary|"
    r"引言|绪论|前言|概述|概论|背景|摘要|总结|小结|结论|结语|展望|参考文献|附录|术语表)",
    re.IGNORECASE,
)
"""Chapters that every document has: with the subject they ask for nothing else than it does."""


class WebHit(Value):
    """A page as a search names it."""

    title: str
    url: str
    snippet: str = ""
    published: str = ""
    """ISO 8601 with what is known of it, as `Publication.issued`."""
    authors: tuple[str, ...] = ()
    container: str = ""
    """The journal that it appeared in."""
    doi: str = ""
    provider: str = ""

    @property
    def publication(self) -> Publication:
        """What the search says of the page, for what the page itself leaves out."""
        return Publication(
            type="article-journal" if self.doi else "document",
            authors=self.authors,
            issued=self.published,
            container=self.container,
            doi=self.doi,
        )


class WebAnswer(Value):
    """What the searches found together, best first, and which of them failed."""

    hits: tuple[WebHit, ...] = ()
    failed: Mapping[str, str] = {}
    """Names of providers, with the code of what was wrong."""


def queries_of_task(subject: str, prompt: str) -> tuple[str, ...]:
    """The searches for an outline: its subject, and the first sentence of what was asked."""
    sentences = split_sentences(prompt.strip())
    return distinct([_short(subject), *map(_short, sentences[:1])])


def queries_of_outline(outline: Outline) -> tuple[str, ...]:
    """The searches for a document: its subject, then each chapter's within it."""
    subject = outline.title
    chapters = [node.title for node in outline.nodes if not _EVERYWHERE.fullmatch(node.title)]
    joined = [title if subject in title else f"{subject} {title}" for title in chapters]
    return distinct([_short(query) for query in (subject, *joined)])[:MOST_QUERIES]


def merged(rankings: Sequence[Sequence[WebHit]]) -> tuple[WebHit, ...]:
    """One list of pages, each once; what several searches find high up comes first."""
    hits: dict[str, WebHit] = {}
    for ranking in rankings:
        for hit in ranking:
            hits.setdefault(canonical(hit.url), hit)
    order = fused([[canonical(hit.url) for hit in ranking] for ranking in rankings])
    return tuple(hits[address] for address in order)


def _short(text: str) -> str:
    """The text on one line, cut between words."""
    line = " ".join(text.split())
    if len(line) <= QUERY_CHARS:
        return line
    kept = line[:QUERY_CHARS]
    return kept.rpartition(" ")[0] or kept
