"""The use case of editing a stretch of text: no job, an answer that streams while one waits."""

import asyncio
import logging
import weakref
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import AsyncExitStack, suppress
from datetime import timedelta

from pipeline.domain.spending import Ledger, Prices
from pipeline.domain.text_edits import (
    EditCompleted,
    EditDelayed,
    EditDelta,
    EditEvent,
    EditFailed,
    EditProblem,
    EditReset,
    TextEditRequest,
    left_out,
)
from pipeline.errors import (
    InvalidRequest,
    ModelBusy,
    ModelNeeded,
    PipelineError,
    ServiceUnavailable,
    TooManyEdits,
)
from pipeline.graphs.metering import JobMeter, Till
from pipeline.graphs.turns import Turn, taking_turn
from pipeline.ports import Editor, Slots

log = logging.getLogger(__name__)

Lend = Callable[[Callable[[Slots], Awaitable[str]]], Future[str]]
"""Runs work where the model's client and its limits live; see `Engine.lend`."""

Piece = str | EditDelayed | None
"""Of what comes while an edit is made: a piece of text, of which an empty one withdraws all before
it; word that the model is late; None at the end."""

MOST_AT_ONCE = 100
"""Edits of one process: each is a person who waits, and holds a connection."""

RETRY_AFTER_S = 5

LONGEST_WAIT = timedelta(minutes=2)
"""For a free call of the model: who sits before a text has gone away by then."""

SILENCE = timedelta(seconds=10)
"""Proxies close a connection on which nothing comes for half a minute."""


class EditService:
    """The one door to edits; its streams belong to the event loop of whoever reads them."""

    def __init__(
        self,
        editor: Editor,
        lend: Lend,
        prices: Prices | None = None,
        *,
        silence: timedelta = SILENCE,
        longest_wait: timedelta = LONGEST_WAIT,
        most_at_once: int = MOST_AT_ONCE,
    ) -> None:
        self._editor = editor
        self._lend = lend
        self._prices = prices or Prices()
        self._silence_s = silence.total_seconds()
        self._longest_wait_s = longest_wait.total_seconds()
        self._most_at_once = most_at_once
        self._running: set[Future[str]] = set()

    def begin(self, edit: TextEditRequest) -> AsyncGenerator[EditEvent | None, None]:
        """Check the request and start the work, which ends with the stream or when it is closed.

        The stream yields pieces, then one `EditCompleted` or `EditFailed`; None is a sign of life.

        Raises:
            InvalidRequest: `text_empty`, `command_empty`.
            ModelNeeded: The offline author cannot do that.
            TooManyEdits: So many run already, or have begun though nobody reads them yet.
            ServiceUnavailable: The engine does not run.
        """
        self._check(edit)
        if len(self._running) >= self._most_at_once:
            raise TooManyEdits(self._most_at_once, RETRY_AFTER_S)
        loop = asyncio.get_running_loop()
        pieces: asyncio.Queue[Piece] = asyncio.Queue()
        till = Till(Ledger(price=self._prices.of(edit.model)))

        def say(piece: Piece) -> None:
            with suppress(RuntimeError):  # the reader's loop is closed: nobody reads any more
                loop.call_soon_threadsafe(pieces.put_nowait, piece)

        doing = self._lend(lambda slots: self._work(edit, till, slots, say))
        self._running.add(doing)
        doing.add_done_callback(self._running.discard)
        doing.add_done_callback(lambda _: say(None))
        stream = self._follow(edit, pieces, doing, till)
        # A generator that is dropped before its first step does not get to its `finally`.
        weakref.finalize(stream, doing.cancel).atexit = False
        return stream

    def _check(self, edit: TextEditRequest) -> None:
        if not edit.text.strip():
            raise InvalidRequest("text_empty", "The text is empty. Send the text to be edited.")
        if edit.action == "custom" and not edit.command.strip():
            raise InvalidRequest(
                "command_empty", "The command is empty. Say in it what to do with the text."
            )
        if edit.action not in self._editor.actions:
            raise ModelNeeded(edit.action, sorted(self._editor.actions))

    async def _work(
        self, edit: TextEditRequest, till: Till, slots: Slots, say: Callable[[Piece], None]
    ) -> str:
        turn = Turn(slots, on_delay=lambda delay: say(EditDelayed(**delay.model_dump())))
        async with AsyncExitStack() as call:
            try:
                async with asyncio.timeout(self._longest_wait_s):
                    await call.enter_async_context(taking_turn(turn))
            except TimeoutError as error:
                raise ModelBusy(round(self._longest_wait_s)) from error
            return await self._editor.metered(JobMeter(till)).edit(edit, say)

    async def _follow(
        self,
        edit: TextEditRequest,
        pieces: asyncio.Queue[Piece],
        doing: Future[str],
        till: Till,
    ) -> AsyncGenerator[EditEvent | None, None]:
        try:
            async for event in self._pieces(pieces):
                yield event
            ending = await asyncio.to_thread(self._ending, edit, doing)
            yield ending.model_copy(update={"usage": till.usage})
        finally:
            doing.cancel()

    async def _pieces(self, pieces: asyncio.Queue[Piece]) -> AsyncGenerator[EditEvent | None, None]:
        """What comes at once as one event, until None."""
        is_over = False
        while not is_over:
            try:
                async with asyncio.timeout(self._silence_s):
                    come = [await pieces.get()]
            except TimeoutError:
                yield None
                continue
            while not pieces.empty():
                come.append(pieces.get_nowait())
            is_over = None in come
            for event in _events(come):
                yield event

    def _ending(self, edit: TextEditRequest, done: Future[str]) -> EditCompleted | EditFailed:
        if done.cancelled():
            return _failed(ServiceUnavailable("The app is being stopped. Send the edit again."))
        error = done.exception()
        if error is None:
            text = done.result()
            return EditCompleted(
                action=edit.action,
                text=text,
                author=self._editor.author_of(edit),
                left_out=left_out(edit, text),
            )
        if isinstance(error, PipelineError):
            log.warning("An edit (%s) failed with %s: %s", edit.action, error.code, error)
            return _failed(error)
        log.error("An edit (%s) met an unexpected error", edit.action, exc_info=error)
        return _failed(PipelineError("Something failed on our side. Try again."))


def _events(come: Sequence[Piece]) -> Iterator[EditEvent]:
    """Pieces of text that came together as one, and delays where they stand among them."""
    said: list[str] = []
    for piece in come:
        if isinstance(piece, str):
            said.append(piece)
        elif piece is not None:
            yield from _text(said)
            said = []
            yield piece
    yield from _text(said)


def _text(said: Sequence[str]) -> Iterator[EditEvent]:
    """Those pieces; an empty one withdraws all before it."""
    if "" in said:
        said = said[len(said) - said[::-1].index("") :]
        yield EditReset()
    if said:
        yield EditDelta(text="".join(said))


def _failed(error: PipelineError) -> EditFailed:
    problem = EditProblem(code=error.code, message=str(error), details=error.details)
    return EditFailed(error=problem, retryable=error.retryable)
