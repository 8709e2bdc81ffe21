"""The meter of calls that belong to no job."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from pipeline.domain.delays import Delay


class Unmetered:
    """Keeps the `Meter` and `Spending` ports: counts nothing, and has room for everything."""

    @asynccontextmanager
    async def call(self, tokens_in: int, tokens_out: int) -> AsyncIterator["Unmetered"]:  # noqa: ARG002  the port's
        yield self

    @asynccontextmanager
    async def hold(self, tokens_in: int, tokens_out: int) -> AsyncIterator["Unmetered"]:  # noqa: ARG002
        yield self

    def delayed(self, delay: Delay) -> None:
        """Nobody waits."""

    def sent(self) -> None:
        """Nobody counts."""

    def wrote(self, tokens: int) -> None:
        """Nobody counts."""

    def ended(self, tokens: int) -> None:
        """Nobody counts."""

    def told(self, tokens_in: int, tokens_out: int) -> None:
        """Nobody counts."""

    def refused(self) -> None:
        """Nobody counts."""
