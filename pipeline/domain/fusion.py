"""Fusing a chapter: sentences get ids, and edits to them are applied or refused by program."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pipeline.domain.briefs import ChapterEdits, Replacement, WrittenSection
from pipeline.domain.citations import cited, without_markers
from pipeline.domain.documents import NodeId, PassageId
from pipeline.domain.language import count_words, sentence_spans
from pipeline.domain.markdown import blocks, protected

LONGEST_LEAD_IN = 120
"""Words; a lead-in is a sentence or two, and above this it is a section of its own."""

_LABEL = "⟦"
"""Begins the id of a sentence, which an editor sees and no text holds."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of running text: `text[start:end]` of its section, `paragraph` its block."""

    number: int
    start: int
    end: int
    paragraph: int


@dataclass(frozen=True, slots=True)
class Fused:
    """A chapter after its edits."""

    texts: Mapping[NodeId, str]
    lead_in: str
    applied: int
    refused: int


@dataclass(slots=True)
class _Sheet:
    """One section under the pen: its sentences as they stand now."""

    text: str
    sentences: dict[int, Sentence]
    now: dict[int, str] = field(default_factory=dict)
    cites: frozenset[PassageId] | None = None
    """What the section cites as it stands now; None when that is to be found out again."""

    def put(self, number: int, text: str) -> None:
        self.now[number] = text
        self.cites = None

    def current(self, number: int) -> str:
        sentence = self.sentences[number]
        return self.now.get(number, self.text[sentence.start : sentence.end])


def numbered_sentences(text: str) -> list[Sentence]:
    """The sentences that an edit may name, numbered from 1, with their exact places.

    Headings, lists, tables, quotes, code and formulas have none: they are left alone.
    """
    found: list[Sentence] = []
    masked = _masked(text)
    for paragraph, block in enumerate(blocks(text)):
        if block.kind != "paragraph":
            continue
        for start, end in sentence_spans(masked[block.start : block.end]):
            place = (block.start + start, block.start + end)
            found.append(Sentence(len(found) + 1, *place, paragraph))
    return found


def labelled(section: int, text: str) -> str:
    """The text with each sentence's id before it, as `⟦2.1⟧`, for an editor to name it."""
    pieces: list[str] = []
    position = 0
    for sentence in numbered_sentences(text):
        label = f"{_LABEL}{section}.{sentence.number}⟧"
        pieces += [text[position : sentence.start], label]
        position = sentence.start
    return "".join([*pieces, text[position:]])


def apply_edits(sections: Sequence[WrittenSection], edits: ChapterEdits) -> Fused:
    """Apply the edits that keep every citation, code and paragraph; refuse and count the others.

    A sentence may go when what it cites is still cited elsewhere in the chapter, and its
    paragraph keeps another sentence.
    """
    sheets = [
        _Sheet(section.text, {s.number: s for s in numbered_sentences(section.text)})
        for section in sections
    ]
    allowed = {i for section in sections for i in cited(section.text)}
    done: set[tuple[int, int]] = set()
    # Rewordings first: a removal then sees which citations the chapter still has.
    for edit in sorted(edits.replacements, key=lambda edit: not edit.text.strip()):
        place = _place(edit, sheets)
        if place is None or place in done:
            continue
        sheet, number = sheets[place[0]], place[1]
        new = " ".join(edit.text.split())
        keeps = _keeps(sheet.current(number), edit.text.strip(), allowed)
        if keeps if new else _may_go(sheets, sheet, number):
            sheet.put(number, new)
            done.add(place)
    lead_in = edits.lead_in.strip()
    keeps_lead_in = bool(lead_in) and _is_lead_in(lead_in, allowed)
    asked = len(edits.replacements) + bool(lead_in)
    applied = len(done) + keeps_lead_in
    texts = {s.node_id: _written(sheet) for s, sheet in zip(sections, sheets, strict=True)}
    return Fused(texts, lead_in if keeps_lead_in else "", applied, asked - applied)


def _place(edit: Replacement, sheets: Sequence[_Sheet]) -> tuple[int, int] | None:
    match = re.fullmatch(r"\D*(\d{1,6})\.(\d{1,6})\D*", edit.sentence)
    if not match:
        return None
    section, number = int(match[1]) - 1, int(match[2])
    if 0 <= section < len(sheets) and number in sheets[section].sentences:
        return section, number
    return None


def _keeps(old: str, new: str, allowed: set[PassageId]) -> bool:
    """Whether the new wording has all that the old one cites and quotes, and stays a sentence."""
    before, after = set(cited(old)), set(cited(new))
    if not before <= after <= before | allowed:
        return False
    if not without_markers(new).strip(" .,;。，；") or new.count(_LABEL) > old.count(_LABEL):
        return False
    return _verbatim(old) == _verbatim(new) and _is_running_text(new)


def _verbatim(text: str) -> Counter[str]:
    """The code, formulas and links of a sentence."""
    return Counter(text[start:end] for start, end in protected(text))


def _is_running_text(text: str) -> bool:
    return [block.kind for block in blocks(text)] == ["paragraph"]


def _may_go(sheets: Sequence[_Sheet], sheet: _Sheet, number: int) -> bool:
    old = sheet.current(number)
    if _verbatim(old):
        return False
    paragraph = sheet.sentences[number].paragraph
    stays = any(
        sheet.current(other.number)
        for other in sheet.sentences.values()
        if other.paragraph == paragraph and other.number != number
    )
    if not stays:
        return False
    wanted = set(cited(old))
    if not wanted:
        return True
    sheet.put(number, "")
    still_cited = {i for each in sheets for i in _cites(each)}
    sheet.put(number, old)
    return wanted <= still_cited


def _cites(sheet: _Sheet) -> frozenset[PassageId]:
    if sheet.cites is None:
        sheet.cites = frozenset(cited(_written(sheet)))
    return sheet.cites


def _is_lead_in(text: str, allowed: set[PassageId]) -> bool:
    return (
        _is_running_text(text)
        and _LABEL not in text
        and set(cited(text)) <= allowed
        and count_words(text) <= LONGEST_LEAD_IN
    )


def _written(sheet: _Sheet) -> str:
    pieces: list[str] = []
    position = 0
    for number, sentence in sheet.sentences.items():
        new = sheet.current(number)
        pieces.append(sheet.text[position : sentence.start])
        position = sentence.end
        if new:
            pieces.append(new)
        elif _goes_on(sheet, sentence):
            position += sheet.text[position : position + 1].isspace()
        else:
            pieces[-1] = pieces[-1].rstrip(" \t")
    return "".join([*pieces, sheet.text[position:]])


def _goes_on(sheet: _Sheet, sentence: Sentence) -> bool:
    """Whether another sentence of the same paragraph follows."""
    after = sheet.sentences.get(sentence.number + 1)
    return after is not None and after.paragraph == sentence.paragraph


def _masked(text: str) -> str:
    """The text, each character in its place, with no line break and no stop that ends nothing."""
    for start, end in protected(text):
        text = f"{text[:start]}{'X' * (end - start)}{text[end:]}"
    return text.replace("\n", " ").replace("\r", " ")
