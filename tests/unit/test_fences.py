"""Fences in quotations and items, judged by another parser: none goes on into what follows."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from benchmarks.pace import thread_cost
from pipeline.domain.citations import cited
from pipeline.domain.fences import fences
from pipeline.domain.markdown import closed

PARSER = MarkdownIt()
LINES = st.lists(
    st.sampled_from(
        [
            "> ",
            "- ",
            "1. ",
            "  ",
            "   ",
            "    ",
            "```",
            "~~~",
            "````",
            "文字",
            "a ` b",
            "",
            "# h",
            ">",
        ]
    ),
    max_size=4,
).map("".join)
TEXTS = st.lists(LINES, max_size=7).map("\n".join)


@pytest.mark.parametrize(
    ("text", "end"),
    [
        ("> ```\n> code", "\n> ```"),
        ("> ~~~", "\n> ~~~"),
        ("> > ```\n> > 潮汐", "\n> > ```"),
        ("- ```\n  code", "\n  ```"),
        ("1. ```py\n   x", "\n   ```"),
        ("- 一\n\n  ```\n  潮汐", "\n  ```"),
        ("- > ~~~\n  > x", "\n  > ~~~"),
        ("- ```\n潮汐", ""),
        ("> > ```\n> > a\n> b", ""),
        ("- a\n\n潮汐\n\n      ```", ""),
        ("- $$\n  x", "\n  $$"),
    ],
)
def test_an_open_fence_is_closed_where_it_stands(text: str, end: str) -> None:
    assert closed(text) == text + end
    assert "Next" in headings_of(f"{closed(text)}\n\n## Next\n\nText [1].")


@given(TEXTS)
def test_a_heading_behind_any_text_is_one(text: str) -> None:
    whole = closed(text)

    assert closed(whole) == whole
    assert "Next" in headings_of(f"{whole}\n\n## Next\n\nText [1].")


@pytest.mark.parametrize(
    "text",
    [
        "> > ```\n> > a\n> b [@0123456789]",
        "- ```\n  a\n\n潮汐[@0123456789]。",
        "- - ```\n    a\n  - b [@0123456789]",
        "> 1. ```\n>    a\n> 2. 潮汐[@0123456789]",
    ],
)
def test_a_fence_ends_with_the_quotation_or_item_that_holds_it(text: str) -> None:
    assert cited(text) == ["0123456789"]


@pytest.mark.parametrize("line", ["> ", "- ", "1. ", "> - ", "  "])
def test_quotations_and_items_in_each_other_are_read_quickly(line: str) -> None:
    text = f"{line * 5_000}```\n" + f"{' ' * 200}x\n\n>\n" * 200

    with thread_cost() as cost:
        fences(text)

    assert cost.seconds < 2


def headings_of(text: str) -> list[str]:
    tokens = PARSER.parse(text)
    return [
        inside.content
        for opening, inside in itertools.pairwise(tokens)
        if opening.type == "heading_open"
    ]
