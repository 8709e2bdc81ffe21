"""Citation markers that are written askew, such as `[see @id]`: brought into their form."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from pipeline.domain.inline import LINK_TARGET
from pipeline.domain.markdown import is_within, protected

ID = r"[A-Za-z0-9_](?:[A-Za-z0-9_.:\-]{0,126}[A-Za-z0-9_])?"
"""The name of a passage; none is longer."""

_BRACKET = re.compile(
    r"\\?[\[【［](?P<square>[^\[\]【】［］\n]{0,300})[\]】］]"
    r"|[(（](?P<round>[^()（）\[\]【】［］\n]{0,300})[)）]"
)
_UNIT = r"(?:pp?|sec|section|ch|chapters?|figs?|figures?|tables?|pages?)"
_WORDS = (
    rf"\b(?:see|also|cf|e\.?g|and|or|in|to|of|the|from|by|{_UNIT}|sources?|refs?|passages?|ff?|shows?|"
    r"says?|states?|reports?|finds?|found)\b|参见|另见|详见|参考|以及|来源|资料|见|第|页|章|节|和|及|与|到|至"
)
_AROUND = re.compile(rf"[\s\d,;:.&/\\+~，；、：。·§–—-]+|{_WORDS}", re.IGNORECASE)
"""What stands beside the names in a citation, and says nothing without them."""

_BESIDE = re.compile(
    rf"(?:\b{_UNIT}\b\.?|[第§])[ \t]*\d+(?:[ \t]*[,，、–—-][ \t]*\d+)*(?:[ \t]*ff?\b)?"
    rf"|[\s,;:.&/\\+~，；、：。·§–—-]+|{_WORDS}",
    re.IGNORECASE,
)
"""The same beside markers, where figures are only those of a place: `p. 4`, not `[0, 1 [@id]]`."""

LONGEST = 300
"""Of what is in a bracket; a longer one is no citation."""

_MARKER = re.compile(rf"\[@(?>{ID})\]")
_BRACKETS = re.compile(
    rf"(?P<marker>\[@(?>{ID})\])|(?P<opening>[\[【［])|(?P<closing>[\]】］])|(?P<line>\n)"
)
_TARGET = re.compile(LINK_TARGET)
_SAYS_MORE = -1
_OPENED = re.compile(
    r"(?:(?P<bracket>\\?[\[【［][ \t]{0,3})|(?<![A-Za-z0-9_.@/\[【［])"
    r"|(?<=@[0-9a-f]{10})|(?<=@[0-9a-f]{12}))"
    rf"@(?P<name>(?>{ID}))(?![ \t]{{0,3}}[\]】］])"
)

_LISTS = (
    r"[A-Za-z]\w*_\w*|_\w+|lists?|arr(?:ay)?|arg[sv]|items?|rows?|col(?:umn)?s?|data|matrix|vector|"
    r"tuple|dict"
)
_FURTHER = r"(?:\[\d{1,3}\]){0,3}$"
_SURELY_INDEXED = re.compile(rf"(?<![A-Za-z0-9_])(?:{_LISTS}){_FURTHER}", re.ASCII)
_INDEXED = re.compile(
    rf"(?<![A-Za-z0-9_])(?:[A-Za-z]|[a-z]\w*\d\w*|[a-z]+[A-Z]\w*|{_LISTS}){_FURTHER}", re.ASCII
)
"""What a number in brackets directly behind it is a place in: `a[12]`, `argv[1]`, `x_1[2]`; behind
`CO2` or `ResNet50` it is a citation, and in a text that cites so also behind `vitamin D`."""

LONGEST_NAME = 60
"""Characters that are looked at before such a bracket."""


@dataclass(frozen=True, slots=True)
class Names:
    """How passages are named in a text, and what becomes of it."""

    token: re.Pattern[str]
    """Finds a name; its group `name` is the name itself."""
    takes: Callable[[re.Match[str], bool], bool]
    """Whether it is one of a passage; square brackets may begin with a name, as a marker does."""
    write: Callable[[str], str]
    """The marker for what was found."""
    amid_prose: bool = True
    """Whether names are taken from a bracket that begins with other words, and holds such."""
    leads_prose: bool = True
    """Whether any name that begins a bracket is taken, whatever else the bracket says."""


def is_place_in_a_list(text: str, at: int, number: str, *, cites: bool = False) -> bool:
    """Whether that number, in a bracket that begins at `at`, is no citation but a place.

    With `cites`, in a text that is known to cite by such numbers.
    """
    before = text[max(0, at - LONGEST_NAME) : at]
    indexed = _SURELY_INDEXED if cites else _INDEXED
    return (number == "0" and before[-1:].isalnum()) or bool(indexed.search(before))


def straightened(text: str, names: Names) -> str:
    """The text with each bracket that names passages as markers, side by side.

    A bracket that says more than `see` or `p. 4` keeps its words, with markers for the names in it,
    and all of it where they are names of something else: `[@angular/core]`.
    Code, formulas and links stay as they are.
    """
    shield = protected(text)

    def straight(match: re.Match[str]) -> str:
        group = "round" if match["square"] is None else "square"
        inside, start = match[group], match.start(group)
        if is_within(shield, match.start()):
            return match[0]
        found = [
            token
            for token in names.token.finditer(inside)
            if not is_within(shield, start + token.start())
        ]
        leads = group == "square" and bool(found) and not inside[: found[0].start()].strip(" \\")
        taken = [token for token in found if names.takes(token, leads)]
        says_more = bool(_AROUND.sub("", _with_each(inside, taken, lambda _: "")))
        if says_more and leads and not names.leads_prose:
            taken = [token for token in taken if names.takes(token, False)]
        if not taken:
            return match[0]
        if not says_more:
            return "".join(names.write(token[0]) for token in taken)
        if not (leads or names.amid_prose):
            return match[0]
        return match[0].replace(inside, _with_each(inside, taken, names.write), 1)

    return _BRACKET.sub(straight, text)


def unnested(text: str) -> str:
    """The text with the markers alone where brackets hold nothing but them: `[see [@id]]`."""
    shield = protected(text)
    pieces: list[str] = []
    position = 0
    opened: list[int] = []  # the pieces that begin a bracket; none where it says more
    for part in _BRACKETS.finditer(text):
        if is_within(shield, part.start()):
            opened[-1:] = [_SAYS_MORE] * len(opened[-1:])
            continue
        pieces += filter(None, (text[position : part.start()], part[0]))
        position = part.end()
        if part["line"]:
            opened.clear()
        elif part["opening"]:
            opened.append(len(pieces) - 1)
        elif part["closing"] and opened:
            begin = opened.pop()
            markers = "" if begin == _SAYS_MORE else _alone(pieces[begin + 1 : -1])
            if markers and not _TARGET.match(text, position):
                pieces[begin:] = [markers]
            else:
                opened[-1:] = [_SAYS_MORE] * len(opened[-1:])
    return "".join([*pieces, text[position:]])


def _alone(pieces: list[str]) -> str:
    """The markers among them, if the others say nothing."""
    markers = [piece for piece in pieces if piece.startswith("[@")]
    others = "".join(piece for piece in pieces if not piece.startswith("[@"))
    is_short = len(markers) + len(others) <= LONGEST
    return "".join(markers) if is_short and not _BESIDE.sub("", others) else ""


def closed_markers(text: str, names: Names) -> str:
    """The text with each marker in its brackets whose own are missing: `[@id and so on`, `@id`.

    The bracket that would have ended it further on, as in `[@id, see [@other]]`, goes with it.
    """
    shield = protected(text)
    taken = [
        match
        for match in _OPENED.finditer(text)
        if not is_within(shield, match.start())
        and names.takes(match, match["bracket"] is not None and _leads(text, match, names, shield))
    ]
    ends = [_end_of_bracket(text, match.end(), shield) for match in taken if match["bracket"]]
    stray = {end for end in ends if end is not None}
    pieces: list[str] = []
    position = 0
    for match in taken:
        pieces += [_spared(text, position, match.start(), stray), names.write(f"@{match['name']}")]
        position = match.end()
    return "".join([*pieces, _spared(text, position, len(text), stray)])


def _leads(text: str, name: re.Match[str], names: Names, shield: list[tuple[int, int]]) -> bool:
    """Whether the bracket that a name begins says nothing else, or nothing closes it."""
    end = _end_of_bracket(text, name.end(), shield)
    if names.leads_prose or end is None:
        return True
    rest = text[name.end() - 1 : end]  # with what stands before it, by which names are known
    others = [token for token in names.token.finditer(rest, 1) if names.takes(token, True)]
    return not _AROUND.sub("", _with_each(rest, others, lambda _: "")[1:]).strip("[]【】［］")


def _end_of_bracket(text: str, inside: int, shield: list[tuple[int, int]]) -> int | None:
    """Where the bracket ends that is open at that place, on the same line and not far on."""
    depth, last = 1, min(len(text), inside + LONGEST)
    if all(text.find(sign, inside, last) < 0 for sign in "]】］"):
        return None
    for place in range(inside, last):
        if text[place] == "\n":
            return None
        if text[place] in "[]【】［］" and not is_within(shield, place):
            depth += 1 if text[place] in "[【［" else -1
        if not depth:
            return place
    return None


def _spared(text: str, start: int, end: int, stray: set[int]) -> str:
    return "".join(text[place] for place in range(start, end) if place not in stray)


def _with_each(text: str, tokens: list[re.Match[str]], replace: Callable[[str], str]) -> str:
    pieces: list[str] = []
    position = 0
    for token in tokens:
        pieces += [text[position : token.start()], replace(token[0])]
        position = token.end()
    return "".join([*pieces, text[position:]])
