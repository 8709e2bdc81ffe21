"""Going on with a writing that was stopped: more than what is missing is said before it begins."""

from streamlit.testing.v1 import AppTest

from components.messages import Messages
from components.session import Session
from pipeline.domain.documents import Language
from pipeline.domain.jobs import Job, JobId
from pipeline.domain.manuscripts import Manuscript
from pipeline.runtime import Runtime
from tests.runtimes import finish, idle_at
from tests.ui.conftest import Open
from tests.ui.screens import (
    APP,
    PATIENCE_S,
    component_data,
    sound,
    text_of,
    written_to_its_end,
)
from tests.unit.test_drafts import stopped
from tests.unit.test_own_texts_in_manuscripts import MINE, corrected, section_of
from tests.unit.test_service_manuscripts import edit


def begun_and_stopped(runtime: Runtime, manuscript: Manuscript) -> Job:
    with idle_at(runtime) as waiting:
        job = waiting.manuscripts.write(manuscript.id)
        return waiting.jobs.cancel(job.id)


def stopped_before_another_tone(runtime: Runtime) -> tuple[Manuscript, Job]:
    """As it was before; by now going on would write everything anew."""
    manuscript, _ = stopped(runtime)
    job = begun_and_stopped(runtime, manuscript)
    brief = manuscript.brief.model_copy(update={"tone": "严肃"})
    runtime.changes.rebrief(manuscript.id, brief)
    return manuscript, job


def last_job(runtime: Runtime, manuscript: Manuscript) -> Job:
    job = runtime.manuscripts.open(manuscript.id).document_job
    assert job is not None
    return job


def test_finished_sections_that_another_tone_makes_stale_are_asked_about_first(
    running: Runtime, shown: Open, language: Language
) -> None:
    m = Messages(language)
    manuscript, job = stopped_before_another_tone(running)
    app = shown(running, "writing", job=job.id, doc=manuscript.id, language=language)

    sound(app.button(key="go_on").click().run())

    why = "because of a change to: tone." if language == "en" else "因为改动了：语气。"
    assert m("writing.more_question") in text_of(app)
    assert why in text_of(app)
    assert last_job(running, manuscript).id == job.id, "nothing begins before the author says so"
    app.session_state[f"board-{job.id}"] = {"finished": {"status": "cancelled"}}
    assert m("writing.more_question") in text_of(sound(app.run())), "what the board hears leaves it"
    sound(app.button(key="as_planned").click().run())
    begun = written_to_its_end(app, running, manuscript)
    assert begun.id != job.id


def test_a_question_that_was_left_begins_nothing_when_the_page_is_opened_again(
    running: Runtime, shown: Open, language: Language
) -> None:
    m = Messages(language)
    manuscript, job = stopped_before_another_tone(running)
    app = shown(running, "writing", job=job.id, doc=manuscript.id, language=language)
    sound(app.button(key="go_on").click().run())
    assert m("writing.more_question") in text_of(app)

    sound(app.switch_page("pages/outline.py").run())
    running.changes.rebrief(manuscript.id, manuscript.brief)
    sound(app.switch_page("pages/writing.py").run())

    assert last_job(running, manuscript).id == job.id, "only the press of a button begins"
    assert m("writing.more_question") not in text_of(app)
    sound(app.button(key="go_on").click().run())
    begun = finish(running, last_job(running, manuscript).id)
    assert begun.id != job.id


def test_a_question_does_not_open_by_itself_after_another_page_or_job_was_shown(
    running: Runtime, shown: Open, language: Language
) -> None:
    m = Messages(language)
    manuscript, job = stopped_before_another_tone(running)
    app = shown(running, "writing", job=job.id, doc=manuscript.id, language=language)
    sound(app.button(key="go_on").click().run())

    app.query_params["job"] = begun_and_stopped(running, stopped(running)[0]).id
    sound(app.run())
    app.query_params["job"] = job.id
    sound(app.run())

    assert m("writing.more_question") not in text_of(app)
    frame = AppTest.from_file(APP, default_timeout=PATIENCE_S)
    frame.session_state["session"] = Session(going_on=JobId(job.id))
    assert sound(frame.run()).session_state["session"].going_on is None


def test_a_text_of_the_author_that_going_on_would_replace_is_named_first(
    running: Runtime, shown: Open, language: Language
) -> None:
    manuscript, section = corrected(running)
    job = begun_and_stopped(running, manuscript)
    edit(running, manuscript, {"t": "set", "id": section, "k": "title", "v": "新的标题"})
    app = shown(running, "writing", job=job.id, doc=manuscript.id, language=language)

    sound(app.button(key="go_on").click().run())

    m, number = Messages(language), section_of(manuscript, section).number
    assert f"{number}\u2002新的标题" in text_of(app)
    assert last_job(running, manuscript).id == job.id
    assert section_of(running.manuscripts.open(manuscript.id).manuscript, section).content == MINE
    not_now = next(each for each in app.button if each.label == m("writing.not_now"))
    assert m("writing.more_question") not in text_of(sound(not_now.click().run()))


def test_an_older_job_that_was_stopped_offers_nothing_for_the_document_of_today(
    running: Runtime, shown: Open, language: Language
) -> None:
    m = Messages(language)
    manuscript, _ = stopped(running)
    older = begun_and_stopped(running, manuscript)
    finish(running, running.manuscripts.write(manuscript.id).id)

    app = shown(running, "writing", job=older.id, doc=manuscript.id, language=language)

    assert m("writing.cancelled") in text_of(app)
    assert m("writing.resume") not in [button.label for button in app.button]


def test_a_plan_that_another_tab_made_untrue_is_shown_anew_and_nothing_begins(
    running: Runtime, shown: Open, written: Manuscript, language: Language
) -> None:
    m = Messages(language)
    app = shown(running, "outline", doc=written.id, language=language)
    sound(app.button[0].click().run())
    app.button[0].click()
    app.button(key="as_planned").click()
    sound(app.run())
    asked = component_data(app, "longhand_outliner")["save_request"]
    edit(running, written, {"t": "ins", "nodes": [{"id": "新", "title": "鱼道"}]}, client="别处")

    app.session_state[f"outline-{written.id}"] = {"saved": asked}
    sound(app.run())

    assert asked
    assert m.problem("plan_changed") in text_of(app)
    assert "鱼道" in text_of(app)
    assert last_job(running, written).id == written.document_job
