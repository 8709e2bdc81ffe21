"""A sentence of a file without what is no part of it: list sign, markup, label, citations."""

import re
from functools import partial

from pipeline.domain.language import HAN
from pipeline.domain.stray_markers import is_place_in_a_list

_CAPITAL = f"A-Z{HAN}"
_BULLET = re.compile(
    rf"^\s*(?:[•●▪·]\s*|[-*–]\s+|(?:[-–]|\*(?![^*]*\*))(?=[{HAN}]|[A-Z][a-z]+\s)|"
    r"[（(]?\d{1,2}(?:[)、）](?!\d)|\.(?![\da-z]))\s*"
    r"|[（(][一二三四五六七八九十]{1,3}[)）]\s*)"
)
"""Of a list; a minus sign stands close to its number, `-v` is an option of a program, `*all*` is
stressed, and `12.5% of all` begins with no sign."""

_LINE_NUMBER = re.compile(rf"^\s*\d{{1,2}}(?:\.\d{{1,2}}){{2,}}\.?\s+(?=[{_CAPITAL}])")
"""`1.2.3`, at the beginning of a line; elsewhere it is the version of a program."""

_LABEL = re.compile(
    r"^(?:(?!(?:Prof|Approx|Messrs|Capt|Dept|Univ|Corp|Bros|Figs|Vols|Secs|Refs)\.)"
    r"[A-Z][a-z]{3,}(?: [a-z]+){0,2}\. (?=[`a-z])|"
    r"(?i:abstract|summary|note|tip|warning|important)(?:\s*[:.\u2014]\s*|\s+[-–]\s+)(?=[A-Z])|"
    r"(?:摘要|内容提要|提要|注意?|提示|备注|说明)\s*[:：]\s*|"
    r"第[一二三四五六七八九十百零\d]+条\s+)"
)
"""A heading that runs into the sentence, or the number of an article of a law."""

_SOURCE_MARKS = re.compile(
    r" ?(?:(?P<place>\[(?P<number>\d+)(?:\s*[,，–-]\s*\d+)*\])|"
    r"\[@[\w:.-]+(?:[,;][^\[\]]{0,80})?\])"
)
"""`[3]`, `[1, 2]`, and those of programs for citing, `[@smith2020; @li, p. 4]`."""

_CITING = re.compile(rf"[\s,.;，。；、{HAN}]\[[1-9]\d*(?:\s*[,，–-]\s*\d+)*\]")
"""A mark where no name of a list can stand before it."""

_TAGS = (
    "a|abbr|b|br|cite|code|div|em|font|h[1-6]|hr|i|img|kbd|li|mark|ol|p|q|s|small|span|strong|"
    "su[bp]|t[dhr]|u|ul"
)
_TARGET = r"\((?:https?://|www\.|mailto:|[./#])[^()\s]*\)"
_INLINE = (
    (re.compile(rf"!\[[^\]]*\]{_TARGET}"), ""),
    (re.compile(rf"(?<![A-Za-z0-9_\])])\[([^\[\]]+)\]{_TARGET}"), r"\1"),
    (
        re.compile(r"(?<![A-Za-z0-9_(*])\*\*(?=[^\s*])([^*()]+)(?<=\S)\*\*(?![A-Za-z0-9_(*])"),
        r"\1",
    ),
    (
        re.compile(
            rf"</?(?:{_TAGS})(?:\s+[\w-]+\s*=[^<>]{{0,80}})?\s*/?>(?! (?:tag|element)|标签|元素)",
            re.IGNORECASE,
        ),
        "",
    ),
)
"""What a plain text file may hold of it; `__init__`, `2**3` and `f[0](x)` are words of the text."""


def cites_by_number(text: str) -> bool:
    """Whether a text surely cites, as in `of all boats [3]`: its `D[6]` is then no place."""
    return bool(_CITING.search(text))


def cleaned(sentence: str, line: str = "", *, cites: bool = False) -> str:
    """The sentence without markup, list sign and reference marks of its own source.

    Args:
        sentence: One of a file's, as plain text.
        line: The line that it stands in; the sentence itself when it is not given.
        cites: Whether it stands in a text that cites by number.
    """
    text = _BULLET.sub("", sentence)
    if line.lstrip().startswith(sentence) or not line:
        text = _LINE_NUMBER.sub("", text)
    for pattern, new in _INLINE:
        text = pattern.sub(new, text)
    text = " ".join(text.split())  # first, or each of many spaces is looked behind for a mark
    text = " ".join(_SOURCE_MARKS.sub(partial(_place_or_nothing, cites), text).split())
    return _LABEL.sub("", text)


def _place_or_nothing(cites: bool, match: re.Match[str]) -> str:
    """A mark is left out; the place in a list that `argv[1]` names stays."""
    if match["place"] is None:
        return ""
    at = match.start("place")
    is_place = is_place_in_a_list(match.string, at, match["number"], cites=cites)
    return match[0] if is_place else ""
