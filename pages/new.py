"""New: say what to write, give files, and start on the outline.

What is chosen stands in the page's address, so that a reload keeps it.
"""

from typing import get_args

import streamlit as st

from components.composer import Example, Submission, composer
from components.examples import EXAMPLES
from components.interface import messages
from components.session import session
from pipeline.domain.documents import CitationStyle, Language
from pipeline.domain.manuscripts import Brief
from pipeline.errors import PipelineError
from pipeline.runtime import runtime

TYPES = ("report", "survey", "proposal", "guide", "article")
LENGTHS = {"short": 1_500, "standard": 4_000, "long": 10_000, "book": 30_000}
TONES = ("neutral", "persuasive", "academic", "plain")
LANGUAGES = ("auto", "en", "zh")
AUDIENCE_CHARS = 500
STYLES: tuple[CitationStyle, ...] = get_args(CitationStyle)

settings, manuscripts = runtime().settings, runtime().manuscripts
m, state = messages(settings.interface_language), session()


def brief(prompt: str) -> Brief:
    """What was chosen below the box, with the prompt."""
    language: Language | None = {"en": "en", "zh": "zh"}.get(st.session_state["language"])  # type: ignore[assignment]  # a dict's values widen to str
    return Brief(
        prompt=prompt,
        language=language,
        document_type=m(f"type.{st.session_state['type']}"),
        target_words=LENGTHS[st.session_state["length"]],
        audience=st.session_state.get("audience", "")[:AUDIENCE_CHARS],  # an address may hold more
        tone=m(f"tone.{st.session_state['tone']}") if st.session_state.get("tone") else "",
        citation_style=st.session_state["citation_style"],
        web_search=st.session_state.get("web_search", False),
        second_opinion=st.session_state.get("second_opinion", False),
    )


def start(submission: Submission) -> None:
    """Make a manuscript of it, or say why not; what was typed stays in the box."""
    try:
        manuscript = manuscripts.start(brief(submission.prompt), submission.files)
    except PipelineError as error:
        state.refused, state.problem = submission.nonce, m.problem(error.code, error.details)
        st.rerun()
    state.taken = submission.nonce
    st.switch_page("pages/outline.py", query_params={"doc": manuscript.id})


def options() -> None:
    """Type, length and language."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.selectbox(
            m("new.type"),
            TYPES,
            format_func=lambda key: m(f"type.{key}"),
            key="type",
            bind="query-params",
        )
        st.selectbox(
            m("new.length"),
            list(LENGTHS),
            index=1,
            format_func=lambda key: m(f"length.{key}"),
            key="length",
            bind="query-params",
        )
        st.selectbox(
            m("new.language"),
            LANGUAGES,
            format_func=lambda key: m(f"language.{key}"),
            key="language",
            bind="query-params",
        )
        with st.popover(m("new.more"), icon=":material/tune:"):
            more()


def more() -> None:
    """What is needed less often; a search or a second opinion only where there is one to ask."""
    st.text_input(
        m("new.audience"),
        placeholder=m("new.audience_hint"),
        max_chars=AUDIENCE_CHARS,
        live=True,
        key="audience",
        bind="query-params",
    )
    st.pills(
        m("new.tone"),
        TONES,
        format_func=lambda key: m(f"tone.{key}"),
        key="tone",
        bind="query-params",
    )
    st.selectbox(
        m("new.style"),
        STYLES,
        format_func=lambda key: m(f"style.{key}"),
        key="citation_style",
        bind="query-params",
    )
    asked = {"web_search": bool(settings.search_provider), "second_opinion": settings.has_model}
    for key, is_there in asked.items():
        if is_there:
            st.toggle(m(f"new.{key}"), help=m(f"new.{key}_help"), key=key, bind="query-params")


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
options()
if not settings.has_model:
    st.caption(m("new.offline"))
examples()
if submitted is not None and submitted.nonce not in {state.taken, state.refused}:
    start(submitted)
