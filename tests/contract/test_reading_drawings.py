"""What is drawn in slides and Word files: read where it is text, told where it is not."""

import re

import pytest

from pipeline.adapters.reading import read_bytes
from tests.samples.blocks import outline, refusal
from tests.samples.docx import make_docx, make_zip, paragraph, parts_of
from tests.samples.office import (
    diagram,
    diagram_parts,
    drawing,
    make_pptx,
    shape,
    slide_table,
)

PICTURE = "<p:pic/>"
FRAME = "<p:graphicFrame>{}</p:graphicFrame>"
TITLE = shape("潮汐能", placeholder="title")


def strict(data: bytes) -> bytes:
    """The file as it is saved as Strict Open XML."""
    usual = rb"http://schemas\.openxmlformats\.org/(\w+)/2006/(main|diagram|relationships)"
    return make_zip(
        {
            name: re.sub(usual, rb"http://purl.oclc.org/ooxml/\1/\2", part)
            for name, part in parts_of(data).items()
        }
    )


@pytest.mark.parametrize("is_strict", [False, True])
def test_the_texts_of_a_diagram_on_a_slide_are_a_list(is_strict: bool) -> None:
    slide = TITLE + FRAME.format(diagram("d")) + shape("after")
    parts = diagram_parts("ppt/slides", "slide1.xml", "月球 moves", "", "海水")
    data = make_pptx([slide], parts=parts)

    reading = read_bytes("a.pptx", strict(data) if is_strict else data)

    assert outline(reading.blocks) == [
        ("heading", 1, "潮汐能"),
        ("list", 0, "- 月球 moves\n- 海水"),
        ("paragraph", 0, "after"),
    ]
    assert reading.notes == ()


def test_the_texts_of_a_diagram_in_a_word_file_are_a_list() -> None:
    drawn = f"<w:p><w:r><w:t>before</w:t><w:drawing>{diagram('d')}</w:drawing></w:r></w:p>"
    parts = diagram_parts("word", "document.xml", "月球", "sea")

    reading = read_bytes("a.docx", make_docx(drawn, paragraph("after"), parts=parts))

    assert outline(reading.blocks) == [
        ("paragraph", 0, "before"),
        ("list", 0, "- 月球\n- sea"),
        ("paragraph", 0, "after"),
    ]


def test_charts_and_slides_that_are_pictures_are_told() -> None:
    deck = make_pptx([TITLE + FRAME.format(drawing("chart")), PICTURE, TITLE + PICTURE])
    word = f"<w:p><w:r><w:t>潮</w:t><w:drawing>{drawing('chart')}</w:drawing></w:r></w:p>"

    assert read_bytes("a.pptx", deck).notes == ("drawings_left_out", "pages_pictured")
    assert read_bytes("a.docx", make_docx(word)).notes == ("drawings_left_out",)
    assert read_bytes("a.pptx", make_pptx([TITLE + slide_table(("a", "b")) + PICTURE])).notes == ()


def test_slides_that_are_nothing_but_pictures_are_refused_as_such() -> None:
    error = refusal("a.pptx", make_pptx([PICTURE, PICTURE]))

    assert (error.code, error.details) == ("file_scanned", {"pages": 2})


def test_a_broken_diagram_is_told_and_spoils_no_slide() -> None:
    parts = diagram_parts("ppt/slides", "slide1.xml", "lost")
    broken = {name: part.replace("</d:dataModel>", "") for name, part in parts.items()}
    deck = make_pptx([TITLE + FRAME.format(diagram("d"))], parts=broken)

    reading = read_bytes("a.pptx", deck)

    assert outline(reading.blocks) == [("heading", 1, "潮汐能")]
    assert reading.notes == ("drawings_left_out",)
