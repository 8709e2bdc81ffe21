"""Runs a program that is not trusted to end: without our environment, and killed at a limit."""

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

SAID_BYTES = 2_000
"""Of what a program says when it fails: its last sentences tell why."""

_running: set[subprocess.Popen[bytes]] = set()


def run_limited(
    command: Sequence[str], data: bytes, *, limit_s: float, cwd: Path | None = None
) -> subprocess.CompletedProcess[bytes]:
    """Give a program its input and wait for its end; blocks.

    It sees nothing of this process's environment, where keys are. At the limit what it started is
    killed with it. There is no shell.

    Raises:
        subprocess.TimeoutExpired: It took longer than `limit_s`, and was killed.
        OSError: It could not be started.
    """
    with subprocess.Popen(  # noqa: S603  no shell; callers name fixed programs
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=cwd,
        env=without_secrets(),
        start_new_session=True,  # a group of its own, which can be killed as a whole
    ) as process:
        _running.add(process)
        try:
            output, said = process.communicate(data, timeout=limit_s)
        except BaseException:
            _kill_all(process)
            raise
        finally:
            _running.discard(process)
    return subprocess.CompletedProcess(command, process.returncode, output, said[-SAID_BYTES:])


async def end_programs() -> None:
    """Kill all that still run, at the end of this process.

    Ctrl-C does not reach them, and the threads that wait for them would hold up the end.
    """
    for process in list(_running):
        _kill_all(process)


def without_secrets() -> dict[str, str]:
    """The environment of a program that is to see nothing of ours."""
    if sys.platform == "win32":
        # Without it no program of Windows starts; it is no setting of ours, and no secret.
        return {"SYSTEMROOT": os.environ.get("SYSTEMROOT", "")}  # noqa: TID251
    return {"LC_ALL": "C.UTF-8"}


def _kill_all(process: subprocess.Popen[bytes]) -> None:
    """Kill it and what it started, which may hold its output open after its own end."""
    if sys.platform == "win32":
        process.kill()
        return
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):  # all gone; of a zombie macOS says the latter
        return
