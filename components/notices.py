"""What a page says when something is missing or went wrong: what happened, and a way on."""

import streamlit as st

from components.messages import Messages
from pipeline.errors import PipelineError


def missing(sentence: str, m: Messages) -> None:
    """A friendly empty state with two ways on."""
    st.title(m("missing.title"), anchor=False)
    st.markdown(sentence)
    with st.container(horizontal=True):
        st.page_link("pages/new.py", label=m("missing.new"), icon=":material/add_circle:")
        st.page_link(
            "pages/library.py", label=m("missing.library"), icon=":material/library_books:"
        )


def problem(error: PipelineError, m: Messages) -> None:
    """An error in the author's words."""
    st.error(m.problem(error.code, error.details), icon=":material/error:")


def store_gone(m: Messages) -> None:
    """The store does not answer: say what is kept, and look again by itself."""

    @st.fragment(run_every="3s")
    def again() -> None:
        st.warning(m("store.gone"), icon=":material/cloud_off:")
        if st.button(m("store.retry")) or st.session_state.get("store_waits"):
            st.session_state["store_waits"] = False
            st.rerun()
        st.session_state["store_waits"] = True

    again()
