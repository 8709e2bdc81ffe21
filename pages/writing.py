"""Writing: watch all sections being written at once; stop; it becomes the document by itself."""

from datetime import UTC, datetime

import streamlit as st

from components.begun import watch_writing
from components.board import Look, board
from components.budgets import estimate_notes, stored_budget, unclear_stored
from components.change_notes import change_notes
from components.interface import messages
from components.job_end import end_text, finished_text, kept_for, time_left
from components.notices import missing, problem
from components.session import manuscript_id, open_id, session
from components.steps import Step, steps
from pipeline.domain.assembly import gaps_of
from pipeline.domain.changes import Changes
from pipeline.domain.jobs import Job, JobId, JobKind, JobStatus, ManuscriptId
from pipeline.errors import BudgetReached, Expired, NotFound, PipelineError
from pipeline.runtime import runtime
from pipeline.service.views import View

settings, jobs, manuscripts = runtime().settings, runtime().jobs, runtime().manuscripts
drafts, budgets = runtime().drafts, runtime().budgets
m, state = messages(settings.interface_language), session()


def asked_for() -> Job | NotFound | None:
    """The job that the address names, by `?job=`, or else as the one of `?doc=`."""
    try:
        if job_id := open_id("job"):
            return jobs.job(JobId(job_id))
        doc = manuscript_id()
        return manuscripts.open(doc).document_job if doc else None
    except NotFound as error:
        return error


def page(job: Job) -> None:
    """The board; the end of what is watched here opens the document, a later visit does not."""
    if state.going_on != job.id:
        leave()
    doc = job.manuscript_id if job.manuscript_id and view_of(job) else ""
    reachable: list[Step] = ["outline"] if doc else []
    if doc and job.status is JobStatus.COMPLETED:
        reachable.append("document")
    steps("writing", m, doc=doc, reachable=reachable)
    if not job.status.is_final:
        state.watched = job.id
    if doc and job.status is JobStatus.COMPLETED and state.watched != job.id:
        to_document(doc)  # above many sections, not below them
    finished = board(
        key=f"board-{job.id}",
        live=f"live/jobs/{job.id}",
        title=job.title,
        language=m.language,
        document_language=job.language,
        look=Look(is_metered=settings.has_model),
    )
    ended = jobs.job(job.id) if finished else job
    if ended.status is JobStatus.COMPLETED and doc and state.watched == job.id:
        state.watched = None
        st.switch_page("pages/document.py", query_params={"doc": doc})
    elif ended.status in {JobStatus.FAILED, JobStatus.CANCELLED}:
        after_the_end(ended)
    if ended.status.is_final:
        keeping(ended)


def view_of(job: Job) -> View | None:
    """Its manuscript; None also when it was deleted."""
    try:
        return manuscripts.open(job.manuscript_id) if job.manuscript_id else None
    except NotFound:
        return None


def to_document(doc: str) -> None:
    st.page_link(
        "pages/document.py",
        label=m("outline.read"),
        icon=":material/article:",
        query_params={"doc": doc},
    )


def expired(why: NotFound | None) -> None:
    """The job's own data is gone; what became of it may be in its manuscript."""
    if isinstance(why, Expired):
        missing(end_text("expired", m, kept=kept_for(settings.result_ttl, m)), m)
    else:
        missing(m("missing.job"), m)
    doc = manuscript_id()
    try:
        view = manuscripts.open(doc) if doc else None
    except NotFound:
        return
    if view is not None and view.manuscript.document is not None:
        to_document(view.manuscript.id)
    elif view is not None:
        draft_of(view)
        to_outline(view.manuscript.id)


def after_the_end(job: Job) -> None:
    """Why it ended, what is kept, and a way on."""
    if job.status is JobStatus.CANCELLED:
        st.markdown(m("writing.cancelled"))
    else:
        st.error(f"{m('writing.failed')} {m.problem(job.error_code)}", icon=":material/error:")
    view = view_of(job)
    if view is None:
        deleted = job.manuscript_id is not None
        st.caption(m("missing.document" if deleted else "writing.kept"))
        return
    has_document = view.manuscript.document is not None
    st.markdown(
        end_text("document", m) if has_document else finished_text(drafts.finished(view), m)
    )
    if job.error_code == BudgetReached.code:
        stored_budget(view.manuscript, budgets.currency, m, budgets.set)
    with st.container(horizontal=True, vertical_alignment="center"):
        if job.id == view.manuscript.document_job:  # an older one says nothing of what is now
            is_stopped = job.status is JobStatus.CANCELLED
            label = m("writing.resume" if is_stopped else "writing.retry")
            if st.button(label, type="primary", icon=":material/refresh:", key="go_on"):
                pressed(view, job)
            if state.going_on == job.id:
                go_on(view)
        draft_of(view)
        if has_document:
            to_document(view.manuscript.id)
        to_outline(view.manuscript.id)


def pressed(view: View, job: Job) -> None:
    """Take it that its author wants to go on, but not on a budget that cannot be read."""
    if why := unclear_stored(view.manuscript, budgets.currency, m):
        st.error(why, icon=":material/error:")
    else:
        state.going_on, state.going_on_asked = job.id, False


def go_on(view: View) -> None:
    """Write what the last writing was to, and leave what it left; ask where that is not all.

    Once it was asked, a plan that another change made smaller closes the question and begins
    nothing: the button says the rest.
    """
    manuscript = view.manuscript
    try:
        with st.spinner(m("outline.planning")):
            changes = runtime().changes.of(manuscript.id, manuscript.gaps)
    except PipelineError as error:
        state.going_on = None
        problem(error, m)
        return
    if changes.adds_only(gaps_of(manuscript.document) if manuscript.document else ()):
        if state.going_on_asked:
            leave()
        else:
            write(view)
    else:
        state.going_on_asked = True
        ask(view, changes)


def leave() -> None:
    state.going_on = None


@st.dialog(m("writing.resume"), on_dismiss=leave)
def ask(view: View, changes: Changes) -> None:
    """Say what would be written anew, replaced or removed."""
    st.markdown(m("writing.more_question"))
    change_notes(changes, m)
    outline = manuscripts.outline(view.manuscript.id).outline
    about = budgets.estimate(view.manuscript, outline, changes)
    estimate_notes(about, view.manuscript.brief.budget, runtime().author_name, m)
    with st.container(horizontal=True):
        if st.button(m("writing.resume"), type="primary", key="as_planned"):
            write(view, changes)
        if st.button(m("writing.not_now"), on_click=leave):
            st.rerun()


def write(view: View, told: Changes | None = None) -> None:
    """Begin; where more was `told`, do that and nothing else."""
    doc = view.manuscript.id
    state.going_on = None
    try:
        job = runtime().changes.write(doc, told, gaps=view.manuscript.gaps)
    except PipelineError as error:
        problem(error, m)
    else:
        watch_writing(job, doc)


def draft_of(view: View) -> None:
    """What is finished becomes a document when the author wants to read it."""
    if not drafts.finished(view):
        return
    if st.button(end_text("draft", m), icon=":material/article:"):
        try:
            drafts.take(view.manuscript.id)
        except PipelineError as error:
            problem(error, m)
        else:
            st.switch_page("pages/document.py", query_params={"doc": view.manuscript.id})


def to_outline(doc: ManuscriptId) -> None:
    st.page_link(
        "pages/outline.py",
        label=m("writing.to_outline"),
        icon=":material/account_tree:",
        query_params={"doc": doc},
    )


def keeping(job: Job) -> None:
    """How long the job is kept, and longer for who wants it."""
    most = max(settings.max_result_ttl, settings.result_ttl)
    wanted = time_left(job, datetime.now(UTC), m, most)
    if wanted is None:
        return
    try:
        jobs.keep(job.id, round(wanted.total_seconds()))
    except PipelineError as error:
        problem(error, m)
    else:
        st.rerun()


found = asked_for()
if isinstance(found, Job) and found.kind is JobKind.DOCUMENT:
    page(found)
else:
    expired(found if isinstance(found, NotFound) else None)
