"""Runs pandoc, which comes as a program of its own: sandboxed, under limits, never in a shell."""

import shutil
import subprocess
import sys
from collections.abc import Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from pipeline.adapters.limited_program import run_limited
from pipeline.errors import FormattingFailed

MEMORY = ("+RTS", "-M512m", "-RTS")
"""Five times what the largest honest list of references needed."""

SAID_BYTES = 500
"""Of what a program says of its failure, for the log."""


class TextRefused(FormattingFailed):
    """The program does not understand the text, or its arguments."""


def run_pandoc(arguments: Sequence[str], text: str, *, limit_s: float) -> str:
    """As `run_pandoc_bytes`, where pandoc makes a text."""
    return run_pandoc_bytes(arguments, text, limit_s=limit_s).decode("utf-8", "replace")


def run_pandoc_bytes(arguments: Sequence[str], text: str, *, limit_s: float) -> bytes:
    """What pandoc makes of a text; blocks until it is done, and kills it at the limit.

    The sandbox keeps it from reading and fetching anything but the files that `arguments` name.

    Raises:
        FormattingFailed: It is missing, failed or took too long.
    """
    command = [str(_program()), *MEMORY, "--sandbox", *arguments]
    return run_formatter("pandoc", command, text, limit_s=limit_s)


def run_formatter(name: str, command: Sequence[str], text: str, *, limit_s: float) -> bytes:
    """What a program makes of a text; blocks until it is done, and kills it at the limit.

    Raises:
        TextRefused: It ended with an error.
        FormattingFailed: It could not be started, or took too long.
    """
    try:
        done = run_limited(command, text.encode("utf-8", "replace"), limit_s=limit_s)
    except subprocess.TimeoutExpired as error:
        raise FormattingFailed(
            f"{name} took longer than {limit_s:g} s and was stopped. Try again."
        ) from error
    except OSError as error:
        raise FormattingFailed(f"{name} could not be started: {error}. Try again.") from error
    if done.returncode != 0:
        said = done.stderr[-SAID_BYTES:].decode("utf-8", "replace").strip()
        raise TextRefused(f"{name} ended with exit code {done.returncode}: {said}")
    return done.stdout


@cache
def _program() -> Path:
    """The program that the package `pypandoc_binary` brings, or one on the PATH."""
    package = find_spec("pypandoc")
    if package is not None and package.origin is not None:
        name = "pandoc.exe" if sys.platform == "win32" else "pandoc"
        bundled = Path(package.origin).parent / "files" / name
        if bundled.is_file():
            return bundled
    found = shutil.which("pandoc")
    if found is None:
        raise FormattingFailed(
            "pandoc is not installed. Install the packages in requirements.txt again."
        )
    return Path(found)
