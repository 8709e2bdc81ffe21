"""Texts of the author's own in a manuscript: kept, replaced only when said, and never lost."""

from collections.abc import Iterator

import pytest

from pipeline.domain.assembly import edited
from pipeline.domain.documents import DocumentSection, NodeId
from pipeline.domain.jobs import JobId, ManuscriptId
from pipeline.domain.manuscripts import (
    MOST_EARLIER,
    EarlierText,
    Manuscript,
    OutlineDraft,
    with_document,
)
from pipeline.errors import Conflict, InvalidRequest, NotFound, PlanChanged
from pipeline.runtime import Runtime
from pipeline.service.views import Deleted
from tests.runtimes import finish, idle_at, running_runtime
from tests.unit.test_service_manuscripts import edit, proposed

MINE = "手改的正文。"
LATER = "后来又改的正文。"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runtime]:
    with running_runtime(tmp_path_factory.mktemp("own-texts")) as runtime:
        yield runtime


def corrected(runtime: Runtime) -> tuple[Manuscript, NodeId]:
    """A manuscript whose document has one corrected section, and that section."""
    manuscript = proposed(runtime)
    finish(runtime, runtime.manuscripts.write(manuscript.id).id)
    document = runtime.manuscripts.open(manuscript.id).manuscript.document
    assert document is not None
    section = document.sections[-1].id
    runtime.manuscripts.edit_section(manuscript.id, section, MINE)
    return runtime.manuscripts.open(manuscript.id).manuscript, section


def rewritten(
    runtime: Runtime, manuscript: Manuscript, *anew: NodeId, all_anew: bool = False
) -> Manuscript:
    job = runtime.manuscripts.write(manuscript.id, None if all_anew else anew)
    finish(runtime, job.id)
    return runtime.manuscripts.open(manuscript.id).manuscript


def section_of(manuscript: Manuscript, section: NodeId) -> DocumentSection:
    assert manuscript.document is not None
    return next(each for each in manuscript.document.sections if each.id == section)


def test_a_corrected_section_outlasts_a_writing_that_does_not_concern_it(running: Runtime) -> None:
    manuscript, section = corrected(running)
    changes = running.changes.of(manuscript.id)

    after = rewritten(running, manuscript)

    assert [each.id for each in changes.by_hand] == [section]
    assert changes.is_empty
    assert (section_of(after, section).content, section_of(after, section).by_hand) == (MINE, True)
    assert after.earlier_texts == ()
    assert after.revision == manuscript.revision + 1


def test_a_corrected_section_with_a_new_title_is_replaced_and_its_text_kept(
    running: Runtime,
) -> None:
    manuscript, section = corrected(running)
    edit(running, manuscript, {"t": "set", "id": section, "k": "title", "v": "新的标题"})
    changes = running.changes.of(manuscript.id)

    after = rewritten(running, manuscript)

    assert [each.id for each in changes.lost] == [section]
    assert section_of(after, section).content != MINE
    assert not section_of(after, section).by_hand
    assert [(each.section_id, each.content) for each in after.earlier_texts] == [(section, MINE)]


def test_a_section_corrected_under_an_older_title_is_no_more_kept_after_a_stopped_writing(
    running: Runtime,
) -> None:
    manuscript, section = corrected(running)
    edit(running, manuscript, {"t": "set", "id": section, "k": "title", "v": "新的标题"})
    stopped_after_its_sections(running, manuscript)

    changes = running.changes.of(manuscript.id)
    after = rewritten(running, manuscript)

    assert [each.id for each in changes.lost] == [section]
    assert section_of(after, section).title == "新的标题"
    assert MINE not in section_of(after, section).content
    assert [each.content for each in after.earlier_texts] == [MINE]


def test_a_corrected_text_stands_before_the_sections_that_its_node_gets(running: Runtime) -> None:
    manuscript, section = corrected(running)
    below = {"t": "ins", "parent": section, "nodes": [{"id": "below", "title": "潮汐的成因"}]}
    edit(running, manuscript, below)

    with_a_child = rewritten(running, manuscript)
    once_more = rewritten(running, with_a_child)

    stands = [section_of(each, section) for each in (with_a_child, once_more)]
    assert [(each.content, each.by_hand) for each in stands] == [(MINE, True)] * 2
    assert section_of(once_more, NodeId("below")).content


def test_a_writing_that_would_do_something_else_than_was_told_does_not_begin(
    running: Runtime,
) -> None:
    manuscript, section = corrected(running)
    told = running.changes.of(manuscript.id)
    edit(running, manuscript, {"t": "set", "id": section, "k": "title", "v": "新的标题"})

    with pytest.raises(PlanChanged):
        running.changes.write(manuscript.id, told)

    last = running.manuscripts.open(manuscript.id).manuscript.document_job
    assert last == manuscript.document_job
    now = running.changes.of(manuscript.id)
    finish(running, running.changes.write(manuscript.id, now).id)
    replaced = running.manuscripts.open(manuscript.id).manuscript
    assert [each.content for each in replaced.earlier_texts] == [MINE]


def test_what_is_being_written_is_said_to_be_so_whatever_was_told(running: Runtime) -> None:
    manuscript, _ = corrected(running)
    told = running.changes.of(manuscript.id)
    edit(running, manuscript, {"t": "ins", "nodes": [{"id": "other", "title": "潮汐的成因"}]})
    with idle_at(running) as waiting:
        job = waiting.manuscripts.write(manuscript.id)

        with pytest.raises(Conflict) as refused:
            waiting.changes.write(manuscript.id, told)

        assert refused.type is Conflict
        waiting.jobs.cancel(job.id)


def stopped_after_its_sections(runtime: Runtime, manuscript: Manuscript) -> None:
    """A writing whose sections are all stored, and which brought no document."""
    draft = runtime.manuscripts.outline(manuscript.id)
    finish(runtime, runtime.manuscripts.write(manuscript.id).id)
    runtime.manuscripts.restore(Deleted(manuscript, draft))


@pytest.mark.parametrize("all_anew", [False, True])
def test_who_wants_a_corrected_section_written_anew_gets_that_and_keeps_the_text(
    running: Runtime, *, all_anew: bool
) -> None:
    manuscript, section = corrected(running)

    after = rewritten(running, manuscript, section, all_anew=all_anew)

    assert MINE not in section_of(after, section).content
    assert [each.content for each in after.earlier_texts] == [MINE]


def test_a_correction_made_while_a_writing_is_about_to_begin_is_not_lost(
    running: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    manuscript, section = corrected(running)
    before = section_of(manuscript, section).content
    look_at_the_outline = running.manuscripts.outline

    def corrected_in_another_tab(manuscript_id: ManuscriptId) -> OutlineDraft:
        draft = look_at_the_outline(manuscript_id)
        running.manuscripts.edit_section(manuscript_id, section, LATER)
        return draft

    with monkeypatch.context() as patched:
        patched.setattr(running.manuscripts, "outline", corrected_in_another_tab)
        job = running.manuscripts.write(manuscript.id)
    finish(running, job.id)

    after = running.manuscripts.open(manuscript.id).manuscript
    assert before == MINE
    assert section_of(after, section).content == LATER


@pytest.mark.parametrize("all_anew", [False, True])
def test_what_is_to_be_written_anew_is_so_too_when_it_was_stopped_and_goes_on(
    running: Runtime, *, all_anew: bool
) -> None:
    manuscript, section = corrected(running)
    with idle_at(running) as waiting:
        job = waiting.manuscripts.write(manuscript.id, None if all_anew else [section])
        waiting.jobs.cancel(job.id)
    changes = running.changes.of(manuscript.id)

    after = rewritten(running, manuscript)

    assert [each.id for each in changes.lost] == [section]
    assert MINE not in section_of(after, section).content
    assert [each.content for each in after.earlier_texts] == [MINE]
    assert after.anew == ()


def test_a_section_that_was_to_be_written_anew_stays_once_the_author_works_on_it(
    running: Runtime,
) -> None:
    manuscript, section = corrected(running)
    with idle_at(running) as waiting:
        waiting.jobs.cancel(waiting.manuscripts.write(manuscript.id, [section]).id)
    running.manuscripts.edit_section(manuscript.id, section, LATER)

    after = rewritten(running, manuscript)

    assert section_of(after, section).content == LATER


@pytest.mark.parametrize("all_anew", [False, True])
def test_a_writing_that_cannot_begin_takes_nothing_away(
    running: Runtime, *, all_anew: bool
) -> None:
    manuscript, section = corrected(running)
    before = running.manuscripts.open(manuscript.id).manuscript
    edit(running, manuscript, {"t": "set", "id": section, "k": "title", "v": " "})

    with pytest.raises(InvalidRequest):
        running.manuscripts.write(manuscript.id, None if all_anew else [section])

    after = running.manuscripts.open(manuscript.id).manuscript
    assert after.model_copy(update={"updated_at": before.updated_at}) == before
    title = section_of(before, section).title
    mended = {"t": "set", "id": section, "k": "title", "v": title}
    edit(running, manuscript, mended, client="另一标签页")
    assert running.changes.of(manuscript.id).is_empty


def test_a_document_that_waits_to_be_delivered_takes_no_correction(running: Runtime) -> None:
    manuscript, section = corrected(running)
    draft = running.manuscripts.outline(manuscript.id)
    job = running.manuscripts.write(manuscript.id)
    finish(running, job.id)
    waiting = manuscript.model_copy(update={"document_job": job.id})
    running.manuscripts.restore(Deleted(waiting, draft))

    with pytest.raises(Conflict):
        running.manuscripts.edit_section(manuscript.id, section, LATER)

    after = running.manuscripts.open(manuscript.id).manuscript
    assert after.delivered_job == job.id
    running.manuscripts.edit_section(manuscript.id, section, LATER)


def test_a_correction_that_a_writing_does_not_know_of_is_among_the_earlier_texts(
    running: Runtime,
) -> None:
    manuscript, section = corrected(running)
    assert manuscript.document is not None
    newer = edited(manuscript.document, section, LATER)
    writing = manuscript.model_copy(update={"document": newer, "document_job": JobId("later")})

    after = with_document(writing, JobId("later"), manuscript.document, manuscript.updated_at)

    assert section_of(after, section).content == MINE
    assert [(each.section_id, each.content) for each in after.earlier_texts] == [(section, LATER)]


def test_no_text_that_a_writing_replaces_is_dropped_however_many_there_are(
    running: Runtime,
) -> None:
    manuscript, section = corrected(running)
    assert manuscript.document is not None
    one = section_of(manuscript, section)
    many = [
        one.model_copy(update={"id": NodeId(f"n{number}")}) for number in range(MOST_EARLIER + 10)
    ]
    before = manuscript.document.model_copy(update={"sections": tuple(many)})
    after = before.model_copy(update={"sections": ()})
    writing = manuscript.model_copy(update={"document": before, "document_job": JobId("later")})

    stands = with_document(writing, JobId("later"), after, manuscript.updated_at)

    assert [each.section_id for each in stands.earlier_texts] == [each.id for each in many]


def test_a_text_that_an_earlier_one_took_the_place_of_is_marked_as_not_the_authors(
    running: Runtime,
) -> None:
    manuscript, section = corrected(running)
    manuscript = rewritten(running, manuscript, section)
    [mine] = manuscript.earlier_texts

    running.manuscripts.put_back(manuscript.id, mine)

    [between] = running.manuscripts.open(manuscript.id).manuscript.earlier_texts
    assert (mine.by_hand, between.by_hand) == (True, False)
    running.manuscripts.put_back(manuscript.id, between)
    assert not section_of(running.manuscripts.open(manuscript.id).manuscript, section).by_hand


def test_an_earlier_text_is_put_back_and_that_can_be_undone(running: Runtime) -> None:
    manuscript, section = corrected(running)
    manuscript = rewritten(running, manuscript, section)
    between = section_of(manuscript, section).content
    [mine] = manuscript.earlier_texts

    running.manuscripts.put_back(manuscript.id, mine)

    after = running.manuscripts.open(manuscript.id).manuscript
    assert section_of(after, section).content == MINE
    assert [each.content for each in after.earlier_texts] == [between]
    running.manuscripts.put_back(manuscript.id, after.earlier_texts[0])
    undone = running.manuscripts.open(manuscript.id).manuscript
    assert section_of(undone, section).content == between
    assert undone.document is not None
    assert manuscript.document is not None
    assert undone.document.content == manuscript.document.content


def test_a_text_whose_section_is_gone_cannot_be_put_back(running: Runtime) -> None:
    manuscript, section = corrected(running)
    [mine] = rewritten(running, manuscript, section).earlier_texts
    gone = EarlierText.model_validate({**mine.model_dump(), "section_id": "nobody"})

    with pytest.raises(NotFound):
        running.manuscripts.put_back(manuscript.id, gone)


def test_a_corrected_section_that_leaves_the_outline_holds_up_no_writing(running: Runtime) -> None:
    manuscript, section = corrected(running)
    other = {"t": "ins", "nodes": [{"id": "other", "title": "潮汐的成因"}]}
    edit(running, manuscript, other, {"t": "del", "id": section})

    after = rewritten(running, manuscript)

    assert after.document is not None
    assert section not in [each.id for each in after.document.sections]
    assert [each.content for each in after.earlier_texts] == [MINE]
