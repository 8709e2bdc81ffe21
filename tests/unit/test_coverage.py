"""Which sources carry a section, and which sections no source speaks of."""

from collections.abc import Mapping, Sequence

import pytest

from benchmarks.pace import thread_cost
from components.examples import EXAMPLES
from evals.coverage import uncovered
from evals.labelled_sections import SECTIONS
from pipeline.adapters.passage_index import PassageIndex
from pipeline.domain.coverage import (
    PASSAGES_PER_SECTION,
    Coverage,
    Looked,
    coverage,
    query_of,
    sections_by_source,
    unbound,
    with_sources,
)
from pipeline.domain.documents import (
    Block,
    Language,
    NodeId,
    Outline,
    OutlineNode,
    Reading,
    SourceId,
)
from pipeline.domain.language import detect_language
from pipeline.domain.outline import leaves
from pipeline.domain.units import short_id

BARRAGE = "A barrage holds back the high tide and lets it run through turbines. " * 3
LAGOON = "A lagoon is an artificial basin; its wall costs more than its turbines. " * 3
FISH = "水轮机会伤害洄游鱼类，因此需要鱼道和较慢的转速。" * 3


def reading(*paragraphs: str) -> Reading:
    blocks = [
        Block(kind="heading", text=p.lstrip("# "), level=len(p) - len(p.lstrip("#")))
        if p.startswith("#")
        else Block(kind="paragraph", text=p)
        for p in paragraphs
    ]
    return Reading(
        sha256=short_id(*paragraphs),
        title=paragraphs[0][:20],
        language=detect_language("".join(paragraphs)),
        blocks=tuple(blocks),
    )


def node(title: str, *children: OutlineNode, summary: str = "", sources: str = "") -> OutlineNode:
    return OutlineNode(
        id=NodeId(title),
        title=title,
        content_summary=summary,
        children=children,
        source_ids=tuple(SourceId(each) for each in sources.split()),
    )


def outline(*nodes: OutlineNode, title: str = "Tidal power") -> Outline:
    return Outline(title=title, nodes=nodes)


def covered(tree: Outline, sources: Mapping[str, Reading], denied: Sequence[str] = ()) -> Coverage:
    """What the real search finds, judged."""
    readings = {SourceId(name): read for name, read in sources.items()}
    index = PassageIndex(readings)
    looked = [
        Looked(place, index.find(query_of(place), limit=PASSAGES_PER_SECTION))
        for place in leaves(tree.nodes)
    ]
    languages: dict[SourceId, Language] = {name: r.language for name, r in readings.items()}
    return coverage(tree, looked, languages, [NodeId(each) for each in denied])


@pytest.mark.parametrize("name", SECTIONS)
@pytest.mark.parametrize("headings", ["as they stand", "left out"])
@pytest.mark.parametrize(("told", "least_found"), [("summary", 0.7), ("title only", 0.45)])
def test_no_section_that_a_file_speaks_of_is_called_uncovered_and_most_others_are(
    name: str, headings: str, told: str, least_found: float
) -> None:
    paragraphs = EXAMPLES[name].content().decode().split("\n\n")
    kept = [p for p in paragraphs if headings == "as they stand" or not p.startswith("#")]
    labelled = SECTIONS[name]
    sections = [*labelled.covered, *labelled.uncovered]
    tree = outline(
        *(
            node(f"{above} {i}", node(title, summary=summary if told == "summary" else ""))
            for i, (title, summary, above) in enumerate(sections)
        ),
        title=labelled.title,
    )

    found = set(covered(tree, {"file": reading(*kept)}).uncovered)

    assert found & {title for title, _, _ in labelled.covered} == set()
    rest = {title for title, _, _ in labelled.uncovered}
    assert len(found & rest) >= least_found * len(rest)


def test_the_nearest_sources_are_bound_where_there_are_several() -> None:
    tree = outline(node("Barrages"), node("Lagoon walls"), node("Barrages and lagoons"))
    sources = {"a": reading(BARRAGE), "b": reading(LAGOON), "c": reading("Seaweed is salted. " * 9)}

    found = covered(tree, sources)

    assert found.bound[NodeId("Barrages")] == ("a",)
    assert found.bound[NodeId("Lagoon walls")] == ("b",)
    assert set(found.bound[NodeId("Barrages and lagoons")]) == {"a", "b"}
    assert (found.carried, found.uncovered) == ({}, ())


def test_one_source_is_bound_to_nothing_and_its_sections_are_known() -> None:
    tree = outline(node("Barrages"), node("Seaweed farming"))

    found = covered(tree, {"a": reading(BARRAGE)})

    assert found == Coverage(
        {}, {NodeId("Barrages"): (SourceId("a"),)}, (NodeId("Seaweed farming"),)
    )


def test_sources_that_the_proposal_names_stay_and_what_stands_below_them_is_left_alone() -> None:
    tree = outline(
        node("Works", node("Lagoon walls"), node("Seaweed farming"), sources="a"),
        node("Fisheries", sources="b a"),
    )

    found = covered(tree, {"a": reading(BARRAGE), "b": reading(LAGOON)})

    bound = {n.id: n.source_ids for n in tree.nodes}
    assert found == Coverage(bound, {}, ())


def test_a_proposal_that_denies_a_section_is_believed_unless_a_passage_clearly_speaks_of_it() -> (
    None
):
    tree = outline(
        node("Barrages"),
        node("Turbines of Norwegian make and their prices"),
        node("Fish", node("Ladders"), node("Lagoon walls")),
    )
    sources = {"a": reading(BARRAGE), "b": reading(LAGOON)}

    believed = covered(tree, sources, denied=[n.id for n in tree.nodes])

    assert "Turbines of Norwegian make and their prices" not in covered(tree, sources).uncovered
    assert believed.uncovered == ("Turbines of Norwegian make and their prices", "Ladders")
    assert set(believed.bound) == {"Barrages", "Lagoon walls"}


@pytest.mark.parametrize("title", ["Fish ladders", "鱼类保护"])
def test_material_in_another_language_never_counts_as_silent_without_a_models_word(
    title: str,
) -> None:
    other = reading(FISH) if title == "Fish ladders" else reading(LAGOON)
    own = reading(BARRAGE) if title == "Fish ladders" else reading("堤坝需要每年检查一次。" * 9)
    tree = outline(node(title))

    assert covered(tree, {"other": other}).uncovered == ()
    assert covered(tree, {"other": other, "own": own}).uncovered == ()
    assert covered(tree, {"own": own}).uncovered == (title,)
    assert covered(tree, {"other": other}, denied=[title]).uncovered == (title,)


@pytest.mark.parametrize("title", ["Introduction", "Summary and outlook", "引言", "总结与展望"])
def test_a_section_that_is_only_structure_is_never_called_uncovered(title: str) -> None:
    source = reading(BARRAGE) if title.isascii() else reading(FISH)

    assert covered(outline(node(title)), {"a": source}).uncovered == ()


def test_without_sources_nothing_is_said() -> None:
    assert covered(outline(node("Barrages")), {}) == Coverage()


def test_an_outline_of_the_authors_own_is_told_of_its_sources_and_bound_to_none() -> None:
    found = Coverage(
        {NodeId("a"): (SourceId("s1"),)}, {NodeId("b"): (SourceId("s2"),)}, (NodeId("c"),)
    )

    assert unbound(found) == Coverage(
        {}, {NodeId("a"): (SourceId("s1"),), NodeId("b"): (SourceId("s2"),)}, (NodeId("c"),)
    )


def test_sources_are_bound_anywhere_in_the_tree_and_nothing_else_changes() -> None:
    tree = outline(node("A", node("A1", sources="s1"), node("A2")))

    bound = with_sources(tree, {NodeId("A2"): (SourceId("s2"),)})

    assert bound == outline(node("A", node("A1", sources="s1"), node("A2", sources="s2")))


def test_a_source_carries_the_sections_that_it_is_bound_to_or_was_found_for() -> None:
    tree = outline(
        node("A", node("A1"), node("A2", sources="s2"), sources="s1"), node("B"), node("C")
    )

    counted = sections_by_source(
        tree, {NodeId("B"): (SourceId("s1"), SourceId("s3")), NodeId("A1"): (SourceId("s9"),)}
    )

    assert counted == {"s1": 2, "s2": 1, "s3": 1}


def test_two_hundred_sections_are_judged_in_a_second() -> None:
    paragraphs = [f"{BARRAGE} {i} {LAGOON} {FISH}" for i in range(300)]
    tree = outline(*(node(f"Barrage {i}", summary="鱼道与转速 and the wall") for i in range(200)))
    index = PassageIndex({SourceId("a"): reading(*paragraphs)})
    looked = [
        Looked(place, index.find(query_of(place), limit=PASSAGES_PER_SECTION))
        for place in leaves(tree.nodes)
    ]

    with thread_cost() as cost:
        coverage(tree, looked, {SourceId("a"): "en"})

    assert cost.seconds < 1


@pytest.mark.parametrize(("name", "least"), [("grid", 11), ("evaluation", 12)])
def test_sections_on_another_matter_that_share_a_word_with_the_file_are_called_uncovered(
    name: str, least: int
) -> None:
    labelled = SECTIONS[name]

    told = set(uncovered(name, labelled))

    assert not told & {title for title, _, _ in labelled.covered}
    assert len(told) >= least
