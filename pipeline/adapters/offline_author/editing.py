"""What can be done to a text without a model: a summary out of its own sentences."""

import asyncio
from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass

from pipeline.adapters.offline_author.author import OfflineAuthor
from pipeline.domain.citations import bracketed, cited
from pipeline.domain.digests import most_telling
from pipeline.domain.language import detect_language, sentence_spans
from pipeline.domain.lengths import words_in
from pipeline.domain.markdown import blocks, headings, is_within, protected
from pipeline.domain.passages import without_breaks
from pipeline.domain.terms import term_set
from pipeline.domain.text_edits import EditAction, TextEditRequest
from pipeline.errors import InvalidRequest
from pipeline.ports.metering import Meter

SHARE = 0.3
"""Of the text's words; never less than its most telling sentence."""

REPEATED = 0.6
"""From this share of common terms on, a second sentence says the same again."""


@dataclass(frozen=True, slots=True)
class _Sentence:
    text: str
    heading: str
    paragraph: int


class OfflineEditor:
    """Takes sentences and leaves them as they are. To say something anew it would need a model."""

    actions: frozenset[EditAction] = frozenset({"summarize"})

    def author_of(self, edit: TextEditRequest) -> str:
        """Always us: a model that is named is not there."""
        del edit
        return OfflineAuthor.name

    def metered(self, meter: Meter) -> "OfflineEditor":
        """As it is: there is no model to ask."""
        del meter
        return self

    async def edit(self, edit: TextEditRequest, write: Callable[[str], None]) -> str:
        """See `ports.Editor`."""
        text = await asyncio.to_thread(summary, edit.text)
        write(text)
        return text


def summary(text: str) -> str:
    """The most telling sentences, a third of the words, in their order and with their citations.

    Raises:
        InvalidRequest: `no_sentences`.
    """
    sentences = _sentences(text)
    if not sentences:
        raise InvalidRequest(
            "no_sentences",
            "The text has no sentences, only headings, lists, tables or code: there is nothing "
            "to take a summary from. Send running text, or configure a model.",
        )
    kept = _chosen(sentences, SHARE * sum(words_in(each.text) for each in sentences))
    space = "" if detect_language(text) == "zh" else " "
    paragraphs: dict[int, list[str]] = {}
    for place in kept:
        paragraphs.setdefault(sentences[place].paragraph, []).append(sentences[place].text)
    return "\n\n".join(space.join(said) for said in paragraphs.values())


def _sentences(text: str) -> list[_Sentence]:
    """Those of paragraphs: a list, a table or code falls apart when a piece is taken out."""
    found: list[_Sentence] = []
    heading = ""
    for number, block in enumerate(blocks(text)):
        inside = text[block.start : block.end]
        if block.kind == "heading":
            heading = headings(inside)[0][1]
        if block.kind == "paragraph":
            whole = without_breaks(inside)
            found += [_Sentence(said, heading, number) for said in _whole_sentences(whole)]
    return found


def _whole_sentences(paragraph: str) -> list[str]:
    """Its sentences; a full stop within code, a formula or a link ends none."""
    shield = protected(paragraph)
    found: list[str] = []
    begun = 0
    for _, end in sentence_spans(paragraph):
        if not is_within(shield, end - 1) or not is_within(shield, end):
            found.append(paragraph[begun:end].strip())
            begun = end
    rest = paragraph[begun:].strip()
    return [*found, rest] if rest else found


def _chosen(sentences: Sequence[_Sentence], most_words: float) -> list[int]:
    order = most_telling([(each.heading, each.text) for each in sentences])
    terms = [term_set(each.text) for each in sentences]
    kept: list[int] = []
    words = 0
    for place in order[: 1 + len(order) // 2]:  # room that is left is no reason for the rest
        size = words_in(sentences[place].text)
        if kept and (
            words + size > most_words or _is_said(terms[place], [terms[other] for other in kept])
        ):
            continue
        kept.append(place)
        words += size
    if not any(map(_cites, (sentences[place].text for place in kept))):
        # what is left must say where it comes from
        kept += [place for place in order if _cites(sentences[place].text)][:1]
    return sorted(kept)


def _is_said(own: Set[str], said: Sequence[Set[str]]) -> bool:
    return any(len(own & each) > REPEATED * min(len(own), len(each)) for each in said)


def _cites(text: str) -> bool:
    return bool(cited(text) or bracketed(text))
