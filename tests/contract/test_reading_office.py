import io
import re
import zipfile

import pytest

from benchmarks.pace import thread_cost
from pipeline.adapters.reading import Limits, read_bytes
from tests.samples.blocks import outline, refusal
from tests.samples.docx import item, make_docx, make_zip, paragraph, table
from tests.samples.office import make_epub, make_pptx, make_xlsx, shape, slide_table


def test_a_word_file_becomes_blocks_in_order() -> None:
    data = make_docx(
        paragraph("潮汐报告", "T"),
        paragraph("目录 ........ 1", "TOC1"),
        paragraph("Introduction", "1"),
        paragraph("AT&amp;T &lt;results&gt; a &lt; b"),
        paragraph("背景", "Own"),
        item("one"),
        item("二", depth=1),
        table(("Place", "a|b"), ("芬迪湾", "16 m")),
        paragraph("x = 1", "C"),
        paragraph("y = 2", "C"),
        paragraph("By outline level", properties='<w:outlineLvl w:val="2"/>'),
        "<w:del><w:r><w:delText>deleted</w:delText></w:r></w:del>",
    )

    reading = read_bytes("a.docx", data)

    assert (reading.title, reading.headings, reading.pages) == ("潮汐报告", 3, None)
    assert outline(reading.blocks) == [
        ("heading", 1, "Introduction"),
        ("paragraph", 0, "AT&T <results> a < b"),
        ("heading", 2, "背景"),
        ("list", 0, "- one\n  - 二"),
        ("table", 0, "| Place | a\\|b |\n| --- | --- |\n| 芬迪湾 | 16 m |"),
        ("code", 0, "x = 1\ny = 2"),
        ("heading", 3, "By outline level"),
    ]


def test_headings_without_styles_are_guessed_and_said_so() -> None:
    data = make_docx(
        paragraph("一、背景"),
        paragraph("潮汐能是一种可再生能源。"),
        paragraph("Methods", run="<w:b/>"),
        paragraph("We measured the tide."),
    )

    reading = read_bytes("a.docx", data)

    assert [block.kind for block in reading.blocks] == [
        "heading",
        "paragraph",
        "heading",
        "paragraph",
    ]
    assert reading.notes == ("headings_guessed",)


def test_text_boxes_and_footnotes_of_a_word_file_are_read_once() -> None:
    namespace = 'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
    box = f"<w:txbxContent>{paragraph('in a box')}</w:txbxContent>"
    anchored = (
        f"<w:p {namespace}><w:r><w:t>before</w:t><mc:AlternateContent><mc:Choice>{box}</mc:Choice>"
        f"<mc:Fallback>{box}</mc:Fallback></mc:AlternateContent>"
        '<w:footnoteReference w:id="2"/></w:r></w:p>'
    )
    notes = (
        '<w:footnotes xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
        '<w:footnote w:id="2"><w:p><w:r><w:t>脚注</w:t></w:r></w:p></w:footnote></w:footnotes>'
    )

    reading = read_bytes("a.docx", make_docx(anchored, parts={"word/footnotes.xml": notes}))

    assert [block.text for block in reading.blocks] == ["before", "脚注", "in a box"]


def test_slides_are_read_in_the_order_in_which_they_are_shown() -> None:
    first = (
        shape("intro line")
        + shape("潮汐能", placeholder="title")
        + shape("One", "two", level=1)
        + shape("7", placeholder="sldNum")
    )
    second = f"<p:grpSp>{shape('in a group')}</p:grpSp>" + slide_table(
        ("Place", "Range"), ("芬迪湾", "16 m")
    )
    notes = shape("Say it slowly", placeholder="body")

    reading = read_bytes("a.pptx", make_pptx([first, second], notes=[notes]))

    assert (reading.title, reading.pages) == ("潮汐能", 2)
    assert outline(reading.blocks) == [
        ("heading", 1, "潮汐能"),
        ("paragraph", 0, "intro line"),
        ("list", 0, "- One\n  - two"),
        ("paragraph", 0, "Say it slowly"),
        ("paragraph", 0, "in a group"),
        ("table", 0, "| Place | Range |\n| --- | --- |\n| 芬迪湾 | 16 m |"),
    ]
    assert [block.page for block in reading.blocks] == [1, 1, 1, 1, 2, 2]


def test_each_sheet_of_a_workbook_is_a_heading_and_its_tables() -> None:
    data = make_xlsx({"潮差": [("Place", "m"), ("芬迪湾", 16.0), ("", 2.5)], "Empty": []})

    reading = read_bytes("数据.xlsx", data)

    assert reading.title == "数据"
    assert reading.language == "zh"
    assert outline(reading.blocks) == [
        ("heading", 1, "潮差"),
        ("table", 0, "| Place | m |\n| --- | --- |\n| 芬迪湾 | 16 |\n|  | 2.5 |"),
        ("heading", 1, "Empty"),
    ]


def test_the_rows_of_a_long_table_keep_their_head() -> None:
    rows = "\n".join(f"{number},潮{number}" for number in range(30))

    blocks = read_bytes("a.csv", f"n,名\n{rows}\n".encode()).blocks

    assert len(blocks) == 3
    assert all(block.text.startswith("| n | 名 |\n| --- | --- |\n") for block in blocks)
    assert blocks[2].text.endswith("| 29 | 潮29 |")


@pytest.mark.parametrize(
    "data",
    [
        b",".join([b"1"] * 100_000) + b"\n" + b"1\n" * 2_000,
        b"a," * 900_000,
    ],
    ids=["a head of a hundred thousand columns", "a line of nearly a million cells"],
)
def test_a_table_that_would_grow_beyond_all_measure_is_refused_at_once(data: bytes) -> None:
    with thread_cost() as cost:
        error = refusal("a.csv", data, Limits(chars=1_000_000))

    assert error.code == "file_too_long"
    assert cost.seconds < 5


@pytest.mark.parametrize(
    ("name", "text"),
    [("a.csv", "a;b\n1;2\n"), ("a.tsv", "a\tb\n1\t2\n"), ("a.csv", '"a","b"\n"1","2"\n')],
)
def test_the_delimiter_is_found(name: str, text: str) -> None:
    assert outline(read_bytes(name, text.encode()).blocks) == [
        ("table", 0, "| a | b |\n| --- | --- |\n| 1 | 2 |")
    ]


def test_a_book_is_read_chapter_by_chapter() -> None:
    chapters = ["<header><h1>第一章</h1></header><p>潮汐 &amp; tide.</p>", "<h1>Two</h1><p>b</p>"]

    reading = read_bytes("a.epub", make_epub(chapters, title="潮汐之书"))

    assert reading.title == "潮汐之书"
    assert outline(reading.blocks) == [
        ("heading", 1, "第一章"),
        ("paragraph", 0, "潮汐 & tide."),
        ("heading", 1, "Two"),
        ("paragraph", 0, "b"),
    ]


def test_a_chapter_that_a_book_names_many_times_is_read_once() -> None:
    book = make_epub(["<p>The tide.</p>"], title="T")
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    package = next(name for name in parts if name.endswith(".opf"))
    reference = re.search(rb"<itemref[^>]*/>", parts[package])
    assert reference is not None
    parts[package] = parts[package].replace(reference[0], reference[0] * 5_000)

    blocks = read_bytes("a.epub", make_zip(parts)).blocks

    assert [block.text for block in blocks] == ["The tide."]


def test_a_copy_protected_book_is_refused() -> None:
    encryption = (
        '<encryption xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><CipherData>'
        '<CipherReference URI="OEBPS/text/c%200.xhtml"/></CipherData></encryption>'
    )

    error = refusal("a.epub", make_epub(["潮"], parts={"META-INF/encryption.xml": encryption}))

    assert error.code == "file_encrypted"


@pytest.mark.parametrize("name", ["a.xlsx", "a.pptx", "a.epub"])
def test_an_office_file_is_known_by_its_content(name: str) -> None:
    assert read_bytes(name, make_docx(paragraph("潮汐"))).blocks[0].text == "潮汐"


def test_formulas_and_exponents_of_a_word_file_keep_their_meaning() -> None:
    math = 'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'
    half = "<m:f><m:num><m:r><m:t>1</m:t></m:r></m:num><m:den><m:r><m:t>2</m:t></m:r></m:den></m:f>"
    square = (
        "<m:sSup><m:e><m:r><m:t>v</m:t></m:r></m:e><m:sup><m:r><m:t>2</m:t></m:r></m:sup></m:sSup>"
    )
    formula = f"<w:p {math}><m:oMath><m:r><m:t>E=</m:t></m:r>{half}{square}</m:oMath></w:p>"
    power = paragraph("Some 10").replace(
        "</w:p>",
        '<w:r><w:rPr><w:vertAlign w:val="superscript"/></w:rPr><w:t>6</w:t></w:r>'
        "<w:r><w:t> t.</w:t></w:r></w:p>",
    )

    reading = read_bytes("a.docx", make_docx(formula, power))

    assert [block.text for block in reading.blocks] == ["E=1/2v²", "Some 10⁶ t."]


def test_what_was_moved_or_deleted_in_a_word_file_is_read_where_it_is_now() -> None:
    moved = "<w:r><w:t>moved</w:t></w:r>"
    gone = table(("Place", "m"), ("Gone", "1"), ("芬迪湾", "16"))
    row = gone.index("<w:tr>", gone.index("Place"))
    deleted = gone[: row + 6] + "<w:trPr><w:del/></w:trPr>" + gone[row + 6 :]

    data = make_docx(
        f"<w:p><w:moveFrom>{moved}</w:moveFrom></w:p>",
        deleted,
        f"<w:p><w:moveTo>{moved}</w:moveTo></w:p>",
    )

    assert outline(read_bytes("a.docx", data).blocks) == [
        ("table", 0, "| Place | m |\n| --- | --- |\n| 芬迪湾 | 16 |"),
        ("paragraph", 0, "moved"),
    ]


def test_merged_cells_of_a_word_table_are_told_in_each_row_that_they_span() -> None:
    def cell(text: str, properties: str = "", inner: str = "") -> str:
        return f"<w:tc><w:tcPr>{properties}</w:tcPr>{paragraph(text)}{inner}</w:tc>"

    rows = (
        cell("Region") + cell("Range", '<w:gridSpan w:val="2"/>'),
        cell("东部", '<w:vMerge w:val="restart"/>') + cell("low") + cell("1 m"),
        cell("", "<w:vMerge/>") + cell("high") + cell("5 m", inner=table(("in", "side"))),
    )
    data = make_docx(f"<w:tbl>{''.join(f'<w:tr>{row}</w:tr>' for row in rows)}</w:tbl>")

    assert outline(read_bytes("a.docx", data).blocks) == [
        (
            "table",
            0,
            (
                "| Region | Range |  |\n| --- | --- | --- |\n| 东部 | low | 1 m |\n"
                "| 东部 | high | 5 m in side |"
            ),
        )
    ]


def test_a_name_set_in_a_style_that_is_made_from_the_title_is_no_heading() -> None:
    styles = (
        '<w:styles xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">'
        '<w:style w:styleId="T"><w:name w:val="Title"/></w:style><w:style w:styleId="A">'
        '<w:name w:val="Author"/><w:basedOn w:val="T"/></w:style></w:styles>'
    )
    content = (paragraph("Tides", "T"), paragraph("A. Author", "A"), paragraph("Text."))

    reading = read_bytes("a.docx", make_docx(*content, parts={"word/styles.xml": styles}))

    assert reading.title == "Tides"
    assert [block.kind for block in reading.blocks] == ["paragraph", "paragraph"]


def test_the_number_of_a_note_in_a_book_is_no_part_of_the_number_before_it() -> None:
    chapter = (
        '<p>In 2021<a href="n.xhtml#fn1" epub:type="noteref">1</a> it was 10<sup>6</sup> t.</p>'
    )

    blocks = read_bytes("a.epub", make_epub([chapter], title="T")).blocks

    assert [block.text for block in blocks] == ["In 2021 it was 10⁶ t."]


def test_what_is_hidden_in_an_office_file_is_not_read_and_that_is_said() -> None:
    word = make_docx(paragraph("潮汐 is seen."), paragraph("Secret 秘密.", run="<w:vanish/>"))
    seen = paragraph("Shown.", run='<w:vanish w:val="0"/>')
    sheets = make_xlsx({"Seen": [("潮汐", "m")], "Secret": [("秘密", "x")]}, hidden=["Secret"])
    slides = make_pptx([shape("潮汐"), shape("Secret 秘密"), shape("last")], hidden_slides=[1])

    readings = [
        read_bytes(name, data)
        for name, data in (("a.docx", word), ("a.xlsx", sheets), ("a.pptx", slides))
    ]

    for reading in readings:
        text = "\n".join(block.text for block in reading.blocks)
        assert "潮汐" in text
        assert not {"Secret", "秘密"} & set(text.replace(".", " ").split())
        assert reading.notes == ("hidden_left_out",)
    assert [block.page for block in readings[2].blocks] == [1, 3]
    assert read_bytes("a.docx", make_docx(seen)).notes == ()


def test_numbers_of_a_sheet_are_told_as_a_spreadsheet_shows_them() -> None:
    data = make_xlsx({"潮差": [("sum", "large", "small"), (0.1 + 0.2, 1.5e10, 0.25)]})

    assert read_bytes("a.xlsx", data).blocks[1].text.split("\n")[-1] == (
        "| 0.3 | 15000000000 | 0.25 |"
    )


def test_a_workbook_is_called_by_its_name() -> None:
    reading = read_bytes("mine.xlsx", make_xlsx({"Sheet1": [("潮汐", "m")]}))

    assert (reading.title, reading.named("潮差.xlsx").title) == ("mine", "潮差")


def test_attributes_of_thousands_of_digits_do_not_spoil_a_file() -> None:
    many = "9" * 5_000
    cell = f'<w:tc><w:tcPr><w:gridSpan w:val="{many}"/></w:tcPr>{paragraph("潮汐")}</w:tc>'
    word = make_docx(
        paragraph("deep", properties=f'<w:numPr><w:ilvl w:val="{many}"/></w:numPr>'),
        f"<w:tbl><w:tr>{cell}{cell}</w:tr></w:tbl>",
    )
    deck = make_pptx([shape("潮汐", "second").replace('lvl="0"', f'lvl="{many}"')])

    assert [block.kind for block in read_bytes("a.docx", word).blocks] == ["list", "table"]
    assert read_bytes("a.pptx", deck).blocks[0].text == "- 潮汐\n- second"


@pytest.mark.parametrize("broken", ["<p>a\0b</p>", "\0\0\0"])
def test_a_broken_chapter_of_a_book_is_named_and_spoils_no_other(broken: str) -> None:
    book = make_epub(["<p>潮汐 one.</p>", broken, "<p>Three.</p>"])

    reading = read_bytes("a.epub", book)

    assert [block.text for block in reading.blocks] == ["潮汐 one.", "Three."]
    assert reading.notes == ("chapters_unread",)


def test_a_book_whose_chapters_are_all_broken_is_damaged() -> None:
    error = refusal("a.epub", make_epub(["<p>a\0b</p>"]))

    assert (error.code, "chapters are broken" in str(error)) == ("file_damaged", True)
