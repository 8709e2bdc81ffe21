"""The author that is a model: prompts out, values in."""

from collections.abc import Callable, Sequence

from pipeline.adapters.model_author.answers import (
    FuseAnswer,
    OutlineAnswer,
    chapter_edits,
    proposal,
)
from pipeline.adapters.model_author.markers import Markers
from pipeline.adapters.model_author.outline_prompts import outline_messages
from pipeline.adapters.model_author.prompts import fuse_messages
from pipeline.adapters.model_author.search_terms import (
    SearchTermsAnswer,
    search_terms_messages,
    search_terms_of,
)
from pipeline.adapters.model_author.source_names import SourceNames
from pipeline.adapters.model_author.writing import SectionWriter
from pipeline.adapters.openai_chat import OpenAIChat
from pipeline.config import Settings
from pipeline.domain.briefs import ChapterBrief, ChapterEdits, OutlineBrief, SectionBrief
from pipeline.domain.documents import Language, ProposedOutline
from pipeline.domain.tokens import FUSE_TOKENS, SEARCH_TERM_TOKENS, outline_tokens
from pipeline.errors import ConfigError, ModelAnswerInvalid
from pipeline.ports.metering import Meter

__all__ = ["ModelAuthor"]


class ModelAuthor:
    """Keeps the `Author` port with a model; see there for errors."""

    def __init__(
        self, chat: OpenAIChat, settings: Settings, held: dict[str, int] | None = None
    ) -> None:
        """`held`: what was learnt of models, see `SectionWriter`."""
        if settings.openai_model is None:
            raise ConfigError("No model is configured. Set OPENAI_MODEL to a model's name.")
        self._chat = chat
        self._model = settings.openai_model
        self._settings = settings
        self._held: dict[str, int] = {} if held is None else held
        self._sections = SectionWriter(chat, self._model, self._held)

    @property
    def name(self) -> str:
        return self._model

    def metered(self, meter: Meter) -> "ModelAuthor":
        return ModelAuthor(self._chat.metered(meter), self._settings, self._held)

    async def propose_outline(
        self, brief: OutlineBrief, grow: Callable[[ProposedOutline], None]
    ) -> ProposedOutline:
        sources = [digest.source.id for digest in brief.digests]
        names = SourceNames([*sources, *(passage.source_id for passage in brief.passages)])
        model = brief.commission.model or self._model
        nothing = ProposedOutline()

        def grow_by(part: OutlineAnswer) -> None:
            if (proposed := proposal(part)) != nothing:
                grow(proposed)

        answer = await self._chat.structured(
            outline_messages(brief, names),
            model=model,
            shape=OutlineAnswer,
            on_partial=grow_by,
            on_restart=lambda: grow(nothing),
            expected=outline_tokens(brief.commission.target_words, brief.commission.language),
        )
        proposed = proposal(answer, names)
        if not proposed.nodes:
            raise ModelAnswerInvalid(
                f"Model {model!r} proposed an outline without chapters. "
                "Try again, or describe the document in more words.",
                {"model": model, "reason": "no_chapters"},
            )
        return proposed

    async def write_section(self, brief: SectionBrief, write: Callable[[str], None]) -> str:
        return await self._sections.write(brief, write)

    def passages_for(self, words: int) -> int:
        return self._sections.passages_for(words)

    async def search_terms(
        self, titles: Sequence[str], language: Language, *, model: str | None = None
    ) -> Sequence[str]:
        answer = await self._chat.structured(
            search_terms_messages(titles, language),
            model=model or self._model,
            shape=SearchTermsAnswer,
            expected=SEARCH_TERM_TOKENS * len(titles),
        )
        return search_terms_of(answer, titles)

    async def resize_section(self, brief: SectionBrief, text: str) -> str:
        return await self._sections.resize(brief, text)

    async def fuse_chapter(self, brief: ChapterBrief) -> ChapterEdits:
        markers = Markers.of_texts([section.text for section in brief.sections])
        answer = await self._chat.structured(
            fuse_messages(brief, markers),
            model=brief.commission.model or self._model,
            shape=FuseAnswer,
            expected=FUSE_TOKENS,
        )
        return chapter_edits(answer, markers)
