"""Writes a section with a model: in as many calls as its length needs, and corrects its length."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache

from pipeline.adapters.model_author.answers import joined, section_text, up_to_last_sentence
from pipeline.adapters.model_author.markers import Markers
from pipeline.adapters.model_author.prompt_parts import fitting
from pipeline.adapters.model_author.section_prompts import (
    WRITTEN_CHARS,
    Part,
    continuing,
    instructions,
    longer_messages,
    section_messages,
    shorter_messages,
)
from pipeline.adapters.openai_chat import Message, OpenAIChat, Watcher
from pipeline.domain.briefs import SectionBrief
from pipeline.domain.citations import cited
from pipeline.domain.documents import Language, PassageId
from pipeline.domain.lengths import (
    CALL_WORDS,
    MOST_CALLS,
    Row,
    rows,
    share_copied,
    share_in,
    words_in,
)
from pipeline.domain.markdown import blocks
from pipeline.domain.tokens import tokens_for, tokens_of
from pipeline.errors import ModelAnswerInvalid

log = logging.getLogger(__name__)

LEAST_CALL_WORDS = 200
# However early a model was cut off, it is not asked for less: its thinking may have used the rest.

RECOVERY = 1.25
# With each answer that is whole: one that was cut may have been an exception.

MOST_OVER = 1.3
# A text that is longer than that misses its target, and is corrected.

LEAST_PART_WORDS = 100
# When less is missing, the section is long enough.

MOST_CHARS_PER_WORD = 24
# A word has six characters with its space (a Chinese one is one): four times the length that was
# asked for is a model that goes round in circles.

LEAST_CHARS = 4_000
# Below this a short section could not hold a table or a listing.

MOST_SAID_BEFORE = 0.6
# Of a paragraph's word sequences; above this share it tells the same once more, and goes.

MOST_OF_PROMPT = 0.3
# Of an answer's word sequences; above this share it is the instructions and no text.

WORDS_PER_PASSAGE = 60
FEWEST_PASSAGES, MOST_PASSAGES = 6, 24
# Fewer starve a short section; of more for one call, some do not fit into its prompt.


@dataclass(frozen=True, slots=True)
class _Task:
    """One section at work."""

    brief: SectionBrief
    model: str
    markers: Markers
    show: Callable[[str], None]
    chat: OpenAIChat

    @property
    def language(self) -> Language:
        return self.brief.commission.language


class SectionWriter:
    """Keeps the part of the port `Author` that is about sections; see there for errors."""

    def __init__(self, chat: OpenAIChat, model: str, held: dict[str, int] | None = None) -> None:
        self._chat = chat
        self._model = model
        self._held: dict[str, int] = {} if held is None else held
        """Words that an answer of a model was found to hold, where it was cut off."""

    def passages_for(self, words: int) -> int:
        calls = -(-words // min(CALL_WORDS.values()))
        most = MOST_PASSAGES * min(calls, MOST_CALLS)
        return min(most, max(FEWEST_PASSAGES, words // WORDS_PER_PASSAGE))

    async def write(self, brief: SectionBrief, write: Callable[[str], None]) -> str:
        """The text of a section; a long one part by part, each going on from what there is."""
        task = self._task(brief, write)
        count = min(MOST_CALLS, -(-brief.target_words // self._holds(task)) or 1)
        if count == 1:
            return await self._parts(task, count)
        # Without room for all of its parts the first ones would be paid for in vain.
        asked = section_messages(brief, task.markers, Part(1, count, brief.target_words // count))
        read = count * (sum(tokens_of(m["content"]) for m in asked) + WRITTEN_CHARS // 4)
        async with self._chat.holding(read, _reserve(brief.target_words, task)) as chat:
            return await self._parts(replace(task, chat=chat), count)

    async def _parts(self, task: _Task, count: int) -> str:
        brief, text = task.brief, ""
        for number in range(1, count + 1):
            missing = brief.target_words - words_in(text)
            if text and missing < LEAST_PART_WORDS:
                break
            more = await self._part(
                task, text, Part(number, count, missing // (count + 1 - number))
            )
            if not more:
                break
            text = f"{text}\n\n{more}" if text else more
        if not text:
            raise _no_text(task, "its heading", "empty")
        return text

    async def resize(self, brief: SectionBrief, text: str) -> str:
        """The text with paragraphs added, or tightened; as it is where one call cannot do that."""
        task = self._task(brief, _unseen)
        have = words_in(text)
        if have < brief.target_words:
            return await self._longer(task, text, have)
        if brief.target_words > self._holds(task):
            return text
        asked = shorter_messages(brief, task.markers, text, have=have)
        shorter = await self._whole(task, asked, brief.target_words, set(cited(text)))
        return shorter or text

    async def _longer(self, task: _Task, text: str, have: int) -> str:
        words = min(task.brief.target_words - have, self._holds(task))
        brief, seen = _with_fresh_passages(task.brief, text)
        asked = longer_messages(brief, task.markers, text, have=have, words=words)
        more = _not_said_before(text, await self._whole(task, asked, words, seen))
        return f"{text.rstrip()}\n\n{more}" if more else text

    async def _whole(
        self, task: _Task, asked: list[Message], words: int, seen: set[PassageId]
    ) -> str:
        """An answer that nobody watches; nothing when it is cut off or repeats its prompt."""
        answer = await task.chat.stream(
            asked,
            model=task.model,
            watcher=Watcher(_unseen),
            max_chars=_most_chars(words),
            expected=_reserve(words, task),
        )
        if answer.is_cut or _repeats_prompt(task, answer.text):
            return ""
        return _cleaned(task, answer.text, asked, seen)

    async def _part(self, task: _Task, text: str, part: Part) -> str:
        """The text of one part; nothing when the model has nothing more to say."""
        brief, seen = _with_fresh_passages(task.brief, text)
        asked = section_messages(brief, task.markers, part, text)
        before = f"{text}\n\n" if text else ""
        if before:
            task.show("\n\n")
        try:
            answer = await self._answer(task, asked, before, part.words)
            if _repeats_prompt(task, answer):
                raise _no_text(task, "its instructions", "prompt")
        except ModelAnswerInvalid:
            if not text:
                raise
            log.info("Section %s ends after part %s", brief.number, part.number - 1)
            return ""
        return _not_said_before(text, _cleaned(task, answer, asked, seen))

    async def _answer(self, task: _Task, asked: list[Message], before: str, words: int) -> str:
        """The model's text; one that is cut off at a length limit is asked for its rest, once."""
        limit, model, language = _most_chars(words), task.model, task.language

        def start_over(text: str = "") -> None:
            task.show("")
            if before or text:
                task.show(before + text)

        watcher = Watcher(task.show, restart=start_over)
        expected = _reserve(words, task)
        answer = await task.chat.stream(
            asked, model=model, watcher=watcher, max_chars=limit, expected=expected
        )
        if not answer.is_cut:
            if model in self._held:
                self._held[model] = int(self._held[model] * RECOVERY)
            return answer.text
        text = up_to_last_sentence(answer.text)
        if len(answer.text) > limit:
            log.warning("A section by %r was closed at %s characters", model, limit)
            return text
        self._held[model] = max(LEAST_CALL_WORDS, min(self._holds(task), words_in(text)))
        shown = f"{text.rstrip()} " if language == "en" else text
        start_over(shown)
        more = await task.chat.stream(
            continuing(asked, text, language),
            model=model,
            watcher=Watcher(task.show, restart=lambda: start_over(shown)),
            max_chars=limit,
            expected=max(0, expected - tokens_of(text)),
        )
        rest = up_to_last_sentence(more.text) if more.is_cut else more.text
        return joined(text, rest, language)

    def _task(self, brief: SectionBrief, show: Callable[[str], None]) -> _Task:
        model = brief.commission.model or self._model
        markers = Markers([passage.id for passage in brief.passages])
        return _Task(brief, model, markers, show, self._chat)

    def _holds(self, task: _Task) -> int:
        """Words that one answer holds, as far as is known of this model."""
        most = CALL_WORDS[task.language]
        return min(most, self._held.get(task.model, most))


def _repeats_prompt(task: _Task, text: str) -> bool:
    return share_in(rows(text), _rows_of_instructions(task.language)) > MOST_OF_PROMPT


@cache
def _rows_of_instructions(language: Language) -> frozenset[Row]:
    return frozenset(rows(instructions(language)))


def _no_text(task: _Task, instead: str, reason: str) -> ModelAnswerInvalid:
    return ModelAnswerInvalid(
        f"Model {task.model!r} wrote no text for section {task.brief.number}, only {instead}. "
        "Try again, or say more in the section's summary.",
        {"model": task.model, "reason": reason},
    )


def _reserve(words: int, task: _Task) -> int:
    """Tokens that a text of so many words may come to, if it keeps to them about."""
    return round(MOST_OVER * tokens_for(words, task.language))


def _unseen(_: str) -> None:
    return None


def _most_chars(words: int) -> int:
    return max(LEAST_CHARS, words * MOST_CHARS_PER_WORD)


def _with_fresh_passages(brief: SectionBrief, text: str) -> tuple[SectionBrief, set[PassageId]]:
    """The brief with the passages of one prompt, those not cited yet first, and what it may cite.

    What the text cites already stands in the prompt with it.
    """
    used = set(cited(text))
    passages = sorted(brief.passages, key=lambda passage: passage.id in used)
    shown = fitting(passages)
    return brief.model_copy(update={"passages": shown}), used | {p.id for p in shown}


def _cleaned(task: _Task, answer: str, asked: list[Message], seen: set[PassageId]) -> str:
    brief = task.brief
    known = "\n".join(message["content"] for message in asked)
    titles = [brief.title, *brief.path, brief.commission.title]
    return section_text(answer, titles, task.markers.only(seen), known)


def _not_said_before(text: str, more: str) -> str:
    """What a continuation says, without the paragraphs that stand in the text already."""
    if not text:
        return more
    found = blocks(more)
    kept = [each for each in found if _is_new(more[each.start : each.end], text)]
    if len(kept) == len(found):
        return more
    while kept and kept[-1].kind == "heading":
        kept.pop()
    return "\n\n".join(more[each.start : each.end] for each in kept)


def _is_new(paragraph: str, text: str) -> bool:
    return share_copied(paragraph, told=[text]) <= MOST_SAID_BEFORE
