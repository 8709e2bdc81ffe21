"""Programs that are run for us: without secrets, and killed with what they started at a limit."""

import asyncio
import os
import select
import shutil
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipeline.adapters import export_pdf, pandoc
from pipeline.adapters.export_pdf import PdfExporter
from pipeline.adapters.limited_program import end_programs, run_limited
from pipeline.adapters.pandoc import run_pandoc
from pipeline.errors import FormattingFailed

PATIENCE_S = 15
"""A killed process is gone within milliseconds; a busy machine takes its time."""

TELLS_ITS_ENVIRONMENT = "import os; print(dict(os.environ))"


@pytest.fixture
def program(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    """A program in pandoc's place, to be written by the test."""
    path = tmp_path / "pandoc"
    monkeypatch.setattr(pandoc, "_program", lambda: path)
    yield path
    shutil.rmtree(tmp_path)


def write_program(path: Path, code: str) -> None:
    path.write_text(f"#!{sys.executable}\n{code}\n", encoding="utf-8")
    path.chmod(0o755)


def test_a_program_that_hangs_is_killed_at_the_limit(program: Path) -> None:
    write_program(program, "import signal; signal.pause()")

    with pytest.raises(FormattingFailed, match="longer than"):
        run_pandoc([], "潮汐", limit_s=0.3)


def test_at_the_end_of_this_process_nobody_waits_for_a_program(tmp_path: Path) -> None:
    started = tmp_path / "started"
    code = f"open({str(started)!r}, 'w').close(); import time; time.sleep(600)"
    with ThreadPoolExecutor(1) as thread:
        running = thread.submit(run_limited, [sys.executable, "-c", code], b"", limit_s=600)
        give_up_at = time.monotonic() + PATIENCE_S
        while not started.exists() and time.monotonic() < give_up_at:
            time.sleep(0.02)

        asyncio.run(end_programs())

        assert running.result(PATIENCE_S).returncode != 0


def test_a_program_that_fails_says_why(program: Path) -> None:
    write_program(program, "import sys; sys.exit('no such style 样式')")

    with pytest.raises(FormattingFailed, match="exit code 1: no such style 样式"):
        run_pandoc([], "", limit_s=10)


def test_a_program_that_is_missing_is_said(program: Path) -> None:
    with pytest.raises(FormattingFailed, match="could not be started"):
        run_pandoc([], "", limit_s=10)


def test_pandoc_gets_none_of_our_secrets(program: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "密钥 secret")
    write_program(program, TELLS_ITS_ENVIRONMENT)

    told = run_pandoc([], "", limit_s=10)

    assert "LC_" in told
    assert "OPENAI_API_KEY" not in told


def test_typst_gets_none_of_our_secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = tmp_path / "child.py"
    script.write_text(TELLS_ITS_ENVIRONMENT, encoding="utf-8")
    monkeypatch.setattr(export_pdf, "CHILD", script)
    monkeypatch.setenv("OPENAI_API_KEY", "密钥 secret")

    told = PdfExporter(lambda: datetime(2026, 1, 1, tzinfo=UTC)).export(
        "潮汐", title="T", language="zh"
    )

    assert b"LC_" in told
    assert b"OPENAI_API_KEY" not in told


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no groups of processes")
@pytest.mark.parametrize("then", ["time.sleep(600)", "sys.exit(0)"])
def test_what_a_program_started_is_killed_with_it(program: Path, tmp_path: Path, then: str) -> None:
    alive = tmp_path / "alive"
    os.mkfifo(alive)
    child = f"f = open({str(alive)!r}, 'w'); f.write('x'); f.flush(); import time; time.sleep(600)"
    code = (
        "import subprocess, sys, time\n"
        f"subprocess.Popen([sys.executable, '-c', {child!r}])\n"
        f"sys.stdout.flush()\n{then}"
    )
    write_program(program, code)
    reader = os.open(alive, os.O_RDONLY | os.O_NONBLOCK)
    try:
        with pytest.raises(FormattingFailed, match="longer than"):
            run_pandoc([], "潮汐", limit_s=5)
        told = _until_closed(reader)
    finally:
        os.close(reader)

    assert told == b"x"  # it was started, and is gone


def test_a_program_that_reads_and_says_much_is_no_deadlock() -> None:
    copies = [sys.executable, "-c", "import sys; sys.stdout.write(sys.stdin.read() * 2)"]

    done = run_limited(copies, b"x" * 5_000_000, limit_s=30)

    assert (done.returncode, len(done.stdout)) == (0, 10_000_000)


def _until_closed(reader: int) -> bytes:
    """What is written until all who may write are gone; fails if somebody stays."""
    told = b""
    while True:
        ready, _, _ = select.select([reader], [], [], PATIENCE_S)
        assert ready, "what the program started lives on"
        piece = os.read(reader, 100)
        if not piece:
            return told
        told += piece
