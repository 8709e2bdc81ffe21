"""What stands around the sections of an outline's sheet: titles above, sums below."""

import pytest

from pipeline.domain.outline_tables import MOST_COLUMNS
from tests.contract.test_outline_files import outline_of, told
from tests.samples.office import make_xlsx


@pytest.mark.parametrize("name", ["plan.xlsx", "大纲.xlsm", "plan", "大纲.v2"])
def test_a_sheet_is_one_whatever_its_file_is_called(name: str) -> None:
    rows = [["潮汐能大纲", ""], ["No.", "标题"], ["1", "背景"], ["1.1", "Sun"]]

    outline = outline_of(name, make_xlsx({"Sheet1": [*rows]}))

    assert outline.title == "潮汐能大纲"
    assert told(outline) == [("背景", "", "", 1), ("Sun", "", "", 2)]


@pytest.mark.parametrize(
    ("title", "maker", "date"),
    [
        ("潮汐能报告大纲", "编制单位：研究院", "日期：2024"),
        ("Plan: tides", "Prepared by: Alice", "Date: 2024"),
    ],
)
def test_who_made_a_sheet_and_when_is_no_part_of_its_title(
    title: str, maker: str, date: str
) -> None:
    rows = [f"{title},", f"{maker},", "第二版,", f"{date},", "编号,标题", "1,背景", "2,Sun"]

    outline = outline_of("plan.csv", "\n".join(rows).encode())

    assert outline.title == f"{title} – 第二版"
    assert told(outline) == [("背景", "", f"{maker}\n{date}", 1), ("Sun", "", "", 1)]


@pytest.mark.parametrize(
    ("above", "title", "notes"),
    [
        (["编制单位：某公司"], "", "编制单位：某公司"),
        (["Prepared by: Alice"], "", "Prepared by: Alice"),
        (["日期：2024", "作者：张三"], "", "日期：2024\n作者：张三"),
        (["Date: 2024", "Author: Alice"], "", "Date: 2024\nAuthor: Alice"),
        (["日期：2024", "潮汐能报告大纲"], "潮汐能报告大纲", "日期：2024"),
        (["Date: 2024", "Plan of tides"], "Plan of tides", "Date: 2024"),
        (["项目名称：潮汐能", "日期：2024"], "潮汐能", "日期：2024"),
        (["编制单位：某公司", "题目：潮汐能"], "潮汐能", "编制单位：某公司"),
        (["Title: Tides", "Date: 2024"], "Tides", "Date: 2024"),
        (["客户经理：Bob", "标题：潮汐能"], "潮汐能", "客户经理：Bob"),
        (["副标题：潮汐能"], "副标题：潮汐能", ""),
        (["潮汐能：现状与前景"], "潮汐能：现状与前景", ""),
        (["Tides: power of the moon"], "Tides: power of the moon", ""),
    ],
)
def test_the_title_above_a_sheet_is_not_who_made_it_or_when(
    above: list[str], title: str, notes: str
) -> None:
    rows = [*(f"{text}," for text in above), "编号,标题", "1,背景", "2,Sun"]

    outline = outline_of("plan.csv", "\n".join(rows).encode())

    assert outline.title == title
    assert told(outline) == [("背景", "", notes, 1), ("Sun", "", "", 1)]


@pytest.mark.parametrize("total", [",合计,300", "总计：,,300", ",Total,300", ",Grand total:,300"])
def test_a_sum_of_lengths_is_no_section(total: str) -> None:
    outline = outline_of("plan.csv", f"No.,标题,字数\n1,背景,100\n2,Sun,200\n{total}".encode())

    assert told(outline) == [("背景", "", "", 1), ("Sun", "", "", 1)]
    assert [node.target_words for node in outline.nodes] == [100, 200]


@pytest.mark.parametrize("total", ["合计", "Total"])
@pytest.mark.parametrize(
    "titles", [("引言", "Methods"), ("一、引言", "二、Methods")], ids=["numbers", "rows"]
)
def test_a_sum_of_lengths_that_is_numbered_is_no_section(
    titles: tuple[str, str], total: str
) -> None:
    rows = ["序号,章节,字数", f"1,{titles[0]},300", f"2,{titles[1]},200", f"3,{total},500"]

    outline = outline_of("plan.csv", "\n".join(rows).encode())

    assert told(outline) == [("引言", "", "", 1), ("Methods", "", "", 1)]


@pytest.mark.parametrize("row", ["合计,", "Total,", "Total costs,100"])
def test_a_section_that_is_called_as_a_sum_is_one_without_a_length(row: str) -> None:
    outline = outline_of("plan.csv", f"标题,Words\n背景,100\n{row}".encode())

    assert outline.nodes[-1].title == row.partition(",")[0]


@pytest.mark.parametrize(
    "head",
    ["Topic,Subtopic", "主题,子主题", "Theme,Sub-theme", "Category,sub category", "项目,子项目"],
)
def test_a_column_of_parts_of_another_one_is_a_level(head: str) -> None:
    outline = outline_of("plan.csv", f"{head},Notes\n潮汐,Moon,x\n,Sun,说明\nWind,,".encode())

    assert told(outline) == [
        ("潮汐", "", "", 1),
        ("Moon", "x", "", 2),
        ("Sun", "说明", "", 2),
        ("Wind", "", "", 1),
    ]


@pytest.mark.parametrize("head", ["Title,Subtitle", "标题,Subtitle"])
def test_a_subtitle_is_no_section(head: str) -> None:
    outline = outline_of("plan.csv", f"{head}\n潮汐,Moon\nSun,".encode())

    assert told(outline) == [("潮汐", "", "Subtitle: Moon", 1), ("Sun", "", "", 1)]


@pytest.mark.parametrize("head", ["No.,Words", "序号,字数", "Level,No.", "标题,备注"])
def test_a_head_without_rows_is_no_outline(head: str) -> None:
    outline = outline_of("plan.csv", f"{head}\n".encode())

    assert told(outline) == []


@pytest.mark.parametrize("rows", [["背景", "Sun"], ["Notes"], ["摘要"]])
def test_a_sheet_that_begins_far_to_the_right_is_read(rows: list[str]) -> None:
    far = "," * (MOST_COLUMNS + 1)

    outline = outline_of("plan.csv", "\n".join(f"{far}{title}" for title in rows).encode())

    assert told(outline) == [(title, "", "", 1) for title in rows]


@pytest.mark.parametrize(
    "head",
    ["H1,H2,H3", "h1,h2,h3", "L1,L2,L3", "Heading 1,Heading 2,Heading 3", "标题1,标题2,标题3"],
)
def test_columns_that_are_called_as_levels_are_those(head: str) -> None:
    rows = [f"No.,{head},Words", "1,潮汐,,,1000", "2,潮汐,Moon,,500", "3,潮汐,Moon,月相,300"]

    outline = outline_of("plan.csv", "\n".join(rows).encode())

    assert [(title, depth) for title, *_, depth in told(outline)] == [
        ("潮汐", 1),
        ("Moon", 2),
        ("月相", 3),
    ]


@pytest.mark.parametrize("head", ["章节,H1,H2", "Topic,H1,H2"])
def test_half_years_are_no_levels(head: str) -> None:
    outline = outline_of("plan.csv", f"{head},Words\n潮汐,Bob,张三,300".encode())

    assert told(outline) == [("潮汐", "", "H1: Bob\nH2: 张三", 1)]
