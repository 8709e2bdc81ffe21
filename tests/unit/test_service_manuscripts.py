from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from pydantic import ValidationError

from pipeline.domain.documents import NodeId, SectionStatus
from pipeline.domain.edits import OPERATION, Operation
from pipeline.domain.jobs import START, Job, JobId, JobStatus, ManuscriptId, SectionState
from pipeline.domain.manuscripts import Brief, Manuscript, brief_chars
from pipeline.domain.spending import Budget
from pipeline.errors import Conflict, InvalidRequest, NotFound
from pipeline.runtime import Runtime
from tests.runtimes import finish, idle_runtime, running_runtime

PROMPT = "写一份关于潮汐能的报告"
TEXT = "# 潮汐能\n\n## 成本\n\n潮汐电站的建设成本高于风电。设备寿命可达一百年。\n"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runtime]:
    with running_runtime(tmp_path_factory.mktemp("manuscripts")) as runtime:
        yield runtime


@pytest.fixture(scope="module")
def idle(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runtime]:
    """Jobs stay queued."""
    with idle_runtime(tmp_path_factory.mktemp("manuscripts-idle")) as runtime:
        yield runtime


def started(runtime: Runtime, *, with_file: bool = True) -> Manuscript:
    files = [runtime.manuscripts.attach("潮汐.md", TEXT.encode())] if with_file else []
    return runtime.manuscripts.start(Brief(prompt=PROMPT), files)


def proposed(runtime: Runtime) -> Manuscript:
    manuscript = started(runtime)
    finish(runtime, manuscript.outline_job)
    return manuscript


def edit(
    runtime: Runtime,
    manuscript: Manuscript,
    *operations: Mapping[str, object],
    client: str = "标签页",
) -> None:
    numbered: list[Operation] = [
        OPERATION.validate_python({"seq": seq, **operation})
        for seq, operation in enumerate(operations, start=1)
    ]
    runtime.manuscripts.edit_outline(manuscript.id, client, numbered)


def outlined(runtime: Runtime, *titles: str, name: str = "潮汐能") -> Manuscript:
    """A manuscript whose tree the author made alone; its outline job never ran."""
    manuscript = started(runtime, with_file=False)
    nodes = [
        {"t": "ins", "after": f"n{n - 1}" if n else None, "nodes": [{"id": f"n{n}", "title": t}]}
        for n, t in enumerate(titles)
    ]
    edit(runtime, manuscript, {"t": "name", "v": name}, *nodes)
    return manuscript


def test_a_new_manuscript_is_listed_and_its_outline_is_on_its_way(idle: Runtime) -> None:
    manuscript = started(idle)

    view = idle.manuscripts.open(manuscript.id)

    assert (view.status, view.manuscript.language) == ("proposing", "zh")
    assert [file.file_name for file in view.manuscript.files] == ["潮汐.md"]
    assert idle.manuscripts.outline(manuscript.id).growing
    assert idle.manuscripts.listed()[0].id == manuscript.id


def test_a_manuscript_that_is_refused_leaves_nothing(idle: Runtime) -> None:
    before = idle.manuscripts.listed()

    with pytest.raises(InvalidRequest, match="empty"):
        idle.manuscripts.start(Brief(prompt=" \n"), [])

    assert idle.manuscripts.listed() == before


def test_a_pasted_text_does_not_become_the_title(idle: Runtime) -> None:
    manuscript = idle.manuscripts.start(Brief(prompt="潮" * 5_000), [])

    assert 0 < len(manuscript.title) <= 100


def test_what_a_reader_should_know_of_a_file_comes_with_it(idle: Runtime) -> None:
    plain = idle.manuscripts.attach("潮汐.md", TEXT.encode())
    guessed = idle.manuscripts.attach("潮汐.md", (TEXT * 9).encode("gb18030"))

    assert (plain.notes, guessed.notes) == ((), ("encoding_guessed",))


def test_an_unreadable_file_says_why_and_is_left_out(idle: Runtime) -> None:
    bad = idle.manuscripts.attach("坏.pdf", b"%PDF-1.7 nothing")

    manuscript = idle.manuscripts.start(Brief(prompt=PROMPT), [bad])

    assert (bad.error_code, bad.file_name) == ("file_damaged", "坏.pdf")
    assert manuscript.files == ()


def test_the_proposal_grows_into_the_draft(running: Runtime) -> None:
    manuscript = proposed(running)

    draft, view = (
        running.manuscripts.outline(manuscript.id),
        running.manuscripts.open(manuscript.id),
    )

    assert not draft.growing
    assert draft.outline.nodes
    assert draft.outline.title
    assert view.status == "outline"


def test_what_the_author_typed_meanwhile_survives_the_proposal(running: Runtime) -> None:
    manuscript = started(running)
    edit(
        running,
        manuscript,
        {"t": "name", "v": "我的题目"},
        {"t": "ins", "nodes": [{"id": "mine", "title": "我的一节"}]},
    )

    finish(running, manuscript.outline_job)

    outline = running.manuscripts.outline(manuscript.id).outline
    assert outline.title == "我的题目"
    assert "mine" in {node.id for node in outline.nodes}
    assert len(outline.nodes) > 1


def test_the_document_is_delivered_though_nobody_looks(running: Runtime) -> None:
    manuscript = proposed(running)

    finish(running, running.manuscripts.write(manuscript.id).id)

    stored = running.manuscripts._store.load(manuscript.id)  # the service would deliver it now
    assert stored.document is not None
    assert stored.delivered_job == stored.document_job
    assert stored.title == stored.document.title
    assert running.manuscripts.open(manuscript.id).status == "done"


def test_the_outline_is_written_as_it_was_left(running: Runtime) -> None:
    manuscript = proposed(running)
    nodes = running.manuscripts.outline(manuscript.id).outline.nodes
    edit(
        running,
        manuscript,
        {"t": "name", "v": "潮汐能的账"},
        *({"t": "del", "id": node.id} for node in nodes),
        {
            "t": "ins",
            "nodes": [
                {"id": "a", "title": "成本"},
                {"id": "b", "parent": "a", "title": "建设"},
                {"id": "c", "parent": "a", "title": "维护"},
            ],
        },
        {"t": "ins", "after": "a", "nodes": [{"id": "d", "title": "结论"}]},
        {"t": "mv", "id": "c", "parent": "a", "after": None},
        {"t": "set", "id": "d", "k": "title", "v": "展望"},
    )

    finish(running, running.manuscripts.write(manuscript.id).id)

    document = running.manuscripts.open(manuscript.id).manuscript.document
    assert document is not None
    assert document.title == "潮汐能的账"
    assert [(s.id, s.number, s.level, s.title) for s in document.sections] == [
        ("a", "1", 1, "成本"),
        ("c", "1.1", 2, "维护"),
        ("b", "1.2", 2, "建设"),
        ("d", "2", 1, "展望"),
    ]


def test_while_it_is_written_it_cannot_be_written_again(idle: Runtime) -> None:
    manuscript = outlined(idle, "引言")
    job = idle.manuscripts.write(manuscript.id)

    with pytest.raises(Conflict):
        idle.manuscripts.write(manuscript.id)

    view = idle.manuscripts.open(manuscript.id)
    assert (view.status, view.manuscript.document_job) == ("writing", job.id)


def test_of_two_clicks_at_once_one_writes(idle: Runtime) -> None:
    manuscript = outlined(idle, "引言")

    def click(_: int) -> JobId | None:
        try:
            return idle.manuscripts.write(manuscript.id).id
        except Conflict:
            return None

    with ThreadPoolExecutor(4) as pool:
        jobs = [job_id for job_id in pool.map(click, range(4)) if job_id]

    assert jobs == [idle.manuscripts.open(manuscript.id).manuscript.document_job]


def test_while_a_writing_begins_no_other_does(
    idle: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    manuscript = outlined(idle, "引言")
    submit = idle.jobs.submit_document
    refused: list[str] = []

    def click_again(*given: Any, **more: Any) -> Job:
        with pytest.raises(Conflict) as conflict:
            idle.manuscripts.write(manuscript.id)
        refused.append(str(conflict.value))
        return submit(*given, **more)

    monkeypatch.setattr(idle.jobs, "submit_document", click_again)

    job = idle.manuscripts.write(manuscript.id)

    assert refused == ["This document is being written already."]
    assert idle.manuscripts.open(manuscript.id).manuscript.document_job == job.id


@pytest.mark.parametrize(
    ("titles", "name", "code"),
    [
        (["引言", " "], "潮汐能", "node_title_empty"),
        ([], "潮汐能", "outline_empty"),
        (["引言"], " ", "outline_title_empty"),
    ],
)
def test_an_outline_that_cannot_be_written_leaves_all_as_it_was(
    idle: Runtime, titles: list[str], name: str, code: str
) -> None:
    manuscript = outlined(idle, *titles, name=name)
    before = idle.manuscripts.open(manuscript.id).manuscript

    with pytest.raises(InvalidRequest) as refused:
        idle.manuscripts.write(manuscript.id)

    after = idle.manuscripts.open(manuscript.id).manuscript
    assert refused.value.code == code
    assert after.model_copy(update={"updated_at": before.updated_at}) == before


def test_an_outline_with_a_mistake_can_be_written_once_it_is_mended(idle: Runtime) -> None:
    manuscript = outlined(idle, "引言", "")
    with pytest.raises(InvalidRequest):
        idle.manuscripts.write(manuscript.id)
    idle.manuscripts.edit_outline(
        manuscript.id,
        "另一标签页",
        [OPERATION.validate_python({"t": "set", "seq": 1, "id": "n1", "k": "title", "v": "结论"})],
    )

    job = idle.manuscripts.write(manuscript.id)

    assert job.status is JobStatus.QUEUED


def test_a_correction_of_an_older_text_is_a_conflict(running: Runtime) -> None:
    manuscript = proposed(running)
    finish(running, running.manuscripts.write(manuscript.id).id)
    current = running.manuscripts.open(manuscript.id).manuscript
    assert current.document is not None
    section = current.document.sections[-1].id

    running.manuscripts.edit_section(manuscript.id, section, "甲改。", current.revision)

    with pytest.raises(Conflict):
        running.manuscripts.edit_section(manuscript.id, section, "乙改。", current.revision)
    with pytest.raises(NotFound):
        running.manuscripts.edit_section(manuscript.id, NodeId("nobody"), "丙改。")
    document = running.manuscripts.open(manuscript.id).manuscript.document
    assert document is not None
    assert "甲改。" in document.content
    assert "乙改。" not in document.content


def test_what_was_deleted_comes_back_as_it_was(running: Runtime) -> None:
    manuscript = proposed(running)
    finish(running, running.manuscripts.write(manuscript.id).id)
    before = running.manuscripts.open(manuscript.id).manuscript
    outline = running.manuscripts.outline(manuscript.id)

    deleted = running.manuscripts.delete(manuscript.id)
    with pytest.raises(NotFound):
        running.manuscripts.open(manuscript.id)
    running.manuscripts.restore(deleted)

    after = running.manuscripts.open(manuscript.id).manuscript
    assert after.model_copy(update={"updated_at": before.updated_at}) == before
    assert running.manuscripts.outline(manuscript.id).outline == outline.outline
    assert running.changes.of(manuscript.id).is_empty


def test_deleting_stops_what_runs_for_it(idle: Runtime) -> None:
    manuscript = outlined(idle, "引言")
    job = idle.manuscripts.write(manuscript.id)

    deleted = idle.manuscripts.delete(manuscript.id)
    idle.manuscripts.restore(deleted)

    assert idle.jobs.job(job.id).status is JobStatus.CANCELLED
    assert idle.manuscripts.open(manuscript.id).status != "writing"
    assert not idle.manuscripts.outline(manuscript.id).growing


def test_a_document_that_ends_after_its_manuscript_is_no_error(running: Runtime) -> None:
    manuscript = proposed(running)
    job = running.manuscripts.write(manuscript.id)
    finish(running, job.id)
    running.manuscripts.delete(manuscript.id)

    running.manuscripts.deliver(running.jobs.job(job.id))

    with pytest.raises(NotFound):
        running.manuscripts.open(manuscript.id)


def test_a_second_proposal_keeps_what_the_author_made(running: Runtime) -> None:
    manuscript = proposed(running)
    edit(running, manuscript, {"t": "ins", "nodes": [{"id": "mine", "title": "我的一节"}]})

    job = running.manuscripts.propose_again(manuscript.id)
    finish(running, job.id)

    outline = running.manuscripts.outline(manuscript.id).outline
    assert running.manuscripts.open(manuscript.id).manuscript.outline_job == job.id
    assert "mine" in {node.id for node in outline.nodes}
    assert len({node.id for node in outline.nodes}) == len(outline.nodes)


def test_a_proposal_that_was_stopped_leaves_the_outline_to_its_author(idle: Runtime) -> None:
    manuscript = started(idle)
    assert manuscript.outline_job is not None
    idle.jobs.cancel(manuscript.outline_job)

    assert not idle.manuscripts.outline(manuscript.id).growing


def test_another_tone_takes_nothing_back_that_was_set_meanwhile(idle: Runtime) -> None:
    manuscript = started(idle)
    idle.budgets.set(manuscript.id, Budget(tokens=9_000))
    told = {"document_type": "报告", "audience": "市民", "tone": "朴实"}

    idle.changes.rebrief(manuscript.id, manuscript.brief.model_copy(update=told))

    after = idle.manuscripts.open(manuscript.id).manuscript.brief
    assert after == manuscript.brief.model_copy(update={**told, "budget": Budget(tokens=9_000)})


@pytest.mark.parametrize("field", ["document_type", "audience", "tone"])
def test_a_field_of_a_brief_takes_as_many_characters_as_it_says(field: str) -> None:
    most = brief_chars(field)

    assert len(str(getattr(Brief.model_validate({field: "字" * most}), field))) == most
    with pytest.raises(ValidationError):
        Brief.model_validate({field: "字" * (most + 1)})


def test_an_unknown_manuscript_is_not_found(idle: Runtime) -> None:
    nobody = ManuscriptId("nobody")

    for ask in (idle.manuscripts.open, idle.manuscripts.outline, idle.manuscripts.write):
        with pytest.raises(NotFound):
            ask(nobody)


def test_a_plan_of_an_unchanged_document_is_empty_and_writing_all_anew_keeps_nothing(
    running: Runtime,
) -> None:
    manuscript = proposed(running)
    finish(running, running.manuscripts.write(manuscript.id).id)
    assert running.changes.of(manuscript.id).is_empty

    job = running.manuscripts.write(manuscript.id, None)

    # nothing that was written is left to be kept, until the job has put its own there
    finish(running, job.id)
    written = [
        event
        for _, event in running.jobs.events(job.id, after=START)
        if isinstance(event, SectionState) and event.state is SectionStatus.WRITING
    ]
    changes = running.changes.of(manuscript.id)
    assert {event.section_id for event in written} == {section.id for section in changes.kept}
