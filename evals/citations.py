"""Citation integrity: of documents as they are written, and after random edits and restylings."""

import random
import re
from collections.abc import Mapping, Sequence

from markdown_it import MarkdownIt

from components.examples import EXAMPLES
from evals.documents import produced, work_of
from evals.table import Row
from pipeline.adapters.bibliography import formatted
from pipeline.domain.assembly import edited, restyled
from pipeline.domain.citations import numbers_of
from pipeline.domain.documents import CitationStyle, Document, NodeId, PassageId, SourceId
from pipeline.domain.inline import LINK_TARGET
from pipeline.domain.markdown import is_within, protected
from pipeline.domain.references import works

EDITS = 60
"""Of each document, one after another."""

SEED = 20_260_101

STYLES: Sequence[CitationStyle] = ("numeric", "gb-t-7714-2015", "apa", "ieee", "chicago")

MALFORMED = ("[see @{}]", "(@{}, p. 4)", "[@{} and @{}]", "\\[@{}\\]", "[@{}.", "（见@{}）")

NO_CITATIONS = (
    "[x]",
    "On \\[0, 1) and (0, 1\\]",
    "a ` tick",
    "b \\` tick",
    "(a@b.org)",
    "[7]",
    "`a[1]`",
    "$a_[2]$",
    "[1](https://example.org)",
    "[^1]",
    "- [ ] 待办",
    "[@angular/core]",
    "[@anna: please check]",
)

GOAL = "100.0"

_AS_WRITTEN = re.compile(
    r"[\[【［]\s*@[A-Za-z0-9_.:-]+\s*(?:[\]】］]|[,;，；、]\s*@)"
    r"|(?<![A-Za-z0-9_.])@[0-9a-f]{10}(?:[0-9a-f]{2})?(?![0-9A-Za-z])|[\[【［]S\d"
)
"""What begins like a marker, and the names of passages, wherever they stand."""

_FORMULA = re.compile(
    r"(?<!\\)(?:\\\\)*\$\$(?:(?!\n[ \t>]*\n)[\s\S])+?\$\$"
    r"|(?<![\\$])\$(?=[^\s$])(?:[^$\\\n]|\\.)*?(?<=[^\s\\])\$(?!\d)"
)
_PASSAGE = re.compile(r"[\[【［]\s*@[0-9a-f]{10}")
_REFERENCES = re.compile(r"\n## (?:References|参考文献)\n")
_NAME = re.compile(r"\[@(\w+)\]")
_MARKER = rf"\[@\w+\](?!{LINK_TARGET})"
_RUN = re.compile(rf"{_MARKER}(?:[ \t]*{_MARKER})*")
_PARSER = MarkdownIt("commonmark", {"html": False})
_PARSER.enable(["table", "strikethrough"]).disable("text_join")
_NUMBER = re.compile(r"\[(\d+)\]")


def rows() -> list[Row]:
    """The share of documents without a fault, and how many citations were looked at."""
    fresh = [produced(n, style, with_all_files=True) for n in EXAMPLES for style in STYLES]
    changed = [
        version
        for place, document in enumerate(fresh[:: len(STYLES)])
        for version in _changed(document, random.Random(SEED + place))
    ]
    return [_row("citations hold: as written", fresh), _row("citations hold: after edits", changed)]


def faults(document: Document, same: Mapping[SourceId, str] | None = None) -> list[str]:
    """Where the citations and the reference list of a document do not agree.

    What is text, and no code or link, is judged by another parser than the one that writes it;
    `same` tells which sources are one work, from whoever knows.
    """
    body, listed = [*_REFERENCES.split(document.content), ""][:2]
    entries = [reference.number for reference in document.references]
    group: Mapping[SourceId, str] = same or works(document.sources)
    listed_works = [group[entry.source_id] for entry in document.references]
    work_of = {passage.id: group[passage.source_id] for passage in document.passages}
    quoted = _quoted(document)
    wanted, in_order = _numbered(quoted, work_of)
    by_number = dict(zip(entries, listed_works, strict=True))
    opened = {name: by_number.get(number) for name, number in numbers_of(document).items()}
    count = sum(map(len, quoted))
    checks = {
        "a marker stands as it was written": not _AS_WRITTEN.search(_prose(document.content)),
        "the numbers at the sentences are others": _numbers(body) == wanted,
        "the list is not 1..k": entries == list(range(1, len(entries) + 1)),
        "the list as it is written is another": _numbers(listed) == entries,
        "the list is not of the works in the order of their citations": listed_works == in_order,
        "a citation opens another work": all(
            name in opened and opened[name] == work_of[name] for run in quoted for name in run
        ),
        "citations are counted wrong": (
            document.integrity.citations == document.integrity.resolved == count
        ),
    }
    return [fault for fault, holds in checks.items() if not holds]


def _quoted(document: Document) -> list[list[PassageId]]:
    """The passages of each run of markers in the sections, in reading order.

    Markers in code and formulas are none; one that is left out here for no good reason stands in
    the document as it was written.
    """
    shields = [protected(section.content) for section in document.sections]
    return [
        [PassageId(name) for name in _NAME.findall(run[0])]
        for section, shield in zip(document.sections, shields, strict=True)
        for run in _RUN.finditer(section.content)
        if not is_within(shield, run.start())
    ]


def _numbered(
    quoted: Sequence[Sequence[PassageId]], work_of: Mapping[PassageId, str]
) -> tuple[list[int], list[str]]:
    """The number that has to stand at each place, and the works by their numbers.

    Counted anew from the markers: works in the order in which they are first cited, each once in
    a run, the lowest first. A passage that nobody knows counts as a work of its own.
    """
    order: dict[str, int] = {}
    numbers: list[int] = []
    for run in quoted:
        found = {order.setdefault(work_of.get(name, name), len(order) + 1) for name in run}
        numbers += sorted(found)
    return numbers, list(order)


def _numbers(text: str) -> list[int]:
    """Every number in brackets that reads as a citation."""
    return [int(match[1]) for match in _NUMBER.finditer(_prose(text))]


def _prose(content: str) -> str:
    """What a reader sees as text: no code, formula, or text of a link; escaped signs apart.

    A formula with a marker in it is none: nobody writes that, and it would hide the marker.
    """
    pieces: list[str] = []
    for token in _PARSER.parse(_FORMULA.sub(_shown, content)):
        depth = 0
        for part in token.children or []:
            depth += part.nesting if part.type.startswith("link_") else 0
            pieces.append(part.content if part.type == "text" and not depth else "\n")
        pieces.append("\n")
    return "".join(pieces)


def _shown(formula: re.Match[str]) -> str:
    return formula[0] if _PASSAGE.search(formula[0]) else " "


def _changed(document: Document, rng: random.Random) -> list[Document]:
    versions: list[Document] = []
    leaves = [section for section in document.sections if section.content]
    pool = [block for section in leaves for block in section.content.split("\n\n")]
    for _ in range(EDITS):
        if rng.random() < 0.1:
            style = rng.choice(STYLES)
            entries = formatted(document.sources, style, document.language)
            document = restyled(document, style, entries)
        else:
            section = NodeId(rng.choice(leaves).id)
            document = edited(document, section, _text(pool, rng))
        versions.append(document)
    return versions


def _text(pool: Sequence[str], rng: random.Random) -> str:
    """Paragraphs of the document in another order, some with markers cut or made up."""
    parts = [rng.choice(pool) for _ in range(rng.randint(0, 5))]
    parts += [rng.choice(NO_CITATIONS) for _ in range(rng.randint(0, 2))]
    names = [name for part in parts for name in _NAME.findall(part)] or ["deadbeef0123"]
    written = rng.choice(MALFORMED)
    parts.append("Written " + written.format(*(rng.choice(names) for _ in "ab")))
    rng.shuffle(parts)
    text = "\n\n".join(parts)
    if rng.random() < 0.3:
        text = text.replace("[@", "[@f", 1)  # a passage that nobody knows
    if rng.random() < 0.3:
        text = text[: rng.randint(0, len(text))]
    return text


def _cites_both_parts(document: Document) -> bool:
    """Whether two sources that are one work are cited."""
    source_of = {passage.id: passage.source_id for passage in document.passages}
    sources = {source_of[name] for run in _quoted(document) for name in run if name in source_of}
    return len({work_of(source) for source in sources}) < len(sources)


def _row(name: str, documents: Sequence[Document]) -> Row:
    same = [{source.id: work_of(source.id) for source in each.sources} for each in documents]
    whole = sum(not faults(each, known) for each, known in zip(documents, same, strict=True))
    found = sum(document.integrity.citations for document in documents)
    return Row(
        name,
        100 * whole / len(documents),
        "%",
        GOAL,
        whole == len(documents),
        f"{len(documents)} documents, {found:,} citations, English and Chinese; "
        f"{sum(map(_cites_both_parts, documents))} cite two files that are one work",
    )
