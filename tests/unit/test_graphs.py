"""The two graphs over fakes: what nodes report, store, obey and survive."""

import asyncio
from typing import get_type_hints

import pytest

from pipeline.domain.briefs import (
    ChapterBrief,
    ChapterEdits,
    Commission,
    OutlineBrief,
    SectionBrief,
)
from pipeline.domain.documents import (
    ContextFile,
    DocumentSection,
    FileRole,
    NodeId,
    Outline,
    OutlineNode,
    ProposedNode,
    ProposedOutline,
    SectionStatus,
)
from pipeline.domain.jobs import (
    DocumentGenerationRequest,
    DocumentResult,
    FileRead,
    JobKind,
    OutlineGenerationRequest,
    OutlineNodeAdded,
    OutlineResult,
    SectionState,
    TaskProgress,
)
from pipeline.errors import (
    InvalidRequest,
    ModelRejected,
    ModelUnavailable,
    StoreUnavailable,
)
from pipeline.graphs import chapter, document, section
from pipeline.graphs.work import GraphWork
from tests.graph_fakes import (
    NOW,
    FreeSlots,
    ListJournal,
    ScriptedAuthor,
    ScriptedBibliographer,
    TextShelf,
    empty_desk,
    job_of,
)

PROPOSED = ProposedOutline(
    title="潮汐能",
    nodes=(
        ProposedNode(
            title="成因", children=(ProposedNode(title="月球"), ProposedNode(title="太阳"))
        ),
        ProposedNode(title="利用"),
    ),
)

OUTLINE = Outline(
    title="Tides",
    nodes=(
        OutlineNode(
            id=NodeId("a"),
            title="Causes",
            children=(
                OutlineNode(id=NodeId("b"), title="The Moon", notes="Keep it short."),
                OutlineNode(id=NodeId("c"), title="The Moon"),
            ),
        ),
        OutlineNode(id=NodeId("d"), title="发电", content_summary="如何利用潮汐发电"),
    ),
)

FILE = ContextFile(file_id="moon", file_name="moon.md", content="# Tides\n\nThe Moon raises tides.")


def outline_job(
    author: ScriptedAuthor, journal: ListJournal, *files: ContextFile, prompt: str = "写潮汐能"
) -> Outline:
    request = OutlineGenerationRequest(task_prompt=prompt, context_files=files)
    result = run(author, journal, JobKind.OUTLINE, request.model_dump_json())
    return OutlineResult.model_validate_json(result).outline


def document_job(
    author: ScriptedAuthor, journal: ListJournal, *files: ContextFile, of: Outline = OUTLINE
) -> list[DocumentSection]:
    request = DocumentGenerationRequest(outline=of, context_files=files)
    result = run(author, journal, JobKind.DOCUMENT, request.model_dump_json())
    return list(DocumentResult.model_validate_json(result).document.sections)


def run(author: ScriptedAuthor, journal: ListJournal, kind: JobKind, request: str) -> str:
    work = GraphWork(author, TextShelf(), lambda: NOW, 1_000, ScriptedBibliographer())
    return asyncio.run(work(job_of(kind), request, journal, FreeSlots()))


def test_the_proposal_is_announced_node_by_node_under_the_ids_of_the_result() -> None:
    journal = ListJournal()

    result = outline_job(ScriptedAuthor(outline=PROPOSED), journal)

    announced = [event for event in journal.events if isinstance(event, OutlineNodeAdded)]
    assert [event.title for event in announced] == ["成因", "月球", "太阳", "利用"]
    first, moon, sun, last = announced
    assert (moon.parent_id, sun.after_id, last.after_id) == (
        first.node_id,
        moon.node_id,
        first.node_id,
    )
    assert [node.id for node in result.nodes] == [first.node_id, last.node_id]


def test_a_proposal_made_again_for_the_same_job_has_the_same_ids() -> None:
    first = outline_job(ScriptedAuthor(outline=PROPOSED), ListJournal())
    second = outline_job(ScriptedAuthor(outline=PROPOSED), ListJournal())

    assert first == second


def test_a_finished_proposal_is_not_made_again() -> None:
    journal, author = ListJournal(), ScriptedAuthor(outline=PROPOSED)

    first = outline_job(author, journal)
    second = outline_job(author, journal)

    assert first == second
    assert len(author.asked) == 1


def test_the_authors_own_outline_is_taken_over_as_it_stands() -> None:
    own = ContextFile(
        file_id="o",
        file_name="我的大纲.md",
        file_type=FileRole.OUTLINE,
        content="# 引言\n\n# 方法\n\n## 数据\n\n## 数据",
    )
    author = ScriptedAuthor(outline=PROPOSED)

    result = outline_job(author, ListJournal(), own)

    assert [node.title for node in result.nodes] == ["引言", "方法"]
    assert [node.title for node in result.nodes[1].children] == ["数据", "数据"]
    assert author.asked == []


def test_the_brief_of_a_proposal_holds_every_file_and_the_passages_found() -> None:
    author = ScriptedAuthor(outline=PROPOSED)
    other = ContextFile(file_id="sun", file_name="sun.md", content="# 太阳\n\n太阳也引起潮汐。")

    outline_job(author, ListJournal(), FILE, other)

    (brief,) = author.asked
    assert isinstance(brief, OutlineBrief)
    assert [digest.source.id for digest in brief.digests] == ["moon", "sun"]
    assert {passage.source_id for passage in brief.passages} == {"moon", "sun"}


def test_a_file_that_cannot_be_read_is_announced_and_the_job_goes_on() -> None:
    journal = ListJournal()
    broken = ContextFile(file_id="x", file_name="坏.pdf", content="UNREADABLE")

    outline_job(ScriptedAuthor(outline=PROPOSED), journal, broken, FILE)

    read = [e for e in journal.events if isinstance(e, FileRead)]
    assert [(e.file_name, e.code) for e in read] == [("坏.pdf", "file_damaged"), ("moon.md", "")]


def test_what_of_a_file_was_not_read_is_told_with_it() -> None:
    journal = ListJournal()
    partly = ContextFile(file_id="x", file_name="表.xlsx", content="# 潮汐\n\nHIDDEN 一表")

    outline_job(ScriptedAuthor(outline=PROPOSED), journal, partly, FILE)

    read = [e.notes for e in journal.events if isinstance(e, FileRead)]
    assert read == [("hidden_left_out",), ()]


def test_a_job_whose_files_can_all_not_be_read_is_refused() -> None:
    broken = ContextFile(file_id="x", file_name="坏.pdf", content="UNREADABLE")

    with pytest.raises(InvalidRequest) as refused:
        outline_job(ScriptedAuthor(outline=PROPOSED), ListJournal(), broken)

    assert refused.value.code == "no_readable_file"


def test_every_leaf_becomes_a_section_under_its_title_in_its_place() -> None:
    sections = document_job(ScriptedAuthor(), ListJournal())

    assert [(s.id, s.number, s.title, s.level) for s in sections] == [
        ("a", "1", "Causes", 1),
        ("b", "1.1", "The Moon", 2),
        ("c", "1.2", "The Moon", 2),
        ("d", "2", "发电", 1),
    ]
    assert [bool(s.content) for s in sections] == [False, True, True, True]


def test_a_sections_brief_holds_what_the_author_left_in_the_tree() -> None:
    author = ScriptedAuthor()

    document_job(author, ListJournal(), FILE)

    brief = next(b for b in author.asked if isinstance(b, SectionBrief) and b.node_id == "b")
    assert (brief.title, brief.notes, brief.path) == ("The Moon", "Keep it short.", ("Causes",))
    assert [(n.number, n.title) for n in brief.others] == [("1.2", "The Moon"), ("2", "发电")]
    assert [p.source_id for p in brief.passages] == ["moon"]


def test_a_section_that_fails_is_a_marked_gap_and_the_others_are_written() -> None:
    journal = ListJournal()
    author = ScriptedAuthor(failures={NodeId("c"): ModelUnavailable("It timed out.")})

    sections = document_job(author, journal)

    status = {s.id: (s.status, s.error_code, s.content != "") for s in sections}
    assert status[NodeId("c")] == (SectionStatus.FAILED, "model_unavailable", False)
    assert status[NodeId("b")] == (SectionStatus.DONE, "", True)
    failed = [e for e in journal.events if isinstance(e, SectionState) and e.code]
    assert [(e.section_id, e.code) for e in failed] == [("c", "model_unavailable")]


def test_a_store_that_is_away_is_no_gap_in_the_document() -> None:
    journal = ListJournal()
    author = ScriptedAuthor(failures={NodeId("c"): StoreUnavailable("Redis 没有回答")})

    with pytest.raises(StoreUnavailable):
        document_job(author, journal)

    assert not [e for e in journal.events if isinstance(e, SectionState) and e.code]


def test_a_document_without_one_written_section_is_a_failed_job() -> None:
    error = ModelUnavailable("It timed out.")
    author = ScriptedAuthor(failures={NodeId(i): error for i in "bcd"})

    with pytest.raises(ModelUnavailable):
        document_job(author, ListJournal())


def test_an_error_that_no_section_can_escape_ends_the_job_at_once() -> None:
    author = ScriptedAuthor(
        failures={NodeId("b"): ModelRejected("model_key_invalid", "The key is refused.")},
        endless={NodeId("c"), NodeId("d")},
    )

    with pytest.raises(ModelRejected) as ended:
        document_job(author, ListJournal())

    assert ended.value.code == "model_key_invalid"
    assert author.running == 0


def test_cancelling_a_job_leaves_no_section_running() -> None:
    author = ScriptedAuthor(endless={NodeId(i) for i in "bcd"})

    async def scenario() -> None:
        request = DocumentGenerationRequest(outline=OUTLINE).model_dump_json()
        work = GraphWork(author, TextShelf(), lambda: NOW, 1_000, ScriptedBibliographer())
        task = asyncio.create_task(
            work(job_of(JobKind.DOCUMENT), request, ListJournal(), FreeSlots())
        )
        await author.all_started(3)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(scenario())
    assert author.running == 0


def test_an_edit_of_one_section_makes_only_that_section_stale() -> None:
    journal = ListJournal()
    document_job(ScriptedAuthor(), journal)
    last = OUTLINE.nodes[1].model_copy(update={"notes": "加入数字"})
    moved = OUTLINE.model_copy(update={"nodes": (last, OUTLINE.nodes[0])})

    author = ScriptedAuthor()
    sections = document_job(author, journal, of=moved)

    assert [b.node_id for b in author.asked if isinstance(b, SectionBrief)] == ["d"]
    assert [s.number for s in sections] == ["1", "2", "2.1", "2.2"]


def test_fusing_changes_the_text_by_edits_and_adds_a_lead_in() -> None:
    author = ScriptedAuthor(edits=ChapterEdits(lead_in="Two causes stand out."))

    sections = document_job(author, ListJournal())

    assert sections[0].content == "Two causes stand out."
    (brief,) = [b for b in author.asked if isinstance(b, ChapterBrief)]
    assert [s.node_id for s in brief.sections] == ["b", "c"]


def test_a_chapter_is_fused_as_soon_as_its_own_sections_are_done() -> None:
    author = ScriptedAuthor(endless={NodeId("d")})

    async def scenario() -> None:
        request = DocumentGenerationRequest(outline=OUTLINE).model_dump_json()
        work = GraphWork(author, TextShelf(), lambda: NOW, 1_000, ScriptedBibliographer())
        journal = ListJournal()
        task = asyncio.create_task(work(job_of(JobKind.DOCUMENT), request, journal, FreeSlots()))
        await author.fused.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(asyncio.wait_for(scenario(), 10))


def test_a_chapter_that_cannot_be_fused_stays_as_written_and_says_so() -> None:
    journal = ListJournal()
    author = ScriptedAuthor(fuse_error=ModelUnavailable("It timed out."))

    sections = document_job(author, journal)

    assert [bool(s.content) for s in sections] == [False, True, True, True]
    said = [e.progress for e in journal.events if isinstance(e, TaskProgress) and e.step == "fuse"]
    assert "Chapter 1 Causes stays as its sections were written: the model did not answer." in said


def test_progress_only_grows_and_ends_at_its_total() -> None:
    journal = ListJournal()

    document_job(ScriptedAuthor(), journal)

    steps = [e for e in journal.events if isinstance(e, TaskProgress) and e.total]
    assert [e.done for e in steps] == sorted(e.done for e in steps)
    assert steps[-1].done >= steps[-1].total - 1


@pytest.mark.parametrize("number", [1, 500])
def test_an_outline_of_any_size_is_written(number: int) -> None:
    nodes = tuple(OutlineNode(id=NodeId(f"n{i}"), title="同名") for i in range(number))

    sections = document_job(ScriptedAuthor(), ListJournal(), of=Outline(title="大", nodes=nodes))

    assert [s.id for s in sections if s.content] == [node.id for node in nodes]


def test_an_outline_of_eight_levels_is_written() -> None:
    node = OutlineNode(id=NodeId("n8"), title="八")
    for depth in range(7, 0, -1):
        node = OutlineNode(id=NodeId(f"n{depth}"), title="<b>层</b>", children=(node,))

    sections = document_job(ScriptedAuthor(), ListJournal(), of=Outline(title="深", nodes=(node,)))

    assert [s.level for s in sections] == list(range(1, 9))


def test_what_is_sent_to_a_branch_is_declared_in_its_state() -> None:
    """LangGraph drops undeclared keys without a word; those that nodes return, mypy finds."""
    whole: document.DocumentState = {
        "request": DocumentGenerationRequest(outline=OUTLINE),
        "desk": asyncio.run(empty_desk()),
        "commission": Commission(),
        "targets": {},
        "abroad": {},
    }
    to_chapters = document.each_chapter(whole)
    to_sections = chapter.each_section(to_chapters[0].arg)

    assert [set(send.arg) - set(get_type_hints(chapter.ChapterState)) for send in to_chapters] == [
        set(),
        set(),
    ]
    assert {send.arg["place"].number for send in to_sections} == {"1.1", "1.2"}
    assert all(set(send.arg) <= set(get_type_hints(section.SectionState)) for send in to_sections)
