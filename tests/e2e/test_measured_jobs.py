"""The benchmark's measurement of one run, on the real app: what it reads is what pages are sent."""

import json
import subprocess
import sys

from tests.e2e.conftest import ROOT, StartApp

SECTIONS, VIEWERS = 3, 2


def test_a_run_is_measured_from_what_its_viewers_are_sent(start_app: StartApp) -> None:
    app = start_app("app.py")
    options = ["--pid", str(app.pid), "--sections", str(SECTIONS), "--viewers", str(VIEWERS)]

    done = subprocess.run(  # noqa: S603  our own module
        [sys.executable, "-m", "benchmarks.measure", app.url.rstrip("/"), *options],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    figures = json.loads(done.stdout)
    assert 0 < figures["first_s"] <= figures["wall_s"] < 20
    assert figures["memory_mb"] > 50
    assert figures["failed_jobs"] == figures["failed_sections"] == 0
