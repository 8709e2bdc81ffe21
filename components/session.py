"""The only door to `st.session_state`: ids and unsaved input, no domain data."""

from dataclasses import dataclass, field
from typing import cast

import streamlit as st

from pipeline.domain.changes import Changes
from pipeline.domain.documents import Language, NodeId
from pipeline.domain.jobs import JobId, ManuscriptId
from pipeline.domain.spending import Budget


@dataclass(slots=True)
class Session:
    """What one browser tab remembers; losing it loses no work."""

    language: Language | None = None
    """Chosen by the author; None follows the browser."""
    taken: str = ""
    """The last submission that was taken."""
    refused: str = ""
    """The last submission that was refused, with `problem` saying why."""
    problem: str = ""
    example: str = ""
    """The example that was clicked last."""
    examples_clicked: int = 0
    """How often one was: each click fills the box anew."""
    choices: dict[str, str] = field(default_factory=dict)
    """What was chosen on the first page, by the choice's key."""
    budget: Budget = field(default_factory=Budget)
    """Of the documents that are begun in this tab."""
    write_request: int = 0
    """Counts up when the author wants it written: the outliner then saves and answers."""
    write_for: ManuscriptId | None = None
    """The manuscript that this is for; None when nothing waits."""
    write_anew: bool = False
    """Whether no text of before is to be kept."""
    write_over: tuple[NodeId, ...] = ()
    """Sections whose text of the author's own is not to be kept."""
    write_plan: Changes | None = None
    """What the author was told that it does; None where nothing was."""
    replan: ManuscriptId | None = None
    """The manuscript whose plan is another one by now, to be shown in the next run."""
    unwritten: tuple[ManuscriptId, str] | None = None
    """Why a manuscript could not be written, to be said in the next run."""
    unstyled: tuple[ManuscriptId, str] | None = None
    """Why a reference list could not be put into another style, to be said in the next run."""
    unbudgeted: tuple[ManuscriptId, str] | None = None
    """Why a budget could not be set, to be said in the next run."""
    going_on: JobId | None = None
    """The job that its author wants to go on with, until that is answered or begun: a run of the
    page that comes in between, as when its board has heard the end, closes no question."""
    going_on_asked: bool = False
    """Whether the author was asked about that: from then on only the answer begins it."""
    watched: JobId | None = None
    """The job whose writing is being watched: its end opens the document, once."""
    listed: tuple[str, int] = ("", 0)
    """The page of the library's list that is shown, from 0, of what is searched for."""
    deleted: object = None
    """What was deleted last, so that it can be restored."""


def session() -> Session:
    """This browser tab's session, made on first use."""
    return cast("Session", st.session_state.setdefault("session", Session()))


def open_id(name: str) -> str:
    """An id from the page's address, such as `?doc=`; empty when it is not there."""
    return st.query_params.get(name, "")


def manuscript_id() -> ManuscriptId | None:
    """The manuscript that the address names."""
    value = open_id("doc")
    return ManuscriptId(value) if value else None
