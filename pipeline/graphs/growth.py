"""Announce a proposed outline node by node while it grows, with ids that last."""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from pipeline.domain.coverage import Coverage
from pipeline.domain.documents import (
    NodeId,
    Outline,
    OutlineNode,
    ProposedNode,
    ProposedOutline,
    SourceId,
)
from pipeline.domain.jobs import (
    OutlineNodeAdded,
    OutlineReset,
    OutlineSources,
    OutlineTargets,
    OutlineTitled,
)
from pipeline.domain.outline import tidied, word_targets
from pipeline.domain.units import short_id
from pipeline.errors import ModelAnswerInvalid
from pipeline.graphs.tools import Tools


@dataclass(frozen=True, slots=True)
class _Placed:
    """A node with where it goes."""

    node: OutlineNode
    parent_id: NodeId | None
    after_id: NodeId | None


class Growth:
    """One proposal on its way; a node is announced once nothing in it can change any more.

    A node's id is made from its title and the titles above it: the same proposal made again has
    the same ids, and another node in the same place has another one.
    """

    def __init__(
        self, tools: Tools, *, total_words: int, sources: Collection[SourceId] = ()
    ) -> None:
        self._tools = tools
        self._total_words = total_words
        self._sources = frozenset(sources)
        self._announced: set[NodeId] = set()
        self._title = ""
        self.denied: set[NodeId] = set()
        """Nodes of which the finished proposal says that no source holds anything on them."""

    def grow(self, proposed: ProposedOutline) -> None:
        """Announce what is new; the last node in reading order may still be unfinished.

        An empty proposal withdraws what was announced: the answer broke off and is made again.
        """
        if not proposed.title and not proposed.nodes:
            self.reset()
            return
        if proposed.nodes:
            self._tell_title(proposed.title)
        self._announce(list(_placed(self._nodes(proposed.nodes)))[:-1])

    def reset(self) -> None:
        """Withdraw whatever was announced, in this attempt or in one that crashed."""
        self._announced.clear()
        self._title = ""
        self._tools.journal.tell(
            OutlineReset(
                job_id=self._tools.job.id, task_type=self._tools.job.kind, at=self._tools.now()
            )
        )

    def finish(self, proposed: ProposedOutline) -> Outline:
        """Announce the rest and return the outline with our ids and word targets.

        Raises:
            ModelAnswerInvalid: The proposal has no nodes.
        """
        if not proposed.nodes:
            raise ModelAnswerInvalid(
                "The proposal has no sections. Try again, or describe the document in more words."
            )
        title = proposed.title.strip() or self._tools.job.title
        return self.take(tidied(Outline(title=title, nodes=self._nodes(proposed.nodes))))

    def take(self, outline: Outline) -> Outline:
        """Announce an outline exactly as it stands, and return it with word targets."""
        self._tell_title(outline.title)
        self._announce(list(_placed(outline.nodes)))
        return self._targeted(outline)

    def targets(self, outline: Outline) -> OutlineTargets:
        return OutlineTargets(
            job_id=self._tools.job.id,
            task_type=self._tools.job.kind,
            at=self._tools.now(),
            targets=word_targets(outline, self._total_words),
        )

    def carried(self, found: Coverage) -> OutlineSources:
        return OutlineSources(
            job_id=self._tools.job.id,
            task_type=self._tools.job.kind,
            at=self._tools.now(),
            sources=dict(found.bound),
            carried=dict(found.carried),
            uncovered=found.uncovered,
        )

    def _announce(self, ready: Sequence[_Placed]) -> None:
        for placed in ready:
            node = placed.node
            if node.id in self._announced:
                continue
            self._announced.add(node.id)
            self._tools.journal.tell(
                OutlineNodeAdded(
                    job_id=self._tools.job.id,
                    task_type=self._tools.job.kind,
                    at=self._tools.now(),
                    node_id=node.id,
                    parent_id=placed.parent_id,
                    after_id=placed.after_id,
                    title=node.title,
                    content_summary=node.content_summary,
                    notes=node.notes,
                    target_words=node.target_words,
                )
            )

    def _tell_title(self, title: str) -> None:
        if self._title or not title.strip():
            return
        self._title = " ".join(title.split())
        self._tools.journal.tell(
            OutlineTitled(
                job_id=self._tools.job.id,
                task_type=self._tools.job.kind,
                at=self._tools.now(),
                title=self._title,
            )
        )

    def _nodes(
        self, proposed: Sequence[ProposedNode], above: NodeId | None = None
    ) -> tuple[OutlineNode, ...]:
        """The nodes with our ids; equal titles side by side are told apart by their order."""
        nodes = []
        namesakes: Counter[str] = Counter()
        for node in proposed:
            title = " ".join(node.title.split())
            parts = (self._tools.job.id, above or "", title, str(namesakes[title]))
            namesakes[title] += 1
            node_id = NodeId("n" + short_id(*parts))
            if node.is_uncovered:
                self.denied.add(node_id)
            nodes.append(
                OutlineNode(
                    id=node_id,
                    title=title,
                    content_summary=node.content_summary.strip(),
                    target_words=node.target_words,
                    source_ids=self._known(node.source_ids),
                    children=self._nodes(node.children, node_id),
                )
            )
        return tuple(nodes)

    def _known(self, named: Sequence[SourceId]) -> tuple[SourceId, ...]:
        """The sources that a proposal names, each once, without those that nobody gave."""
        return tuple(each for each in dict.fromkeys(named) if each in self._sources)

    def _targeted(self, outline: Outline) -> Outline:
        targets = word_targets(outline, self._total_words)

        def target(node: OutlineNode) -> OutlineNode:
            return node.model_copy(
                update={
                    "target_words": targets.get(node.id, node.target_words),
                    "children": tuple(target(child) for child in node.children),
                }
            )

        return outline.model_copy(update={"nodes": tuple(target(node) for node in outline.nodes)})


def _placed(nodes: Sequence[OutlineNode], parent_id: NodeId | None = None) -> Iterator[_Placed]:
    """Every node in reading order."""
    before: NodeId | None = None
    for node in nodes:
        yield _Placed(node, parent_id, before)
        yield from _placed(node.children, node.id)
        before = node.id
