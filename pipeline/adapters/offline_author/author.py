"""The offline author: an outline and sections out of the author's files, without a model.

What it does stands beside this module, and is imported when it is first done, in the thread that
does it: a third of a second that no first page has to wait for.
"""

import asyncio
from collections.abc import Callable, Sequence

from pipeline.domain.briefs import ChapterBrief, ChapterEdits, OutlineBrief, SectionBrief
from pipeline.domain.documents import Language, ProposedNode, ProposedOutline
from pipeline.ports.metering import Meter

FEWEST_PASSAGES, MOST_PASSAGES = 8, 400
"""A paragraph is chosen from several pages, too; ten thousand words are enough for one section."""

WORDS_PER_PASSAGE = 25
"""Of a passage's 115 words so many belong into the section and say something new: measured on a
handbook of 160,000 words, sections of 150 to 3,000 words then have .94 to .99 of their target; with
one passage for 60 words .98 falls to .68."""


class OfflineAuthor:
    """Extracts and arranges; says so where there is nothing to extract. Needs no network."""

    name = "offline"

    async def propose_outline(
        self, brief: OutlineBrief, grow: Callable[[ProposedOutline], None]
    ) -> ProposedOutline:
        """Propose the outline that the files have, or the shape of the genre asked for."""
        whole = await asyncio.to_thread(_proposed, brief)
        shown = whole.model_copy(update={"nodes": ()})
        grow(shown)
        for node in whole.nodes:
            for part in _stages(node):
                await asyncio.sleep(0)
                grow(shown.model_copy(update={"nodes": (*shown.nodes, part)}))
            shown = shown.model_copy(update={"nodes": (*shown.nodes, node)})
        return whole

    async def write_section(self, brief: SectionBrief, write: Callable[[str], None]) -> str:
        """Write a section from sentences of its passages, each with its marker."""
        pieces = await asyncio.to_thread(_section_pieces, brief)
        for piece in pieces:
            write(piece)
            await asyncio.sleep(0)
        return "".join(pieces)

    def passages_for(self, words: int) -> int:
        """Many: it takes only the sentences that belong into the section."""
        return min(MOST_PASSAGES, max(FEWEST_PASSAGES, words // WORDS_PER_PASSAGE))

    async def search_terms(
        self, titles: Sequence[str], language: Language, *, model: str | None = None
    ) -> Sequence[str]:
        """The titles as they are: it knows no other language."""
        del language, model
        return titles

    async def resize_section(self, brief: SectionBrief, text: str) -> str:
        """The text as it is: it has what the passages hold for the section, and no more."""
        del brief
        return text

    def metered(self, meter: Meter) -> "OfflineAuthor":  # noqa: ARG002  it asks no model
        return self

    async def fuse_chapter(self, brief: ChapterBrief) -> ChapterEdits:
        """Remove what the chapter tells twice."""
        return await asyncio.to_thread(_edits_of, brief)


def _proposed(brief: OutlineBrief) -> ProposedOutline:
    from pipeline.adapters.offline_author.outlines import proposed  # noqa: PLC0415  see above

    return proposed(brief)


def _section_pieces(brief: SectionBrief) -> list[str]:
    from pipeline.adapters.offline_author.sections import section_pieces  # noqa: PLC0415

    return section_pieces(brief)


def _edits_of(brief: ChapterBrief) -> ChapterEdits:
    from pipeline.adapters.offline_author.fusing import edits_of  # noqa: PLC0415

    return edits_of(brief)


def _stages(node: ProposedNode) -> list[ProposedNode]:
    """The node without children, then with one more each time."""
    return [
        node.model_copy(update={"children": node.children[:count]})
        for count in range(len(node.children) + 1)
    ]
