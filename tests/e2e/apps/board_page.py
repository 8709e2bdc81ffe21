"""A page with nothing but the board, or its compact form."""

import streamlit as st

from components.board import Look, board
from pipeline.domain.documents import Language

query = st.query_params
LANGUAGE: Language = "zh" if query.get("lang") == "zh" else "en"
JOB = query.get("job", "job-1")
TITLE = query.get("title", "Grid storage to 2030")

st.set_page_config(page_title="Board", layout="wide")
LOOK = Look(is_compact="compact" in query, is_metered="metered" in query)
if LOOK.is_compact:
    st.title("Outline", anchor=False)
finished = board(
    key=JOB,
    live=f"live/jobs/{JOB}",
    title=TITLE,
    language=LANGUAGE,
    document_language="zh" if query.get("document") == "zh" else "en",
    look=LOOK,
)
if finished:
    st.text(f"The page knows: {finished.status} {finished.code}".strip())
