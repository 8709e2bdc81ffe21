"""Sections that the offline author writes, compared with the first sentences of what was found."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from evals.checks import document_of
from evals.documents import over
from evals.manuals import manuals
from evals.outlines import texts
from evals.pointing import names_a_place, points_back
from evals.table import Row
from pipeline.adapters.offline_author import OfflineAuthor
from pipeline.adapters.reading.extract import to_reading
from pipeline.adapters.reading.from_markdown import extract
from pipeline.adapters.reading.limits import Limits
from pipeline.domain.briefs import SectionBrief
from pipeline.domain.citations import cited, without_markers
from pipeline.domain.claims import states_something
from pipeline.domain.documents import (
    ContextFile,
    Document,
    Language,
    NodeId,
    Outline,
    OutlineNode,
    Passage,
    SourceId,
)
from pipeline.domain.fusion import numbered_sentences
from pipeline.domain.language import count_words, split_sentences
from pipeline.domain.passages import split_into_passages
from pipeline.domain.terms import term_set

SEQUENCE = {"en": 5, "zh": 8}
"""Words, or Chinese characters: what two sections have in common beyond chance."""

SHARE = 0.5
"""Of a manual's words so many are asked for, so that there is enough material for each section."""

JOINT = 25
"""Letters on both sides of where two sentences meet, to be looked up in the source."""

TELLING = 3
"""Of each passage so many terms, those that occur least elsewhere yet not only once."""


@dataclass(frozen=True, slots=True)
class Case:
    """A document that was written, two others of the same length, and the material."""

    language: Language
    ours: Document
    naive: Document
    human: Document
    """What people wrote, each section cut to its target."""
    material: tuple[Passage, ...]


@dataclass(frozen=True, slots=True)
class Figures:
    """One measure, as a mean over the texts."""

    ours: float
    naive: float
    human: float


@dataclass(frozen=True, slots=True)
class _Measure:
    name: str
    of: Callable[[Document, Sequence[Passage]], float]
    goal: str = ""
    is_met: Callable[[Figures], bool] | None = None
    beside: Callable[[Figures], str] = lambda _: ""
    """What the row says before the naive figure."""


class FirstSentences(OfflineAuthor):
    """Naive: of the passages, best first, all first sentences, then all second ones, and so on."""

    name = "first sentences"

    async def write_section(self, brief: SectionBrief, write: Callable[[str], None]) -> str:
        rows = [(passage.id, split_sentences(passage.text)) for passage in brief.passages]
        deepest = max((len(found) for _, found in rows), default=0)
        told: list[str] = []
        words = 0
        for place in range(deepest):
            for passage_id, found in rows:
                if place < len(found) and words < 0.95 * brief.target_words:
                    told.append(f"{found[place]} [@{passage_id}]")
                    words += count_words(found[place])
        write(text := " ".join(told))
        return text


def rows() -> list[Row]:
    """Figures of the manuals that no rule was tuned on, by language."""
    found: list[Row] = []
    for language, name in (("en", "English"), ("zh", "Chinese")):
        chosen = [case for case in cases() if case.language == language]
        for measure in MEASURES:
            seen = [
                [measure.of(each, case.material) for each in (case.ours, case.naive, case.human)]
                for case in chosen
            ]
            figures = Figures(*map(_mean, zip(*seen, strict=True)))
            met = measure.is_met(figures) if measure.is_met else None
            beside = f"{measure.beside(figures)}first sentences {figures.naive:.3f}"
            title, note = f"drafts, {name}: {measure.name}", f"{beside}; {len(chosen)} texts"
            found.append(Row(title, figures.ours, "", measure.goal, met, note))
    return found


@cache
def cases(half: str = "test") -> tuple[Case, ...]:
    """The manuals of one half over the outline that people gave them."""
    found: list[Case] = []
    for manual, text in zip(manuals(half), texts(half), strict=True):
        file = _file(f"{manual.name}.md", manual.text)
        sections: list[tuple[int, str, list[str]]] = []
        for block in text.blocks:
            if block.kind == "heading":
                sections.append((block.level, block.text, []))
            elif sections:
                sections[-1][2].append(block.text)
        targets = [int(SHARE * sum(map(count_words, own))) for _, _, own in sections]
        listed = [
            (level, title, target or None)
            for (level, title, _), target in zip(sections, targets, strict=True)
        ]
        outline = _outline(text.title, listed)
        human = [
            beginning(own, target) for (_, _, own), target in zip(sections, targets, strict=True)
        ]
        found.append(
            _case(
                file,
                ours=over(outline, file, text.language),
                naive=over(outline, file, text.language, FirstSentences()),
                human=document_of(human, text.language),
            )
        )
    return tuple(found)


def beginning(paragraphs: Sequence[str], words: int) -> str:
    """So many words of a section, as people begin it."""
    told: list[str] = []
    for sentence in (s for paragraph in paragraphs for s in split_sentences(paragraph)):
        if sum(map(count_words, told)) >= words:
            break
        told.append(sentence)
    return " ".join(told)


def redundancy(document: Document, _: Sequence[Passage]) -> float:
    """The share of short sequences of words that stand in more than one section.

    A section that cites nothing where others do only says that there is nothing to tell.
    """
    seen: Counter[object] = Counter()
    telling = [section for section in document.sections if cited(section.content)]
    for section in telling or document.sections:
        seen.update(set(_sequences(without_markers(section.content), document.language)))
    return sum(1 for count in seen.values() if count > 1) / max(1, len(seen))


def passages_cited(document: Document, material: Sequence[Passage]) -> float:
    """The share of the material's passages that are cited."""
    used = {i for section in document.sections for i in cited(section.content)}
    quoted = {passage.text for passage in document.passages if passage.id in used}
    return sum(passage.text in quoted for passage in material) / len(material)


def terms_told(document: Document, material: Sequence[Passage]) -> float:
    """The share of the passages' telling terms that the document has."""
    by_passage = [term_set(passage.text) for passage in material]
    seen = Counter(term for found in by_passage for term in found)
    wanted: set[str] = set()
    for found in by_passage:
        shared = sorted((seen[term], term) for term in found if seen[term] > 1)
        wanted.update(term for _, term in shared[:TELLING])
    told = term_set(" ".join(without_markers(s.content) for s in document.sections))
    return len(wanted & told) / max(1, len(wanted))


def marked(document: Document, _: Sequence[Passage]) -> float:
    """The share of sentences stating something that carry a marker."""
    stating = [
        sentence
        for section in document.sections
        for sentence in _with_markers(section.content)
        if states_something(without_markers(sentence))
    ]
    return sum(1 for sentence in stating if cited(sentence)) / max(1, len(stating))


def dangling(document: Document, material: Sequence[Passage]) -> float:
    """Sentences that point at what the reader has not got, in 100.

    An opening may point back where the sentence follows the one that it follows in the source.
    `evals/pointing.py` judges; it shares nothing with the author's rules.
    """
    source = _letters(" ".join(passage.text for passage in material))
    count = loose = 0
    for section in document.sections:
        before = ""
        for sentence in _sentences(section.content):
            count += 1
            here = _letters(sentence)
            follows = bool(before) and before[-JOINT:] + here[:JOINT] in source
            is_loose = points_back(sentence, document.language) and not follows
            loose += is_loose or names_a_place(sentence)
            before = here
    return 100 * loose / max(1, count)


def at_home(document: Document, _: Sequence[Passage]) -> float:
    """The share of sentences in the section that the heading above them is the title of.

    Of those that stand below such a heading in their source; the deepest of them counts, and the
    first section below a chapter may tell what stands directly below the chapter's heading.
    """
    paths = {p.id: [_letters(heading) for heading in p.heading_path] for p in document.passages}
    titles = {_letters(section.title) for section in document.sections}
    homes = Counter[bool]()
    above = ""
    for section in document.sections:
        title = _letters(section.title)
        here = {title, above}
        above = "" if section.content.strip() and cited(section.content) else title
        for passage_id in cited(section.content):
            named = [title for title in paths.get(passage_id, ()) if title in titles]
            if named:
                homes[named[-1] in here] += 1
    return homes[True] / max(1, homes.total())


def length(document: Document, _: Sequence[Passage]) -> float:
    """Words written, by words asked for."""
    asked = sum(section.target_words or 0 for section in document.sections)
    text = " ".join(without_markers(section.content) for section in document.sections)
    return count_words(text) / max(1, asked)


MEASURES: Sequence[_Measure] = (
    _Measure(
        "sequences in two sections",
        redundancy,
        "≤ people's",
        lambda seen: round(seen.ours, 3) <= round(seen.human, 3),
        lambda seen: f"people's own {seen.human:.3f}, ",
    ),
    _Measure("passages cited", passages_cited, "≥ 0.600", lambda seen: seen.ours >= 0.6),
    _Measure("telling terms told", terms_told, "≥ naive", lambda seen: seen.ours >= seen.naive),
    _Measure("factual sentences marked", marked, beside=lambda _: "by construction, "),
    _Measure("sentences that point nowhere, in 100", dangling, "≤ 1", lambda seen: seen.ours <= 1),
    _Measure("sentences below their heading", at_home, "≥ 0.950", lambda seen: seen.ours >= 0.95),
    _Measure("words by target", length, "0.850 to 1.100", lambda seen: 0.85 <= seen.ours <= 1.1),
)


def _case(file: ContextFile, *, ours: Document, naive: Document, human: Document) -> Case:
    data, limits = (file.content or "").encode("utf-8"), Limits()
    reading = to_reading(file.file_name, data, extract(file.file_name, data, limits), limits)
    material = tuple(split_into_passages(SourceId(file.file_id), reading))
    return Case(ours.language, ours, naive, human, material)


def _file(name: str, text: str) -> ContextFile:
    return ContextFile(file_id=name, file_name=name, content=text)


def _outline(title: str, listed: Sequence[tuple[int, str, int | None]]) -> Outline:
    return Outline(title=title, nodes=tuple(_nodes(listed, "n")))


def _nodes(listed: Sequence[tuple[int, str, int | None]], key: str) -> Iterator[OutlineNode]:
    """Each of the highest level with what follows it as its children."""
    top = min((level for level, _, _ in listed), default=0)
    starts = [place for place, (level, _, _) in enumerate(listed) if level == top]
    for start, end in pairwise([*starts, len(listed)]):
        _, title, words = listed[start]
        children = tuple(_nodes(listed[start + 1 : end], f"{key}.{start}"))
        yield OutlineNode(
            id=NodeId(f"{key}.{start}"),
            title=title,
            children=children,
            target_words=None if children else words,
        )


def _sentences(content: str) -> Iterator[str]:
    for sentence in _with_markers(content):
        yield without_markers(sentence).strip()


def _with_markers(content: str) -> Iterator[str]:
    for sentence in numbered_sentences(content):
        yield content[sentence.start : sentence.end]


def _letters(text: str) -> str:
    """Letters and digits alone, so that markup and punctuation make no difference."""
    return "".join(c for c in text.casefold() if c.isalnum())


def _sequences(text: str, language: Language) -> Iterator[object]:
    units = list("".join(c for c in text if c.isalnum())) if language == "zh" else text.split()
    size = SEQUENCE[language]
    for start in range(len(units) - size + 1):
        yield tuple(units[start : start + size])


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)
