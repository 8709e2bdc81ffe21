"""Going on with a writing that was stopped: more than what is missing is said before it begins."""

from components.messages import Messages
from pipeline.domain.documents import Language
from pipeline.domain.jobs import Job
from pipeline.domain.manuscripts import Manuscript
from pipeline.runtime import Runtime
from tests.runtimes import finish, idle_at
from tests.ui.conftest import Open
from tests.ui.screens import component_data, sound, text_of
from tests.unit.test_drafts import stopped
from tests.unit.test_own_texts_in_manuscripts import MINE, corrected, section_of
from tests.unit.test_service_manuscripts import edit


def begun_and_stopped(runtime: Runtime, manuscript: Manuscript) -> Job:
    with idle_at(runtime) as waiting:
        job = waiting.manuscripts.write(manuscript.id)
        return waiting.jobs.cancel(job.id)


def last_job(runtime: Runtime, manuscript: Manuscript) -> Job:
    job = runtime.manuscripts.open(manuscript.id).document_job
    assert job is not None
    return job


def test_finished_sections_that_another_tone_makes_stale_are_asked_about_first(
    running: Runtime, shown: Open, language: Language
) -> None:
    m = Messages(language)
    manuscript, _ = stopped(running)
    job = begun_and_stopped(running, manuscript)
    brief = running.manuscripts.open(manuscript.id).manuscript.brief
    running.changes.rebrief(manuscript.id, brief.model_copy(update={"tone": "严肃"}))
    app = shown(running, "writing", job=job.id, doc=manuscript.id, language=language)

    sound(app.button(key="go_on").click().run())

    why = "because of a change to: tone." if language == "en" else "因为改动了：语气。"
    assert m("writing.more_question") in text_of(app)
    assert why in text_of(app)
    assert last_job(running, manuscript).id == job.id, "nothing begins before the author says so"
    app.session_state[f"board-{job.id}"] = {"finished": {"status": "cancelled"}}
    assert m("writing.more_question") in text_of(sound(app.run())), "what the board hears leaves it"
    sound(app.button(key="as_planned").click().run())
    begun = finish(running, last_job(running, manuscript).id)
    assert begun.id != job.id
    assert app.query_params["job"] == begun.id


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
