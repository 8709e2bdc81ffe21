"""Rules about raw text: what is cleaned out, how lines join, what a numbered heading looks like."""

import re
import unicodedata

from pipeline.domain.language import HAN

MAX_HEADING_CHARS = 80
"""A longer line is a sentence that happens to start with a number."""

MOST_DIGITS = 10
"""Python refuses to read thousands of them."""

_UNWANTED = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u200b\u2060\ufeff\ufdd0-\ufdef\ufffe\uffff"
    "\ud800-\udfff]"
)
_LINE_BREAKS = re.compile("\r\n?|[\u0085\u2028\u2029]")
_BLANKS = re.compile(r"[^\S\n]+")
_WIDE = rf"[{HAN}\u3000-\u303f\u3040-\u30ff\uff00-\uffef]"
_WIDE_CHAR = re.compile(_WIDE)
_HYPHENATED = re.compile(r"[^\W\d_][-\u2010\u00ad\x02]")
_LOWER_START = re.compile(r"[a-zà-öø-ÿ]")

_DECLARATION = re.compile(r"\A\s*<\?xml[^>]*\?>")
_DIGIT = "一二三四五六七八九十百零〇两0-9０-９"
_PART = re.compile(rf"^(?:第\s*[{_DIGIT}]+\s*[编卷部篇]|part\s+(?:\d+|[ivxlc]+)\b)", re.IGNORECASE)
_CHAPTER = re.compile(
    rf"^(?:第\s*[{_DIGIT}]+\s*章|附录|chapter\s+(?:\d+|[ivxlc]+)\b|appendix\s+[a-z\d]\b)",
    re.IGNORECASE,
)
_SECTION_ZH = re.compile(rf"^第\s*[{_DIGIT}]+\s*节")
_LIST_ZH = re.compile(r"^[一二三四五六七八九十]+\s*、")
_PAREN_ZH = re.compile(r"^[（(][一二三四五六七八九十]+[)）]")
_DECIMAL = re.compile(rf"^(\d{{1,3}}(?:\.\d{{1,3}}){{0,4}})(\.?[ \t\u3000]+|、|(?={_WIDE}))\S")


def clean(text: str) -> str:
    """NFC without NUL, control characters, surrogates and noncharacters; lines end in LF."""
    return unicodedata.normalize("NFC", _UNWANTED.sub("", _LINE_BREAKS.sub("\n", text)))


def one_line(text: str) -> str:
    """The text with every run of white space as one space."""
    return " ".join(text.split())


def squeezed(text: str) -> str:
    """The text with runs of blanks as one space, and its line breaks kept."""
    return _BLANKS.sub(" ", text).strip()


def without_declaration(text: str) -> str:
    """The text of an XML file without its first line, whose encoding is not true any more."""
    return _DECLARATION.sub("", text)


def join_lines(before: str, after: str) -> str:
    """Two lines of one paragraph as one: hyphens undone, no space between Chinese characters."""
    joined = Joined(before)
    joined.add_line(after)
    return str(joined)


class Joined:
    """A paragraph whose lines are joined as they come, in a time that grows with its length."""

    def __init__(self, text: str = "") -> None:
        self._parts = [text] if text else []

    def __bool__(self) -> bool:
        return bool(self._parts)

    def __str__(self) -> str:
        return "".join(self._parts)

    def go_on(self, text: str) -> None:
        """Put a text behind it as it stands."""
        if text:
            self._parts.append(text)

    def add_line(self, line: str) -> None:
        """Put a line behind it: hyphens undone, no space between Chinese characters."""
        self._drop_blanks()
        line = line.lstrip()
        if self._parts and line:
            end = self._end()
            if _HYPHENATED.fullmatch(end) and _LOWER_START.match(line):
                self._parts[-1] = self._parts[-1][:-1]
            elif not _joins_tightly(end, line):
                self._parts.append(" ")
        self.go_on(line)

    def _drop_blanks(self) -> None:
        """Cut the white space off its end."""
        while self._parts:
            last = self._parts.pop().rstrip()
            if last:
                self._parts.append(last)
                return

    def _end(self) -> str:
        """Its last two characters."""
        before = self._parts[-2][-1:] if len(self._parts) > 1 else ""
        return (before + self._parts[-1][-2:])[-2:]


def _joins_tightly(end: str, line: str) -> bool:
    """Whether a line follows what ends so without a space."""
    is_compound = end.endswith(("-", "\u2010")) and end[:-1].isalnum()
    return is_compound or bool(_WIDE_CHAR.match(end[-1]) or _WIDE_CHAR.match(line))


def whole_number(text: str) -> int | None:
    """The number that an attribute holds; None for none, and for one that no honest file has."""
    return int(text) if text.isdecimal() and len(text) < MOST_DIGITS else None


def numbered_level(line: str) -> int | None:
    """The level that the number at the start of a heading says, or None without such a number.

    第一章 and "Chapter 2" are 1, 第一节 and "2.1" are 2, and so on; sentences have none.
    """
    if len(line) > MAX_HEADING_CHARS or line.endswith(tuple("。；;，,：:！!？?")):
        return None
    for level, pattern in enumerate((_PART, _SECTION_ZH), start=1):
        if pattern.match(line):
            return level
    if _CHAPTER.match(line) or _LIST_ZH.match(line):
        return 1
    if _PAREN_ZH.match(line):
        return 2
    decimal = _DECIMAL.match(line)
    if decimal and not line.endswith("."):
        return decimal.group(1).count(".") + 1
    return None
