"""The styles of a Word document: what a paragraph in one is, and whether it is seen."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from pipeline.adapters.reading.prose import whole_number

DEEPEST_STYLE = 10
"""Styles are based on others; a circle must end."""

TITLE_LEVEL = 0

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_HEADING_NAME = re.compile(r"(?:heading|标题|標題|titre|überschrift)\s*(\d)")
_OFF = {"0", "false", "off"}


@dataclass(frozen=True, slots=True)
class _Style:
    name: str
    outline_level: int | None
    based_on: str
    hides: bool | None
    list_id: str
    depth: str


class Styles:
    """All styles by their ids; of what a style leaves open the one below it decides."""

    def __init__(self, root: etree._Element | None) -> None:
        elements = root.iter(f"{_W}style") if root is not None else ()
        self._styles = {each.get(f"{_W}styleId") or "": _style(each) for each in elements}

    def name(self, style_id: str) -> str:
        """The name in small letters; empty for an unknown style."""
        style = self._styles.get(style_id)
        return style.name if style else ""

    def level(self, style_id: str) -> int | None:
        """The level of a heading, `TITLE_LEVEL`, or None."""
        for depth, style in enumerate(self._with_bases(style_id)):
            named = _HEADING_NAME.match(style.name)
            if named:
                return int(named.group(1))
            if style.name in {"title", "标题", "標題"}:
                return TITLE_LEVEL if depth == 0 else None
            if style.outline_level is not None and style.outline_level < 9:
                return style.outline_level + 1
        return None

    def hides(self, style_id: str) -> bool:
        """Whether text in this style is set as hidden."""
        said = (style.hides for style in self._with_bases(style_id) if style.hides is not None)
        return next(said, False)

    def list_of(self, style_id: str) -> tuple[str, str]:
        """The list that a paragraph in this style is in, and its depth there; both may be empty."""
        styles = list(self._with_bases(style_id))
        list_id = next((style.list_id for style in styles if style.list_id), "")
        return list_id, next((style.depth for style in styles if style.depth), "")

    def _with_bases(self, style_id: str) -> Iterator[_Style]:
        for _ in range(DEEPEST_STYLE):
            style = self._styles.get(style_id)
            if style is None:
                return
            yield style
            style_id = style.based_on


def value(element: etree._Element | None, child: str) -> str:
    """What a child element is set to; empty where it is missing."""
    found = element.find(f"{_W}{child}") if element is not None else None
    return (found.get(f"{_W}val") or "") if found is not None else ""


def switched(element: etree._Element | None, child: str) -> bool | None:
    """Whether a property such as `vanish` is on; None where nothing is said."""
    found = element.find(f"{_W}{child}") if element is not None else None
    return found.get(f"{_W}val") not in _OFF if found is not None else None


def _style(element: etree._Element) -> _Style:
    paragraph = element.find(f"{_W}pPr")
    numbering = paragraph.find(f"{_W}numPr") if paragraph is not None else None
    return _Style(
        name=value(element, "name").lower(),
        outline_level=whole_number(value(paragraph, "outlineLvl")),
        based_on=value(element, "basedOn"),
        hides=switched(element.find(f"{_W}rPr"), "vanish"),
        list_id=value(numbering, "numId"),
        depth=value(numbering, "ilvl"),
    )
