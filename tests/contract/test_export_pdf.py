"""Documents as PDF, read back as a reader's program does."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pypdfium2
import pytest

from pipeline.adapters import export_pdf
from pipeline.adapters.export_pdf import PdfExporter
from pipeline.errors import ExportFailed
from tests.contract import test_export
from tests.contract.test_export import MARKDOWN
from tests.contract.test_export_pandoc import FORMULAS, HOSTILE, words_of

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)


def built(markdown: str = MARKDOWN, language: str = "en", title: str = "标题") -> bytes:
    return PdfExporter(lambda: NOW).export(markdown, title=title, language=language)


@contextmanager
def opened(data: bytes) -> Iterator[pypdfium2.PdfDocument]:
    document = pypdfium2.PdfDocument(data)
    try:
        yield document
    finally:
        document.close()


def text_of(data: bytes) -> str:
    with opened(data) as document:
        pages = [document[i].get_textpage().get_text_range() for i in range(len(document))]
    return words_of("".join(pages))


def test_it_says_what_the_document_says_in_both_scripts() -> None:
    text = text_of(built())

    for said in (
        "Tides与潮汐",
        "Tidesarestrong,slow,dullandregular[1][2].",
        "潮汐由月球引起[2]。",
        'return"x<y&z"',
        "海湾12m",
        "[2]海洋（sea.md）",
        "Contents",
    ):
        assert said in text, text


def test_its_headings_are_bookmarks_and_it_names_its_title() -> None:
    with opened(built(language="zh")) as document:
        marks = [(mark.level, mark.get_title()) for mark in document.get_toc()]
        told = document.get_metadata_dict()

    assert marks == [(0, "1 Introduction"), (1, "1.1 潮汐能"), (0, "References")]
    assert told["Title"] == "Tides 与潮汐"
    assert told["CreationDate"].startswith("D:20261124093000")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_font_is_inside(language: str) -> None:
    data = built(language=language)

    assert b"NotoSerifSC" in data
    assert data.count(b"/FontFile") >= 3


def test_formulas_are_set_and_prices_are_text() -> None:
    text = text_of(built(FORMULAS, "zh"))

    assert "价格$5与$10。" in text
    assert "\\int" not in text
    assert "∫" in text


def test_every_spelling_of_a_formula_is_set_also_in_the_title() -> None:
    text = text_of(built(test_export.FORMULAS.replace("公式", "公式 \\(F_1\\)", 1), "zh"))

    assert text.startswith("公式F_1")
    assert "\\(" not in text.replace("\\(c\\)", "")
    assert "$d|e$" not in text
    assert "Hewrote[sic]and(见上文)." in text


def test_a_formula_that_cannot_be_set_stands_as_it_was_written(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    body = export_pdf._body
    monkeypatch.setattr(
        export_pdf, "_body", lambda tree: body(tree).replace("$E", "$#no-such-thing E")
    )

    assert "E=mc^2" in text_of(built(FORMULAS, "zh"))


def test_a_paragraph_that_begins_with_a_citation_is_no_entry_of_the_list() -> None:
    text = "# T\n\n[1] says so, as [1] does.\n\n## References\n\n[1] Tides"

    assert text_of(built(text)).count("[1]") == 3


def test_nothing_in_a_text_can_run_or_read_a_file() -> None:
    hostile = HOSTILE + '\n#import "@preview/cetz:0.3.0": *\n\n#read("/etc/passwd") $ #read("x") $'

    data = built(hostile, title='"); #read("/etc/passwd") \\')
    text = text_of(data)

    assert "root:" not in text
    assert "#read(" in text
    assert b"evil.example" not in data
    assert b"javascript:" not in data
    assert b"file:///" not in data


@pytest.mark.parametrize(
    "markdown", ["", "# 只有标题", "text\x00 with \ud800 and \x0b", "```\nopen", "$$\nopen", "# "]
)
def test_any_text_can_be_exported(markdown: str) -> None:
    assert built(markdown, "zh").startswith(b"%PDF-")


def test_a_text_without_a_title_has_the_documents() -> None:
    assert text_of(built("## 一\n\n正文。", "zh")).startswith("标题目录")


def test_what_takes_too_long_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export_pdf, "SETTING_S", 0.2)
    monkeypatch.setattr(export_pdf, "_body", lambda _: "#{ let n = 0\nwhile true { n += 1 } }")

    with pytest.raises(ExportFailed):
        built()
