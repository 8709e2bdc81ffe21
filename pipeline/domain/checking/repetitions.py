"""Sentences that a section says again, of another one or its own."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from pipeline.domain.checking.places import Spot, between
from pipeline.domain.documents import Document, DocumentSection, Finding, NodeId
from pipeline.domain.language import HAN, detect_language
from pipeline.domain.prose import SECTIONS_KEPT, Sentence, sentences

WORDS_IN_A_ROW = 5
CHARACTERS_IN_A_ROW = 8
"""Of Chinese. Human texts repeat hardly any such row; sections written apart do."""

LEAST_ROWS = 8
"""A shorter sentence repeats by chance."""

SHARE_THAT_REPEATS = 0.6
"""Of a sentence's rows, in one other sentence."""

_WORD = re.compile(rf"[{HAN}]|[^\W_{HAN}]+")


@dataclass(frozen=True, slots=True)
class _Said:
    """A sentence with its rows of words."""

    sentence: Sentence
    rows: frozenset[int]


@dataclass(frozen=True, slots=True)
class _Place:
    section: NodeId
    number: int
    said: _Said

    @property
    def spot(self) -> Spot:
        return self.section, self.said.sentence


def repetitions(document: Document) -> Iterator[Finding]:
    """Each repetition once, with both places: the second is where it was said first."""
    first_said: dict[int, _Place] = {}
    open_finding: Finding | None = None
    before: tuple[_Place, _Place] | None = None
    for section in document.sections:
        for place in _places(section):
            twin = _twin(place, first_said)
            if twin is None:
                for row in place.said.rows:
                    first_said.setdefault(row, place)
                continue
            if open_finding and before and _goes_on(before, (place, twin)):
                open_finding = _longer(open_finding, place, twin)
            else:
                if open_finding:
                    yield open_finding
                open_finding = between("repetition", place.spot, twin.spot, {"sentences": 1})
            before = (place, twin)
    if open_finding:
        yield open_finding


def _places(section: DocumentSection) -> Iterator[_Place]:
    for number, said in enumerate(_said(section.content)):
        if len(said.rows) >= LEAST_ROWS:
            yield _Place(section.id, number, said)


@lru_cache(maxsize=SECTIONS_KEPT)
def _said(content: str) -> tuple[_Said, ...]:
    spoken = (s for s in sentences(content) if s.kind in {"paragraph", "list"})
    return tuple(_Said(sentence, _rows(sentence.text)) for sentence in spoken)


def _rows(text: str) -> frozenset[int]:
    words: Sequence[str] = _WORD.findall(text.lower())
    size = CHARACTERS_IN_A_ROW if detect_language(text) == "zh" else WORDS_IN_A_ROW
    return frozenset(hash(tuple(words[i : i + size])) for i in range(len(words) - size + 1))


def _twin(place: _Place, first_said: dict[int, _Place]) -> _Place | None:
    """The sentence that says the same; within one section only one in the same words."""
    found = [first_said[row] for row in place.said.rows if row in first_said]
    counts = Counter((each.section, each.number) for each in found)
    for key, count in counts.most_common():
        share = 1.0 if key[0] == place.section else SHARE_THAT_REPEATS
        if count >= share * len(place.said.rows):
            return next(each for each in found if (each.section, each.number) == key)
    return None


def _goes_on(before: tuple[_Place, _Place], now: tuple[_Place, _Place]) -> bool:
    return all(
        one.section == other.section and other.number == one.number + 1
        for one, other in zip(before, now, strict=True)
    )


def _longer(finding: Finding, place: _Place, twin: _Place) -> Finding:
    return finding.model_copy(
        update={
            "end": place.said.sentence.end,
            "other_end": twin.said.sentence.end,
            "values": {"sentences": int(finding.values["sentences"]) + 1},
        }
    )
