import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.pace import thread_cost
from pipeline.domain.citations import (
    checked,
    cited,
    numbered,
    references,
    rendered,
    without_markers,
)
from pipeline.domain.documents import Passage, PassageId, Source, SourceId

MOON, SUN, WIND = PassageId("a1b2c3d4e5f6"), PassageId("0f0f0f0f0f"), PassageId("beefbeefbeef")
TIDES = Source(id=SourceId("tides"), title="Tides", file_name="tides.pdf", pages=12)
COAST = Source(id=SourceId("coast"), title="海岸风能", file_name="coast.md")
PASSAGES = {
    MOON: Passage(id=MOON, source_id=TIDES.id, text="The Moon raises tides."),
    SUN: Passage(id=SUN, source_id=TIDES.id, text="The Sun helps."),
    WIND: Passage(id=WIND, source_id=COAST.id, text="海岸多风。"),
}


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("A claim [@a1].", ["a1"]),
        ("A group [@a1; @b2] and [@c3][@a1].", ["a1", "b2", "c3", "a1"]),
        ("论断[@a1]，又一论断【@b2】。", ["a1", "b2"]),
        ("With a page [@a1, p. 4].", ["a1"]),
        ("Nothing [x], [Smith 2020], [1], [^1], a@b.org.", []),
        ("`[@a1]` and ``x `[@b2]` y``", []),
        ("```text\n[@a1]\n```\nAfter [@b2].", ["b2"]),
        ("~~~\n[@a1]\n", []),
        ("Math $x_[@a1]$ and $$\n[@b2]\n$$ end [@c3].", ["c3"]),
        ("It costs $5 [@a1] or $6 [@b2].", ["a1", "b2"]),
        ("A link [@a1](https://example.org) is no marker.", []),
    ],
)
def test_markers_are_found_where_text_is_and_nowhere_else(text: str, ids: list[str]) -> None:
    assert cited(text) == ids


NO_MARKERS = (
    "Write to a@b.org (a@b.org) [a@b.org], <mailto:a@b.org> or [me](mailto:a@b.org).",
    "Ask @jack (@jack) [ask @jack], （见@小明）.",
    f"`(@{MOON})` and (see `[see @{MOON}]`).",
    f"[see @{MOON}](https://example.org) and $x(@{MOON})$",
    "The sign [@] and [S1] (S2) [S3, p. 4].",
    "Install [@angular/core] first, or [@types/node, @types/react].",
    "[@anna: please check] [@anna, thanks] [@user@host.social] 【@小明：请看】",
    "Within [@anna, see [this], please].",
)


@pytest.mark.parametrize(
    ("text", "clean", "unknown"),
    [
        (f"True [@{MOON}].", f"True [@{MOON}].", 0),
        ("Made up [@p9].", "Made up.", 1),
        ("Made up [@p9] . Next.", "Made up. Next.", 1),
        ("Made [@p9] up.", "Made up.", 1),
        ("[@p9] At the start.", "At the start.", 1),
        (f"Both [@{MOON}; @p9][@p8].", f"Both [@{MOON}].", 2),
        (f"Twice [@{MOON}][@{MOON}] .", f"Twice [@{MOON}].", 0),
        (f"潮汐由月球引起【@{MOON}，@p9】。", f"潮汐由月球引起[@{MOON}]。", 1),
        ("编造的说法 [@p9] 。", "编造的说法。", 1),
        ("Keep `[@p9]` and [x] [1].", "Keep `[@p9]` and [x] [1].", 0),
        (f"Written [@{MOON};{SUN}].", f"Written [@{MOON}][@{SUN}].", 0),
        (f"Written [@{MOON} and @{SUN}].", f"Written [@{MOON}][@{SUN}].", 0),
        (f"Written [see @{MOON}].", f"Written [@{MOON}].", 0),
        (f"写作（见@{MOON}，第 3 页）。", f"写作[@{MOON}]。", 0),
        (f"Written (@{MOON}).", f"Written [@{MOON}].", 0),
        (f"[@{MOON}, @{SUN}, p. 4; @p9]", f"[@{MOON}][@{SUN}]", 1),
        (f"Written [@{MOON}.].", f"Written [@{MOON}].", 0),
        (rf"Written \[@{MOON}\].", f"Written [@{MOON}].", 0),
        ("Written [@p9](see above).", "Written (see above).", 1),
        (f"Open [@{MOON} and on.", f"Open [@{MOON}] and on.", 0),
        ("Open [@p9", "Open", 1),
        (f"Within [@{MOON}, see [@{SUN}]].", f"Within [@{MOON}], see [@{SUN}].", 0),
        (f"Within [@{MOON} [@{SUN}]] [x]].", f"Within [@{MOON}][@{SUN}] [x]].", 0),
        ("Within [@p9, see [7]] 7].", "Within, see [7] 7].", 1),
        (f"潮汐[@{MOON}，参见 [第 3 页]]。", f"潮汐[@{MOON}]，参见 [第 3 页]。", 0),
        (f"Within [@{MOON} `[`] x].", f"Within [@{MOON}] `[` x].", 0),
        (f"Doubled [[@{MOON}]].", f"Doubled [@{MOON}].", 0),
        (f"Doubled [see [@{MOON}]; [@{SUN}], p. 4].", f"Doubled [@{MOON}][@{SUN}].", 0),
        ("Doubled [参见 [@p9]]。", "Doubled。", 1),
        (f"[Tides [@{MOON}]] [[x]]", f"[Tides [@{MOON}]] [[x]]", 0),
        (
            f"In [0, 1 [@{MOON}]] and x[10 [@{MOON}]].",
            f"In [0, 1 [@{MOON}]] and x[10 [@{MOON}]].",
            0,
        ),
        (f"战争 [1966–1984 [@{MOON}]]。", f"战争 [1966–1984 [@{MOON}]]。", 0),
        (f"战争 [见[@{MOON}]第3–4页]。", f"战争 [@{MOON}]。", 0),
        (f"[[@{MOON}]](https://example.org)", f"[[@{MOON}]](https://example.org)", 0),
        (f"$a[[x]]$ and `[@{MOON}, see [x]]`", f"$a[[x]]$ and `[@{MOON}, see [x]]`", 0),
        ("Made up (@deadbeef0123, p. 4).", "Made up.", 1),
        ("Made up (@deadbeef01, p. 4).", "Made up.", 1),
        ("Made up [@deadbeef01 says so].", "Made up [says so].", 1),
        (f"[@p9, @{MOON}, p. 4] [@p9 on @{MOON}]", f"[@{MOON}] [@p9 on [@{MOON}]]", 1),
        ("Open [@p9 and on.", "Open and on.", 1),
        (f"[as @{MOON} shows, costs fell]", f"[as [@{MOON}] shows, costs fell]", 0),
        (rf"On \[0, 1) [@{MOON}], on (0, 1\].", rf"On \[0, 1) [@{MOON}], on (0, 1\].", 0),
        (f"[@{MOON}]: https://example.org", f"[@{MOON}]\\: https://example.org", 0),
        (f"[@{MOON}] [@{SUN}] :\nx", f"[@{MOON}][@{SUN}]\\:\nx", 0),
        (f"> 1. 【@{MOON}】: 潮汐。", f"> 1. [@{MOON}]\\: 潮汐。", 0),
        (f"A\r  [@{MOON}, p. 4]: x", f"A\r  [@{MOON}]\\: x", 0),
        (f"潮汐[@{MOON}]: x\n[@p9]: y", f"潮汐[@{MOON}]: x\n: y", 1),
        (f"```\n[@{MOON}]: x\n```", f"```\n[@{MOON}]: x\n```", 0),
        (f"潮汐[@{MOON}](x) 【@{SUN}】( x )", f"潮汐[@{MOON}] (x) [@{SUN}] ( x )", 0),
        (f"![@{MOON}](<a b>)[@{SUN}][x]", f"![@{MOON}] (<a b>)[@{SUN}] [x]", 0),
        ("Made up [@deadbeef0123](https://e.org).", "Made up (https://e.org).", 1),
        (f"[@anna]( x ) [@{MOON}]", f"[@anna]( x ) [@{MOON}]", 0),
        (f"[Tides [@{MOON}]](https://e.org).", f"[Tides](https://e.org) [@{MOON}].", 0),
        (
            f'![图[@{SUN}] 与 [@{MOON}, p. 4]](https://e.org/a_(b) "t")。',
            f'![图 与](https://e.org/a_(b) "t")[@{SUN}][@{MOON}]。',
            0,
        ),
        ("[Tides [@deadbeef0123]](https://e.org).", "[Tides](https://e.org).", 1),
        (f"`[Tides [@{MOON}]](https://e.org)`", f"`[Tides [@{MOON}]](https://e.org)`", 0),
        (f"$$ x [@{MOON}; @{SUN}] $$", f"$$ x $$ [@{MOON}][@{SUN}]", 0),
        (f"> $$\n> x\n> [@{MOON}]\n> $$\n> 潮", f"> $$\n> x\n> $$\n> [@{MOON}]\n> 潮", 0),
        (f"$$\n[@{MOON}]\n$$\n潮", f"[@{MOON}]\n潮", 0),
        (f"$x[@{MOON}]$ 潮", f"$x$[@{MOON}] 潮", 0),
        (f"[@{SUN}]$[[@{MOON}]]$", f"[@{SUN}][@{MOON}]", 0),
        (f"`$x[@{MOON}]$`", f"`$x[@{MOON}]$`", 0),
        *((same, same, 0) for same in NO_MARKERS),
    ],
)
def test_a_marker_without_a_known_passage_is_removed_and_counted(
    text: str, clean: str, unknown: int
) -> None:
    draft = checked(text, PASSAGES)

    assert (draft.text, draft.unknown_markers) == (clean, unknown)


def test_a_draft_names_each_cited_passage_once_in_order() -> None:
    draft = checked(f"A [@{SUN}]. B [@{MOON}]. C [@{SUN}].", PASSAGES)

    assert draft.cited == (SUN, MOON)


def test_sources_are_numbered_in_the_order_of_their_first_citation() -> None:
    texts = [f"海岸多风[@{WIND}]。", f"Tides [@{MOON}], and more [@{SUN}]."]

    numbering = numbered(texts, PASSAGES, [TIDES, COAST])

    assert numbering.numbers == {WIND: 1, MOON: 2, SUN: 2}
    assert [entry.text for entry in references(numbering, "en")] == [
        "海岸风能 (coast.md)",
        "Tides (tides.pdf, 12 pages)",
    ]


def test_numbers_and_markers_are_replaced_in_one_pass_and_none_hides_the_other() -> None:
    text = rf"A [7] b [@{MOON}]](x) c \[ d, [1, 2] and [1-3]."

    content = rendered(text, numbered([text], PASSAGES, [TIDES]))

    assert content == (r"A &#91;7&#93; b [1]](x) c \[ d, &#91;1, 2&#93; and &#91;1-3&#93;.")


@pytest.mark.parametrize(
    "text",
    [
        f"[@{MOON}" + " " * 20_000,
        "[@a" * 10_000,
        "(@a " * 10_000,
        "[@" + "a@" * 10_000,
        '[7](a "' * 3_000,
        f"[@{MOON} " * 3_000,
        "[@" + "a." * 20_000,
        f"[@{MOON} [x] " * 3_000 + "]" * 3_000,
        "[" * 20_000 + f"[@{MOON}]" * 200,
        "[" + "[@a]" * 10_000,
        "> - " * 10_000 + "[@a]]:",
        "[0 " * 3_000 + f"[@{MOON}]](x)" * 1_000,
        f"[[@{MOON}]\n](" * 3_000,
        f"[x 【@{MOON}】" * 3_000 + "](x)",
        f"[x{' ' * 20_000}[@{MOON}{' ' * 20_000}](https://e.org)",
        f"[x [@{MOON}]](https://e.org" * 3_000,
        f"$$\n{' ' * 20_000}[@{MOON}\n{'> ' * 10_000}$$",
        f"[@{MOON}](" * 3_000,
    ],
)
def test_what_a_model_repeats_without_end_is_checked_at_once(text: str) -> None:
    with thread_cost() as cost:
        rendered(checked(text, PASSAGES).text, numbered([text], PASSAGES, [TIDES]))

    assert cost.seconds < 2


def test_two_sources_with_the_same_file_get_one_number() -> None:
    one = TIDES.model_copy(update={"sha256": "ab" * 32})
    copy = COAST.model_copy(update={"sha256": "ab" * 32})

    numbering = numbered([f"A [@{MOON}] B [@{WIND}]"], PASSAGES, [one, copy])

    assert numbering.numbers == {MOON: 1, WIND: 1}
    assert numbering.sources == (one,)


def test_a_group_is_rendered_sorted_and_without_doubles() -> None:
    numbering = numbered([f"[@{MOON}] [@{WIND}][@{SUN}]"], PASSAGES, [TIDES, COAST])

    assert rendered(f"Both [@{WIND}] [@{SUN}; @{MOON}].", numbering) == "Both [1][2]."
    assert rendered(f"两者皆然[@{WIND}][@{SUN}]。", numbering) == "两者皆然[1][2]。"


def test_a_number_in_brackets_that_is_no_citation_cannot_pass_for_one() -> None:
    numbering = numbered([], PASSAGES, [TIDES])

    text = rendered("As [7] said, see `a[7]` and [1](https://example.org).", numbering)

    assert text == r"As [7\] said, see `a[7]` and [1](https://example.org)."


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (f"\\[8] [@{MOON}] and [3]", r"\[8] [1] and [3&#93;"),
        (f"As [7](see above) [@{MOON}].", r"As [7\](see above) [1]."),
        (f"见 [7](上文[@{MOON}]。", r"见 [7\](上文[1]。"),
        (f'[7](<a b>) [8](a "t") [@{MOON}]', '[7](<a b>) [8](a "t") [1]'),
    ],
)
def test_escaping_a_number_makes_no_formula_and_breaks_no_link(text: str, shown: str) -> None:
    numbering = numbered([text], PASSAGES, [TIDES])

    assert rendered(text, numbering) == shown


def test_a_marker_behind_a_backslash_is_a_citation_like_any_other() -> None:
    draft = checked(rf"Tides \[@{MOON}]. 潮汐\[@p9]。", PASSAGES)

    assert (draft.text, draft.cited) == (f"Tides [@{MOON}]. 潮汐。", (MOON,))


def test_a_passage_whose_source_is_missing_gets_no_number() -> None:
    numbering = numbered([f"A [@{WIND}]."], PASSAGES, [TIDES])

    assert numbering.numbers == {}
    assert rendered(f"A [@{WIND}].", numbering) == "A."


def test_a_text_without_its_markers_reads_on() -> None:
    assert without_markers(f"Tides rise [@{MOON}]. 潮落[@{SUN}][@{WIND}]。") == "Tides rise. 潮落。"


def test_csl_holds_only_what_is_known() -> None:
    entry = references(numbered([f"[@{MOON}]"], PASSAGES, [TIDES]), "zh")[0]

    assert entry.text == "Tides（tides.pdf，12 页）"
    assert entry.csl == {
        "id": "tides",
        "type": "document",
        "title": "Tides",
        "number-of-pages": 12,
        "language": "en-US",
        "custom": {"file_name": "tides.pdf"},
    }


PIECES = st.lists(
    st.sampled_from(
        [
            "Word",
            "。",
            ". ",
            " ",
            "\n\n",
            "`",
            "```\n",
            "$",
            f"[@{MOON}]",
            "[@p9]",
            "[3]",
            "潮汐",
            "[",
            "]",
            "[see ",
            f"[@{MOON}, ",
        ]
    )
).map("".join)


@given(PIECES)
def test_checking_twice_changes_nothing_more(text: str) -> None:
    once = checked(text, PASSAGES)

    assert checked(once.text, PASSAGES).text == once.text
    assert set(once.cited) <= set(PASSAGES)


@given(PIECES)
def test_no_marker_outside_code_survives_rendering(text: str) -> None:
    draft = checked(text, PASSAGES)
    numbering = numbered([draft.text], PASSAGES, [TIDES, COAST])

    assert cited(rendered(draft.text, numbering)) == []


def test_a_checked_text_holds_no_character_that_only_some_take_for_a_line_break() -> None:
    text = "One\x0ctwo\u2028三\u2029四\x85五\x0b六\x1c七.\r\nNext.\n"

    assert checked(text, {}).text == "One two 三 四 五 六 七.\r\nNext.\n"


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("潮汐[[[see [@0123456789]]]]。", "潮汐[@0123456789]。"),
        ("a [x [[@0123456789]]] b", "a [x [@0123456789]] b"),
        ("a [`b` [@0123456789]] [ [@0123456789]", "a [`b` [@0123456789]] [ [@0123456789]"),
        ("【【[@0123456789]；第 3 页】】", "[@0123456789]"),
        (r"a \\\[@0123456789]", "a [@0123456789]"),
        ("@0123456789@0123456789", "[@0123456789]"),
        (r"\\[a [@0123456789]](https://e.org)", r"\\[a](https://e.org) [@0123456789]"),
    ],
)
def test_brackets_around_citations_go_at_once_and_others_stay(written: str, read: str) -> None:
    name = PassageId("0123456789")
    known = {name: Passage(id=name, source_id=SourceId("a"), text="x")}

    assert checked(written, known).text == read
