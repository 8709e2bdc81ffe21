"""Citation markers within the text of a link, or within a formula: put behind it."""

import re

from pipeline.domain.fences import CITATION
from pipeline.domain.inline import CITES, LINK_TARGET
from pipeline.domain.language import HAN
from pipeline.domain.markdown import blocks, is_within, protected

_MARKER = rf"{CITATION.pattern}[^\[\]【】［］\n]{{0,300}}[\]】］]"
_ENCLOSED = re.compile(rf"(?P<space>(?<![ \t])[ \t]*(?:\n[ \t>]*)?)(?P<marker>{_MARKER})")
_LINK = re.compile(
    rf"(?<!\\)(?:\\\\)*!?\[(?P<text>(?:[^\[\]【\\\n]|\\[^\n]|{_MARKER}|【)++)\]"
    rf"(?P<target>(?=\([ \t]?<?(?:https?://|mailto:)){LINK_TARGET})"
)
_DOLLARS = re.compile(
    r"(?<![\\$A-Za-z0-9])\$(?=[^\s$])"
    rf"(?P<inside>(?:(?!{CITES})[^$\\\n]|\\.)*?)(?<=[^\s\\])\$(?![\d$])"
)
_PROSE = re.compile(rf"\s[A-Za-z]{{2}}|[{HAN}]")
# What stands between two prices rather than in a formula.
_FORMULA_OR_MARKER = re.compile(
    rf"(?P<marker>{CITATION.pattern})|(?P<opening>\\[\[(])|(?P<closing>\\[\])])|\\."
)
_LAST_LINE = re.compile(r"\n([ \t>]*)[^\n]*\Z")


def put_behind(text: str) -> str:
    """The text where no marker stands in a link to the web, or in a formula between dollars.

    `[Tides [@id]](https://…)` becomes `[Tides](https://…) [@id]`. Where nothing else is in it,
    the link stays, and of the formula the marker is left.
    """
    if not CITATION.search(text):
        return text
    text = _behind_formulas(text) if "$$" in text else text
    text = _behind_dollars(text) if "$" in text else text
    return _behind_links(text) if "](" in text else text


def without_formulas_around(text: str) -> str:
    """The text where no escaped bracket begins a formula, for any program, around a marker.

    It reads as before: `\\(x [@id]\\)` as `(x [@id])`.
    """
    if not CITATION.search(text) or not ("\\]" in text or "\\)" in text):
        return text
    shield = protected(text)
    opened: list[int] = []
    holding, position = 0, 0  # how many of those that are open hold a marker
    pieces: list[str] = []
    for part in _FORMULA_OR_MARKER.finditer(text):
        if is_within(shield, part.start()):
            continue
        if part["opening"]:
            opened.append(part.start("opening"))
        elif part["closing"]:
            for place in opened[:holding]:
                pieces += [text[position:place], f"&#{ord(text[place + 1])};"]
                position = place + 2
            opened, holding = [], 0
        elif part["marker"]:
            holding = len(opened)
    return "".join([*pieces, text[position:]])


def _behind_links(text: str) -> str:
    shield = protected(text)

    def parted(link: re.Match[str]) -> str:
        markers, rest = _parted(link["text"])
        if not markers or not rest.strip() or is_within(shield, link.start("text") - 1):
            return link[0]
        start = link[0][: link.start("text") - link.start()]
        return f"{start}{rest.strip()}]{link['target']}{markers}"

    return _LINK.sub(parted, text)


def _behind_dollars(text: str) -> str:
    shield = protected(text)

    def parted(formula: re.Match[str]) -> str:
        markers, rest = _parted(formula["inside"])
        if not markers or _PROSE.search(rest) or is_within(shield, formula.start()):
            return formula[0]
        return f"${rest.strip()}${markers}" if rest.strip() else markers

    return _DOLLARS.sub(parted, text)


def _behind_formulas(text: str) -> str:
    pieces: list[str] = []
    position = 0
    for block in blocks(text):
        if block.kind != "math":
            continue
        markers, rest = _parted(text[block.start : block.end])
        if markers:
            pieces += [text[position : block.start], _formula_and(markers, rest)]
            position = block.end
    return "".join([*pieces, text[position:]])


def _formula_and(markers: str, formula: str) -> str:
    """Both, on one line if the formula is; or the markers alone, if it says nothing."""
    if not formula.replace("$$", "").strip(" \t\r\n>"):
        return markers.lstrip()
    last = _LAST_LINE.search(formula)
    return f"{formula}\n{last[1]}{markers.lstrip()}" if last else f"{formula}{markers}"


def _parted(text: str) -> tuple[str, str]:
    """The markers of a text, with the space before the first of them, and what else it says."""
    found = list(_ENCLOSED.finditer(text))
    if not found:
        return "", text
    space = found[0]["space"] and " "
    return space + "".join(each["marker"] for each in found), _ENCLOSED.sub("", text)
