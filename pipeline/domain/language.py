"""Language of a text, its words and its sentences, in English and Chinese alike."""

import re
import unicodedata
from html import unescape
from itertools import pairwise

from pipeline.domain.documents import Language

HAN = r"\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"

_LETTER = re.compile("[A-Za-z]")
_HAN_CHAR = re.compile(f"[{HAN}]")
_PART = rf"[^\W_{HAN}]+"
_WORD = re.compile(rf"[{HAN}]|{_PART}(?:['’\-.]{_PART})*")
_MARKER = r"(?:[ \t]*\[@[^\[\]\n]{0,300}\])"  # behind the stop it belongs to its sentence
_CAPITAL = "A-ZÀ-ÖØ-ÞĆČĐĚĞİŁŃŇŐŒŘŚŞŠŰŹŻŽΑ-ΩА-ЯЁ"
_BOUNDARY = re.compile(
    rf"""[.!?]["”’')\]]*+{_MARKER}*(?=\s+["“(\[]?[{_CAPITAL}0-9`*{HAN}])"""
    rf"""|[。！？]++(?:["）]*+{_MARKER}*(?![”’』」])"""
    # a quotation inside a sentence that goes on: 他说：“好的。”然后离开。
    rf"""|["”’』」）]++(?:{_MARKER}+|(?![{HAN}，、；：])))"""
    r"""|\n+"""
)
_ABBREVIATION = re.compile(
    r"(?:^|[\s(“\"])(?:(?P<inside>e\.g|i\.e|vs|cf|approx|viz|Dr|Drs|Mr|Mrs|Ms|Prof|Rev|Gen|Gov|Sen|Hon|Lt|"
    r"Capt|Sgt|Mt|Messrs)"
    r"|(?P<counting>No|Nos|Fig|Figs|Eq|Eqs|Sec|Secs|Ch|Vol|Vols|pp?|Art|Tab|Refs?|"
    r"Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)"
    r"|(?P<maybe>etc|al|Inc|Co|Ltd|Corp|Jr|Sr|St|Bros|Univ|Dept|Ave|ed|eds|(?:[A-Z]\.)*[A-Z]))\.$"
)
LONGEST_ABBREVIATION = 16
"""Characters, with what stands before it."""

_NUMBER_FOLLOWS = re.compile(r"\s+[(\[]?(?:\d|[A-Z]\d*\b|[IVXLC]+\b)")
_SENTENCE_FOLLOWS = re.compile(
    r"\s+[\"“(]?(?:The|This|These|Those|It|In|On|At|By|For|From|He|She|They|We|You|But|However|"
    r"And|As|If|When|While|Its|Their|There|That|An|A(?=\s)|To|Both|Some|Many|Most|All)\b"
)
"""An abbreviation that may well stand at the end then does: "in the U.K. The plan"."""

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
        if not _is_abbreviation(text, max(begun, end - LONGEST_ABBREVIATION), end):
            spans.append((begun, end))
            begun = None
    if begun is not None:
        spans.append((begun, end))
    return spans


def _is_abbreviation(text: str, start: int, end: int) -> bool:
    """Whether the full stop before `end` is that of an abbreviation, and ends no sentence."""
    found = _ABBREVIATION.search(text[start:end]) if text[end - 1] == "." else None
    if found is None:
        return False
    if found["counting"]:
        return _NUMBER_FOLLOWS.match(text, end) is not None
    return bool(found["inside"]) or not _SENTENCE_FOLLOWS.match(text, end)
