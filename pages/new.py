"""New: say what to write, give files, and start on the outline.

What is chosen stands in the page's address, so that a reload keeps it.
"""

from collections.abc import Mapping
from typing import NoReturn, get_args

import streamlit as st

from components.budgets import budget_field, unclear_budget
from components.choices import choice, pick
from components.composer import Example, Submission, composer
from components.examples import EXAMPLES
from components.interface import messages
from components.offline_limits import offline_limits
from components.session import session
from pipeline.domain.documents import CitationStyle, Language
from pipeline.domain.manuscripts import Brief
from pipeline.errors import PipelineError
from pipeline.runtime import runtime

TYPES = ("report", "survey", "proposal", "guide", "article")
LENGTHS = {"short": 1_500, "standard": 4_000, "long": 10_000, "book": 30_000}
TONES = ("neutral", "persuasive", "academic", "plain")
LANGUAGES: Mapping[str, Language | None] = {"auto": None, "en": "en", "zh": "zh"}
STYLES: Mapping[str, CitationStyle] = {style: style for style in get_args(CitationStyle)}
AUDIENCE_CHARS = 500
BUDGET = "budget"

settings, manuscripts = runtime().settings, runtime().manuscripts
m, state = messages(settings.interface_language), session()


def brief(prompt: str, chosen: Mapping[str, str]) -> Brief:
    """What was chosen below the box, with the prompt."""
    return Brief(
        prompt=prompt,
        language=LANGUAGES[chosen["language"]],
        document_type=m(f"type.{chosen['type']}"),
        target_words=LENGTHS[chosen["length"]],
        audience=chosen["audience"][:AUDIENCE_CHARS],  # a page's address may hold more
        tone=m(f"tone.{chosen['tone']}") if chosen["tone"] else "",
        citation_style=STYLES[chosen["style"]],
        web_search=st.session_state.get("web_search", False),
        second_opinion=st.session_state.get("second_opinion", False),
        budget=state.budget,
    )


def start(submission: Submission, chosen: Mapping[str, str]) -> None:
    """Make a manuscript of it, or say why not; what was typed stays in the box."""
    if why := unclear_budget(state.budget, runtime().budgets.currency, m, key=BUDGET):
        refuse(submission, why)
    try:
        manuscript = manuscripts.start(brief(submission.prompt, chosen), submission.files)
    except PipelineError as error:
        refuse(submission, m.problem(error.code, error.details))
    state.taken = submission.nonce
    st.switch_page("pages/outline.py", query_params={"doc": manuscript.id})


def refuse(submission: Submission, why: str) -> NoReturn:
    state.refused, state.problem = submission.nonce, why
    st.rerun()


def options() -> dict[str, str]:
    """Type, length and language, and what is needed less often."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = {
            "type": choice("type", TYPES, m, default="report"),
            "length": choice("length", list(LENGTHS), m, default="standard"),
            "language": choice("language", list(LANGUAGES), m, default="auto"),
        }
        with st.popover(m("new.more"), icon=":material/tune:"):
            return chosen | more()


def more() -> dict[str, str]:
    """Reader, tone and references; a search or a second opinion only where there is one to ask."""
    chosen = {
        "audience": st.text_input(
            m("new.audience"),
            placeholder=m("new.audience_hint"),
            max_chars=AUDIENCE_CHARS,
            live=True,
            key="audience",
            bind="query-params",
        ),
        "tone": pick("tone", TONES, m),
        "style": choice("style", list(STYLES), m, default="numeric"),
    }
    asked = {"web_search": bool(settings.search_provider), "second_opinion": settings.has_model}
    for key, is_there in asked.items():
        if is_there:
            st.toggle(m(f"new.{key}"), help=m(f"new.{key}_help"), key=key, bind="query-params")
    if settings.has_model:
        currency = runtime().budgets.currency
        state.budget = budget_field(state.budget, currency, m, key=BUDGET)
    return chosen


def examples() -> None:
    """Examples that run with no model and no network, on material of their own."""
    st.caption(m("new.examples"))
    with st.container(horizontal=True):
        ours_first = sorted(EXAMPLES.items(), key=lambda item: item[1].language != m.language)
        for name, example in ours_first:
            if st.button(example.title, key=f"example-{name}", icon=":material/description:"):
                state.example, state.examples_clicked = name, state.examples_clicked + 1
                st.rerun()


def example_chosen() -> Example | None:
    """The example that was clicked, its file read as any upload is."""
    if not state.example:
        return None
    example = EXAMPLES[state.example]
    return Example(
        nonce=f"{state.example}-{state.examples_clicked}",
        prompt=example.prompt,
        files=(manuscripts.attach(example.file_name, example.content()),),
    )


st.title(m("new.title"), anchor=False)
st.markdown(m("new.lead"))
submitted = composer(
    key="composer",
    upload="live/uploads",
    pages="live/pages" if settings.web_access else None,
    language=m.language,
    max_file_bytes=settings.max_file_bytes,
    max_prompt_chars=settings.max_prompt_chars,
    draft_key="new",
    problem=(state.refused, state.problem),
    accepted=state.taken,
    example=example_chosen(),
)
chosen_below = options()
if not settings.has_model:
    st.caption(m("new.offline"))
    offline_limits(m, audience=chosen_below["audience"], tone=chosen_below["tone"])
examples()
if submitted is not None and submitted.nonce not in {state.taken, state.refused}:
    start(submitted, chosen_below)
