"""A lock between processes, by a file; where the system has none, it locks nothing."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

fcntl: ModuleType | None
try:
    import fcntl
except ImportError:  # Windows, where no server is embedded
    fcntl = None


@contextmanager
def file_lock(path: Path) -> Iterator[None]:
    """Wait until no other process is inside a lock of the same file."""
    with path.open("w") as file:
        if fcntl is not None:
            fcntl.flock(file, fcntl.LOCK_EX)
        yield
