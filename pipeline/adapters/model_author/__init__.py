"""The author that is a model: prompts out, values in."""

import logging
from collections.abc import Callable

from pipeline.adapters.model_author.answers import (
    FuseAnswer,
    OutlineAnswer,
    chapter_edits,
    joined,
    proposal,
    section_text,
    up_to_last_sentence,
)
from pipeline.adapters.model_author.markers import Markers
from pipeline.adapters.model_author.prompts import (
    continuing,
    fuse_messages,
    outline_messages,
    section_messages,
)
from pipeline.adapters.openai_chat import Message, OpenAIChat, Watcher
from pipeline.config import Settings
from pipeline.domain.briefs import ChapterBrief, ChapterEdits, OutlineBrief, SectionBrief
from pipeline.domain.documents import ProposedOutline
from pipeline.errors import ConfigError, ModelAnswerInvalid

__all__ = ["ModelAuthor"]

log = logging.getLogger(__name__)

MOST_CHARS_PER_WORD = 24
# A word has six characters with its space (a Chinese one is one): four times the length that was
# asked for is a model that goes round in circles.

LEAST_CHARS = 4_000
# Below this a short section could not hold a table or a listing.


class ModelAuthor:
    """Keeps the `Author` port with a model; see there for errors."""

    def __init__(self, chat: OpenAIChat, settings: Settings) -> None:
        if settings.openai_model is None:
            raise ConfigError("No model is configured. Set OPENAI_MODEL to a model's name.")
        self._chat = chat
        self._model = settings.openai_model

    @property
    def name(self) -> str:
        return self._model

    async def propose_outline(
        self, brief: OutlineBrief, grow: Callable[[ProposedOutline], None]
    ) -> ProposedOutline:
        markers = Markers([passage.id for passage in brief.passages])
        model = brief.commission.model or self._model
        nothing = ProposedOutline()

        def grow_by(part: OutlineAnswer) -> None:
            if (proposed := proposal(part, is_whole=False)) != nothing:
                grow(proposed)

        answer = await self._chat.structured(
            outline_messages(brief, markers),
            model=model,
            shape=OutlineAnswer,
            on_partial=grow_by,
            on_restart=lambda: grow(nothing),
        )
        proposed = proposal(answer)
        if not proposed.nodes:
            raise ModelAnswerInvalid(
                f"Model {model!r} proposed an outline without chapters. "
                "Try again, or describe the document in more words.",
                {"model": model, "reason": "no_chapters"},
            )
        return proposed

    async def write_section(self, brief: SectionBrief, write: Callable[[str], None]) -> str:
        markers = Markers([passage.id for passage in brief.passages])
        asked = section_messages(brief, markers)
        answer = await self._text(asked, brief, write)
        known = "\n".join(message["content"] for message in asked)
        titles = [brief.title, *brief.path, brief.commission.title]
        text = section_text(answer, titles, markers, known)
        if not text:
            model = brief.commission.model or self._model
            raise ModelAnswerInvalid(
                f"Model {model!r} wrote no text for section {brief.number}, only its heading. "
                "Try again, or say more in the section's summary.",
                {"model": model, "reason": "empty"},
            )
        return text

    async def fuse_chapter(self, brief: ChapterBrief) -> ChapterEdits:
        markers = Markers.of_texts([section.text for section in brief.sections])
        answer = await self._chat.structured(
            fuse_messages(brief, markers),
            model=brief.commission.model or self._model,
            shape=FuseAnswer,
        )
        return chapter_edits(answer, markers)

    async def _text(
        self, asked: list[Message], brief: SectionBrief, write: Callable[[str], None]
    ) -> str:
        """The model's text; one that is cut off at a length limit is asked for its rest, once."""
        model = brief.commission.model or self._model
        limit = max(LEAST_CHARS, brief.target_words * MOST_CHARS_PER_WORD)
        watcher = Watcher(write, restart=lambda: write(""))
        answer = await self._chat.stream(asked, model=model, watcher=watcher, max_chars=limit)
        if not answer.is_cut:
            return answer.text
        text = up_to_last_sentence(answer.text)
        if len(answer.text) > limit:
            log.warning("Section %s by %r was closed at %s characters", brief.number, model, limit)
            return text
        language = brief.commission.language

        def start_over() -> None:
            write("")
            write(f"{text.rstrip()} " if language == "en" else text)

        start_over()
        more = await self._chat.stream(
            continuing(asked, text, language),
            model=model,
            watcher=Watcher(write, restart=start_over),
            max_chars=limit,
        )
        rest = up_to_last_sentence(more.text) if more.is_cut else more.text
        return joined(text, rest, language)
