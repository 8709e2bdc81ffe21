"""Document: read it, open its citations, correct a section, download it."""

import re

import streamlit as st

from components.interface import messages
from components.notices import missing
from components.plain import plain
from components.reader import reader
from components.session import manuscript_id
from components.steps import steps
from pipeline.domain.documents import Document
from pipeline.errors import NotFound
from pipeline.runtime import runtime
from pipeline.service.manuscripts import View

settings, manuscripts, exports = runtime().settings, runtime().manuscripts, runtime().exports
m, doc = messages(settings.interface_language), manuscript_id()

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def page(view: View, document: Document) -> None:
    steps("document", m, doc=view.manuscript.id, reachable=["outline"])
    with st.container(horizontal=True, vertical_alignment="center"):
        st.title(plain(document.title), anchor=False, width="stretch")
        downloads(document)
    words = f"{document.word_count:,}"
    by = "document.offline" if document.author == "offline" else "document.model"
    meta = m("document.meta", words=words, sections=len(document.sections))
    st.caption(f"{meta} · {m(by, author=plain(document.author))}")
    if document.problems:
        names = ", ".join(f"{p.file_name} ({m.problem(p.code)})" for p in document.problems)
        st.warning(m("document.problems", names=plain(names)), icon=":material/draft:")
    reader(
        key=f"reader-{view.manuscript.id}",
        document=document,
        language=m.language,
        post=f"live/documents/{view.manuscript.id}/sections",
        revision=view.manuscript.revision,
    )


def downloads(document: Document) -> None:
    """Built when clicked, not before."""
    name = file_name(document.title)
    st.download_button(
        m("document.word"),
        lambda: exports.build(document, "docx"),
        file_name=f"{name}.docx",
        mime=DOCX,
        icon=":material/download:",
        on_click="ignore",
    )
    st.download_button(
        m("document.markdown"),
        lambda: exports.build(document, "md"),
        file_name=f"{name}.md",
        mime="text/markdown",
        icon=":material/download:",
        on_click="ignore",
    )


def file_name(title: str) -> str:
    """The title as every file system takes it."""
    return re.sub(r'[\\/:*?"<>|\x00-\x1f]+', " ", title).strip()[:80] or "document"


if doc is None:
    missing(m("missing.none"), m)
else:
    try:
        opened = manuscripts.open(doc)
    except NotFound:
        missing(m("missing.document"), m)
    else:
        if opened.manuscript.document is None:
            steps("document", m, doc=doc, reachable=["outline"])
            missing(m("document.none"), m)
        else:
            page(opened, opened.manuscript.document)
