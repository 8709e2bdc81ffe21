"""What research tells the author: sources that could not be used as they were meant."""

import asyncio
from collections.abc import Callable, Mapping, Sequence

import pytest

from pipeline.domain.documents import (
    ContextFile,
    Language,
    NodeId,
    Outline,
    OutlineNode,
    Reading,
    SourceId,
)
from pipeline.domain.jobs import JobKind, TaskProgress
from pipeline.errors import PipelineError, RankingFailed
from pipeline.graphs.research import read_files, tell_unread_sources
from pipeline.graphs.tools import Counter, Tools
from pipeline.ports import Material, Shelf
from tests.graph_fakes import (
    NOW,
    FreeSlots,
    ListJournal,
    ScriptedAuthor,
    ScriptedBibliographer,
    TextShelf,
    job_of,
)

MOON = ContextFile(file_id="moon", file_name="moon.md", content="# 月球\n\n月球引起潮汐。")
BROKEN = ContextFile(file_id="gone", file_name="坏.md", content="UNREADABLE")


class TroubledShelf(TextShelf):
    """A shelf whose ranking service fails."""

    async def material(
        self,
        readings: Mapping[SourceId, Reading],
        trouble: Callable[[PipelineError], None] | None = None,
    ) -> Material:
        if trouble:
            trouble(RankingFailed("It did not answer."))
        return await super().material(readings)


def told(
    files: Sequence[ContextFile],
    outline: Outline,
    *,
    shelf: Shelf | None = None,
    language: Language = "en",
) -> list[TaskProgress]:
    """What is said after the files are read, without that they are."""
    journal = ListJournal()
    tools = Tools(
        job=job_of(JobKind.DOCUMENT).model_copy(update={"language": language}),
        author=ScriptedAuthor(),
        shelf=shelf or TextShelf(),
        bibliographer=ScriptedBibliographer(),
        web=None,
        reviewer=None,
        journal=journal,
        slots=FreeSlots(),
        now=lambda: NOW,
        default_target_words=1_000,
        counter=Counter(),
        abort=lambda error: None,
    )

    async def research() -> None:
        desk = await read_files(files, tools)
        tell_unread_sources(outline, desk, tools)

    asyncio.run(research())
    events = [event for event in journal.events if isinstance(event, TaskProgress)]
    return [e for e in events if not e.progress.startswith(("Reading", "正在读取", "正在阅读"))]


def bound(*sources: str, only: bool = False) -> Outline:
    node = OutlineNode(
        id=NodeId("n"),
        title="潮汐",
        source_ids=tuple(SourceId(each) for each in sources),
        sources_only=only,
    )
    return Outline(title="T", nodes=(node,))


@pytest.mark.parametrize(
    ("language", "only", "words"),
    [
        ("en", False, "1 潮汐 is bound to “坏.md”, which could not be read; the other sources"),
        ("en", True, "1 潮汐 may draw only on “坏.md”"),
        ("zh", False, "1 潮汐 指定的来源《坏.md》无法读取"),
        ("zh", True, "1 潮汐 只允许使用指定的来源"),
    ],
)
def test_a_bound_source_that_could_not_be_read_is_told(
    language: Language, only: bool, words: str
) -> None:
    (event,) = told([MOON, BROKEN], bound("moon", "gone", only=only), language=language)

    assert event.progress.startswith(words)
    assert event.section_id == "n"


def test_nothing_is_told_where_all_bound_sources_are_there() -> None:
    assert told([MOON], bound("moon")) == []
    assert told([MOON], bound()) == []


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "Passages are found by their words alone"), ("zh", "仅按词语检索段落")],
)
def test_a_service_for_ranking_that_fails_is_told(language: Language, words: str) -> None:
    (event,) = told([MOON], bound(), shelf=TroubledShelf(), language=language)

    assert event.progress.startswith(words)
