"""Lines that name what follows them: headings that lost their form."""

import re

from pipeline.domain.language import count_words

LABEL_WORDS = 8
"""Of a line that may be a heading; a longer one is a sentence without its stop."""

_LABEL_END = re.compile(r"[.。!！?？:：;；,，]$")


def is_label(text: str) -> bool:
    """Whether a line of its own names what follows, as a heading that lost its form."""
    return count_words(text) <= LABEL_WORDS and not _LABEL_END.search(text.strip())
