"""A document's Markdown for a parser that knows neither our formulas nor our citations.

Signs that no text holds stand in it: in the place of formulas, and within escaped numbers.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pipeline.domain.language import HAN
from pipeline.domain.markdown import Span, blocks, is_within, protected

SIGNS = "\ufdd0-\ufdef"
"""Characters that are none, for the use within a program; a document is given without them."""

GUARD = "\ufdd0"
"""Within a number in brackets that was escaped: `[7\\]` is no citation, also when it is parsed."""

_FORMULA = re.compile("\ufdd1(\\d+)\ufdd2")
_BEFORE_BLOCK = re.compile(r"[ \t>]*(?:[-*+][ \t]+|\d+[.)][ \t]+)?")
_QUOTE_MARK = re.compile(r"^[ \t]*(?:>[ \t]?)+", re.MULTILINE)
_BLANK_LINES = re.compile(r"\n(?:[ \t]*\n)+")
_MATHEMATICAL = re.compile(r"\\[A-Za-z{}|,;!\\]|(?<!\\)[\^_=+<>]|[−×÷±·≤≥≠≈∑∏∫√∞∈]")
_WORDS = re.compile(rf"[{HAN}]|[A-Za-z]{{2,}}\s+[A-Za-z]{{2,}}")
_ENTRY = re.compile(r"\[\d{1,4}\] ")
_NOTE = re.compile(r"(?<![^\r\n])([ \t>]*\[\^[^\[\]\s]{1,40}\]):")
_OPENED = r"(?:\\\[|&(?:#0*91|#[xX]0*5[bB]|lsqb|lbrack);)"
_CLOSED = r"(?:\\\]|&(?:#0*93|#[xX]0*5[dD]|rsqb|rbrack);)"
_ESCAPED_NUMBER = re.compile(
    rf"(?<!\\)(?:\\\\)*(?:{_OPENED}\d(?=\d{{0,3}}(?:\]|{_CLOSED}))|\[\d(?=\d{{0,3}}{_CLOSED}))"
)


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula as it is `written`, and its inside."""

    written: str
    inside: str
    is_display: bool


@dataclass(frozen=True, slots=True)
class Signed:
    """A text with signs, and what they stand for."""

    text: str
    formulas: tuple[Formula, ...]

    def parts(self, text: str) -> Iterator[str | Formula]:
        """A stretch of the parsed text, its formulas apart; guards are still in the others."""
        position = 0
        for sign in _FORMULA.finditer(text):
            if sign.start() > position:
                yield text[position : sign.start()]
            yield self.formulas[int(sign[1])]
            position = sign.end()
        if position < len(text):
            yield text[position:]

    def plain(self, text: str) -> str:
        """A stretch of the parsed text without signs, its formulas as they are written."""
        parts = self.parts(text)
        return "".join(p.written if isinstance(p, Formula) else unguarded(p) for p in parts)


def signed(markdown: str) -> Signed:
    """The text with its signs; it holds none before."""
    markdown = _with_notes_as_text(markdown)
    formulas: list[Formula] = []
    pieces: list[str] = []
    position = 0
    for start, end in _places(markdown):
        formula = formula_of(_unquoted(markdown, start, end))
        if formula:
            pieces += [_guarded(markdown[position:start]), f"\ufdd1{len(formulas)}\ufdd2"]
            formulas.append(formula)
            position = end
    return Signed("".join([*pieces, _guarded(markdown[position:])]), tuple(formulas))


def unguarded(text: str) -> str:
    """The text without guards."""
    return text.replace(GUARD, "")


def formula_of(written: str) -> Formula | None:
    """The formula that a stretch of Markdown is, with its marks; or None."""
    written = written.rstrip()
    for opening, closing in (("$$", "$$"), ("\\[", "\\]"), ("\\(", "\\)"), ("$", "$")):
        if written.startswith(opening) and written.endswith(closing):
            inside = _BLANK_LINES.sub("\n", written[len(opening) : -len(closing)].strip())
            if inside.strip("$") and not _is_text(opening, inside):
                return Formula(written, inside, is_display=opening in {"$$", "\\["})
    return None


def _is_text(opening: str, inside: str) -> bool:
    """Whether the brackets are escaped ones of a text, such as `\\[sic\\]`, and mark no formula."""
    if opening.startswith("$") or _MATHEMATICAL.search(inside):
        return False
    return opening == "\\[" or bool(_WORDS.search(inside))


def _places(text: str) -> Iterator[tuple[int, int]]:
    """Where formulas may stand, without what stands before them on their line."""
    found = blocks(text)
    code = [(block.start, block.end) for block in found if block.kind == "code"]
    listed = _start_of_list(text, found)
    for start, end in protected(text):
        if is_within(code, start) or start >= listed:
            continue
        if text.startswith(("[", "!["), start):
            inside, last = text.index("[", start) + 1, text.rindex("](", start, end)
            for place, behind in protected(text[inside:last]):
                if text[inside + place] in "$\\":
                    yield inside + place, inside + behind
            continue
        before = _BEFORE_BLOCK.match(text, start, end)
        yield before.end() if before else start, end


def _start_of_list(text: str, found: Sequence[Span]) -> int:
    """Where the reference list begins: its brackets are escaped, and it holds no formulas."""
    for block in reversed(found):
        if block.kind == "heading":
            return block.end
        if not _ENTRY.match(text, block.start):
            break
    return len(text)


def _unquoted(text: str, start: int, end: int) -> str:
    """A stretch of the text without the marks of the quotation that it stands in."""
    line = text.rfind("\n", 0, start) + 1
    is_quoted = text[line:start].lstrip().startswith(">")
    return _QUOTE_MARK.sub("", text[start:end]) if is_quoted else text[start:end]


def _with_notes_as_text(text: str) -> str:
    """The text where no note, `[^a]: …`, defines a link: it would not be shown."""
    if not _NOTE.search(text):
        return text
    shield = protected(text)
    return _NOTE.sub(
        lambda note: note[0] if is_within(shield, note.start(1)) else f"{note[1]}\\:", text
    )


def _guarded(text: str) -> str:
    return _ESCAPED_NUMBER.sub(lambda number: f"{number[0]}{GUARD}", text)
