"""A browser and started apps, shared by all tests that drive pages."""

import shutil
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import pytest
from playwright.sync_api import Browser, sync_playwright

from benchmarks.chromium import NAMES
from pipeline.adapters.embedded_redis import stop_server

ROOT = Path(__file__).parents[2]

CHROMIUM = ("chromium-headless-shell", *NAMES)
"""The first takes a quarter less of the processor."""

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

START_TRIES = 300
"""With a tenth of a second each: a cold start on a busy machine takes ten seconds at most."""


@dataclass(frozen=True, slots=True)
class RunningApp:
    """An app that answers at `url`, which ends with a slash."""

    url: str
    pid: int
    data_dir: Path


class StartApp(Protocol):
    def __call__(self, script: str, **env: str) -> RunningApp:
        """Start `streamlit run` of a script, given from the repository's root."""


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """One Chromium for all tests of this folder.

    Package and not session: Playwright holds an event loop in this thread, in which the tests
    of other folders could not call `asyncio.run`.
    """
    executable = next(filter(None, map(shutil.which, CHROMIUM)), None)
    with sync_playwright() as playwright:
        if executable is None and Path(playwright.chromium.executable_path).exists():
            executable = playwright.chromium.executable_path
        if executable is None:
            pytest.skip(f"No Chromium found: install one of {', '.join(CHROMIUM)}.")
        chromium = playwright.chromium.launch(executable_path=executable, args=list(FLAGS))
        yield chromium
        chromium.close()


@pytest.fixture(scope="package")
def start_app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StartApp]:
    """Start apps on free ports, each with its own data directory; they end with the tests."""
    processes: list[subprocess.Popen[bytes]] = []
    data_dirs: list[Path] = []

    def start(script: str, **env: str) -> RunningApp:
        data_dir = tmp_path_factory.mktemp("app")
        port = _free_port()
        variables = [f"{k}={v}" for k, v in ({"DATA_DIR": str(data_dir / "data")} | env).items()]
        with (data_dir / "app.log").open("wb") as log:
            process = subprocess.Popen(  # noqa: S603  the command is ours
                ["/usr/bin/env", *variables, *_command(script, port)],
                cwd=ROOT,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        processes.append(process)
        data_dirs.append(data_dir / "data")
        url = f"http://127.0.0.1:{port}/"
        _wait_until_it_answers(url, process, data_dir / "app.log")
        return RunningApp(url, process.pid, data_dir)

    yield start

    for process in processes:
        process.terminate()
    for process in processes:
        try:
            process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    for data_dir in data_dirs:
        stop_server(data_dir, only_if_unused=False)  # it outlives the app that started it


@pytest.fixture(scope="package")
def longhand(start_app: StartApp) -> RunningApp:
    """The whole app, writing offline, as `streamlit run app.py` starts it."""
    return start_app("app.py")


def _command(script: str, port: int) -> list[str]:
    options = {
        "server.port": str(port),
        "server.address": "127.0.0.1",
        "server.headless": "true",
        "browser.gatherUsageStats": "false",
    }
    flags = [part for name, value in options.items() for part in (f"--{name}", value)]
    return [sys.executable, "-m", "streamlit", "run", script, *flags]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_it_answers(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(START_TRIES):
        try:
            with urllib.request.urlopen(f"{url}_stcore/health", timeout=5):  # noqa: S310  loopback
                return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            if _has_ended(process):
                break
    pytest.fail(f"The app did not start:\n{log.read_text(errors='replace')[-3000:]}")


def _has_ended(process: subprocess.Popen[bytes]) -> bool:
    """Whether the process ended within a tenth of a second."""
    try:
        process.wait(timeout=0.1)
    except subprocess.TimeoutExpired:
        return False
    return True
