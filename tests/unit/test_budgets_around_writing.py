"""Calls around the writing that a job's budget holds, too: search terms and second opinions."""

import pytest

from pipeline.domain.documents import ContextFile
from pipeline.domain.jobs import DocumentGenerationRequest
from pipeline.errors import BudgetReached
from tests.unit.test_budgets import Run, outline, run, writing

SECTIONS = 3
FILE = ContextFile(
    file_id="f",
    file_name="f.md",
    content="# The barrage\n\nThe barrage on the Rance has 24 turbines and opened in 1966.",
)
CHINESE = ContextFile(
    file_id="z", file_name="潮汐.md", content="# 堤坝\n\n朗斯河上的堤坝有二十四台水轮机。"
)


def told(done: Run, rules: str) -> int:
    """How many calls were told so."""
    return sum(each.startswith(rules) for each in done.rules)


def asking(file: ContextFile, **options: object) -> DocumentGenerationRequest:
    return writing(lambda: outline(SECTIONS), context_files=[file.model_dump()], **options)


@pytest.mark.parametrize(
    ("asked", "rules", "calls"),
    [
        (asking(CHINESE), "你协助检索中文资料。", 1),
        (asking(FILE, second_opinion=True), "You check citations.", 2),
    ],
    ids=["search terms", "second opinion"],
)
def test_calls_around_the_writing_are_counted_as_the_endpoint_counts_them(
    asked: DocumentGenerationRequest, rules: str, calls: int
) -> None:
    done = run(asked)

    assert told(done, rules) == calls
    usage = done.figures[-1].usage
    assert (usage.calls, usage.estimated) == (SECTIONS + calls, 0)
    assert (usage.tokens_in, usage.tokens_out) == (done.read, done.wrote)
    assert done.document
    assert done.document.usage == usage


def test_second_opinions_that_the_budget_does_not_hold_are_not_asked_for_and_that_is_said() -> None:
    written = run(asking(FILE)).figures[-1].usage
    budget = written.tokens_in + written.tokens_out + 100

    done = run(asking(FILE, second_opinion=True, budget_tokens=budget))

    assert done.gaps == []
    assert told(done, "You check citations.") == 0
    assert "the budget does not hold it." in done.said("second_opinion")[1]
    assert done.read + done.wrote <= budget


def test_search_terms_that_the_budget_does_not_hold_are_not_asked_for() -> None:
    done = run(asking(CHINESE, budget_tokens=10))

    assert isinstance(done.error, BudgetReached)
    assert done.calls == 0
    assert any("the budget does not hold it." in said for said in done.said("research"))
