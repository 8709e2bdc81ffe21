"""The offline author: an outline and sections out of the author's files, without a model."""

import asyncio
from collections.abc import Callable

from pipeline.adapters.offline_author.fusing import edits_of
from pipeline.adapters.offline_author.outlines import proposed
from pipeline.adapters.offline_author.sections import section_pieces
from pipeline.domain.briefs import ChapterBrief, ChapterEdits, OutlineBrief, SectionBrief
from pipeline.domain.documents import ProposedNode, ProposedOutline


class OfflineAuthor:
    """Extracts and arranges; says so where there is nothing to extract. Needs no network."""

    name = "offline"

    async def propose_outline(
        self, brief: OutlineBrief, grow: Callable[[ProposedOutline], None]
    ) -> ProposedOutline:
        """Propose the outline that the files have, or the shape of the genre asked for."""
        whole = await asyncio.to_thread(proposed, brief)
        shown = ProposedOutline(title=whole.title)
        grow(shown)
        for node in whole.nodes:
            for part in _stages(node):
                await asyncio.sleep(0)
                grow(shown.model_copy(update={"nodes": (*shown.nodes, part)}))
            shown = shown.model_copy(update={"nodes": (*shown.nodes, node)})
        return whole

    async def write_section(self, brief: SectionBrief, write: Callable[[str], None]) -> str:
        """Write a section from sentences of its passages, each with its marker."""
        pieces = await asyncio.to_thread(section_pieces, brief)
        for piece in pieces:
            write(piece)
            await asyncio.sleep(0)
        return "".join(pieces)

    async def fuse_chapter(self, brief: ChapterBrief) -> ChapterEdits:
        """Remove what the chapter tells twice."""
        return await asyncio.to_thread(edits_of, brief)


def _stages(node: ProposedNode) -> list[ProposedNode]:
    """The node without children, then with one more each time."""
    return [
        node.model_copy(update={"children": node.children[:count]})
        for count in range(len(node.children) + 1)
    ]
