"""What a job uses, on the live board: figures that arrive move nothing."""

import pytest
from playwright.sync_api import Browser, expect

from pipeline.domain.documents import SectionStatus, Usage
from pipeline.domain.jobs import UsageCounted
from pipeline.domain.spending import Budget
from tests.e2e.conftest import RunningApp, StartApp
from tests.e2e.live_job import CAUSES, LiveJob
from tests.e2e.test_board import page_of

pytestmark = [pytest.mark.browser, pytest.mark.long, pytest.mark.timeout(60)]

PAID = Usage(calls=9, tokens_in=40_000, tokens_out=1_200, cost=0.1234, currency="USD")


@pytest.fixture(scope="module")
def app(start_app: StartApp) -> RunningApp:
    return start_app("tests/e2e/apps/board_app.py")


@pytest.fixture
def job(app: RunningApp) -> LiveJob:
    return LiveJob(app)


def counted(job: LiveJob, usage: Usage, budget: Budget | None = None) -> UsageCounted:
    return UsageCounted(usage=usage, budget=budget or Budget(), **job.envelope(3))


@pytest.mark.parametrize("width", [1200, 390])
def test_figures_have_their_place_before_they_come(
    browser: Browser, job: LiveJob, width: int
) -> None:
    viewport = {"width": width, "height": 900}
    with page_of(browser, job, "metered", viewport=viewport) as page:
        job.say(job.planned(), job.state(CAUSES, SectionStatus.WRITING))
        card = page.locator(".lb-card").first
        expect(card).to_be_visible()
        before = card.bounding_box()

        job.say(counted(job, PAID, Budget(cost=1.0)))

        said = "Used so far: 41,200 tokens, $0.12 of $1.00 (12%)"
        expect(page.locator(".lb-spending")).to_have_text(said)
        assert card.bounding_box() == before
        last = PAID.model_copy(update={"cost": None, "currency": "", "estimated": 2})
        job.say(counted(job, last, Budget(tokens=50_000)))
        said = "Used so far: about 41,200 of 50,000 tokens (82%)"
        expect(page.locator(".lb-spending")).to_have_text(said)
        assert card.bounding_box() == before


def test_figures_are_said_in_chinese(browser: Browser, job: LiveJob) -> None:
    with page_of(browser, job, "metered&lang=zh") as page:
        cheap = PAID.model_copy(update={"cost": 0.002, "currency": "CNY"})
        job.say(job.planned(), counted(job, cheap))

        expect(page.locator(".lb-spending")).to_have_text("已用：41,200 词元，不足 ¥0.01")


@pytest.mark.parametrize("width", [1200, 390])
@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "Used so far: about 41,200 of 50,000 tokens (82%), less than CN¥0.01"),
        ("zh", "已用：约 41,200 / 50,000 词元（82%），不足 ¥0.01"),
    ],
)
def test_the_compact_board_has_a_place_for_them_too(
    browser: Browser, job: LiveJob, language: str, said: str, width: int
) -> None:
    viewport = {"width": width, "height": 900}
    cheap = PAID.model_copy(update={"cost": 0.002, "currency": "CNY", "estimated": 1})
    query = f"compact&metered&lang={language}"
    with page_of(browser, job, query, viewport=viewport) as page:
        job.say(job.progress("正在拟定大纲。"))
        board = page.locator(".lb-compact")
        expect(board).to_contain_text("正在拟定大纲。")
        before = board.bounding_box()

        job.say(counted(job, cheap, Budget(tokens=50_000)))

        expect(board.locator(".lb-spending")).to_have_text(said)
        expect(board.locator(".lb-spending")).to_be_visible()
        assert board.bounding_box() == before
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_without_a_model_no_place_is_kept(browser: Browser, job: LiveJob) -> None:
    with page_of(browser, job) as page:
        job.say(job.planned())

        expect(page.locator(".lb-card").first).to_be_visible()
        expect(page.locator(".lb-spending")).to_be_hidden()
