"""What the model calls of one job use, and how they are kept within its budget."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from pydantic import Field

from pipeline.domain.documents import Usage, Value
from pipeline.errors import InvalidRequest

MILLION = 1_000_000


class Price(Value):
    """What a model costs: for a million tokens that it reads, and for a million that it writes."""

    read: float = Field(ge=0)
    written: float = Field(ge=0)
    currency: str

    def of(self, tokens: "Tokens") -> float:
        return (tokens.read * self.read + tokens.written * self.written) / MILLION


class Budget(Value):
    """The most that a job may use; None is no limit. Of two limits both hold."""

    tokens: int | None = None
    """Read and written together."""
    cost: float | None = None
    """In the currency of the prices."""

    @property
    def is_set(self) -> bool:
        return self.tokens is not None or self.cost is not None


@dataclass(frozen=True, slots=True)
class Prices:
    """What is known of the prices of models, by their names."""

    model: str | None = None
    """The one that is asked unless a job names another; None: the offline author writes."""
    by_model: Mapping[str, Price] = field(default_factory=dict)

    def of(self, model: str | None = None) -> Price | None:
        """Of that model, or of the usual one; None where it is not known."""
        name = self.named(model)
        return self.by_model.get(name) if name else None

    def named(self, model: str | None = None) -> str | None:
        """Who is asked when a job names that model, or none."""
        return model or self.model

    def lacks(self, budget: Budget, model: str | None = None) -> bool:
        """Whether the budget limits a cost that nobody can tell; the offline author has none."""
        return budget.cost is not None and self.model is not None and self.of(model) is None


def without_price(model: str) -> InvalidRequest:
    """A budget in money was given, and nobody knows what the model costs."""
    return InvalidRequest(
        "budget_without_price",
        f"A budget in money needs the price of model {model!r}: add it to MODEL_PRICES, or give "
        "budget_tokens instead of budget_cost.",
        {"model": model},
    )


class Tokens(NamedTuple):
    """Tokens that a model reads, and that it writes."""

    read: int = 0
    written: int = 0

    def plus(self, other: "Tokens") -> "Tokens":
        return Tokens(self.read + other.read, self.written + other.written)

    def at_least(self, other: "Tokens") -> "Tokens":
        return Tokens(max(self.read, other.read), max(self.written, other.written))


NONE = Tokens()

FIRST_CALLS = 4
UNSEEN = 10
"""About how many times its text a model may write before it, in thinking that is not sent."""


@dataclass(slots=True, eq=False)
class Account:
    """Room that is held for one call, or for several that belong together, and what they used."""

    held: Tokens
    used: Tokens = NONE
    thought: int = 0
    """Tokens that the answer was thought to have."""
    is_sent: bool = False
    parts: set["Account"] = field(default_factory=set)

    @property
    def so_far(self) -> Tokens:
        """What it and its parts have used until now."""
        total = self.used
        for part in self.parts:
            total = total.plus(part.so_far)
        return total

    @property
    def committed(self) -> Tokens:
        """What it may still come to, as far as is known: what is held, or more if more is used."""
        total = self.used
        for part in self.parts:
            total = total.plus(part.committed)
        return total.at_least(self.held)


class Ledger:
    """The accounts of one job. What is committed never exceeds the budget.

    What is used may: by as much as the endpoint counts more, at the end of a call, than was
    counted here while it ran, for the calls that run at that moment. Prompts are counted by
    `tokens_of`, answers by their pieces; thinking that the endpoint does not send is not seen
    before. Until a first call has ended, at most `FIRST_CALLS` calls and sections of several
    calls are open, unless the budget holds `UNSEEN` times of all answers; from then on new ones
    hold as many times more as the ended calls told more than they were thought to write. Those
    that are open keep what they hold, and so do the parts of a section that has begun.
    """

    def __init__(
        self, budget: Budget | None = None, price: Price | None = None, before: Usage | None = None
    ) -> None:
        """`before`: what the job used until another process took it up."""
        before = before or Usage()
        self._budget = budget or Budget()
        self._price = price
        self._whole = Account(NONE, Tokens(before.tokens_in, before.tokens_out))
        self._calls, self._estimated = before.calls, before.estimated
        self._has_ended = False
        self._thought, self._told = 0, 0

    @property
    def budget(self) -> Budget:
        return self._budget

    def open(self, held: Tokens, within: Account | None = None) -> Account | None:
        """Hold so much, for now; None when that does not fit beside all that is held.

        `within` is an account that holds room for several calls, of which this is one.
        """
        likely = held if within else self._likely(held)
        account, parent = Account(likely, thought=held.written), within or self._whole
        parent.parts.add(account)
        if self._fits(self._whole.committed) and (within or self._may_begin()):
            return account
        parent.parts.discard(account)
        return None

    def can_ever_hold(self, tokens: Tokens) -> bool:
        """Whether so much fits beside what is used already, when nothing else is held any more."""
        return self._fits(self._whole.so_far.plus(self._likely(tokens)))

    def begin(self, account: Account, read: int) -> None:
        """A call has been sent, with a prompt of so many tokens."""
        self._calls += 1
        self._estimated += 1  # until the endpoint tells, whoever counts on then
        account.is_sent, account.used = True, Tokens(read, 0)

    def wrote(self, account: Account, tokens: int) -> bool:
        """Count a piece of an answer; False when it is beyond what was held and bursts the budget.

        Such an answer has to be closed.
        """
        used = account.used
        account.used = Tokens(used.read, used.written + tokens)
        return account.used.written <= account.held.written or self._fits(self._whole.committed)

    def close(
        self, account: Account, *, told: Tokens | None = None, within: Account | None = None
    ) -> None:
        """Let go of what is not used; `told` is the endpoint's own count, which is the one."""
        if account.is_sent and told is not None:
            self._estimated -= 1
        parent = within or self._whole
        parent.parts.discard(account)
        parent.used = parent.used.plus(account.so_far if told is None else told)
        if told is None:
            self._has_ended = self._has_ended or account.used != NONE
        elif told.written:
            self._has_ended = True
            self._thought += account.thought
            self._told += told.written

    @property
    def usage(self) -> Usage:
        """All that was used so far, by calls that still run, too."""
        tokens = self._whole.so_far
        price = self._price
        return Usage(
            calls=self._calls,
            estimated=self._estimated,
            tokens_in=tokens.read,
            tokens_out=tokens.written,
            cost=price.of(tokens) if price else None,
            currency=price.currency if price else "",
        )

    def _likely(self, tokens: Tokens) -> Tokens:
        """With an answer as much longer than thought as those of the ended calls were."""
        longer = max(1.0, self._told / self._thought) if self._thought else 1.0
        return Tokens(tokens.read, round(tokens.written * longer))

    def _may_begin(self) -> bool:
        """Whether it is known, or does not matter, how much the endpoint counts unseen."""
        if self._has_ended or len(self._whole.parts) <= FIRST_CALLS:
            return True
        read, written = self._whole.committed
        return self._fits(Tokens(read, written * UNSEEN))

    def _fits(self, tokens: Tokens) -> bool:
        limit, most = self._budget.tokens, self._budget.cost
        if limit is not None and tokens.read + tokens.written > limit:
            return False
        return most is None or self._price is None or self._price.of(tokens) <= most
