"""What the operating system knows of this process."""

import os
import threading
import time
from contextlib import suppress
from pathlib import Path

from pipeline.domain.figures import ProcessFigures


def process_figures() -> ProcessFigures:
    memory: int | None = None
    with suppress(OSError):
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
        memory = pages * os.sysconf("SC_PAGE_SIZE")
    return ProcessFigures(time.process_time(), threading.active_count(), memory)
