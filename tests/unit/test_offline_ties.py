"""Sections that decide alone which sentences are theirs: none is told twice, or left by all."""

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.adapters.offline_author.belonging import own_sentences
from pipeline.adapters.offline_author.sentences import candidates
from pipeline.domain.briefs import Commission, Neighbour, SectionBrief
from pipeline.domain.documents import NodeId, Passage, PassageId, SourceId

SUBJECTS = (
    "tides",
    "gates",
    "costs",
    "batteries",
    "storms",
    "pilots",
    "潮汐",
    "闸门",
    "造价",
    "电池",
)


def neighbour(number: int, title: str, summary: str = "", sources: str = "") -> Neighbour:
    return Neighbour(
        number=str(number),
        title=title.capitalize(),
        summary=summary,
        source_ids=tuple(SourceId(each) for each in sources),
    )


def passage(place: int, text: str, *path: str, source: str = "a") -> Passage:
    return Passage(
        id=PassageId(f"p{place}"),
        source_id=SourceId(source),
        text=text,
        heading_path=path,
        position=place,
    )


def told_by(
    sections: tuple[Neighbour, ...],
    passages: tuple[Passage, ...],
    found: Mapping[str, tuple[Passage, ...]] | None = None,
) -> dict[str, list[str]]:
    """Who tells each passage, which is a sentence; `found` is what each section has of them."""
    headings = frozenset(heading for each in passages for heading in each.heading_path)
    told: dict[str, list[str]] = {each.text: [] for each in passages}
    for section in sections:
        brief = SectionBrief(
            commission=Commission(has_material=True),
            node_id=NodeId("n"),
            number=section.number,
            title=section.title,
            summary=section.summary,
            target_words=300,
            neighbours=sections,
            headings=headings,
        )
        for sentence in own_sentences(
            brief, candidates((found or {}).get(section.number, passages))
        ):
            told[sentence.text].append(section.number)
    return told


@st.composite
def sections_and_passages(
    draw: st.DrawFn,
) -> tuple[tuple[Neighbour, ...], tuple[Passage, ...]]:
    words = st.lists(st.sampled_from(SUBJECTS), min_size=1, max_size=3, unique=True).map(" ".join)
    sections = tuple(
        neighbour(
            number,
            draw(words),
            draw(words),
            draw(st.sampled_from(["", "a", "b", "ab"])),
        )
        for number in range(1, draw(st.integers(2, 5)) + 1)
    )
    heads = st.sampled_from([*(each.title for each in sections), "Winter", "冬季"])
    passages = tuple(
        passage(
            place,
            f"The {draw(words)} of place {place} need {draw(words)} each year.",
            *draw(st.lists(heads, max_size=2)),
            source=draw(st.sampled_from("ab")),
        )
        for place in range(1, 4)
    )
    return sections, passages


@given(sections_and_passages())
def test_no_sentence_is_told_by_two_sections(
    given_: tuple[tuple[Neighbour, ...], tuple[Passage, ...]],
) -> None:
    told = told_by(*given_)

    assert {text: numbers for text, numbers in told.items() if len(numbers) > 1} == {}


@pytest.mark.parametrize(
    ("sections", "text", "source"),
    [
        (
            (
                neighbour(1, "Winter pilots", "Covers: winter, storms.", "ab"),
                neighbour(2, "Costs winter copper", "Covers: tides, pilots, metal.", "b"),
            ),
            "The tides of place 0 need safety and gates each year.",
            "a",
        ),
        (
            (
                neighbour(1, "Tides costs winter", "Covers: costs.", "ab"),
                neighbour(2, "Batteries pilots safety", "", "a"),
            ),
            "The copper of place 0 need batteries and metal each year.",
            "b",
        ),
    ],
)
def test_a_section_that_would_not_take_a_sentence_keeps_it_from_nobody(
    sections: tuple[Neighbour, ...], text: str, source: str
) -> None:
    assert told_by(sections, (passage(1, text, source=source),)) == {text: ["1"]}


def test_sections_bound_to_one_source_share_what_speaks_of_none_of_them() -> None:
    sections = (
        neighbour(1, "Tides", "", "a"),
        neighbour(2, "Metal", "", "ab"),
        neighbour(3, "Gates", "", "b"),
    )
    text = "The copper of place 3 need storms and safety each year."

    (numbers,) = told_by(sections, (passage(1, text, "Winter"),)).values()

    assert len(numbers) == 1


@pytest.mark.parametrize(
    ("titles", "text"),
    [
        (("Costs", "Battery safety"), "Battery safety raises the costs of a plant."),
        (("造价", "电池安全"), "电池安全提高了整个电站的造价。"),
    ],
)
def test_all_sections_know_the_headings_that_only_one_of_them_has_found(
    titles: tuple[str, str], text: str
) -> None:
    sections = (neighbour(1, titles[0]), neighbour(2, titles[1]))
    costs = passage(1, text, sections[0].title)
    safety = passage(2, "The cells burn. 电芯会燃烧。", sections[1].title)

    told = told_by(sections, (costs, safety), {"1": (costs,), "2": (costs, safety)})

    assert told[text] == ["1"]
