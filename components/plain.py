"""Text that people or files brought, shown as it is where Streamlit reads Markdown."""

import re

_SPECIAL = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~$&])")
_COLON = re.compile(r":(?=\w)")
WORD_JOINER = "\u2060"
"""Invisible; Streamlit replaces `:material/x:` and `:name:` after it has read the backslashes."""


def plain(text: str) -> str:
    """The text on one line with nothing in it read as Markdown, HTML, an icon or a formula."""
    escaped = _SPECIAL.sub(r"\\\1", " ".join(text.split()))
    return _COLON.sub(f":{WORD_JOINER}", escaped)
