"""How the calls of a model tell what they use, and that they are late.

Graphs provide it, adapters are given it.
"""

from contextlib import AbstractAsyncContextManager
from typing import Protocol

from pipeline.domain.delays import Delay


class Spending(Protocol):
    """What one call of a model uses, told while it runs."""

    def sent(self) -> None:
        """It is on its way: from now on its prompt counts."""

    def wrote(self, tokens: int) -> None:
        """So many more tokens have come; cheap. Raises `BudgetReached`: close the answer."""

    def ended(self, tokens: int) -> None:
        """The answer is whole, with so many more tokens. Whatever it cost, it is not given up."""

    def told(self, tokens_in: int, tokens_out: int) -> None:
        """The endpoint's own count of the whole call, which replaces ours."""

    def refused(self) -> None:
        """It was not taken, and costs nothing."""


class Meter(Protocol):
    """Counts what the model calls of one job use, and keeps them within its budget."""

    def delayed(self, delay: Delay) -> None:
        """A call of the task that says so is late: whoever waits for it may hear why; cheap."""

    def call(self, tokens_in: int, tokens_out: int) -> AbstractAsyncContextManager[Spending]:
        """One call with such a prompt, and an answer of about so many tokens; ends on leaving.

        Waits while calls that run may leave room for it. Raises `BudgetReached` when none can.
        """

    def hold(self, tokens_in: int, tokens_out: int) -> AbstractAsyncContextManager["Meter"]:
        """Room for several calls without which the first would be in vain. Waits and raises so."""
