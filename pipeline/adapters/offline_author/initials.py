"""Small initials within an enumeration: of words that the material writes small, never of names."""

import re
from collections.abc import Iterable, Set

from pipeline.adapters.offline_author.labels import is_label

_SMALL = re.compile(r"(?<![\w’'-])[a-z]+(?:-[a-z]+)*")
_NAME = re.compile(r"(?<=[a-z,;] )[A-Z][a-z]+(?:-[a-z]+)*")
"""A capital in the midst of a sentence."""


def small_words(texts: Iterable[str]) -> frozenset[str]:
    """Words that these texts write with a small initial, and in no sentence with a capital."""
    small: set[str] = set()
    names: set[str] = set()
    for text in texts:
        if is_label(text):
            continue
        small.update(_SMALL.findall(text))
        names.update(map(str.lower, _NAME.findall(text)))
    return frozenset(small - names)


def lowered(phrase: str, small: Set[str]) -> str:
    """The phrase with a small initial, if its first word is one of those."""
    first = phrase.split(maxsplit=1)[0]
    has_initial = first[1:] == first[1:].lower() and first.lower() in small
    return phrase[:1].lower() + phrase[1:] if has_initial else phrase
