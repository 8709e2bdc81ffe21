"""Language of a text, its words and its sentences, in English and Chinese alike."""

import re
from itertools import pairwise

from pipeline.domain.documents import Language

HAN = r"\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"

_HAN_CHAR = re.compile(f"[{HAN}]")
_WORD = re.compile(rf"[{HAN}]|[^\W_]+(?:['’\-.][^\W_]+)*")
_BOUNDARY = re.compile(
    r"""(?<=[.!?])(?:["”’')\]]*)(?=\s+["“(\[]?[A-Z0-9`*\u3400-\u9fff])"""
    r"""|(?<=[。！？；])["”’』」）]*"""
    r"""|\n+"""
)
_ABBREVIATION = re.compile(
    r"(?:^|[\s(])(?:e\.g|i\.e|etc|vs|cf|al|approx|Dr|Mr|Mrs|Ms|Prof|No|Fig|Eq|Sec|St|Jr|Inc|U\.S|[A-Z])\.$"
)

HAN_SHARE = 0.15
"""From this share of Han characters on it is Chinese: technical Chinese has many Latin words."""


def detect_language(text: str, default: Language = "en") -> Language:
    """The language of a text by its script; `default` for a text without letters."""
    letters = sum(1 for c in text if c.isalpha())
    if not letters:
        return default
    return "zh" if len(_HAN_CHAR.findall(text)) > HAN_SHARE * letters else "en"


def count_words(text: str) -> int:
    """Words as word processors count them: each Han character is one, each Latin run is one."""
    return sum(1 for _ in _WORD.finditer(text))


def split_sentences(text: str) -> list[str]:
    """Sentences in order, trimmed, none empty; an abbreviation's full stop ends none."""
    sentences: list[str] = []
    pending = ""
    ends = [boundary.end() for boundary in _BOUNDARY.finditer(text)]
    for start, end in pairwise([0, *ends, len(text)]):
        piece = text[start:end].strip()
        if not piece:
            continue
        pending = f"{pending} {piece}" if pending else piece
        if not _ABBREVIATION.search(pending):
            sentences.append(pending)
            pending = ""
    if pending:
        sentences.append(pending)
    return sentences
