"""About how many tokens a text has, or will have; models differ, and only they know."""

import re
from typing import Final

from pipeline.domain.documents import Language

LATIN_CHARS_PER_TOKEN = 4
OTHER_CHARS_PER_TOKEN = 2
_CJK = re.compile("[\u2e80-\U0010ffff]+")
# Text in an alphabet is cut into pieces of words, shorter ones where it is not Latin (Cyrillic,
# Greek, Arabic, Thai); a Chinese character is about one token.

PER_WORD: Final[dict[Language, float]] = {"en": 1.35, "zh": 0.8}
# Of a text that is asked for, with markers of citations and of Markdown; in Chinese a word is a
# character, and newer models join two of them now and then.

FUSE_TOKENS = 400
# Edits of a chapter: a lead-in and some replaced sentences, as JSON.
SEARCH_TERM_TOKENS = 30
JUDGEMENT_TOKENS = 20
# Of one entry of such an answer, as JSON.
NODE_TOKENS = 80
# A title, a summary and the names of sources, as JSON.
WORDS_PER_NODE = 250
# A proposal has chapters above its sections of some 350 words.
MOST_NODES, USUAL_NODES = 90, 16


def tokens_of(text: str) -> int:
    """About how many tokens a model counts in a text."""
    if text.isascii():
        return -(-len(text) // LATIN_CHARS_PER_TOKEN)
    dense = len(text) - len(_CJK.sub("", text))
    ascii_chars = len(text.encode("ascii", "ignore"))
    others = len(text) - dense - ascii_chars
    return dense + -(-ascii_chars // LATIN_CHARS_PER_TOKEN) + -(-others // OTHER_CHARS_PER_TOKEN)


def tokens_for(words: int, language: Language) -> int:
    """About how many tokens a text of so many words has; characters, in Chinese."""
    return round(words * PER_WORD[language])


def outline_tokens(target_words: int, language: Language) -> int:
    """About how many tokens the proposal of an outline for so long a document has."""
    nodes = min(MOST_NODES, max(USUAL_NODES // 2, target_words // WORDS_PER_NODE))
    per_node = NODE_TOKENS if language == "en" else round(NODE_TOKENS * 1.2)
    return per_node * (nodes if target_words else USUAL_NODES)
