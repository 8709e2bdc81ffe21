"""Text that people or files brought, shown as it is where Streamlit reads Markdown."""

import re

_SPECIAL = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~$:&])")


def plain(text: str) -> str:
    """The text on one line with nothing in it read as Markdown, HTML, an icon or a formula."""
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))
