"""Drafts in memory for the outliner's test app, with faults that a test can switch on."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from pipeline.domain.documents import NodeId, Outline, OutlineNode
from pipeline.domain.manuscripts import OutlineDraft

TOPICS = (
    "Background and scope",
    "Market size and growth",
    "Key technologies",
    "Regulation and policy",
    "Supply chain",
    "Risks and open questions",
    "方法与数据来源",
    "Outlook to 2030",
)


@dataclass(slots=True)
class Desk:
    """One draft, those who watch it, and what the server shall do wrong."""

    draft: OutlineDraft
    delay_ms: int = 0
    status: int = 200
    code: str = "not_found"
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    def change(self, change: Callable[[OutlineDraft], OutlineDraft]) -> None:
        self.draft = change(self.draft)
        self.changed.set()
        self.changed = asyncio.Event()


_DESKS: dict[str, Desk] = {}


def desk(name: str, count: int = 30) -> Desk:
    return _DESKS.setdefault(name, Desk(OutlineDraft(outline=sample(count))))


def sample(count: int) -> Outline:
    """Chapters of seven nodes: three sections, the second with two below it, then a last one."""
    chapters = []
    for start in range(0, count, 7):
        nodes = [_node(i) for i in range(start, min(start + 7, count))]
        head, *sections = nodes
        if len(sections) >= 4:
            second = sections[1].model_copy(update={"children": tuple(sections[2:4])})
            sections = [sections[0], second, *sections[4:]]
        chapters.append(head.model_copy(update={"children": tuple(sections)}))
    return Outline(title="Grid storage to 2030", nodes=tuple(chapters))


def _node(index: int) -> OutlineNode:
    return OutlineNode(
        id=NodeId(f"s{index}"),
        title=f"{TOPICS[index % len(TOPICS)]} {index}",
        content_summary="Drivers, evidence and the main counter-argument."
        if index % 5 == 1
        else "",
        target_words=(300, 500, 800)[index % 3],
    )
