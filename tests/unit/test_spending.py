"""The ledger of a job: what is held, what is used, and that a maximum is one."""

from dataclasses import dataclass, field

from hypothesis import given
from hypothesis import strategies as st

from pipeline.domain.documents import Usage
from pipeline.domain.spending import FIRST_CALLS, Account, Budget, Ledger, Price, Prices, Tokens
from pipeline.domain.tokens import tokens_for, tokens_of

PRICE = Price(read=2.0, written=10.0, currency="EUR")
MOST_PIECE = 20

steps = st.lists(
    st.tuples(
        st.sampled_from(["call", "hold", "call inside", "write", "write", "write", "close"]),
        st.integers(0, 400),
        st.integers(0, MOST_PIECE),
    ),
    max_size=60,
)


@dataclass
class Till:
    """Drives a ledger as calls do: an answer that bursts the budget is closed."""

    ledger: Ledger
    calls: list[tuple[Account, Account | None]] = field(default_factory=list)
    holds: list[Account] = field(default_factory=list)
    burst: int = 0

    def step(self, what: str, size: int, piece: int) -> None:
        if what == "hold":
            self.holds += filter(None, [self.ledger.open(Tokens(2 * size, size))])
        elif what.startswith("call"):
            within = self.holds[size % len(self.holds)] if "in" in what and self.holds else None
            if account := self.ledger.open(Tokens(size, size // 2), within):
                self.ledger.begin(account, size)
                self.calls.append((account, within))
        elif self.calls:
            account, within = self.calls[size % len(self.calls)]
            goes_on = what == "close" or self.ledger.wrote(account, piece)
            if what == "close" or not goes_on:
                self.burst += 0 if goes_on else piece
                self.ledger.close(account, within=within)
                self.calls.remove((account, within))


@given(st.integers(0, 3_000), steps)
def test_what_is_used_never_exceeds_the_budget_but_by_the_piece_that_bursts_it(
    limit: int, todo: list[tuple[str, int, int]]
) -> None:
    ledger = Ledger(Budget(tokens=limit))
    till = Till(ledger)

    for what, size, piece in todo:
        till.step(what, size, piece)

        used = ledger.usage
        assert used.tokens_in + used.tokens_out <= limit + till.burst


@given(st.floats(0.0001, 0.02), steps)
def test_a_budget_in_money_is_kept_in_the_same_way(
    limit: float, todo: list[tuple[str, int, int]]
) -> None:
    ledger = Ledger(Budget(cost=limit), PRICE)
    till = Till(ledger)

    for what, size, piece in todo:
        till.step(what, size, piece)

        cost = ledger.usage.cost
        assert cost is not None
        assert cost <= limit + till.burst * PRICE.written / 1_000_000 + 1e-12


@given(steps)
def test_without_a_budget_everything_has_room(todo: list[tuple[str, int, int]]) -> None:
    till = Till(Ledger())

    for what, size, piece in todo:
        till.step(what, size, piece)

    assert till.burst == 0
    assert till.ledger.usage.calls == sum(what.startswith("call") for what, _, _ in todo)


def test_what_a_call_does_not_use_is_free_for_others() -> None:
    ledger = Ledger(Budget(tokens=100))
    first = ledger.open(Tokens(30, 50))
    assert first
    ledger.begin(first, 30)

    assert ledger.open(Tokens(20, 10)) is None
    assert ledger.can_ever_hold(Tokens(20, 10))
    assert not ledger.can_ever_hold(Tokens(60, 11))
    ledger.wrote(first, 10)
    ledger.close(first)

    assert ledger.open(Tokens(30, 30))


def test_the_endpoints_own_count_replaces_ours() -> None:
    ledger = Ledger(price=PRICE)
    call = ledger.open(Tokens(10, 10))
    assert call
    ledger.begin(call, 10)
    ledger.wrote(call, 4)
    assert ledger.usage == Usage(
        calls=1, estimated=1, tokens_in=10, tokens_out=4, cost=(20 + 40) / 1e6, currency="EUR"
    )

    ledger.close(call, told=Tokens(12, 5))

    assert ledger.usage == Usage(
        calls=1, tokens_in=12, tokens_out=5, cost=(24 + 50) / 1e6, currency="EUR"
    )


def test_a_few_calls_show_how_much_is_written_unseen_before_many_are_made() -> None:
    limit, told = 8_000, Tokens(10, 2_000)
    ledger = Ledger(Budget(tokens=limit))

    running = opened(ledger, 64)
    assert len(running) == FIRST_CALLS
    while running:
        ledger.close(running.pop(0), told=told)
        running += opened(ledger, 64)

    used = ledger.usage.tokens_in + ledger.usage.tokens_out
    assert limit - sum(told) <= used <= limit + FIRST_CALLS * sum(told)


def test_an_ample_budget_does_not_keep_calls_waiting() -> None:
    assert len(opened(Ledger(Budget(tokens=200_000)), 64)) == 64
    assert len(opened(Ledger(), 64)) == 64


def test_calls_that_were_refused_say_nothing_of_what_is_written_unseen() -> None:
    ledger = Ledger(Budget(tokens=8_000))
    running = opened(ledger, 64)

    for call in running:
        ledger.close(call, told=Tokens())

    assert len(opened(ledger, 64)) == FIRST_CALLS


def opened(ledger: Ledger, most: int) -> list[Account]:
    """As many calls of 200 tokens as are let, all at once."""
    found: list[Account] = []
    while len(found) < most and (account := ledger.open(Tokens(10, 200))) is not None:
        ledger.begin(account, 10)
        found.append(account)
    return found


def test_a_call_within_a_held_room_needs_no_further_room() -> None:
    ledger = Ledger(Budget(tokens=100))
    room = ledger.open(Tokens(50, 50))
    assert room
    assert ledger.open(Tokens(1, 0)) is None

    part = ledger.open(Tokens(25, 25), room)

    assert part
    ledger.begin(part, 25)
    ledger.wrote(part, 20)
    ledger.close(part, within=room)
    assert ledger.open(Tokens(25, 25), room)
    assert ledger.open(Tokens(25, 25), room) is None


def test_a_job_goes_on_from_what_it_had_used() -> None:
    ledger = Ledger(Budget(tokens=100), before=Usage(calls=3, tokens_in=60, tokens_out=10))

    assert ledger.open(Tokens(30, 1)) is None
    assert ledger.open(Tokens(20, 10))
    assert ledger.usage == Usage(calls=3, tokens_in=60, tokens_out=10)


def test_a_budget_in_money_needs_a_price_but_offline() -> None:
    prices = Prices("模型", {"模型": PRICE})

    assert not prices.lacks(Budget(cost=1))
    assert prices.lacks(Budget(cost=1), "another")
    assert not prices.lacks(Budget(tokens=1), "another")
    assert not Prices().lacks(Budget(cost=1))
    assert Prices().of() is None


@given(st.text())
def test_tokens_of_a_text_are_between_a_quarter_of_its_characters_and_all(text: str) -> None:
    assert len(text) / 4 <= tokens_of(text) <= len(text)


def test_a_chinese_character_is_a_token() -> None:
    assert tokens_of("潮汐发电") == 4
    assert tokens_of("Tide tables") == 3
    assert tokens_of("Приливы") == 4
    assert tokens_for(100, "zh") < tokens_for(100, "en")
