"""A text of the interface in its two languages."""

from typing import NamedTuple


class Text(NamedTuple):
    en: str
    zh: str
