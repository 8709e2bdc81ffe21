"""What the writer of a section is told of the tree, and when its text is written anew."""

import asyncio
import tracemalloc
from collections.abc import Callable, Mapping

import pytest

from benchmarks.pace import thread_cost
from pipeline.adapters.passage_index import PassageIndex
from pipeline.domain.briefs import ChapterBrief, Commission, SectionBrief
from pipeline.domain.documents import (
    ContextFile,
    DocumentSection,
    NodeId,
    Outline,
    OutlineNode,
    Reading,
    SourceId,
)
from pipeline.domain.jobs import DocumentGenerationRequest, DocumentResult, JobKind
from pipeline.domain.outline import leaves, word_targets
from pipeline.errors import PipelineError
from pipeline.graphs.assignment import assignment
from pipeline.graphs.section import section_brief
from pipeline.graphs.work import GraphWork
from pipeline.ports import Material
from tests.graph_fakes import (
    NOW,
    FreeSlots,
    ListJournal,
    ScriptedAuthor,
    ScriptedBibliographer,
    TextMaterial,
    TextShelf,
    job_of,
)

MOON = ContextFile(file_id="moon", file_name="moon.md", content="# Tides\n\nThe Moon raises tides.")
SUN = ContextFile(file_id="sun", file_name="太阳.md", content="# 太阳\n\n太阳也引起潮汐。")


class SearchableShelf(TextShelf):
    """Reads as the fake does, and searches by words as the program does."""

    async def material(
        self,
        readings: Mapping[SourceId, Reading],
        trouble: Callable[[PipelineError], None] | None = None,
    ) -> Material:
        return PassageIndex(readings)


def node(name: str, title: str, *children: OutlineNode, **given: object) -> OutlineNode:
    return OutlineNode.model_validate(
        {"id": name, "title": title, "children": children, "target_words": 100} | given
    )


def outline(*chapters: OutlineNode) -> Outline:
    return Outline(title="潮汐", nodes=chapters)


def write(
    tree: Outline, *files: ContextFile, journal: ListJournal | None = None, **options: object
) -> tuple[ScriptedAuthor, list[DocumentSection]]:
    author = ScriptedAuthor()
    request = DocumentGenerationRequest.model_validate(
        {"outline": tree, "context_files": files} | options
    )
    work = GraphWork(author, SearchableShelf(), lambda: NOW, 1_000, ScriptedBibliographer())
    job = job_of(JobKind.DOCUMENT)
    result = asyncio.run(
        work(job, request.model_dump_json(), journal or ListJournal(), FreeSlots())
    )
    return author, list(DocumentResult.model_validate_json(result).document.sections)


def briefs(author: ScriptedAuthor) -> dict[str, SectionBrief]:
    return {b.node_id: b for b in author.asked if isinstance(b, SectionBrief)}


def test_what_the_author_says_of_a_chapter_reaches_the_writers_of_its_sections() -> None:
    below = node("c", "月球", node("d", "引力"), notes="少用公式")
    tree = outline(node("a", "Causes", node("b", "The Sun"), below, content_summary="Why."))

    asked = briefs(write(tree)[0])

    above = {name: [(n.title, n.summary, n.notes) for n in asked[name].above] for name in asked}
    assert above == {
        "b": [("Causes", "Why.", "")],
        "d": [("Causes", "Why.", ""), ("月球", "", "少用公式")],
    }


def test_sources_bound_to_a_chapter_hold_for_its_sections_unless_they_have_their_own() -> None:
    own = node("c", "引力", source_ids=["moon"])
    tree = outline(node("a", "The Moon", node("b", "Gravity"), own, source_ids=["sun"]))

    asked = briefs(write(tree, MOON, SUN)[0])

    sources = {name: [p.source_id for p in asked[name].passages] for name in asked}
    assert sources == {"b": ["sun", "moon"], "c": ["moon"]}


def test_sources_that_are_bound_alone_are_all_that_is_searched() -> None:
    tree = outline(
        node("a", "The Moon", node("b", "引力"), source_ids=["sun"], sources_only=True),
        node("c", "The Sun"),
    )

    asked = briefs(write(tree, MOON, SUN)[0])

    sources = {name: [p.source_id for p in asked[name].passages] for name in asked}
    assert sources == {"b": ["sun"], "c": ["moon", "sun"]}


def test_a_section_whose_bound_source_could_not_be_read_draws_on_the_others() -> None:
    gone = ContextFile(file_id="gone", file_name="坏.md", content="UNREADABLE")
    tree = outline(node("a", "The Moon", source_ids=["gone"]))

    assert [p.source_id for p in briefs(write(tree, gone, MOON)[0])["a"].passages] == ["moon"]


@pytest.mark.parametrize("title", ["月球与潮汐", "Quantum chromodynamics"])
def test_a_section_that_no_word_of_the_files_fits_gets_their_openings(title: str) -> None:
    file = MOON if title.startswith("月") else SUN

    asked = briefs(write(outline(node("a", title)), file)[0])

    assert [p.source_id for p in asked["a"].passages] == [file.file_id]


def test_a_section_that_is_moved_keeps_its_text() -> None:
    journal, section = ListJournal(), node("s", "引力")
    first, second = node("b", "太阳"), node("d", "月球")
    write(outline(node("a", "成因", section, first), node("c", "Use", second)), journal=journal)

    moved = outline(
        node("a", "成因", first), node("c", "Use", section, second, content_summary="New.")
    )

    assert briefs(write(moved, journal=journal)[0]) == {}


def test_notes_on_a_chapter_make_its_sections_stale_and_no_others() -> None:
    journal, chapter = ListJournal(), node("a", "成因", node("b", "月球"), node("c", "The Sun"))
    write(outline(chapter, node("d", "Use")), journal=journal)

    noted = chapter.model_copy(update={"notes": "Name no figures."})

    assert set(briefs(write(outline(noted, node("d", "Use")), journal=journal)[0])) == {"b", "c"}


@pytest.mark.parametrize(
    ("changed", "options"),
    [
        ({"content_summary": "为何涨落"}, {}),
        ({"title": "Why"}, {}),
        ({}, {"tone": "plain"}),
        ({}, {"audience": "学生"}),
    ],
)
def test_a_chapter_is_fused_anew_when_what_the_editor_is_told_changed(
    changed: dict[str, str], options: dict[str, str]
) -> None:
    journal, chapter = ListJournal(), node("a", "成因", node("b", "月球"), node("c", "The Sun"))
    write(outline(chapter), journal=journal)

    author, _ = write(outline(chapter.model_copy(update=changed)), journal=journal, **options)

    assert [b.chapter_id for b in author.asked if isinstance(b, ChapterBrief)] == ["a"]


def test_a_fused_chapter_is_not_taken_for_one_whose_sections_have_other_ids() -> None:
    journal = ListJournal()
    write(outline(node("a", "成因", node("b", "月球"), node("c", "The Sun"))), journal=journal)

    renamed = outline(node("a", "成因", node("x", "月球"), node("y", "The Sun")))
    author, sections = write(renamed, journal=journal)

    assert [b.chapter_id for b in author.asked if isinstance(b, ChapterBrief)] == ["a"]
    assert [s.id for s in sections if s.content] == ["x", "y"]


def test_a_thousand_briefs_share_what_is_the_same_in_all() -> None:
    chapters = (
        node(f"c{c}", "章", *(node(f"n{c}.{i}", f"小节 {c}.{i}") for i in range(20)))
        for c in range(50)
    )
    tree = outline(*chapters)
    request = DocumentGenerationRequest(outline=tree)
    tracemalloc.start()

    with thread_cost() as cost:
        shared = assignment(request, Commission(), TextMaterial({}), word_targets(tree, 100_000))
        made = [section_brief(place, shared) for place in leaves(tree.nodes)]

    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(made) == 1_000
    assert len({id(brief.neighbours) for brief in made}) == 1
    assert sum(1 for _ in made[500].others) == 999
    assert peak < 50_000_000
    assert cost.seconds < 0.5


def test_every_brief_has_all_headings_of_the_material() -> None:
    author, _ = write(outline(node("a", "成因"), node("b", "Use")), MOON, SUN)

    found = [brief.headings for brief in briefs(author).values()]

    assert found == [{"Tides", "太阳"}] * 2
    assert len(set(map(id, found))) == 1


def test_a_section_is_not_among_its_others() -> None:
    tree = outline(node("a", "成因"), node("b", "Use"), node("c", "成因"))
    request = DocumentGenerationRequest(outline=tree)
    shared = assignment(request, Commission(), TextMaterial({}), word_targets(tree, 300))

    brief = section_brief(leaves(tree.nodes)[2], shared)

    assert brief.node_id == NodeId("c")
    assert [(n.number, n.title) for n in brief.others] == [("1", "成因"), ("2", "Use")]


@pytest.mark.parametrize(
    "options",
    [
        {"citation_style": "gb-t-7714-2015"},
        {"web_search": True},
        {"second_opinion": True},
        {"priority": "high"},
        {"target_words": 9_000},
    ],
)
def test_options_that_no_writer_is_told_leave_the_texts_as_they_are(
    options: dict[str, object],
) -> None:
    journal, tree = ListJournal(), outline(node("a", "月球"), node("b", "The Sun"))
    _, before = write(tree, MOON, SUN, journal=journal)

    author, after = write(tree, MOON, SUN, journal=journal, **options)

    assert author.asked == []
    assert after == before


def test_bound_sources_make_a_text_stale_only_by_the_passages_that_they_bring() -> None:
    journal, moon, sun = ListJournal(), node("a", "The Moon"), node("b", "太阳")
    write(outline(moon, sun), MOON, SUN, journal=journal)

    first = moon.model_copy(update={"source_ids": ("moon",)})
    only = sun.model_copy(update={"source_ids": ("moon",), "sources_only": True})
    found_again, _ = write(outline(first, sun), MOON, SUN, journal=journal)
    others, _ = write(outline(first, only), MOON, SUN, journal=journal)

    assert found_again.asked == []
    assert {name: [p.source_id for p in b.passages] for name, b in briefs(others).items()} == {
        "b": ["moon"]
    }
