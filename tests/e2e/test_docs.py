"""What docs/api.md says, done as it stands there: the commands, their answers, the Python."""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from benchmarks.endpoint import Endpoint, Pace, serving_in_thread
from tests.e2e.conftest import ROOT, RunningApp, StartApp

pytestmark = [pytest.mark.long, pytest.mark.timeout(180)]

PAGE = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
REST = "…"
"""In an answer that is shown: whatever stands there."""

LIMIT_S = 120


@dataclass(frozen=True, slots=True)
class Step:
    """Commands, and the answer that the page shows."""

    commands: str
    kind: str = ""
    answer: str = ""


def steps() -> list[Step]:
    found: list[Step] = []
    for kind, text in BLOCK.findall(PAGE):
        if kind == "sh":
            found.append(Step(text))
        elif kind in {"json", ""}:
            assert found[-1].answer == "", "two answers to one block of commands"
            found[-1] = Step(found[-1].commands, kind or "text", text)
    return found


def fits(shown: Any, got: Any) -> bool:
    """Whether an answer is the one that is shown, but for what is left open there."""
    if shown == REST:
        return True
    if isinstance(shown, dict) and isinstance(got, dict):
        named = shown.keys() - {REST}
        is_whole = named == got.keys() if REST not in shown else named <= got.keys()
        return is_whole and all(fits(shown[key], got[key]) for key in named)
    return bool(shown == got)


def answers(commands: list[Step], app: RunningApp, folder: Path) -> list[str]:
    """What each step of one shell session prints; a command that fails ends it."""
    (folder / "docs").symlink_to(ROOT / "docs")
    script = "".join(f"{step.commands}\nprintf '\\n=====\\n'\n" for step in commands)
    path = f"PATH={Path(sys.executable).parent}:/usr/local/bin:/usr/bin:/bin"
    done = subprocess.run(  # noqa: S603
        ["/usr/bin/env", path, f"API={app.url}api/v1", "bash", "-eu", "-c", script],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
        check=False,
    )
    printed = done.stdout.split("\n=====\n")
    assert done.returncode == 0, f"{printed[-1]}\n{done.stderr[-3000:]}"
    return printed[:-1]


@pytest.fixture(scope="module")
def endpoint() -> Iterator[Endpoint]:
    # a second before each answer, in which the walk stops a job that it has just begun
    with serving_in_thread(Pace(ttft_ms=1_000, tokens_per_second=400, tokens=60)) as endpoint:
        yield endpoint


@pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl on this machine")
def test_the_walk_with_curl_goes_as_it_is_told(
    start_app: StartApp, endpoint: Endpoint, tmp_path: Path
) -> None:
    app = start_app("app.py", OPENAI_BASE_URL=endpoint.base_url, OPENAI_MODEL="sim")
    walk = steps()

    printed = answers(walk, app, tmp_path)

    assert len(walk) >= 15
    for step, got in zip(walk, printed, strict=True):
        if step.kind == "json":
            assert fits(json.loads(step.answer), json.loads(got)), f"{step.commands}\n{got}"
        elif step.kind == "text":
            shown = re.escape(step.answer.strip()).replace(REST, ".*?")
            assert re.search(shown, got, re.DOTALL), f"{step.commands}\n{got}"
    assert (tmp_path / "tides.docx").read_bytes().startswith(b"PK")
    assert (tmp_path / "tides.md").read_text(encoding="utf-8").startswith("# ")


def test_the_python_of_the_page_runs_with_a_key(
    start_app: StartApp, endpoint: Endpoint, tmp_path: Path
) -> None:
    app = start_app(
        "app.py", OPENAI_BASE_URL=endpoint.base_url, OPENAI_MODEL="sim", API_KEYS="one,two"
    )
    (program,) = [text for kind, text in BLOCK.findall(PAGE) if kind == "python"]
    (tmp_path / "program.py").write_text(program, encoding="utf-8")
    shutil.copy(ROOT / "docs" / "client.py", tmp_path)

    done = subprocess.run(  # noqa: S603
        ["/usr/bin/env", f"LONGHAND_URL={app.url}", sys.executable, "program.py"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "The tides is high [1]."


@pytest.mark.parametrize(
    ("shown", "got", "expected"),
    [
        ({"a": REST}, {"a": [1]}, True),
        ({"a": 1}, {"a": 1, "b": 2}, False),
        ({"a": 1, REST: REST}, {"a": 1, "b": 2}, True),
        ({"a": {"b": 1}}, {"a": {"b": 2}}, False),
    ],
)
def test_an_answer_is_compared_with_what_is_shown(shown: Any, got: Any, expected: bool) -> None:
    assert fits(shown, got) is expected
