"""Library: all manuscripts; open, delete, and undo that."""

from collections.abc import Mapping, Sequence
from typing import Literal

import streamlit as st

from components.interface import messages
from components.notices import problem
from components.plain import plain
from components.session import session
from components.zones import author_zone
from pipeline.domain.manuscripts import Listed
from pipeline.errors import NotFound, PipelineError
from pipeline.runtime import runtime
from pipeline.service.views import Deleted, Status, View

settings, manuscripts = runtime().settings, runtime().manuscripts
m, state = messages(settings.interface_language), session()

PAGE = 60
"""Cards at once: each is opened with its jobs, in some milliseconds."""

COLOURS: Mapping[Status, Literal["blue", "gray", "red", "green"]] = {
    "proposing": "blue",
    "outline": "gray",
    "writing": "blue",
    "failed": "red",
    "done": "green",
}


def cards(found: Sequence[Listed], query: str) -> None:
    """One page of what was found, with a way to the others."""
    searched, page = state.listed
    page = min(page, (len(found) - 1) // PAGE) if searched == query and found else 0
    first = page * PAGE
    shown = found[first : first + PAGE]
    with st.grid(3, min_column_width=260):
        for one in shown:
            try:
                card(manuscripts.open(one.id))
            except NotFound:  # deleted in another tab since the list was read
                continue
    if len(found) > PAGE:
        last = first + len(shown)
        with st.container(horizontal=True, vertical_alignment="center"):
            turn("previous", (query, page - 1), is_there=page > 0)
            told = m("library.shown", first=first + 1, last=last, number=len(found))
            st.caption(told, width="content")
            turn("next", (query, page + 1), is_there=last < len(found))


def turn(name: Literal["previous", "next"], to: tuple[str, int], *, is_there: bool) -> None:
    if st.button(m(f"library.{name}"), disabled=not is_there):
        state.listed = to
        st.rerun()


def card(view: View) -> None:
    manuscript, status = view.manuscript, view.status
    title = plain(manuscript.title) or m("library.untitled")
    with st.container(border=True):
        st.badge(m(f"status.{status}"), color=COLOURS[status])
        st.markdown(f"**{title}**")
        when = manuscript.updated_at.astimezone(author_zone()).strftime("%Y-%m-%d %H:%M")
        st.caption(m("library.changed", when=when))
        with st.container(horizontal=True, vertical_alignment="center"):
            st.page_link(
                page_of(view),
                label=m("library.open"),
                icon=":material/arrow_forward:",
                query_params={"doc": manuscript.id},
            )
            if st.button(
                m("library.delete"),
                key=f"delete-{manuscript.id}",
                icon=":material/delete:",
                type="tertiary",
            ):
                ask(view)


def page_of(view: View) -> str:
    """Where the author left off."""
    if view.is_writing or (view.status == "failed" and view.ended_early):
        return "pages/writing.py"
    page = "document" if view.status == "done" else "outline"
    return f"pages/{page}.py"


@st.dialog(m("library.delete"))
def ask(view: View) -> None:
    title = plain(view.manuscript.title) or m("library.untitled")
    st.markdown(f"**{m('library.delete_named', title=title)}**")
    st.markdown(m("library.delete_question"))
    with st.container(horizontal=True):
        if st.button(m("library.delete"), type="primary"):
            delete(view)
        if st.button(m("library.keep")):
            st.rerun()


def delete(view: View) -> None:
    try:
        state.deleted = manuscripts.delete(view.manuscript.id)
    except NotFound:  # deleted in another tab meanwhile
        state.deleted = None
    except PipelineError as error:
        problem(error, m)
        return
    st.rerun()


def undo(deleted: Deleted) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(m("library.deleted", title=plain(deleted.manuscript.title)), width="content")
        if st.button(m("library.undo"), icon=":material/undo:"):
            manuscripts.restore(deleted)
            state.deleted = None
            st.rerun()


st.title(m("library.title"), anchor=False)
if isinstance(state.deleted, Deleted):
    undo(state.deleted)
everything = manuscripts.listed()
query = ""
if everything:
    query = st.text_input(
        m("library.search"),
        placeholder=m("library.search"),
        label_visibility="collapsed",
        icon=":material/search:",
        live=True,
    ).strip()
found = [one for one in everything if query.lower() in one.title.lower()]
if not everything:
    st.markdown(m("library.empty"))
    st.page_link("pages/new.py", label=m("missing.new"), icon=":material/add_circle:")
elif not found:
    st.markdown(m("library.nothing", query=plain(query)))
cards(found, query)
if runtime().is_durable:
    st.caption(m.counted("library.kept", settings.manuscript_ttl.days))
else:
    st.caption(m("library.memory"))
