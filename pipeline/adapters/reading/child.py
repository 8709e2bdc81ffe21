"""The process that reads one file, under limits, and may be killed: `python -m … child`.

It gets a line of JSON (the name and the limits) and then the file on standard input, and answers
with one line of JSON on standard output: the reading, or why there is none.
"""

import importlib
import json
import sys
from dataclasses import asdict
from typing import Protocol, cast

from pipeline.adapters.reading.extract import Extract, to_reading
from pipeline.adapters.reading.limits import Limits
from pipeline.adapters.reading.recognise import Format, recognise
from pipeline.domain.documents import Reading
from pipeline.errors import UnreadableFile

if sys.platform != "win32":
    import resource

CPU_GRACE_S = 5
"""After this much more CPU time the system kills a process that ignored the first signal."""

PACKAGE = "pipeline.adapters.reading"


class Reader(Protocol):
    """A format module: `from_pdf`, `from_docx` and so on."""

    def extract(self, name: str, data: bytes, limits: Limits) -> Extract: ...


def read_here(name: str, data: bytes, limits: Limits) -> Reading:
    """Read a file in this very process. Raises `UnreadableFile`.

    The module of the format is loaded when it is needed: together they take a second.
    """
    return read_as(recognise(name, data), name, data, limits)


def read_as(file_format: Format, name: str, data: bytes, limits: Limits) -> Reading:
    """Read a file whose format is known. Raises `UnreadableFile`."""
    reader = cast(Reader, importlib.import_module(f"{PACKAGE}.{file_format.value}"))
    return to_reading(name, data, reader.extract(name, data, limits), limits)


def request(name: str, limits: Limits) -> bytes:
    """The first line that the child expects."""
    return json.dumps({"name": name, "limits": asdict(limits)}).encode() + b"\n"


def main() -> None:
    """Read one file from standard input; exit code 0 also when it could not be read."""
    head = json.loads(sys.stdin.buffer.readline())
    limits = Limits(**head["limits"])
    _limit_this_process(limits)
    try:
        answer = read_here(head["name"], sys.stdin.buffer.read(), limits).model_dump_json()
    except UnreadableFile as error:
        answer = json.dumps(
            {"code": error.code, "message": str(error), "details": error.details},
        )
    except MemoryError:
        answer = json.dumps(
            {
                "code": "file_too_long",
                "message": f"{head['name']!r} needs too much memory. Give the part that matters.",
                "details": {"limit": limits.memory_bytes},
            }
        )
    sys.stdout.buffer.write(answer.encode("utf-8", "surrogatepass"))


def _limit_this_process(limits: Limits) -> None:
    if sys.platform == "win32":
        return
    resource.setrlimit(resource.RLIMIT_CPU, (limits.cpu_s, limits.cpu_s + CPU_GRACE_S))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        resource.setrlimit(resource.RLIMIT_AS, (limits.memory_bytes, limits.memory_bytes))


if __name__ == "__main__":
    main()
