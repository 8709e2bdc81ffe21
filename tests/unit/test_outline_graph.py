"""The outline graph over fakes: what it announces, under which ids; what an own file becomes."""

import asyncio

from pipeline.domain.documents import (
    ContextFile,
    FileRole,
    NodeId,
    Outline,
    OutlineNode,
    ProposedNode,
    ProposedOutline,
    SourceId,
)
from pipeline.domain.growth import await_growth, grow
from pipeline.domain.jobs import (
    EventId,
    JobKind,
    OutlineGenerationRequest,
    OutlineNodeAdded,
    OutlineReset,
    OutlineResult,
    OutlineTitled,
    TaskProgress,
)
from pipeline.domain.manuscripts import OutlineDraft
from pipeline.domain.outline import walk
from pipeline.domain.outline_text import to_markdown
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
from tests.unit.trees import shape


def proposed(*nodes: ProposedNode, title: str = "潮汐能") -> ProposedOutline:
    return ProposedOutline(title=title, nodes=nodes)


def node(title: str, *children: ProposedNode) -> ProposedNode:
    return ProposedNode(title=title, children=children)


def own_file(text: str, name: str = "我的大纲.md") -> ContextFile:
    return ContextFile(file_id=name, file_name=name, file_type=FileRole.OUTLINE, content=text)


def outline_of(
    proposal: ProposedOutline, *files: ContextFile, journal: ListJournal | None = None
) -> Outline:
    request = OutlineGenerationRequest(task_prompt="写潮汐能", context_files=files)
    work = GraphWork(
        ScriptedAuthor(outline=proposal), TextShelf(), lambda: NOW, 1_000, ScriptedBibliographer()
    )
    result = asyncio.run(
        work(
            job_of(JobKind.OUTLINE),
            request.model_dump_json(),
            journal or ListJournal(),
            FreeSlots(),
        )
    )
    return OutlineResult.model_validate_json(result).outline


def ids_of(outline: Outline) -> dict[str, NodeId]:
    return {f"{place.number} {place.node.title}": place.node.id for place in walk(outline.nodes)}


def told(outline: Outline) -> list[tuple[str, str, str, int]]:
    return [
        (p.node.title, p.node.content_summary, p.node.notes, p.depth) for p in walk(outline.nodes)
    ]


def draft_of(journal: ListJournal) -> OutlineDraft:
    draft = await_growth(OutlineDraft())
    for number, event in enumerate(journal.events, start=1):
        draft = grow(draft, EventId(f"1-{number}"), event)
    return draft


def test_a_proposal_without_a_title_gets_the_jobs_in_the_result_and_in_the_draft() -> None:
    journal = ListJournal()

    result = outline_of(proposed(node("成因"), node("利用"), title=" "), journal=journal)

    titles = [event.title for event in journal.events if isinstance(event, OutlineTitled)]
    assert (result.title, titles) == ("Tides", ["Tides"])
    assert draft_of(journal).outline.title == "Tides"


def test_sources_that_the_author_cannot_write_from_are_told() -> None:
    journal = ListJournal()
    given = proposed(node("成因"))

    outline_of(given.model_copy(update={"left_out": (SourceId("a"),)}), journal=journal)

    said = [event.progress for event in journal.events if isinstance(event, TaskProgress)]
    assert [text for text in said if "in another language" in text] == [
        "Sources in another language than the document: 1. Without a model they cannot be used."
    ]


def test_a_node_has_the_same_id_in_every_attempt_and_another_node_in_its_place_another_one() -> (
    None
):
    first = ids_of(outline_of(proposed(node("成因", node("概述")), node("利用", node("概述")))))
    again = ids_of(outline_of(proposed(node("成因", node("概述")), node("利用", node("概述")))))
    other = ids_of(outline_of(proposed(node("历史", node("概述")), node("利用", node("概述")))))

    assert again == first
    assert other["2 利用"] == first["2 利用"]
    assert not {other["1 历史"], other["1.1 概述"]} & set(first.values())


def test_equal_titles_have_ids_of_their_own_wherever_they_stand() -> None:
    twice = proposed(node("同名", node("同名"), node("同名")), node("同名", node("同名")))

    ids = ids_of(outline_of(twice))

    assert len(set(ids.values())) == 5


def test_the_authors_own_file_gives_title_and_chapters_as_they_stand() -> None:
    journal = ListJournal()

    result = outline_of(
        proposed(node("x")), own_file("# 潮汐能\n\n## One\n\n## Two"), journal=journal
    )

    assert (result.title, shape(result.nodes)) == ("潮汐能", ["One", "Two"])
    assert draft_of(journal).outline == result


def test_an_own_outline_without_a_title_is_called_as_its_file_is() -> None:
    result = outline_of(proposed(node("x")), own_file("# One\n\n# Two", "v1.2 大纲.md"))

    assert (result.title, shape(result.nodes)) == ("v1.2 大纲", ["One", "Two"])


def test_an_own_outline_has_the_same_ids_in_every_attempt() -> None:
    own = own_file("# One\n\n# Two")

    assert outline_of(proposed(node("x")), own) == outline_of(proposed(node("x")), own)


def test_the_draft_of_an_own_outline_keeps_its_notes() -> None:
    tree = Outline(
        title="潮汐",
        nodes=(
            OutlineNode(id=NodeId("a"), title="成因", content_summary="月球", notes="写短一点"),
            OutlineNode(id=NodeId("b"), title="Use"),
        ),
    )
    journal = ListJournal()

    result = outline_of(proposed(node("x")), own_file(to_markdown(tree)), journal=journal)

    assert told(result) == told(tree)
    assert told(draft_of(journal).outline) == told(tree)


def test_a_second_outline_file_is_left_out_and_named() -> None:
    journal = ListJournal()

    outline_of(
        proposed(node("x")),
        own_file("UNREADABLE", "坏.md"),
        own_file("# One\n\n# Two", "甲.md"),
        own_file("# Three\n\n# Four", "乙.md"),
        journal=journal,
    )

    said = [e.progress for e in journal.events if isinstance(e, TaskProgress)]
    assert [s for s in said if "乙.md" in s and "甲.md" in s] == [
        "Left out the outline “乙.md”: one job takes over one outline, “甲.md”."
    ]
    assert not [s for s in said if s.startswith("Left out") and "坏.md" in s]


def test_an_attempt_begins_by_withdrawing_what_an_earlier_one_announced() -> None:
    journal = ListJournal()

    outline_of(proposed(node("成因")), journal=journal)

    kinds = [type(e) for e in journal.events if isinstance(e, OutlineReset | OutlineNodeAdded)]
    assert kinds == [OutlineReset, OutlineNodeAdded]
