"""What a freshly started app needs: seconds to its first page, and memory for its first job."""

import json
import time
from dataclasses import dataclass, field

from playwright.sync_api import Browser

from benchmarks.jobs import PATIENCE_S
from benchmarks.measure import SAMPLE_S, submit
from benchmarks.servers import (
    MeasurementFailed,
    RunningApp,
    RunningEndpoint,
    get,
    running_app,
)
from benchmarks.table import Row

RUNS = 3
"""Each with an app of its own."""

SECTIONS = 20
"""Of the job whose memory counts."""

PAGE_MS = 20_000
"""A page of a fresh app comes in a second or two."""

FINAL = {"completed", "failed", "cancelled"}


@dataclass(slots=True)
class _Seen:
    """What was seen of all runs."""

    root: list[float] = field(default_factory=list)
    health: list[float] = field(default_factory=list)
    page: list[float] = field(default_factory=list)
    idle: list[float] = field(default_factory=list)
    memory: list[float] = field(default_factory=list)


def rows(endpoint: RunningEndpoint, browser: Browser | None) -> list[Row]:
    """Start apps, open a page of each and run one job."""
    seen = _Seen()
    for _ in range(RUNS):
        with running_app(endpoint) as app:
            _look(app, browser, seen)
    page = "with a page open" if browser else "without a page"
    missing = "" if browser else "no Chromium"
    return [
        Row("process start → / answers", seen.root, "s", 3),
        Row("process start → /health is 200", seen.health, "s", 3),
        Row("process start → first page is there", seen.page, "s", 3, missing),
        Row(f"memory at rest, {page}", seen.idle, "MB"),
        Row(f"memory, most during a job of {SECTIONS} sections, {page}", seen.memory, "MB", 250),
    ]


def _look(app: RunningApp, browser: Browser | None, seen: _Seen) -> None:
    seen.root.append(app.seconds_until("/"))
    seen.health.append(app.seconds_until("/health"))
    if browser is None:
        seen.idle.append(app.tree().memory_mb())
        seen.memory.append(_most_memory(app, submit(app.url, SECTIONS)))
        return
    page = browser.new_page()
    try:
        page.goto(app.url)
        page.locator("textarea").first.wait_for(timeout=PAGE_MS)
        seen.page.append(time.perf_counter() - app.begun)
        seen.idle.append(app.tree().memory_mb())
        job_id = submit(app.url, SECTIONS)
        page.goto(f"{app.url}/writing?job={job_id}")
        page.locator(".lb-card").first.wait_for(timeout=PAGE_MS)
        seen.memory.append(_most_memory(app, job_id))
    finally:
        page.close()


def _most_memory(app: RunningApp, job_id: str) -> float:
    """Look at the app's memory until the job has ended."""
    tree, give_up_at, most = app.tree(), time.perf_counter() + PATIENCE_S, 0.0
    while time.perf_counter() < give_up_at:
        most = max(most, tree.memory_mb())
        status = json.loads(get(f"{app.url}/api/v1/jobs/{job_id}"))["status"]
        if status in FINAL:
            if status != "completed":
                raise MeasurementFailed(f"The job of a fresh app ended as {status!r}.")
            return most
        time.sleep(SAMPLE_S)
    raise MeasurementFailed(f"The job of a fresh app did not end within {PATIENCE_S} s.")
