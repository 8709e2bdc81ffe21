import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.pace import thread_cost
from pipeline.domain.citations import cited
from pipeline.domain.markdown import (
    blocks,
    closed,
    demoted,
    escaped,
    headings,
    is_within,
    protected,
    with_prices_escaped,
)

TEXT = """# 标题 #

A paragraph
that goes on.
- an item

  of two paragraphs

| a | b |
|---|---|

> quote

$$
x [1]
$$

Under
=====

````text
```
# no heading
````
***
    indented code
"""


def test_a_text_is_told_apart_into_blocks() -> None:
    found = [(span.kind, TEXT[span.start : span.end].splitlines()[0]) for span in blocks(TEXT)]

    assert found == [
        ("heading", "# 标题 #"),
        ("paragraph", "A paragraph"),
        ("list", "- an item"),
        ("list", "  of two paragraphs"),
        ("table", "| a | b |"),
        ("quote", "> quote"),
        ("math", "$$"),
        ("heading", "Under"),
        ("code", "````text"),
        ("rule", "***"),
        ("code", "    indented code"),
    ]


def test_headings_are_read_outside_code_only() -> None:
    assert headings(TEXT) == [(1, "标题"), (1, "Under")]


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("a `b` c", ["`b`"]),
        ("价格 $5 与 $6", []),
        ("公式 $a_1$ 和 \\(b\\)", ["$a_1$", "\\(b\\)"]),
        (
            "[见](https://a.org/b_(c)) 与 ![图](x.png)",
            ["[见](https://a.org/b_(c))", "![图](x.png)"],
        ),
        ("<https://a.org> x < y", ["<https://a.org>"]),
        ("``a ` b`` and `open", ["``a ` b``"]),
    ],
)
def test_code_formulas_and_links_are_protected(text: str, kept: list[str]) -> None:
    spans = protected(text)

    assert [text[start:end] for start, end in spans] == kept
    assert all(is_within(spans, start) and not is_within(spans, end) for start, end in spans)


@given(st.text("ab \n\t[](@)|-=*#1.:/>", max_size=60))
def test_what_is_protected_does_not_depend_on_what_stands_behind(text: str) -> None:
    assert protected(f"{text}\n\n# x\n\n`y`")[:-1] == protected(text)


def test_headings_move_below_a_level_and_keep_their_order_of_depth() -> None:
    assert demoted("## A\n\n### B\n\n## C", 3) == "#### A\n\n##### B\n\n#### C"
    assert demoted("#### Deep enough", 2) == "#### Deep enough"
    assert demoted("文字\n# 太深\n文字", 6) == "文字\n\n**太深**\n\n文字"


def test_an_open_fence_is_closed() -> None:
    assert closed("Text\n\n~~~~\ncode") == "Text\n\n~~~~\ncode\n~~~~"
    assert closed("Text") == "Text"


def test_escaped_text_holds_no_markup() -> None:
    assert escaped("a_b *c* [d] <e>") == r"a\_b \*c\* \[d\] \<e\>"


@given(
    st.lists(
        st.sampled_from(["# ", "```", "\n", "\n\n", "- ", "| ", "$$", "文字", "a. ", "===", "    "])
    ).map("".join)
)
def test_blocks_leave_nothing_out_and_do_not_overlap(text: str) -> None:
    spans = blocks(text)

    outside = text
    for span in reversed(spans):
        outside = outside[: span.start] + outside[span.end :]
    assert not outside.strip()
    assert all(a.end <= b.start for a, b in itertools.pairwise(spans))
    assert headings(closed(demoted(text, 6))) == []


@pytest.mark.parametrize("mark", ["\x0b", "\x0c", "\x1c", "\x85", "\u2028", "\u2029"])
def test_only_what_ends_a_line_in_markdown_ends_one(mark: str) -> None:
    assert headings(f"# 标题{mark}# 正文\r# B\r\nC\r===\n") == [
        (1, f"标题{mark}# 正文"),
        (1, "B"),
        (1, "C"),
    ]
    assert [block.kind for block in blocks(f"文字{mark}```\n\n# A")] == ["paragraph", "heading"]


@pytest.mark.parametrize(
    "line", ["    x = 1", "a line of text", "| a | 表 |", "- an item", "> 引文"]
)
def test_ten_thousand_lines_without_a_blank_one_are_quick(line: str) -> None:
    with thread_cost() as cost:
        found = blocks(f"{line}\n" * 10_000)

    assert sum(span.end - span.start for span in found) > 9_000 * len(line)
    assert cost.seconds < 1


def test_a_bracket_that_was_escaped_and_is_never_closed_is_no_formula() -> None:
    assert [block.kind for block in blocks("\\[8] 正文\n\n\\[\nx = 1\n\\]")] == [
        "paragraph",
        "math",
    ]


STEPS = """1. Install it:

    {}

    This installs the server [@a1].

2. 启动它[@b2]。

- ```bash
  pip install y
  ```

    Then this [@c3].

```bash
pip install z
```

    x = [@d4]
"""


@pytest.mark.parametrize("inside", ["```bash\n    pip install x\n    ```", "$$\n    x = 1\n    $$"])
def test_a_list_goes_on_behind_code_and_formulas_in_its_items(inside: str) -> None:
    text = STEPS.format(inside)

    kinds = [block.kind for block in blocks(text)]
    assert kinds == [
        *("list", "math" if "$" in inside else "code", "list", "list"),
        *("code", "list", "code", "code"),
    ]
    assert cited(text) == ["a1", "b2", "c3"]


@pytest.mark.parametrize("above", ["| a | 表 |\n[x]", "> 引文\n接着"])
def test_an_item_ends_a_table_and_a_quotation_above_it(above: str) -> None:
    text = f"{above}\n1. 一\n\n    二[@a1]"

    assert [block.kind for block in blocks(text)][1:] == ["list", "list"]
    assert cited(text) == ["a1"]


@pytest.mark.parametrize("mark", ["```", "~~~", "$$"])
def test_what_is_open_in_a_quotation_ends_where_that_does(mark: str) -> None:
    text = f"> {mark}\n> x = 1\n\n潮汐[@a1]。\n\n> {mark}\n> y\n> {mark}\n> 二[@b2]"

    assert cited(text) == ["a1", "b2"]
    assert closed(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "- one ` tick [@a1]\n- 一个 ` 号[@b2]",
        "1. one ` [@a1]\n   - 一个 ` 号[@b2]",
        "> one ` tick [@a1]\n>\n> 一个 ` 号[@b2]",
        "> - one $$ [@a1]\n> - 一个 $$ 号[@b2]",
        "| one ` | [@a1] |\n|---|---|\n| 一个 ` | [@b2] |",
    ],
)
def test_no_code_or_formula_goes_on_from_one_item_or_row_to_the_next(text: str) -> None:
    assert (protected(text), cited(text)) == ([], ["a1", "b2"])


def test_code_may_go_on_in_the_next_line_of_an_item() -> None:
    text = "- one `a\n  [@a1]` and\n- 二[@b2]"

    assert cited(text) == ["b2"]


def test_thousands_of_pieces_of_code_behind_each_other_are_quick() -> None:
    with thread_cost() as cost:
        found = blocks("    ```\n    x\n    ```\n\n    y\n\n" * 5_000)

    assert len(found) == 10_000
    assert cost.seconds < 1


@pytest.mark.parametrize(
    ("text", "formula"),
    [
        ("$$\nE = mc^2$$\nis it [@a1].\n\n潮汐[@b2]。", "$$\nE = mc^2$$"),
        ("$$E = mc^2\n$$\n\nis it [@a1].\n\n潮汐[@b2]。", "$$E = mc^2\n$$"),
        (
            "$$\\begin{aligned}\na &= b \\\\\n\\end{aligned}\n$$\n\nis it [@a1]. 潮汐[@b2]。",
            "$$\\begin{aligned}\na &= b \\\\\n\\end{aligned}\n$$",
        ),
        ("公式如下：$$\nE=mc^2\n$$\n\nis it [@a1]. 潮汐[@b2]。", "$$\nE=mc^2\n$$"),
        ("$$\nE = mc^2$$, says [@a1].\n\n潮汐[@b2]。", "$$\nE = mc^2$$"),
        ("Write `$$` so:\n$$\nE=mc^2\n$$\nis it [@a1]. 潮汐[@b2]。", "$$\nE=mc^2\n$$"),
        ("> $$\n> x \\\\$$\n\nis it [@a1]. 潮汐[@b2]。", "> $$\n> x \\\\$$"),
    ],
)
def test_a_formula_ends_where_its_dollars_do_however_they_stand(text: str, formula: str) -> None:
    spans = protected(text)

    assert [text[start:end] for start, end in spans if "`" not in text[start:end]] == [formula]
    assert cited(text) == ["a1", "b2"]
    assert closed(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "from 40$/MWh [@a1] to 60$/MWh [@b2]",
        "从40$/MWh[@a1]到60$/MWh[@b2]",
        "at 40$[@a1] or 60$ [@b2]",
    ],
)
def test_what_stands_between_two_prices_is_no_formula_where_it_cites(text: str) -> None:
    assert (protected(text), cited(text)) == ([], ["a1", "b2"])


LONE_DOLLARS = [
    "\\$$\nE = mc^2$$ [@{}]\n$$\nE = mc^2$$ [@{}]\n",
    "从US$$5 [@{}]到US$$6 [@{}]。",
    "$$5 million [@{}]. 潮汐[@{}]。",
    "$$\n一句[@{}]。\n\n二[@{}]。",
    "$$\n一句[@{}]。\n\n$$\nx\n$$\n\n二[@{}]。",
    "> $$\n> 一句[@{}]。\n>\n> 二[@{}]。\n> $$",
]


@pytest.mark.parametrize("text", LONE_DOLLARS)
def test_dollars_whose_fellow_stands_behind_a_citation_are_no_formula(text: str) -> None:
    ids = ["a1b2c3d4e5f6", "0f0f0f0f0f"]

    assert cited(text.format(*ids)) == ids


def test_a_formula_behind_lone_dollars_is_one() -> None:
    text = LONE_DOLLARS[0].format("a1b2c3d4e5f6", "0f0f0f0f0f")

    assert [text[start:end] for start, end in protected(text)] == ["$$\nE = mc^2$$"]
    assert with_prices_escaped(text) == text.replace("$$ [@a1", "\\$\\$ [@a1")
    assert with_prices_escaped("US$$5 [@a1b2c3d4e5f6], $$x$$, \\\\$$6") == (
        "US\\$\\$5 [@a1b2c3d4e5f6], $$x$$, \\\\\\$\\$6"
    )
    assert with_prices_escaped("$$\n一句[@a1b2c3d4e5f6]。") == "\\$\\$\n一句[@a1b2c3d4e5f6]。"


def test_thousands_of_lone_dollars_are_quick() -> None:
    with thread_cost() as cost:
        protected("$$ [@a1b2c3d4e5f6] " * 5_000)
        with_prices_escaped("$$\n[@a1b2c3d4e5f6]\n\n" * 5_001)

    assert cost.seconds < 1


def test_dollars_that_would_hold_a_citation_as_a_formula_are_escaped() -> None:
    text = "`40$ [@a1] to 60$`, from 40$/MWh [@a1] to 60$/MWh [@a1] or 70$, $x$."

    assert with_prices_escaped(text) == (
        "`40$ [@a1] to 60$`, from 40\\$/MWh [@a1] to 60\\$/MWh [@a1] or 70$, $x$."
    )
    assert with_prices_escaped("It costs $5 [@a1] or $6.") == "It costs $5 [@a1] or $6."


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("| x ` y | z [@0123456789] | ` w |\n|---|---|---|", ["0123456789"]),
        ("| 甲 ` | 乙 |\n|---|---|\n| 丙 ` | [@0123456789] ` |", ["0123456789"]),
        ("| a `x\\|[@0123456789]` |\n|---|", []),
        ("| x ` y | z [@0123456789] | ` w |", []),
        ("| a | b |\n潮\n| x ` y | [@0123456789] ` |\n|---|---|", ["0123456789"]),
        ("| a ` |\n潮\n> 汐 ` [@0123456789]", ["0123456789"]),
        ("| a ` |\n|---|\n> 汐 ` [@0123456789]", ["0123456789"]),
        ("- a ` b\n> 汐 ` [@0123456789]", ["0123456789"]),
        ("> - 潮\n汐\n$$\nx\n$$\n\n[@0123456789]", ["0123456789"]),
        ("> a ` x\n> # h ` [@0123456789] `", []),
        ("> a ` x\n> # 标题 `\n> b ` [@0123456789]", ["0123456789"]),
        ("- a ` x\n  ## 标题 [@0123456789]\n  ` b", ["0123456789"]),
        ("$x[@0123456789]$ 潮汐", ["0123456789"]),
    ],
)
def test_cells_and_headings_are_read_by_themselves(text: str, found: list[str]) -> None:
    assert cited(text) == found


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("$$[7]", ["paragraph"]),
        ("$$x_7", ["math"]),
        ("$$\nx_7", ["math"]),
        ("$$\n\n潮汐[7]", ["math", "paragraph"]),
        ("$$\n\n潮汐[7]\n$$", ["math", "paragraph", "math"]),
        ("$$\nx_[7]\n$$", ["math"]),
    ],
)
def test_a_formula_that_nothing_closes_holds_no_number_of_a_citation(
    text: str, kinds: list[str]
) -> None:
    assert [block.kind for block in blocks(text)] == kinds
