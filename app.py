"""Longhand, as the Streamlit script and the ASGI app in one: `streamlit run app.py`.

Streamlit runs this file for each browser session; imported, by a server, it is the ASGI app.
"""

import gc

gc.disable()  # until all below is imported, and stays: looking through it is a tenth of the start

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import streamlit as st
from starlette.routing import Route
from streamlit.runtime.pages_manager import PagesManager
from streamlit.runtime.scriptrunner import get_script_run_ctx

from api.app import api_mount, health_route
from api.live import live_routes
from api.metrics import metrics_route
from components.interface import language_switch, messages
from components.notices import store_gone
from components.plain import plain, shortened
from components.session import session
from pipeline.errors import StoreUnavailable
from pipeline.runtime import configure_logging, runtime

gc.enable()

RECENT = 5
"""Manuscripts listed at the side: those one goes back to."""

RECENT_COLUMNS = 30
"""Of a title at the side; Streamlit cuts a longer one off in the middle of a letter."""

ICON = "static/favicon.svg"
"""Our own: a Material icon here is fetched from another host."""

FLOW = frozenset({"outline", "writing", "document"})
"""The pages of one manuscript."""

WIDE = frozenset({"outline", "document"})
"""Pages with something beside the text."""


def draw() -> None:
    """The frame around every page: navigation, what was worked on last, the language."""
    m = messages(runtime().settings.interface_language)
    st.set_page_config(page_icon=ICON)  # before the navigation, whose icons come from elsewhere
    new = st.Page("pages/new.py", title=m("nav.new"), icon=":material/add_circle:", default=True)
    library = st.Page("pages/library.py", title=m("nav.library"), icon=":material/library_books:")
    steps = [
        st.Page(f"pages/{name}.py", title=m(f"nav.{name}"), visibility="hidden")
        for name in ("outline", "writing", "document")
    ]
    page = st.navigation([new, library, *steps])
    st.set_page_config(
        page_title=f"{page.title} · Longhand",
        page_icon=ICON,
        layout="wide" if page.url_path in WIDE else "centered",
    )
    if page.url_path != "writing":
        session().going_on = None  # who leaves the question has answered it
    st.logo("static/logo.svg", size="large")
    try:
        with st.sidebar:
            if page.url_path not in FLOW:  # there, each link would be marked as the open page
                recent(m("nav.recent"))
            language_switch(m)
        page.run()
    except StoreUnavailable:
        store_gone(m)


def recent(label: str) -> None:
    """Links to the manuscripts that were changed last."""
    last = runtime().manuscripts.listed(limit=RECENT)
    if last:
        st.caption(label)
    for manuscript in last:
        page = "document" if manuscript.has_document else "outline"
        st.page_link(
            f"pages/{page}.py",
            label=plain(shortened(manuscript.title, RECENT_COLUMNS)),
            query_params={"doc": manuscript.id},
        )


@asynccontextmanager
async def lifespan(_: st.App) -> AsyncIterator[None]:
    """Run jobs while the server runs."""
    ours = await asyncio.to_thread(runtime)
    configure_logging(ours.settings)
    await asyncio.to_thread(ours.start)
    try:
        yield
    finally:
        await asyncio.to_thread(ours.stop)


if get_script_run_ctx(suppress_warning=True) is not None:
    draw()
else:
    # Or else the first visit, when it is not to the first page, runs a file of `pages/` by itself.
    PagesManager.uses_pages_directory = False
    app = st.App(
        __file__,
        lifespan=lifespan,
        routes=[
            api_mount(),
            Route("/health", health_route),
            Route("/metrics", metrics_route),
            *live_routes(),
        ],
    )
    if __name__ == "__main__":
        app.run()
