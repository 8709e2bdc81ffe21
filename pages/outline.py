"""Outline: watch the proposal grow, edit it, and approve it."""

import streamlit as st

from components.begun import watch_writing
from components.board import Look, board
from components.brief_editor import brief_editor
from components.budgets import estimate_notes, stored_budget, unclear_stored
from components.change_notes import change_notes, to_write_anew
from components.interface import messages
from components.job_end import end_text, finished_text
from components.notices import missing, problem
from components.offline_limits import offline_limits
from components.outliner import outliner
from components.plain import plain
from components.research_notes import research_notes
from components.session import manuscript_id, session
from components.steps import Step, steps
from pipeline.domain.changes import Changes
from pipeline.domain.documents import FileRole, NodeId, Outline
from pipeline.domain.edits import snapshot
from pipeline.domain.jobs import JobStatus
from pipeline.domain.manuscripts import Manuscript, OutlineDraft
from pipeline.domain.outline import leaves
from pipeline.errors import NotFound, PipelineError, PlanChanged
from pipeline.runtime import runtime
from pipeline.service.views import View

LOOK_EVERY_S = 3
"""Soon enough to follow the author's edits, and some milliseconds of work each time."""

ENOUGH = 0.8
"""Of the words asked for; who gets fewer from a program that counts them is told why."""

settings, manuscripts, budgets = runtime().settings, runtime().manuscripts, runtime().budgets
drafts = runtime().drafts
m, state, doc = messages(settings.interface_language), session(), manuscript_id()


def page(view: View, draft: OutlineDraft) -> None:
    """The tree, what is being done to it, and what it will become."""
    manuscript = view.manuscript
    reachable: list[Step] = ["writing"] if view.is_writing or view.ended_early else []
    if manuscript.document:
        reachable.append("document")
    steps("outline", m, doc=manuscript.id, reachable=reachable)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        with st.container():
            st.title(m("outline.title"), anchor=False)
            st.markdown(m("outline.lead"))
        actions(view, draft)
    last_writing(view)
    draft_of(view)
    unwritten(view)
    main, side = st.columns([3, 1], gap="large")
    with main:
        progress(view, draft)
        saved = outliner(
            key=f"outline-{manuscript.id}",
            snapshot=snapshot(draft),
            post=f"live/outlines/{manuscript.id}/ops",
            live=f"live/outlines/{manuscript.id}",
            sources=[
                (file.file_id, file.file_name)
                for file in manuscript.files
                if file.role is FileRole.CONTENT
            ],
            language=m.language,
            document_language=manuscript.language,
            save_request=state.write_request if waits(view) else 0,
        )
    with side:
        beside(manuscript)
        rebrief(manuscript)
        with st.expander(m("outline.keyboard"), icon=":material/keyboard:"):
            st.markdown(m("outline.keys"))
    if waits(view) and abs(saved) == state.write_request:
        state.write_for = None
        if saved > 0:
            write(view)
        st.rerun()  # only when it did not start: the button may be pressed again


def actions(view: View, draft: OutlineDraft) -> None:
    """The one primary button: approve the outline, or go to where it is being written."""
    if view.is_writing and view.document_job:
        st.page_link(
            "pages/writing.py",
            label=m("outline.watch"),
            icon=":material/edit_note:",
            query_params={"job": view.document_job.id, "doc": view.manuscript.id},
        )
        return
    has_document = view.manuscript.document is not None
    label = m("outline.write_again" if has_document else "outline.write")
    is_early = waits(view) or draft.growing
    if st.button(label, type="primary", icon=":material/edit_note:", disabled=is_early):
        if refuses(view):
            return
        if has_document:
            plan_again(view, draft.outline)
        else:
            approve(view)
    elif state.replan == view.manuscript.id:
        state.replan = None
        plan_again(view, draft.outline, m.problem(PlanChanged.code))
    if waits(view):
        st.caption(m("outline.saving"))


def refuses(view: View) -> bool:
    """Whether the budget that is typed lets nothing start, which the page then says."""
    why = unclear_stored(view.manuscript, budgets.currency, m)
    if why:
        state.unwritten = (view.manuscript.id, why)
    return bool(why)


def approve(
    view: View, *, anew: bool = False, over: tuple[NodeId, ...] = (), plan: Changes | None = None
) -> None:
    """Let the outliner save what is still on its way; it answers, and the writing starts."""
    state.write_anew, state.write_over, state.write_plan = anew, over, plan
    state.write_request, state.write_for = state.write_request + 1, view.manuscript.id
    st.rerun()


def waits(view: View) -> bool:
    """Whether the outliner is saving before the writing starts."""
    return state.write_for == view.manuscript.id


def plan_again(view: View, outline: Outline, trouble: str = "") -> None:
    """Ask with a plan made once: what is picked in the dialog does not search sections again."""
    try:
        with st.spinner(m("outline.planning")):
            changes = runtime().changes.of(view.manuscript.id)
    except PipelineError as error:
        ask_again(view, outline, trouble=m.problem(error.code, error.details))
    else:
        ask_again(view, outline, changes, trouble)


@st.dialog(m("outline.write_again"))
def ask_again(
    view: View, outline: Outline, changes: Changes | None = None, trouble: str = ""
) -> None:
    st.markdown(m("outline.again_question"))
    over: tuple[NodeId, ...] = ()
    if trouble:
        st.warning(trouble, icon=":material/error:")
    if changes is not None:
        change_notes(changes, m)
        over = to_write_anew(changes, m)
        about = budgets.estimate(view.manuscript, outline, changes, over)
        estimate_notes(about, view.manuscript.brief.budget, runtime().author_name, m)
    with st.container(horizontal=True):
        if st.button(m("outline.write_again"), type="primary", key="as_planned"):
            approve(view, over=over, plan=changes)
        if st.button(m("outline.all_anew")):
            approve(view, anew=True)
        if st.button(m("outline.keep")):
            st.rerun()


def write(view: View) -> None:
    """Start the second job, or say what the outline still lacks."""
    if refuses(view):  # it may have been typed while the outliner saved
        return
    doc, over = view.manuscript.id, None if state.write_anew else state.write_over
    try:
        job = runtime().changes.write(doc, state.write_plan, over)
    except PlanChanged:
        state.replan = doc
    except PipelineError as error:
        state.unwritten = (doc, m.problem(error.code, error.details))
    else:
        watch_writing(job, doc)


def unwritten(view: View) -> None:
    """Why the writing did not start just now."""
    if state.unwritten and state.unwritten[0] == view.manuscript.id:
        st.error(state.unwritten[1], icon=":material/error:")
        state.unwritten = None


def last_writing(view: View) -> None:
    """Why the last writing did not become a document, with a way to what is kept of it."""
    job = view.document_job
    if job is None or not view.ended_early:
        return
    if job.status is JobStatus.FAILED:
        st.error(f"{m('writing.failed')} {m.problem(job.error_code)}", icon=":material/error:")
    else:
        st.markdown(m("writing.cancelled"))
    st.page_link(
        "pages/writing.py",
        label=m("writing.finished"),
        icon=":material/edit_note:",
        query_params={"job": job.id, "doc": view.manuscript.id},
    )


def draft_of(view: View) -> None:
    """What an earlier writing finished; while its job is known, the page of the job tells of it."""
    number = 0 if view.document_job else drafts.finished(view)
    if not number:
        return
    st.markdown(finished_text(number, m))
    if st.button(end_text("draft", m), icon=":material/article:"):
        try:
            drafts.take(view.manuscript.id)
        except PipelineError as error:
            problem(error, m)
        else:
            st.switch_page("pages/document.py", query_params={"doc": view.manuscript.id})


def progress(view: View, draft: OutlineDraft) -> None:
    """What the proposal is doing, or why it ended."""
    job = view.outline_job
    if job is None:
        if draft.outline.nodes:
            return
        st.markdown(m("outline.expired"))
    elif job.status is JobStatus.COMPLETED:
        return
    elif not job.status.is_final:
        board(
            key=f"progress-{job.id}",
            live=f"live/jobs/{job.id}",
            title=job.title,
            language=m.language,
            document_language=job.language,
            look=Look(is_compact=True, is_metered=settings.has_model),
        )
        return
    elif job.status is JobStatus.CANCELLED:
        st.markdown(m("outline.cancelled"))
    else:
        st.error(m.problem(job.error_code), icon=":material/error:")
    if st.button(m("outline.retry"), icon=":material/refresh:"):
        propose_again(view)


def propose_again(view: View) -> None:
    if refuses(view):
        st.rerun()
    try:
        manuscripts.propose_again(view.manuscript.id)
    except PipelineError as error:
        problem(error, m)
    else:
        st.rerun()


def rebrief(manuscript: Manuscript) -> None:
    """For whom and how it is written, also when it is written already."""
    has_document = manuscript.document is not None
    brief = brief_editor(manuscript.brief, m, key=manuscript.id, has_document=has_document)
    if brief is None:
        return
    try:
        runtime().changes.rebrief(manuscript.id, brief)
    except PipelineError as error:
        problem(error, m)
    else:
        st.rerun()


@st.fragment(run_every=LOOK_EVERY_S)
def beside(manuscript: Manuscript) -> None:
    """What the tree amounts to and rests on, also while it is edited without a new run."""
    try:
        manuscript = manuscripts.open(manuscript.id).manuscript  # another tab sets budgets, too
        draft = manuscripts.outline(manuscript.id)
    except PipelineError:  # the editor beside it says so, and goes on by itself
        return
    estimate(manuscript, draft)
    research_notes(manuscript.files, draft, m)


def estimate(manuscript: Manuscript, draft: OutlineDraft) -> None:
    """What the outline comes to, what writing it will use, and the most that it may."""
    sections = leaves(draft.outline.nodes)
    words = sum(place.node.target_words or 0 for place in sections)
    with st.container(border=True):
        st.markdown(f"**{m('outline.estimate')}**")
        length = m.length(words, manuscript.language)
        number = m.counted("count.sections", len(sections))
        st.markdown(m("outline.estimate_words", sections=number, length=length))
        if settings.has_model:
            st.caption(m("outline.estimate_model", author=plain(runtime().author_name)))
        elif not any(file.role is FileRole.CONTENT for file in manuscript.files):
            st.caption(m("outline.estimate_scaffold"))
        else:
            asked = manuscript.brief.target_words or settings.default_target_words
            if 0 < words < ENOUGH * asked:
                aim = m.length(asked, manuscript.language)
                st.caption(m("outline.estimate_short", asked=aim, length=length))
            st.caption(m("outline.estimate_offline"))
        if not settings.has_model:
            guided = any(file.role is FileRole.STYLE_GUIDE for file in manuscript.files)
            brief = manuscript.brief
            offline_limits(m, audience=brief.audience, tone=brief.tone, has_style_guide=guided)
        budget = manuscript.brief.budget
        if settings.has_model:
            budget = stored_budget(manuscript, budgets.currency, m, budgets.set)
        if sections:
            about = budgets.estimate(manuscript, draft.outline)
            estimate_notes(about, budget, runtime().author_name, m)


if doc is None:
    missing(m("missing.none"), m)
else:
    try:
        opened, current = manuscripts.open(doc), manuscripts.outline(doc)
    except NotFound:
        missing(m("missing.document"), m)
    else:
        page(opened, current)
