"""Rendering of a section: what is shown, what is a citation, and what cannot run."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.rendering import section_html
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


def test_a_marker_in_code_stays_as_it_is() -> None:
    assert html("`[@a1]`\n\n```\nx[@a1]\n```") == (
        '<p><code>[@a1]</code></p>\n<pre tabindex="0"><code>x[@a1]\n</code></pre>\n'
    )


def test_a_marker_in_a_link_leaves_the_link_whole() -> None:
    assert html("[the [@a1] report](https://e.example)") == (
        '<p><a href="https://e.example" target="_blank" rel="noopener noreferrer">'
        "the [1] report</a></p>\n"
    )


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
