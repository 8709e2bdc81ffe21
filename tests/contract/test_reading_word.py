import pytest

from pipeline.adapters.reading import read_bytes
from pipeline.domain.documents import Block
from tests.samples.blocks import outline, refusal
from tests.samples.docx import (
    footnotes,
    item,
    make_docx,
    noted,
    numbering,
    paragraph,
    styles,
    table,
)
from tests.samples.office import make_epub, make_pptx, make_xlsx, shape

HIDDEN = "<w:vanish/>"
SEEN = '<w:vanish w:val="0"/>'


def run(text: str, properties: str = "") -> str:
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


def texts(blocks: tuple[Block, ...]) -> list[str]:
    return [block.text for block in blocks]


def test_text_that_a_style_hides_is_not_read() -> None:
    part = styles(
        f'<w:style w:styleId="H"><w:name w:val="Secret"/><w:rPr>{HIDDEN}</w:rPr></w:style>',
        '<w:style w:styleId="H2"><w:name w:val="More"/><w:basedOn w:val="H"/></w:style>',
        f'<w:style w:styleId="S"><w:name w:val="Open"/><w:basedOn w:val="H"/><w:rPr>{SEEN}</w:rPr>'
        "</w:style>",
    )
    half = run("half ") + run("secret", '<w:rStyle w:val="H2"/>')
    data = make_docx(
        paragraph("潮汐"),
        paragraph("秘密", "H"),
        paragraph("secret", "H2"),
        paragraph("open", "S"),
        paragraph("shown by hand", "H2", run=SEEN),
        f"<w:p>{half}</w:p>",
        parts=part,
    )

    reading = read_bytes("a.docx", data)

    assert texts(reading.blocks) == ["潮汐", "open", "shown by hand", "half"]
    assert reading.notes == ("hidden_left_out",)


def test_a_footnote_is_read_like_any_other_text() -> None:
    first = f"<w:p>{run('Seen 见.')}{run('秘密', HIDDEN)}</w:p>"
    power = run("6", '<w:vertAlign w:val="superscript"/>')
    second = (
        f"<w:p>{run('Some 10')}{power}<w:del><w:r><w:delText>gone</w:delText></w:r></w:del>"
        f"<w:ins>{run(' t.')}</w:ins></w:p>{paragraph('More.')}"
    )
    data = make_docx(noted("潮", 1), noted("汐", 2), parts=footnotes(first, second))

    reading = read_bytes("a.docx", data)

    assert texts(reading.blocks) == ["潮", "Seen 见.", "汐", "Some 10⁶ t.\nMore."]
    assert reading.notes == ("hidden_left_out",)


def test_a_footnote_whose_mark_was_deleted_or_is_hidden_is_not_read() -> None:
    call = '<w:footnoteReference w:id="1"/>'
    data = make_docx(
        f"<w:p>{run('潮')}<w:del><w:r>{call}</w:r></w:del></w:p>",
        f"<w:p>{run('汐')}<w:r><w:rPr>{HIDDEN}</w:rPr>{call}</w:r></w:p>",
        parts=footnotes(paragraph("note")),
    )

    assert texts(read_bytes("a.docx", data).blocks) == ["潮", "汐"]


def test_tracked_changes_are_read_as_if_they_were_accepted() -> None:
    deleted = "<w:del><w:r><w:delText>old</w:delText><w:tab/></w:r></w:del>"
    stale = f"<w:del>{run('stale')}</w:del>"  # as some programs write it
    moved = f"<w:moveFrom>{run('from')}</w:moveFrom><w:moveTo>{run(' to')}</w:moveTo>"
    rows = table(("Place", "old", "m"), ("芬迪湾", "gone", "16")).replace(
        "<w:tc>" + paragraph("old"), f"<w:tc><w:tcPr><w:cellDel/></w:tcPr>{paragraph('old')}"
    )
    rows = rows.replace(
        "<w:tc>" + paragraph("gone"), f"<w:tc><w:tcPr><w:cellDel/></w:tcPr>{paragraph('gone')}"
    )
    data = make_docx(
        f"<w:p>{run('潮 ')}{deleted}{stale}<w:ins>{run('new')}</w:ins>{moved}</w:p>",
        f"<w:ins>{paragraph('inserted')}</w:ins>",
        f"<w:moveTo>{paragraph('moved here')}</w:moveTo>",
        f"<w:del>{paragraph('gone')}</w:del><w:moveFrom>{paragraph('away')}</w:moveFrom>",
        rows,
    )

    assert texts(read_bytes("a.docx", data).blocks) == [
        "潮 new to",
        "inserted",
        "moved here",
        "| Place | m |\n| --- | --- |\n| 芬迪湾 | 16 |",
    ]


def test_a_comment_is_no_text() -> None:
    space = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    comment = (
        f'<w:comments {space}><w:comment w:id="0">{paragraph("批注")}</w:comment></w:comments>'
    )
    marked = (
        f'<w:p><w:commentRangeStart w:id="0"/>{run("潮汐")}<w:commentRangeEnd w:id="0"/>'
        '<w:r><w:commentReference w:id="0"/></w:r></w:p>'
    )

    blocks = read_bytes("a.docx", make_docx(marked, parts={"word/comments.xml": comment})).blocks

    assert texts(blocks) == ["潮汐"]


def test_the_items_of_a_list_keep_their_numbers() -> None:
    part = numbering(
        [("decimal", "%1."), ("decimal", "%2)"), ("decimal", "%1.%2.%3")],
        [("chineseCounting", "第%1条"), ("decimalZero", "%2")],
        [("bullet", "·"), ("decimal", "（%2）")],
        restarted=[1],
    )
    data = make_docx(
        item("one", 0, "1"),
        item("sub", 1, "1"),
        item("次", 1, "1"),
        item("deep", 2, "1"),
        item("two", 0, "1"),
        item("sub again", 1, "1"),
        paragraph("between"),
        item("three", 0, "1"),
        paragraph("between"),
        item("begins again", 0, "4"),
        paragraph("between"),
        *(item(f"条款{number}", 0, "2") for number in range(1, 12)),
        item("款", 1, "2"),
        paragraph("between"),
        item("bullet", 0, "3"),
        *(item("below", 1, "3") for _ in range(4)),
        parts=part,
    )

    lists = [block.text for block in read_bytes("a.docx", data).blocks if block.kind == "list"]

    assert lists[0].split("\n") == [
        "1. one",
        "  1) sub",
        "  2) 次",
        "    1.2.1 deep",
        "2. two",
        "  1) sub again",
    ]
    assert lists[1:3] == ["3. three", "1. begins again"]
    assert lists[3].split("\n")[-2:] == ["第十一条 条款11", "  01. 款"]
    assert lists[4].split("\n")[-1] == "  （4） below"


@pytest.mark.parametrize(
    ("style", "text"),
    [
        ("lowerLetter", "%1)"),
        ("upperRoman", "(%1)"),
        ("lowerLetter", "%1"),
        ("decimalEnclosedCircle", "%1"),
        ("ideographTraditional", "%1、"),
        ("decimal", "[%1]"),
        ("decimal", "Step %1:"),
    ],
)
def test_a_mark_that_could_be_taken_for_text_is_left_out(style: str, text: str) -> None:
    data = make_docx(item("潮汐", 0, "1"), item("汐", 0, "1"), parts=numbering([(style, text)]))

    assert texts(read_bytes("a.docx", data).blocks) == ["- 潮汐\n- 汐"]


@pytest.mark.parametrize(
    ("restart", "marks"),
    [
        ((), ["第一章", "第一条", "第二条", "第二章", "第一条"]),
        (("0",), ["第一章", "第一条", "第二条", "第二章", "第三条"]),
        (("1",), ["第一章", "第一条", "第二条", "第二章", "第一条"]),
    ],
)
def test_articles_count_on_through_the_chapters_where_the_file_says_so(
    restart: tuple[str, ...], marks: list[str]
) -> None:
    chapters, articles = ("chineseCounting", "第%1章"), ("chineseCounting", "第%2条", *restart)
    items = (item("潮", depth, "1") for depth in (0, 1, 1, 0, 1))

    [text] = texts(
        read_bytes("a.docx", make_docx(*items, parts=numbering([chapters, articles]))).blocks
    )

    assert [line.split()[0] for line in text.split("\n")] == marks


def test_a_level_begins_again_only_behind_the_levels_that_it_names() -> None:
    part = numbering([("decimal", "%1."), ("decimal", "%2)"), ("decimal", "(%3)", "1")])
    items = (item("潮", depth, "1") for depth in (0, 1, 2, 1, 2, 0, 2))

    [text] = texts(read_bytes("a.docx", make_docx(*items, parts=part)).blocks)

    assert [line.split()[0] for line in text.split("\n")] == [
        *("1.", "1)", "(1)", "2)", "(2)", "2.", "(1)")
    ]


def test_a_level_that_begins_with_another_number_does_so_wherever_it_begins_again() -> None:
    part = numbering([("decimal", "%1."), ("decimal", "%2)")], restarted=[1])
    deeper = '<w:lvlOverride w:ilvl="1"><w:startOverride w:val="4"/></w:lvlOverride></w:num>'
    part = {
        name: f"{deeper}</w:numbering>".join(xml.rsplit("</w:num></w:numbering>", 1))
        for name, xml in part.items()
    }
    items = [item("潮", depth, "1") for depth in (0, 1)]
    items += [item("汐", depth, "2") for depth in (0, 1, 1, 0, 1)]

    [text] = texts(read_bytes("a.docx", make_docx(*items, parts=part)).blocks)

    assert [line.split()[0] for line in text.split("\n")] == [
        *("1.", "1)", "1.", "4)", "5)", "2.", "4)")
    ]


def test_a_list_whose_numbers_are_those_of_a_list_style_has_them() -> None:
    part = numbering([("decimal", "%1)")], [])
    linked = {
        name: xml.replace('"1"><w:lvl ', '"1"><w:styleLink w:val="Laws"/><w:lvl ').replace(
            '"2"></w:abstractNum>', '"2"><w:numStyleLink w:val="Laws"/></w:abstractNum>'
        )
        for name, xml in part.items()
    }

    assert texts(read_bytes("a.docx", make_docx(item("潮", 0, "2"), parts=linked)).blocks) == [
        "1) 潮"
    ]


def test_an_item_that_is_hidden_as_a_whole_is_not_counted() -> None:
    listed = '<w:numPr><w:numId w:val="1"/></w:numPr>'
    hidden = paragraph("汐", properties=f"{listed}<w:rPr><w:vanish/></w:rPr>", run="<w:vanish/>")
    by_style = paragraph("汐", "H", properties=listed)
    empty = paragraph("汐", properties=listed, run="<w:vanish/>")  # its number is still seen
    style = '<w:style w:styleId="H"><w:name w:val="Own"/><w:rPr><w:vanish/></w:rPr></w:style>'
    part = numbering([("decimal", "%1.")]) | styles(style)

    data = make_docx(
        *(item("潮", 0, "1"), hidden, by_style, item("潮", 0, "1"), empty, item("潮", 0, "1")),
        parts=part,
    )

    assert texts(read_bytes("a.docx", data).blocks) == ["1. 潮\n2. 潮\n4. 潮"]


def test_items_count_by_the_list_of_their_style_unless_they_leave_it() -> None:
    listed = (
        '<w:style w:styleId="L"><w:name w:val="Item"/><w:pPr><w:numPr><w:numId w:val="1"/>'
        "</w:numPr></w:pPr></w:style>"
    )
    part = styles(listed) | numbering([("decimal", "%1)")])
    left = paragraph("no item", "L", properties='<w:numPr><w:numId w:val="0"/></w:numPr>')
    deleted = paragraph("", "L", properties="<w:rPr><w:del/></w:rPr>")

    data = make_docx(paragraph("甲", "L"), deleted, paragraph("乙", "L"), left, parts=part)

    assert outline(read_bytes("a.docx", data).blocks) == [
        ("list", 0, "1) 甲\n2) 乙"),
        ("paragraph", 0, "no item"),
    ]


def test_rows_of_a_table_that_the_program_counts_are_told_with_their_numbers() -> None:
    row = f"<w:tr><w:tc>{item('', 0, '1')}</w:tc><w:tc>{paragraph('潮')}</w:tc></w:tr>"
    head = f"<w:tr><w:tc>{paragraph('序号')}</w:tc><w:tc>{paragraph('名')}</w:tc></w:tr>"

    data = make_docx(f"<w:tbl>{head}{row * 2}</w:tbl>", parts=numbering([("decimal", "%1")]))

    assert outline(read_bytes("a.docx", data).blocks) == [
        ("table", 0, "| 序号 | 名 |\n| --- | --- |\n| 1 | 潮 |\n| 2 | 潮 |")
    ]


def cells(*contents: str) -> str:
    """A row of a table, of cells with these contents."""
    return f"<w:tr>{''.join(f'<w:tc>{content}</w:tc>' for content in contents)}</w:tr>"


def test_footnotes_that_a_table_calls_follow_it() -> None:
    rows = cells(paragraph("地区"), noted("share", 1)), cells(paragraph("华东"), noted("12.5", 2))
    data = make_docx(
        f"<w:tbl>{''.join(rows)}</w:tbl>",
        noted("潮", 3),
        parts=footnotes(*map(paragraph, ("of all", "估计值", "third"))),
    )

    assert texts(read_bytes("a.docx", data).blocks) == [
        "| 地区 | share |\n| --- | --- |\n| 华东 | 12.5 |",
        *("of all", "估计值", "潮", "third"),
    ]


def test_a_table_that_only_makes_a_layout_is_text_with_its_headings() -> None:
    form = cells(paragraph("一、背景", "1") + paragraph("潮汐能。")) + cells(
        paragraph("1.1 Aim", "a2") + item("one") + table(("m", "n"), ("1", "2"))
    )
    two = cells(paragraph("二、方法", "1") + paragraph("We measured."), paragraph("beside"))

    data = make_docx(f"<w:tbl>{form}</w:tbl>", f"<w:tbl>{two}</w:tbl>")

    assert outline(read_bytes("a.docx", data).blocks) == [
        ("heading", 1, "一、背景"),
        ("paragraph", 0, "潮汐能。"),
        ("heading", 2, "1.1 Aim"),
        ("list", 0, "- one"),
        ("table", 0, "| m | n |\n| --- | --- |\n| 1 | 2 |"),
        ("heading", 1, "二、方法"),
        ("paragraph", 0, "We measured."),
        ("paragraph", 0, "beside"),
    ]


def test_a_row_that_is_a_heading_parts_a_table_and_names_in_a_headings_style_do_not() -> None:
    rows = (
        cells(paragraph("地区", "1"), paragraph("m", "1")),
        cells(paragraph("华东"), paragraph("1")),
        cells(paragraph("第二部分", "1")),
        cells(paragraph("项目"), paragraph("n")),
        cells(paragraph("甲"), paragraph("2")),
    )

    assert outline(read_bytes("a.docx", make_docx(f"<w:tbl>{''.join(rows)}</w:tbl>")).blocks) == [
        ("table", 0, "| 地区 | m |\n| --- | --- |\n| 华东 | 1 |"),
        ("heading", 1, "第二部分"),
        ("table", 0, "| 项目 | n |\n| --- | --- |\n| 甲 | 2 |"),
    ]


@pytest.mark.parametrize("style", ["chineseCounting", "upperRoman", "lowerLetter", "ordinal"])
def test_a_count_without_end_is_told_in_digits(style: str) -> None:
    part = numbering([(style, "%1.")])
    huge = {
        name: xml.replace('w:start w:val="1"', 'w:start w:val="99999999"')
        for name, xml in part.items()
    }

    assert texts(read_bytes("a.docx", make_docx(item("潮", 0, "1"), parts=huge)).blocks) == [
        "99999999. 潮"
    ]


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.docx", make_docx(paragraph("潮汐"))),
        ("a.xlsx", make_xlsx({"潮": [("a",)]})),
        ("a.pptx", make_pptx([shape("潮汐")])),
        ("a.epub", make_epub(["<p>潮汐</p>"])),
    ],
)
def test_a_packed_file_with_a_password_is_refused_as_such(name: str, data: bytes) -> None:
    assert refusal(name, locked(data)).code == "file_encrypted"


def test_a_copy_protected_book_is_refused_as_such() -> None:
    method = '<m:EncryptionMethod Algorithm="http://www.w3.org/2001/04/xmlenc#aes128-cbc"/>'
    xml = (
        '<encryption xmlns="urn:oasis:names:tc:opendocument:xmlns:container" '
        f'xmlns:m="http://www.w3.org/2001/04/xmlenc#"><m:EncryptedData>{method}<m:CipherData>'
        '<m:CipherReference URI="OEBPS/text/c%200.xhtml"/></m:CipherData></m:EncryptedData>'
        "</encryption>"
    )

    error = refusal("a.epub", make_epub(["<p>潮汐</p>"], parts={"META-INF/encryption.xml": xml}))

    assert (error.code, "copy-protected" in str(error)) == ("file_encrypted", True)


def locked(data: bytes) -> bytes:
    """The zip file with the mark of a password at each of its parts."""
    marked = bytearray(data)
    for signature, flags_at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.find(signature)
        while at >= 0:
            marked[at + flags_at] |= 1
            at = data.find(signature, at + 4)
    return bytes(marked)
