"""Where code, formulas and links stand within a paragraph, heading or item of Markdown."""

import re

from pipeline.domain.fences import CITATION, NAME
from pipeline.domain.language import HAN

LINK_TARGET = (
    r"\(\s{0,9}(?:<[^<>\n]{0,2000}>|(?!<)[^()\s]{0,2000}(?:\([^()\s]{0,200}\)[^()\s]{0,200}){0,4})"
    r"""(?:\s{1,9}(?:"[^"\n]{0,500}"|'[^'\n]{0,500}'|\([^()\n]{0,500}\)))?\s{0,9}\)"""
)
"""What makes a link of a bracket before it; `(see above)` does not."""

FORMULA = r"(?:(?!\\\[)[^@])+?"
"""Between escaped brackets; what cites is prose there: `\\[0, 1) … [@id] … (0, 1\\]`."""

# A citation is no text of a link: "[0, 1) … [@id]](x)" is prose as well.
_LINKED = rf"(?:[^\[\]【\\\n]|【(?!{NAME})|\\[^\n])"
CITES = (
    r"\s[\[【［](?:@|S\d)|[\[【［](?:@|S\d)[^\[\]【】［］\s]{0,128}[\]】］]"
    rf"(?:\s[A-Za-z]{{2}}|\s?[{HAN}，。；、])"
)
"""A citation as it stands in prose, and in no formula between single dollars."""

_OPENING = re.compile(r"`+|\$\$?|\\[^\w\s]|\\_|!?\[|<")
_TICKS = re.compile("`+")
_INLINE = re.compile(
    r"(?:(?<!`)|(?<=\\`))(?P<ticks>`+)(?!`)[\s\S]+?(?<!`)(?P=ticks)(?!`)"
    rf"|\$\$(?:(?!{CITATION.pattern})[\s\S])+?\$\$"
    rf"|(?<![\\$])\$(?=[^\s$])(?:(?!{CITES}|{CITATION.pattern})[^$\\\n]|\\.)*?(?<=[^\s\\])\$(?!\d)"
    rf"|\\\({FORMULA}\\\)|\\\[{FORMULA}\\\]"
    r"|(?P<escape>\\(?:[^\w\s]|_))"  # begins nothing else
    rf"|!?\[(?!{NAME})(?:{_LINKED}|\[(?!{NAME}){_LINKED}*\](?!{LINK_TARGET}))*\]"
    r"\([^()\s]*(?:\([^()\s]*\)[^()\s]*)*(?:\s+\"[^\"\n]*\")?\)"
    r"|<(?:https?://|mailto:)[^<>\s]*>"
)
_STOPS = {
    "$$": re.compile(rf"\$\$|{CITATION.pattern}"),
    r"\(": re.compile(r"\\\)|\\\[|@"),
    r"\[": re.compile(r"\\\]|\\\[|@"),
}
# What ends a formula, or shows that it is none.


def inline_spans(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Where code, formulas and links stand in that stretch, in order."""
    spans: list[tuple[int, int]] = []
    ends = _Ends(text, start, end)
    position = start
    while opening := _OPENING.search(text, position, end):
        position = opening.end()
        if ends.may_come(opening) and (found := _INLINE.match(text, opening.start(), end)):
            position = found.end()
            if not found["escape"]:
                spans.append(found.span())
    return spans


class _Ends:
    """Whether what is opened in a block may be closed in it.

    Else each opening would look for its end through all that follows, in vain: thousands of them
    would take minutes. Openings are asked for in order, and none looks at what another looked at.
    """

    def __init__(self, text: str, start: int, end: int) -> None:
        self._text = text
        self._start, self._end = start, end
        self._ticks: dict[str, int] | None = None
        self._stops: dict[str, re.Match[str] | None] = {}

    def may_come(self, opening: re.Match[str]) -> bool:
        if opening[0].startswith("`"):
            return self._last_ticks(opening[0]) > opening.start()
        mark = opening[0][:2]
        if mark not in _STOPS:
            return True
        behind = opening.start() + 3  # between its marks a formula has a character at least
        stop = self._stops.get(mark)
        if mark not in self._stops or (stop and stop.start() < behind):
            stop = self._stops[mark] = _STOPS[mark].search(self._text, behind, self._end)
        return stop is not None and stop[0] in {"$$", r"\)", r"\]"}

    def _last_ticks(self, ticks: str) -> int:
        if self._ticks is None:
            runs = _TICKS.finditer(self._text, self._start, self._end)
            self._ticks = {run[0]: run.start() for run in runs}
        return self._ticks.get(ticks, -1)
