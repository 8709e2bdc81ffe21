"""Jobs with a model and a budget: what is counted, what is not begun, and what is kept."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import pytest

from benchmarks.endpoint import Endpoint, Pace, serving
from pipeline.adapters.model_author import ModelAuthor
from pipeline.adapters.model_reviewer import ModelReviewer
from pipeline.adapters.openai_chat import OpenAIChat
from pipeline.config import Settings
from pipeline.domain.documents import Document, NodeId, Outline, OutlineNode, SectionStatus
from pipeline.domain.jobs import (
    DocumentGenerationRequest,
    DocumentResult,
    JobKind,
    OutlineGenerationRequest,
    SectionState,
    TaskProgress,
    UsageCounted,
)
from pipeline.domain.spending import Price, Prices
from pipeline.errors import BudgetReached, InvalidRequest
from pipeline.graphs.work import GraphWork, Request
from tests.graph_fakes import (
    NOW,
    FreeSlots,
    ListJournal,
    ScriptedBibliographer,
    TextShelf,
    job_of,
)

PACE = Pace(tokens=100, tells_usage=True)
PRICES = Prices("sim", {"sim": Price(read=1, written=3, currency="EUR")})
SECTIONS = 8


@dataclass
class Run:
    """One job and what came of it."""

    journal: ListJournal = field(default_factory=ListJournal)
    document: Document | None = None
    error: Exception | None = None
    calls: int = 0
    models: set[str] = field(default_factory=set)
    rules: list[str] = field(default_factory=list)
    """What each call was told first, in the order in which they came."""
    read: int = 0
    wrote: int = 0

    def note(self, endpoint: Endpoint) -> None:
        """What it was asked for, and what it sent."""
        self.calls, self.read, self.wrote = len(endpoint.requests), endpoint.read, endpoint.wrote
        self.models = {request["model"] for request in endpoint.requests}
        self.rules = [request["messages"][0]["content"] for request in endpoint.requests]

    @property
    def gaps(self) -> list[str]:
        assert self.document
        return [s.error_code for s in self.document.sections if s.status is SectionStatus.FAILED]

    @property
    def figures(self) -> list[UsageCounted]:
        return [event for event in self.journal.events if isinstance(event, UsageCounted)]

    def said(self, step: str) -> list[str]:
        told = [event for event in self.journal.events if isinstance(event, TaskProgress)]
        return [event.progress for event in told if event.step == step]


def outline(sections: int = SECTIONS, words: int = 100) -> Outline:
    return Outline(
        title="Tides",
        nodes=tuple(
            OutlineNode(id=NodeId(f"n{i}"), title=f"Part {i}", target_words=words)
            for i in range(sections)
        ),
    )


def run(
    request: Request,
    pace: Pace = PACE,
    model: str = "sim",
    journal: ListJournal | None = None,
    prices: Prices = PRICES,
    submitted: Mapping[str, object] | None = None,
) -> Run:
    """Do a job with a simulated `model`; `submitted` is what else the job says of itself."""
    kind = JobKind.OUTLINE if isinstance(request, OutlineGenerationRequest) else JobKind.DOCUMENT
    done = Run(journal or ListJournal())

    async def no_wait(_: float) -> None:
        return None

    async def work() -> None:
        async with serving(pace) as endpoint:
            settings = Settings(
                _env_file=None, openai_base_url=endpoint.base_url, openai_model=model
            )
            chat = OpenAIChat(settings, no_wait)
            graph = GraphWork(
                ModelAuthor(chat, settings),
                TextShelf(),
                lambda: NOW,
                1_000,
                ScriptedBibliographer(),
                prices=prices,
                reviewer=ModelReviewer(chat, model),
                clock=lambda: 0.0,
            )
            language = request.language or "en"
            told = {"language": language, **(submitted or {})}
            job = job_of(kind).model_copy(update=told)
            try:
                result = await graph(job, request.model_dump_json(), done.journal, FreeSlots())
                if kind is JobKind.DOCUMENT:
                    done.document = DocumentResult.model_validate_json(result).document
            except Exception as error:  # noqa: BLE001  looked at by the test
                done.error = error
            finally:
                await chat.aclose()
            done.note(endpoint)

    asyncio.run(work())
    return done


def writing(make: Callable[[], Outline] = outline, **options: object) -> DocumentGenerationRequest:
    return DocumentGenerationRequest.model_validate({"outline": make(), **options})


def test_every_call_is_counted_as_the_endpoint_counts_it() -> None:
    done = run(writing(lambda: chapters(2, 3)))

    assert done.error is None
    usage = done.figures[-1].usage
    assert (usage.calls, usage.tokens_in, usage.tokens_out) == (done.calls, done.read, done.wrote)
    assert usage.estimated == 0
    assert usage.cost == pytest.approx((usage.tokens_in + 3 * usage.tokens_out) / 1e6)
    assert usage.currency == "EUR"
    assert done.document
    assert done.document.usage == usage == done.journal.usage()


def chapters(count: int, sections: int) -> Outline:
    nodes = tuple(
        OutlineNode(
            id=NodeId(f"c{chapter}"),
            title=f"Chapter {chapter}",
            children=tuple(
                OutlineNode(id=NodeId(f"c{chapter}n{i}"), title=f"Part {i}", target_words=100)
                for i in range(sections)
            ),
        )
        for chapter in range(count)
    )
    return Outline(title="Tides", nodes=nodes)


def test_what_an_endpoint_does_not_tell_is_estimated_and_said_to_be() -> None:
    done = run(writing(), pace=Pace(tokens=100))

    usage = done.figures[-1].usage
    assert usage.calls == usage.estimated == done.calls
    assert usage.tokens_out == pytest.approx(done.wrote, rel=0.35)
    assert usage.tokens_in == pytest.approx(done.read, rel=0.35)


def test_an_answer_that_broke_off_is_counted_with_its_prompt_and_the_second_try() -> None:
    done = run(writing(lambda: outline(1)), model="sim-cut-once", prices=Prices("sim-cut-once"))

    usage = done.figures[-1].usage
    assert done.calls == usage.calls == 2
    assert usage.estimated == 1  # the half one
    assert usage.tokens_in == pytest.approx(done.read, rel=0.35)
    assert usage.tokens_out == pytest.approx(done.wrote, abs=3)
    assert usage.cost is None


def test_a_request_that_is_refused_costs_nothing() -> None:
    done = run(writing(lambda: outline(1)), model="sim-429-once")

    usage = done.figures[-1].usage
    assert done.calls == usage.calls == 2
    assert (usage.tokens_in, usage.tokens_out) == (done.read, done.wrote)


@pytest.mark.parametrize("fault", ["500", "503"])
def test_a_try_that_a_server_gave_up_may_have_been_written_and_counts(fault: str) -> None:
    done = run(
        writing(lambda: outline(1)), model=f"sim-{fault}-once", prices=Prices(f"sim-{fault}-once")
    )

    usage = done.figures[-1].usage
    assert done.calls == usage.calls == 2
    assert usage.estimated == 1
    assert usage.tokens_in == pytest.approx(2 * done.read, rel=0.25)
    assert usage.tokens_out == done.wrote


def test_a_budget_stops_in_the_middle_and_what_is_finished_stays() -> None:
    whole = run(writing())
    used = whole.figures[-1].usage
    half = (used.tokens_in + used.tokens_out) // 2

    done = run(writing(budget_tokens=half))

    assert done.error is None
    assert 0 < len(done.gaps) < SECTIONS
    assert set(done.gaps) == {"budget_reached"}
    assert done.document
    assert "Retry it, or write it yourself." in done.document.content
    assert "budget was used up" in done.document.content
    assert done.read + done.wrote <= half
    assert done.said("budget") == [
        "The budget holds no further calls of the model; what is finished is kept."
    ]
    last = done.figures[-1]
    assert last.budget.tokens == half
    assert last.usage.calls == done.calls == SECTIONS - len(done.gaps)


def test_a_section_that_waits_for_room_is_shown_as_waiting() -> None:
    done = run(writing(budget_tokens=3_000))

    states = [event for event in done.journal.events if isinstance(event, SectionState)]
    waiting = {event.section_id for event in states if event.state is SectionStatus.WAITING}
    last = {event.section_id: event.state for event in states}
    assert waiting
    assert set(last.values()) <= {SectionStatus.DONE, SectionStatus.FAILED}
    for section in waiting:
        told = [event.state for event in states if event.section_id == section]
        assert told[told.index(SectionStatus.WAITING) - 1] is SectionStatus.WRITING


def test_a_budget_in_money_stops_just_so() -> None:
    whole = run(writing()).figures[-1].usage
    assert whole.cost

    done = run(writing(budget_cost=whole.cost / 2))

    assert 0 < len(done.gaps) < SECTIONS
    cost = done.figures[-1].usage.cost
    assert cost
    assert cost <= whole.cost / 2


def test_with_a_higher_budget_only_what_is_missing_is_written() -> None:
    first = run(writing(budget_tokens=3_000))
    assert 0 < len(first.gaps) < SECTIONS

    second = run(writing(budget_tokens=100_000), journal=first.journal)

    assert second.gaps == []
    assert second.calls == len(first.gaps)
    assert second.figures[-1].usage.calls == second.calls  # the new job counts its own


def test_when_nothing_can_be_written_the_job_fails_with_the_budget() -> None:
    done = run(writing(budget_tokens=10))

    assert isinstance(done.error, BudgetReached)
    assert done.calls == 0
    assert done.figures == []
    assert done.document is None


def test_an_outline_that_does_not_fit_fails_with_the_budget() -> None:
    done = run(OutlineGenerationRequest(task_prompt="Tides", budget_tokens=50))

    assert isinstance(done.error, BudgetReached)
    assert done.calls == 0


def test_a_chapter_that_cannot_be_fused_any_more_is_left_and_said() -> None:
    whole = run(writing(lambda: chapters(1, 2)))
    used = whole.figures[-1].usage
    sections_only = used.tokens_in + used.tokens_out - 200

    done = run(writing(lambda: chapters(1, 2), budget_tokens=sections_only))

    assert done.gaps == []
    assert any("the budget does not hold it" in said for said in done.said("fuse"))
    assert done.document
    assert list(done.document.unfused.values()) == ["budget_reached"]
    assert whole.document
    assert whole.document.unfused == {}
    assert done.read + done.wrote <= sections_only


def test_a_long_section_is_not_begun_when_not_all_of_its_parts_fit() -> None:
    request = writing(lambda: outline(1, words=6_000), budget_tokens=6_000)

    done = run(request, model="sim-asked", prices=Prices("sim-asked"))

    assert isinstance(done.error, BudgetReached)
    assert done.calls == 0


def test_an_answer_that_runs_beyond_what_was_held_is_closed() -> None:
    done = run(
        writing(lambda: outline(1, words=60), budget_tokens=900),
        pace=Pace(tokens=3_000, tokens_per_second=2_000, tells_usage=True),
    )

    assert isinstance(done.error, BudgetReached)
    usage = done.figures[-1].usage
    assert done.wrote < 1_500
    assert usage.tokens_in + usage.tokens_out < 1_200


def test_figures_are_told_with_the_first_piece_and_at_the_end_however_short_the_job() -> None:
    done = run(writing())

    first, last = (event.usage for event in done.figures)
    assert 0 < first.tokens_out < done.wrote
    assert (last.tokens_in, last.tokens_out) == (done.read, done.wrote)


def test_a_budget_in_money_for_a_model_without_a_price_is_refused_before_any_call() -> None:
    done = run(writing(budget_cost=1.0), prices=Prices("sim"))

    assert isinstance(done.error, InvalidRequest)
    assert done.error.code == "budget_without_price"
    assert "MODEL_PRICES" in str(done.error)
    assert done.calls == 0


def test_a_job_is_written_and_charged_by_the_model_that_its_author_was_told_of() -> None:
    price = Price(read=1, written=90, currency="EUR")

    done = run(
        writing(lambda: outline(1)), submitted={"model": "sim-asked", "price": price}, model="sim"
    )

    assert done.models == {"sim-asked"}
    assert done.document
    assert done.document.author == "sim-asked"
    usage = done.figures[-1].usage
    assert usage.cost == pytest.approx((usage.tokens_in + 90 * usage.tokens_out) / 1e6)


def test_a_job_that_was_told_of_no_model_is_written_by_the_usual_one() -> None:
    assert run(writing(lambda: outline(1))).models == {"sim"}
    asked = writing(lambda: outline(1), model="sim-short")
    assert run(asked, submitted={"model": "sim-asked"}).models == {"sim-short"}


def test_a_job_takes_its_price_along_to_a_worker_that_knows_none() -> None:
    price = Price(read=1, written=3, currency="EUR")

    done = run(writing(budget_cost=1.0), prices=Prices("sim"), submitted={"price": price})

    assert done.error is None
    usage = done.figures[-1].usage
    assert usage.cost == pytest.approx((usage.tokens_in + 3 * usage.tokens_out) / 1e6)
    assert usage.currency == "EUR"
