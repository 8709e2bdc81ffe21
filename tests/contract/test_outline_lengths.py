"""The lengths in an outline that is kept in a sheet, as targets of its sections."""

import pytest

from pipeline.domain.outline import walk
from tests.contract.test_outline_files import outline_of


def targets_of(*rows: str) -> list[tuple[str, int | None, str]]:
    nodes = walk(outline_of("大纲.csv", "\n".join(rows).encode()).nodes)
    return [(place.node.title, place.node.target_words, place.node.notes) for place in nodes]


@pytest.mark.parametrize(
    ("head", "cell", "words", "notes"),
    [
        ("字数", "1500", 1500, ""),
        ("目标字数", "约300字", 300, ""),
        ("字数", "1.2万", 12_000, ""),
        ("篇幅", "约3千字", 3000, ""),
        ("Words", "300", 300, ""),
        ("Word count", '"1,200 words"', 1200, ""),
        ("Length", "about 2k words", 2000, ""),
        ("字数", "１５００", 1500, ""),
        ("字数", "300-500字", 400, "字数: 300-500字"),
        ("Words", "300 to 500", 400, "Words: 300 to 500"),
        ("Length", "300", None, "Length: 300"),
        ("页数", "3", None, "页数: 3"),
        ("Pages", "3", None, "Pages: 3"),
        ("Words", "3 pages", None, "Words: 3 pages"),
        ("字数", "0", None, "字数: 0"),
        ("Words", "9" * 50_000, None, "Words: " + "9" * 50_000),
    ],
)
def test_a_length_is_the_target_of_its_section_or_a_note(
    head: str, cell: str, words: int | None, notes: str
) -> None:
    assert targets_of(f"标题,{head}", f"潮汐,{cell}", "Sun,") == [
        ("潮汐", words, notes),
        ("Sun", None, ""),
    ]


def test_a_length_of_a_chapter_is_shared_by_its_sections() -> None:
    rows = ["1,Tides,3000", "1.1,Moon,1000", "1.2,太阳,", "1.3,Wind,", "2,末,"]

    assert targets_of("编号,标题,字数", *rows) == [
        ("Tides", None, "字数: 3000"),
        ("Moon", 1000, ""),
        ("太阳", 1000, ""),
        ("Wind", 1000, ""),
        ("末", None, ""),
    ]


def test_a_second_length_is_noted() -> None:
    assert targets_of("Title,Target words,Word count (draft)", "潮汐,300,250") == [
        ("潮汐", 300, "Word count (draft): 250")
    ]


@pytest.mark.parametrize("cell", ["约300-500字", "300 to 500"])
def test_a_second_length_that_is_a_range_is_noted_once(cell: str) -> None:
    assert targets_of("标题,字数,Target words", f"潮汐,300,{cell}") == [
        ("潮汐", 300, f"Target words: {cell}")
    ]
