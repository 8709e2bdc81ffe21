"""What is finished when a writing ends early: a draft to be read, exported and gone on with."""

from collections.abc import Iterator

import pytest

from pipeline.domain.briefs import ChapterEdits
from pipeline.domain.documents import Document, DocumentSection, NodeId, Outline, SectionStatus
from pipeline.domain.jobs import JobKind
from pipeline.domain.manuscripts import Manuscript
from pipeline.domain.outline import leaves
from pipeline.domain.units import StoredUnit
from pipeline.errors import Cancelled, ModelUnavailable, NotFound
from pipeline.graphs.changes import GraphPlanner
from pipeline.graphs.drafts import finished_draft
from pipeline.runtime import Runtime
from pipeline.service.views import Deleted
from tests.graph_fakes import NOW, ScriptedAuthor, ScriptedBibliographer, job_of
from tests.runtimes import finish, idle_at, running_runtime
from tests.unit.test_changes import TREE, Desk, node, tree, written_desk
from tests.unit.test_service_manuscripts import edit, outlined, proposed

NOWHERE = "http://127.0.0.1:9/v1"
# A model's endpoint that nobody asks.


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runtime]:
    with running_runtime(tmp_path_factory.mktemp("drafts")) as runtime:
        yield runtime


def drafted(desk: Desk, *missing: str, outline: Outline = TREE, **asked: object) -> Document | None:
    """The draft when these units are not there."""
    units = {
        name: StoredUnit(*unit) for name, unit in desk.journal.units.items() if name not in missing
    }
    planner = GraphPlanner(ScriptedAuthor(), desk.shelf, ScriptedBibliographer(), lambda: NOW, 800)
    job = job_of(JobKind.DOCUMENT)
    return finished_draft(planner, job, desk.request(outline, **asked), units, Cancelled())


def sections(document: Document | None) -> dict[str, DocumentSection]:
    assert document is not None
    return {section.id: section for section in document.sections}


def test_with_everything_finished_the_draft_is_the_document() -> None:
    desk = written_desk()

    draft = drafted(desk)

    assert draft == desk.before


def test_what_is_not_finished_is_a_marked_gap_with_its_reason() -> None:
    desk = written_desk()

    draft = drafted(desk, "section:b", "fuse:一")

    after, before = sections(draft), sections(desk.before)
    assert (after["b"].status, after["b"].error_code) == (SectionStatus.FAILED, "cancelled")
    assert {i: after[i] for i in "acde"} == {i: before[i] for i in "acde"}
    assert draft is not None
    assert draft.integrity.failed_sections == 1
    assert draft.unfused == {}, "a chapter of one text needs no smoothing"
    assert "任务在写到本节之前已停止" in draft.content or "stopped before its turn" in draft.content


def test_a_text_that_was_finished_before_its_section_changed_is_in_the_draft() -> None:
    desk = written_desk()
    renamed = tree(node("一", node("a", title="鱼道"), node("b")), *TREE.nodes[1:])

    draft = drafted(desk, outline=renamed)

    after, before = sections(draft), sections(desk.before)
    assert after["a"].title == "鱼道"
    assert (after["a"].content, after["a"].written_for) == (
        "第 1 稿。",
        before["a"].written_for,
    )
    assert {i: after[i] for i in "cde"} == {i: before[i] for i in "cde"}


def test_a_chapter_that_was_not_smoothed_is_named_in_the_draft_with_its_reason() -> None:
    desk = written_desk()

    draft = drafted(desk, "fuse:一")

    assert draft is not None
    assert draft.unfused == {"一": "cancelled"}
    assert {i for i, section in sections(draft).items() if section.content} >= {*"abcde"}


def test_what_was_fused_beside_a_gap_is_in_the_draft() -> None:
    desk, last = Desk(), NodeId("c")
    edits = ChapterEdits(lead_in="本章先讲原理。")
    author = ScriptedAuthor(edits=edits, failures={last: ModelUnavailable("away")})
    outline = tree(node("一", node("a"), node("b"), node("c")))
    desk.write(desk.request(outline), author)

    draft = drafted(desk, outline=outline)

    after, before = sections(draft), sections(desk.before)
    assert after["一"].content == "本章先讲原理。"
    assert {i: after[i] for i in "一ab"} == {i: before[i] for i in "一ab"}


def test_a_gap_that_the_job_was_to_leave_keeps_its_reason_in_the_draft() -> None:
    desk = written_desk()

    draft = drafted(desk, "section:a", "section:b", gaps={"b": "budget_reached"})

    after = sections(draft)
    assert (after["a"].error_code, after["b"].error_code) == ("cancelled", "budget_reached")


def test_of_nothing_there_is_no_draft() -> None:
    assert drafted(Desk()) is None


def stopped(runtime: Runtime) -> tuple[Manuscript, NodeId]:
    """A manuscript as a stopped writing leaves it: without a document, and one section missing."""
    manuscript = proposed(runtime)
    finish(runtime, runtime.manuscripts.write(manuscript.id).id)
    deleted = Deleted(
        runtime.manuscripts.open(manuscript.id).manuscript,
        runtime.manuscripts.outline(manuscript.id),
    )
    bare = deleted.manuscript.model_copy(update={"document": None, "document_job": None})
    runtime.manuscripts.restore(Deleted(bare, deleted.draft))
    edit(runtime, manuscript, {"t": "ins", "nodes": [{"id": "缺", "title": "没写完的一节"}]})
    return bare, NodeId("缺")


def test_the_draft_of_a_stopped_writing_is_read_exported_corrected_and_gone_on_with(
    running: Runtime,
) -> None:
    manuscript, missing = stopped(running)
    finished = running.drafts.finished(running.manuscripts.open(manuscript.id))

    draft = running.drafts.take(manuscript.id)

    gaps = [section.id for section in draft.sections if section.status is SectionStatus.FAILED]
    assert finished >= 1
    assert gaps == [missing]
    assert running.exports.build(draft, "docx")
    running.manuscripts.edit_section(manuscript.id, missing, "我自己写的。")
    assert running.changes.of(manuscript.id).is_empty
    finish(running, running.manuscripts.write(manuscript.id).id)
    whole = running.manuscripts.open(manuscript.id).manuscript.document
    assert whole is not None
    assert whole.integrity.failed_sections == 0
    assert "我自己写的。" in whole.content


def test_sections_are_counted_as_the_outline_stands_and_each_that_counts_is_in_the_draft(
    running: Runtime,
) -> None:
    manuscript, _ = stopped(running)
    outline = running.manuscripts.outline(manuscript.id).outline
    written = [p.node.id for p in leaves(outline.nodes) if p.node.id != "缺"]
    changes = [
        {"t": "set", "id": written[0], "k": "title", "v": "新的标题"},
        *({"t": "del", "id": each} for each in written[1:]),
    ]
    edit(running, manuscript, *changes, client="另一标签页")

    finished = running.drafts.finished(running.manuscripts.open(manuscript.id))
    draft = running.drafts.take(manuscript.id)

    assert finished == 1
    there = [each for each in draft.sections if each.content]
    assert [each.id for each in there if not each.by_hand] == [written[0]]
    assert {each.id for each in running.changes.of(manuscript.id).written} == {written[0], "缺"}


def test_a_draft_is_of_the_model_that_was_asked_whichever_is_configured_since(
    running: Runtime,
) -> None:
    manuscript, _ = stopped(running)
    with idle_at(running, openai_base_url=NOWHERE, openai_model="从前的模型") as earlier:
        job = earlier.manuscripts.write(manuscript.id)
        earlier.jobs.cancel(job.id)

    with idle_at(running, openai_base_url=NOWHERE, openai_model="今天的模型") as today:
        of_job = today.drafts.of_job(today.jobs.job(job.id))
        taken = today.drafts.take(manuscript.id)

    assert (of_job.author, taken.author) == ("从前的模型", "从前的模型")


def test_what_was_finished_comes_back_with_a_manuscript_that_was_deleted(
    running: Runtime,
) -> None:
    manuscript, _ = stopped(running)
    finished = running.drafts.finished(running.manuscripts.open(manuscript.id))

    running.manuscripts.restore(running.manuscripts.delete(manuscript.id))

    restored = running.manuscripts.open(manuscript.id)
    assert running.drafts.finished(restored) == finished > 0


def test_a_gap_of_a_draft_is_all_that_going_on_writes(running: Runtime) -> None:
    manuscript, missing = stopped(running)
    running.drafts.take(manuscript.id)

    changes = running.changes.of(manuscript.id)

    assert [each.id for each in changes.written] == [missing]
    assert changes.fills_only({NodeId(missing)})


def test_a_document_that_is_there_is_no_drafts_to_replace(running: Runtime) -> None:
    manuscript = proposed(running)
    finish(running, running.manuscripts.write(manuscript.id).id)
    view = running.manuscripts.open(manuscript.id)

    assert running.drafts.take(manuscript.id) == view.manuscript.document
    assert running.drafts.finished(view) == 0


def test_there_is_no_draft_of_nothing(running: Runtime) -> None:
    manuscript = outlined(running, "引言")

    assert running.drafts.finished(running.manuscripts.open(manuscript.id)) == 0
    with pytest.raises(NotFound):
        running.drafts.take(manuscript.id)
