"""Language of a text, its words and its sentences, in English and Chinese alike."""

import re
import unicodedata
from html import unescape
from itertools import pairwise

from pipeline.domain.documents import Language

HAN = r"\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"

_LETTER = re.compile("[A-Za-z]")
_HAN_CHAR = re.compile(f"[{HAN}]")
_WORD = re.compile(rf"[{HAN}]|[^\W_]+(?:['’\-.][^\W_]+)*")
_MARKERS = r"(?:[ \t]*\[@[^\]\n]*\])*"  # a citation behind the stop belongs to its sentence
_BOUNDARY = re.compile(
    rf"""[.!?]["”’')\]]*{_MARKERS}(?=\s+["“(\[]?[A-Z0-9`*{HAN}])"""
    rf"""|[。！？]["”’』」）]*{_MARKERS}"""
    r"""|\n+"""
)
_ABBREVIATION = re.compile(
    r"(?:^|[\s(])(?:e\.g|i\.e|etc|vs|cf|al|approx|Dr|Mr|Mrs|Ms|Prof|No|Fig|Eq|Sec|St|Jr|Inc|U\.S|[A-Z])\.$"
)

_RAISED = re.compile("([0-9])([⁰¹²³⁴-⁹])")

HAN_SHARE = 0.15
"""From this share of Han characters on it is Chinese: technical Chinese has many Latin words."""


def detect_language(text: str, default: Language = "en") -> Language:
    """The language of a text by its script; `default` for a text without letters."""
    if text.isascii():
        return "en" if _LETTER.search(text) else default
    letters = sum(map(str.isalpha, text))
    if not letters:
        return default
    return "zh" if len(_HAN_CHAR.findall(text)) > HAN_SHARE * letters else "en"


def composed(text: str) -> str:
    """The text in NFKC, where an exponent or a footnote's mark stays apart: 10⁶ is no 106."""
    return unicodedata.normalize("NFKC", _RAISED.sub(r"\1^\2", text))


def count_words(text: str) -> int:
    """Words as word processors count them: each Han character is one, each Latin run is one.

    A character that is written by its number, as `&#91;`, is what it stands for.
    """
    return len(_WORD.findall(unescape(text) if "&#" in text else text))


def split_sentences(text: str) -> list[str]:
    """Sentences in order, trimmed, none empty; an abbreviation's full stop ends none."""
    return [text[start:end].replace("\n", " ") for start, end in sentence_spans(text)]


def sentence_spans(text: str) -> list[tuple[int, int]]:
    """Where each sentence starts and ends, as `split_sentences` has them; a line break ends one."""
    spans: list[tuple[int, int]] = []
    begun: int | None = None
    end = 0
    ends = [boundary.end() for boundary in _BOUNDARY.finditer(text)]
    for left, right in pairwise([0, *ends, len(text)]):
        piece = text[left:right]
        if not piece.strip():
            continue
        start = left + len(piece) - len(piece.lstrip())
        end = left + len(piece.rstrip())
        begun = start if begun is None else begun
        if text[end - 1] != "." or not _ABBREVIATION.search(text, max(begun, end - 10), end):
            spans.append((begun, end))
            begun = None
    if begun is not None:
        spans.append((begun, end))
    return spans
