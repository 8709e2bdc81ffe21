"""`python -m benchmarks`: measure the app against the simulated endpoint and print one table.

Goals are for an idle machine with two cores. The command succeeds whatever it finds.
"""

import argparse
import subprocess
import time
from collections.abc import Callable, Sequence

from playwright.sync_api import Error as BrowserError

from benchmarks import fresh_app, jobs, model_calls, pages
from benchmarks.chromium import chromium
from benchmarks.servers import (
    TOKENS_PER_SECOND,
    TTFT_MS,
    MeasurementFailed,
    running_app,
    running_endpoint,
)
from benchmarks.table import Row, markdown, plain

PARTS = ("start", "jobs", "calls", "pages")
"""What is measured unless parts are named; `load` comes on top when it is asked for."""

EXPLANATION = f"""\
Simulated endpoint: {TTFT_MS} ms to the first token, then {TOKENS_PER_SECOND} tokens/s; \
a section has 400 tokens, a chapter four sections.
Critical path: the model's own time of the longest section and, after it, of the longest fuse. \
Nothing that asks for a fuse
can be ready sooner; what is above 1.00 is ours, the network's and the machine's.
The app is `streamlit run app.py` in a process of its own; CPU and memory are those of its \
process tree, without Redis.
A goal is met when the median meets it."""


def measure(parts: Sequence[str]) -> list[Row]:
    """Make the measurements that are asked for."""
    rows: list[Row] = []
    with running_endpoint() as endpoint, chromium() as browser:
        if "start" in parts:
            rows += _or_why_not("start", lambda: fresh_app.rows(endpoint, browser))
        if "calls" in parts:
            rows += _or_why_not("calls", lambda: model_calls.rows(endpoint))
        with running_app(endpoint) as app:
            if "jobs" in parts:
                rows += _or_why_not("jobs", lambda: jobs.rows(app, endpoint))
            if "pages" in parts:
                rows += _or_why_not("pages", lambda: pages.rows(app, endpoint, browser))
            if "load" in parts:
                rows += _or_why_not("load", lambda: jobs.load_rows(app, endpoint))
    return rows


def _or_why_not(part: str, rows: Callable[[], list[Row]]) -> list[Row]:
    """The rows of a part, or one that says why there are none: the other parts still count."""
    try:
        return rows()
    except (MeasurementFailed, OSError, subprocess.SubprocessError, BrowserError) as error:
        return [Row(part, [], "", problem=str(error))]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--load", action="store_true", help="also 20 jobs of 20 sections at once")
    parser.add_argument("--markdown", action="store_true", help="print the rows for the README")
    parser.add_argument("--only", nargs="+", choices=PARTS, default=[], help="just these parts")
    given = parser.parse_args()
    parts = [*(given.only or PARTS), *(["load"] if given.load else [])]
    begun = time.perf_counter()
    rows = measure(parts)
    print(markdown(rows) if given.markdown else f"{EXPLANATION}\n\n{plain(rows)}")
    if not given.markdown:
        print(f"\nIt took {time.perf_counter() - begun:.0f} s.")


if __name__ == "__main__":
    main()
