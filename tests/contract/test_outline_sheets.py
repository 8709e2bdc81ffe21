"""The way of an outline that is kept in a sheet: its columns, its rows, the outline."""

import pytest

from pipeline.domain.outline_tables import MOST_COLUMNS
from tests.contract.test_outline_files import outline_of, told
from tests.samples.office import make_xlsx

Sections = list[tuple[str, str, str, int]]
"""Title, summary, notes, depth."""


def sections_of(*rows: str) -> Sections:
    outline = outline_of("大纲.csv", "\n".join(rows).encode())
    assert outline.title == ""
    return told(outline)


@pytest.mark.parametrize(
    ("rows", "sections"),
    [
        (["编号,标题,目标字数,内容要点", "1,背景,1500,为何写"], [("背景", "为何写", "", 1)]),
        (["章节,建议字数,主要内容", "背景,约300字,为何写"], [("背景", "为何写", "", 1)]),
        (["No.,Title,Word count", "1,Tides,300"], [("Tides", "", "", 1)]),
        (["Section,Words (approx.)", "Tides,300"], [("Tides", "", "", 1)]),
        (["Title,Key points to cover,Notes", "Tides,Moon,x"], None),
        (["Title,Length", "Tides,short"], [("Tides", "", "Length: short", 1)]),
        (["Title,Key words", "Tides,moon"], [("Tides", "", "Key words: moon", 1)]),
        (["Title,Key sources", "Tides,IEA 2020"], [("Tides", "", "Key sources: IEA 2020", 1)]),
        (["Title,Priority", "Tides,1", "Sun,2"], None),
        (["说明,标题", "为何写,背景"], [("背景", "为何写", "", 1)]),
    ],
)
def test_a_column_that_is_not_of_titles_makes_no_sections(
    rows: list[str], sections: Sections | None
) -> None:
    found = sections_of(*rows)

    assert {depth for *_, depth in found} == {1}
    assert len(found) == len(rows) - 1
    assert sections is None or found == sections


@pytest.mark.parametrize(
    "rows",
    [
        ["No.,Title,Owner,Status", "1,Tides,Alice,Draft", "1.1,月亮,Bob,", "2,Sun,,"],
        ["Topic,Owner,Status", "Tides,Alice,Draft", "月亮,Bob,", "Sun,,"],
    ],
    ids=["known", "unknown"],
)
def test_what_a_sheet_tells_beside_its_sections_is_kept_in_their_notes(rows: list[str]) -> None:
    assert [(title, notes) for title, _, notes, _ in sections_of(*rows)] == [
        ("Tides", "Owner: Alice\nStatus: Draft"),
        ("月亮", "Owner: Bob"),
        ("Sun", ""),
    ]


def test_a_number_that_is_not_understood_is_kept() -> None:
    assert sections_of("编号,标题", "甲,背景", "2,措施") == [
        ("背景", "", "编号: 甲", 1),
        ("措施", "", "", 1),
    ]


@pytest.mark.parametrize(
    ("head", "above", "below"),
    [("Chapter,Section,Notes", "Tides", "Sun"), ("章,节,说明", "背景", "措施")],
)
def test_sections_and_summaries_that_are_named_alike_are_all_kept(
    head: str, above: str, below: str
) -> None:
    rows = [f"{above},Overview,", f"{below},Overview,同上", f"{below},费用,同上"]

    assert sections_of(head, *rows) == [
        (above, "", "", 1),
        ("Overview", "", "", 2),
        (below, "", "", 1),
        ("Overview", "同上", "", 2),
        ("费用", "同上", "", 2),
    ]


def test_a_chapter_that_spans_several_rows_is_told_once_with_its_summary() -> None:
    rows = ["背景,关于背景,历史,h,Al", "背景,关于背景,现状,x,Al"]

    assert sections_of("章,章说明,节,节说明,负责人", *rows) == [
        ("背景", "关于背景", "", 1),
        ("历史", "h", "负责人: Al", 2),
        ("现状", "x", "负责人: Al", 2),
    ]


@pytest.mark.parametrize(
    "rows",
    [
        ["Introduction", "Methods", "Results"],
        ["引言", "方法", "结果"],
        ["摘要", "引言", "方法"],
        ["Summary", "Introduction", "Methods"],
        ["Background,", "Sun,", "问题,"],
        ["Title page", "Abstract", "引言"],
    ],
)
def test_a_sheet_without_a_head_keeps_its_first_section(rows: list[str]) -> None:
    assert [title for title, *_ in sections_of(*rows)] == [row.rstrip(",") for row in rows]
    first = outline_of("plan.xlsx", make_xlsx({"Sheet1": [[row] for row in rows]})).nodes[0]
    assert first.title == rows[0]


def test_a_sheet_without_a_head_may_begin_with_a_bare_number() -> None:
    rows = ["1 Background", "1.1 History", "2 措施"]

    assert [(title, depth) for title, _, _, depth in sections_of(*rows)] == [
        ("Background", 1),
        ("History", 2),
        ("措施", 1),
    ]


@pytest.mark.parametrize(
    "summary", ["1. first do this", "- a point", "第一章 的内容", "# 标题", "> x", "---", "\\x"]
)
def test_a_summary_is_no_section_whatever_it_looks_like(summary: str) -> None:
    found = sections_of("标题,说明", f"背景,{summary}", "措施,")

    assert found == [("背景", summary, "", 1), ("措施", "", "", 1)]


@pytest.mark.parametrize(
    ("head", "levels"),
    [
        ("Level,Title", "H1 H2 H1"),
        ("Style,Text", "Heading1 Heading2 Heading1"),
        ("Outline level,Title", "1 2 1"),
        ("级别,标题", "一级 二级 一级"),
        ("标题层级,标题", "1级 2级 1级"),
        ("", "H1 H2 H1"),
    ],
)
def test_levels_are_read_however_they_are_written(head: str, levels: str) -> None:
    titles = ["背景", "History", "Sun"]
    rows = [f"{level},{title}" for level, title in zip(levels.split(), titles, strict=True)]

    found = sections_of(*filter(None, [head]), *rows)

    assert found == [("背景", "", "", 1), ("History", "", "", 2), ("Sun", "", "", 1)]


def test_a_level_that_is_none_of_sections_is_a_note() -> None:
    assert sections_of("Level of detail,Title", "high,潮汐") == [
        ("潮汐", "", "Level of detail: high", 1)
    ]


@pytest.mark.parametrize("head", ["Level 1,Level 2,Level 3", "一级,二级,三级", "章,节,小节"])
def test_columns_of_titles_are_levels_even_beside_a_count_of_rows(head: str) -> None:
    found = sections_of(f"序号,{head}", "1,甲,B,C", "2,甲,B,D", "3,E,,")

    assert [(title, depth) for title, _, _, depth in found] == [
        ("甲", 1),
        ("B", 2),
        ("C", 3),
        ("D", 3),
        ("E", 1),
    ]


def test_sections_below_the_sixth_level_stay_below_it() -> None:
    rows = [f"{level},第{level}级" for level in [*range(1, 9), 1]]

    assert [depth for *_, depth in sections_of("层级,标题", *rows)] == [*range(1, 9), 1]


def test_an_empty_sheet_is_no_section() -> None:
    rows = [["Title", "Owner"], ["Tides", "Al"], ["Sun", "Bo"]]

    assert told(outline_of("plan.xlsx", make_xlsx({"大纲": rows, "Sheet2": []}))) == [
        ("Tides", "", "Owner: Al", 1),
        ("Sun", "", "Owner: Bo", 1),
    ]


@pytest.mark.parametrize("title", ["Tidal plan", "潮汐能大纲"])
def test_a_title_above_the_head_of_a_sheet_is_that_of_the_outline(title: str) -> None:
    rows = [[title, "", ""], ["No.", "标题", "Status"], ["1", "背景", "Draft"], ["1.1", "Sun", ""]]
    lines = "\n".join(",".join(row) for row in rows)

    of_sheet = outline_of("plan.xlsx", make_xlsx({"Sheet1": [*rows]}))
    of_lines = outline_of("plan.csv", lines.encode())

    sections = [("背景", "", "Status: Draft", 1), ("Sun", "", "", 2)]
    assert [(of.title, told(of)) for of in (of_sheet, of_lines)] == [(title, sections)] * 2


def test_a_first_chapter_alone_in_its_row_is_no_title() -> None:
    found = sections_of("背景,,", "Measures,Pumps,Electric", ",Pipes,")

    assert [(title, depth) for title, _, _, depth in found] == [
        ("背景", 1),
        ("Measures", 1),
        ("Pumps", 2),
        ("Electric", 3),
        ("Pipes", 2),
    ]


def test_what_stands_above_the_head_of_one_sheet_among_others_is_said_of_it() -> None:
    first = [["仅限欧洲", ""], ["Title", "Owner"], ["Tides", ""]]
    sheets = {"甲": first, "B": [["Title", "Owner"], ["Sun", "Bo"]]}

    assert told(outline_of("plan.xlsx", make_xlsx({**sheets}))) == [
        ("甲", "仅限欧洲", "", 1),
        ("Tides", "", "", 2),
        ("B", "", "", 1),
        ("Sun", "", "Owner: Bo", 2),
    ]


def test_the_name_of_a_file_is_no_title_of_a_sheet() -> None:
    sheet = make_xlsx({"Sheet1": [["Title", "说明"], ["Tides", "月亮"], ["Sun", ""]]})

    assert outline_of("final (2).xlsx", sheet).title == ""


@pytest.mark.parametrize(
    "titles",
    [
        ["2.4 GHz networks", "5.8 GHz bands"],
        ["1.2 亿人口的城市", "背景"],
        ["1.5 °C pathways", "Sun"],
    ],
)
def test_an_amount_before_a_title_in_a_sheet_stays_with_it(titles: list[str]) -> None:
    assert sections_of("标题,说明", *(f"{title},x" for title in titles)) == [
        (title, "x", "", 1) for title in titles
    ]


@pytest.mark.parametrize(
    "rows",
    [
        ["一、背景", "（一）国内", "1. 东部", "二、措施"],
        ["编号,标题", "一、,背景", "（一）,国内", "1.,东部", "二、,措施"],
        ["标题,说明", "第一章 背景,", "第一节 国内,", "一、东部,", "第二章 措施,"],
        ["编号,标题", "第一章,背景", "1.1,国内", "1.1.1,东部", "第二章,措施"],
        ["序号,标题", "1,第一章 背景", "2,1.1 国内", "3,1.1.1 东部", "4,第二章 措施"],
        ["序号,标题", "1,第一章 背景", "2,第一节 国内", "3,一、东部", "4,措施"],
        ["No.,Title", "1,一、背景", "2,（一）国内", "3,（1）东部", "4,二、措施"],
        ["编号,标题", "第一部分,背景", "第一章,国内", "（1）,东部", "第二部分,措施"],
        ["序号,标题", "一,背景", "（一）,国内", "（1）,东部", "二,措施"],
        ["Part,Title", "Part I,背景", "Chapter 1,国内", "1.1,东部", "Part II,措施"],
        ["Part 1: 背景", "Chapter 1 – 国内", "Section 1. 东部", "Part 2: 措施"],
    ],
)
def test_numbers_of_several_styles_in_a_sheet_stand_below_each_other(rows: list[str]) -> None:
    assert [(title, depth) for title, _, _, depth in sections_of(*rows)] == [
        ("背景", 1),
        ("国内", 2),
        ("东部", 3),
        ("措施", 1),
    ]


@pytest.mark.parametrize(
    "rows",
    [
        ["Chapter 1,Tides", "Chapter 2,月亮"],
        ["第一章,Tides", "第二章,月亮"],
        ["章节,标题", "第一章,Tides", "第二章,月亮"],
    ],
)
def test_a_number_of_a_chapter_is_no_section_beside_its_title(rows: list[str]) -> None:
    assert sections_of(*rows) == [("Tides", "", "", 1), ("月亮", "", "", 1)]


def test_numbers_alone_are_sections_where_there_is_nothing_else() -> None:
    assert [title for title, *_ in sections_of("Part 1", "第二部分")] == ["Part 1", "第二部分"]


@pytest.mark.parametrize(
    "rows",
    [
        ["1. 背景,为何写", "1.1 历史,old", "2. Tides,怎么做"],
        ["1 背景,为何写", "1.1 历史,old", "2 Tides,怎么做"],
        ["第一章 背景,为何写", "第一节 历史,old", "第二章 Tides,怎么做"],
    ],
)
def test_numbers_before_titles_come_before_columns_without_names(rows: list[str]) -> None:
    assert sections_of(*rows) == [
        ("背景", "", "为何写", 1),
        ("历史", "", "old", 2),
        ("Tides", "", "怎么做", 1),
    ]


@pytest.mark.parametrize("title", ["Section 8 housing", "第三部门的作用", "3 ways to save"])
def test_a_name_that_begins_like_a_number_stays_whole(title: str) -> None:
    assert [name for name, *_ in sections_of("Title,标题说明", f"{title},")] == [title]


@pytest.mark.parametrize("word", ["topic name ", "主题名称"])
def test_a_cell_of_many_words_of_heads_is_read_at_once(word: str) -> None:
    cell = word * 1000 + "zz"

    assert sections_of(f"x,{cell}", "y,")[1] == (cell[:500], cell, "", 2)


@pytest.mark.parametrize("head", ["No.,Title,Notes", "序号,标题,备注"])
def test_a_row_may_have_more_cells_than_the_head_wherever_it_stands(head: str) -> None:
    rows = [f"{number},背景 {number},x" for number in range(1, 16)]
    rows[13] = "14,Costs,prices, wages and taxes"

    found = sections_of(head, *rows)

    assert [title for title, *_ in found] == [
        "Costs" if number == 14 else f"背景 {number}" for number in range(1, 16)
    ]
    assert found[13] == ("Costs", "prices", "wages and taxes", 1)


@pytest.mark.parametrize("title", ["背景", "Tides"])
def test_a_list_of_titles_may_have_a_row_of_two_cells_wherever_it_stands(title: str) -> None:
    rows = [f"{title} {number}" for number in range(1, 30)]
    rows[20] += ",水"

    found = sections_of(*rows)

    assert [name for name, *_ in found] == [*rows[:20], f"{title} 21", "水", *rows[21:]]


@pytest.mark.parametrize(("title", "owner"), [("Title", "Owner"), ("标题", "负责人")])
def test_what_is_said_above_the_first_section_is_said_of_it(title: str, owner: str) -> None:
    rows = [f"{title},{owner}", ",Alice", "Tides,Bob", "背景,"]

    assert sections_of(*rows) == [
        ("Tides", "", f"{owner}: Alice\n{owner}: Bob", 1),
        ("背景", "", "", 1),
    ]


@pytest.mark.parametrize("mark", "(（[:：")
def test_a_first_cell_of_many_marks_is_read_at_once(mark: str) -> None:
    cell = mark * 100_000 + "潮汐"

    assert sections_of(f"x,{cell}", "y,")[1] == (cell[:500], cell, "", 2)


@pytest.mark.parametrize("letter", ["a", "潮"])
def test_what_stands_far_right_in_a_sheet_is_told_in_notes(letter: str) -> None:
    wide = [f"{letter}{number}" for number in range(8000)]

    found = sections_of(",".join(wide), ",".join(wide), "末")

    titles = [title for title, *_ in found]
    assert titles[:MOST_COLUMNS] == wide[:MOST_COLUMNS]
    assert found[MOST_COLUMNS - 1][2].split("\n") == wide[MOST_COLUMNS:]
    assert found[-1] == ("末", "", "", 1)


def test_what_stands_far_right_in_a_sheet_keeps_the_name_of_its_column() -> None:
    head, row = ["标题", *[""] * 50, "Owner"], ["潮汐", *[""] * 50, "Alice"]

    assert sections_of(",".join(head), ",".join(row)) == [("潮汐", "", "Owner: Alice", 1)]
