"""What the outline job says of its sources: in its result, in its last event and in the draft."""

import asyncio
from itertools import pairwise

import pytest

from pipeline.domain.documents import ContextFile, FileRole, ProposedNode, ProposedOutline, SourceId
from pipeline.domain.edits import OPERATION, apply_operations
from pipeline.domain.growth import await_growth, grow, grow_all
from pipeline.domain.jobs import (
    EventId,
    JobKind,
    OutlineGenerationRequest,
    OutlineNodeAdded,
    OutlineResult,
    OutlineSources,
)
from pipeline.domain.manuscripts import OutlineDraft
from pipeline.domain.outline import walk
from pipeline.graphs.work import GraphWork
from tests.graph_fakes import (
    NOW,
    FreeSlots,
    ListJournal,
    ScriptedAuthor,
    ScriptedBibliographer,
    TextShelf,
    job_of,
)

MOON = "# 月球\n\n月球引起大潮和小潮，潮差随月相变化。" + "月球的引力使海水涨落。" * 5
POWER = "# Power\n\nA barrage lets the tide run through turbines. A lagoon is a basin for them."
FISH = "# Fish\n\nMigrating salmon pass turbines slowly; ladders help them past a barrage."


def node(
    title: str, *children: ProposedNode, sources: str = "", denied: bool = False
) -> ProposedNode:
    return ProposedNode(
        title=title,
        source_ids=tuple(SourceId(each) for each in sources.split()),
        is_uncovered=denied,
        children=children,
    )


def material(*texts: str) -> list[ContextFile]:
    return [
        ContextFile(file_id=f"f{i}", file_name=f"资料{i}.md", content=text)
        for i, text in enumerate(texts, start=1)
    ]


def run(
    nodes: list[ProposedNode],
    files: list[ContextFile],
    journal: ListJournal | None = None,
    author: ScriptedAuthor | None = None,
) -> OutlineResult:
    request = OutlineGenerationRequest(task_prompt="写潮汐能", context_files=tuple(files))
    author = author or ScriptedAuthor(outline=ProposedOutline(title="潮汐能", nodes=tuple(nodes)))
    work = GraphWork(author, TextShelf(), lambda: NOW, 1_000, ScriptedBibliographer())
    job = job_of(JobKind.OUTLINE)
    journal = journal or ListJournal()
    result = asyncio.run(work(job, request.model_dump_json(), journal, FreeSlots()))
    return OutlineResult.model_validate_json(result)


def bound(result: OutlineResult) -> dict[str, tuple[str, ...]]:
    return {p.node.title: p.node.source_ids for p in walk(result.outline.nodes)}


def uncovered(result: OutlineResult) -> list[str]:
    titles = {p.node.id: p.node.title for p in walk(result.outline.nodes)}
    return [titles[node_id] for node_id in result.uncovered]


def draft_of(journal: ListJournal, *, upto: int | None = None) -> OutlineDraft:
    numbered = [(EventId(f"1-{i}"), event) for i, event in enumerate(journal.events, start=1)]
    return grow_all(await_growth(OutlineDraft()), numbered[:upto])


def test_the_result_names_every_source_and_what_carries_each_section() -> None:
    nodes = [
        node("Works", node("Barrages"), node("Ladders for salmon"), node("Seaweed farming")),
        node("Overview"),
    ]

    result = run(nodes, material(POWER, FISH))

    assert [source.id for source in result.sources] == ["f1", "f2"]
    assert bound(result) == {
        "Works": (),
        "Barrages": ("f1", "f2"),
        "Ladders for salmon": ("f2",),
        "Seaweed farming": (),
        "Overview": (),
    }
    assert uncovered(result) == ["Seaweed farming"]


def test_a_proposals_own_words_on_its_sources_come_first() -> None:
    nodes = [
        node("大潮与小潮", sources="f2 made-up f1 f2"),
        node("Barrages", sources="gone"),
        node("渔业权", denied=True),
        node("Lagoons", denied=True),
    ]

    result = run(nodes, material(POWER, MOON))

    assert bound(result) == {
        "大潮与小潮": ("f2", "f1"),
        "Barrages": ("f1",),
        "渔业权": (),
        "Lagoons": ("f1",),
    }
    assert uncovered(result) == ["渔业权"]


def test_one_source_is_not_bound_but_what_a_model_names_stays() -> None:
    journal = ListJournal()

    result = run([node("Barrages"), node("Lagoons", sources="f1")], material(POWER), journal)

    assert bound(result) == {"Barrages": (), "Lagoons": ("f1",)}
    (told,) = [event for event in journal.events if isinstance(event, OutlineSources)]
    assert list(told.carried.values()) == [("f1",)]


@pytest.mark.parametrize("files", [[], material("UNREADABLE", POWER)[1:]])
def test_the_last_event_says_what_the_result_says(files: list[ContextFile]) -> None:
    journal = ListJournal()

    result = run([node("Barrages"), node("Seaweed")], files, journal)

    last = journal.events[-1]
    assert isinstance(last, OutlineSources)
    assert last.uncovered == result.uncovered
    assert len(result.uncovered) == len(files)
    assert draft_of(journal).uncovered == result.uncovered
    assert draft_of(journal).outline == result.outline


def test_an_attempt_that_takes_over_says_the_same() -> None:
    nodes = [node("Barrages"), node("大潮", sources="f2"), node("Seaweed", denied=True)]
    files = material(POWER, MOON)
    stored, asked = ListJournal(), ScriptedAuthor()

    first = run(nodes, files, stored)
    from_the_unit = run([], files, stored, asked)
    made_again = run(nodes, files, ListJournal())

    assert from_the_unit == made_again == first
    assert asked.asked == []


def test_events_that_are_replayed_change_nothing() -> None:
    journal = ListJournal()
    run([node("Barrages"), node("Ladders"), node("Seaweed")], material(POWER, FISH), journal)
    numbered = [(EventId(f"1-{i}"), event) for i, event in enumerate(journal.events, start=1)]
    draft = draft_of(journal)

    assert grow_all(draft, numbered) is draft
    for before, after in pairwise(range(0, len(numbered) + 1, 2)):
        part = grow_all(await_growth(OutlineDraft()), numbered[:after])
        assert grow_all(part, numbered[before:]) == draft


def test_what_the_author_binds_while_it_grows_is_kept() -> None:
    journal = ListJournal()
    run([node("Barrages"), node("Ladders"), node("Seaweed")], material(POWER, FISH), journal)
    first, second, third = [e.node_id for e in journal.events if isinstance(e, OutlineNodeAdded)]
    changes = [
        {"t": "set", "seq": 1, "id": first, "k": "source_ids", "v": ["f2"]},
        {"t": "set", "seq": 2, "id": first, "k": "sources_only", "v": True},
        {"t": "set", "seq": 3, "id": third, "k": "title", "v": "海带养殖"},
    ]
    operations = [OPERATION.validate_python(change) for change in changes]
    growing = draft_of(journal, upto=len(journal.events) - 1)
    edited = apply_operations(growing, "tab", operations, max_nodes=9, max_depth=9).draft

    draft = grow(edited, EventId(f"1-{len(journal.events)}"), journal.events[-1])

    nodes = {each.id: (each.source_ids, each.sources_only) for each in draft.outline.nodes}
    assert nodes == {first: (("f2",), True), second: (("f2",), False), third: ((), False)}
    assert draft.uncovered == ()


def test_the_authors_own_outline_stays_as_it_is_and_is_told_what_the_material_holds() -> None:
    own = ContextFile(
        file_id="own",
        file_name="大纲.md",
        file_type=FileRole.OUTLINE,
        content="# 潮汐能\n\n## Barrages\n\n## Seaweed farming",
    )
    journal = ListJournal()

    result = run([node("x")], [own, *material(POWER, FISH)], journal)

    assert bound(result) == {"Barrages": (), "Seaweed farming": ()}
    assert uncovered(result) == ["Seaweed farming"]
    draft = draft_of(journal)
    assert draft.outline == result.outline
    assert [(draft.carried, draft.uncovered)] == [
        ({result.outline.nodes[0].id: ("f1", "f2")}, result.uncovered)
    ]


def test_two_hundred_nodes_are_told_of_their_sources() -> None:
    nodes = [
        node(f"Chapter {i}", *(node(f"{'Barrages' if j % 2 else '海藻'} {j}") for j in range(9)))
        for i in range(20)
    ]
    journal = ListJournal()

    result = run(nodes, material(POWER, FISH), journal)

    sections = [p for p in walk(result.outline.nodes) if p.is_leaf]
    assert len(sections) == 180
    assert {p.node.source_ids for p in sections if "Barrages" in p.node.title} == {("f1", "f2")}
    assert result.uncovered == ()  # the rest is in another language than the material
    assert draft_of(journal).outline == result.outline
