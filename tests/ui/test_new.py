from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from components.examples import EXAMPLES
from components.messages import Messages
from pipeline.domain.documents import Language
from pipeline.domain.manuscripts import Manuscript
from pipeline.runtime import Runtime
from tests.runtimes import finish
from tests.ui.conftest import Open
from tests.ui.screens import component_data, components_of, sound, text_of


def submit(app: AppTest, prompt: str, nonce: str = "n1") -> AppTest:
    """Send off what the composer would send."""
    app.session_state["composer"] = {"submitted": {"prompt": prompt, "files": [], "nonce": nonce}}
    return sound(app.run())


def test_the_first_page_asks_what_to_write(
    running: Runtime, shown: Open, language: Language
) -> None:
    m = Messages(language)

    app = shown(running, "new", language=language)

    assert [title.value for title in app.title] == [m("new.title")]
    assert m("new.lead") in text_of(app)
    assert component_data(app, "longhand_composer")["language"] == language
    assert [box.label for box in app.selectbox] == [
        m(f"new.{name}") for name in ("type", "length", "language", "style")
    ]
    assert [toggle.label for toggle in app.toggle] == []


def test_without_a_model_the_page_says_what_writes(
    running: Runtime, shown: Open, language: Language
) -> None:
    assert Messages(language)("new.offline") in text_of(shown(running, "new", language=language))


def test_with_a_model_it_does_not(running: Runtime, shown: Open) -> None:
    settings = running.settings.model_copy(update={"openai_model": "some-model"})

    app = shown(replace(running, settings=settings), "new")

    assert Messages("en")("new.offline") not in text_of(app)


def test_a_search_and_a_second_opinion_are_offered_where_there_is_one_to_ask(
    running: Runtime, shown: Open, language: Language
) -> None:
    m = Messages(language)
    changes = {"openai_model": "some-model", "search_provider": ("wikipedia",)}
    settings = running.settings.model_copy(update=changes)

    app = shown(replace(running, settings=settings), "new", language=language)

    labels = [toggle.label for toggle in app.toggle]
    assert labels == [m("new.web_search"), m("new.second_opinion")]


def newest(runtime: Runtime) -> Manuscript:
    return runtime.manuscripts.open(runtime.manuscripts.listed()[0].id).manuscript


def test_what_is_chosen_for_sources_reaches_the_manuscript(running: Runtime, shown: Open) -> None:
    changes = {"openai_model": "some-model", "search_provider": ("wikipedia",)}
    settings = running.settings.model_copy(update=changes)
    app = shown(replace(running, settings=settings), "new", language="zh")
    app.selectbox(key="style-zh").set_value("gb-t-7714-2015")
    app.toggle(key="web_search").set_value(True)
    app.toggle(key="second_opinion").set_value(True)

    submit(app, "写一份关于风能的报告")

    brief = newest(running).brief
    assert (brief.citation_style, brief.web_search, brief.second_opinion) == (
        "gb-t-7714-2015",
        True,
        True,
    )


def test_pages_of_the_web_are_taken_only_where_they_may_be_fetched(
    running: Runtime, shown: Open
) -> None:
    settings = running.settings.model_copy(update={"web_access": False})

    offline = shown(replace(running, settings=settings), "new")
    online = shown(running, "new")

    assert component_data(offline, "longhand_composer")["pages"] is None
    assert component_data(online, "longhand_composer")["pages"] == "live/pages"


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_fills_the_box_with_its_prompt_and_file(
    running: Runtime, shown: Open, name: str
) -> None:
    app = shown(running, "new")

    sound(app.button(key=f"example-{name}").click().run())

    example = component_data(app, "longhand_composer")["example"]
    assert example["prompt"] == EXAMPLES[name].prompt
    assert [(f["file_name"], f["error_code"]) for f in example["files"]] == [
        (EXAMPLES[name].file_name, "")
    ]


def test_a_submission_leads_to_its_outline(running: Runtime, shown: Open) -> None:
    app = shown(running, "new")
    app.selectbox(key="length-en").set_value("short")

    submit(app, "写一份关于风能的报告")

    manuscript = newest(running)
    finish(running, manuscript.outline_job)
    assert components_of(app)[-1] == "longhand_outliner"
    assert app.query_params["doc"] == manuscript.id
    assert manuscript.brief.prompt == "写一份关于风能的报告"
    assert manuscript.brief.target_words == 1_500


@pytest.mark.parametrize(
    ("prompt", "code", "limit"),
    [("", "prompt_empty", 0), ("潮" * 20_001, "prompt_too_long", 20_000)],
)
def test_a_submission_that_is_refused_stays_in_the_box(
    running: Runtime, shown: Open, language: Language, prompt: str, code: str, limit: int
) -> None:
    app = shown(running, "new", language=language)

    submit(app, prompt)

    problem = component_data(app, "longhand_composer")["problem"]
    sentence = Messages(language).problem(code, {"limit": limit})
    assert problem == {"nonce": "n1", "sentence": sentence}


def test_what_an_address_names_is_chosen_and_what_does_not_exist_is_not(
    running: Runtime, shown: Open, language: Language
) -> None:
    named = {"type": "survey", "tone": "academic", "length": "endless", "style": "gb-t-7714-2015"}

    app = shown(running, "new", language=language, **named)

    chosen = {box.key.partition("-")[0]: box.value for box in app.selectbox if box.key}
    assert chosen == {
        "type": "survey",
        "length": "standard",
        "language": "auto",
        "style": "gb-t-7714-2015",
    }
    assert app.button_group(key=f"tone-{language}").value == "academic"
