"""Reads a file: plain text here, everything with a parser in a child that may die."""

import logging
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

from pydantic import Field, TypeAdapter, ValidationError

import pipeline
from pipeline.adapters.limited_program import run_limited
from pipeline.adapters.reading.child import read_as, request
from pipeline.adapters.reading.extract import file_too_large
from pipeline.adapters.reading.limits import Limits
from pipeline.adapters.reading.recognise import (
    PAGE_PARTS,
    Format,
    is_like_markdown,
    is_prose,
    is_textual,
    recognise,
)
from pipeline.domain.documents import Reading, Value
from pipeline.errors import UnreadableFile

log = logging.getLogger(__name__)

HERE_BYTES = {Format.TEXT: 2_000_000, Format.CSV: 2_000_000, Format.MARKDOWN: 100_000}
"""Up to this size text is read in this process: decoding cannot go wrong, and Markdown made to
be slow takes some seconds at most, in which other threads go on."""

HERE_LINES = 50_000
"""2 MB of lines of 40 characters; each may become a block, and a million blocks take 10 s."""

_ROOT = Path(pipeline.__file__).parent.parent
_CHILD = [sys.executable, "-X", "utf8", "-m", "pipeline.adapters.reading.child"]


class _Refusal(Value):
    """Why the child could not read a file."""

    code: str
    message: str
    details: dict[str, str | int] = Field(default_factory=dict)


_ANSWER: TypeAdapter[Reading | _Refusal] = TypeAdapter(Reading | _Refusal)
_DEFAULT = Limits()


def read_bytes(name: str, data: bytes, limits: Limits = _DEFAULT) -> Reading:
    """Read a file from its bytes; blocks for as long as that takes, at most `limits.wall_s`.

    Raises:
        UnreadableFile: With a code for what is wrong and a sentence on what to do.
    """
    if len(data) > limits.file_bytes:
        raise file_too_large(name, limits)
    if not data.strip():
        raise UnreadableFile("file_empty", f"{name!r} is empty. Check that it is the right file.")
    if is_textual(name) and not data.startswith(b"PK"):
        file_format = recognise(name, data)
        lines = data.count(b"\n") + data.count(b"\r")
        if (
            len(data) <= HERE_BYTES.get(file_format, 0)
            and lines <= HERE_LINES
            and not _is_markdown_for_child(file_format, name, data)
        ):
            return read_as(file_format, name, data, replace(limits, is_guarded=False))
    return _read_in_child(name, data, limits)


def _is_markdown_for_child(file_format: Format, name: str, data: bytes) -> bool:
    """Whether it is Markdown that is long, or that has parts of a page in it.

    Told by its bytes, in whatever encoding: what is missed is read here, without a parser.
    """
    if file_format is not Format.MARKDOWN and not (file_format is Format.TEXT and is_prose(name)):
        return False
    plain = data.replace(b"\0", b"").replace(b"\r", b"\n").decode("latin-1")
    if file_format is Format.TEXT and not is_like_markdown(plain):
        return False
    return len(data) > HERE_BYTES[Format.MARKDOWN] or bool(PAGE_PARTS.search(plain))


def _read_in_child(name: str, data: bytes, limits: Limits) -> Reading:
    try:
        done = run_limited(_CHILD, request(name, limits) + data, limit_s=limits.wall_s, cwd=_ROOT)
    except subprocess.TimeoutExpired as error:
        raise _timeout(name, limits) from error
    except OSError as error:
        raise UnreadableFile(
            "file_damaged", f"{name!r} was not read: no process could be started. Try again."
        ) from error
    if done.returncode != 0:
        raise _death(name, done, limits)
    try:
        answer = _ANSWER.validate_json(done.stdout)
    except ValidationError as error:
        raise UnreadableFile("file_damaged", f"{name!r} was read to nonsense.") from error
    if isinstance(answer, _Refusal):
        raise UnreadableFile(answer.code, answer.message, answer.details)
    return answer


def _death(name: str, done: subprocess.CompletedProcess[bytes], limits: Limits) -> UnreadableFile:
    """The reason why the child died, as far as its exit code tells."""
    log.warning("reading a file ended with exit code %d", done.returncode)
    log.debug("the child said: %s", done.stderr.decode("utf-8", "replace"))
    if sys.platform != "win32":
        if done.returncode == -signal.SIGXCPU:
            return _timeout(name, limits)
        if done.returncode == -signal.SIGKILL:
            return UnreadableFile(
                "file_too_long",
                f"{name!r} needs more memory or time than one file may. Give the part that "
                "matters.",
            )
    return UnreadableFile(
        "file_damaged",
        f"{name!r} is damaged: reading it failed. Open it in the program that made it and save it "
        "again.",
    )


def _timeout(name: str, limits: Limits) -> UnreadableFile:
    return UnreadableFile(
        "file_timeout",
        f"Reading {name!r} took longer than {limits.wall_s:g} s and was stopped. Split the file, "
        "or save it in a simpler format.",
        {"limit": int(limits.wall_s)},
    )
