"""Text that people or files brought, shown as it is where Streamlit reads Markdown."""

import re
from unicodedata import east_asian_width

_SPECIAL = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~$&])")
_COLON = re.compile(r":(?=\w)")
WORD_JOINER = "\u2060"
"""Invisible; Streamlit replaces `:material/x:` and `:name:` after it has read the backslashes."""


def plain(text: str) -> str:
    """The text on one line with nothing in it read as Markdown, HTML, an icon or a formula."""
    escaped = _SPECIAL.sub(r"\\\1", " ".join(text.split()))
    return _COLON.sub(f":{WORD_JOINER}", escaped)


def shortened(text: str, columns: int) -> str:
    """The text if it is that wide at most, else its beginning and an ellipsis; Han is two wide."""
    width, kept = 0, 0
    for sign in text:
        width += 2 if east_asian_width(sign) in {"W", "F"} else 1
        kept += width < columns
    return text if width <= columns else f"{text[:kept].rstrip()}…"
