import re
import unicodedata

import pytest

from benchmarks.pace import thread_cost
from pipeline.adapters.reading import read_bytes
from pipeline.adapters.reading.process import HERE_BYTES, HERE_LINES
from pipeline.adapters.reading.recognise import Format
from pipeline.domain.documents import Block
from tests.samples.blocks import outline, read_text

CHINESE = "中华人民共和国国家标准规定了信息与文献的著录规则。\n潮汐能是一种可再生能源。\n"
TRADITIONAL = "信息與文獻的著錄規則，資料庫系統概論。\n潮汐能是一種再生能源，臺灣海峽亦有。\n"
FRENCH = "Les marées montent à l’été. Élan, façade, œuvre.\nEncore une ligne.\n"
PROSE = "The Moon raises tides by its pull on the near and on the far side of the sea."


@pytest.mark.parametrize(
    ("text", "encoding", "notes"),
    [
        (CHINESE, "utf-8", ()),
        (CHINESE, "utf-8-sig", ()),
        (CHINESE, "gbk", ("encoding_guessed",)),
        (CHINESE, "gb18030", ("encoding_guessed",)),
        (TRADITIONAL, "big5", ("encoding_guessed",)),
        (CHINESE, "utf-16", ()),
        (CHINESE, "utf-16-le", ("encoding_guessed",)),
        (CHINESE, "utf-16-be", ("encoding_guessed",)),
        (f"{PROSE}\nSecond line.\n", "utf-16-le", ("encoding_guessed",)),
        (
            "Les marées montent à l’été. Élan, façade, œuvre.\nEncore.\n",
            "cp1252",
            ("encoding_guessed",),
        ),
    ],
)
def test_text_is_read_in_its_encoding(text: str, encoding: str, notes: tuple[str, ...]) -> None:
    reading = read_bytes("a.txt", text.encode(encoding))

    assert "\n".join(block.text for block in reading.blocks) == text.strip()
    assert reading.notes == notes


def test_a_utf8_file_with_one_broken_byte_is_not_taken_for_another_encoding() -> None:
    data = (CHINESE * 20).encode()

    reading = read_bytes("a.txt", data[:3000] + b"\xff" + data[3000:])

    assert reading.blocks[0].text == CHINESE.split("\n", maxsplit=1)[0]
    assert reading.notes == ("encoding_guessed",)


def test_text_is_cleaned_and_composed() -> None:
    spoilt = "cafe\u0301 \ufffe\u200b潮\u00ad汐\r\nnext\x07"

    reading = read_text(spoilt)

    assert [block.text for block in reading.blocks] == ["café 潮汐", "next"]
    assert unicodedata.is_normalized("NFC", reading.title)


def test_lines_that_a_margin_broke_are_joined_in_both_languages() -> None:
    english = (
        "The Moon raises tides by its pull on the near and on the far side of the\n"
        "sea, and the Sun adds a smaller part; together they make spring tides, a well-\n"
        "known thing.\n"
    )
    chinese = (
        "潮汐是由于月球和太阳对地球各处引力不同所引起的水位周期性涨落现象，在白天的称潮，\n"
        "夜间的称汐，总称潮汐。\n"
    )

    blocks = read_text(f"{english}\n{chinese}").blocks

    assert [block.text for block in blocks] == [
        (
            "The Moon raises tides by its pull on the near and on the far side of the sea, and the "
            "Sun adds a smaller part; together they make spring tides, a wellknown thing."
        ),
        chinese.replace("\n", ""),
    ]


def test_short_lines_are_not_joined() -> None:
    assert outline(read_text("第一行\n第二行\nthird").blocks) == [
        ("paragraph", 0, "第一行"),
        ("paragraph", 0, "第二行"),
        ("paragraph", 0, "third"),
    ]


def test_numbered_headings_and_lists_of_plain_text_are_found() -> None:
    text = "第一章 绪论\n\n潮汐能。\n\n1.1 背景\n- 甲\n  - 乙\n\nChapter 2 Methods\nWe measured.\n"

    assert outline(read_text(text).blocks) == [
        ("heading", 1, "第一章 绪论"),
        ("paragraph", 0, "潮汐能。"),
        ("heading", 2, "1.1 背景"),
        ("list", 0, "- 甲\n  - 乙"),
        ("heading", 1, "Chapter 2 Methods"),
        ("paragraph", 0, "We measured."),
    ]


def test_a_text_file_written_like_markdown_is_read_as_markdown() -> None:
    assert outline(read_text("# 潮汐\n\n**a** b\n\n## Kinds\n\nc\n").blocks) == [
        ("heading", 1, "潮汐"),
        ("paragraph", 0, "a b"),
        ("heading", 2, "Kinds"),
        ("paragraph", 0, "c"),
    ]


def test_a_reading_counts_words_headings_and_tells_the_language() -> None:
    reading = read_text("# 潮汐能\n\n潮汐能 is renewable.\n", "报告.md")

    assert (reading.words, reading.headings, reading.language) == (8, 1, "zh")
    assert (reading.title, reading.file_name, reading.pages) == ("潮汐能", "报告.md", None)


@pytest.mark.parametrize(
    ("name", "text", "title"),
    [
        ("a.md", "---\ntitle: 潮汐 2024\n---\n# Other\n", "潮汐 2024"),
        ("a.md", "first\n\n# Heading\n", "Heading"),
        ("a.txt", "The first line\n\nmore\n", "The first line"),
        ("纪要.txt", "扩建项目会议纪要\n\n一、进展\n\n底板已完成。\n", "扩建项目会议纪要"),
        ("a.txt", "It was late.\n\n1. Progress\n\nThe slab is done.\n", "1. Progress"),
        ("报告 v2.md", "- only\n- a list\n", "报告 v2"),
        ("long.txt", "x" * 500, "long"),
    ],
)
def test_the_title_is_the_best_that_the_file_offers(name: str, text: str, title: str) -> None:
    assert read_text(text, name).title == title


# Markdown


def test_markdown_becomes_plain_blocks_in_order() -> None:
    text = """---
layout: page
---
# 潮汐 *能*

A [link](http://x.test) and `code`,
wrapped. 换
行

Kinds
-----

1. one
2. two
   - 三

| a | b |
|---|---|
| 1 | `x|y` |

```py
# not a heading

x = 1
```

> quoted <b>bold</b>

<!-- hidden -->
"""

    assert outline(read_text(text, "a.md").blocks) == [
        ("heading", 1, "潮汐 能"),
        ("paragraph", 0, "A link and code, wrapped. 换行"),
        ("heading", 2, "Kinds"),
        ("list", 0, "1. one\n2. two\n  - 三"),
        ("table", 0, "| a | b |\n| --- | --- |\n| 1 | `x |"),
        ("code", 0, "# not a heading\n\nx = 1"),
        ("paragraph", 0, "quoted bold"),
    ]


@pytest.mark.parametrize(
    "line",
    [
        "the sea rises at the coast and the sun adds a smaller part of the wa-\n",
        "潮汐是由于月球和太阳对地球各处引力不同所引起的水位周期性涨落现象，在白天的称潮\n",
    ],
)
@pytest.mark.parametrize(("name", "of"), [("a.txt", Format.TEXT), ("a.md", Format.MARKDOWN)])
def test_the_longest_paragraph_that_is_read_in_this_process_takes_it_a_moment(
    name: str, of: Format, line: str
) -> None:
    data = (line * (HERE_BYTES[of] // len(line.encode()))).encode()
    with thread_cost() as cost:
        reading = read_bytes(name, data)

    assert cost.seconds < 5
    assert len(reading.blocks) == 1


def test_a_text_of_very_many_lines_does_not_hold_up_this_process() -> None:
    lines = HERE_LINES + 1
    with thread_cost() as cost:
        reading = read_bytes("a.log", "潮\n".encode() * lines)

    assert cost.seconds < 1
    assert len(reading.blocks) == lines


@pytest.mark.parametrize("repeated", ["<!--", "<", "<!--潮", "<p ", "<>"])
def test_tags_without_an_end_do_not_hold_up_this_process(repeated: str) -> None:
    size = HERE_BYTES[Format.MARKDOWN] - 100
    data = f"<p>\n{repeated * (size // len(repeated.encode()))}\n\nend".encode()
    with thread_cost() as cost:
        read_bytes("a.md", data)

    assert cost.seconds < 2


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>one <b>two</b><!-- no > --> three</p>", "one two three"),
        ("<p>潮<!-- 汐 -->汐 <!-- without an end", "潮汐 <!-- without an end"),
        (f"<p>1 <{' ' * 3000}> 2</p>", f"1 <{' ' * 3000}> 2"),
    ],
)
def test_tags_and_comments_of_a_markdown_text_are_left_out(html: str, text: str) -> None:
    assert [block.text for block in read_text(html, "a.md").blocks] == [text]


TABLE = """<table><tr><td>收入</td><td>100</td><td>200</td></tr>

<tr><td rowspan="2">支出</td><td>10<sup>6</sup></td><td>3</td></tr>
<tr><td>4</td><td>5</td></tr></table>"""


@pytest.mark.parametrize(("name", "before"), [("a.md", ""), ("a.txt", "# One\n\n# Two\n\n")])
@pytest.mark.parametrize(
    ("markup", "block"),
    [
        (
            "| a | b |\n|---|---|\n| 10<br>20 | A<br/>B |",
            ("table", "| a | b |\n| --- | --- |\n| 10 20 | A B |"),
        ),
        ("A<br>B<BR>\n丙", ("paragraph", "A\nB\n丙")),
        ("- 5<br>6", ("list", "- 5 6")),
        ("10<sup>6</sup> t, 2021<sup>1</sup>", ("paragraph", "10⁶ t, 2021¹")),
        ("the 4<sup>th</sup> of 2021<sup>[1](#fn1)</sup>", ("paragraph", "the 4th of 2021")),
        ("<p>10<sup>6</sup> t</p><p>20</p>", ("paragraph", "10⁶ t\n20")),
        (
            TABLE,
            (
                "table",
                "| 收入 | 100 | 200 |\n| --- | --- | --- |\n| 支出 | 10⁶ | 3 |\n| 支出 | 4 | 5 |",
            ),
        ),
        ("<tr><td>1</td><td>2</td></tr>", ("table", "| 1 | 2 |\n| --- | --- |")),
        ("<ul><li>10</li><li>20</li></ul>", ("list", "- 10\n- 20")),
    ],
)
def test_html_within_markdown_keeps_its_figures_apart(
    name: str, before: str, markup: str, block: tuple[str, str]
) -> None:
    last = read_text(f"{before}{markup}\n", name).blocks[-1]

    assert (last.kind, last.text) == block


def test_a_long_text_written_like_markdown_is_read_as_markdown() -> None:
    text = (
        "# 第一章\n\n"
        + "潮汐能。\n\n" * 20_000
        + "| a | b |\n|---|---|\n| 1 | 2 |\n\n## 二\n\n末。\n"
    )
    assert len(text.encode()) > HERE_BYTES[Format.MARKDOWN]

    with thread_cost() as cost:
        reading = read_text(text)

    assert cost.seconds < 1
    assert reading.headings == 2
    assert outline(reading.blocks)[-3:] == [
        ("table", 0, "| a | b |\n| --- | --- |\n| 1 | 2 |"),
        ("heading", 2, "二"),
        ("paragraph", 0, "末。"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        """<table>
<tr><th>Plan</th><th>Price</th></tr>
<tr><td>Basic</td><td>

* one
* two

</td><td>100 EUR</td></tr>
<tr><td>Pro</td><td>200 EUR</td></tr>
</table>""",
        "<td>甲</td>\n<td>乙</td>",
        "<th>H</th>",
        "</td><td>2</td></tr>",
        "<td width=50%>收入 100 万元\n\n- 甲\n\n</td>",
        "<div>潮</div></td><td>2</td></tr>",
        "<table><td>A</td><td>B</td></table>",
        "<table>1990<tr><td>A</td><td>B</td></tr></table>",
        "<ul>\nloose\n<li>1</li></ul>",
        "<header>\n<h1>潮汐</h1>\n</header>",
    ],
)
def test_text_of_html_that_no_cell_or_item_holds_is_read(text: str) -> None:
    words = re.findall(r"\w+", re.sub(r"<[^>]*>", " ", text))

    read = " ".join(block.text for block in read_text(text, "a.md").blocks)

    assert re.findall(r"\w+", read) == words


def test_a_table_keeps_its_caption_above_it_and_what_no_reader_sees_is_none() -> None:
    text = (
        f"{TABLE.replace('<table>', '<table><caption>表一 R&amp;D</caption>')}<script>x1</script>"
    )

    caption, *rest = read_text(text, "a.md").blocks

    assert caption == Block(kind="paragraph", text="表一 R&D")
    assert rest == list(read_text(TABLE, "a.md").blocks)


@pytest.mark.parametrize("repeated", ["<td>", "<table>", "<br>", "<sup>", "<sup></sup>", "</p>"])
def test_parts_of_pages_within_markdown_do_not_hold_up_this_process(repeated: str) -> None:
    size = HERE_BYTES[Format.MARKDOWN] - 100
    for begun in ("", "潮 "):
        with thread_cost() as cost:
            read_bytes("a.md", f"{begun}{repeated * (size // len(repeated))}\n\nend".encode())

        assert cost.seconds < 2


def test_markdown_made_to_be_slow_does_not_hold_up_this_process() -> None:
    with thread_cost() as cost:
        read_bytes("a.md", b"[" * 101_000 + b"\n\nend")

    assert cost.seconds < 1
