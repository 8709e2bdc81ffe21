"""Tables that are nothing but text: CSV in its many forms."""

import pytest

from benchmarks.pace import thread_cost
from pipeline.adapters.reading import read_bytes
from pipeline.domain.documents import SourceId
from pipeline.domain.passages import split_into_passages
from tests.samples.blocks import outline

HEAD = ("站点", "潮差", '"备注, 多行; 多列"')
ROWS = (HEAD, ("甲", "1.5", '"一, 二\n三 ""引"""'), ("乙", "2.5", "x"))
TABLE = (
    '| 站点 | 潮差 | 备注, 多行; 多列 |\n| --- | --- | --- |\n| 甲 | 1.5 | 一, 二 三 "引" |\n'
    "| 乙 | 2.5 | x |"
)


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-be", "gbk", "gb18030"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_a_table_is_read_in_its_encoding_with_its_delimiter(
    delimiter: str, encoding: str, line_end: str
) -> None:
    text = "".join(delimiter.join(row) + "\n" for row in ROWS).replace("\n", line_end)

    reading = read_bytes("a.csv", text.encode(encoding))

    assert outline(reading.blocks) == [("table", 0, TABLE)]
    assert reading.notes == (() if encoding in {"utf-8-sig", "utf-16"} else ("encoding_guessed",))


def test_decimal_commas_part_no_cells_of_a_table_with_semicolons() -> None:
    [block] = read_bytes("a.csv", b"Ort;Wert;Anteil\nA;1,5;12,5\nB;2,25;3,5\n").blocks

    assert block.text.split("\n")[2:] == ["| A | 1,5 | 12,5 |", "| B | 2,25 | 3,5 |"]


@pytest.mark.parametrize(("said", "row"), [("sep=;", "甲;1,5"), ("SEP=\t", "甲\t1,5")])
def test_a_line_that_tells_a_program_the_delimiter_is_no_row(said: str, row: str) -> None:
    [block] = read_bytes("a.csv", f"{said}\r\n{row}\r\n{row}\r\n".encode("utf-8-sig")).blocks

    assert block.text.split("\n") == ["| 甲 | 1,5 |", "| --- | --- |", "| 甲 | 1,5 |"]


@pytest.mark.parametrize("cell", ["潮" * 500_000, '"' + "word, 词 " * 150_000 + '"'])
def test_a_table_of_one_huge_line_is_read_and_quoted_in_pieces(cell: str) -> None:
    with thread_cost() as cost:
        reading = read_bytes("a.csv", f"name,n\n{cell},2\n".encode())

    assert cost.seconds < 10
    passages = split_into_passages(SourceId("s"), reading)
    assert len(passages) > 100
    assert "2" in passages[-1].text
    assert sum(passage.text.count(cell[1]) for passage in passages) == cell.count(cell[1])


@pytest.mark.parametrize("begun", [',"a', '"a,', "',", '",'])
def test_quotes_without_an_end_do_not_hold_up_this_process(begun: str) -> None:
    with thread_cost() as cost:
        read_bytes("a.csv", f"a,b\n{begun * 100_000}\n潮,1\n".encode())

    assert cost.seconds < 15


@pytest.mark.parametrize("line", ["单位：万元", "Source: World Bank", "# exported"])
def test_a_line_above_a_table_is_not_what_its_file_is_called(line: str) -> None:
    rows = f"{line},,\n地区,额,率\n华东,1,2\n华北,3,4\n"

    reading = read_bytes("销售数据.csv", rows.encode())

    assert (reading.title, reading.is_titled_by_name) == ("销售数据", True)
    assert outline(reading.blocks)[0] == ("paragraph", 0, line)
