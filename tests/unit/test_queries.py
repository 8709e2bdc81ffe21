from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.domain.documents import NodeId, OutlineNode
from pipeline.domain.outline import Place, leaves
from pipeline.domain.queries import (
    MOST_QUERIES,
    distinct,
    fused,
    queries_for,
    queries_of_prompt,
    speaks_of,
)


def node(title: str, *children: OutlineNode, **fields: Any) -> OutlineNode:
    return OutlineNode(id=NodeId(title or "n"), title=title, children=children, **fields)


def only_leaf(top: OutlineNode) -> Place:
    (place,) = leaves([top])
    return place


def test_a_section_is_searched_by_its_title_by_all_of_it_and_under_the_titles_above() -> None:
    place = only_leaf(
        node(
            "Tides", node("Power", node("Costs", content_summary="Dams are dear, currents cheap."))
        )
    )

    assert queries_for(place) == (
        "Costs",
        "Power Costs Dams are dear, currents cheap.",
        "Costs Power Tides",
    )


def test_each_question_of_the_author_is_a_search_of_its_own() -> None:
    place = only_leaf(
        node(
            "潮汐",
            node(
                "成本", notes="坝的造价是多少？不要列表。寿命有多长？", content_summary="比较造价。"
            ),
        )
    )

    found = queries_for(place)

    assert found[0] == "成本"
    assert "坝的造价是多少？" in found
    assert "寿命有多长？" in found
    assert all("潮汐" in query for query in found[1:3])


def test_notes_above_a_section_are_searched_for_it_too() -> None:
    place = only_leaf(node("Tides", node("Costs"), notes="Compare with wind farms."))

    assert "Compare with wind farms." in queries_for(place)
    assert "wind farms" in queries_for(place)[1]


def test_a_chapter_without_sections_is_searched_with_the_subject_of_the_whole() -> None:
    assert queries_for(only_leaf(node("概述")), subject="潮汐发电") == ("概述", "概述 潮汐发电")
    assert "Tidal" not in str(
        queries_for(only_leaf(node("Tides", node("Costs"))), subject="Tidal power")
    )


def test_a_title_alone_is_one_search() -> None:
    assert queries_for(only_leaf(node("Costs"))) == ("Costs",)


def test_a_node_without_words_asks_for_nothing() -> None:
    assert queries_for(only_leaf(node("", node(" ")))) == ()


def test_the_number_of_searches_is_bounded() -> None:
    notes = " ".join(f"How high is the dam in bay {number}?" for number in range(40))

    assert len(queries_for(only_leaf(node("Dams", notes=notes)))) == MOST_QUERIES


def test_a_prompt_is_searched_as_a_whole_and_sentence_by_sentence() -> None:
    prompt = "写一份潮汐能报告。比较建坝与潮流发电的成本。"

    assert queries_of_prompt(prompt) == (prompt, "写一份潮汐能报告。", "比较建坝与潮流发电的成本。")


@pytest.mark.parametrize(
    ("queries", "left"),
    [
        (["tides", "Tides", "tide"], ("tides",)),
        (["潮汐  能\n源"], ("潮汐 能 源",)),
        (["the of", "the of", ""], ("the of",)),
        (["?", "  "], ("?",)),
    ],
)
def test_what_asks_for_the_same_is_asked_once(queries: list[str], left: tuple[str, ...]) -> None:
    assert distinct(queries) == left


def test_what_several_searches_find_comes_before_what_one_finds_first() -> None:
    assert fused([["a", "b", "c"], ["d", "b", "e"]]) == ["b", "a", "d", "c", "e"]


@given(st.lists(st.lists(st.integers(0, 30), unique=True, max_size=12), max_size=5))
def test_fusing_loses_nothing_and_repeats_nothing(rankings: list[list[int]]) -> None:
    found = fused(rankings)

    assert sorted(found) == sorted({each for ranking in rankings for each in ranking})


@given(st.lists(st.integers(), unique=True, max_size=20), st.integers(1, 4))
def test_rankings_that_agree_stay_as_they_are(ranking: list[int], times: int) -> None:
    assert fused([ranking] * times) == ranking


def test_a_passage_speaks_of_a_query_when_it_has_a_third_of_its_terms() -> None:
    text = "潮汐电站的造价很高。Barrages cost more than rotors."

    assert speaks_of(text, ["cost of barrages"])
    assert speaks_of(text, ["鱼类", "电站造价"])
    assert not speaks_of(text, ["cost accounting for railway bridges in the mountains"])
    assert not speaks_of(text, [])
