"""OPML, as outliners and mind maps export it: an outline with the notes of its items."""

from lxml import etree

from pipeline.adapters.reading.archive import parse_xml
from pipeline.adapters.reading.extract import Extract, damaged
from pipeline.adapters.reading.from_markdown import blocks_of
from pipeline.adapters.reading.limits import Limits
from pipeline.adapters.reading.prose import one_line
from pipeline.domain.documents import NodeId, Outline, OutlineNode
from pipeline.domain.outline_text import MAX_LEVELS, to_markdown, without_backslashes
from pipeline.errors import UnreadableFile

_NOTES = ("_note", "note")
"""Where programs keep what an item says beside its title; the first is the usual one."""


def extract(name: str, data: bytes, limits: Limits) -> Extract:  # noqa: ARG001  (a Reader)
    """The items as headings with their notes below them; items without a title are left out."""
    try:
        root = parse_xml(name, data)
    except UnreadableFile as error:
        raise damaged(name, "OPML", "its text is broken or nested too deep") from error
    body = root.find("body")
    if root.tag != "opml" or body is None:
        raise damaged(name, "OPML", "it holds no outline")
    title = one_line(root.findtext("head/title") or "")
    text = to_markdown(Outline(title=title, nodes=_nodes(body, 1)))
    return Extract(blocks_of(without_backslashes(text)), title=title, as_written=text)


def _nodes(parent: etree._Element, depth: int) -> tuple[OutlineNode, ...]:
    found: list[OutlineNode] = []
    for item in parent.iterchildren("outline"):
        below = _nodes(item, depth + 1) if depth < MAX_LEVELS else ()
        title = one_line(item.get("text") or item.get("title") or "")
        note = next((text for key in _NOTES if (text := item.get(key))), "")
        if title:
            found.append(
                OutlineNode(id=NodeId("n"), title=title, content_summary=note, children=below)
            )
        else:
            found.extend(below)
    return tuple(found)
