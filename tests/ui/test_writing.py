import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from components.job_end import end_text, finished_text
from components.messages import Messages
from pipeline.domain.documents import Language
from pipeline.domain.edits import OPERATION
from pipeline.domain.jobs import DocumentGenerationRequest, JobId, OutlineGenerationRequest
from pipeline.domain.manuscripts import Brief, Manuscript
from pipeline.errors import Expired
from pipeline.runtime import Runtime
from pipeline.service.views import Deleted
from tests.runtimes import finish, idle_at, idle_runtime
from tests.ui.conftest import Open
from tests.ui.screens import component_data, components_of, links_of, sound, text_of

ONE_SECTION = DocumentGenerationRequest.model_validate(
    {"outline": {"title": "潮汐能", "nodes": [{"id": "n1", "title": "引言"}]}}
)


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
    assert data["document_language"] == "zh"
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

    retry = next(button for button in app.button if button.label == m("writing.resume"))
    sound(retry.click().run())

    job = idle.manuscripts.open(manuscript.id).document_job
    assert job is not None
    assert job.id != stopped
    assert app.query_params["job"] == job.id
    assert components_of(app) == ["longhand_board"]


def test_a_manuscript_that_is_deleted_while_it_is_written_is_said_kindly(
    idle: Runtime, shown: Open, language: Language
) -> None:
    m = Messages(language)
    manuscript = queued(idle)
    app = shown(
        idle, "writing", job=str(manuscript.document_job), doc=manuscript.id, language=language
    )
    idle.manuscripts.delete(manuscript.id)

    sound(app.run())

    assert m("writing.cancelled") in text_of(app)
    assert m("missing.document") in text_of(app)
    assert m("writing.to_outline") not in links_of(app)
    assert m("writing.resume") not in [button.label for button in app.button]


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

    assert "longhand_reader" in components_of(app)
    assert app.query_params["doc"] == manuscript.id


def test_a_stopped_writing_offers_its_draft(
    running: Runtime, shown: Open, written: Manuscript, language: Language
) -> None:
    deleted = Deleted(written, running.manuscripts.outline(written.id))
    bare = written.model_copy(update={"document": None, "document_job": None})
    with idle_at(running) as waiting:
        running.manuscripts.restore(Deleted(bare, deleted.draft))
        job = waiting.manuscripts.write(written.id)
        waiting.jobs.cancel(job.id)
    app = shown(running, "writing", job=job.id, doc=written.id, language=language)
    count = running.drafts.finished(running.manuscripts.open(written.id))
    assert finished_text(count, Messages(language)) in text_of(app)

    draft = end_text("draft", Messages(language))
    sound(next(button for button in app.button if button.label == draft).click().run())

    assert "longhand_reader" in components_of(app)
    assert running.manuscripts.open(written.id).manuscript.document is not None


def test_an_ended_job_says_how_long_it_is_kept_and_is_kept_longer_on_request(
    idle: Runtime, shown: Open, language: Language
) -> None:
    m = Messages(language)
    job = idle.jobs.submit_document(ONE_SECTION)
    idle.jobs.cancel(job.id)
    app = shown(idle, "writing", job=job.id, language=language)
    assert end_text("left", m, left=end_text("minutes", m, n=60)) in text_of(app)

    keep = next(button for button in app.button if button.label == end_text("keep", m))
    sound(keep.click().run())

    assert end_text("left", m, left=end_text("hours", m, n=24)) in text_of(app)
    assert end_text("keep", m) not in [button.label for button in app.button]
    expires = idle.jobs.job(job.id).expires_at
    assert expires is not None
    assert expires - datetime.now(UTC) > timedelta(hours=23)


def test_a_job_is_offered_to_be_kept_no_longer_than_it_may_be(
    shown: Open, tmp_path: Path, language: Language
) -> None:
    m = Messages(language)
    two_hours = end_text("hours", m, n=2)
    with idle_runtime(tmp_path, max_result_ttl=timedelta(hours=2)) as runtime:
        job = runtime.jobs.submit_document(ONE_SECTION)
        runtime.jobs.cancel(job.id)
        app = shown(runtime, "writing", job=job.id, language=language)
        keep = end_text("keep_for", m, time=two_hours)
        assert end_text("keep", m) not in [button.label for button in app.button]

        sound(next(button for button in app.button if button.label == keep).click().run())

        assert end_text("left", m, left=two_hours) in text_of(app)
        assert keep not in [button.label for button in app.button]


def test_an_expired_job_says_so_and_what_to_do(shown: Open, tmp_path: Path) -> None:
    with idle_runtime(tmp_path, result_ttl=timedelta(milliseconds=50)) as runtime:
        job = runtime.jobs.submit_outline(OutlineGenerationRequest(task_prompt="潮汐能"))
        runtime.jobs.cancel(job.id)
        wait_until_expired(runtime, job.id)
        app = shown(runtime, "writing", job=job.id)

    assert "This job has expired: a job is kept for 1 min after its end." in text_of(app)


def wait_until_expired(runtime: Runtime, job_id: JobId) -> None:
    ends = time.monotonic() + 10
    while time.monotonic() < ends:
        try:
            runtime.jobs.job(job_id)
        except Expired:
            return
        time.sleep(0.02)
    raise AssertionError("it did not expire")
