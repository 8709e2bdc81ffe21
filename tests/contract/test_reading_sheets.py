import tracemalloc

import pytest

from benchmarks.pace import thread_cost
from pipeline.adapters.reading import Limits, read_bytes
from pipeline.adapters.reading.child import read_here
from tests.samples.docx import make_zip, parts_of
from tests.samples.office import Formatted, make_pptx, make_xlsx, slide_table

ACCOUNT = '_-* #,##0.00\\ "€"_-;\\-* #,##0.00\\ "€"_-;_-* "-"??\\ "€"_-;_-@_-'


def seen(*cells: Formatted | str) -> list[str]:
    """What is read of one row below a head."""
    head = tuple(f"列{number}" for number in range(len(cells)))
    reading = read_bytes("a.xlsx", make_xlsx({"潮差": [head, cells]}))
    return reading.blocks[1].text.split("\n")[-1].strip("| ").split(" | ")


def test_dates_and_times_of_a_sheet_are_dates_and_times() -> None:
    day, moment = 45356.0, 45356.75

    assert seen(
        Formatted(day, "yyyy-mm-dd"),
        Formatted(day, 14),
        Formatted(day, 'yyyy"年"m"月"d"日"'),
        Formatted(moment, "yyyy/m/d h:mm"),
        Formatted(0.75, "h:mm"),
        Formatted(0.75 + 5 / 86_400, "h:mm:ss"),
        Formatted(1.5, "[h]:mm"),
    ) == [
        "2024-03-05",
        "2024-03-05",
        "2024-03-05",
        "2024-03-05 18:00",
        "18:00",
        "18:00:05",
        "36:00",
    ]


SHOWN: tuple[tuple[float, str | int, str], ...] = (
    (0.125, "0.0%", "12.5%"),
    (0.125, 9, "13%"),
    (0.125, 10, "12.50%"),
    (-0.05, "0 %", "-5 %"),
    (-0.0004, "0.0%", "0.0%"),
    (1234.5, '"¥"#,##0.00', "¥1,234.50"),
    (1234.5, "[$€-407]#,##0.00", "€1,234.50"),
    (-1234.5, "$#,##0.00_);[Red]\\($#,##0.00\\)", "($1,234.50)"),
    (-1234.5, ACCOUNT, "-1,234.50 €"),
    (0.0, ACCOUNT, "- €"),
    (3.5, 'General"元"', "3.5元"),
    (3.5, 'G/通用格式"元"', "3.5元"),
    (1_500_000.0, '0.0,,"M"', "1.5M"),
    (1.005, "0.00", "1.01"),
    (7.0, "000", "007"),
    (0.25, "0.0##", "0.25"),
    (1_234_567.0, 3, "1,234,567"),
)


def test_numbers_of_a_sheet_are_told_as_their_formats_show_them() -> None:
    cells = [Formatted(value, code) for value, code, _ in SHOWN]

    assert seen(*cells) == [text for _, _, text in SHOWN]


NOT_UNDERSTOOD = (
    "# ?/?",
    "0.00E+00",
    "000-0000",
    '0!.0,"万"',
    "[>100]0;0.0",
    "0;" * 400,
    '0"no end',
    ";;;",
    "@",
    "",
)


def test_numbers_whose_format_is_not_understood_are_told_plainly() -> None:
    cells = [Formatted(12345.678, code) for code in NOT_UNDERSTOOD]

    assert seen(*cells) == ["12345.678"] * len(cells)


def test_a_format_belongs_to_its_cell_wherever_the_table_stands() -> None:
    rows = (("", "", "", ""), ("", "名", "share", "n"), ("", "甲", Formatted(0.5, "0%"), 0.5))
    data = make_xlsx({"潮": [("x", "y"), (1.0, 0.5)], "汐": rows})

    assert [block.text.split("\n")[-1] for block in read_bytes("a.xlsx", data).blocks] == [
        "潮",
        "| 1 | 0.5 |",
        "汐",
        "| 甲 | 50% | 0.5 |",
    ]


def test_cells_that_do_not_say_their_place_keep_their_formats() -> None:
    data = make_xlsx({"潮": [("a", "b"), (0.5, Formatted(0.5, "0%"))]})
    parts = parts_of(data)
    sheet = parts["xl/worksheets/s1.xml"].decode()
    for place in ("A1", "B1", "A2", "B2"):
        sheet = sheet.replace(f' r="{place}"', "")

    reading = read_bytes("a.xlsx", make_zip({**parts, "xl/worksheets/s1.xml": sheet}))

    assert reading.blocks[1].text.split("\n")[-1] == "| 0.5 | 50% |"


SHARE = (("", "share"), ("甲", Formatted(0.5, "0%")))


def test_sheets_too_large_for_their_formats_are_read_without_them_and_that_is_told() -> None:
    data = make_xlsx({"潮": SHARE, "汐": SHARE})
    size = len(parts_of(data)["xl/worksheets/s1.xml"])

    whole = read_bytes("a.xlsx", data)
    plain = read_bytes("a.xlsx", data, Limits(formatted_bytes=2 * size - 1))

    assert [block.text.split("\n")[-1] for block in whole.blocks[1::2]] == ["| 甲 | 50% |"] * 2
    assert [block.text.split("\n")[-1] for block in plain.blocks[1::2]] == [
        "| 甲 | 50% |",
        "| 甲 | 0.5 |",
    ]
    assert (whole.notes, plain.notes) == ((), ("formats_left_out",))


@pytest.mark.parametrize("part", ["xl/styles.xml", "xl/worksheets/s1.xml"])
def test_a_workbook_is_not_refused_for_a_part_that_only_its_formats_need_whole(part: str) -> None:
    parts = parts_of(make_xlsx({"潮": SHARE}))
    nested = b"<x>" * 300 + b"</x>" * 300  # deeper than a careful parser goes
    end = parts[part].rindex(b"</")
    parts[part] = parts[part][:end] + nested + parts[part][end:]

    reading = read_bytes("a.xlsx", make_zip(parts))

    assert reading.blocks[1].text.split("\n")[-1].startswith("| 甲 | ")
    assert reading.notes == ("formats_left_out",)


def test_empty_cells_with_a_format_cost_no_memory() -> None:
    data = make_xlsx({"潮": SHARE})
    parts = parts_of(data)
    sheet = parts["xl/worksheets/s1.xml"]
    end = sheet.index(b"</sheetData>")
    empty = b"".join(b'<row><c s="1"/><c s="1"/><c s="1"/><c s="1"/></row>' for _ in range(20_000))
    parts["xl/worksheets/s1.xml"] = sheet[:end] + empty + sheet[end:]
    packed = make_zip(parts)
    read_here("a.xlsx", data, Limits())  # loads the modules

    tracemalloc.start()
    try:
        reading = read_here("a.xlsx", packed, Limits())
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert reading.blocks[1].text.split("\n")[-1] == "| 甲 | 50% |"
    assert peak < 8_000_000


def test_titles_above_a_table_are_no_names_of_its_columns() -> None:
    title, unit, head = "2024年销售统计表", "单位：万元", ("地区", "门店", "销售额")
    body = [("华东", f"店{n}", float(n)) for n in range(1, 31)]
    data = make_xlsx({"S": [(title,), ("", "", unit), head, *body]}, merged=["A1:C1"])

    blocks = read_bytes("a.xlsx", data).blocks

    assert [block.text for block in blocks[:3]] == ["S", title, unit]
    assert [block.kind for block in blocks[3:]] == ["table"] * 3
    for block in blocks[3:]:
        assert block.text.startswith("| 地区 | 门店 | 销售额 |\n| --- | --- | --- |\n| 华东 |")


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("Sales of the year\n\nregion,2022,2023\nnorth,1,2\n", "Sales of the year"),
        ("Sales\n,Q1,Q2\nnorth,1,2\n", "Sales"),
        ("名,\n甲,5\n", "| 名 |  |\n| --- | --- |\n| 甲 | 5 |"),
        (",share\n甲,50%\n", "|  | share |\n| --- | --- |\n| 甲 | 50% |"),
        ("名\n甲\n乙\n", "| 名 |\n| --- |\n| 甲 |\n| 乙 |"),
    ],
)
def test_only_what_stands_alone_above_a_head_is_a_title(text: str, first: str) -> None:
    assert read_bytes("a.csv", text.encode()).blocks[0].text == first


def test_merged_cells_of_a_sheet_are_told_in_each_row_that_they_span() -> None:
    long = "long " * 50
    rows: list[tuple[str | float, ...]] = [
        ("", "区", "site", "remark", "m"),
        ("", "华东", "甲", long, 1.0),
        ("", "", "乙", "", 2.0),
        ("",),
        ("", "", "丙", "both", ""),
        ("", "华南", "丁", "", 4.0),
    ]
    data = make_xlsx({"S": rows}, merged=["B2:B5", "D2:D3", "D5:E6"])

    [_, table] = read_bytes("a.xlsx", data).blocks

    assert table.text.split("\n")[2:] == [
        f"| 华东 | 甲 | {long.strip()} | 1 |",
        "| 华东 | 乙 |  | 2 |",
        "| 华东 | 丙 | both |  |",
        "| 华南 | 丁 | both | 4 |",
    ]


def test_merged_cells_of_a_slides_table_are_told_in_each_row_that_they_span() -> None:
    rows = slide_table(("区", "m"), ("华东", "1"), ("^", "2"), ("^", "3"))

    [table] = read_bytes("a.pptx", make_pptx([rows])).blocks

    assert table.text.split("\n")[2:] == ["| 华东 | 1 |", "| 华东 | 2 |", "| 华东 | 3 |"]


def test_merged_cells_without_end_cost_no_time() -> None:
    columns = [chr(65 + n) for n in range(26)]
    rows = [(float(n), *("",) * 24, "x") for n in range(20_000)]
    many = [f"{c}{top}:{c}{1_000_000}" for c in columns for top in range(1, 400)]
    data = make_xlsx({"S": rows}, merged=many)

    with thread_cost() as cost:
        reading = read_here("a.xlsx", data, Limits())

    assert cost.seconds < 10
    assert len(reading.blocks) > 1_000
