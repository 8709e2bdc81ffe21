"""The processes that are measured: the app as a user starts it, and the simulated endpoint."""

import json
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.process_tree import ProcessTree
from pipeline.adapters.embedded_redis import stop_server

ROOT = Path(__file__).parents[1]

TTFT_MS, TOKENS_PER_SECOND = 400, 80
"""The pace that the goals are given for."""

START_S = 60.0
"""A cold start on a busy machine takes ten seconds."""

POLL_S = 0.02
"""Between two looks at an app that starts: short beside what is measured."""

STOP_S = 15.0
"""The app drains its engine for ten seconds at most."""

MOST_NODES = 2_000
"""An outline of 1,000 nodes must have room for what the measurement inserts."""

SETTINGS = {
    "OPENAI_API_KEY": "simulated",
    "OPENAI_MODEL": "sim",
    "REDIS_URL": "",
    "MAX_NODES": str(MOST_NODES),
    "INTERFACE_LANGUAGE": "en",
}
"""Of the app that is measured; everything else has its default."""


class MeasurementFailed(Exception):
    """A measurement could not be made; the message says why."""


@dataclass(frozen=True, slots=True)
class RunningEndpoint:
    """The simulated endpoint, in a process of its own so that its CPU is not counted."""

    base_url: str

    def take_stats(self) -> dict[str, Any]:
        """What it saw since it was last asked."""
        stats: dict[str, Any] = json.loads(get(self.base_url.removesuffix("/v1") + "/stats"))
        return stats


@dataclass(frozen=True, slots=True)
class RunningApp:
    """`streamlit run app.py`, which answers at `url`, without a slash at its end."""

    url: str
    pid: int
    data_dir: Path
    begun: float
    """When its process was started, by `time.perf_counter`."""

    def tree(self) -> ProcessTree:
        return ProcessTree(self.pid)

    def seconds_until(self, path: str) -> float:
        """Wait until that path answers; returns the time since the process was started."""
        while not _answers(self.url + path):
            since = time.perf_counter() - self.begun
            if since > START_S:
                raise MeasurementFailed(f"The app did not answer {path} within {since:.0f} s.")
            time.sleep(POLL_S)
        return time.perf_counter() - self.begun


@contextmanager
def running_endpoint() -> Iterator[RunningEndpoint]:
    """Start the simulated endpoint at the pace of the goals."""
    port = _free_port()
    pace = ["--ttft-ms", str(TTFT_MS), "--tokens-per-second", str(TOKENS_PER_SECOND)]
    command = [sys.executable, "-m", "benchmarks.endpoint", "--port", str(port), *pace]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:  # noqa: S603  our own module
        try:
            if process.stdout is None or not process.stdout.readline():
                raise MeasurementFailed(f"The simulated endpoint did not start on port {port}.")
            yield RunningEndpoint(f"http://127.0.0.1:{port}/v1")
        finally:
            process.terminate()


@contextmanager
def running_app(endpoint: RunningEndpoint) -> Iterator[RunningApp]:
    """Start the app with a data directory and a Redis server of its own; it may not answer yet."""
    with tempfile.TemporaryDirectory(prefix="longhand-") as directory:
        data_dir, port = Path(directory) / "data", _free_port()
        variables = SETTINGS | {"DATA_DIR": str(data_dir), "OPENAI_BASE_URL": endpoint.base_url}
        settings = [f"{name}={value}" for name, value in variables.items()]
        log = Path(directory) / "app.log"
        begun = time.perf_counter()
        with log.open("wb") as output:
            process = subprocess.Popen(  # noqa: S603  our own app
                ["/usr/bin/env", *settings, *_app_command(port)],
                cwd=ROOT,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        try:
            yield RunningApp(f"http://127.0.0.1:{port}", process.pid, data_dir, begun)
        except MeasurementFailed as error:
            raise MeasurementFailed(f"{error} Its log ends: {log.read_text()[-600:]}") from error
        finally:
            _stop(process)
            stop_server(data_dir, only_if_unused=False)


def get(url: str) -> bytes:
    """Fetch a page of ours."""
    with urllib.request.urlopen(url, timeout=10) as answer:  # noqa: S310  our own loopback
        body: bytes = answer.read()
    return body


def post(url: str, body: object) -> dict[str, Any]:
    """Post JSON and read the JSON that comes back."""
    request = urllib.request.Request(  # noqa: S310  our own loopback
        url, json.dumps(body).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310  our own loopback
        value: dict[str, Any] = json.load(answer)
    return value


def _answers(url: str) -> bool:
    try:
        get(url)
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False
    return True


def _app_command(port: int) -> list[str]:
    options = {
        "server.port": str(port),
        "server.address": "127.0.0.1",
        "server.headless": "true",
        "browser.gatherUsageStats": "false",
    }
    flags = [part for name, value in options.items() for part in (f"--{name}", value)]
    return [sys.executable, "-m", "streamlit", "run", "app.py", *flags]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(STOP_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
