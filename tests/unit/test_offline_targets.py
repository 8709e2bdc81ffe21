"""How long the offline author proposes that sections be."""

import asyncio

import pytest

from pipeline.adapters.offline_author import OfflineAuthor
from pipeline.adapters.offline_author.targets import targets
from pipeline.domain.documents import ProposedNode
from tests.example_files import commission, outline_brief, text_of
from tests.unit.test_offline_outline import leaves

GRID = text_of("grid-storage.md")
SUBJECTS = ("tides", "harbours", "dikes", "ferries", "gulls", "dunes", "locks", "buoys", "piers")


def long_text(title: str, level: int = 1) -> str:
    word = title.rsplit(maxsplit=1)[-1]
    told = " ".join(f"The {word} of bay {i} change slowly over many years." for i in range(40))
    return f"{'#' * level} {title}\n\n{told}\n"


def short_text(title: str) -> str:
    return f"# {title}\n\nThe {title.lower()} of the bay were counted once and never again since.\n"


def proposed_chapters(words: int, **files: str) -> tuple[ProposedNode, ...]:
    brief = outline_brief(commission("A report on the coast", words=words), **files)
    return asyncio.run(OfflineAuthor().propose_outline(brief, lambda _: None)).nodes


def proposed(words: int, **files: str) -> list[ProposedNode]:
    brief = outline_brief(commission("Storage", words=words), **files)
    return leaves(asyncio.run(OfflineAuthor().propose_outline(brief, lambda _: None)).nodes)


def test_a_section_with_four_times_the_material_gets_twice_the_length() -> None:
    assert targets([400, 1_600, 400], 400) == [100, 200, 100]


def test_no_section_is_asked_for_more_than_its_material_can_fill() -> None:
    assert targets([100, 200], 3_000) == [110, 210]


def test_what_a_small_section_cannot_fill_goes_to_the_others() -> None:
    assert targets([20, 5_000], 1_000) == [30, 980]


def test_a_section_without_material_gets_an_even_share() -> None:
    assert targets([0, 4_000], 1_000) == [500, 500]
    assert targets([], 1_000) == []


@pytest.mark.parametrize("words", [600, 900])
def test_the_targets_of_an_outline_add_up_to_the_length_asked_for(words: int) -> None:
    asked = [node.target_words or 0 for node in proposed(words, flat=text_of("grid-storage.md"))]

    assert sum(asked) == pytest.approx(words, rel=0.1)


def test_they_add_up_to_what_the_file_holds_when_more_is_asked_for() -> None:
    asked = [node.target_words or 0 for node in proposed(9_000, flat=text_of("grid-storage.md"))]

    assert 1_000 < sum(asked) < 1_600


def test_of_many_files_the_small_ones_leave_room_for_the_large_ones() -> None:
    large = {f"large{i}": long_text(f"Large {name}") for i, name in enumerate(SUBJECTS[:4])}
    small = {f"small{i}": short_text(f"Small {name}") for i, name in enumerate(SUBJECTS[4:])}

    chapters = proposed_chapters(2_000, **large, **small)

    names = [chapter.title for chapter in chapters]
    assert {f"Large {name}" for name in SUBJECTS[:4]} <= set(names)
    assert sum(name.startswith("Small") for name in names) <= 1


def test_a_heading_with_only_a_table_below_it_is_no_section() -> None:
    table = (
        "## Where to change what\n\n| to change | go to |\n|---|---|\n" + "| text | here |\n" * 40
    )

    titles = [chapter.title for chapter in proposed_chapters(800, flat=f"{GRID}\n{table}")]

    assert "Costs" in titles
    assert "Where to change what" not in titles


def test_many_headings_of_one_level_become_chapters_where_there_is_room_for_all() -> None:
    names = [*SUBJECTS, "Wind", "Salt", "Fog", "Ice", "Rain", "Mud", "Sand"]
    text = "# Coast\n\n" + "\n\n".join(long_text(name.title(), level=2) for name in names)

    wide = proposed_chapters(9_000, flat=text)

    assert len(wide) <= 12
    assert any(chapter.children for chapter in wide)
