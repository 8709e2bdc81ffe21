"""Texts of the author's own in a manuscript: kept, replaced only when said, and never lost."""

from collections.abc import Iterator

import pytest

from pipeline.domain.documents import DocumentSection, NodeId
from pipeline.domain.manuscripts import EarlierText, Manuscript
from pipeline.errors import NotFound
from pipeline.runtime import Runtime
from tests.runtimes import finish, running_runtime
from tests.unit.test_service_manuscripts import edit, proposed

MINE = "手改的正文。"


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
    if all_anew:
        job = runtime.changes.write_all_anew(manuscript.id)
    else:
        job = runtime.changes.write(manuscript.id, anew)
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


@pytest.mark.parametrize("all_anew", [False, True])
def test_who_wants_a_corrected_section_written_anew_gets_that_and_keeps_the_text(
    running: Runtime, *, all_anew: bool
) -> None:
    manuscript, section = corrected(running)

    after = rewritten(running, manuscript, section, all_anew=all_anew)

    assert MINE not in section_of(after, section).content
    assert [each.content for each in after.earlier_texts] == [MINE]


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
