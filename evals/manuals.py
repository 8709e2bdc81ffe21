"""The texts of `data/outlines`: manuals with the headings that people gave them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pipeline.domain.documents import Block, Language

DATA = Path(__file__).parent / "data" / "outlines"


@dataclass(frozen=True, slots=True)
class Manual:
    name: str
    language: Language
    text: str
    """As it stands in its file."""
    blocks: tuple[Block, ...]
    """Headings with their level, and paragraphs."""


def manuals(half: str = "*", language: str = "*") -> list[Manual]:
    """Those of one half, `tune` or `test`, or of both."""
    return [_manual(path) for path in sorted(DATA.glob(f"{half}/{language}-*.md"))]


def _manual(path: Path) -> Manual:
    text = path.read_text(encoding="utf-8")
    language: Language = "zh" if path.name.startswith("zh-") else "en"
    return Manual(path.stem, language, text, tuple(_blocks(text)))


def _blocks(text: str) -> Iterator[Block]:
    """A heading has a line of its own, and nothing in these files is more than a paragraph."""
    for part in text.strip().split("\n\n"):
        match = re.fullmatch(r"(#+) (.+)", part)
        if match:
            yield Block(kind="heading", text=match[2], level=len(match[1]))
        else:
            yield Block(kind="paragraph", text=part)
