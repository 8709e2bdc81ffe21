"""What a job says of itself: cuts, departures, reasons and progress, in its language."""

import asyncio
import logging
from collections.abc import Sequence

import pytest

from pipeline.domain.documents import (
    ContextFile,
    Document,
    FileRole,
    Language,
    NodeId,
    Outline,
    OutlineNode,
)
from pipeline.domain.jobs import DocumentGenerationRequest, Job, JobKind, TaskProgress
from pipeline.domain.phrases import PHRASES, REASONS, say
from pipeline.errors import ModelRejected, ModelUnavailable, PipelineError
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

CHAPTER = OutlineNode(
    id=NodeId("a"),
    title="成因",
    children=(OutlineNode(id=NodeId("b"), title="月球"), OutlineNode(id=NodeId("c"), title="Sun")),
)


def job(language: Language = "en", **given: int) -> Job:
    return job_of(JobKind.DOCUMENT).model_copy(update={"language": language} | given)


def written(
    author: ScriptedAuthor, of: Job, files: Sequence[ContextFile] = ()
) -> list[TaskProgress]:
    journal = ListJournal()
    request = DocumentGenerationRequest(
        outline=Outline(title="潮汐", nodes=(CHAPTER,)), context_files=tuple(files)
    )
    work = GraphWork(author, TextShelf(), lambda: NOW, 1_000, ScriptedBibliographer())
    asyncio.run(work(of, request.model_dump_json(), journal, FreeSlots()))
    return [event for event in journal.events if isinstance(event, TaskProgress)]


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("en", "The requirements have 13000 characters; a model is told the first 12000."),
        ("zh", "要求共 13000 个字符，提供给模型的只有前 12000 个。"),
    ],
)
def test_requirements_reach_the_author_whole_and_it_is_told_that_a_prompt_has_less(
    language: Language, told: str
) -> None:
    text = "每条要求都要满足。Cover it." * 650
    author, long = ScriptedAuthor(), text[:13_000].ljust(13_000, "。")
    files = [
        ContextFile(
            file_id=role, file_name=f"{role}.md", file_type=role, content=long[: 13_000 // n]
        )
        for role, n in ((FileRole.REQUIREMENTS, 1), (FileRole.STYLE_GUIDE, 3))
    ]

    said = [event.progress for event in written(author, job(language), files)]

    assert {brief.commission.requirements for brief in author.asked} == {long}
    assert [sentence for sentence in said if "000" in sentence] == [told]


def departs(outline: Outline, document: Document) -> list[str]:
    return [f"heading {outline.nodes[0].title!r} of {document.title!r} is missing"]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_departure_from_the_outline_is_said_aloud_and_loses_no_text(
    language: Language, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("pipeline.graphs.document.obeys", departs)

    with caplog.at_level(logging.ERROR):
        events = written(ScriptedAuthor(), job(language))

    assert "heading '成因' of '潮汐' is missing" in caplog.text
    assert PHRASES["departs"][language].format(number=1) in [event.progress for event in events]


@pytest.mark.parametrize(
    ("language", "error", "end"),
    [
        ("zh", ModelUnavailable("It timed out."), "模型没有响应。"),
        ("zh", PipelineError("Odd."), "出现了问题。"),
        ("en", ModelRejected("model_context_too_long", "Too long."), "too long for this model."),
    ],
)
def test_why_a_chapter_stays_as_written_is_said_in_the_language_of_the_job(
    language: Language, error: PipelineError, end: str
) -> None:
    events = written(ScriptedAuthor(fuse_error=error), job(language))

    (said,) = [event.progress for event in events if event.step == "fuse"]
    assert said.endswith(end)
    assert str(error) not in said


@pytest.mark.parametrize(("language", "other"), [("zh", "en"), ("en", "zh")])
def test_all_that_a_job_says_can_be_said_in_the_other_language(
    language: Language, other: Language
) -> None:
    def author() -> ScriptedAuthor:
        return ScriptedAuthor(fuse_error=ModelUnavailable("It timed out."))

    events = written(author(), job(language))

    assert "model_unavailable" in [event.values.get("reason") for event in events]
    again = [say(other, event.key, event.values) for event in events]
    assert again == [event.progress for event in written(author(), job(other))]


def test_an_event_of_an_earlier_version_has_a_sentence_and_no_key() -> None:
    told = {"job_id": "j", "task_type": JobKind.OUTLINE, "at": NOW, "step": "outline"}

    event = TaskProgress.model_validate(told | {"progress": "正在拟定大纲。"})

    assert (event.progress, event.key, event.values) == ("正在拟定大纲。", "", {})


def test_every_phrase_and_reason_is_there_in_both_languages() -> None:
    assert [key for key, said in {**PHRASES, **REASONS}.items() if set(said) != {"en", "zh"}] == []


def test_a_job_that_is_taken_over_shows_no_less_than_before() -> None:
    events = written(ScriptedAuthor(), job("zh", done=3, total=4))

    shown = [event.done for event in events]
    assert shown == sorted(shown)
    assert shown[0] == 3
    assert {event.total for event in events} == {4}
