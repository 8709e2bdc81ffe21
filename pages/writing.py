"""Writing: watch all sections being written at once; stop; it becomes the document by itself."""

import streamlit as st

from components.board import board
from components.interface import messages
from components.notices import missing, problem
from components.session import manuscript_id, open_id, session
from components.steps import Step, steps
from pipeline.domain.jobs import Job, JobId, JobKind, JobStatus
from pipeline.errors import NotFound, PipelineError
from pipeline.runtime import runtime

settings, jobs, manuscripts = runtime().settings, runtime().jobs, runtime().manuscripts
m, state = messages(settings.interface_language), session()


def asked_for() -> Job | None:
    """The job that the address names, by `?job=`, or else as the one of `?doc=`."""
    try:
        if job_id := open_id("job"):
            return jobs.job(JobId(job_id))
        doc = manuscript_id()
        return manuscripts.open(doc).document_job if doc else None
    except NotFound:
        return None


def page(job: Job) -> None:
    """The board; the end of what is watched here opens the document, a later visit does not."""
    doc = job.manuscript_id or ""
    reachable: list[Step] = ["outline"] if doc else []
    if doc and job.status is JobStatus.COMPLETED:
        reachable.append("document")
    steps("writing", m, doc=doc, reachable=reachable)
    if not job.status.is_final:
        state.watched = job.id
    finished = board(
        key=f"board-{job.id}",
        live=f"live/jobs/{job.id}",
        title=job.title,
        language=m.language,
        document_language=job.language,
    )
    ended = jobs.job(job.id) if finished else job
    if ended.status is JobStatus.COMPLETED and doc:
        if state.watched == job.id:
            state.watched = None
            st.switch_page("pages/document.py", query_params={"doc": doc})
        to_document(doc)
    elif ended.status in {JobStatus.FAILED, JobStatus.CANCELLED}:
        after_the_end(ended)


def to_document(doc: str) -> None:
    st.page_link(
        "pages/document.py",
        label=m("outline.read"),
        icon=":material/article:",
        query_params={"doc": doc},
    )


def expired() -> None:
    """The job's own data is gone; what became of it may be in its manuscript."""
    doc = manuscript_id()
    try:
        has_document = doc is not None and manuscripts.open(doc).manuscript.document is not None
    except NotFound:
        has_document = False
    missing(m("missing.job"), m)
    if doc is not None and has_document:
        to_document(doc)


def after_the_end(job: Job) -> None:
    """Why it ended, what is kept, and a way on."""
    if job.status is JobStatus.CANCELLED:
        st.markdown(m("writing.cancelled"))
    else:
        st.error(f"{m('writing.failed')} {m.problem(job.error_code)}", icon=":material/error:")
    st.caption(m("writing.kept"))
    if job.manuscript_id is None:
        return
    with st.container(horizontal=True):
        if st.button(m("writing.retry"), type="primary", icon=":material/refresh:"):
            try:
                again = manuscripts.write(job.manuscript_id)
            except PipelineError as error:
                problem(error, m)
            else:
                st.switch_page(
                    "pages/writing.py", query_params={"job": again.id, "doc": job.manuscript_id}
                )
        st.page_link(
            "pages/outline.py",
            label=m("writing.to_outline"),
            icon=":material/account_tree:",
            query_params={"doc": job.manuscript_id},
        )


found = asked_for()
if found is None or found.kind is not JobKind.DOCUMENT:
    expired()
else:
    page(found)
