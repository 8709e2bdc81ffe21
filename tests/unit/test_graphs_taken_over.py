"""Graphs that another process goes on with: what is finished is neither written nor told again."""

import asyncio
from collections.abc import Iterable, Sequence
from datetime import timedelta

import pytest

from pipeline.domain.briefs import SectionBrief
from pipeline.domain.documents import DocumentSection, NodeId, Outline, OutlineNode
from pipeline.domain.jobs import (
    DocumentGenerationRequest,
    DocumentResult,
    Job,
    JobEvent,
    JobKind,
    SectionState,
    TaskProgress,
)
from pipeline.errors import ModelRejected, PipelineError
from pipeline.graphs.work import GraphWork
from tests.graph_fakes import (
    NOW,
    FreeSlots,
    ListJournal,
    ScriptedAuthor,
    ScriptedBibliographer,
    TextShelf,
    job_of,
)

OUTLINE = Outline(
    title="Tides",
    nodes=(
        OutlineNode(
            id=NodeId("a"),
            title="Causes",
            children=(
                OutlineNode(id=NodeId("b"), title="The Moon"),
                OutlineNode(id=NodeId("c"), title="The Sun"),
            ),
        ),
        OutlineNode(id=NodeId("d"), title="发电"),
    ),
)
JOB = job_of(JobKind.DOCUMENT)


def run(
    author: ScriptedAuthor, journal: ListJournal, job: Job = JOB, **asked: object
) -> Sequence[DocumentSection]:
    work = GraphWork(author, TextShelf(), lambda: NOW, 1_000, ScriptedBibliographer())
    fields = {"outline": OUTLINE, **asked}
    request = DocumentGenerationRequest.model_validate(fields).model_dump_json()
    result = asyncio.run(work(job, request, journal, FreeSlots()))
    return DocumentResult.model_validate_json(result).document.sections


def stopped_in_the_middle(journal: ListJournal) -> set[str]:
    """The sections that were finished before the job was stopped."""
    error = ModelRejected("model_unknown", "No such model.")
    author = ScriptedAuthor(failures={NodeId("d"): error})
    with pytest.raises(PipelineError):
        run(author, journal)
    return {b.node_id for b in author.finished if isinstance(b, SectionBrief)}


def progress_of(events: Iterable[JobEvent]) -> set[str]:
    return {event.key for event in events if isinstance(event, TaskProgress)}


def told(journal: ListJournal, state: str) -> list[str]:
    events = [event for event in journal.events if isinstance(event, SectionState)]
    return sorted(event.section_id for event in events if event.state == state)


def test_finished_sections_are_not_written_again() -> None:
    journal, author = ListJournal(), ScriptedAuthor()
    written = stopped_in_the_middle(journal)

    sections = run(author, journal)

    again = {b.node_id for b in author.asked if isinstance(b, SectionBrief)}
    assert again == {"b", "c", "d"} - written
    assert [s.id for s in sections if s.content] == ["b", "c", "d"]


def test_each_section_is_told_to_be_done_once() -> None:
    journal = ListJournal()
    run(ScriptedAuthor(), journal)

    run(ScriptedAuthor(), journal)

    assert told(journal, "researching") == ["b", "c", "d"]
    assert told(journal, "done") == ["b", "c", "d"]


def test_a_text_that_comes_back_after_another_was_begun_is_told_again() -> None:
    journal = ListJournal()
    run(ScriptedAuthor(), journal)
    error = ModelRejected("model_unknown", "No such model.")
    other = ScriptedAuthor(failures={NodeId(each): error for each in "bcd"})
    other.name = "another"
    with pytest.raises(PipelineError):
        run(other, journal)

    run(ScriptedAuthor(), journal)

    last = {e.section_id: e.state for e in journal.events if isinstance(e, SectionState)}
    assert last == {"b": "done", "c": "done", "d": "done"}


def test_a_text_that_comes_back_after_it_was_left_for_later_is_told_again() -> None:
    journal = ListJournal()
    gaps = {"b": "budget_reached"}
    run(ScriptedAuthor(), journal, gaps={})
    other = ScriptedAuthor()
    other.name = "another"
    run(other, journal, gaps=gaps)
    left = told(journal, "waiting")

    sections = run(ScriptedAuthor(), journal, gaps=gaps)

    of_b = [e for e in journal.events if isinstance(e, SectionState) and e.section_id == "b"]
    assert left == ["b"]
    assert (of_b[-1].state, of_b[-1].content) == ("done", sections[1].content)


def test_of_a_section_with_a_text_of_its_own_and_of_a_joined_chapter_is_told_once() -> None:
    journal, own = ListJournal(), [{"section_id": "b", "text": "我自己写的。"}]
    run(ScriptedAuthor(), journal, own_texts=own)
    known = len(journal.events)

    sections = run(ScriptedAuthor(), journal, own_texts=own)

    again = [e for e in journal.events[known:] if isinstance(e, SectionState | TaskProgress)]
    assert told(journal, "done") == ["b", "c", "d"]
    assert progress_of(journal.events[:known]) >= {"section_kept", "section_done", "fused"}
    assert not progress_of(again) & {"section_kept", "section_done", "fused"}
    assert sections[1].content == "我自己写的。"


def test_an_own_text_that_comes_back_after_another_was_told_is_told_again() -> None:
    journal = ListJournal()
    own = [{"section_id": "b", "text": "我自己写的。"}]
    run(ScriptedAuthor(), journal, own_texts=own)
    for_another = [{**own[0], "written_for": {"title": "of another"}}]
    run(ScriptedAuthor(), journal, own_texts=for_another)

    run(ScriptedAuthor(), journal, own_texts=own)

    of_b = [e for e in journal.events if isinstance(e, SectionState) and e.section_id == "b"]
    texts = [event.content for event in of_b if event.state == "done"]
    assert len(texts) == 3
    assert texts[0] == texts[2] == "我自己写的。"


def test_another_job_of_the_same_id_tells_of_the_sections_that_it_finds_finished() -> None:
    journal = ListJournal()
    run(ScriptedAuthor(), journal)
    journal.events.clear()

    later = JOB.model_copy(update={"created_at": NOW + timedelta(hours=1)})
    run(ScriptedAuthor(), journal, later)

    assert told(journal, "done") == ["b", "c", "d"]
