"""The composition root: the one place where settings become objects."""

import gc
import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from uuid import uuid4

from pipeline.adapters.bibliography import PandocBibliographer
from pipeline.adapters.embedded_redis import ensure_server
from pipeline.adapters.limited_program import end_programs
from pipeline.adapters.local_queue import LocalQueue
from pipeline.adapters.process_figures import process_figures
from pipeline.adapters.redis_connection import MEMORY, connect, connect_briefly
from pipeline.adapters.redis_feed import RedisEventFeed
from pipeline.adapters.redis_figures import RedisFigures
from pipeline.adapters.redis_manuscripts import RedisManuscriptStore, RedisReadingStore
from pipeline.adapters.redis_store import RedisJobStore
from pipeline.adapters.shelf import Fetch, FileShelf, Pages, Rank
from pipeline.adapters.web.fetching import PageFetcher
from pipeline.config import Settings
from pipeline.domain.estimate import Pace
from pipeline.domain.figures import Figures, ProcessFigures
from pipeline.domain.jobs import Job, JobId, JobKind, JobStatus
from pipeline.domain.spending import Price, Prices
from pipeline.engine import Close, Engine, Hooks, terms_of
from pipeline.ports import (
    Author,
    Editor,
    EventFeed,
    JobQueue,
    ReadingStore,
    Reviewer,
    Web,
)
from pipeline.ports.manuscripts import ManuscriptStore
from pipeline.runtime.later_work import LaterWork
from pipeline.service.budgets import BudgetService
from pipeline.service.changes import ChangeService
from pipeline.service.drafts import DraftService
from pipeline.service.editing import EditService
from pipeline.service.exports import Exporters, ExportService
from pipeline.service.jobs import JobService, Limits
from pipeline.service.manuscripts import ManuscriptService
from pipeline.service.revisions import Outside

WARM_UP_AFTER_S = 4
"""The first page is drawn by then; a job that comes earlier does not wait for this."""

LOG_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"


@dataclass(frozen=True, slots=True)
class Runtime:
    """What pages, API and workers use."""

    settings: Settings
    jobs: JobService
    manuscripts: ManuscriptService
    exports: ExportService
    changes: ChangeService
    budgets: BudgetService
    drafts: DraftService
    feed: EventFeed
    edits: EditService
    figures: Callable[[], Figures]
    """For a monitor, of all processes; raises `StoreUnavailable` within some seconds."""
    engines: Callable[[], int]
    """How many take jobs now, in all processes; cheap, raises as `figures`."""
    process: Callable[[], ProcessFigures]
    engine: Engine
    shelf: FileShelf
    work: LaterWork
    author_name: str
    is_durable: bool
    """Whether what is stored outlives this process."""
    stopping: threading.Event = field(default_factory=threading.Event)

    def start(self) -> None:
        """Begin to run jobs in this process; what they need is imported.

        Where workers run them, the engine only lends its loop to edits.
        """
        takes_jobs = self.settings.job_queue == "local"
        self.engine.start(takes_jobs=takes_jobs)
        if not takes_jobs:
            return
        threading.Thread(target=self._warm_up, name="warm-up", daemon=True).start()

    def _warm_up(self) -> None:
        if self.stopping.wait(WARM_UP_AFTER_S):
            return
        self.work.load()
        gc.freeze()  # what is imported stays: looking through it stops all jobs for 0.1 s each time

    def stop(self) -> None:
        """Give running jobs back and let go of everything; the store keeps what is done."""
        self.stopping.set()
        gc.unfreeze()
        self.engine.stop()
        self.shelf.close()


def build_runtime(settings: Settings, fetch: Fetch | None = None) -> Runtime:
    """Make all objects. Starts the embedded Redis server if there is no other; runs no job.

    `fetch` stands in for what gets pages from the web.
    """
    url = settings.redis_url or _embedded(settings)
    client = connect(url)
    rank, close_rank = _rank(settings)
    shelf = _shelf(settings, RedisReadingStore(client, settings.manuscript_ttl), fetch, rank)
    author, reviewer, editor, close = _author_and_others(settings)
    limits = _limits(settings)
    store = RedisJobStore(client, terms_of(settings), _now)

    def submit(job_id: JobId) -> object:
        return engine.submit(job_id)  # made below: queue and engine need each other

    queue = _queue(settings, url, LocalQueue(submit))
    jobs = JobService(store, queue, limits, now=_now, new_id=_new_id)
    store_of_manuscripts = RedisManuscriptStore(client, settings.manuscript_ttl, _now)
    outside = Outside(shelf, PandocBibliographer())
    manuscripts = ManuscriptService(
        store_of_manuscripts, jobs, limits, outside=outside, now=_now, new_id=_new_id
    )
    jobs.on_ended = manuscripts.deliver
    work = _work(settings, author, reviewer, shelf)
    hooks = _hooks(settings, jobs, manuscripts, (*close, *close_rank, end_programs))
    engine = Engine(settings, url, work, hooks)
    figures = RedisFigures(connect_briefly(url))
    return Runtime(
        settings=settings,
        jobs=jobs,
        manuscripts=manuscripts,
        exports=ExportService(_exporters),
        changes=ChangeService(store_of_manuscripts, manuscripts, work.changes, _now),
        budgets=_budgets(settings, store_of_manuscripts, author),
        drafts=DraftService(store_of_manuscripts, store, manuscripts, work.draft, _now),
        feed=RedisEventFeed(url),
        edits=EditService(editor, engine.lend, _prices(settings)),
        process=process_figures,
        figures=figures.read,
        engines=figures.engines,
        engine=engine,
        shelf=shelf,
        work=work,
        author_name=author.name,
        is_durable=not url.startswith(MEMORY),
    )


def _exporters() -> Exporters:
    # A third of a second of imports, which can wait for the first file.
    from pipeline.runtime.exporters import exporters  # noqa: PLC0415

    return exporters(_now)


def broker_of(settings: Settings) -> str:
    """Celery's address of the Redis server that holds the jobs. Raises `ConfigError`."""
    from pipeline.adapters.celery_queue import broker_url  # noqa: PLC0415  see `_queue`

    return broker_url(settings.redis_url or _embedded(settings))


def _queue(settings: Settings, url: str, local: JobQueue) -> JobQueue:
    if settings.job_queue == "local":
        return local
    # A third of a second of imports, which an app that runs its jobs itself does without.
    from pipeline.adapters.celery_queue import (  # noqa: PLC0415
        CeleryQueue,
        broker_url,
        celery_app,
    )

    broker = broker_url(url)
    return CeleryQueue(celery_app(lambda: broker))


def _limits(settings: Settings) -> Limits:
    return Limits(
        prompt_chars=settings.max_prompt_chars,
        nodes=settings.max_nodes,
        depth=settings.max_depth,
        file_bytes=settings.max_file_bytes,
        keep=max(settings.max_result_ttl, settings.result_ttl),
        prices=_prices(settings),
    )


def _budgets(settings: Settings, store: ManuscriptStore, author: Author) -> BudgetService:
    pace = Pace(
        settings.model_speed,
        min(settings.model_calls_per_job, settings.model_calls),
        settings.model_requests_per_minute,
        settings.model_tokens_per_minute,
    )
    return BudgetService(
        store, author, _prices(settings), pace, settings.default_target_words, _now
    )


def _prices(settings: Settings) -> Prices:
    currency = settings.price_currency
    return Prices(
        settings.openai_model,
        {
            name: Price(read=price.read, written=price.written, currency=currency)
            for name, price in settings.model_prices.items()
        },
    )


def _shelf(
    settings: Settings, readings: ReadingStore, fetch: Fetch | None, rank: Rank | None
) -> FileShelf:
    fetcher = PageFetcher(max_bytes=settings.max_page_bytes, time_limit=settings.web_timeout)
    pages = Pages(fetch or fetcher, lambda: _now().date()) if settings.web_access else None
    return FileShelf(readings, max_file_bytes=settings.max_file_bytes, pages=pages, rank=rank)


def _rank(settings: Settings) -> tuple[Rank | None, tuple[Close, ...]]:
    if not (settings.embedding_model or settings.rerank_model):
        return None, ()
    # A quarter of a second of imports, which an app that finds passages by words does without.
    from pipeline.adapters.meaning import RankedMaterial, meaning_of  # noqa: PLC0415

    meaning = meaning_of(settings)
    return lambda index, trouble: RankedMaterial(index, meaning, trouble), (meaning.aclose,)


def _hooks(
    settings: Settings,
    jobs: JobService,
    manuscripts: ManuscriptService,
    on_stop: tuple[Close, ...],
) -> Hooks:
    revive = None if settings.redis_url else lambda: _embedded(settings)
    return Hooks(
        now=_now,
        on_finished=_and_settle(manuscripts.deliver),
        cancel=jobs.cancel,
        revive=revive,
        on_stop=on_stop,
    )


def _and_settle(deliver: Callable[[Job], None]) -> Callable[[Job], None]:
    """Deliver, and let the collector leave alone what the first job of each kind brought along.

    Else it looks through that amid the next one, which stops all jobs for 0.2 s. One that ended
    early may have brought nothing along: it had been cancelled, or its request was gone.
    """
    seen: set[JobKind] = set()

    def finished(job: Job) -> None:
        deliver(job)
        if job.status is JobStatus.COMPLETED and job.kind not in seen:
            seen.add(job.kind)
            gc.collect()
            gc.freeze()

    return finished


def _work(
    settings: Settings, author: Author, reviewer: Reviewer | None, shelf: FileShelf
) -> LaterWork:
    return LaterWork(
        author=author,
        reviewer=reviewer,
        shelf=shelf,
        web=_web(settings, shelf),
        bibliographer=PandocBibliographer(),
        now=_now,
        default_target_words=settings.default_target_words,
        prices=_prices(settings),
    )


def _web(settings: Settings, shelf: FileShelf) -> Web | None:
    if not settings.search_provider:
        return None
    # A tenth of a second of imports, which an app without a search does without.
    from pipeline.adapters.web.providers import providers_of  # noqa: PLC0415
    from pipeline.adapters.web.search import OpenWeb  # noqa: PLC0415

    return OpenWeb(
        providers_of(settings),
        shelf.read_page,
        most_pages=settings.web_pages,
        time_limit=settings.web_timeout,
    )


def _embedded(settings: Settings) -> str:
    return ensure_server(settings.data_dir, settings.embedded_redis_bin)


def _author_and_others(
    settings: Settings,
) -> tuple[Author, Reviewer | None, Editor, tuple[Close, ...]]:
    """All of one model, through the same connections; offline nobody gives an opinion."""
    if settings.openai_model is not None:
        # Half a second of imports, which the offline author does without.
        from pipeline.adapters.model_author import ModelAuthor  # noqa: PLC0415
        from pipeline.adapters.model_author.editing import ModelEditor  # noqa: PLC0415
        from pipeline.adapters.model_reviewer import ModelReviewer  # noqa: PLC0415
        from pipeline.adapters.openai_chat import OpenAIChat  # noqa: PLC0415

        chat = OpenAIChat(settings)
        reviewer = ModelReviewer(chat, settings.openai_model)
        return ModelAuthor(chat, settings), reviewer, ModelEditor(chat, settings), (chat.aclose,)
    from pipeline.adapters.offline_author import OfflineAuthor  # noqa: PLC0415  as above
    from pipeline.adapters.offline_author.editing import OfflineEditor  # noqa: PLC0415

    return OfflineAuthor(), None, OfflineEditor(), ()


def _now() -> datetime:
    return datetime.now(UTC)


def _new_id() -> str:
    return uuid4().hex


def configure_logging(settings: Settings) -> None:
    """Log to standard error; for entry points only."""
    logging.basicConfig(level=settings.log_level, format=LOG_FORMAT)
    logging.getLogger("httpx").setLevel(logging.WARNING)  # it logs a line for each model call
    logging.getLogger("httpx2").setLevel(logging.WARNING)


@cache
def _shared() -> Runtime:
    return build_runtime(Settings())


_override: list[Runtime] = []


def runtime() -> Runtime:
    """Return this process's runtime, built on first use."""
    return _override[-1] if _override else _shared()


@contextmanager
def override(replacement: Runtime) -> Iterator[Runtime]:
    """Use another runtime in this process for a while; for tests."""
    _override.append(replacement)
    try:
        yield replacement
    finally:
        _override.pop()
