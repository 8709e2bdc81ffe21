"""How much one file may cost, whatever is in it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """What reading one file may take; above any of these it is refused with a reason."""

    file_bytes: int = 50_000_000
    memory_bytes: int = 2_000_000_000
    """Address space of the child process: ten times what the largest honest file needed."""
    cpu_s: int = 60
    """A PDF of 2000 pages takes about 20."""
    wall_s: float = 120.0
    """Twice the CPU limit: the machine may be busy."""
    pages: int = 2_000
    chars: int = 5_000_000
    blocks: int = 250_000
    """The poems of an age have as many lines; a million blocks take the app 5 s and 1.7 GB."""
    unpacked_bytes: int = 300_000_000
    """All parts of an Office file together; real ones with pictures stay below 100 MB."""
    part_bytes: int = 100_000_000
    """One part of text: its tree takes ten times that in memory."""
    formatted_bytes: int = 30_000_000
    """Sheets whose formats are read, together: a million cells, about 10 seconds."""
    members: int = 5_000
    """Files in an archive."""
    ratio: int = 200
    """Packed size to unpacked size; text packs 10 to 1, a bomb 1000 to 1."""
    is_guarded: bool = True
    """Whether it is read in a process that may die: elsewhere no parser of pages is used, and
    little Markdown is read."""
