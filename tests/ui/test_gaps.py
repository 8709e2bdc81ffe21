"""Gaps of a document, tried again one by one or all at once."""

from typing import Any

import pytest

from components.messages import Messages
from pipeline.domain.documents import Language, NodeId, SectionStatus
from pipeline.domain.jobs import Job
from pipeline.domain.manuscripts import Manuscript
from pipeline.runtime import Runtime
from tests.runtimes import finish, idle_at
from tests.ui.conftest import Open
from tests.ui.screens import components_of, sound, written_to_its_end
from tests.unit.test_drafts import stopped
from tests.unit.test_service_manuscripts import edit

GAPS = ["缺", "还缺", "又缺"]


@pytest.fixture
def gappy(running: Runtime) -> Manuscript:
    """A draft with three gaps."""
    manuscript, _ = stopped(running)
    for gap in GAPS[1:]:
        more = {"t": "ins", "nodes": [{"id": gap, "title": f"{gap}的一节"}]}
        edit(running, manuscript, more, client=gap)
    running.drafts.take(manuscript.id)
    assert gaps(running, manuscript) == sorted(GAPS)
    return manuscript


def gaps(runtime: Runtime, manuscript: Manuscript) -> list[str]:
    document = runtime.manuscripts.open(manuscript.id).manuscript.document
    assert document is not None
    return sorted(s.id for s in document.sections if s.status is SectionStatus.FAILED)


def test_trying_one_gap_again_writes_this_one_alone(
    running: Runtime, shown: Open, gappy: Manuscript, language: Language
) -> None:
    app = shown(running, "document", doc=gappy.id, language=language)

    app.session_state[f"reader-{gappy.id}"] = {"retry": "还缺"}
    sound(app.run())

    written_to_its_end(app, running, gappy)
    assert gaps(running, gappy) == sorted({*GAPS} - {"还缺"})


def test_one_gap_whose_writing_was_stopped_is_all_that_going_on_writes(
    running: Runtime, shown: Open, gappy: Manuscript, language: Language
) -> None:
    left = {NodeId("缺"): "cancelled", NodeId("又缺"): "cancelled"}
    with idle_at(running) as waiting:
        job = waiting.manuscripts.write(gappy.id, gaps=left)
        waiting.jobs.cancel(job.id)
    app = shown(running, "writing", job=job.id, doc=gappy.id, language=language)
    label = Messages(language)("writing.resume")

    sound(next(button for button in app.button if button.label == label).click().run())

    written_to_its_end(app, running, gappy)
    assert gaps(running, gappy) == ["又缺", "缺"]


def test_finished_texts_that_would_be_written_too_are_asked_about_first(
    running: Runtime, shown: Open, gappy: Manuscript, language: Language
) -> None:
    with idle_at(running) as waiting:
        all_anew = waiting.manuscripts.write(gappy.id, None)
        waiting.jobs.cancel(all_anew.id)
    app, m = shown(running, "document", doc=gappy.id, language=language), Messages(language)

    app.session_state[f"reader-{gappy.id}"] = {"retry": "还缺"}
    sound(app.run())

    last = running.manuscripts.open(gappy.id).document_job
    assert last is not None
    assert last.id == all_anew.id, "nothing is written before the author has said so"
    assert m("outline.write_again") in [button.label for button in app.button]


def test_all_gaps_can_be_written_at_once(
    running: Runtime, shown: Open, gappy: Manuscript, language: Language
) -> None:
    app = shown(running, "document", doc=gappy.id, language=language)
    label = Messages(language)("document.fill_gaps", number=3)

    sound(next(button for button in app.button if button.label == label).click().run())

    written_to_its_end(app, running, gappy)
    assert gaps(running, gappy) == []


def test_a_writing_that_ends_before_its_page_is_drawn_opens_the_document_too(
    running: Runtime, shown: Open, gappy: Manuscript, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = running.changes.write

    def write_to_its_end(*given: Any, **more: Any) -> Job:
        return finish(running, write(*given, **more).id)

    monkeypatch.setattr(running.changes, "write", write_to_its_end)
    app = shown(running, "document", doc=gappy.id)

    app.session_state[f"reader-{gappy.id}"] = {"retry": "还缺"}
    sound(app.run())

    assert gaps(running, gappy) == sorted({*GAPS} - {"还缺"})
    assert "longhand_reader" in components_of(app)
    assert app.query_params["doc"] == gappy.id
