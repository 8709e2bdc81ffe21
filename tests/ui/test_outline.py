from pathlib import Path

import pytest

from components.brief_editor import TEXTS as BRIEF
from components.job_end import end_text, finished_text
from components.messages import Messages
from components.plain import plain
from pipeline.domain.assembly import leaves
from pipeline.domain.documents import FileRole, Language
from pipeline.domain.edits import OPERATION
from pipeline.domain.jobs import JobId, JobStatus, OutlineGenerationRequest
from pipeline.domain.manuscripts import Brief, Manuscript
from pipeline.domain.outline import leaves as sections_of
from pipeline.runtime import Runtime
from pipeline.service.views import Deleted
from tests.runtimes import finish, idle_runtime
from tests.ui.conftest import TEXT, Open
from tests.ui.screens import (
    component_data,
    components_of,
    links_of,
    sound,
    text_of,
    written_to_its_end,
)


def test_an_unknown_document_is_said_kindly(
    running: Runtime, shown: Open, language: Language
) -> None:
    m = Messages(language)

    app = shown(running, "outline", doc="nobody", language=language)

    assert m("missing.document") in text_of(app)
    assert links_of(app)[:2] == [m("missing.new"), m("missing.library")]


def test_an_address_without_a_document_is_said_kindly(
    running: Runtime, shown: Open, language: Language
) -> None:
    m = Messages(language)

    assert m("missing.none") in text_of(shown(running, "outline", language=language))
    assert m("missing.none") in text_of(shown(running, "outline", doc="", language=language))


def test_a_proposal_is_shown_for_editing(
    running: Runtime, shown: Open, manuscript: Manuscript, language: Language
) -> None:
    m = Messages(language)
    draft = running.manuscripts.outline(manuscript.id)

    app = shown(running, "outline", doc=manuscript.id, language=language)

    data = component_data(app, "longhand_outliner")
    assert data["snapshot"]["revision"] == draft.revision
    assert data["snapshot"]["title"] == draft.outline.title
    assert data["sources"] == [[manuscript.files[0].file_id, "潮汐.md"]]
    assert m("outline.lead") in text_of(app)
    assert plain("潮汐.md") in text_of(app)
    save = getattr(BRIEF["save"], language)
    assert [button.label for button in app.button] == [m("outline.write"), save]


def test_the_notes_say_what_each_source_carries_and_what_none_holds(
    running: Runtime, shown: Open, language: Language
) -> None:
    m = Messages(language)
    attach = running.manuscripts.attach
    cost = attach("成本 *1*.md", "潮汐电站的建设成本高于风电。设备寿命可达一百年。".encode())
    fish = attach("鱼.md", "水轮机会伤害洄游鱼类，因此需要鱼道。".encode())
    page = fish.model_copy(update={"url": "https://例.org/a_(b)?q=鱼", "was_found": True})
    own = attach("大纲.md", "# 潮汐能\n\n## 建设成本\n\n## 鱼道\n\n## 债券融资 $x$".encode())
    files = [cost, page, own.model_copy(update={"role": FileRole.OUTLINE})]
    manuscript = running.manuscripts.start(Brief(prompt="潮汐能"), files)
    finish(running, manuscript.outline_job)

    app = shown(running, "outline", doc=manuscript.id, language=language)

    text = text_of(app)
    once = m("outline.carries", number=1, sections=3)
    assert text.count(once) == 2
    assert plain("成本 *1*.md") in text
    assert "[鱼\\.md](https://%E4%BE%8B.org/a_%28b%29?q=%E9%B1%BC)" in text
    assert text.count(m("outline.found_page")) == 1
    assert text.count(m("outline.role_outline")) == 1
    told = text[text.index(m("outline.uncovered")) :]
    assert f"3\u2002{plain('债券融资 $x$')}" in told
    assert "建设成本" not in told
    bindable = component_data(app, "longhand_outliner")["sources"]
    assert bindable == [[cost.file_id, cost.file_name], [page.file_id, page.file_name]]


def test_the_estimate_says_when_the_files_hold_less_than_is_asked_for(
    running: Runtime, shown: Open, manuscript: Manuscript, language: Language
) -> None:
    m = Messages(language)
    draft = running.manuscripts.outline(manuscript.id)
    words = sum(place.node.target_words or 0 for place in sections_of(draft.outline.nodes))

    text = text_of(shown(running, "outline", doc=manuscript.id, language=language))

    assert 0 < words < 100
    assert (
        m("outline.estimate_short", asked=m.length(4_000, "zh"), length=m.length(words, "zh"))
        in text
    )
    assert m("outline.estimate_offline") in text


def test_without_files_the_estimate_says_that_scaffolds_are_written(
    running: Runtime, shown: Open, language: Language
) -> None:
    m = Messages(language)
    manuscript = running.manuscripts.start(Brief(prompt="写一份关于潮汐能的报告"), [])
    finish(running, manuscript.outline_job)

    text = text_of(shown(running, "outline", doc=manuscript.id, language=language))

    assert m("outline.estimate_scaffold") in text
    assert m("outline.estimate_offline") not in text


@pytest.mark.parametrize("text", ["", TEXT])
def test_the_notes_are_quiet_where_nothing_is_missing(
    running: Runtime, shown: Open, text: str
) -> None:
    m = Messages("zh")
    files = [running.manuscripts.attach("成本.md", text.encode())] if text else []
    manuscript = running.manuscripts.start(Brief(prompt="写潮汐能的建设成本"), files)
    finish(running, manuscript.outline_job)

    told = text_of(shown(running, "outline", doc=manuscript.id, language="zh"))

    assert m("outline.uncovered") not in told
    assert (m("outline.no_sources") in told) == (not files)


def test_what_the_author_renames_is_no_longer_named_as_missing(
    running: Runtime, shown: Open
) -> None:
    m = Messages("zh")
    attach = running.manuscripts.attach
    own = attach("大纲.md", "# 潮汐能\n\n## 建设成本\n\n## 债券融资".encode())
    files = [
        attach("成本.md", "潮汐电站的建设成本高于风电。".encode()),
        own.model_copy(update={"role": FileRole.OUTLINE}),
    ]
    manuscript = running.manuscripts.start(Brief(prompt="潮汐能"), files)
    finish(running, manuscript.outline_job)
    last = running.manuscripts.outline(manuscript.id).outline.nodes[-1].id
    rename = {"t": "set", "seq": 1, "id": last, "k": "title", "v": "设备寿命"}
    before = text_of(shown(running, "outline", doc=manuscript.id, language="zh"))

    running.manuscripts.edit_outline(manuscript.id, "标签页", [OPERATION.validate_python(rename)])

    after = text_of(shown(running, "outline", doc=manuscript.id, language="zh"))
    assert m("outline.uncovered") in before
    assert m("outline.uncovered") not in after


def test_approving_saves_first_and_then_writes(
    running: Runtime, shown: Open, manuscript: Manuscript
) -> None:
    m = Messages("en")
    app = shown(running, "outline", doc=manuscript.id)

    sound(app.button[0].click().run())
    waiting = component_data(app, "longhand_outliner")["save_request"]
    before = running.manuscripts.open(manuscript.id).document_job
    assert app.button[0].disabled
    assert m("outline.saving") in text_of(app)
    app.session_state[f"outline-{manuscript.id}"] = {"saved": waiting}
    sound(app.run())

    assert (waiting, before) == (1, None)
    written_to_its_end(app, running, manuscript)


def test_an_outline_that_lacks_something_says_what(
    running: Runtime, shown: Open, manuscript: Manuscript, language: Language
) -> None:
    node = running.manuscripts.outline(manuscript.id).outline.nodes[0].id
    clear = {"t": "set", "seq": 1, "id": node, "k": "title", "v": ""}
    running.manuscripts.edit_outline(manuscript.id, "标签页", [OPERATION.validate_python(clear)])
    app = shown(running, "outline", doc=manuscript.id, language=language)

    sound(app.button[0].click().run())
    app.session_state[f"outline-{manuscript.id}"] = {"saved": 1}
    sound(app.run())

    sentence = Messages(language).problem("node_title_empty", {"number": "1"})
    assert [error.value for error in app.error] == [sentence]
    assert components_of(app) == ["longhand_outliner"]


def test_while_it_grows_it_cannot_be_approved(idle: Runtime, shown: Open) -> None:
    manuscript = idle.manuscripts.start(Brief(prompt="潮汐能"), [])

    app = shown(idle, "outline", doc=manuscript.id)

    assert app.button[0].disabled
    assert set(components_of(app)) == {"longhand_board", "longhand_outliner"}


def test_a_proposal_that_was_stopped_can_be_asked_for_again(
    idle: Runtime, shown: Open, language: Language
) -> None:
    m = Messages(language)
    manuscript = idle.manuscripts.start(Brief(prompt="潮汐能"), [])
    assert manuscript.outline_job is not None
    idle.jobs.cancel(manuscript.outline_job)
    app = shown(idle, "outline", doc=manuscript.id, language=language)
    assert m("outline.cancelled") in text_of(app)

    again = next(button for button in app.button if button.label == m("outline.retry"))
    sound(again.click().run())

    job = idle.manuscripts.open(manuscript.id).outline_job
    assert job is not None
    assert job.id != manuscript.outline_job
    assert job.status is JobStatus.QUEUED


def test_a_full_queue_takes_no_proposal_and_leaves_all_as_it_was(
    tmp_path: Path, shown: Open, language: Language
) -> None:
    m = Messages(language)
    with idle_runtime(tmp_path, max_queued_jobs=1) as full:
        manuscript = full.manuscripts.start(Brief(prompt="潮汐能"), [])
        assert manuscript.outline_job is not None
        full.jobs.cancel(manuscript.outline_job)
        full.jobs.submit_outline(OutlineGenerationRequest(task_prompt="风能"))
        app = shown(full, "outline", doc=manuscript.id, language=language)

        again = next(button for button in app.button if button.label == m("outline.retry"))
        sound(again.click().run())

        assert m.problem("queue_full", {"retry_after_s": 30}) in text_of(app)
        assert full.manuscripts.open(manuscript.id).manuscript.outline_job == manuscript.outline_job
        assert not full.manuscripts.outline(manuscript.id).growing


def test_the_draft_of_a_writing_whose_job_has_expired_is_still_at_hand(
    running: Runtime, shown: Open, written: Manuscript, language: Language
) -> None:
    m = Messages(language)
    stopped = written.model_copy(update={"document": None, "document_job": JobId("expired")})
    running.manuscripts.restore(Deleted(stopped, running.manuscripts.outline(written.id)))
    number = running.drafts.finished(running.manuscripts.open(written.id))
    app = shown(running, "outline", doc=written.id, language=language)
    assert number > 0
    assert finished_text(number, m) in text_of(app)

    draft = next(button for button in app.button if button.label == end_text("draft", m))
    sound(draft.click().run())

    assert "longhand_reader" in components_of(app)
    assert running.manuscripts.open(written.id).manuscript.document is not None


def test_writing_again_asks_before_it_replaces(
    running: Runtime, shown: Open, written: Manuscript, language: Language
) -> None:
    m = Messages(language)
    app = shown(running, "outline", doc=written.id, language=language)

    sound(app.button[0].click().run())

    assert m("outline.again_question") in text_of(app)
    nothing = "Nothing changed" if language == "en" else "没有改动：所有小节均保留原文"
    assert nothing in text_of(app)
    assert m("outline.all_anew") in [button.label for button in app.button]
    assert running.manuscripts.open(written.id).manuscript.document_job == written.document_job


def test_writing_again_says_which_sections_are_written_and_why(
    running: Runtime, shown: Open, language: Language
) -> None:
    manuscript = running.manuscripts.start(Brief(prompt="潮汐能"), [])
    finish(running, manuscript.outline_job)
    finish(running, running.manuscripts.write(manuscript.id).id)
    first = running.manuscripts.outline(manuscript.id).outline.nodes[0]
    rename = {"t": "set", "seq": 1, "id": first.id, "k": "notes", "v": "*要有* 数字"}
    insert = {"t": "ins", "seq": 2, "nodes": [{"id": "新", "title": "鱼道 *图*"}]}
    edits = [OPERATION.validate_python(each) for each in (rename, insert)]
    running.manuscripts.edit_outline(manuscript.id, "标签页", edits)
    app = shown(running, "outline", doc=manuscript.id, language=language)

    sound(app.button[0].click().run())

    changes = running.changes.of(manuscript.id)
    number = len(changes.written)
    counted = f"Sections: {number} written" if language == "en" else f"小节：撰写 {number} 节"
    assert counted in text_of(app)
    assert plain("鱼道 *图*") in text_of(app)
    assert ("新", ("new",)) in {(change.id, change.reasons) for change in changes.written}
    folded = [expander.label for expander in app.expander]
    assert f"Written ({number})" in folded or f"撰写（{number}）" in folded


def test_writing_again_names_the_texts_of_the_author_that_stay_and_those_that_go(
    running: Runtime, shown: Open, language: Language
) -> None:
    manuscript = running.manuscripts.start(Brief(prompt="潮汐能"), [])
    finish(running, manuscript.outline_job)
    finish(running, running.manuscripts.write(manuscript.id).id)
    document = running.manuscripts.open(manuscript.id).manuscript.document
    assert document is not None
    going, staying = leaves(document.sections)[:2]
    for section in (going, staying):
        running.manuscripts.edit_section(manuscript.id, section.id, "手改的正文。")
    rename = {"t": "set", "seq": 1, "id": going.id, "k": "title", "v": "新的标题"}
    running.manuscripts.edit_outline(manuscript.id, "标签页", [OPERATION.validate_python(rename)])
    app = shown(running, "outline", doc=manuscript.id, language=language)

    sound(app.button[0].click().run())

    lost = "its text is replaced: {}" if language == "en" else "其正文将被取代：{}"
    assert lost.format(f"{going.number}\u2002新的标题") in text_of(app)
    [choice] = app.multiselect
    assert choice.options == [f"{staying.number} {staying.title}"]
    assert choice.value == []


def test_another_tone_is_said_to_concern_every_section_before_it_is_written(
    running: Runtime, shown: Open, written: Manuscript, language: Language
) -> None:
    app = shown(running, "outline", doc=written.id, language=language)
    tone = "Tone" if language == "en" else "语气"
    next(each for each in app.text_input if each.label == tone).set_value("严肃")
    save = "Save" if language == "en" else "保存"
    sound(next(each for each in app.button if each.label == save).click().run())
    assert running.manuscripts.open(written.id).manuscript.brief.tone == "严肃"

    write_again = Messages(language)("outline.write_again")
    sound(next(each for each in app.button if each.label == write_again).click().run())

    said = "because of a change to: tone." if language == "en" else "因为改动了：语气。"
    assert said in text_of(app)
