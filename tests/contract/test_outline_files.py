"""The way of an author's own outline: a file, what is read from it, its text, the outline."""

import pytest

from pipeline.adapters.reading.child import read_here
from pipeline.adapters.reading.extract import MAX_AS_WRITTEN_CHARS
from pipeline.adapters.reading.limits import Limits
from pipeline.domain.documents import NodeId, Outline, OutlineNode, Reading
from pipeline.domain.outline import walk
from pipeline.domain.outline_text import outline_from, to_markdown
from pipeline.domain.outline_text import outline_of as outline_of_reading
from pipeline.errors import UnreadableFile
from tests.samples.docx import item, make_docx, numbering, paragraph
from tests.samples.office import make_xlsx
from tests.unit.trees import OUTLINE_TEXTS, shape

BOLD = "<w:b/>"


def read(name: str, data: bytes) -> Reading:
    return read_here(name, data, Limits(file_bytes=1_000_000))


def outline_of(name: str, data: bytes) -> Outline:
    return outline_of_reading(read(name, data), lambda: "n")


def told(outline: Outline) -> list[tuple[str, str, str, int]]:
    return [
        (p.node.title, p.node.content_summary, p.node.notes, p.depth) for p in walk(outline.nodes)
    ]


@pytest.mark.parametrize("suffix", ["md", "txt"])
@pytest.mark.parametrize("text", [t for t, _ in OUTLINE_TEXTS.values()], ids=OUTLINE_TEXTS.keys())
def test_a_text_file_means_what_the_same_text_means_when_it_is_pasted(
    text: str, suffix: str
) -> None:
    assert outline_of(f"大纲.{suffix}", text.encode()) == outline_from(text, lambda: "n")


@pytest.mark.parametrize("suffix", ["md", "txt"])
def test_an_exported_outline_of_eight_levels_comes_back_with_summaries_and_notes(
    suffix: str,
) -> None:
    node = OutlineNode(id=NodeId("n"), title="第八级")
    for depth in range(7, 0, -1):
        node = OutlineNode(
            id=NodeId("n"),
            title=f"Level {depth}",
            content_summary=f"关于第 {depth} 级。",
            notes="Be brief.\nNo tables.",
            children=(node,),
        )
    outline = Outline(title="潮汐 and tides", nodes=(node, OutlineNode(id=NodeId("n"), title="末")))

    again = outline_of(f"export.{suffix}", to_markdown(outline).encode())

    assert (again.title, told(again)) == (outline.title, told(outline))


def test_numbered_chinese_lines_in_an_old_encoding_keep_their_levels() -> None:
    text = "潮汐能研究\n第一章 绪论\n第一节 研究背景与意义\n1.1.1 国内\n第二章 研究方法\n"

    outline = outline_of("大纲.txt", text.encode("gb18030"))

    assert outline.title == "潮汐能研究"
    assert shape(outline.nodes) == [["绪论", [["研究背景与意义", ["国内"]]]], "研究方法"]


def test_an_outline_of_another_outliner_keeps_its_levels_and_notes() -> None:
    opml = """<?xml version="1.0" encoding="utf-8"?><opml version="2.0">
<head><title>潮汐方案</title></head><body><outline text="一、概述">
<outline text="Scope" _note="Only Europe."/><outline text=""><outline text="Terms"/></outline>
</outline><outline title="Methods"/></body></opml>"""

    outline = outline_of("plan.opml", opml.encode())

    assert outline.title == "潮汐方案"
    assert told(outline) == [
        ("概述", "", "", 1),
        ("Scope", "Only Europe.", "", 2),
        ("Terms", "", "", 2),
        ("Methods", "", "", 1),
    ]


def test_notes_of_another_outliner_are_no_sections_whatever_they_look_like() -> None:
    opml = """<opml version="2.0"><body><outline text="Scope"
_note="1. Only Europe&#10;2. No islands&#10;---"/><outline text="1.5 °C pathways"
_note="2.4 GHz is left out"/><outline text="Last" _note="# 标题&#10;\\x"/></body></opml>"""

    outline = outline_of("plan.opml", opml.encode())

    assert told(outline) == [
        ("Scope", "1. Only Europe\n2. No islands\n---", "", 1),
        ("1.5 °C pathways", "2.4 GHz is left out", "", 1),
        ("Last", "# 标题\n\\x", "", 1),
    ]
    assert "\\" not in "".join(b.text for b in read("plan.opml", opml.encode()).blocks[:4])


@pytest.mark.parametrize("text", ["<opml><body>", "<html><body/></html>", "plain"])
def test_what_only_calls_itself_opml_is_damaged(text: str) -> None:
    with pytest.raises(UnreadableFile) as caught:
        read("plan.opml", text.encode())

    assert caught.value.code == "file_damaged"


def test_markup_is_no_part_of_titles_and_underlined_headings_are_headings() -> None:
    text = (
        "Tides\n=====\n<!-- draft\nof today -->\n\n**潮汐** and [more](http://localhost/)\n---\n\n"
        "***\n\n## Sun\n"
    )

    outline = outline_of("o.md", text.encode())

    assert (outline.title, shape(outline.nodes)) == ("Tides", ["潮汐 and more", "Sun"])


def test_front_matter_names_an_outline_whose_headings_do_not() -> None:
    outline = outline_of("o.md", "---\ntitle: 潮汐能\n---\n# One\n## Two\n# Three\n".encode())

    assert (outline.title, shape(outline.nodes)) == ("潮汐能", [["One", ["Two"]], "Three"])


def test_a_word_document_with_styles_gives_its_title_headings_and_lists() -> None:
    data = make_docx(
        paragraph("潮汐能研究", "T"),
        paragraph("1 绪论", "1"),
        paragraph("关于背景。"),
        paragraph("1.1 背景", "a2"),
        item("国内"),
        item("东部", depth=1),
        item("国外"),
        paragraph("2 Method", "1"),
    )

    outline = outline_of("大纲.docx", data)

    assert outline.title == "潮汐能研究"
    assert shape(outline.nodes) == [
        ["绪论", [["背景", [["国内", ["东部"]], "国外"]]]],
        "Method",
    ]
    assert outline.nodes[0].content_summary == "关于背景。"


def test_a_word_document_without_styles_is_read_by_its_numbers() -> None:
    lines = ["一、概述", "（一）背景", "1. 国内", "2. 国外", "（二）意义", "二、方法"]
    data = make_docx(paragraph("潮汐能", run=BOLD), *map(paragraph, lines))

    outline = outline_of("大纲.docx", data)

    assert outline.title == "潮汐能"
    assert shape(outline.nodes) == [
        ["概述", [["背景", ["国内", "国外"]], "意义"]],
        "方法",
    ]


@pytest.mark.parametrize(
    "levels",
    [
        [("decimal", "%1."), ("lowerLetter", "%2."), ("lowerRoman", "%3)")],
        [("chineseCounting", "%1、"), ("chineseCounting", "（%2）"), ("decimal", "%3.")],
        [("decimal", "%1"), ("decimal", "%1.%2"), ("decimal", "%1.%2.%3")],
        [("bullet", "·"), ("bullet", "o"), ("bullet", "-")],
        [("chineseCounting", "第%1章"), ("chineseCounting", "第%2条"), ("decimal", "（%3）")],
        [("decimalEnclosedCircle", "%1"), ("decimal", "Step %2:"), ("decimal", "[%3]")],
        [("decimalZero", "%1"), ("upperRoman", "%2"), ("lowerLetter", "%3")],
        [("chineseCounting", "第%1条"), ("decimal", "%2"), ("ideographTraditional", "%3、")],
    ],
)
def test_a_list_that_word_counts_gives_the_same_outline_as_one_without_numbers(
    levels: list[tuple[str, str]],
) -> None:
    items = [("概述", 0), ("背景", 1), ("国内", 2), ("abroad", 2), ("意义", 1), ("方法", 0)]
    content = (item(text, depth, "1") for text, depth in items)

    outline = outline_of("大纲.docx", make_docx(*content, parts=numbering(levels)))

    assert shape(outline.nodes) == [["概述", [["背景", ["国内", "abroad"]], "意义"]], "方法"]


def test_a_note_that_begins_like_a_lettered_item_stays_a_note() -> None:
    data = make_docx(
        paragraph("潮汐能研究", "T"),
        paragraph("Harbours", "1"),
        paragraph("Dr. Sun's plan comes first."),
        paragraph("Mills", "1"),
        paragraph("No. 5 mill stands in St. Malo."),
    )

    outline = outline_of("大纲.docx", data)

    assert told(outline) == [
        ("Harbours", "Dr. Sun's plan comes first.", "", 1),
        ("Mills", "No. 5 mill stands in St. Malo.", "", 1),
    ]


def test_headings_below_the_sixth_level_stay_below_it() -> None:
    levels = (
        paragraph(f"级{n}", properties=f'<w:outlineLvl w:val="{n - 1}"/>') for n in range(1, 9)
    )

    outline = outline_of("deep.docx", make_docx(*levels, paragraph("Last", "1")))

    assert [(p.node.title, p.depth) for p in walk(outline.nodes)] == [
        *((f"级{n}", n) for n in range(1, 9)),
        ("Last", 1),
    ]


def test_only_a_short_text_file_is_kept_as_it_was_written() -> None:
    line = "# 潮汐\n"
    long = line * (MAX_AS_WRITTEN_CHARS // len(line) + 1)

    assert read("o.md", (line * 2).encode()).as_written == line * 2
    assert read("o.md", long.encode()).as_written == ""
    assert read("o.docx", make_docx(paragraph("x"))).as_written == ""


@pytest.mark.parametrize(
    "rows",
    [
        "编号,标题,说明\n1,背景,为何写\n1.1,历史,\n2,措施,\n2.1,管网,只写主干\n",
        "1,背景\n1.1,历史\n2,措施\n2.1,管网\n",
        "层级,标题,字数,备注\n1,背景,300,为何写\n2,历史,200,\n1,措施,500,\n2,管网,200,只写主干\n",
        "章,节,内容\n背景,,为何写\n背景,历史,\n措施,,\n措施,管网,只写主干\n",
        "标题,说明\n第一章 背景,为何写\n第一节 历史,\n第二章 措施,\n第一节 管网,只写主干\n",
    ],
    ids=["numbers", "no head", "levels", "columns", "chapters"],
)
def test_a_table_is_an_outline_with_a_section_in_each_row(rows: str) -> None:
    outline = outline_of("大纲.csv", rows.encode())

    assert [(title, depth) for title, _, _, depth in told(outline)] == [
        ("背景", 1),
        ("历史", 2),
        ("措施", 1),
        ("管网", 2),
    ]
    if "说明" in rows or "备注" in rows or "内容" in rows:
        assert [summary for _, summary, _, _ in told(outline)] == ["为何写", "", "", "只写主干"]


def test_a_long_sheet_of_english_titles_is_an_outline_without_its_own_name() -> None:
    rows = [["Section", "Notes"], *([f"{n} ways to save | keep water", "why"] for n in range(30))]

    outline = outline_of("plan.xlsx", make_xlsx({"Sheet1": rows}))

    assert [(node.title, node.content_summary) for node in outline.nodes] == [
        (f"{n} ways to save | keep water", "why") for n in range(30)
    ]


def test_a_table_below_a_heading_of_a_word_file_stays_below_it() -> None:
    table = "<w:tbl><w:tr>" + f"<w:tc>{paragraph('1.1 Pumps')}</w:tc>" * 2 + "</w:tr></w:tbl>"
    body = paragraph("Background", "1") + paragraph("Budget", "1") + table

    outline = outline_of("plan.docx", make_docx(body))

    assert [node.title for node in outline.nodes] == ["Background", "Budget"]
