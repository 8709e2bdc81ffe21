from pipeline.adapters.reading import read_bytes
from tests.samples.blocks import outline
from tests.samples.docx import item, make_docx, paragraph, table


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
