"""`python -m benchmarks`: run every measurement against the simulated endpoint, print a table."""

import argparse
import json
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

PORT = 8917
# Any free one; the endpoint has a process of its own so that its CPU is not counted.

TTFT_MS, TOKENS_PER_SECOND = 400, 80
# The pace that the goals are given for.

LATE_S = 0.05
# If a token left the endpoint later than this, the endpoint was the bottleneck, or the machine.

PATIENCE_S = 300
# For one measurement; the longest takes a minute.


@dataclass(frozen=True, slots=True)
class Case:
    """One measurement."""

    name: str
    sections: int
    viewers: int = 1
    jobs: int = 1
    calls: int = 0
    """Most model calls at once, for a job too; 0 keeps the settings' default."""


@dataclass(frozen=True, slots=True)
class Row:
    """A case with what was measured, and what the endpoint says of itself."""

    case: Case
    figures: dict[str, Any]
    stats: dict[str, Any]

    @property
    def critical_s(self) -> float:
        """Model time of the longest section and, after it, the longest fuse."""
        longest = self.stats["longest_s"]
        return float(longest["text"] + longest["shape"])

    @property
    def cells(self) -> list[str]:
        figures, case = self.figures, self.case
        calls = self.stats["calls"]
        path = f"{figures['wall_s'] / self.critical_s:.2f}" if case.jobs == 1 else "-"
        median, most = figures["latency_ms"]
        return [
            case.name,
            f"{figures['wall_s']:.1f}",
            path,
            f"{figures['first_s']:.2f}",
            f"{1000 * figures['cpu_s'] / max(1, case.sections * case.jobs):.0f}",
            f"{median:.0f} / {most:.0f}",
            f"{figures['memory_mb']:.0f}",
            f"{figures['start_up_s']:.1f}",
            f"{calls}",
            f"{figures['failed_jobs']} / {figures['failed_sections']}",
            f"{1000 * self.stats['late_s']:.0f}",
        ]


CASES = (
    Case("outline", 0),
    Case("20 sections", 20),
    Case("60 sections", 60),
    Case("60 sections, 64 calls at once", 60, calls=64),
    Case("20 sections, 50 viewers", 20, viewers=50),
)
LOAD = (Case("20 jobs of 20 sections", 20, jobs=20),)
HEAD = (
    "run",
    "wall s",
    "wall ÷ model",
    "first text s",
    "CPU ms a section (outline: in all)",
    "event→viewer ms 50/95 %",
    "memory MB without pages",
    "start-up s",
    "calls",
    "failed jobs/sections",
    "endpoint late ms",
)


def run(case: Case, base_url: str) -> Row:
    """Measure a case in a process of its own."""
    _take_stats(base_url)
    command = [sys.executable, "-m", "benchmarks.measure", base_url]
    for name in ("sections", "jobs", "viewers", "calls"):
        command += [f"--{name}", str(getattr(case, name))]
    done = subprocess.run(  # noqa: S603 - our own module
        [*command, "--spawned-at", str(time.time())],
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    if done.returncode:
        sys.exit(f"{case.name} failed:\n{done.stderr[-4000:]}")
    return Row(case, json.loads(done.stdout), _take_stats(base_url))


@contextmanager
def endpoint(port: int) -> Iterator[str]:
    """The simulated endpoint in a process of its own."""
    pace = ["--ttft-ms", str(TTFT_MS), "--tokens-per-second", str(TOKENS_PER_SECOND)]
    command = [sys.executable, "-m", "benchmarks.endpoint", "--port", str(port), *pace]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603
        try:
            if process.stdout is None or not process.stdout.readline():
                sys.exit(f"The simulated endpoint did not start on port {port}.")
            yield f"http://127.0.0.1:{port}/v1"
        finally:
            process.terminate()


def table(rows: Sequence[Row]) -> str:
    """The rows as a Markdown table."""
    lines = [list(HEAD), ["---"] * len(HEAD), *(row.cells for row in rows)]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


def viewers_cost(rows: Sequence[Row]) -> str:
    """What each viewer above the first costs, from two runs that differ in nothing else."""
    one = next(row for row in rows if row.case.sections == 20 and row.case.viewers == 1)
    many = next(row for row in rows if row.case.viewers > 1)
    more = many.figures["cpu_s"] - one.figures["cpu_s"]
    each = 1000 * more / (many.case.viewers - one.case.viewers) / many.figures["wall_s"]
    return f"Each further viewer of a job in full flow costs {each:.1f} ms of CPU a second."


def _take_stats(base_url: str) -> dict[str, Any]:
    url = base_url.removesuffix("/v1") + "/stats"
    with urllib.request.urlopen(url, timeout=5) as answer:  # noqa: S310 - our own loopback
        stats: dict[str, Any] = json.load(answer)
    return stats


def main() -> None:
    """Run the cases and print what they cost."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=PORT)
    parser.add_argument("--load", action="store_true", help="also 20 jobs of 20 sections at once")
    given = parser.parse_args()
    with endpoint(given.port) as base_url:
        rows = [run(case, base_url) for case in (*CASES, *(LOAD if given.load else ()))]
    print(f"Simulated endpoint: {TTFT_MS} ms to the first token, then {TOKENS_PER_SECOND} tokens/s")
    print(table(rows))
    print(viewers_cost(rows))
    late = max(row.stats["late_s"] for row in rows)
    print(f"The endpoint sent no token more than {1000 * late:.0f} ms late.")
    if late > LATE_S:
        print("That is too late: the machine was too busy for these figures. Run again.")


if __name__ == "__main__":
    main()
