"""Citation markers in drafts: checked, numbered over the document, and their reference list."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from pipeline.domain.documents import (
    CitationStyle,
    Document,
    Draft,
    Language,
    Passage,
    PassageId,
    Reference,
    Source,
    SourceId,
)
from pipeline.domain.enclosed_markers import put_behind, without_formulas_around
from pipeline.domain.inline import LINK_TARGET
from pipeline.domain.markdown import (
    escaped,
    is_within,
    protected,
    unprotected,
    with_prices_escaped,
)
from pipeline.domain.references import csl_item, entry_text, works
from pipeline.domain.stray_markers import ID, Names, closed_markers, straightened, unnested

_BEGINS = r"[\\\[【](?:(?<=\\)[\[【]|(?<!\\))"
# a backslash before a bracket is a model's caution, and would show the marker as it is written;
# what begins with one class of characters is looked for several times faster
_LOCATOR = r"(?:\s{0,4}[,，]?\s{0,4}(?:pp?\.|§|第)[^\[\]@;；]{1,20})?"
_BETWEEN = r"(?:\s{0,4}[,;，；、]\s{0,4}|\s{1,4}|(?=@[0-9a-f]{10}))"
# with nothing between them only passages stand side by side: `[@user@host]` is a person
_NAMED = rf"\s{{0,4}}@{ID}(?:{_BETWEEN}@{ID})*{_LOCATOR}\s{{0,4}}[\]】]"
_CITES = r"(?=\s{0,4}@[0-9a-f]{10}(?:[0-9a-f]{2})?(?![A-Za-z0-9_]))"
# what only a passage is called is cited, whatever stands behind; `[@anna](https://…)` is a link
_MARKER = rf"{_BEGINS}(?:{_CITES}{_NAMED}|{_NAMED}(?!{LINK_TARGET}))"
_ONE_MARKER = re.compile(_MARKER)
_RUN = rf"{_MARKER}(?:[ \t]*{_MARKER})*"
_RUNS = re.compile(_RUN)
_DEFINITION = re.compile(rf"(?<![^\r\n])(?:[ \t]*(?:>|[-*+]|\d{{1,9}}[.)]))*[ \t]*(?P<run>{_RUN}):")
_IDS = re.compile(rf"@({ID})")
_NAME = re.compile(rf"(?:(?<![A-Za-z0-9_.@/])@|(?<=[;,；，、])[ \t]{{0,3}})(?P<name>{ID})")
_PASSAGE_LIKE = re.compile(r"(?=[a-f]*\d)[0-9a-f]{10}(?:[0-9a-f]{2})?")
_COUNT = r"\d+(?:\s{0,2}[-–,，、;；]\s{0,2}\d+)*"
_RUN_OR_NUMBER = re.compile(
    rf"{_RUN}|(?:(?<!\\)|(?<=\\\\))\[(?P<number>\s*+{_COUNT}\s*+)\](?!{LINK_TARGET})"
)
_NUMBERS = re.compile(
    rf"(?<!\\)\[(\^[^\[\]\s]{{1,40}}|\d{{1,4}}(?:\s{{0,2}}[-–,，、;；]\s{{0,2}}\d{{1,4}})*)\]"
    rf"(?!{LINK_TARGET})"
)
_BRACKET_OR_TEXT = re.compile(r"\\\[|\\|[\[\]\n]|[^\\\[\]\n]+")
_BRACKETS = re.compile(rf"(?P<marker>{_MARKER})|\\.|[\[\]]")
_GOES_ON = re.compile(rf"\(|(?!{_MARKER})\[")
_SPACE = re.compile(r"[ \t]+")
_FALSE_BREAK = re.compile("[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")

CLOSING = ".,;:!?)]}。，；：！？、）】」』”’"
"""No space stands before these."""


@dataclass(frozen=True, slots=True)
class Numbering:
    """Reference numbers, from 1 without gaps, in the order in which sources are first cited."""

    numbers: Mapping[PassageId, int]
    sources: tuple[Source, ...]
    """The source of number n is `sources[n - 1]`."""
    works: Mapping[SourceId, SourceId] = field(default_factory=dict)
    """For each source of the document one that stands for all that are the same work."""


def cited(text: str) -> list[PassageId]:
    """The passage of every marker, in order; markers in code, math and links are none."""
    shield = protected(text)
    return [
        PassageId(found)
        for marker in _ONE_MARKER.finditer(text)
        if not is_within(shield, marker.start())
        for found in _IDS.findall(marker[0])
    ]


def bracketed(text: str) -> list[str]:
    """Numbers in brackets and footnotes, `[3]` and `[^a]`, in order; `[1, 3-5]` is each of them."""
    shield = protected(text)
    found: list[str] = []
    for marker in _NUMBERS.finditer(text):
        if is_within(shield, marker.start()):
            continue
        inside = marker[1]
        numbers = [inside] if inside.startswith("^") else _counted(inside)
        found += [f"[{number}]" for number in numbers]
    return found


def checked(text: str, known: Mapping[PassageId, Passage]) -> Draft:
    """The text with only markers of known passages, each standing alone, none twice in a row.

    A marker that is written askew, as `[see @id]` or `(@id)`, becomes one, and one within a link
    or a formula comes behind it; a marker that names no known passage is removed and counted.
    Addresses and `@names` of people stay. A colon behind one that begins a line gets a backslash:
    it would define a link. Form feeds and other characters that some programs take for the end of
    a line, and Markdown does not, become spaces.
    """
    unknown = 0
    text = _FALSE_BREAK.sub(" ", text)

    def keep(ids: Sequence[PassageId]) -> str:
        nonlocal unknown
        unknown += sum(1 for passage_id in ids if passage_id not in known)
        return "".join(f"[@{i}]" for i in dict.fromkeys(ids) if i in known)

    names = Names(
        _NAME,
        takes=lambda name, leads: (
            (leads and "@" in name[0])
            or name["name"] in known
            or bool(_PASSAGE_LIKE.fullmatch(name["name"]))
        ),
        write=lambda name: f"[@{name.lstrip(' @')}]",
        leads_prose=False,
    )
    clean, before = text, ""
    while clean != before:  # a marker that went may have kept a code fence from being one
        before, clean = clean, put_behind(_with_runs_replaced(unnested(clean), keep))
        if "@" in clean:
            clean = closed_markers(straightened(clean, names), names)
    clean = _without_definitions(clean)
    return Draft(text=clean, cited=tuple(dict.fromkeys(cited(clean))), unknown_markers=unknown)


def without_markers(text: str) -> str:
    """The text as it reads without citations."""
    if "@" not in text:
        return text
    return _with_runs_replaced(text, lambda _: "")


def numbered(
    texts: Iterable[str], passages: Mapping[PassageId, Passage], sources: Iterable[Source]
) -> Numbering:
    """Number the sources in the order in which the texts, all of the document, first cite them.

    Passages of one source, and of two sources that are the same work, get the same number; the
    one that is cited first is listed. A marker whose passage or source is missing gets none.
    """
    given = list(sources)
    by_id: dict[SourceId, Source] = {source.id: source for source in given}
    same = works(given)
    numbers: dict[PassageId, int] = {}
    order: dict[SourceId, int] = {}
    listed: list[Source] = []
    for passage_id in (i for text in texts for i in cited(text)):
        passage = passages.get(passage_id)
        source = by_id.get(passage.source_id) if passage else None
        if source is None or passage_id in numbers:
            continue
        work = same[source.id]
        if work not in order:
            listed.append(source)
            order[work] = len(listed)
        numbers[passage_id] = order[work]
    return Numbering(numbers, tuple(listed), same)


def rendered(text: str, numbering: Numbering) -> str:
    """The text with its markers as `[n]`; several in one place as `[1][3]`, sorted.

    A number in brackets that is no citation, such as `[7]` from somewhere else, is escaped:
    it still reads `[7]`, and nothing takes it for a citation. Nor does a link begin or end around
    a citation: `[0, 1) … [@id]](x)` reads as it is written, with the number in it.
    """

    def number(ids: Sequence[PassageId]) -> str:
        found = {numbering.numbers[i] for i in ids if i in numbering.numbers}
        return "".join(f"[{n}]" for n in sorted(found))

    opening = "&#91;" if _ends_a_link(text) else "["  # which would begin a link around the rest
    closing = "&#93;" if r"\[" in text else r"\]"  # which would close it to a formula
    text = without_formulas_around(with_prices_escaped(text))
    text = _without_links_around_markers(text, closing)
    return _with_runs_replaced(text, number, lambda inside: f"{opening}{inside}{closing}")


def references(
    numbering: Numbering, language: Language, style: CitationStyle = "numeric"
) -> tuple[Reference, ...]:
    """The entries of the reference list: the works that are cited, by number."""
    same: dict[SourceId, list[SourceId]] = {}
    for name, work in numbering.works.items():
        same.setdefault(work, []).append(name)
    return tuple(
        Reference(
            number=number,
            source_id=source.id,
            text=entry_text(source, style, language),
            same_as=tuple(n for n in same[numbering.works[source.id]] if n != source.id),
            csl=csl_item(source),
        )
        for number, source in enumerate(numbering.sources, start=1)
    )


def entry_lines(
    listed: Sequence[Reference], sources: Sequence[Source], style: CitationStyle
) -> list[str]:
    """The reference list as Markdown, one line for each entry."""
    entries = {source.id: source.entry for source in sources if style != "numeric"}
    return [
        f"[{entry.number}] {entries.get(entry.source_id) or escaped(entry.text)}"
        for entry in listed
    ]


def numbers_of(document: Document) -> dict[PassageId, int]:
    """The number of each passage of the document that is listed; each opens its own place."""
    by_source = {
        name: entry.number
        for entry in document.references
        for name in (entry.source_id, *entry.same_as)
    }
    return {
        passage.id: by_source[passage.source_id]
        for passage in document.passages
        if passage.source_id in by_source
    }


def _without_definitions(text: str) -> str:
    if "]:" not in text:
        return text
    shield = protected(text)
    return _DEFINITION.sub(
        lambda line: line[0] if is_within(shield, line.start("run")) else f"{line[0][:-1]}\\:", text
    )


def _counted(inside: str) -> list[str]:
    """The numbers of `1, 3-5`; a range that is none, or of very many, counts by its ends."""
    numbers: list[str] = []
    for part in re.split(r"\s*[,，、;；]\s*", inside):
        ends = [int(end) for end in re.split(r"\s*[-–]\s*", part)]
        is_range = len(ends) == 2 and 0 < ends[1] - ends[0] < 30
        numbers += map(str, range(ends[0], ends[1] + 1) if is_range else ends)
    return numbers


def _ends_a_link(text: str) -> bool:
    """Whether the text goes on, behind a bracket that none begins, like a link."""
    if "](" not in text:
        return False
    rest: list[str] = []
    opened: list[int] = []
    for part in _BRACKET_OR_TEXT.findall(unprotected(text)):
        rest.append(part)
        if part == "[":
            opened.append(len(rest) - 1)
        elif part == "\n":
            opened.clear()
        elif part == "]" and opened:
            del rest[opened.pop() :]
    return "](" in "".join(rest)


def _without_links_around_markers(text: str, closing: str) -> str:
    """The text with `closing` for each bracket that would end a link with a marker in its text."""
    if not ("](" in text or "][" in text) or "@" not in text:
        return text
    shield = protected(text)
    pieces: list[str] = []
    position, marker = 0, -1
    opened: list[int] = []
    for bracket in _BRACKETS.finditer(text):
        place = bracket.start()
        if is_within(shield, place):
            continue
        if bracket["marker"]:
            marker = place
        elif bracket[0] == "[":
            opened.append(place)
        elif bracket[0] == "]" and opened:
            if opened[-1] < marker and _GOES_ON.match(text, place + 1):
                pieces += [text[position:place], closing]
                position = place + 1  # and what it would have closed is still open
            else:
                opened.pop()
    return "".join([*pieces, text[position:]])


def _with_runs_replaced(
    text: str,
    replace: Callable[[Sequence[PassageId]], str],
    as_no_citation: Callable[[str], str] | None = None,
) -> str:
    """Replace markers that stand side by side together, and mend the space where they stood.

    What would make a link of them, as in `[@id](x)`, is set apart from them by a space.
    Other numbers in brackets are replaced in the same pass, where that is asked for: what is
    written for one changes nothing in what the others are.
    """
    shield = protected(text)
    pieces: list[str] = []
    position = 0
    for run in (_RUN_OR_NUMBER if as_no_citation else _RUNS).finditer(text):
        if is_within(shield, run.start()):
            continue
        if as_no_citation and run["number"]:
            pieces += [text[position : run.start()], as_no_citation(run["number"])]
            position = run.end()
            continue
        gap = text[position : run.start()].rstrip("\\")  # each of them is such a caution
        start = position + len(gap.rstrip(" \t"))
        new = replace([PassageId(found) for found in _IDS.findall(run[0])])
        end = run.end()
        pieces += [text[position:start], gap[start - position :] if new else "", new]
        if not new:
            end, space = _closed_gap(text, start, end)
            pieces.append(space)
        elif text[end : end + 1] in {"(", "["}:
            pieces.append(" ")
        elif text[end : end + 1] in {" ", "\t"}:
            resume = _after_space(text, end)
            end = resume if text[resume : resume + 1] in {*CLOSING} else end
        position = end
    return "".join([*pieces, text[position:]])


def _closed_gap(text: str, start: int, end: int) -> tuple[int, str]:
    """Where the text goes on behind a removed run, and the space that belongs before it."""
    resume = _after_space(text, end)
    begins = start == 0 or text[start - 1] in "\n[【（("
    if begins or text[resume : resume + 1] in {"", "\n", *CLOSING}:
        return resume, ""
    had_space = resume > end or text[start : start + 1] in {" ", "\t"}
    return resume, " " if had_space else ""


def _after_space(text: str, position: int) -> int:
    found = _SPACE.match(text, position)
    return found.end() if found else position
