"""Outlines as plain text: read from what authors have, and written so that it reads back."""

import pytest

from pipeline.domain.documents import NodeId, Outline, OutlineNode
from pipeline.domain.outline import walk
from pipeline.domain.outline_text import imported, outline_from, to_markdown
from tests.unit.trees import OUTLINE_TEXTS, shape


def node(node_id: str, *children: OutlineNode, title: str = "") -> OutlineNode:
    return OutlineNode(id=NodeId(node_id), title=title or node_id.upper(), children=children)


@pytest.mark.parametrize(("text", "expected"), OUTLINE_TEXTS.values(), ids=OUTLINE_TEXTS.keys())
def test_an_outline_is_read_from_text(text: str, expected: list[object]) -> None:
    assert shape(imported(text)) == expected


def test_text_below_a_heading_becomes_its_summary_and_a_quote_its_notes() -> None:
    (tides,) = imported("# 潮汐\n关于大海。\n第二行。\n> 写短一点\n")

    assert (tides.content_summary, tides.notes) == ("关于大海。\n第二行。", "写短一点")


def test_a_line_that_is_too_long_for_a_title_is_kept_whole_in_the_summary() -> None:
    (long,) = imported("字" * 600)

    assert (len(long.title), len(long.content_summary)) == (500, 600)


def test_an_outline_survives_markdown() -> None:
    deep = node("h", title="八级")
    for level in "gfedcba":
        deep = node(level, deep).model_copy(
            update={"content_summary": f"About {level}.", "notes": "Be brief.\nNo tables."}
        )
    outline = Outline(title="潮汐 and tides", nodes=(deep, node("z", title="Last")))

    again = outline_from(to_markdown(outline))

    def told(tree: Outline) -> list[tuple[str, str, str, int]]:
        return [
            (p.node.title, p.node.content_summary, p.node.notes, p.depth) for p in walk(tree.nodes)
        ]

    assert again.title == outline.title
    assert told(again) == told(outline)


def test_an_empty_outline_is_empty_text_and_empty_text_an_empty_outline() -> None:
    assert to_markdown(Outline()) == ""
    assert outline_from(" \n\n") == Outline()
