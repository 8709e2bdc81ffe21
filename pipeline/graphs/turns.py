"""A node's turn to call a model, which it leaves to others while it waits for its job's budget."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

from pipeline.domain.delays import Delay
from pipeline.ports import Slots


def _unheard(_: object) -> None:
    return None


@dataclass(slots=True)
class Turn:
    """One of the slots for model calls, as long as it is not given back."""

    slots: Slots
    on_wait: Callable[[bool], None] = _unheard
    """Told True when it waits for room in the budget, and False when it goes on."""
    on_delay: Callable[[Delay], None] = _unheard
    """Told of calls that are late."""
    _held: AsyncExitStack = field(default_factory=AsyncExitStack)

    async def take(self) -> None:
        await self._held.enter_async_context(self.slots.slot())

    async def give_back(self) -> None:
        """Leave the slot to others, if it is held."""
        await self._held.aclose()


_TURN: ContextVar[Turn | None] = ContextVar("turn", default=None)


@asynccontextmanager
async def taking_turn(turn: Turn) -> AsyncIterator[None]:
    """Wait for a slot, and hold it but in `stepping_aside`, whoever makes the calls inside."""
    await turn.take()
    token = _TURN.set(turn)
    try:
        yield
    finally:
        _TURN.reset(token)
        await turn.give_back()


def tell_delay(delay: Delay) -> None:
    """Say so to who waits for the turn that is taken here; there may be none."""
    turn = _TURN.get()
    if turn is not None:
        turn.on_delay(delay)


@asynccontextmanager
async def stepping_aside() -> AsyncIterator[None]:
    """Leave the slot to others while the inside waits, and wait for one again when it is done."""
    turn = _TURN.get()
    if turn is None:
        yield
        return
    turn.on_wait(True)
    await turn.give_back()
    yield
    await turn.take()
    turn.on_wait(False)
