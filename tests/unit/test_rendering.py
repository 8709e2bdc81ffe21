"""Rendering of a section: what is shown, what is a citation, and what cannot run."""

import re
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.marking import Mark
from components.rendering import entry_html, section_html
from pipeline.domain.documents import PassageId

NUMBERS = {PassageId("a1"): 1, PassageId("b2"): 2, PassageId("潮汐"): 3}


def html(markdown: str, level: int = 1) -> str:
    return section_html(markdown, level=level, numbers=NUMBERS)


def cite(passage: str, number: int) -> str:
    return f'<button class="lr-cite" data-passage="{passage}" type="button">[{number}]</button>'


def test_a_citation_becomes_a_button_with_the_number_of_its_reference() -> None:
    assert html("Tides rise[@a1][@b2].") == f"<p>Tides rise{cite('a1', 1)}{cite('b2', 2)}.</p>\n"


def test_a_chinese_citation_is_found_without_a_space_around_it() -> None:
    assert html("潮汐由月球引起[@潮汐]（见图）。") == (
        f"<p>潮汐由月球引起{cite('潮汐', 3)}（见图）。</p>\n"
    )


@pytest.mark.parametrize(
    "text", ["[1]", "[@nobody]", "[see note]", "[@a 1]", "a[0]", "[@]", "【1】", "[^1]"]
)
def test_bracketed_text_that_is_no_citation_stays_as_it_is(text: str) -> None:
    assert html(text) == f"<p>{text}</p>\n"


def test_a_note_is_shown_and_a_definition_of_a_link_is_none() -> None:
    assert html("磨坊[^甲]。\n\n[^甲]: 建于1170年[@a1]。") == (
        f"<p>磨坊[^甲]。</p>\n<p>[^甲]: 建于1170年{cite('a1', 1)}。</p>\n"
    )
    assert html("[a]\n\n[a]: https://e.example").count("<p>") == 1


def test_a_marker_in_code_stays_as_it_is() -> None:
    assert html("`[@a1]`\n\n```\nx[@a1]\n```") == (
        '<p><code>[@a1]</code></p>\n<pre tabindex="0"><code>x[@a1]\n</code></pre>\n'
    )


@pytest.mark.parametrize("text", ["[the {} report](https://e.example)", "![潮汐 {}](x)", "!{}(x)"])
def test_nothing_around_or_behind_a_citation_makes_a_link_or_an_image_of_it(text: str) -> None:
    assert html(text.format("[@a1]")) == f"<p>{text.format(cite('a1', 1))}</p>\n"


def test_tables_and_strikethrough_are_rendered() -> None:
    shown = html("| 年 | n |\n| -- | --: |\n| 2030 | ~~1~~ 2[@a1] |")

    assert shown.startswith('<div class="lr-scroll" tabindex="0"><table>')
    assert f'<td style="text-align:right"><s>1</s> 2{cite("a1", 1)}</td>' in shown


def test_headings_in_the_text_stand_below_the_section_without_a_gap() -> None:
    assert html("# One\n\n#### Two", level=1) == "<h3>One</h3>\n<h4>Two</h4>\n"
    assert html("### 方法", level=2) == "<h4>方法</h4>\n"
    assert html("# Deep", level=7) == "<h6>Deep</h6>\n"


def test_bold_text_closes_beside_chinese_punctuation() -> None:
    assert html("**注意：**请看**《书》**。") == (
        "<p><strong>注意：</strong>请看<strong>《书》</strong>。</p>\n"
    )
    assert html("2 * 3 * 4，5 * 6") == "<p>2 * 3 * 4，5 * 6</p>\n"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("<img src=x onerror=alert(1)>", "<p>&lt;img src=x onerror=alert(1)&gt;</p>\n"),
        ("<script>alert(1)</script>", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>\n"),
        ("[go](javascript:alert(1))", "<p>[go](javascript:alert(1))</p>\n"),
        ("![图一 *x*](https://e.example/p.png)", "<p>图一 x</p>\n"),
    ],
)
def test_nothing_in_the_text_can_run_or_call_another_host(text: str, shown: str) -> None:
    assert html(text) == shown


def test_a_link_to_this_site_is_no_link() -> None:
    assert "href" not in html("[export](/api/v1/jobs)")


@given(st.text(alphabet="<>[]()@a1*`!&\"'#|~\n 中，javascript:onerror=/", max_size=60))
def test_no_text_makes_a_tag_or_an_address_that_is_not_allowed(text: str) -> None:
    shown = html(text)

    assert not re.search(r"<(?:img|script|iframe|style|svg|input)", shown)
    assert not re.search(r"<[a-z][^>]*\s(?:on\w+|src)=", shown)
    assert 'href="javascript' not in shown


def marked(markdown: str, *stretches: str) -> str:
    """With a mark on each of these parts of the text, named a, b, and so on."""
    marks = [
        Mark(markdown.index(part), markdown.index(part) + len(part), name)
        for part, name in zip(stretches, "abc", strict=False)
    ]
    return section_html(markdown, level=1, numbers=NUMBERS, marks=marks)


def mark(name: str, inner: str) -> str:
    return f'<mark class="lr-mark" data-marks="{name}">{inner}</mark>'


def without_marks(shown: str) -> str:
    return re.sub(r"</?mark\b[^>]*>", "", shown)


def text_marked(shown: str) -> str:
    """What stands in marks, as a reader sees it."""
    return unescape(
        re.sub(r"<[^>]+>", "", "".join(re.findall(r"<mark[^>]*>(.*?)</mark>", shown, re.DOTALL)))
    )


def test_a_marked_sentence_is_wrapped_with_its_citation() -> None:
    assert marked("潮汐有两次。高潮推迟[@潮汐]。之后。", "高潮推迟[@潮汐]。") == (
        f"<p>潮汐有两次。{mark('a', '高潮推迟' + cite('潮汐', 3) + '。')}之后。</p>\n"
    )


def test_a_mark_never_crosses_emphasis_or_a_link() -> None:
    shown = marked("One *two three* [four five](https://e.example) six.", "three* [four")

    assert shown == (
        f"<p>One <em>two {mark('a', 'three')}</em>{mark('a', ' ')}"
        '<a href="https://e.example" target="_blank" rel="noopener noreferrer">'
        f"{mark('a', 'four')} five</a> six.</p>\n"
    )


def test_marks_over_each_other_are_named_together() -> None:
    assert marked("one two three", "one two", "two three") == (
        f"<p>{mark('a', 'one ')}{mark('a b', 'two')}{mark('b', ' three')}</p>\n"
    )


@pytest.mark.parametrize(
    ("markdown", "part"),
    [
        ("- 一\n- 二，三\n", "三"),
        ("1. 1 and 1\n", "1 and 1"),
        ("> > quoted twice, and\n> > again  \n> > here", "twice"),
        ("# A # B #\n\nText", "B"),
        ("A title\n===\n\nText", "title"),
        ("| a | a |\n| - | - |\n| x | a x |\n", "a x"),
        ("| a | b |\n| - | - |\n| 或 \\| 且 | 且 |\n", "且"),
        ("a &amp; b \\* c ~~d e~~", "d e"),
        ("first\r\nsecond 句\r\n\r\nthird", "third"),
        ("\u3000\u3000缩进的一段，后一句。", "后一句。"),
    ],
)
def test_marks_find_their_place_in_every_kind_of_block(markdown: str, part: str) -> None:
    shown = marked(markdown, part)

    assert text_marked(shown) == part
    assert without_marks(shown) == html(markdown)


def test_a_mark_over_several_lines_marks_each_and_keeps_breaks() -> None:
    markdown = "> one two  \n> three four\n> five"

    shown = marked(markdown, "two  \n> three four\n> fi")

    assert shown == (
        f"<blockquote>\n<p>one {mark('a', 'two')}<br>\n{mark('a', 'three four')}\n"
        f"{mark('a', 'fi')}ve</p>\n</blockquote>\n"
    )


def test_a_place_in_the_middle_of_something_whole_waits_for_its_end() -> None:
    assert marked("x `a b` y", "b` y") == f"<p>x <code>a b</code>{mark('a', ' y')}</p>\n"
    assert marked("see [@a1] now", "a1] now") == f"<p>see {cite('a1', 1)}{mark('a', ' now')}</p>\n"
    assert marked("```\ncode\n```", "code") == html("```\ncode\n```")


PIECES = (
    *("*", "**", "_", "`", "``", "~~", "~~~", "[", "](https://e.example)", "[@a1]", "[@潮汐]"),
    *("![", "\n", "\n\n", "  \n", "\\\n", "- ", "1. ", "> ", "# ", "| a | b |\n|-|-|\n| ", " | "),
    *("    ", "\t", "&amp;", "\\*", "<https://e.example>", "```\n", "$x$", "\r\n", "\0", "\u2028"),
    *("潮汐", "，", "。", "two words", "word", " ", "a", ".", "<b>", "===\n", ":"),
)
MARKDOWN = st.lists(st.sampled_from(PIECES), max_size=25).map("".join)


@given(MARKDOWN, st.lists(st.tuples(st.integers(0, 80), st.integers(0, 40)), max_size=4))
def test_marks_change_nothing_but_what_is_marked(
    markdown: str, stretches: list[tuple[int, int]]
) -> None:
    marks = [Mark(start, start + n, f"m{i}") for i, (start, n) in enumerate(stretches)]

    shown = section_html(markdown, level=1, numbers=NUMBERS, marks=marks)

    assert without_marks(shown) == html(markdown)


@given(
    st.text(alphabet="ab 潮汐，。", min_size=1, max_size=40), st.integers(0, 39), st.integers(1, 40)
)
def test_in_plain_text_exactly_the_stretch_is_marked(words: str, start: int, length: int) -> None:
    shown = section_html(words, level=1, numbers={}, marks=[Mark(start, start + length, "m")])

    assert text_marked(shown) == words[start : start + length].strip()


def link(address: str) -> str:
    return f'<a href="{address}" target="_blank" rel="noopener noreferrer">{address}</a>'


@pytest.mark.parametrize(
    ("entry", "shown"),
    [
        ("鲁迅. *呐喊* [M]. 北京, 1923.", "鲁迅. <em>呐喊</em> [M]. 北京, 1923."),
        ("**No** \\*stars\\* <b>x</b>", "<strong>No</strong> *stars* &lt;b&gt;x&lt;/b&gt;"),
        ("[x](javascript:hurt()) `code`", "[x](javascript:hurt()) `code`"),
        ("潮汐 https://e.example/\\<b\\>", f"潮汐 {link('https://e.example/')}&lt;b&gt;"),
        ("\\[见 https://e.example\\]", f"[见 {link('https://e.example')}]"),
        (
            "At https://e.example/a\\_b_c?x=1&y=2. 见<https://e.example>。",
            f"At {link('https://e.example/a_b_c?x=1&amp;y=2')}. 见{link('https://e.example')}。",
        ),
    ],
)
def test_an_entry_keeps_emphasis_and_leads_to_its_addresses(entry: str, shown: str) -> None:
    assert entry_html(entry) == shown
