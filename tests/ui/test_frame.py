import subprocess
import sys
from pathlib import Path

from streamlit.testing.v1 import AppTest

from components.messages import Messages
from components.plain import plain
from components.session import Session
from pipeline.adapters.embedded_redis import stop_server
from pipeline.domain.documents import Language
from pipeline.domain.manuscripts import Brief
from pipeline.runtime import Runtime, override
from tests.runtimes import idle_runtime
from tests.ui.conftest import Open
from tests.ui.screens import APP, PATIENCE_S, sound, text_of


def test_what_was_worked_on_last_is_at_the_side(
    idle: Runtime, shown: Open, language: Language
) -> None:
    for prompt in ("Tidal power", "潮汐能"):
        idle.manuscripts.start(Brief(prompt=prompt), [])

    app = shown(idle, "new", language=language)

    links = [link.label for link in app.page_link if link in app.sidebar]
    assert links == [plain("潮汐能"), plain("Tidal power")]
    assert Messages(language)("nav.recent") in [text.value for text in app.sidebar.caption]


def test_the_language_that_was_chosen_in_a_tab_counts(running: Runtime) -> None:
    app = AppTest.from_file(APP, default_timeout=PATIENCE_S)
    app.session_state["session"] = Session(language="zh")

    with override(running):
        sound(app.run())

    assert [title.value for title in app.title] == [Messages("zh")("new.title")]


def test_a_store_that_is_gone_is_said_kindly(tmp_path: Path, shown: Open) -> None:
    with idle_runtime(tmp_path) as runtime:
        stop_server(tmp_path, only_if_unused=False)

        app = shown(runtime, "new", language="zh")

    assert Messages("zh")("store.gone") in text_of(app)


def test_a_server_whose_first_visitor_follows_a_link_draws_the_frame() -> None:
    """Streamlit runs a file of `pages/` by itself until somebody has opened the first page."""
    question = (
        "import app; from streamlit.runtime.pages_manager import PagesManager as p;"
        "p('app.py'); print(p.uses_pages_directory)"
    )

    answer = subprocess.run(  # noqa: S603  our own words
        [sys.executable, "-c", question], cwd=APP.parent, capture_output=True, text=True, check=True
    )

    assert answer.stdout.split() == ["False"]
