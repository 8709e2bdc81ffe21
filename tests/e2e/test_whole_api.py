"""schemathesis against the app: what its OpenAPI document says is so, whatever is sent."""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from httpx2 import Client

from tests.e2e.conftest import ROOT, StartApp

KEY = "a-key-for-the-tests"
SEED = "20261124"
EXAMPLES = "20"
LIMIT_S = 300
# It takes some 15 s where nothing else runs.

CONFIGURATION = """
hooks = "tests.e2e.fuzzing_checks"
request-timeout = 30

[cache]
enabled = false

[generation]
database = "none"

[dictionaries.jobs]
values = {jobs}

[parameters]
"path.job_id" = {{ dictionary = "jobs", probability = 0.7 }}

[auth.openapi.HTTPBearer]
bearer = "{key}"

[checks.positive_data_acceptance]
# 400, 413 and 422 have a check of their own; 404 to 410 are of jobs that are gone or have ended.
expected-statuses = ["2xx", 400, 404, 409, 410, 413, 422]
"""


def some_jobs(url: str) -> Sequence[str]:
    """Jobs that have ended, of both kinds: without them all that is tried would be unknown."""
    outline = {"title": "潮汐能", "nodes": [{"id": "n", "title": "引言"}]}
    calls: dict[str, dict[str, object]] = {
        "outline": {"task_prompt": "潮汐能"},
        "document": {"outline": outline},
    }
    jobs: list[str] = []
    with Client(base_url=url, headers={"X-API-Key": KEY}, timeout=60) as client:
        for kind, call in calls.items():
            for number in range(6):
                body = {**call, "job_id": f"{kind}-{number}"}
                jobs.append(client.post(f"/jobs/{kind}", json=body).json()["job_id"])
        for job_id in jobs:
            assert "task_completed" in client.get(f"/jobs/{job_id}/events").text
    return jobs


def run_schemathesis(url: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Every phase with every check; it leaves nothing behind but in that folder."""
    configuration = folder / "schemathesis.toml"
    text = CONFIGURATION.format(jobs=json.dumps(some_jobs(url)), key=KEY)
    configuration.write_text(text, encoding="utf-8")
    command = [
        *(sys.executable, "-m", "schemathesis.cli", "--config-file", str(configuration)),
        *("run", f"{url}/openapi.json", "--url", url, "--checks", "all", "--no-color"),
        *("--seed", SEED, "--max-examples", EXAMPLES, "--continue-on-failure"),
    ]
    return subprocess.run(  # noqa: S603  our own interpreter
        ["/usr/bin/env", f"PYTHONPATH={ROOT}", *command],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
        check=False,
    )


@pytest.mark.long
@pytest.mark.timeout(LIMIT_S + 60)
def test_whatever_is_sent_the_answer_is_one_that_is_described(
    start_app: StartApp, tmp_path: Path
) -> None:
    app = start_app("app.py", API_KEYS=KEY, WEB_ACCESS="false")

    done = run_schemathesis(f"{app.url}api/v1", tmp_path)

    report = done.stdout + done.stderr
    assert done.returncode == 0, report[-20_000:]
    assert [
        phase for phase in ("Coverage", "Fuzzing", "Stateful") if f"✅ {phase}" not in report
    ] == []
    assert "Traceback" not in (app.data_dir / "app.log").read_text(encoding="utf-8")
