from components.messages import Messages
from pipeline.domain.documents import Language
from pipeline.domain.edits import OPERATION
from pipeline.domain.jobs import JobId
from pipeline.domain.manuscripts import Brief, Manuscript
from pipeline.runtime import Runtime
from tests.runtimes import finish
from tests.ui.conftest import Open
from tests.ui.screens import component_data, components_of, links_of, sound, text_of


def test_an_unknown_job_is_said_kindly(running: Runtime, shown: Open, language: Language) -> None:
    m = Messages(language)

    app = shown(running, "writing", job="nobody", language=language)

    assert m("missing.job") in text_of(app)
    assert m("missing.library") in links_of(app)


def test_an_address_without_a_job_is_said_kindly(
    running: Runtime, shown: Open, language: Language
) -> None:
    assert Messages(language)("missing.job") in text_of(
        shown(running, "writing", language=language)
    )


def test_the_outlines_own_job_is_no_writing(
    running: Runtime, shown: Open, manuscript: Manuscript
) -> None:
    app = shown(running, "writing", job=str(manuscript.outline_job))

    assert Messages("en")("missing.job") in text_of(app)


def test_a_finished_writing_leads_to_its_document(
    running: Runtime, shown: Open, written: Manuscript, language: Language
) -> None:
    m = Messages(language)

    app = shown(running, "writing", doc=written.id, language=language)

    data = component_data(app, "longhand_board")
    assert (data["live"], data["language"]) == (f"live/jobs/{written.document_job}", language)
    assert data["counts_characters"]
    assert m("outline.read") in links_of(app)


def queued(runtime: Runtime) -> Manuscript:
    """A manuscript whose writing waits."""
    manuscript = runtime.manuscripts.start(Brief(prompt="潮汐能"), [])
    outline = [
        {"t": "name", "seq": 1, "v": "潮汐能"},
        {"t": "ins", "seq": 2, "nodes": [{"id": "n1", "title": "引言"}]},
    ]
    runtime.manuscripts.edit_outline(
        manuscript.id, "标签页", [OPERATION.validate_python(one) for one in outline]
    )
    runtime.manuscripts.write(manuscript.id)
    return runtime.manuscripts.open(manuscript.id).manuscript


def test_a_writing_that_was_stopped_can_be_tried_again(
    idle: Runtime, shown: Open, language: Language
) -> None:
    m = Messages(language)
    manuscript = queued(idle)
    stopped = JobId(str(manuscript.document_job))
    idle.jobs.cancel(stopped)
    app = shown(idle, "writing", job=stopped, language=language)
    assert m("writing.cancelled") in text_of(app)

    retry = next(button for button in app.button if button.label == m("writing.retry"))
    sound(retry.click().run())

    job = idle.manuscripts.open(manuscript.id).document_job
    assert job is not None
    assert job.id != stopped
    assert app.query_params["job"] == job.id
    assert components_of(app) == ["longhand_board"]


def test_the_end_of_what_is_watched_opens_the_document(
    running: Runtime, idle: Runtime, shown: Open
) -> None:
    manuscript = queued(idle)
    app = shown(idle, "writing", job=str(manuscript.document_job), doc=manuscript.id)
    assert components_of(app) == ["longhand_board"]
    idle.start()
    finish(idle, manuscript.document_job)

    app.session_state[f"board-{manuscript.document_job}"] = {"finished": {"status": "completed"}}
    sound(app.run())

    assert components_of(app) == ["longhand_reader"]
    assert app.query_params["doc"] == manuscript.id
