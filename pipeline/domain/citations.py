"""Citation markers in drafts: checked, numbered over the document, and their reference list."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from pydantic import JsonValue

from pipeline.domain.documents import (
    Draft,
    Language,
    Passage,
    PassageId,
    Reference,
    Source,
    SourceId,
)
from pipeline.domain.markdown import is_within, protected

_ID = r"[A-Za-z0-9_](?:[A-Za-z0-9_.:\-]*[A-Za-z0-9_])?"
_LOCATOR = r"(?:\s*[,，]?\s*(?:pp?\.|§|第)[^\[\]@;；]{1,20})?"
_MARKER = rf"[\[【]\s*@{_ID}(?:\s*[,;，；、]?\s*@{_ID})*{_LOCATOR}\s*[\]】](?!\()"
_ONE_MARKER = re.compile(_MARKER)
_RUN = re.compile(rf"{_MARKER}(?:[ \t]*{_MARKER})*")
_IDS = re.compile(rf"@({_ID})")
_BARE_NUMBER = re.compile(r"(?<!\\)\[(\d+)\](?!\()")
_FALSE_BREAK = re.compile("[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")

CLOSING = ".,;:!?)]}。，；：！？、）】」』”’"
"""No space stands before these."""


@dataclass(frozen=True, slots=True)
class Numbering:
    """Reference numbers, from 1 without gaps, in the order in which sources are first cited."""

    numbers: Mapping[PassageId, int]
    sources: tuple[Source, ...]
    """The source of number n is `sources[n - 1]`."""


def cited(text: str) -> list[PassageId]:
    """The passage of every marker, in order; markers in code, math and links are none."""
    shield = protected(text)
    return [
        PassageId(found)
        for marker in _ONE_MARKER.finditer(text)
        if not is_within(shield, marker.start())
        for found in _IDS.findall(marker[0])
    ]


def checked(text: str, known: Mapping[PassageId, Passage]) -> Draft:
    """The text with only markers of known passages, each standing alone, none twice in a row.

    A marker that names no known passage is removed and counted. Form feeds and other characters
    that some programs take for the end of a line, and Markdown does not, become spaces.
    """
    unknown = 0
    text = _FALSE_BREAK.sub(" ", text)

    def keep(ids: Sequence[PassageId]) -> str:
        nonlocal unknown
        unknown += sum(1 for passage_id in ids if passage_id not in known)
        return "".join(f"[@{i}]" for i in dict.fromkeys(ids) if i in known)

    clean, before = _with_runs_replaced(text, keep), text
    while clean != before:  # a marker that went may have kept a code fence from being one
        clean, before = _with_runs_replaced(clean, keep), clean
    return Draft(text=clean, cited=tuple(dict.fromkeys(cited(clean))), unknown_markers=unknown)


def without_markers(text: str) -> str:
    """The text as it reads without citations."""
    return _with_runs_replaced(text, lambda _: "")


def numbered(
    texts: Iterable[str], passages: Mapping[PassageId, Passage], sources: Iterable[Source]
) -> Numbering:
    """Number the sources in the order in which the texts, all of the document, first cite them.

    Passages of one source, and of two sources with the same content, get the same number.
    A marker whose passage or source is missing gets none.
    """
    by_id: dict[SourceId, Source] = {source.id: source for source in sources}
    numbers: dict[PassageId, int] = {}
    order: dict[str, int] = {}
    listed: list[Source] = []
    for passage_id in (i for text in texts for i in cited(text)):
        passage = passages.get(passage_id)
        source = by_id.get(passage.source_id) if passage else None
        if source is None or passage_id in numbers:
            continue
        content = source.sha256 or source.id
        if content not in order:
            listed.append(source)
            order[content] = len(listed)
        numbers[passage_id] = order[content]
    return Numbering(numbers, tuple(listed))


def rendered(text: str, numbering: Numbering) -> str:
    """The text with its markers as `[n]`; several in one place as `[1][3]`, sorted.

    A number in brackets that is no citation, such as `[7]` from somewhere else, is escaped:
    it still reads `[7]`, and nothing takes it for a citation.
    """

    def number(ids: Sequence[PassageId]) -> str:
        found = {numbering.numbers[i] for i in ids if i in numbering.numbers}
        return "".join(f"[{n}]" for n in sorted(found))

    return _with_runs_replaced(_with_bare_numbers_escaped(text), number)


def references(numbering: Numbering, language: Language) -> tuple[Reference, ...]:
    """The entries of the reference list: the sources that are cited, by number."""
    return tuple(
        Reference(
            number=number,
            source_id=source.id,
            text=_entry(source, language),
            csl=_csl(source),
        )
        for number, source in enumerate(numbering.sources, start=1)
    )


def _entry(source: Source, language: Language) -> str:
    title = source.title.strip() or source.file_name or source.url
    pages = f"{source.pages} 页" if language == "zh" else f"{source.pages} pages"
    details = [
        source.file_name if source.file_name != title else "",
        source.url if source.url != title else "",
        pages if source.pages and source.pages > 1 else "",
    ]
    kept = [detail for detail in details if detail]
    if language == "zh":
        return f"{title}（{'，'.join(kept)}）" if kept else title
    return f"{title} ({', '.join(kept)})" if kept else title


def _csl(source: Source) -> dict[str, JsonValue]:
    item: dict[str, JsonValue] = {
        "id": source.id,
        "type": "webpage" if source.url else "document",
        "title": source.title.strip() or source.file_name or source.url,
    }
    if source.url:
        item["URL"] = source.url
    if source.file_name:
        item["archive_location"] = source.file_name
    if source.pages:
        item["number-of-pages"] = source.pages
    return item


def _with_bare_numbers_escaped(text: str) -> str:
    shield = protected(text)

    def escape(match: re.Match[str]) -> str:
        return match[0] if is_within(shield, match.start()) else f"[{match[1]}\\]"

    return _BARE_NUMBER.sub(escape, text)


def _with_runs_replaced(text: str, replace: Callable[[Sequence[PassageId]], str]) -> str:
    """Replace markers that stand side by side together, and mend the space where they stood."""
    shield = protected(text)
    pieces: list[str] = []
    position = 0
    for run in _RUN.finditer(text):
        if is_within(shield, run.start()):
            continue
        start = position + len(text[position : run.start()].rstrip(" \t"))
        new = replace([PassageId(found) for found in _IDS.findall(run[0])])
        end = run.end()
        pieces += [text[position:start], text[start : run.start()] if new else "", new]
        if not new:
            end, space = _closed_gap(text, start, end)
            pieces.append(space)
        elif text[end : end + 1] in {" ", "\t"}:
            after = text[end:].lstrip(" \t")
            end = len(text) - len(after) if after.startswith(tuple(CLOSING)) else end
        position = end
    return "".join([*pieces, text[position:]])


def _closed_gap(text: str, start: int, end: int) -> tuple[int, str]:
    """Where the text goes on behind a removed run, and the space that belongs before it."""
    rest = text[end:].lstrip(" \t")
    resume = len(text) - len(rest)
    at_line_start = start == 0 or text[start - 1] == "\n"
    if at_line_start or not rest or rest[0] == "\n" or rest[0] in CLOSING:
        return resume, ""
    had_space = resume > end or text[start : start + 1] in {" ", "\t"}
    return resume, " " if had_space else ""
