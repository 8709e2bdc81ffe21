"""Runs jobs: one event loop in one daemon thread, however many jobs there are."""

from pipeline.engine.endings import Summarise, summarise
from pipeline.engine.run import Close, Hooks
from pipeline.engine.thread import Engine, Load, terms_of

__all__ = ["Close", "Engine", "Hooks", "Load", "Summarise", "summarise", "terms_of"]
