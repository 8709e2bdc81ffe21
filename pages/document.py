"""Document: read it, open its citations, correct a section, download it."""

from typing import get_args

import streamlit as st

from components.begun import watch_writing
from components.budgets import stored_budget, unclear_stored
from components.change_notes import change_notes
from components.downloads import downloads
from components.earlier_texts import earlier_texts
from components.interface import messages
from components.notices import missing, problem
from components.offline_limits import offline_limits
from components.plain import plain
from components.reader import reader
from components.session import manuscript_id, session
from components.steps import steps
from components.zones import author_zone
from pipeline.domain.assembly import gaps_of, leaves
from pipeline.domain.changes import Changes
from pipeline.domain.documents import CitationStyle, Document
from pipeline.domain.jobs import ManuscriptId
from pipeline.errors import BudgetReached, NotFound, PipelineError, StoreUnavailable
from pipeline.runtime import runtime
from pipeline.service.exports import FORMS, file_name
from pipeline.service.requests import Gaps
from pipeline.service.views import View

settings, manuscripts, budgets = runtime().settings, runtime().manuscripts, runtime().budgets
m, doc, state = messages(settings.interface_language), manuscript_id(), session()

STYLES: tuple[CitationStyle, ...] = get_args(CitationStyle)

LOOK_EVERY_S = 3
# How soon an open page learns that a writing has ended; a look takes some milliseconds.

STYLE_WIDTH_PX = 250
# As wide as the longest name of a style in either language.


def page(view: View, document: Document) -> None:
    steps("document", m, doc=view.manuscript.id, reachable=["outline"])
    st.title(plain(document.title), anchor=False)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(made_of(document), width="stretch")
        with st.container(horizontal=True, width="content"):
            if document.references:
                style_choice(view, document)
            files(view.manuscript.id, document)
    if document.author == "offline":
        offline_limits(
            m,
            audience=document.audience,
            tone=document.tone,
            has_style_guide=document.has_style_guide,
        )
    if state.unstyled and state.unstyled[0] == view.manuscript.id:
        st.error(state.unstyled[1], icon=":material/error:")
        state.unstyled = None
    if document.problems:
        names = m("list.comma").join(
            m("document.problem", name=p.file_name, why=m.problem(p.code))
            for p in document.problems
        )
        st.warning(m("document.problems", names=plain(names)), icon=":material/draft:")
    if document.unfused:
        about_unfused(document)
    if view.is_writing:
        st.info(m("document.writing"), icon=":material/edit_note:")
        watch(view)
    else:
        about_gaps(view, document)
    retried = reader(
        key=f"reader-{view.manuscript.id}",
        document=document,
        language=m.language,
        post=None if view.is_writing else f"live/documents/{view.manuscript.id}/sections",
        revision=view.manuscript.revision,
        can_retry=not view.is_writing,
    )
    if retried is not None:
        left = {each: why for each, why in gaps_of(document).items() if each != retried}
        fill_gaps(view, document, left)
    put_back(view, document)


def made_of(document: Document) -> str:
    """How much it is, and who wrote it."""
    length = m.length(document.word_count, document.language)
    sections = m.counted("count.sections", len(leaves(document.sections)))
    meta = m("document.meta", length=length, sections=sections)
    offline = "document.offline" if document.sources else "document.scaffold"
    by = offline if document.author == "offline" else "document.model"
    return f"{meta} · {m(by, author=plain(document.author))}"


def about_unfused(document: Document) -> None:
    """Chapters that were not smoothed; what the job said of it is gone with the job's page."""
    chapters = [section for section in document.sections if section.id in document.unfused]
    names = m("list.comma").join(f"{chapter.number} {chapter.title}" for chapter in chapters)
    codes = dict.fromkeys(document.unfused[chapter.id] for chapter in chapters)
    why = " ".join(m.problem(code) for code in codes)
    if chapters:
        st.warning(m("document.unfused", names=plain(names), why=why), icon=":material/link_off:")


def about_gaps(view: View, document: Document) -> None:
    """The budget that left gaps, and the writing of all of them where there are several."""
    gaps = gaps_of(document)
    if BudgetReached.code in gaps.values():
        stored_budget(view.manuscript, budgets.currency, m, budgets.set)
    if len(gaps) > 1 and st.button(m("document.fill_gaps", number=len(gaps))):
        fill_gaps(view, document, {})


def fill_gaps(view: View, document: Document, left: Gaps) -> None:
    """Write what failed, without those; say before what else would be written."""
    if why := unclear_stored(view.manuscript, budgets.currency, m):
        st.error(why, icon=":material/error:")
        return
    try:
        changes = runtime().changes.of(view.manuscript.id, left)
    except PipelineError as error:
        problem(error, m)
        return
    if changes.fills_only(gaps_of(document)):
        write_again(view, left)
    else:
        ask_again(view, changes, left)


@st.dialog(m("outline.write_again"))
def ask_again(view: View, changes: Changes, left: Gaps) -> None:
    change_notes(changes, m)
    with st.container(horizontal=True):
        if st.button(m("outline.write_again"), type="primary"):
            write_again(view, left, changes)
        if st.button(m("outline.keep")):
            st.rerun()


def put_back(view: View, document: Document) -> None:
    """Earlier texts of the author's own, below the document."""
    texts, sections = view.manuscript.earlier_texts, {s.id for s in document.sections}
    wanted = earlier_texts(texts, sections, m, zone=author_zone(), is_locked=view.is_writing)
    if wanted is None:
        return
    try:
        manuscripts.put_back(view.manuscript.id, wanted)
    except PipelineError as error:
        problem(error, m)
        return
    st.rerun()


def write_again(view: View, left: Gaps, told: Changes | None = None) -> None:
    """Write what failed, without those; where more was `told`, that and nothing else."""
    try:
        job = runtime().changes.write(view.manuscript.id, told, gaps=left)
    except PipelineError as error:
        problem(error, m)
        return
    watch_writing(job, view.manuscript.id)


def watch(view: View) -> None:
    """Where it is being written, and this page as it is once that has ended."""
    until_written(view.manuscript.id)
    if view.document_job:
        st.page_link(
            "pages/writing.py",
            label=m("outline.watch"),
            icon=":material/edit_note:",
            query_params={"job": view.document_job.id, "doc": view.manuscript.id},
        )


@st.fragment(run_every=LOOK_EVERY_S)
def until_written(manuscript: ManuscriptId) -> None:
    """Draw the page anew as soon as the writing has ended."""
    try:
        goes_on = manuscripts.open(manuscript).is_writing
    except NotFound:  # it was deleted, which the page then says
        goes_on = False
    except StoreUnavailable:  # the next look may tell
        goes_on = True
    if not goes_on:
        st.rerun()


def style_choice(view: View, document: Document) -> None:
    """The reference list in another style; a widget of its own for each revision is never stale."""
    key = f"style-{view.manuscript.id}-{view.manuscript.revision}-{m.language}"
    st.selectbox(
        m("document.style"),
        STYLES,
        index=STYLES.index(document.citation_style),
        format_func=lambda style: m("document.style_is", style=m(f"style.{style}")),
        key=key,
        on_change=restyle,
        args=(view.manuscript.id, key, document.citation_style),
        label_visibility="collapsed",
        disabled=view.is_writing,
        width=STYLE_WIDTH_PX,
    )


def restyle(manuscript: ManuscriptId, key: str, before: CitationStyle) -> None:
    """Say in the next run why it could not be done; then the choice is what it was."""
    try:
        manuscripts.restyle(manuscript, st.session_state[key])
    except PipelineError as error:
        state.unstyled = (manuscript, m.problem(error.code, error.details))
        st.session_state[key] = before


def files(doc: ManuscriptId, document: Document) -> None:
    """Every format, and the references alone for those who keep them in a program of theirs."""
    with st.popover(m("document.download"), icon=":material/download:"):
        downloads(
            m,
            key=f"downloads-{doc}",
            address=f"live/documents/{doc}/files",
            names={form: file_name(document.title, form) for form in FORMS},
            has_references=bool(document.references),
        )


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
                st.title(m("document.title"), anchor=False)
                st.markdown(m("document.being_written"))
                watch(opened)
            else:
                missing(m("document.none"), m)
        else:
            page(opened, opened.manuscript.document)
