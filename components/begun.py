"""The way to a writing that has just begun."""

from typing import NoReturn

import streamlit as st

from components.session import session
from pipeline.domain.jobs import Job, ManuscriptId


def watch_writing(job: Job, doc: ManuscriptId) -> NoReturn:
    """Go where it is written; its end opens the document, also when it comes before that page."""
    session().watched = job.id
    st.switch_page("pages/writing.py", query_params={"job": job.id, "doc": doc})
