from collections.abc import Sequence

import pytest

from pipeline.adapters.reading import read_bytes
from pipeline.domain.documents import Block, SourceId
from pipeline.domain.passages import split_into_passages
from tests.samples.blocks import ends, outline, pages
from tests.samples.pdf import Mark, Text, make_pdf

PROSE = "The Moon raises tides by its pull on the near and on the far side of the sea."
HEAD = Text("Harbour Review 2024", size=8)


def page_of(number: int, title: str, *lines: Text) -> list[Text]:
    return [
        HEAD,
        Text(title, size=18, bold=True, down=30),
        *lines,
        Text(f"Page {number}", size=8, down=200),
    ]


def three_pages() -> list[list[Text]]:
    return [
        page_of(
            1,
            "1 Tidal power",
            Text(
                "The Moon raises tides by its pull on the near and on the far side of the", down=24
            ),
            Text("Earth. This is the common explana-"),
            Text("tion of it."),
            Text(
                "A second paragraph that is long enough to be one goes over the end of the", down=28
            ),
        ),
        page_of(2, "2 Kinds", Text("Spring tides come at new moon.", down=24)),
        page_of(
            3,
            "第三章 潮汐能",
            Text("潮汐能是一种由月球和太阳的引力作用产生的可再生能源，具有可", down=24),
            Text("预测性强的优点。"),
        ),
    ]


def test_a_pdf_has_paragraphs_headings_and_pages_and_no_furniture() -> None:
    reading = read_bytes("a.pdf", make_pdf(three_pages(), title="Microsoft Word - x.docx"))

    assert (reading.pages, reading.headings) == (3, 3)
    assert reading.title == "1 Tidal power"
    assert outline(reading.blocks) == [
        ("heading", 1, "1 Tidal power"),
        (
            "paragraph",
            0,
            (
                "The Moon raises tides by its pull on the near and on the far side of the Earth. "
                "This is the common explanation of it."
            ),
        ),
        (
            "paragraph",
            0,
            "A second paragraph that is long enough to be one goes over the end of the",
        ),
        ("heading", 1, "2 Kinds"),
        ("paragraph", 0, "Spring tides come at new moon."),
        ("heading", 1, "第三章 潮汐能"),
        (
            "paragraph",
            0,
            "潮汐能是一种由月球和太阳的引力作用产生的可再生能源，具有可预测性强的优点。",
        ),
    ]
    assert [block.page for block in reading.blocks] == [1, 1, 1, 2, 2, 3, 3]


def test_a_paragraph_goes_on_over_the_end_of_a_page() -> None:
    line = "The Moon raises tides by its pull on the near and on the far side and"
    first = [
        Text(line),
        Text("so the paragraph of this page does not end at the foot of the first"),
    ]
    second = [Text("page but on the next one."), Text("Then another one begins here.", down=40)]

    reading = read_bytes("a.pdf", make_pdf([first, second]))

    assert pages(reading.blocks) == [
        (
            (
                f"{line} so the paragraph of this page does not end at the foot of the first page "
                "but on the next one."
            ),
            1,
        ),
        ("Then another one begins here.", 2),
    ]
    assert ends(reading.blocks) == [(1, 2), (2, None)]


def test_a_list_that_goes_on_over_the_end_of_a_page_begins_on_its_first() -> None:
    first = [Text("Spring tides come at new moon."), Text("- at new moon"), Text("- at full moon")]
    second = [Text("- and never between them"), Text("So much for the tides.", down=40)]

    reading = read_bytes("a.pdf", make_pdf([first, second]))

    assert [block.kind for block in reading.blocks] == ["paragraph", "list", "paragraph"]
    assert ends(reading.blocks) == [(1, None), (1, 2), (2, None)]


def test_each_passage_of_a_long_list_has_the_pages_on_which_it_stands() -> None:
    item = "the tide of bay {} comes late"
    listed = [
        [Text(f"- {item.format(20 * page + number)}", down=14) for number in range(20)]
        for page in range(6)
    ]

    reading = read_bytes("a.pdf", make_pdf(listed))
    found = split_into_passages(SourceId("s"), reading)

    assert {block.kind for block in reading.blocks} == {"list"}
    assert len(found) > 3
    for passage in found:
        bays = [int(line.split("bay ")[1].split()[0]) for line in passage.text.split("\n") if line]
        first, last = 1 + bays[0] // 20, 1 + bays[-1] // 20
        assert (passage.page, passage.last_page or first) == (first, last)


def test_a_paragraph_says_where_its_next_page_begins() -> None:
    first = "The Moon raises tides by its pull on the near and on the far side and so it goes on."
    ended = "This sentence stands at the foot of the first page and does end there but goes"
    second = "over to the next one. The Sun adds a smaller part of the force that moves the sea."

    [block] = read_bytes("a.pdf", make_pdf([[Text(first), Text(ended)], [Text(second)]])).blocks

    before = len("".join(f"{first}{ended}".split()))
    assert block.page_turns == ((before, 2),)


def test_bookmarks_say_what_the_headings_of_a_pdf_are() -> None:
    lines = [[Text(PROSE), Text("第一节 引力", down=30), Text(PROSE, down=30)], [Text(PROSE)]]
    data = make_pdf(
        lines, title="潮汐报告", marks=[Mark("第一节  引力", 0), Mark("On the second page", 1)]
    )

    reading = read_bytes("a.pdf", data)

    assert reading.title == "潮汐报告"
    assert pages(reading.blocks) == [
        (PROSE, 1),
        ("第一节 引力", 1),
        (PROSE, 1),
        ("On the second page", 2),
        (PROSE, 2),
    ]
    assert reading.headings == 2


def test_items_of_a_list_in_a_pdf_are_one_list() -> None:
    lines = [
        Text(PROSE),
        Text("- one"),
        Text("- two that is wrapped and"),
        Text("goes on", left=84),
    ]

    blocks = read_bytes("a.pdf", make_pdf([[*lines, Text("After the list.", down=40)]])).blocks

    assert outline(blocks) == [
        ("paragraph", 0, PROSE),
        ("list", 0, "- one\n- two that is wrapped and goes on"),
        ("paragraph", 0, "After the list."),
    ]


def rows(*table: tuple[str, ...], lefts: tuple[int, ...] = (72, 180, 260)) -> list[Text]:
    return [
        Text(text, left=left, down=0 if left > lefts[0] else 16)
        for row in table
        for text, left in zip(row, lefts, strict=False)
        if text
    ]


def test_a_table_in_a_pdf_is_a_table_and_its_bold_head_no_heading() -> None:
    head = [Text(t, bold=True, left=x, down=d) for t, x, d in (("Country", 72, 24), ("GW", 180, 0))]
    body = rows(("Spain", "30.2", "solar"), ("", "", "and wind"), ("丹麦", "7.3", "海上风电"))
    body[3] = Text("and wind", left=260, down=12)
    page = [*head, Text("Remark", left=260, down=0), *body, Text(PROSE, down=30), Text("End.")]

    blocks = read_bytes("a.pdf", make_pdf([page])).blocks

    assert outline(blocks)[0] == (
        "table",
        0,
        (
            "| Country | GW | Remark |\n| --- | --- | --- |\n| Spain | 30.2 | solar and wind |\n"
            "| 丹麦 | 7.3 | 海上风电 |"
        ),
    )
    assert [block.kind for block in blocks] == ["table", "paragraph"]


def test_items_with_their_numbers_apart_and_two_columns_of_text_are_no_tables() -> None:
    items = rows(("1.", "Spring tides"), ("2.", "Neap tides"), ("3.", "No tides"), lefts=(72, 100))
    columns = rows(*[("The Moon raises tides in the sea", PROSE)] * 4, lefts=(72, 300))

    blocks = read_bytes("a.pdf", make_pdf([[*items, Text(PROSE, down=60), *columns]])).blocks

    assert "table" not in {block.kind for block in blocks}


def test_the_raised_number_of_a_note_is_no_part_of_a_year_in_a_pdf() -> None:
    line = [Text("In 2021"), Text("3", size=6, left=109, down=-5), Text("The sea rose.", down=19)]

    [block] = read_bytes("a.pdf", make_pdf([line])).blocks

    assert block.text == "In 2021³ The sea rose."


def test_a_bookmark_takes_the_line_that_it_names_and_not_a_short_one_above_it() -> None:
    page = [Text("the end."), Text("Kinds", size=14, down=30), Text(PROSE, down=30)]
    marks = [Mark("Kinds", 0), Mark("Causes", 1)]

    blocks = read_bytes("a.pdf", make_pdf([page, [Text("1 Causes")]], marks=marks)).blocks

    assert [block.text for block in blocks if block.kind == "heading"] == ["Kinds", "1 Causes"]


def test_a_heading_that_begins_many_pages_is_no_running_head() -> None:
    pages_ = [
        [HEAD, Text(f"{n} Zone {n}", size=18, bold=True, down=30)]
        + [Text(f"{'tide ' * n}{line} {PROSE}", down=20) for line in range(5)]
        for n in range(1, 6)
    ]

    reading = read_bytes("a.pdf", make_pdf(pages_))

    assert reading.headings == 5


def test_a_broken_page_of_a_pdf_is_told_and_spoils_no_other() -> None:
    text = "The Moon raises tides by its pull on the sea, on the near and on the far side."
    whole = make_pdf([[Text(text)], [Text("lost")], [Text(text)]])

    reading = read_bytes("a.pdf", whole.replace(b"6 0 R 8 0 R", b"6 0 R 0 0 R", 1))

    assert [block.page for block in reading.blocks] == [1, 3]
    assert reading.notes == ("pages_unread",)
    assert read_bytes("a.pdf", whole).notes == ()


def lines_of(blocks: Sequence[Block]) -> str:
    return "\n".join(block.text for block in blocks)


def test_a_line_that_ends_with_an_ellipsis_is_text() -> None:
    first = "可再生能源包括潮汐能、波浪能、海流能以及温差能……"
    second = "他们说 6 ……"
    page = [Text(first), Text("它们都来自海洋。"), Text(second), Text("姓名：………………"), Text(PROSE)]

    read = lines_of(read_bytes("a.pdf", make_pdf([page])).blocks)

    assert first in read
    assert "它们都来自海洋。" in read.split("\n")  # no sentence with the one before it
    assert second in read
    assert "姓名：………………" in read


def test_the_lines_of_a_contents_are_no_text() -> None:
    dots = "." * 30
    page = [
        Text(f"1 Tides {dots} 1"),
        Text(f"A title that goes on {dots}"),
        Text("第二章 潮汐能……………………3"),
        Text("2.1 Kinds . . . . . . 4"),
    ]
    last = [Text(f"3 The last entry {dots} 12"), Text(PROSE)]

    read = lines_of(read_bytes("a.pdf", make_pdf([[*page, Text(PROSE, down=30)], last])).blocks)

    assert read == f"{PROSE}\n{PROSE}"


def test_lines_that_differ_in_their_figures_are_no_running_heads() -> None:
    figures = [(120, "8.1%"), (95, "9.1%"), (140, "10.1%"), (133, "2.5%"), (167, "0.4%")]
    slides = [
        [
            Text(f"Region {name}", size=18),
            Text(f"Revenue: {revenue} million"),
            Text(f"Growth: {growth}"),
            Text(str(revenue + 7)),
        ]
        for name, (revenue, growth) in zip("ABCDE", figures, strict=True)
    ]

    read = lines_of(read_bytes("a.pdf", make_pdf(slides)).blocks)

    for revenue, growth in figures:
        assert f"Revenue: {revenue} million" in read
        assert f"Growth: {growth}" in read
        assert f" {revenue + 7}" in read.replace("\n", " ")


def test_years_and_tables_at_the_edges_of_pages_are_text() -> None:
    numbered = [
        [
            HEAD,
            Text(f"Year {2020 + page}"),
            *[Text(f"{'tide ' * page}{line} {PROSE}", down=20) for line in range(5)],
            Text(f"Total: {3 * page},450", down=20),
            Text(str(page + 12), size=8, down=30),
        ]
        for page in range(5)
    ]

    read = lines_of(read_bytes("a.pdf", make_pdf(numbered)).blocks)

    for page in range(5):
        assert f"Year {2020 + page}" in read
        assert f"Total: {3 * page},450" in read
    assert "Harbour Review" not in read
    assert not {str(page + 12) for page in range(5)} & set(read.split())


def test_heads_and_feet_with_the_number_of_the_page_are_left_out() -> None:
    heads = ["Harbour Review | {}", "{} | Tides of the north", "{} 1.2 The second chapter"]
    feet = ["– {} –", "第 {} 页 共 9 页", "{} / 9", "- {}", "Draft | {}"]
    pages_ = [
        [
            Text(heads[(page > 5) + (page % 2) * (page < 6)].format(page + 40), size=8),
            *[Text(f"{'tide ' * page}{line} {PROSE}", down=20) for line in range(5)],
            Text(feet[page // 2].format(page), size=8, down=30),
        ]
        for page in range(10)
    ]

    read = lines_of(read_bytes("a.pdf", make_pdf(pages_)).blocks)

    for furniture in ("Harbour", "north", "second chapter", "–", "页", "/ 9", "Draft"):
        assert furniture not in read


def sheets(feet: Sequence[str], size: int = 8) -> list[list[Text]]:
    return [
        [
            Text(f"{'tide ' * (page % 7)}{PROSE}"),
            *[Text(f"{'tide ' * (page % 7)}{line} {PROSE}", down=20) for line in "abcd"],
            Text(foot, size=size, down=30),
        ]
        for page, foot in enumerate(feet)
    ]


BY_CHAPTER = [(chapter, number) for chapter in range(1, 5) for number in range(1, 5)]


@pytest.mark.parametrize(
    "feet",
    [
        [f"{chapter}-{number}" for chapter, number in BY_CHAPTER],
        [f"{chapter}.{number}" for chapter, number in BY_CHAPTER],
        [f"{'ABCD'[chapter - 1]}-{number}" for chapter, number in BY_CHAPTER],
        [f"Sheet {number} of 4" for _, number in BY_CHAPTER],
        [f"Revision 0 Page {number}" for _, number in BY_CHAPTER],
        [f"Chapter {chapter} Page {number} of 16" for chapter, number in BY_CHAPTER],
        [f"手册 第 {number} 页" for _, number in BY_CHAPTER],
        [f"{2 * page} Annual Report {2 * page + 1}" for page in range(1, 9)],
        [f"ABC{page:06}" for page in range(1, 9)],
    ],
)
def test_feet_that_count_by_chapter_or_two_on_a_sheet_are_left_out(feet: list[str]) -> None:
    read = lines_of(read_bytes("a.pdf", make_pdf(sheets(feet))).blocks)

    assert not [foot for foot in feet if foot in read]
    assert read.count("near and on the far") == 5 * len(feet)


@pytest.mark.parametrize(
    "feet",
    [
        [f"Revenue: {value} million" for value in (120, 95, 140, 133, 167)],
        [f"{value}" for value in (2.1, 3.4, 2.8, 3.3, 1.9)],
        [f"see page {page} of it" for page in (31, 12, 77, 40, 5)],
        [f"from {year} to {year + 1}" for year in (2001, 2004, 2005, 2011, 2020)],
        [f"Table {chapter}-{number}" for chapter, number in BY_CHAPTER],
        [f"Page {page} of 8 Carried forward {page * 1.7 + 1200:,.2f}" for page in range(1, 9)],
        [f"Invoice {48213 + 917 * page} Page 1 of 1" for page in range(1, 9)],
    ],
)
def test_feet_whose_numbers_count_nothing_are_text(feet: list[str]) -> None:
    read = lines_of(read_bytes("a.pdf", make_pdf(sheets(feet))).blocks)

    assert [foot for foot in feet if foot in read] == feet
