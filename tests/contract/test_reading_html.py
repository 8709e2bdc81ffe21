import time

import pytest

from benchmarks.pace import thread_cost
from pipeline.adapters.reading import read_bytes
from pipeline.adapters.reading.markup import PAGE, blocks_of, page_of
from tests.samples.blocks import outline, read_text, refusal
from tests.samples.office import make_epub

SAMPLE = """<!doctype html><html><head><meta charset="{charset}"><title>潮汐 report</title>
<style>p {{ color: red }}</style></head><body>
<nav><ul><li><a href="/">Home</a></li><li><a href="/x">Products</a></li></ul></nav>
<main><h1>潮汐能</h1><p>The <b>Moon</b> raises tides in the sea; the Sun adds a smaller part of the
force that moves the water twice a day.</p><h2>Kinds</h2>
<ul><li>Spring tides come at new moon.</li><li>Neap tides<ol><li>in between</li></ol></li></ul>
<table><tr><th>Place</th><th>Range</th></tr><tr><td>芬迪湾</td><td>16 m</td></tr></table>
<pre><code>def tide(t):
    return t
</code></pre><p>潮汐能是一种由月球和太阳的引力作用产生的可再生能源，
具有可预测性强的优点。</p></main>
<script>alert(1)</script><footer>Copyright</footer></body></html>"""


@pytest.mark.parametrize("charset", ["utf-8", "gb2312"])
def test_a_page_is_read_in_order_without_its_menus(charset: str) -> None:
    encoding = "gb18030" if charset == "gb2312" else charset

    reading = read_bytes("a.html", SAMPLE.format(charset=charset).encode(encoding))

    assert reading.title == "潮汐 report"
    assert reading.notes == ()
    assert outline(reading.blocks) == [
        ("heading", 1, "潮汐能"),
        (
            "paragraph",
            0,
            (
                "The Moon raises tides in the sea; the Sun adds a smaller part of the force that "
                "moves the water twice a day."
            ),
        ),
        ("heading", 2, "Kinds"),
        ("list", 0, "- Spring tides come at new moon.\n- Neap tides\n  1. in between"),
        ("table", 0, "| Place | Range |\n| --- | --- |\n| 芬迪湾 | 16 m |"),
        ("code", 0, "def tide(t):\n    return t"),
        (
            "paragraph",
            0,
            "潮汐能是一种由月球和太阳的引力作用产生的可再生能源，具有可预测性强的优点。",
        ),
    ]


def test_a_short_page_keeps_all_its_text() -> None:
    page = (
        "<html><body><h1>潮汐</h1><p>短。</p><div>loose <i>text</i><p>x</p>tail</div></body></html>"
    )

    assert outline(read_text(page, "a.htm").blocks) == [
        ("heading", 1, "潮汐"),
        ("paragraph", 0, "短。"),
        ("paragraph", 0, "loose text"),
        ("paragraph", 0, "x"),
        ("paragraph", 0, "tail"),
    ]


def test_a_page_under_another_name_is_known_by_its_content() -> None:
    assert read_text(SAMPLE.format(charset="utf-8"), "download.txt").title == "潮汐 report"


def test_a_page_nested_without_end_is_refused_at_once() -> None:
    page = "<html><body>" + "<div>" * 50_000 + "潮汐" + "</div>" * 50_000
    began = time.monotonic()

    error = refusal("deep.html", page.encode())

    assert error.code == "file_damaged"
    assert "nested too deeply" in str(error)
    assert time.monotonic() - began < 10


@pytest.mark.parametrize("tag", ["span", "font", "B"])
def test_tags_for_the_look_may_be_nested_without_end(tag: str) -> None:
    deep = f"<{tag} class='x'>" * 3_000 + "deep 潮汐" + f"</{tag}>" * 3_000

    reading = read_text(f"<html><body><p>{deep} here</p><p>after</p></body></html>", "a.html")

    assert [block.text for block in reading.blocks] == ["deep 潮汐 here", "after"]
    assert reading.notes == ()


@pytest.mark.parametrize("count", [200, 600])
def test_lists_nested_deeper_than_anybody_indents_are_read_whole(count: int) -> None:
    lists = "".join(f"<ul><li>潮 {n}" for n in range(count)) + "</li></ul>" * count

    reading = read_text(f"<html><body>{lists}<p>after</p></body></html>", "a.html")

    words = " ".join(block.text for block in reading.blocks).split()
    assert [word for word in words if word.isdecimal()] == [str(n) for n in range(count)]
    assert (words[-1], reading.notes) == ("after", ())


@pytest.mark.parametrize("file_format", ["html", "epub"])
def test_what_is_nested_too_deeply_to_be_read_is_told(file_format: str) -> None:
    body = "<p>潮汐 comes first.</p>" + "<div>" * 3_000 + "lost" + "</div>" * 3_000
    page = f"<html><body>{body}</body></html>".encode()

    reading = read_bytes(f"a.{file_format}", make_epub([body]) if file_format == "epub" else page)

    assert [block.text for block in reading.blocks] == ["潮汐 comes first."]
    assert reading.notes == ("nested_left_out",)


def test_blocks_within_a_cell_or_a_heading_are_words_apart() -> None:
    page = """<html><body><h1>潮汐<div>能</div></h1><table><tr><td>a<div>b</div></td><td>c</td></tr>
</table></body></html>"""

    assert outline(read_text(page, "a.html").blocks) == [
        ("heading", 1, "潮汐 能"),
        ("table", 0, "| a b | c |\n| --- | --- |"),
    ]


def test_formulas_exponents_and_notes_of_a_page_cannot_be_taken_for_other_numbers() -> None:
    page = """<html><body><p>In 2021<sup class="reference"><a href="#cite-1">[1]</a></sup> the
20<sup>th</sup> plant made 10<sup>-6</sup> of it: <math><semantics><mrow><mfrac><mi>a</mi><msqrt>
<mi>b</mi></msqrt></mfrac></mrow>
<annotation encoding="application/x-tex">\\frac{a}{\\sqrt b}</annotation>
</semantics></math>.</p></body></html>"""

    blocks = read_text(page, "a.html").blocks

    assert [block.text for block in blocks] == ["In 2021 the 20th plant made 10⁻⁶ of it: a/(√(b))."]


@pytest.mark.parametrize(
    ("nested", "told"),
    [
        ("2<sup>x<sup>2</sup></sup>", "2^x²"),
        ('the sea<a role="doc-noteref">1<a role="doc-noteref">2</a></a>', "the sea"),
    ],
)
def test_exponents_and_numbers_of_notes_may_stand_in_each_other(nested: str, told: str) -> None:
    page = f"<html><body><p>{nested} rises.</p></body></html>"
    book = make_epub([f"<p>{nested} rises.</p>"])

    assert read_text(page, "a.html").blocks[-1].text == f"{told} rises."
    assert read_bytes("a.epub", book).blocks[-1].text == f"{told} rises."


@pytest.mark.parametrize("before", ["", f"<p>{'The tide comes and goes in the bay. ' * 20}</p>"])
def test_cells_of_a_page_that_span_others_are_told_in_each_row(before: str) -> None:
    page = f"""<html><body><article>{before}<table><tr>
<th>Region</th><th colspan="2">Range</th></tr>
<tr><td rowspan="2">东部</td><td>low</td><td>1 m</td></tr><tr><td>high</td><td>5 m</td></tr>
</table></article></body></html>"""

    *_, block = read_text(page, "a.html").blocks

    assert block.text.split("\n")[2:] == ["| 东部 | low | 1 m |", "| 东部 | high | 5 m |"]


def test_absurd_spans_are_cut() -> None:
    row = "<tr><td colspan=9999999 rowspan=999999>a</td></tr>"

    blocks = read_text(f"<html><body><table>{row * 2_000}</table></body></html>", "a.html").blocks

    assert sum(len(block.text) for block in blocks) < 3_000_000


def test_an_absurd_span_is_cut() -> None:
    page = """<html><body><table><tr><td colspan="999999999" rowspan="99999999">all</td><td>x</td>
</tr><tr><td>y</td></tr></table></body></html>"""

    [block] = read_text(page, "a.html").blocks

    assert len(block.text) < 5_000


def test_tables_within_tables_are_read_in_a_time_that_grows_with_them() -> None:
    nested = "<table><tr><td>a</td><td>b " * 600 + "</td></tr></table>" * 600
    root, _ = page_of(f"<html><body>{f'<div>{nested}</div>' * 20}</body></html>")

    with thread_cost() as cost:
        blocks = blocks_of(root, PAGE)

    assert len(blocks) > 2_000
    assert cost.seconds < 3
