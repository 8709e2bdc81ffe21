"""Documents as web pages, e-books and LaTeX."""

import re
import zipfile
from collections.abc import Mapping
from datetime import UTC, datetime
from io import BytesIO

import docx
import pytest
from lxml import etree

from pipeline.adapters.export_docx import DocxExporter
from pipeline.adapters.export_pandoc import Form, PandocExporter
from pipeline.errors import ExportFailed
from tests.contract import test_export
from tests.contract.test_export import MARKDOWN, NUMBERS

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
FORMS: tuple[Form, ...] = ("html", "epub", "latex")
FORMULAS = """# 公式

## 1 能量

质能方程 $E=mc^2$，价格 $5 与 $10。

$$\\int_0^1 x\\,dx$$
"""
XHTML = "{http://www.w3.org/1999/xhtml}"


def built(form: Form, markdown: str = MARKDOWN, language: str = "en") -> bytes:
    return PandocExporter(form, lambda: NOW).export(markdown, title="标题", language=language)


def page(markdown: str = MARKDOWN, language: str = "en") -> etree._Element:
    return etree.fromstring(built("html", markdown, language), etree.HTMLParser(encoding="utf-8"))


def words_of(text: str) -> str:
    return "".join(text.split())


def parts_of(book: bytes) -> Mapping[str, bytes]:
    with zipfile.ZipFile(BytesIO(book)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def tex(markdown: str = MARKDOWN, language: str = "en") -> str:
    return built("latex", markdown, language).decode("utf-8")


def test_citations_lead_to_their_entries_in_a_page() -> None:
    links = [(a.get("href"), a.text) for a in page().iter("a") if "reference" in a.get("href", "")]
    entries = {e.get("id"): words_of("".join(map(str, e.itertext()))) for e in page().iter("div")}

    assert links == [("#reference-1", "[1]"), ("#reference-2", "[2]"), ("#reference-2", "[2]")]
    assert entries["reference-1"] == "[1]Tides(tides.pdf)"
    assert entries["reference-2"] == "[2]海洋（sea.md）"


def test_citations_lead_to_their_entries_in_latex() -> None:
    text = tex()

    assert re.findall(r"\\hyperref\[(.*?)\]", text) == ["reference-1", "reference-2", "reference-2"]
    assert re.findall(r"\\label\{(reference-.*?)\}", text) == ["reference-1", "reference-2"]


def test_citations_lead_to_their_entries_in_a_book() -> None:
    parts = parts_of(built("epub"))
    targets = [
        link.get("href")
        for name, data in parts.items()
        if name.endswith(".xhtml") and "nav" not in name
        for link in etree.fromstring(data).iter(f"{XHTML}a")
        if "reference" in link.get("href", "")
    ]

    assert len(targets) == 3
    for target in targets:
        name, _, anchor = str(target).partition("#")
        assert f'id="{anchor}"'.encode() in parts[f"EPUB/text/{name}"]


def test_headings_are_below_the_title_and_in_the_contents() -> None:
    html = page()

    headings = [(e.tag, e.text) for e in html.iter("h1", "h2", "h3") if e.get("id") != "toc-title"]
    contents = [a.text for a in html.iter("a") if a.get("id", "").startswith("toc-")]
    assert headings == [
        ("h1", "Tides 与潮汐"),
        ("h2", "1 Introduction"),
        ("h3", "1.1 潮汐能"),
        ("h2", "References"),
    ]
    assert contents == ["1 Introduction", "1.1 潮汐能", "References"]
    assert re.findall(r"\\((?:sub)*section)\{(.*?)\}", tex()) == [
        ("section", "1 Introduction"),
        ("subsection", "1.1 潮汐能"),
        ("section", "References"),
    ]


def test_a_page_says_what_the_word_file_says() -> None:
    same = MARKDOWN.replace("[bad](javascript:alert(1))", "bad")
    body = page(same).find("body")
    assert body is not None
    for nav in list(body.iter("nav")):
        nav.getparent().remove(nav)  # type: ignore[union-attr]  # it has one
    file = docx.Document(BytesIO(DocxExporter().export(same, title="标题", language="en")))
    cells = [cell.text for table in file.tables for row in table.rows for cell in row.cells]
    said = words_of("".join(map(str, body.itertext())))

    paragraphs = [
        p for p in file.paragraphs if p.style and not (p.style.name or "").startswith("toc")
    ]
    texts = [p.text for p in paragraphs if p.text and p.text != "Contents"] + cells

    assert [text for text in texts if words_of(text) not in said] == []
    assert "def tide" in " ".join(texts)
    assert "12 m" in texts


@pytest.mark.parametrize("form", FORMS)
def test_formulas_are_formulas_and_prices_are_text(form: Form) -> None:
    data = built(form, FORMULAS, "zh")
    if form == "latex":
        text = data.decode("utf-8")
        assert r"\(E=mc^2\)" in text
        assert r"\[\int_0^1 x\,dx\]" in text
        assert r"\$5 与 \$10" in text
        return
    text = (
        data.decode("utf-8") if form == "html" else parts_of(data)["EPUB/text/ch001.xhtml"].decode()
    )
    assert text.count("<math ") == 2
    assert "$5 与 $10" in text


@pytest.mark.parametrize("form", FORMS)
def test_every_spelling_of_a_formula_is_one_and_stays_as_it_is(form: Form) -> None:
    data = built(form, test_export.FORMULAS, "zh")
    parts = parts_of(data) if form == "epub" else {"": data}
    text = b"\n".join(d for name, d in parts.items() if "nav" not in name).decode("utf-8")

    formulas = re.findall(
        r"\\\((.*?)\\\)|\\\[(.*?)\\\]"
        if form == "latex"
        else r'<annotation encoding="application/x-tex">(.*?)</annotation>',
        text.split("\\maketitle")[-1],
        re.DOTALL,
    )
    found = list(dict.fromkeys("".join(each).strip() for each in formulas))  # also in the contents
    wanted = [r"e_1", r"\{a_1, b\}", "a*b*c", r"\{x\}", "y_1", r"x\; = \{y\}"]
    assert found[:6] == wanted
    assert [each.split() for each in found[6:]] == [
        ["\\int_0^1", "x\\,dx", "+", "1"],
        ["d|e"],
        ["f"],
    ]
    assert "\ufdd0" not in text
    if form != "latex":
        assert r"<code>\(c\)</code>" in text
        assert "He wrote [sic] and (见上文)." in text
        assert "<em>A [a_1 = b]</em> [M]" in text


@pytest.mark.parametrize("form", FORMS)
def test_numbers_that_are_no_citations_lead_nowhere(form: Form) -> None:
    data = built(form, NUMBERS)
    parts = parts_of(data).values() if form == "epub" else [data]
    text = b"\n".join(parts).decode("utf-8")

    links = re.findall(r'href="[^"]*#(reference-\d)"|\\hyperref\[(.*?)\]', text)
    assert ["".join(link) for link in links] == ["reference-1", "reference-2"]
    assert not re.search("[\ufdd0-\ufdef]", text)


def test_notes_are_shown() -> None:
    said = words_of("".join(map(str, page(test_export.NOTES).itertext())))

    assert "磨坊[^甲]。[^甲]:建于1170年[1]。[^b]:c" in said


def test_every_part_of_a_book_is_well_formed_and_dated() -> None:
    book = built("epub", language="zh")
    parts = parts_of(book)

    for name, data in parts.items():
        if name.endswith((".xhtml", ".opf", ".ncx", ".xml")):
            etree.fromstring(data)
    assert next(iter(parts)) == "mimetype"
    assert parts["mimetype"] == b"application/epub+zip"
    with zipfile.ZipFile(BytesIO(book)) as archive:
        assert archive.getinfo("mimetype").compress_type == zipfile.ZIP_STORED
    opf = parts["EPUB/content.opf"].decode("utf-8")
    assert "2026-11-24T09:30:00Z" in opf
    assert "1970" not in opf
    assert "<dc:language>zh-CN</dc:language>" in opf
    assert "目录" in parts["EPUB/nav.xhtml"].decode("utf-8")


@pytest.mark.parametrize(
    ("markdown", "language", "wanted"),
    [
        ("# 潮汐\n\n正文。", "zh", "]{ctexart}"),
        ("# Tides\n\nText with 潮汐.", "en", "scheme=plain"),
        ("# Tides\n\nText.", "en", "]{article}"),
    ],
)
def test_latex_has_a_class_that_sets_its_script(markdown: str, language: str, wanted: str) -> None:
    assert wanted in tex(markdown, language)


HOSTILE = r"""# T

<script>alert(1)</script> <img src=x onerror=alert(1)>

<div onclick="x">block</div>

![](/etc/passwd) ![pixel](https://evil.example/p.png) [bad](javascript:alert(1)) \input{/etc/passwd}

`\write18{x}` {=latex} [file](file:///etc/passwd)

$\input{/etc/passwd}$ \(\csname input\endcsname {/etc/passwd}\) $x^^5cinput{/etc/passwd}$

$$\immediate\write18{x}$$ $$\begin{filecontents}{x}
\end{filecontents}$$ $\begin{input}{/etc/passwd}$ $\UseName{input}{/etc/passwd}$

$\makeatletter\@nameuse{in\@empty put}{/etc/passwd}$ $\ExplSyntaxOn\use:c{i n p u t}{/etc/passwd}$

$\makeatletter\@nameuse{im\@empty mediate}\@nameuse{wr\@empty ite}18{x}$

$\ior_open:Nn \x {/etc/passwd}$

$\leftarrow \mathopen{|} \deg \leqslant$
"""


@pytest.mark.parametrize("form", FORMS)
def test_nothing_in_a_text_can_run_or_read_a_file(form: Form) -> None:
    data = built(form, HOSTILE)
    parts = parts_of(data).values() if form == "epub" else [data]
    text = b"\n".join(parts).decode("utf-8")

    assert "root:" not in text
    assert "evil.example" not in text
    assert "file:///" not in text
    assert "javascript:" not in text
    if form == "latex":
        assert r"\input{" not in text
        assert r"\write18{" not in text
        assert not re.search(r"\\csname|\^\^|\\immediate|\\UseName|\\begin\{(?:input|file)", text)
        assert re.findall(r"\\\((.*?)\\\)", text) == [r"\leftarrow \mathopen{|} \deg \leqslant"]
    else:
        assert "<script>" not in text
        assert "<img" not in text
        assert "<div onclick" not in text


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    "markdown", ["", "# 只有标题", "text\x00 with \ud800 and \x0b", "```\nopen", "$$\nopen", "# "]
)
def test_any_text_can_be_exported(form: Form, markdown: str) -> None:
    assert built(form, markdown, "zh")


def test_a_text_without_a_title_has_the_documents() -> None:
    assert '<h1 class="title">标题</h1>' in built("html", "## 一\n\n正文。", "zh").decode("utf-8")


def test_what_is_nested_hundreds_deep_is_refused_and_not_a_crash() -> None:
    with pytest.raises(ExportFailed, match=r"hundreds deep|pandoc"):
        built("html", ">" * 2_000 + " deep")
