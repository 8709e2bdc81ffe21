"""The meter of one running job, or of an edit: what its model calls use, told while they run."""

import asyncio
import math
import time
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from pipeline.domain.delays import Delay
from pipeline.domain.documents import Usage
from pipeline.domain.spending import Account, Ledger, Tokens
from pipeline.errors import BudgetReached
from pipeline.graphs.turns import stepping_aside, tell_delay

TELL_EVERY_S = 1.0
"""Figures that change more often cannot be read."""


def _unheard(_: Usage) -> None:
    return None


def _nothing() -> None:
    return None


@dataclass(slots=True)
class Till:
    """What all meters of one job share."""

    ledger: Ledger
    on_usage: Callable[[Usage], None] = _unheard
    """Told the figures now and then, once a model was asked."""
    on_reached: Callable[[], None] = _nothing
    """Called once, when a call is first refused for the budget."""
    clock: Callable[[], float] = time.monotonic
    """Seconds; figures are told by it."""
    busy: int = 0
    """Calls and holds that may leave room: those of which none waits for room itself."""
    queue: deque[object] = field(default_factory=deque)
    """Who asks for room, in the order in which they came."""
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    told_at: float = -math.inf
    is_reached: bool = False

    def tell(self) -> None:
        """Tell the figures, if a model was asked at all."""
        self.told_at = self.clock()
        usage = self.usage
        if usage is not None:
            self.on_usage(usage)

    def tell_now_and_then(self) -> None:
        if self.clock() - self.told_at >= TELL_EVERY_S:
            self.tell()

    @property
    def usage(self) -> Usage | None:
        """None until a model is asked."""
        usage = self.ledger.usage
        return usage if usage.calls else None

    def let_others_look(self) -> None:
        """Whoever waits for room looks again."""
        self.changed.set()
        self.changed = asyncio.Event()

    def reached(self) -> BudgetReached:
        if not self.is_reached:
            self.is_reached = True
            self.on_reached()
        budget = self.ledger.budget
        limits = [f"{budget.tokens:,} tokens"] if budget.tokens is not None else []
        limits += [f"a cost of {budget.cost:g}"] if budget.cost is not None else []
        return BudgetReached(
            f"The job's budget ({' and '.join(limits)}) does not hold another call of the model. "
            "What is finished is kept: retry the rest, which counts from nothing, with a higher "
            "budget_tokens or budget_cost if this one did not hold a single section."
        )


@dataclass(frozen=True, slots=True)
class JobMeter:
    """`Meter` of one job, or of calls of it that share one held room."""

    till: Till
    within: Account | None = None

    def delayed(self, delay: Delay) -> None:
        tell_delay(delay)

    @asynccontextmanager
    async def call(self, tokens_in: int, tokens_out: int) -> AsyncIterator["RunningCall"]:
        till = self.till
        account = await self._room(Tokens(tokens_in, tokens_out))
        spending = RunningCall(till, account, tokens_in)
        try:
            yield spending
        finally:
            spending.close(self.within)
            self._left()
            till.tell_now_and_then()

    @asynccontextmanager
    async def hold(self, tokens_in: int, tokens_out: int) -> AsyncIterator["JobMeter"]:
        account = await self._room(Tokens(tokens_in, tokens_out))
        try:
            yield JobMeter(self.till, account)
        finally:
            self.till.ledger.close(account, within=self.within)
            self._left()

    async def _room(self, tokens: Tokens) -> Account:
        """Room for so much, at once or when it is there; its turn is others' while it waits."""
        till = self.till
        is_first = not till.queue or self.within is not None
        account = till.ledger.open(tokens, self.within) if is_first else None
        if account is None:
            try:
                async with stepping_aside():
                    account = await self._waited_for(tokens)
            except BaseException:
                if account is not None:
                    till.ledger.close(account, within=self.within)
                    self._left()
                raise
        elif self.within is None:
            till.busy += 1
        return account

    def _left(self) -> None:
        """What has ended leaves room; what is within a hold goes on with it."""
        if self.within is None:
            self.till.busy -= 1
        self.till.let_others_look()

    async def _waited_for(self, tokens: Tokens) -> Account:
        """Wait for room while others may leave some.

        Who waits comes before who asks later: a section before the correction of another one.
        """
        till, ticket = self.till, object()
        till.queue.append(ticket)
        if self.within is not None:
            till.busy -= 1  # its hold leaves nothing while it waits
            till.let_others_look()
        try:
            while True:
                is_next = till.queue[0] is ticket or self.within is not None
                if is_next and (account := till.ledger.open(tokens, self.within)) is not None:
                    till.busy += self.within is None
                    return account
                if is_next and not (till.busy and till.ledger.can_ever_hold(tokens)):
                    raise till.reached()
                await till.changed.wait()
        finally:
            till.queue.remove(ticket)
            if self.within is not None:
                till.busy += 1
            if till.queue:
                till.let_others_look()


@dataclass(slots=True)
class RunningCall:
    """`Spending` of one call."""

    till: Till
    account: Account
    prompt: int
    _told: Tokens | None = None

    def sent(self) -> None:
        self.till.ledger.begin(self.account, self.prompt)

    def wrote(self, tokens: int) -> None:
        goes_on = self.till.ledger.wrote(self.account, tokens)
        self.till.tell_now_and_then()
        if not goes_on:
            raise self.till.reached()

    def ended(self, tokens: int) -> None:
        self.till.ledger.wrote(self.account, tokens)

    def told(self, tokens_in: int, tokens_out: int) -> None:
        self._told = Tokens(tokens_in, tokens_out)

    def refused(self) -> None:
        self._told = Tokens()

    def close(self, within: Account | None) -> None:
        self.till.ledger.close(self.account, told=self._told, within=within)
