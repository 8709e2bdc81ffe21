"""What a manuscript's document will cost, told before it is written, and the most that it may."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime

from pipeline.domain.briefs import REQUIREMENTS_CHARS, STYLE_CHARS
from pipeline.domain.changes import Changes
from pipeline.domain.documents import FileRole, NodeId, Outline
from pipeline.domain.estimate import Estimate, Pace, Writing, estimate
from pipeline.domain.jobs import ManuscriptId
from pipeline.domain.manuscripts import Manuscript
from pipeline.domain.outline import Place, leaves, word_targets
from pipeline.domain.spending import Budget, Prices
from pipeline.domain.tokens import tokens_for, tokens_of
from pipeline.ports import Author
from pipeline.ports.manuscripts import ManuscriptStore

CHARS_PER_TOKEN = 4


@dataclass(frozen=True, slots=True)
class BudgetService:
    """Estimates and budgets of manuscripts; safe to use from many threads."""

    store: ManuscriptStore
    author: Author
    prices: Prices
    pace: Pace
    default_target_words: int
    now: Callable[[], datetime]

    @property
    def currency(self) -> str:
        """Of budgets in money; empty where the model's price is not known: they are in tokens."""
        price = self.prices.of()
        return price.currency if price else ""

    def set(self, manuscript_id: ManuscriptId, budget: Budget) -> Manuscript:
        """Give its later jobs another budget. Raises `NotFound`."""

        def change(current: Manuscript) -> Manuscript:
            brief = current.brief.model_copy(update={"budget": budget})
            return current.model_copy(update={"brief": brief, "updated_at": self.now()})

        return self.store.change(manuscript_id, change)

    def estimate(
        self,
        manuscript: Manuscript,
        outline: Outline,
        changes: Changes | None = None,
        over: Collection[NodeId] = (),
    ) -> Estimate | None:
        """About what writing that outline will use; None offline, where it costs nothing.

        With `changes` only sections that they name as written count, and chapters that are fused;
        and those in `over`, whose text of the author's own is not to stand, with their chapters.
        """
        if self.prices.model is None:
            return None
        brief = manuscript.brief
        total = brief.target_words or self.default_target_words
        targets, places = word_targets(outline, total), leaves(outline.nodes)
        written, fused = set(targets), {place.chapter.id for place in places}
        if changes:
            written = {each.id for each in changes.written} | set(over)
            fused = {each.id for each in changes.fused}
            fused |= {place.chapter.id for place in places if place.node.id in over}
        writing = Writing(
            manuscript.language,
            sections=[words for node, words in targets.items() if node in written],
            chapters=_chapters(places, targets, fused),
            all_sections=len(places),
            frame=_frame(manuscript),
            material_words=sum(f.words for f in manuscript.files if f.role is FileRole.CONTENT),
            passages_for=self.author.passages_for,
            second_opinion=brief.second_opinion,
        )
        return estimate(writing, self.pace, self.prices.of())


def _chapters(places: list[Place], targets: dict[NodeId, int], fused: set[NodeId]) -> list[int]:
    """Words of each of these chapters that has several sections: others are not fused."""
    words: dict[NodeId, list[int]] = {}
    for place in places:
        words.setdefault(place.chapter.id, []).append(targets[place.node.id])
    return [sum(each) for chapter, each in words.items() if len(each) > 1 and chapter in fused]


def _frame(manuscript: Manuscript) -> int:
    """Tokens that every prompt has of the author's prompt and guides, which are cut when long."""
    frame = tokens_of(manuscript.brief.prompt)
    for file in manuscript.files:
        most = {FileRole.REQUIREMENTS: REQUIREMENTS_CHARS, FileRole.STYLE_GUIDE: STYLE_CHARS}
        if limit := most.get(file.role):
            per_token = CHARS_PER_TOKEN if manuscript.language == "en" else 1
            frame += min(tokens_for(file.words, manuscript.language), limit // per_token)
    return frame
