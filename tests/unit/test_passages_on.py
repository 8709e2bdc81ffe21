import asyncio
from collections.abc import Mapping, Sequence

from pipeline.adapters.passage_index import PassageIndex
from pipeline.domain.documents import Block, Passage, Reading, SourceId
from pipeline.domain.language import detect_language
from pipeline.graphs.research import passages_on
from pipeline.ports import Material

EN, ZH, SHIPS = SourceId("en"), SourceId("zh"), SourceId("ships")

TIDES = {
    "Causes": "The Moon pulls on the sea, and the near side is pulled more than the far side.",
    "Barrages": "A barrage is a dam with turbines across an estuary. It costs a fortune.",
    "Streams": "Underwater rotors use tidal currents and need no dam; they resemble wind farms.",
    "Fish": "Turbines may injure migrating fish, so screens and slow blades were tested.",
}
OTHER = {
    "Ships": "Container ships burn heavy oil. The costs of oil rise with each year.",
    "Costs": "Costs of a barrage are high, costs of rotors are low, and both fall.",
    "Ports": "A port with a quay and a crane serves ships.",
}
CHINESE = {
    "成因": "月球对海水的引力使海面周期性升降。La Rance 电站建于1966年。",
    "成本": "拦潮坝造价高昂，但是运行费用很低。",
}


def reading(name: str, chapters: Mapping[str, str]) -> Reading:
    blocks: list[Block] = []
    for title, text in chapters.items():
        blocks += [Block(kind="heading", text=title, level=1), Block(kind="paragraph", text=text)]
    return Reading(
        sha256=name * 9,
        title=name,
        language=detect_language("".join(chapters.values())),
        blocks=tuple(blocks),
    )


def material() -> Material:
    return PassageIndex(
        {
            EN: reading("en", TIDES),
            SHIPS: reading("ships", OTHER),
            ZH: reading("zh", CHINESE),
        }
    )


def found(
    *queries: str, limit: int = 3, first: Sequence[SourceId] = (), only: bool = False
) -> list[str]:
    passages: tuple[Passage, ...] = asyncio.run(
        passages_on(queries, material(), limit=limit, first=first, only=only)
    )
    return [passage.heading_path[-1] for passage in passages]


def test_what_several_queries_find_comes_first() -> None:
    assert found("costs", "barrage") == ["Costs", "Barrages", "Ships"]


def test_what_fits_in_the_bound_sources_comes_before_what_fits_better_elsewhere() -> None:
    assert found("costs of oil, costs of a barrage", limit=1) == ["Ships"]
    assert found("costs of oil, costs of a barrage", limit=2, first=[EN]) == ["Barrages", "Ships"]


def test_other_sources_fill_the_places_that_the_bound_ones_leave() -> None:
    assert found("migrating fish, ships", limit=3, first=[EN]) == ["Fish", "Ships", "Ports"]


def test_a_stray_word_in_a_bound_source_does_not_put_it_before_what_fits() -> None:
    query = "a crane on the quay serves container ships in the far port"

    assert found(query, limit=2, first=[EN]) == ["Ports", "Ships"]
    assert found(query, limit=3, first=[EN]) == ["Ports", "Ships", "Causes"]


def test_bound_sources_alone_are_searched_alone_and_their_openings_fill_up() -> None:
    assert found("costs of a barrage", first=[EN], only=True) == ["Barrages", "Causes", "Streams"]
    assert found("costs of a barrage", first=[ZH], only=True) == ["成因", "成本"]


def test_a_bound_source_in_another_language_has_half_of_the_places() -> None:
    assert found("costs of a barrage", limit=4, first=[ZH]) == [
        "成因",
        "成本",
        "Barrages",
        "Costs",
    ]


def test_names_and_numbers_are_found_across_languages() -> None:
    assert found("the power station of La Rance, opened in 1966", limit=1) == ["成因"]


def test_a_bound_source_that_is_not_there_binds_nothing_unless_it_is_alone() -> None:
    gone = SourceId("gone")

    assert found("fish", limit=1, first=[gone]) == ["Fish"]
    assert found("fish", limit=1, first=[gone], only=True) == []


def test_where_no_word_fits_the_openings_of_all_sources_come() -> None:
    assert found("quantum chromodynamics") == ["Causes", "Ships", "成因"]
    assert found() == ["Causes", "Ships", "成因"]


def test_there_are_never_more_than_asked_for_and_none_twice() -> None:
    for limit in range(12):
        passages = found("costs", "ships", "成本", limit=limit, first=[EN, ZH])
        assert len(passages) == len(set(passages)) <= limit
