"""The benchmarks' own arithmetic: a figure that is computed wrongly is worse than none."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from benchmarks.jobs import Run
from benchmarks.measure import some_outline
from benchmarks.process_tree import ProcessTree
from benchmarks.table import Row, markdown, plain
from pipeline.domain.outline import leaves

LONGEST = {"text": 5.4, "shape": 2.0}


def test_a_goal_is_met_by_the_median_and_not_by_the_best_run() -> None:
    assert Row("墙钟时间", [0.9, 1.2, 1.3], "s", 1.1).verdict == "NO"
    assert Row("墙钟时间", [0.9, 1.1, 9.0], "s", 1.1).verdict == "yes"
    assert Row("墙钟时间", [0.9], "s").verdict == "–"


def test_a_row_without_values_says_why() -> None:
    row = Row("outliner", [], "ms", 50, "no Chromium")

    assert "not measured: no Chromium" in plain([row])
    assert "not measured: no Chromium" in markdown([row])


def test_a_row_shows_its_spread_and_its_goal() -> None:
    rows = [Row("CPU", [70.2, 61, 64.4], "ms", 90), Row("大纲", [1.5], "s")]

    assert [row.cells for row in rows] == [
        ("CPU", "64", "61", "70", "ms", "3", "≤ 90", "yes"),
        ("大纲", "1.50", "1.50", "1.50", "s", "1", "–", "–"),
    ]
    assert markdown(rows).splitlines()[2:] == [
        "| CPU | 64 ms (61 – 70) | ≤ 90 ms | yes |",
        "| 大纲 | 1.50 s | – | – |",
    ]


def printed_names() -> Iterator[str]:
    """Patterns of the names that rows have: any text for what is put in."""
    for path in Path("benchmarks").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            parts = node.values if isinstance(node, ast.JoinedStr) else [node]
            literal = [str(p.value) if isinstance(p, ast.Constant) else "" for p in parts]
            if sum(map(len, literal)) > 10:
                yield ".+".join(map(re.escape, literal))


def test_the_readme_calls_each_figure_what_the_benchmark_calls_it() -> None:
    lines = Path("README.md").read_text(encoding="utf-8").splitlines()
    names = [line.split("|")[1].strip() for line in lines if line.endswith(("| yes |", "| NO |"))]
    patterns = list(printed_names())

    assert len(names) > 5
    assert [n for n in names if not any(re.fullmatch(each, n) for each in patterns)] == []


def test_the_critical_path_is_the_longest_section_and_the_longest_fuse() -> None:
    run = Run({"wall_s": 8.14, "first_s": 0.52, "cpu_s": 4.07}, {"longest_s": LONGEST})

    assert run.critical_s == pytest.approx(7.4)
    assert run.ratio == pytest.approx(1.1)
    assert run.first_text_s == pytest.approx(0.12)
    assert run.core_share == pytest.approx(50)


@pytest.mark.parametrize("sections", [1, 20, 59])
def test_an_outline_has_as_many_sections_as_were_asked_for(sections: int) -> None:
    assert len(leaves(some_outline(sections).nodes)) == sections


def test_a_tree_of_processes_counts_what_ended_children_used() -> None:
    child = "for i in range(3_000_000): pass"
    parent = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {child!r}])"
    with subprocess.Popen(  # noqa: S603  the command is ours
        [sys.executable, "-c", f"{parent}; print(flush=True); input()"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdout.readline()

        own = psutil.Process(process.pid).cpu_times()
        tree = ProcessTree(process.pid)

        assert tree.cpu_s() - own.user - own.system > 0.02
        assert tree.memory_mb() > 4
        process.stdin.write(b"\n")
