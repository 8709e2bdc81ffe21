"""When a section's length is corrected, and which corrections are the better text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.domain.documents import Draft
from pipeline.domain.lengths import (
    refusal,
    share_copied,
    share_repeated,
    wants_correction,
    words_in,
)

SENTENCES = {
    "en": (
        "The river rose by two metres in one night and took the lower bridge with it [@p1].",
        "Nobody had measured its level since the spring, when the gauge was moved upstream [@p2].",
        "Farms on the left bank lost their hay, and the mill stood still for a month [@p3].",
        "Later the town built a second dam of oak and stone above the old ford [@p1].",
        "Its gates are opened by hand whenever the keeper sees the water reach the mark.",
    ),
    "zh": (
        "一夜之间河水上涨了两米，下游的桥被冲走[@p1]。",
        "自从春天测站迁到上游以后，再没有人测过水位[@p2]。",
        "左岸的农户失去了干草，磨坊停工整整一个月[@p3]。",
        "后来镇上在旧渡口上方用橡木和石头修了第二道坝[@p1]。",
        "看守人看到水涨到刻度时，便用手把闸门打开。",
    ),
}


def draft(*sentences: str) -> Draft:
    gap = "" if sentences[0].endswith("。") else " "
    return Draft(text=gap.join(sentences))


@pytest.mark.parametrize(
    ("words", "target", "expected"),
    [
        (300, 400, False),
        (299, 400, True),
        (520, 400, False),
        (521, 400, True),
        (30, 80, False),
        (150, 100, False),
        (0, 400, False),
        (1_300, 400, False),
        (1_200, 400, True),
    ],
)
def test_a_length_is_corrected_beyond_its_tolerance_when_it_matters_and_can_be_mended(
    words: int, target: int, expected: bool
) -> None:
    assert wants_correction(words, target) is expected


@given(st.integers(1, 100_000))
def test_a_text_of_its_target_is_never_corrected(target: int) -> None:
    assert not wants_correction(target, target)


@pytest.mark.parametrize(("language", "words"), [("en", 16), ("zh", 18)])
def test_markers_are_no_words(language: str, words: int) -> None:
    assert words_in(SENTENCES[language][0]) == words


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_text_that_was_extended_towards_its_target_is_taken(language: str) -> None:
    one, two, three, four, five = SENTENCES[language]

    assert refusal(draft(one, two), draft(one, two, three, four, five), target=90) == ""


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_text_that_was_tightened_with_all_its_citations_is_taken(language: str) -> None:
    one, two, three, four, five = SENTENCES[language]

    assert refusal(draft(one, two, three, four, five), draft(one, two, three), target=45) == ""


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("missing", [0, 1, 2])
def test_a_text_that_lost_a_citation_is_refused(language: str, missing: int) -> None:
    kept = [s for i, s in enumerate(SENTENCES[language]) if i not in {missing, 3}]

    assert refusal(draft(*SENTENCES[language]), draft(*kept), target=50) == "citation_lost"


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_citation_may_go_that_stood_beside_another_everywhere(language: str) -> None:
    one, two, three, four, five = SENTENCES[language]
    doubled = two.replace("[@p2]", "[@p2][@p9]")
    alone = five.replace("。", "[@p9]。").replace(".", " [@p9].")
    tightened = draft(one, two, three)

    assert refusal(draft(one, doubled, three, four, five), tightened, target=45) == ""
    assert refusal(draft(one, doubled, three, four, alone), tightened, target=45) == (
        "citation_lost"
    )


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("target", [40, 200, 10_000])
def test_a_text_that_comes_hardly_nearer_is_refused(language: str, target: int) -> None:
    text = draft(*SENTENCES[language][:3])

    assert refusal(text, draft(text.text, "Yes, so it was."), target=target) == "not_nearer"


def test_a_text_that_overshoots_to_the_other_side_is_refused() -> None:
    one, two, three, four, five = SENTENCES["en"]

    assert refusal(draft(one, two, three), draft(one, two, three, four, five), target=50) == (
        "not_nearer"
    )


@pytest.mark.parametrize(("first", "second"), [("en", "zh"), ("zh", "en")])
def test_a_text_in_another_language_is_refused(first: str, second: str) -> None:
    whole = draft(*SENTENCES[second], *SENTENCES[second][1:])

    assert refusal(draft(*SENTENCES[first][:3]), whole, target=150) == "other_language"


CODE = "\n\n```python\nlevel = 水位[0]\n```\n\n"
TABLE = "\n\n| 年 | level |\n|---|---|\n| 1890 | 2.1 |\n\n"


@pytest.mark.parametrize("block", [CODE, TABLE, "\n\n$$\nh = 2\n$$\n\n"])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_text_that_lost_code_a_formula_or_a_table_is_refused(language: str, block: str) -> None:
    one, two, three, four, five = SENTENCES[language]
    text = f"{one}{two}{three}{block}{four}{five}"

    assert refusal(Draft(text=text), draft(one, two, three), target=45) == "block_lost"
    assert refusal(Draft(text=text), Draft(text=f"{one}{two}{three}{block}"), target=45) == ""


def test_a_text_whose_code_was_changed_is_refused() -> None:
    one, two, three, four, five = SENTENCES["en"]
    changed = CODE.replace("[0]", "[1]")

    assert refusal(
        Draft(text=f"{one} {two} {three}{CODE}{four} {five}"),
        Draft(text=f"{one} {two} {three}{changed}"),
        target=45,
    ) == ("block_lost")


@pytest.mark.parametrize(
    ("rest", "why"),
    [
        (
            "\n\n```python\nopen = 1\n\nA fence that nobody closed swallows all the rest.",
            "not_whole",
        ),
        ('\n\n<passage id="S4">A tag of the prompt and what stood in it.</passage>', "prompt"),
        ("\n\nMarkers as a prompt has them [S4] and [S5] are left in this sentence.", "prompt"),
        ("\n\n⟦2.1⟧ Sentences with the ids of an editor are no text of a section.", "prompt"),
    ],
)
@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_text_with_traces_of_its_making_is_refused(language: str, rest: str, why: str) -> None:
    one, two, *_ = SENTENCES[language]

    assert refusal(draft(one, two), Draft(text=f"{one}{two}{rest}"), target=50) == why


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_text_filled_up_from_what_it_was_told_is_refused(language: str) -> None:
    one, two, three, four, five = SENTENCES[language]
    longer = draft(one, two, three, four, five)

    assert refusal(draft(one, two), longer, target=90, told=[f"{three}{four}{five}"]) == "copied"
    assert refusal(draft(one, two), longer, target=90, told=[one]) == ""


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_text_filled_up_with_itself_is_refused(language: str) -> None:
    one, two, *_ = SENTENCES[language]

    assert refusal(draft(one, two), draft(one, two, one, two), target=70) == "repeated"


@pytest.mark.parametrize("language", ["en", "zh"])
def test_shares_of_repetition_are_measured_from_none_to_all(language: str) -> None:
    text = draft(*SENTENCES[language]).text

    assert share_repeated(text) == 0
    assert 0.4 < share_repeated(f"{text}\n\n{text}") < 0.55
    assert share_copied(text, told=[text]) == 1
    assert share_copied(text, told=[]) == 0
    assert share_copied("短", told=[text]) == 0
