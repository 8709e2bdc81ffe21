"""Document: read it, open its citations, correct a section, download it."""

import re

import streamlit as st

from components.interface import messages
from components.notices import missing, problem
from components.plain import plain
from components.reader import reader
from components.session import manuscript_id
from components.steps import steps
from pipeline.domain.documents import Document
from pipeline.errors import NotFound, PipelineError
from pipeline.runtime import runtime
from pipeline.service.views import View

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
    if view.is_writing:
        st.info(m("document.writing"), icon=":material/edit_note:")
        watch(view)
    retried = reader(
        key=f"reader-{view.manuscript.id}",
        document=document,
        language=m.language,
        post=None if view.is_writing else f"live/documents/{view.manuscript.id}/sections",
        revision=view.manuscript.revision,
        can_retry=not view.is_writing and not view.manuscript.edited_by_hand,
    )
    if retried is not None:
        write_again(view)


def write_again(view: View) -> None:
    """Write what failed; sections that are there cost nothing again."""
    try:
        job = manuscripts.write(view.manuscript.id)
    except PipelineError as error:
        problem(error, m)
        return
    st.switch_page("pages/writing.py", query_params={"job": job.id, "doc": view.manuscript.id})


def watch(view: View) -> None:
    if view.document_job:
        st.page_link(
            "pages/writing.py",
            label=m("outline.watch"),
            icon=":material/edit_note:",
            query_params={"job": view.document_job.id, "doc": view.manuscript.id},
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
            if opened.is_writing:
                st.markdown(m("document.being_written"))
                watch(opened)
            else:
                missing(m("document.none"), m)
        else:
            page(opened, opened.manuscript.document)
