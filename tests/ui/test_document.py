from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from components.messages import Messages
from components.plain import plain
from pipeline.domain.documents import CitationStyle, FileRole, Language
from pipeline.domain.jobs import ManuscriptId
from pipeline.domain.manuscripts import Brief, Manuscript
from pipeline.errors import FormattingFailed
from pipeline.runtime import Runtime
from pipeline.service.manuscripts import ManuscriptService
from pipeline.service.views import Deleted, View
from tests.runtimes import finish
from tests.ui.conftest import TEXT, Open
from tests.ui.screens import component_data, links_of, sound, text_of


def test_a_document_that_is_not_there_yet_says_what_to_do(
    running: Runtime, shown: Open, manuscript: Manuscript, language: Language
) -> None:
    m = Messages(language)

    app = shown(running, "document", doc=manuscript.id, language=language)

    assert m("document.none") in text_of(app)
    assert m("steps.outline") in links_of(app)


def test_an_unknown_document_is_said_kindly(
    running: Runtime, shown: Open, language: Language
) -> None:
    m = Messages(language)

    unknown = shown(running, "document", doc="没有这一份", language=language)
    none = shown(running, "document", language=language)

    assert m("missing.document") in text_of(unknown)
    assert m("missing.none") in text_of(none)


def test_a_document_can_be_read_and_taken_away(
    running: Runtime, shown: Open, written: Manuscript, language: Language
) -> None:
    m = Messages(language)
    assert written.document is not None

    app = shown(running, "document", doc=written.id, language=language)

    data = component_data(app, "longhand_reader")
    assert [title.value for title in app.title] == [written.document.title]
    assert [s["id"] for s in data["sections"]] == [s.id for s in written.document.sections]
    assert (data["revision"], data["language"]) == (written.revision, language)
    assert m("document.offline") in text_of(app)
    menu = component_data(app, "longhand_downloads")
    labels = [each["label"] for group in menu["groups"] for each in group["formats"]]
    formats = ("word", "pdf", "markdown", "html", "epub", "latex", "bibtex", "ris", "csl")
    assert labels == [m(f"document.{name}") for name in formats]
    assert (menu["address"], menu["language"]) == (f"live/documents/{written.id}/files", language)
    assert menu["groups"][0]["formats"][0]["name"] == f"{written.document.title}.docx"
    assert menu["problems"]["export_failed"] == m.problem("export_failed")


def test_a_document_without_files_is_called_a_scaffold(
    running: Runtime, shown: Open, language: Language
) -> None:
    m = Messages(language)
    manuscript = running.manuscripts.start(Brief(prompt="写一份关于潮汐能的报告"), [])
    finish(running, manuscript.outline_job)
    finish(running, running.manuscripts.write(manuscript.id).id)

    app = shown(running, "document", doc=manuscript.id, language=language)

    assert m("document.scaffold") in text_of(app)
    assert m("document.offline") not in text_of(app)


def test_both_downloads_can_be_built(running: Runtime, written: Manuscript) -> None:
    assert written.document is not None

    word = running.exports.build(written.document, "docx")
    markdown = running.exports.build(written.document, "md").decode()

    assert word.startswith(b"PK")
    assert written.document.title in markdown


def choose_style(app: AppTest, style: CitationStyle) -> AppTest:
    [box] = [box for box in app.selectbox if (box.key or "").startswith("style-")]
    return sound(box.set_value(style).run())


def test_the_reference_list_is_put_into_the_style_that_is_chosen(
    running: Runtime, shown: Open, written: Manuscript, language: Language
) -> None:
    m = Messages(language)
    app = shown(running, "document", doc=written.id, language=language)

    choose_style(app, "gb-t-7714-2015")

    after = running.manuscripts.open(written.id).manuscript
    assert after.document is not None
    assert after.document.citation_style == "gb-t-7714-2015"
    data = component_data(app, "longhand_reader")
    assert data["revision"] == after.revision == written.revision + 1
    assert data["references"][0]["html"].startswith("潮汐能[")
    [chosen] = [box.value for box in app.selectbox]
    assert chosen == "gb-t-7714-2015"
    assert m("style.gb-t-7714-2015") in app.selectbox[0].options[1]


def test_a_style_that_could_not_be_had_is_said_and_the_choice_is_what_it_was(
    running: Runtime,
    shown: Open,
    written: Manuscript,
    language: Language,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(*_: object) -> None:
        raise FormattingFailed("It took too long.")

    monkeypatch.setattr(ManuscriptService, "restyle", fail)
    app = shown(running, "document", doc=written.id, language=language)

    choose_style(app, "apa")

    assert Messages(language).problem("formatting_failed") in text_of(app)
    assert [box.value for box in app.selectbox] == ["numeric"]
    assert Messages(language).problem("formatting_failed") not in text_of(sound(app.run()))


@pytest.mark.parametrize("has_document", [True, False])
def test_an_open_page_is_drawn_anew_when_the_writing_has_ended(
    running: Runtime,
    idle: Runtime,
    shown: Open,
    written: Manuscript,
    language: Language,
    monkeypatch: pytest.MonkeyPatch,
    *,
    has_document: bool,
) -> None:
    m, look = Messages(language), ManuscriptService.open
    fields = {"document": written.document if has_document else None, "document_job": None}
    copy = Deleted(written.model_copy(update=fields), running.manuscripts.outline(written.id))
    idle.manuscripts.restore(copy)
    job = idle.manuscripts.write(written.id)

    def open_and_stop(service: ManuscriptService, manuscript_id: ManuscriptId) -> View:
        """It ends right after the page has looked."""
        view = look(service, manuscript_id)
        if view.is_writing:
            idle.jobs.cancel(job.id)
        return view

    monkeypatch.setattr(ManuscriptService, "open", open_and_stop)

    text = text_of(shown(idle, "document", doc=written.id, language=language))

    assert m("document.writing") not in text
    assert m("document.being_written") not in text
    assert (m("document.none") in text) != has_document


def test_a_script_in_the_title_stays_text(running: Runtime, shown: Open) -> None:
    manuscript = running.manuscripts.start(Brief(prompt="<script>alert(1)</script> *潮汐*"), [])
    finish(running, manuscript.outline_job)
    finish(running, running.manuscripts.write(manuscript.id).id)

    app = shown(running, "document", doc=manuscript.id)

    data = component_data(app, "longhand_reader")
    assert "<script" not in "".join(str(section) for section in data["sections"])
    assert not any(markdown.allow_html for markdown in app.markdown)


def test_a_text_of_the_author_that_was_replaced_can_be_put_back(
    running: Runtime, shown: Open, written: Manuscript, language: Language
) -> None:
    assert written.document is not None
    section = written.document.sections[-1].id
    running.manuscripts.edit_section(written.id, section, "手改的正文。")
    finish(running, running.manuscripts.write(written.id, [section]).id)
    app = shown(running, "document", doc=written.id, language=language)
    title = "Earlier texts (1)" if language == "en" else "此前的正文（1）"
    assert title in [expander.label for expander in app.expander]
    assert [code.value for code in app.code] == ["手改的正文。"]

    put_back = "Put back" if language == "en" else "恢复"
    sound(next(button for button in app.button if button.label == put_back).click().run())

    after = running.manuscripts.open(written.id).manuscript
    assert after.document is not None
    assert after.document.sections[-1].content == "手改的正文。"
    mark = "not by you" if language == "en" else "非你所写"
    assert mark in text_of(app)


def test_all_earlier_texts_can_be_reached(
    running: Runtime, shown: Open, written: Manuscript
) -> None:
    assert written.document is not None
    section = written.document.sections[-1].id
    running.manuscripts.edit_section(written.id, section, "第 0 稿。")
    finish(running, running.manuscripts.write(written.id, [section]).id)
    replaced = running.manuscripts.open(written.id).manuscript
    [text] = replaced.earlier_texts
    texts = [text.model_copy(update={"content": f"第 {number} 稿。"}) for number in range(12)]
    many = replaced.model_copy(update={"earlier_texts": tuple(texts)})
    running.manuscripts.restore(Deleted(many, running.manuscripts.outline(written.id)))
    app = shown(running, "document", doc=written.id)
    first = [code.value for code in app.code]

    sound(app.pagination[0].set_value(2).run())

    assert first + [code.value for code in app.code] == [text.content for text in texts]


def test_a_gap_can_be_tried_again_though_other_sections_were_corrected(
    running: Runtime, shown: Open, written: Manuscript
) -> None:
    assert written.document is not None
    running.manuscripts.edit_section(written.id, written.document.sections[-1].id, "手改的正文。")

    app = shown(running, "document", doc=written.id)

    assert component_data(app, "longhand_reader")["can_retry"]


def test_what_the_offline_author_does_not_follow_is_named_on_every_page(
    running: Runtime, shown: Open, language: Language
) -> None:
    m = Messages(language)
    attach = running.manuscripts.attach
    guide = attach("规范.md", "每句不超过二十字。".encode())
    files = [
        attach("潮汐.md", TEXT.encode()),
        guide.model_copy(update={"role": FileRole.STYLE_GUIDE}),
    ]
    brief = Brief(prompt="写一份关于潮汐能的报告", audience="市议会成员", tone="平实")
    manuscript = running.manuscripts.start(brief, files)
    finish(running, manuscript.outline_job)
    finish(running, running.manuscripts.write(manuscript.id).id)

    pages = [
        text_of(shown(running, page, doc=manuscript.id, language=language))
        for page in ("outline", "document")
    ]
    new = text_of(shown(running, "new", language=language, tone="plain", audience="市议会成员"))

    names = [m(f"offline.{name}") for name in ("style", "audience", "tone")]
    assert all(m("offline.not_followed", what=m("list.comma").join(names)) in p for p in pages)
    assert m("offline.not_followed", what=m("list.comma").join(names[1:])) in new


def test_of_a_document_it_is_said_what_was_asked_for_when_it_was_written(
    running: Runtime, shown: Open, written: Manuscript, language: Language
) -> None:
    m = Messages(language)
    running.changes.rebrief(written.id, written.brief.model_copy(update={"tone": "平实"}))
    later = m("offline.not_followed", what=m("offline.tone"))

    outline = text_of(shown(running, "outline", doc=written.id, language=language))
    document = text_of(shown(running, "document", doc=written.id, language=language))

    assert later in outline
    assert later not in document


def test_nothing_is_said_to_be_left_out_where_nothing_was_asked_for(
    running: Runtime, shown: Open, written: Manuscript, language: Language
) -> None:
    left = Messages(language)("offline.not_followed", what="").partition(":")[0].partition("：")[0]

    for page in ("outline", "document", "new"):
        assert left not in text_of(shown(running, page, doc=written.id, language=language))


def test_with_a_model_nothing_is_said_to_be_left_out(running: Runtime, shown: Open) -> None:
    settings = running.settings.model_copy(update={"openai_model": "some-model"})

    app = shown(replace(running, settings=settings), "new", tone="plain", audience="children")

    assert "Not followed" not in text_of(app)


def test_chapters_that_were_not_smoothed_are_named_with_the_reason(
    running: Runtime, shown: Open, written: Manuscript, language: Language
) -> None:
    m = Messages(language)
    assert written.document
    chapter = written.document.sections[0]
    document = written.document.model_copy(update={"unfused": {chapter.id: "budget_reached"}})
    draft = running.manuscripts.outline(written.id)
    running.manuscripts.delete(written.id)
    unfused = written.model_copy(update={"document": document})
    running.manuscripts.restore(Deleted(unfused, draft))

    app = shown(running, "document", doc=written.id, language=language)

    names = plain(f"{chapter.number} {chapter.title}")
    told = m("document.unfused", names=names, why=m.problem("budget_reached"))
    assert told in [warning.value for warning in app.warning]
