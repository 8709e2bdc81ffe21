from datetime import UTC, datetime, timedelta

import pytest
from streamlit.testing.v1 import AppTest

from components.messages import Messages
from pipeline.domain.documents import Language
from pipeline.domain.jobs import ManuscriptId
from pipeline.domain.manuscripts import Brief, Manuscript
from pipeline.errors import NotFound
from pipeline.runtime import Runtime
from tests.ui.conftest import Open
from tests.ui.screens import links_of, sound, text_of


def test_an_empty_library_says_how_to_begin(idle: Runtime, shown: Open, language: Language) -> None:
    m = Messages(language)

    app = shown(idle, "library", language=language)

    assert m("library.empty") in text_of(app)
    assert links_of(app) == [m("missing.new")]
    assert m.counted("library.kept", 90) in text_of(app)


def test_all_manuscripts_are_listed(idle: Runtime, shown: Open, language: Language) -> None:
    m = Messages(language)
    for prompt in ("Tidal power", "潮汐能"):
        idle.manuscripts.start(Brief(prompt=prompt), [])

    app = shown(idle, "library", language=language)

    text = text_of(app)
    assert text.index("**潮汐能**") < text.index("**Tidal power**")
    assert text.count(m("status.proposing")) == 2
    assert links_of(app).count(m("library.open")) == 2


def test_titles_are_searched(idle: Runtime, shown: Open, language: Language) -> None:
    m = Messages(language)
    for prompt in ("Tidal power", "潮汐能"):
        idle.manuscripts.start(Brief(prompt=prompt), [])
    app = shown(idle, "library", language=language)

    found = text_of(sound(app.text_input[0].set_value("潮汐").run()))
    nothing = text_of(sound(app.text_input[0].set_value("风").run()))

    assert "**潮汐能**" in found
    assert "**Tidal power**" not in found
    assert m("library.nothing", query="风") in nothing


def test_many_manuscripts_are_listed_page_by_page_and_all_are_searched(
    idle: Runtime, shown: Open, language: Language
) -> None:
    m, moment = Messages(language), datetime.now(UTC)
    for number in range(61):
        at = moment + timedelta(seconds=number)
        name, title = ManuscriptId(f"n{number}"), f"潮汐 {number:02}"
        one = Manuscript(id=name, title=title, created_at=at, updated_at=at)
        idle.manuscripts._store.save(one)
    app = shown(idle, "library", language=language)
    first = text_of(app)

    second = text_of(click(app, m("library.next")))
    found = text_of(sound(app.text_input[0].set_value("潮汐 00").run()))

    assert m("library.shown", first=1, last=60, number=61) in first
    assert ("**潮汐 60**" in first, "**潮汐 00**" in first) == (True, False)
    assert m("library.shown", first=61, last=61, number=61) in second
    assert ("**潮汐 60**" in second, "**潮汐 00**" in second) == (False, True)
    assert "**潮汐 00**" in found
    assert m("library.next") not in [button.label for button in app.button]


def click(app: AppTest, *labels: str) -> AppTest:
    """Click buttons in one run: a dialog is open only while what opened it is clicked."""
    for label in labels:
        [button for button in app.button if button.label == label][-1].click()
    return sound(app.run())


def test_deleting_asks_and_can_be_undone(idle: Runtime, shown: Open, language: Language) -> None:
    m = Messages(language)
    manuscript = idle.manuscripts.start(Brief(prompt="潮汐能"), [])
    app = shown(idle, "library", language=language)

    asked = text_of(click(app, m("library.delete")))
    app.button(key=f"delete-{manuscript.id}").click()
    click(app, m("library.delete"))
    with pytest.raises(NotFound):
        idle.manuscripts.open(manuscript.id)
    gone = text_of(app)
    click(app, m("library.undo"))

    assert m("library.delete_named", title="潮汐能") in asked
    assert m("library.deleted", title="潮汐能") in gone
    assert m("library.empty") in gone
    assert "**潮汐能**" in text_of(app)
    assert idle.manuscripts.open(manuscript.id).manuscript.title == "潮汐能"
