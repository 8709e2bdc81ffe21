"""Texts that were made, or happen, to be read slowly: the time grows with them, not faster."""

from collections.abc import Callable

import pytest

from benchmarks.pace import thread_cost
from pipeline.adapters.offline_author.demands import demands_of
from pipeline.adapters.offline_author.editing import summary
from pipeline.adapters.offline_author.query import read_query
from pipeline.domain.citations import (
    Numbering,
    bracketed,
    checked,
    cited,
    rendered,
    without_markers,
)
from pipeline.domain.documents import Passage, PassageId, SourceId
from pipeline.domain.language import sentence_spans
from pipeline.domain.markdown import blocks, headings, protected
from pipeline.domain.text_edits import LONGEST_TEXT, TextEditRequest, fault, left_out, pieces
from tests.example_files import commission

MOST_S = 4.0
"""Of CPU time; most take a tenth of a second, and what grew with the square of a text minutes."""

REPEATED = ["\\(", "\\[", "\\\\(", "$$", "$a ", "`", "`a ``", "[a", "[", "![a](b ", '[1](a "']
REPEATED += [
    "$$\n",
    "\n$$ $$\n",
    "1$ [@a] ",
    "1$[@a]到",
    "[1](a '",
    ".[@",
    "。[@a",
    "<http://a",
    "[@a] ",
    "\\( [@a] ",
    "a\n=\n",
    "- a\n",
]


KNOWN = PassageId("0123456789")
PASSAGES = {KNOWN: Passage(id=KNOWN, source_id=SourceId("a"), text="x")}
NESTED = [
    ("[" * 10_000, f"[@{KNOWN}]", "]" * 10_000),
    ("[" * 2_000, f"[@{KNOWN}]", "]" * 2_000 + "]("),
    ("【" * 10_000, f"@{KNOWN}", "】" * 10_000),
    ("［" * 10_000, f"[@{KNOWN}]", "］" * 10_000),
    ("[see " * 3_000, f"【@{KNOWN}】", "]" * 3_000),
    ("\\" * 10_000, f"[@{KNOWN}]", "]("),
    ("", f"[@{KNOWN}]", " ]( [" + r"\[" * 10_000),
    (f"@{KNOWN}" * 2_000, f"@{KNOWN}", ""),
    ("[" * 10_000, f"[@{KNOWN}] 潮汐", "]" * 10_000),
    ("\n\n> " + " " * 20_000 + "x `a` ", f"[@{KNOWN}]", ""),
    ("\n\n> " + "> " * 8_000 + "x `a` ", f"[@{KNOWN}]", ""),
    ("\n\n> " + "=" * 20_000 + "x `a` ", f"[@{KNOWN}]", ""),
]


def seconds(work: Callable[[str], object], text: str) -> float:
    with thread_cost() as cost:
        work(text)
    return cost.seconds


@pytest.mark.parametrize("repeated", REPEATED)
@pytest.mark.parametrize(
    "work", [protected, pieces, cited, bracketed, without_markers, sentence_spans]
)
def test_what_is_opened_again_and_again_is_read_quickly(
    work: Callable[[str], object], repeated: str
) -> None:
    text = f"潮汐 {repeated * (2 * LONGEST_TEXT // len(repeated))}x"

    assert seconds(work, text) < MOST_S


@pytest.mark.parametrize(("before", "marker", "behind"), NESTED)
def test_citations_are_checked_and_numbered_quickly_whatever_is_around_them(
    before: str, marker: str, behind: str
) -> None:
    text = f"潮汐{before}{marker}{behind}"
    numbering = Numbering({KNOWN: 1}, ())

    assert seconds(lambda given: checked(given, PASSAGES), text) < MOST_S
    assert seconds(lambda given: rendered(given, numbering), text) < MOST_S
    assert checked(text, PASSAGES).cited == (KNOWN,)


@pytest.mark.parametrize("repeated", REPEATED)
@pytest.mark.parametrize("marker", ["", f"[@{KNOWN}]"])
def test_what_is_opened_again_and_again_is_checked_quickly(repeated: str, marker: str) -> None:
    text = f"潮汐 {repeated * (LONGEST_TEXT // len(repeated))}{marker}x"

    assert seconds(lambda given: checked(given, PASSAGES), text) < MOST_S
    assert seconds(lambda given: rendered(given, Numbering({}, ())), text) < MOST_S


@pytest.mark.parametrize("repeated", REPEATED)
def test_an_answer_of_such_marks_is_judged_quickly(repeated: str) -> None:
    text = f"潮汐 {repeated * (LONGEST_TEXT // 2 // len(repeated))}"
    edit = TextEditRequest(action="polish", text=text)

    assert seconds(lambda answer: fault(edit, answer), f"{text * 2} x") < MOST_S
    assert seconds(lambda answer: left_out(edit, answer), f"{text * 2} x") < MOST_S


@pytest.mark.parametrize("work", [cited, bracketed, headings, protected])
@pytest.mark.parametrize("begun", ["[@a", "[1", "[1](a", "# a", "# "])
def test_a_long_gap_behind_what_was_begun_is_passed_quickly(
    work: Callable[[str], object], begun: str
) -> None:
    assert seconds(work, f"{begun}{' ' * 40_000}- x") < MOST_S


@pytest.mark.parametrize("head", ["\\[ {}", "a | b\n---|---{}", "\\[ x\n{}"])
def test_a_long_first_line_is_not_read_again_for_each_line_below_it(head: str) -> None:
    text = head.format("-" * 40_000) + "\n- x \\]" * 10_000

    assert seconds(blocks, text) < MOST_S


@pytest.mark.parametrize("wrong", ["@", "\\[", "[@a]"])
def test_openings_are_passed_quickly_whose_end_stands_behind_what_no_formula_has(
    wrong: str,
) -> None:
    text = "x " + "\\( a " * 8_000 + wrong + " \\)"

    assert seconds(protected, text) < MOST_S
    assert protected(text) == []


def test_ticks_of_every_length_that_nothing_closes_are_passed_quickly() -> None:
    text = "".join(f"{'`' * size} a " for size in range(1, 400))

    assert seconds(protected, text) < MOST_S
    assert protected(text) == []


def test_offline_thousands_of_short_sentences_are_summed_up_quickly() -> None:
    text = " ".join(f"A{number} is b{number}." for number in range(1_500))

    assert seconds(summary, text) < MOST_S


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        (r"\(a\) \( \(b\)", [r"\(a\)", r"\( \(b\)"]),
        (r"\(a\) \(b", [r"\(a\)"]),
        (r"\[a](b) \(", []),
        (r"\(a [@m] b\) \(c\)", [r"\(c\)"]),
        ("`a` ``b` c", ["`a`"]),
        ("x $$a$$ $$b", ["$$a$$"]),
        ("x $$$$ $a$", ["$a$"]),
    ],
)
def test_what_is_closed_before_what_is_not_is_found(text: str, kept: list[str]) -> None:
    assert [text[start:end] for start, end in protected(text)] == kept


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('[1](a "b") [2]', ["[2]"]),
        ("[1](a 'b') [2](a (b))", []),
        ("[1  -  3] [4 ,  5]", ["[1]", "[2]", "[3]", "[4]", "[5]"]),
    ],
)
def test_links_and_ranges_are_told_apart_as_before(text: str, found: list[str]) -> None:
    assert bracketed(text) == found


@pytest.mark.parametrize(
    ("line", "title"),
    [("# a #", "a"), ("## a b ##  ", "a b"), ("# a#", "a#"), ("# a # b", "a # b"), ("#", "")],
)
def test_the_marks_that_close_a_heading_are_none_of_its_title(line: str, title: str) -> None:
    assert headings(line) == [(line.split(" ", maxsplit=1)[0].count("#"), title)]


@pytest.mark.parametrize(
    ("begun", "repeated", "end"),
    [
        ("A report covering speed", " ", "x"),
        ("A report covering", "\n", "."),
        ("A report covering speed", " not", ""),
        ("A report with an overview", "\t", "x"),
        ("写一份铁路报告，包括线路、车站等", "个", "多"),
        ("写一份铁路报告，包括", "等个", "多"),
        ("写一份铁路报告。不", "在写中写中", "：\n- 票价"),
        ("Do not write of", " these", ":\n- prices"),
        ("", "Do not discuss sections on ", ""),
        ("", "a chapter ", "x"),
    ],
)
def test_a_prompt_is_understood_in_time_that_grows_with_its_length(
    begun: str, repeated: str, end: str
) -> None:
    text = f"{begun}{repeated * (20_000 // len(repeated))}{end}"

    assert seconds(lambda prompt: read_query(commission(prompt)), text) < MOST_S
    assert seconds(demands_of, text) < MOST_S
