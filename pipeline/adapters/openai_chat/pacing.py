"""Keeps a provider's limits of requests and tokens per minute, so that they are not hit."""

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from pipeline.adapters.limiter import Share, share_here

WINDOW_S = 61.0
# A minute, and a second for what is admitted here later than it arrives there.

LONGEST_NAP_S = 1.0
# A call that used less than was expected makes room before its minute is over.

FIRST_EXPECTED_ANSWER = 1_000
# Tokens, until answers tell better: a section of some 700 English words.

SHARE_OF_NEWEST = 0.2
# How much one answer changes what is expected of the next.


@dataclass(slots=True, eq=False)
class Admission:
    """One call that counts, and what it is thought to use or has used."""

    at: float
    tokens: int


@dataclass(slots=True)
class _Line:
    """The calls of one job that wait, in the order they came; woken when they are first.

    It stays when the last one is let in, for as long as what the job has had counts against it.
    """

    share: Share | None
    let_in: float
    """Calls so far, divided by the weight; who was away has had as much as who was last let in."""
    waiting: deque[asyncio.Event] = field(default_factory=deque)

    @property
    def weight(self) -> float:
        return self.share.weight if self.share else 1.0

    def is_over(self, level: float) -> bool:
        return not self.waiting and self.let_in <= level


@dataclass(slots=True)
class Pacer:
    """Lets calls begin as the limits of one endpoint allow, fairly between jobs.

    None is no limit. For one process; a wait that is cancelled counts nothing. Calls that belong
    to no job share a line.
    """

    requests: int | None = None
    tokens: int | None = None
    window_s: float = WINDOW_S
    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    _admitted: deque[Admission] = field(default_factory=deque)
    _expected: float = FIRST_EXPECTED_ANSWER
    _paused_until: float = 0.0
    _lines: dict[Share | None, _Line] = field(default_factory=dict)
    _level: float = 0.0
    """What the line that was let in last had had before: the least of all that waited."""
    _loop: asyncio.AbstractEventLoop | None = None

    async def admit(self, prompt_tokens: int) -> Admission:
        """Wait until a call may begin, behind those of its job that came before.

        It counts from then on.
        """
        expected = prompt_tokens + round(self._expected)
        with self._waiting() as (line, is_first):
            while True:
                if self._first() is not is_first:
                    is_first.clear()
                    self._wake_first()  # another priority may have put it before this one
                    await is_first.wait()
                elif (wait := self._wait_s(expected)) > 0:
                    await self.sleep(min(wait, LONGEST_NAP_S))
                else:
                    break
            admission = Admission(self.now(), expected)
            self._admitted.append(admission)
            self._level = line.let_in
            line.let_in += 1 / line.weight
            return admission

    def correct(self, admission: Admission, tokens_in: int, tokens_out: int) -> None:
        """Count what a call has used instead of what was expected."""
        admission.tokens = tokens_in + tokens_out
        self._expected += SHARE_OF_NEWEST * (tokens_out - self._expected)

    def pause(self, seconds: float) -> float:
        """Let no call begin for that long; returns until when, for `resume`."""
        until = self.now() + seconds
        self._paused_until = max(self._paused_until, until)
        return until

    def resume(self, until: float) -> None:
        """End a pause that was waited for; a longer one stays."""
        if self._paused_until == until:
            self._paused_until = 0.0

    def _wait_s(self, tokens: int) -> float:
        now = self.now()
        while self._admitted and self._admitted[0].at + self.window_s <= now:
            self._admitted.popleft()
        waits = [self._paused_until - now]
        if self.requests is not None and len(self._admitted) >= self.requests:
            waits.append(self._free_at(len(self._admitted) - self.requests) - now)
        if self.tokens is not None and self._admitted:
            over = sum(each.tokens for each in self._admitted) + tokens - self.tokens
            if over > 0:
                waits.append(self._free_at(self._how_many_hold(over)) - now)
        return max(waits)

    def _how_many_hold(self, tokens: int) -> int:
        """The place of the call whose leaving makes room for so many, or the last one's.

        A call that is larger than the limit itself goes alone.
        """
        for place, each in enumerate(self._admitted):
            tokens -= each.tokens
            if tokens <= 0:
                return place
        return len(self._admitted) - 1

    def _free_at(self, place: int) -> float:
        return self._admitted[place].at + self.window_s

    @contextmanager
    def _waiting(self) -> Iterator[tuple[_Line, asyncio.Event]]:
        """Stand in the line of the job whose call it is."""
        loop = asyncio.get_running_loop()
        if self._loop is not loop:
            self._lines, self._loop = {}, loop
        share, lines, me = share_here(), self._lines, asyncio.Event()
        line = lines.setdefault(share, _Line(share, self._level))
        line.let_in = max(line.let_in, self._level)
        line.waiting.append(me)
        try:
            yield line, me
        finally:
            line.waiting.remove(me)
            for each in [each for each in lines.values() if each.is_over(self._level)]:
                del lines[each.share]
            self._wake_first()

    def _wake_first(self) -> None:
        if (first := self._first()) is not None:
            first.set()

    def _first(self) -> asyncio.Event | None:
        """Of the job that was let in least for its weight."""
        lines = [line for line in self._lines.values() if line.waiting]
        if not lines:
            return None
        return min(lines, key=lambda each: (each.let_in, -each.weight)).waiting[0]
