"""A page with nothing but the reader, of a document that the app keeps."""

import json

import streamlit as st

from components.reader import reader
from pipeline.domain.documents import Language
from tests.e2e.apps.reader_documents import document, revision

query = st.query_params
LANGUAGE: Language = "zh" if query.get("lang") == "zh" else "en"
NAME = query.get("doc", "tides")

st.set_page_config(page_title="Reader", layout="wide")
shown = document(NAME)
st.title(shown.title, anchor=False)
asked = reader(
    key=NAME,
    document=shown,
    language=LANGUAGE,
    post=None if "still" in query else f"live/documents/{NAME}/sections",
    revision=revision(NAME),
    can_retry="still" not in query,
)
if asked:
    st.text(f"The page tries again: {json.dumps(asked)}")
