"""What an author feels in the browser: keys in the outliner, and the way to the first text."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from playwright.sync_api import Browser, Page

from benchmarks.measure import some_outline
from benchmarks.servers import MOST_NODES, TTFT_MS, RunningApp, RunningEndpoint
from benchmarks.table import Row
from pipeline.config import Settings
from pipeline.domain.documents import NodeId, Outline, OutlineNode
from pipeline.domain.jobs import ManuscriptId
from pipeline.domain.manuscripts import Manuscript, OutlineDraft
from pipeline.runtime import Runtime, build_runtime
from pipeline.service.views import Deleted

NODES = (20, 300, 1_000)
"""A usual outline, a book's, and the most that the settings allow."""

KEYS = ("x", "Enter", "Alt+ArrowUp")
"""Typing, a new section, a move: what authors do most."""

PRESSES = 12
"""Of each key."""

BUDGET_MS = 50
"""From the key to the painted frame: what still feels immediate."""

PAGE_MS = 20_000
"""A page comes within a second or two, one of a thousand nodes too."""

CLICKS = 3
"""Documents of which the first text is waited for."""

CHAPTER = 7
"""Nodes of a chapter with the chapter's own, in the outlines that are edited."""

WATCH_KEYS = """() => {
  window.painted = []
  const measure = (event) => {
    if (["Alt", "Control", "Meta", "Shift"].includes(event.key)) return
    const start = event.timeStamp
    const channel = new MessageChannel()
    channel.port1.onmessage = () => window.painted.push(performance.now() - start)
    requestAnimationFrame(() => channel.port2.postMessage(0))
  }
  window.addEventListener("keydown", measure, true)
}"""
"""From when the key was pressed, also while the page was busy, and not from when it is handled.

The message comes after the frame was painted; a frame's own callback comes before.
"""


def rows(app: RunningApp, endpoint: RunningEndpoint, browser: Browser | None) -> list[Row]:
    """Keys at each size, and a click on the button that starts the writing."""
    click = "click on the button → first text on the page, beyond the first token"
    if browser is None:
        names = [*map(_key_row_name, NODES), click]
        return [Row(name, [], "ms", BUDGET_MS, "no Chromium") for name in names]
    app.seconds_until("/health")
    with _runtime(app, endpoint) as runtime:
        keys = []
        for count in NODES:
            manuscript = _stored(runtime, f"tree{count}", _tree(count))
            painted = _painted_ms(browser, app, manuscript, count)
            keys.append(Row(_key_row_name(count), painted, "ms", BUDGET_MS))
        documents = [_stored(runtime, f"click{i}", some_outline(20)) for i in range(CLICKS)]
        waits = [_first_text_s(browser, app, document) for document in documents]
    return [*keys, Row(click, waits, "s")]


def _key_row_name(count: int) -> str:
    return f"outliner of {count:,} nodes: key → painted"


@contextmanager
def _runtime(app: RunningApp, endpoint: RunningEndpoint) -> Iterator[Runtime]:
    """Our own door to the app's store; it runs no jobs."""
    settings = Settings(
        _env_file=None,
        data_dir=app.data_dir,
        redis_url=None,
        max_nodes=MOST_NODES,
        openai_base_url=endpoint.base_url,
        openai_model="sim",
    )
    runtime = build_runtime(settings)
    try:
        yield runtime
    finally:
        runtime.stop()


def _stored(runtime: Runtime, name: str, outline: Outline) -> ManuscriptId:
    """Put a manuscript with that outline into the store, as undoing its deletion does."""
    now = datetime.now(UTC)
    manuscript = Manuscript(
        id=ManuscriptId(name), title=outline.title, created_at=now, updated_at=now
    )
    runtime.manuscripts.restore(Deleted(manuscript, OutlineDraft(outline=outline)))
    return manuscript.id


def _tree(count: int) -> Outline:
    """Chapters with six sections each."""
    chapters = []
    for start in range(0, count, CHAPTER):
        head, *sections = [
            OutlineNode(
                id=NodeId(f"n{i}"),
                title=f"What is known of question {i}",
                content_summary="Drivers, evidence and the main counter-argument.",
                target_words=300,
            )
            for i in range(start, min(start + CHAPTER, count))
        ]
        chapters.append(head.model_copy(update={"children": tuple(sections)}))
    return Outline(title="A long outline", nodes=tuple(chapters))


def _painted_ms(
    browser: Browser, app: RunningApp, manuscript: ManuscriptId, count: int
) -> list[float]:
    """Press keys in the middle of the outline; milliseconds until each one's frame is painted."""
    with _page(browser, f"{app.url}/outline?doc={manuscript}") as page:
        page.locator(".ol-foot").wait_for(timeout=PAGE_MS)
        page.locator(".ol-row").nth(count // 2).locator(".ol-title").click()
        page.keyboard.press("Control+End")
        page.evaluate(WATCH_KEYS)
        for pressed in range(PRESSES * len(KEYS)):
            page.keyboard.press(KEYS[pressed // PRESSES])
            page.wait_for_function("n => window.painted.length > n", arg=pressed, timeout=PAGE_MS)
        return [float(ms) for ms in page.evaluate("() => window.painted")]


def _first_text_s(browser: Browser, app: RunningApp, manuscript: ManuscriptId) -> float:
    """Click on the button that starts the writing; seconds until text is on the page."""
    with _page(browser, f"{app.url}/outline?doc={manuscript}") as page:
        page.locator(".ol-foot").wait_for(timeout=PAGE_MS)
        begun = time.perf_counter()
        page.locator("[data-testid=stBaseButton-primary]").click()
        page.locator(".lb-tail span:not(:empty), .lb-tail:not(:empty)").first.wait_for(
            timeout=PAGE_MS
        )
        return time.perf_counter() - begun - TTFT_MS / 1000


@contextmanager
def _page(browser: Browser, url: str) -> Iterator[Page]:
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    try:
        page.goto(url)
        yield page
    finally:
        page.close()
