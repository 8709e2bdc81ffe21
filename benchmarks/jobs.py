"""What jobs cost the running app, and how long they take beside the model's own time."""

import json
import statistics
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks.servers import (
    ROOT,
    TTFT_MS,
    MeasurementFailed,
    RunningApp,
    RunningEndpoint,
)
from benchmarks.table import Row

RUNS = 3
"""Of each case: a single one says nothing on a machine that does other things too."""

MANY_VIEWERS = 50
"""A class that watches one document being written."""

JOBS_AT_ONCE = 20
"""Of the load measurement."""

PATIENCE_S = 300
"""For one run; the load takes a minute."""

MOST_LATE_S = 0.05
"""If a token left the endpoint later, the endpoint was the bottleneck, or the machine was busy."""


@dataclass(frozen=True, slots=True)
class Run:
    """What one run cost, and what the endpoint says of itself."""

    figures: dict[str, Any]
    stats: dict[str, Any]

    @property
    def critical_s(self) -> float:
        """The model's own time on the longest chain of calls: a section, then a fuse.

        All sections are asked for at once, and a chapter is fused when its sections are there,
        so no document can be ready sooner. All simulated sections are equally long.
        """
        longest = self.stats["longest_s"]
        return float(longest["text"] + longest["shape"])

    @property
    def ratio(self) -> float:
        return float(self.figures["wall_s"]) / self.critical_s

    @property
    def first_text_s(self) -> float:
        """From the submission to the first text, beyond the model's time to its first token."""
        return float(self.figures["first_s"]) - TTFT_MS / 1000

    @property
    def core_share(self) -> float:
        """CPU of the app as a share of one core, in percent."""
        return 100 * float(self.figures["cpu_s"]) / float(self.figures["wall_s"])


def run(
    app: RunningApp, endpoint: RunningEndpoint, sections: int, *, jobs: int = 1, viewers: int = 1
) -> Run:
    """Measure one run, submitted and watched by another process."""
    endpoint.take_stats()
    options = {"pid": app.pid, "sections": sections, "jobs": jobs, "viewers": viewers}
    flags = [part for name, value in options.items() for part in (f"--{name}", str(value))]
    done = subprocess.run(  # noqa: S603  our own module
        [sys.executable, "-m", "benchmarks.measure", app.url, *flags],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    if done.returncode:
        raise MeasurementFailed(f"A run of {sections} sections failed: {done.stderr[-1000:]}")
    return Run(json.loads(done.stdout), endpoint.take_stats())


def rows(app: RunningApp, endpoint: RunningEndpoint) -> list[Row]:
    """Documents of 20 and 60 sections, an outline, and many viewers."""
    app.seconds_until("/health")
    short = [run(app, endpoint, 20) for _ in range(RUNS)]
    watched = [run(app, endpoint, 20, viewers=MANY_VIEWERS) for _ in range(RUNS)]
    long = [run(app, endpoint, 60) for _ in range(RUNS)]
    outlines = [run(app, endpoint, 0) for _ in range(RUNS)]
    alone = statistics.median(one.core_share for one in short)
    return [
        Row("20 sections: wall ÷ critical path", [one.ratio for one in short], "×", 1.05),
        Row("20 sections: wall", _all(short, "wall_s"), "s", 10),
        Row("60 sections: wall ÷ critical path", [one.ratio for one in long], "×", 1.08),
        Row(
            "20 sections: submission → first text at a viewer, beyond the first token",
            [one.first_text_s for one in short],
            "s",
            0.2,
        ),
        Row(
            "outline: submission → first node at a viewer, beyond the first token",
            [one.first_text_s for one in outlines],
            "s",
        ),
        Row("20 sections: CPU of the job ÷ sections, fuses included", _each(short, 20), "ms", 90),
        Row("60 sections: CPU of the job ÷ sections, fuses included", _each(long, 60), "ms", 90),
        Row(
            f"{MANY_VIEWERS} viewers instead of one: more of a core",
            [one.core_share - alone for one in watched],
            "%",
            10,
        ),
        Row("event → viewer, 1 viewer: median", _late(short, 0), "ms"),
        Row("event → viewer, 1 viewer: 95 of 100 below", _late(short, 1), "ms"),
        Row(f"event → viewer, {MANY_VIEWERS} viewers: median", _late(watched, 0), "ms"),
        Row(f"event → viewer, {MANY_VIEWERS} viewers: 95 of 100 below", _late(watched, 1), "ms"),
        Row("sections that failed in all of these", [_failed([*short, *watched, *long])], "", 0),
        _endpoint_row([*short, *watched, *long]),
    ]


def load_rows(app: RunningApp, endpoint: RunningEndpoint) -> list[Row]:
    """Many jobs at once: none may fail; how long they take is bound by the limit of calls."""
    app.seconds_until("/health")
    loaded = run(app, endpoint, 20, jobs=JOBS_AT_ONCE)
    figures, name = loaded.figures, f"{JOBS_AT_ONCE} jobs of 20 sections at once"
    return [
        Row(f"{name}: failed jobs and sections", [_failed([loaded])], "", 0),
        Row(f"{name}: wall", [figures["wall_s"]], "s"),
        Row(f"{name}: CPU ÷ sections", [1000 * figures["cpu_s"] / (20 * JOBS_AT_ONCE)], "ms"),
        Row(f"{name}: memory", [figures["memory_mb"]], "MB"),
        Row(f"{name}: event → viewer, 95 of 100 below", [figures["late_ms"][1]], "ms"),
        _endpoint_row([loaded]),
    ]


def _all(runs: Sequence[Run], figure: str) -> list[float]:
    return [float(one.figures[figure]) for one in runs]


def _each(runs: Sequence[Run], sections: int) -> list[float]:
    return [1000 * cpu_s / sections for cpu_s in _all(runs, "cpu_s")]


def _late(runs: Sequence[Run], which: int) -> list[float]:
    return [float(one.figures["late_ms"][which]) for one in runs]


def _failed(runs: Sequence[Run]) -> float:
    kinds = ("failed_jobs", "failed_sections")
    return sum(float(one.figures[kind]) for one in runs for kind in kinds)


def _endpoint_row(runs: Sequence[Run]) -> Row:
    """Whether the endpoint was the bottleneck: then the other rows are not to be trusted."""
    late = [1000 * float(one.stats["late_s"]) for one in runs]
    return Row("latest token of the simulated endpoint", late, "ms", 1000 * MOST_LATE_S)
