import pytest

from evals.outlines import HumanText, offline_titles, rows, scores, texts
from pipeline.domain.documents import Block

MISSED = [
    "outline, headings hidden, English: recall",
    "outline, headings hidden, Chinese: recall",
]
"""Titles of a text without headings: hardly more of people's than its most frequent words are."""


def a_text(*headings: str) -> HumanText:
    blocks = [Block(kind="heading", text=title, level=2) for title in headings]
    return HumanText("潮汐", "zh", "潮汐", tuple(blocks))


def test_the_titles_of_people_themselves_score_one() -> None:
    text = a_text("潮汐能的成本", "选址与环境", "Fire safety")

    assert scores([text], lambda each: each.truth) == (1.0, 1.0)


def test_one_title_answers_one_heading_only() -> None:
    text = a_text("潮汐能的成本", "潮汐能的成本分析")

    recall, precision = scores([text], lambda _: ["潮汐能的成本"])

    assert recall == 0.5
    assert precision == 1.0


def test_titles_on_something_else_score_nothing() -> None:
    assert scores([a_text("潮汐能的成本")], lambda _: ["数据库备份", "Road"]) == (0.0, 0.0)


@pytest.mark.parametrize("half", ["tune", "test"])
def test_the_texts_have_headings_in_both_languages_and_none_that_is_shown(half: str) -> None:
    found = texts(half)

    assert {text.language for text in found} == {"en", "zh"}
    assert all(len(text.truth) >= 4 for text in found)
    assert all(block.kind != "heading" for text in found for block in text.plain)


def test_no_text_is_in_both_halves() -> None:
    tune, test = ({text.name for text in texts(half)} for half in ("tune", "test"))

    assert not tune & test


def test_a_text_without_its_headings_gets_titles_that_meet_some_of_them() -> None:
    text = next(text for text in texts("tune") if text.language == "zh")

    recall, _ = scores([text], offline_titles)

    assert recall > 0.1


@pytest.mark.long
@pytest.mark.timeout(240)
def test_every_goal_of_outlines_is_met_but_those_that_are_told_as_missed() -> None:
    assert [row.name for row in rows() if row.met is False] == MISSED
