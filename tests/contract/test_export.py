import re
import zipfile
from io import BytesIO

import docx
import pytest
from docx.document import Document as Docx
from docx.oxml.ns import qn

from pipeline.adapters.export_docx import DocxExporter
from pipeline.adapters.export_markdown import MarkdownExporter
from pipeline.ports.exporting import Exporter

MARKDOWN = """# Tides 与潮汐

## 1 Introduction

Tides are **strong**, *slow*, ~~dull~~ and `regular` [1][2]. See [a page](https://example.org/a?b=1&c=2),
[mail](mailto:sea@example.org), [bad](javascript:alert(1)) and [9].

- One
  - Nested
- Two

1. First
2. Second

Between.

3. Third

### 1.1 潮汐能

潮汐由月球引起[2]。

> A note.

```python
def tide():
    return "x < y & z"
```

| Place | Height |
|:------|-------:|
| 海湾  | 12 m   |
| Coast | 3 m    |

<script>alert(1)</script>

## References

[1] Tides (tides.pdf)

[2] 海洋（sea.md）
"""


def word_file(markdown: str = MARKDOWN, language: str = "en") -> Docx:
    data = DocxExporter().export(markdown, title="Fallback", language=language)
    return docx.Document(BytesIO(data))


def xml_of(markdown: str = MARKDOWN, part: str = "word/document.xml", language: str = "en") -> str:
    data = DocxExporter().export(markdown, title="Fallback", language=language)
    with zipfile.ZipFile(BytesIO(data)) as archive:
        return archive.read(part).decode("utf-8")


@pytest.mark.parametrize("exporter", [MarkdownExporter(), DocxExporter()])
@pytest.mark.parametrize(
    "markdown", ["", "# 只有标题", "text\x00 with \ud800 and \x0b", "```\nopen"]
)
def test_any_text_can_be_exported(exporter: Exporter, markdown: str) -> None:
    assert exporter.export(markdown, title="标题", language="zh")


def test_markdown_is_the_documents_own_text() -> None:
    data = MarkdownExporter().export(MARKDOWN, title="Other", language="en")

    assert data.decode("utf-8") == MARKDOWN


def test_markdown_without_a_title_gets_one() -> None:
    data = MarkdownExporter().export("## 第一章\n\n正文。", title="潮汐", language="zh")

    assert data.decode("utf-8") == "# 潮汐\n\n## 第一章\n\n正文。\n"


def test_headings_are_real_headings_and_the_title_is_the_title() -> None:
    paragraphs = word_file().paragraphs

    styled = [
        (p.style.name, p.text)
        for p in paragraphs
        if p.style and p.style.name and p.style.name.startswith(("Title", "Heading"))
    ]
    assert styled == [
        ("Title", "Tides 与潮汐"),
        ("Heading 1", "1 Introduction"),
        ("Heading 2", "1.1 潮汐能"),
        ("Heading 1", "References"),
    ]


def test_text_keeps_its_look() -> None:
    runs = [run for p in word_file().paragraphs for run in p.runs]

    assert [run.text for run in runs if run.bold] == ["Contents", "strong"]
    assert [run.text for run in runs if run.italic] == ["slow"]
    assert [run.text for run in runs if run.font.strike] == ["dull"]
    assert [r.text for r in runs if r.style.name == "Code Text"] == ["regular"]


def test_only_web_and_mail_links_are_live() -> None:
    document = word_file()

    targets = [link.address for p in document.paragraphs for link in p.hyperlinks if link.address]
    assert targets == ["https://example.org/a?b=1&c=2", "mailto:sea@example.org"]
    assert "bad" in "".join(p.text for p in document.paragraphs)
    assert "javascript" not in xml_of(part="word/_rels/document.xml.rels")


def test_citations_lead_to_their_entries() -> None:
    document = word_file()

    links = [(x.fragment, x.text) for p in document.paragraphs for x in p.hyperlinks if x.fragment]
    assert links == [
        ("reference_1", "[1]"),
        ("reference_2", "[2]"),
        ("reference_2", "[2]"),
    ]
    for number in ("1", "2"):
        assert f'w:name="reference_{number}"' in xml_of()


def test_an_entry_of_the_reference_list_keeps_its_emphasis_and_its_signs() -> None:
    entry = r"[1] 鲁迅. (1923). *呐喊 \*A\**. 新潮社 \[M\]. https://example.org/a\_b"

    *_, paragraph = word_file(f"# T\n\nText [1].\n\n## References\n\n{entry}\n").paragraphs

    assert paragraph.text == "[1] 鲁迅. (1923). 呐喊 *A*. 新潮社 [M]. https://example.org/a_b"
    assert [run.text for run in paragraph.runs if run.italic] == ["呐喊 *A*"]


def test_lists_have_their_levels_and_each_numbered_list_counts_for_itself() -> None:
    document = word_file()

    items = [
        (p.style.name, p.text)
        for p in document.paragraphs
        if p.style and p.style.name and p.style.name.startswith("List")
    ]
    numbers = [element.get(qn("w:val")) for element in document.element.body.iter(qn("w:numId"))]
    assert items == [
        ("List Bullet", "One"),
        ("List Bullet 2", "Nested"),
        ("List Bullet", "Two"),
        ("List Number", "First"),
        ("List Number", "Second"),
        ("List Number", "Third"),
    ]
    assert numbers[0] == numbers[1] != numbers[2]
    assert '<w:startOverride w:val="3"/>' in xml_of(part="word/numbering.xml")


def test_a_table_keeps_cells_header_and_alignment() -> None:
    (table,) = word_file().tables

    assert [[cell.text for cell in row.cells] for row in table.rows] == [
        ["Place", "Height"],
        ["海湾", "12 m"],
        ["Coast", "3 m"],
    ]
    assert table.rows[0].cells[0].paragraphs[0].runs[0].bold
    assert "w:tblHeader" in xml_of()


def test_code_keeps_its_lines_and_quotes_are_quotes() -> None:
    styled = {p.style.name: p.text for p in word_file().paragraphs if p.style and p.style.name}

    assert styled["Code"] == 'def tide():\n    return "x < y & z"'
    assert styled["Quote"] == "A note."


def test_raw_html_stays_text() -> None:
    texts = [p.text for p in word_file().paragraphs]

    assert "<script>alert(1)</script>" in texts


@pytest.mark.parametrize(("language", "head"), [("en", "Contents"), ("zh", "目录")])
def test_the_contents_are_a_field_that_is_filled_and_asks_for_an_update(
    language: str, head: str
) -> None:
    xml = xml_of(language=language)
    texts = [p.text for p in word_file(language=language).paragraphs]

    assert 'TOC \\o "1-3"' in xml
    assert texts[1:5] == [head, "1 Introduction", "1.1 潮汐能", "References\n"]
    assert "w:updateFields" in xml_of(part="word/settings.xml")


def test_pages_are_numbered() -> None:
    footer = word_file().sections[0].footer

    assert 'w:instr="PAGE"' in footer._element.xml


def test_every_style_has_a_chinese_font() -> None:
    document = word_file(language="zh")

    for name in ("Normal", "Heading 1", "Heading 3", "Title", "List Bullet", "Quote", "Code"):
        fonts = document.styles[name].element.rPr.rFonts
        assert fonts.get(qn("w:eastAsia")) in {"SimSun", "Microsoft YaHei"}
        assert fonts.get(qn("w:asciiTheme")) is None


NUMBERS = """# Cost [1\\] of \\$5

## 1 Figure [1&#93; and \\[2]

As [1] says, see argv[1\\] and a figure&#91;2], `x[1\\]`, \\\\[2].

[7\\] is no entry.

## References

[1] Tides [2\\]

[2] 潮汐
"""


def test_numbers_that_are_no_citations_lead_nowhere() -> None:
    document = word_file(NUMBERS)

    links = [(x.fragment, x.text) for p in document.paragraphs for x in p.hyperlinks if x.fragment]
    texts = [p.text for p in document.paragraphs]
    assert links == [("reference_1", "[1]"), ("reference_2", "[2]")]
    assert (texts[0], texts[-5:]) == (
        "Cost [1] of $5",
        [
            r"As [1] says, see argv[1] and a figure[2], x[1\], \[2].",
            "[7] is no entry.",
            "References",
            "[1] Tides [2]",
            "[2] 潮汐",
        ],
    )
    assert "1 Figure [1] and [2]" in texts
    assert xml_of(NUMBERS).count("<w:bookmarkStart") == 2
    assert not re.search("[\ufdd0-\ufdef]", xml_of(NUMBERS))


def test_a_paragraph_that_begins_with_a_citation_is_no_entry_of_the_list() -> None:
    text = "# T\n\n[1] says so, as [1] does.\n\n> [1] too.\n\n## References\n\n[1] Tides"

    *_, first, quoted, _, entry = word_file(text).paragraphs

    assert [link.fragment for link in first.hyperlinks] == ["reference_1", "reference_1"]
    assert [link.fragment for link in quoted.hyperlinks] == ["reference_1"]
    assert (len(entry.hyperlinks), entry.text) == (0, "[1] Tides")
    assert first.paragraph_format.left_indent is None
    assert xml_of(text).count('w:name="reference_1"') == 1


def test_a_line_break_is_a_space_but_between_chinese_signs() -> None:
    text = "第一句。\n第二句**强**\n调。\nOne\ntwo 三\nfour"

    assert word_file(text).paragraphs[-1].text == "第一句。第二句强调。 One two 三 four"


NOTES = (
    "# T\n\n磨坊[^甲]。\n\n[^甲]: 建于1170年[1]。\n\n```\n[^b]: c\n```\n\n## References\n\n[1] A"
)


def test_notes_are_shown() -> None:
    texts = [p.text for p in word_file(NOTES).paragraphs]

    assert texts[-5:] == ["磨坊[^甲]。", "[^甲]: 建于1170年[1]。", "[^b]: c", "References", "[1] A"]


FORMULAS = r"""# 公式

## 1 \(e_1\)

Then \(\{a_1, b\}\), $a*b*c$, $\{x\}$ and [see $y_1$](https://example.org/y), `\(c\)`.

> \[
> x\; = \{y\}
> \]

$$
\int_0^1 x\,dx

+ 1
$$

| a | b |
|---|---|
| $d|e$ | $5 and $f$ for 6$ |

He wrote \[sic\] and \(见上文\).

## References

[1] *A \[a\_1 = b\]* \[M\]
"""


def test_formulas_stand_in_a_word_file_as_they_were_written() -> None:
    document = word_file(FORMULAS)

    runs = [run for p in document.paragraphs for run in p.runs]
    cells = [cell.text for cell in document.tables[0].rows[1].cells]
    shown = [link.text for p in document.paragraphs for link in p.hyperlinks if link.address]
    assert [run.text for run in runs if run.style.name == "Code Text"] == [
        r"\(e_1\)",
        r"\(\{a_1, b\}\)",
        "$a*b*c$",
        r"$\{x\}$",
        r"\(c\)",
        "\\[\nx\\; = \\{y\\}\n\\]",
        "$$\n\\int_0^1 x\\,dx\n\n+ 1\n$$",
    ]
    assert shown == ["see ", "$y_1$"]
    assert cells == ["$d|e$", "$5 and $f$ for 6$"]
    texts = [p.text for p in document.paragraphs]
    assert "1 \\(e_1\\)" in texts
    assert texts[-3::2] == ["He wrote [sic] and (见上文).", "[1] A [a_1 = b] [M]"]
