"""Reads a file of the author's into blocks: one module per format, each in a killable process."""

from pipeline.adapters.reading.limits import Limits
from pipeline.adapters.reading.process import read_bytes

__all__ = ["Limits", "read_bytes"]
