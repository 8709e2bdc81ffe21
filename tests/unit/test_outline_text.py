"""Outlines as plain text: read from what authors have, and written so that it reads back."""

from collections.abc import Callable
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.domain.documents import NodeId, Outline, OutlineNode
from pipeline.domain.outline import walk
from pipeline.domain.outline_text import MAX_LEVELS, imported, outline_from, to_markdown
from tests.unit.trees import OUTLINE_TEXTS, shape


def numbers() -> Callable[[], str]:
    counted = count(1)
    return lambda: f"n{next(counted)}"


def node(node_id: str, *children: OutlineNode, title: str = "") -> OutlineNode:
    return OutlineNode(id=NodeId(node_id), title=title or node_id.upper(), children=children)


@pytest.mark.parametrize(("text", "expected"), OUTLINE_TEXTS.values(), ids=OUTLINE_TEXTS.keys())
def test_an_outline_is_read_from_text(text: str, expected: list[object]) -> None:
    assert shape(imported(text, numbers())) == expected


def test_text_below_a_heading_becomes_its_summary_and_a_quote_its_notes() -> None:
    (tides,) = imported("# 潮汐\n关于大海。\n第二行。\n> 写短一点\n", numbers())

    assert (tides.content_summary, tides.notes) == ("关于大海。\n第二行。", "写短一点")


def test_a_line_that_is_too_long_for_a_title_is_kept_whole_in_the_summary() -> None:
    (long,) = imported("字" * 600, numbers())

    assert (len(long.title), len(long.content_summary)) == (500, 600)


def test_an_outline_survives_markdown() -> None:
    deep = node("h", title="八级")
    for level in "gfedcba":
        deep = node(level, deep).model_copy(
            update={"content_summary": f"About {level}.", "notes": "Be brief.\nNo tables."}
        )
    outline = Outline(title="潮汐 and tides", nodes=(deep, node("z", title="Last")))

    again = outline_from(to_markdown(outline), numbers())

    def told(tree: Outline) -> list[tuple[str, str, str, int]]:
        return [
            (p.node.title, p.node.content_summary, p.node.notes, p.depth) for p in walk(tree.nodes)
        ]

    assert again.title == outline.title
    assert told(again) == told(outline)


LINES = [
    "1. Only Europe",
    "2.4 GHz is out",
    "1.2 Scope",
    "# x",
    "- y",
    "> z",
    "(1) a",
    "第一章 无",
    "一、无",
]
LINES += [
    "3 km",
    "\\- y",
    "\\\\# x",
    "\\word",
    "---",
    "=",
    "* * *",
    "plain 句",
    "https://example.org",
    "\\",
]


@given(st.lists(st.sampled_from(LINES), max_size=5), st.lists(st.sampled_from(LINES), max_size=3))
def test_a_summary_survives_markdown_whatever_its_lines_look_like(
    above: list[str], below: list[str]
) -> None:
    outline = Outline(
        title="潮汐",
        nodes=(
            node(
                "a", node("b").model_copy(update={"content_summary": "\n".join(below)})
            ).model_copy(update={"content_summary": "\n".join(above)}),
        ),
    )

    again = outline_from(to_markdown(outline), numbers())

    assert shape(again.nodes) == shape(outline.nodes)
    assert again.nodes[0].content_summary == "\n".join(above)
    assert again.nodes[0].children[0].content_summary == "\n".join(below)


def test_an_empty_outline_is_empty_text_and_empty_text_an_empty_outline() -> None:
    assert to_markdown(Outline()) == ""
    assert outline_from(" \n\n", numbers()) == Outline()


@pytest.mark.parametrize(
    ("text", "title", "expected"),
    [
        ("# My Doc\n\n## One\n\n## Two\n", "My Doc", ["One", "Two"]),
        (
            "潮汐能研究\n作者：编写组\n\n第一章 绪论\n第一节 背景\n第二章 方法",
            "潮汐能研究",
            [["绪论", ["背景"]], "方法"],
        ),
        ("Tides\n1. Intro\n1.1 Scope\n2. Method", "Tides", [["Intro", ["Scope"]], "Method"]),
        ("Tides\n- Moon\n- Sun", "Tides", ["Moon", "Sun"]),
        ("第一章 绪论\n第一节 背景\n第二节 意义", "", [["绪论", ["背景", "意义"]]]),
        ("# One\n# Two", "", ["One", "Two"]),
        ("Moon\nSun", "", ["Moon", "Sun"]),
    ],
)
def test_a_line_above_all_others_is_the_title_unless_it_is_a_numbered_chapter(
    text: str, title: str, expected: list[object]
) -> None:
    outline = outline_from(text, numbers())

    assert (outline.title, shape(outline.nodes)) == (title, expected)


def test_an_only_chapter_of_an_outline_without_a_title_stays_one() -> None:
    chapter = node("a", node("b", title="月亮"), title="Tides")
    outline = Outline(nodes=(chapter.model_copy(update={"content_summary": "关于潮汐。"}),))

    again = outline_from(to_markdown(outline), numbers())

    assert (again.title, shape(again.nodes)) == ("", [["Tides", ["月亮"]]])
    assert again.nodes[0].content_summary == "关于潮汐。"


def test_a_text_that_is_indented_without_end_is_still_read() -> None:
    text = "\n".join(" " * depth + f"第 {depth} 层" for depth in range(440))

    places = list(walk(imported(text, numbers())))

    assert (len(places), max(place.depth for place in places)) == (440, MAX_LEVELS)


def test_ids_are_the_callers_in_reading_order() -> None:
    nodes = imported("# 一\n## 二\n# 三", numbers())

    assert [(p.node.id, p.node.title) for p in walk(nodes)] == [
        ("n1", "一"),
        ("n2", "二"),
        ("n3", "三"),
    ]
