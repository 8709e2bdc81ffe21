"""Edits a stretch of text with a model, and asks once more when the answer lost or made up some."""

import asyncio
import logging
import re
from collections.abc import Callable, Sequence
from typing import Final

from pipeline.adapters.model_author.answers import unwrapped, up_to_last_sentence
from pipeline.adapters.model_author.editing_wording import EDIT
from pipeline.adapters.model_author.prompt_parts import block, conversation
from pipeline.adapters.openai_chat import Message, OpenAIChat, Watcher
from pipeline.config import Settings
from pipeline.domain.language import detect_language
from pipeline.domain.lengths import words_in
from pipeline.domain.markdown import closed
from pipeline.domain.text_edits import LONGEST_TEXT, EditAction, Fault, TextEditRequest, fault
from pipeline.errors import ConfigError, ModelAnswerInvalid
from pipeline.ports.metering import Meter

log = logging.getLogger(__name__)

SHARES: Final[dict[EditAction, float]] = {"expand": 1.75, "summarize": 0.3, "continue_writing": 0.5}
# Words that are asked for, of those of the text.

FEWEST_WORDS, MOST_WORDS = 25, 1_500
# A sentence; and what one answer of a model holds.

SHORTEST_CONTINUATION = 120
# Words: a paragraph, also behind a single sentence.

LEAST_CHARS, MOST_TIMES, MOST_CHARS = 4_000, 8, 4 * LONGEST_TEXT
# Of an answer, by the length of the text: English out of Chinese has three times the characters,
# and what is longer than this goes round in circles.

PIECES_NAMED = 20
# Of those that an answer lost; the model sees by them what is meant.

_TAGS = re.compile(r"\A\s*<text>(.*)</text>\s*\Z", re.DOTALL)


class ModelEditor:
    """Keeps the `Editor` port with a model; see there for errors."""

    actions: frozenset[EditAction] = frozenset(
        {"polish", "expand", "summarize", "continue_writing", "custom"}
    )

    def __init__(self, chat: OpenAIChat, settings: Settings) -> None:
        if settings.openai_model is None:
            raise ConfigError("No model is configured. Set OPENAI_MODEL to a model's name.")
        self._chat = chat
        self._settings = settings
        self._model = settings.openai_model

    def author_of(self, edit: TextEditRequest) -> str:
        """The model that is asked."""
        return edit.model or self._model

    def metered(self, meter: Meter) -> "ModelEditor":
        return ModelEditor(self._chat.metered(meter), self._settings)

    async def edit(self, edit: TextEditRequest, write: Callable[[str], None]) -> str:
        asked = edit_messages(edit)
        text = await self._answer(edit, asked, write)
        wrong = await asyncio.to_thread(fault, edit, text)
        if wrong is None:
            return text
        log.info("An edit by %r is asked again: %s", self.author_of(edit), wrong.reason)
        write("")
        text = await self._answer(edit, again(edit, asked, text, wrong), write)
        wrong = await asyncio.to_thread(fault, edit, text, is_last=True)
        if wrong is not None:
            raise self._refused(edit, wrong)
        return text

    async def _answer(
        self, edit: TextEditRequest, asked: Sequence[Message], write: Callable[[str], None]
    ) -> str:
        watcher = Watcher(write, restart=lambda: write(""))
        answer = await self._chat.stream(
            asked,
            model=self.author_of(edit),
            watcher=watcher,
            max_chars=min(MOST_CHARS, max(LEAST_CHARS, MOST_TIMES * len(edit.text))),
        )
        if not answer.is_cut:
            return edited_text(edit, answer.text)
        if edit.action == "continue_writing":
            return closed(edited_text(edit, up_to_last_sentence(answer.text)))
        raise ModelAnswerInvalid(
            f"The answer of model {self.author_of(edit)!r} to {edit.action!r} was cut off. "
            "Send a shorter text, or choose a model with longer answers.",
            {"model": self.author_of(edit), "reason": "cut"},
        )

    def _refused(self, edit: TextEditRequest, wrong: Fault) -> ModelAnswerInvalid:
        words = EDIT["en"].faults[wrong.reason].format(pieces=_named(wrong))
        return ModelAnswerInvalid(
            f"The answer of model {self.author_of(edit)!r} to {edit.action!r} was not taken, "
            f"asked twice: {words}. Try again, send a shorter text, or choose another model.",
            {"model": self.author_of(edit), "reason": wrong.reason, "pieces": _named(wrong)},
        )


def edit_messages(edit: TextEditRequest) -> list[Message]:
    """The conversation: rules, context, text, command, task."""
    language = detect_language(edit.text)
    words = EDIT[language]
    own = words.any_language if edit.action == "custom" else words.own_language
    context, command = block("context", edit.context), block("command", edit.command)
    return conversation(
        f"{words.rules}\n{own}",
        [
            f"{words.context}\n{context}" if context else "",
            block("text", edit.text),
            f"{words.command}\n{command}" if command else "",
            words.tasks[edit.action].format(words=_words(edit)),
        ],
    )


def again(
    edit: TextEditRequest, asked: Sequence[Message], text: str, wrong: Fault
) -> list[Message]:
    """The conversation after an answer that was not taken."""
    words = EDIT[detect_language(edit.text)]
    said = words.again.format(fault=words.faults[wrong.reason].format(pieces=_named(wrong)))
    answer = [Message(role="assistant", content=text)] if text else []
    return [*asked, *answer, Message(role="user", content=said)]


def edited_text(edit: TextEditRequest, answer: str) -> str:
    """The new text in an answer, without what models put around it, unless the text has it, too."""
    text = answer.strip()
    if (tagged := _TAGS.match(text)) and not _TAGS.match(edit.text):
        text = tagged[1].strip()
    if unwrapped(edit.text) == edit.text.strip():
        text = unwrapped(text)
    # as `block` writes what would close its tag
    return text.replace("‹/text", "</text") if "</text" in edit.text else text


def _words(edit: TextEditRequest) -> int:
    wanted = round(words_in(edit.text) * SHARES.get(edit.action, 1.0))
    least = SHORTEST_CONTINUATION if edit.action == "continue_writing" else FEWEST_WORDS
    return min(MOST_WORDS, max(least, wanted))


def _named(wrong: Fault) -> str:
    named = "  ".join(wrong.pieces[:PIECES_NAMED])
    left = len(wrong.pieces) - PIECES_NAMED
    return f"{named}  (+{left})" if left > 0 else named
