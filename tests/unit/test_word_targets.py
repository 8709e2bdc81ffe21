import pytest

from pipeline.domain.documents import NodeId, Outline, OutlineNode
from pipeline.domain.outline import FEWEST_WORDS, word_targets


def of(title: str, *targets: int | None) -> Outline:
    nodes = (
        OutlineNode(id=NodeId(f"n{i}"), title=f"{title} {i}", target_words=target)
        for i, target in enumerate(targets)
    )
    return Outline(title=title, nodes=tuple(nodes))


@pytest.mark.parametrize("title", ["Tides", "潮汐"])
def test_sections_without_a_target_share_what_is_left(title: str) -> None:
    assert word_targets(of(title, 400, None, None), 1_000) == {"n0": 400, "n1": 300, "n2": 300}


@pytest.mark.parametrize("title", ["Tides", "潮汐"])
@pytest.mark.parametrize("total", [0, 1_000, 1_070])
def test_a_section_added_to_a_proposal_is_as_long_as_the_others(title: str, total: int) -> None:
    assert word_targets(of(title, 500, 300, 200, None), total) == {
        "n0": 500,
        "n1": 300,
        "n2": 200,
        "n3": 333,
    }


@pytest.mark.parametrize("title", ["Tides", "潮汐"])
def test_one_long_section_does_not_make_all_others_as_long(title: str) -> None:
    targets = word_targets(of(title, 3_800, *[None] * 19), 4_000)

    assert {words for name, words in targets.items() if name != "n0"} == {200}


def test_no_section_is_asked_for_less_than_a_paragraph() -> None:
    assert set(word_targets(of("短", *[None] * 20), 400).values()) == {FEWEST_WORDS}
    assert word_targets(of("空"), 400) == {}
