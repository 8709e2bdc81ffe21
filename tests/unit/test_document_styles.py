import asyncio

from pipeline.domain.documents import (
    CitationStyle,
    ContextFile,
    Document,
    NodeId,
    Outline,
    OutlineNode,
)
from pipeline.domain.jobs import (
    DocumentGenerationRequest,
    DocumentResult,
    JobKind,
    TaskProgress,
)
from pipeline.errors import FormattingFailed
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

FILE = ContextFile(file_id="moon", file_name="潮.md", content="# 潮汐\n\nThe Moon raises tides.")


def written(
    bibliographer: ScriptedBibliographer,
    journal: ListJournal,
    style: CitationStyle,
    *files: ContextFile,
) -> Document:
    outline = Outline(title="Tides", nodes=(OutlineNode(id=NodeId("a"), title="Causes"),))
    request = DocumentGenerationRequest(
        outline=outline, context_files=files, citation_style=style
    ).model_dump_json()
    work = GraphWork(ScriptedAuthor(), TextShelf(), lambda: NOW, 1_000, bibliographer)
    result = asyncio.run(work(job_of(JobKind.DOCUMENT), request, journal, FreeSlots()))
    return DocumentResult.model_validate_json(result).document


def told(journal: ListJournal) -> list[str]:
    return [event.progress for event in journal.events if isinstance(event, TaskProgress)]


def test_the_reference_list_is_in_the_style_that_was_asked_for() -> None:
    bibliographer = ScriptedBibliographer()

    document = written(bibliographer, ListJournal(), "apa", FILE)

    assert bibliographer.asked == [("apa", "en")]
    assert document.citation_style == "apa"
    assert document.content.endswith("## References\n\n[1] *潮汐*\n")
    assert document.sources[0].entry == "*潮汐*"
    assert document.references[0].text == "潮汐"


def test_the_plain_style_asks_nobody() -> None:
    bibliographer = ScriptedBibliographer(FormattingFailed())

    document = written(bibliographer, ListJournal(), "numeric", FILE)

    assert bibliographer.asked == []
    assert document.content.endswith("## References\n\n[1] 潮汐\n")


def test_without_sources_nobody_is_asked() -> None:
    bibliographer = ScriptedBibliographer(FormattingFailed())

    assert written(bibliographer, ListJournal(), "ieee").citation_style == "ieee"
    assert bibliographer.asked == []


def test_a_list_that_could_not_be_formatted_is_plain_and_said_so() -> None:
    journal = ListJournal()

    document = written(ScriptedBibliographer(FormattingFailed()), journal, "apa", FILE)

    assert document.citation_style == "numeric"
    assert document.content.endswith("## References\n\n[1] 潮汐\n")
    assert (
        "The reference list is in the plain style: the program that formats references failed."
        in told(journal)
    )
