"""What an edited text has to keep: citations, links, code and formulas."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.domain.text_edits import (
    EditAction,
    Fault,
    TextEditRequest,
    fault,
    left_out,
    pieces,
)

TEXT = """潮汐能可以预测[@tides]，成本仍高 [3][5–6]，见[年报](https://example.org/a_(b))。

它的功率是 $P=\\rho g h$，用 `power()` 计算[^n]。

```python
rows[0] = 1
```
"""
EVERYTHING = {
    "[@tides]": "citation",
    "[3]": "citation",
    "[5]": "citation",
    "[6]": "citation",
    "[^n]": "citation",
    "https://example.org/a_(b)": "link",
    "$P=\\rho g h$": "formula",
    "`power()`": "code",
    "```python\nrows[0] = 1\n```": "code",
}


def an_edit(text: str = TEXT, action: EditAction = "polish", **given: str) -> TextEditRequest:
    return TextEditRequest.model_validate({"text": text, "action": action, **given})


def test_citations_links_code_and_formulas_are_what_only_an_author_changes() -> None:
    assert pieces(TEXT) == EVERYTHING


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("See [1, 3-4] and [2].", ["[1]", "[3]", "[4]", "[2]"]),
        ("A year [1966-2020] is no range of sources.", ["[1966]", "[2020]"]),
        ("`rows[0]` and [text][1] and \\[7] are", ["[1]", "`rows[0]`"]),
        (
            "https://a.example/x, or <https://b.example>.",
            ["https://b.example", "https://a.example/x"],
        ),
        ("![图](img/tide.png)", ["img/tide.png"]),
        ("- [ ] to do, [sic]", []),
    ],
)
def test_only_what_is_one_counts_as_one(text: str, found: list[str]) -> None:
    assert list(pieces(text)) == found


@pytest.mark.parametrize("piece", EVERYTHING)
def test_a_polished_text_that_lacks_one_is_not_taken(piece: str) -> None:
    kept = "\n\n".join(f"这里是 {other}" for other in EVERYTHING if other != piece)
    kept = kept.replace("这里是 https://example.org/a_(b)", "[这里](https://example.org/a_(b))")
    kept = kept.replace("这里是 ```", "```")

    assert fault(an_edit(), kept) == Fault("lost", (piece,))
    assert left_out(an_edit(), kept) == (piece,)


def test_a_text_in_other_words_with_all_of_them_is_taken() -> None:
    other = (
        "可以预测的是潮汐能 [@tides]；它的成本依然偏高[3, 5-6]（[见年报](https://example.org/a_(b))）。\n\n"
        "`power()` 按 $P=\\rho g h$ 算出功率[^n]。\n\n```python\n  rows[0] = 1\n```"
    )

    assert fault(an_edit(), other) is None
    assert left_out(an_edit(), other) == ()


@pytest.mark.parametrize("action", ["polish", "expand", "summarize", "continue_writing", "custom"])
@pytest.mark.parametrize("made_up", ["[7]", "[@moon]", "https://made-up.example"])
def test_a_citation_or_an_address_that_was_not_given_is_never_taken(
    action: EditAction, made_up: str
) -> None:
    edit = an_edit("Tides rise [3].", action, command="Rewrite")

    assert fault(edit, f"Tides rise [3], they say {made_up}") == Fault("invented", (made_up,))


def test_what_the_context_or_the_command_names_may_be_used() -> None:
    edit = an_edit(
        "Tides rise.",
        "custom",
        command="Cite [4] and https://given.example here.",
        context="The Moon [@moon] pulls.",
    )

    assert fault(edit, "Tides rise [4][@moon], see https://given.example.") is None


@pytest.mark.parametrize(
    ("action", "answer", "reason"),
    [
        ("summarize", "Tides rise [2].", None),
        ("summarize", "Tides rise.", "lost"),
        ("continue_writing", "And they fall.", None),
        ("expand", "Tides rise [1], for the Moon pulls them. They rise.", "lost"),
        ("polish", "潮水上涨[1][2]。", "other_language"),
        ("continue_writing", "然后退潮。", "other_language"),
        ("custom", "潮水上涨[1][2]。", None),
        ("polish", " \n", "empty"),
    ],
)
def test_each_action_has_its_own_measure(
    action: EditAction, answer: str, reason: str | None
) -> None:
    edit = an_edit("Tides rise [1]. They rise twice a day [2].", action, command="翻译成中文")

    found = fault(edit, answer)

    assert (found.reason if found else None) == reason


def test_a_command_may_mean_to_take_something_away() -> None:
    edit = an_edit("Tides rise [1].", "custom", command="Remove the citations")

    assert fault(edit, "Tides rise.") == Fault("lost", ("[1]",))
    assert fault(edit, "Tides rise.", is_last=True) is None
    assert left_out(edit, "Tides rise.") == ("[1]",)


def test_code_in_english_does_not_make_a_chinese_text_english() -> None:
    code = "```\n" + "some_long_english_name = another_name\n" * 20 + "```"
    edit = an_edit(f"如下：\n\n{code}")

    assert fault(edit, f"如下所示：\n\n{code}") is None


@given(st.text(max_size=300))
def test_every_text_is_a_polished_one_of_itself(text: str) -> None:
    if text.strip():
        assert fault(an_edit(text), text) is None
