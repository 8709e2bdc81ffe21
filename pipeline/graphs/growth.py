"""Announce a proposed outline node by node while it grows, with ids that last."""

from collections.abc import Iterator, Sequence

from pipeline.domain.documents import NodeId, Outline, OutlineNode, ProposedNode, ProposedOutline
from pipeline.domain.jobs import (
    OutlineNodeAdded,
    OutlineReset,
    OutlineTargets,
    OutlineTitled,
)
from pipeline.domain.outline import tidied, walk, word_targets
from pipeline.domain.units import short_id
from pipeline.errors import ModelAnswerInvalid
from pipeline.graphs.tools import Tools


class Growth:
    """One proposal on its way; a node is announced once nothing in it can change any more."""

    def __init__(self, tools: Tools, *, total_words: int) -> None:
        self._tools = tools
        self._total_words = total_words
        self._announced: set[NodeId] = set()
        self._title = ""

    def grow(self, proposed: ProposedOutline) -> None:
        """Announce what is new; the last node in reading order may still be unfinished.

        An empty proposal withdraws what was announced: the answer broke off and is made again.
        """
        if not proposed.title and not proposed.nodes:
            self.reset()
            return
        self._announce(proposed, list(_paths(proposed.nodes))[:-1])

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
        self._announce(proposed, list(_paths(proposed.nodes)))
        title = proposed.title.strip() or self._tools.job.title
        nodes = tuple(self._node(node, (i,)) for i, node in enumerate(proposed.nodes))
        return self._targeted(tidied(Outline(title=title, nodes=nodes)))

    def take(self, title: str, nodes: Sequence[OutlineNode]) -> Outline:
        """Announce the author's own outline, exactly as it stands."""
        self._tell_title(title)
        for place in walk(nodes):
            siblings = place.parent.children if place.parent else tuple(nodes)
            at = siblings.index(place.node)
            self._tools.journal.tell(
                OutlineNodeAdded(
                    job_id=self._tools.job.id,
                    task_type=self._tools.job.kind,
                    at=self._tools.now(),
                    node_id=place.node.id,
                    parent_id=place.parent.id if place.parent else None,
                    after_id=siblings[at - 1].id if at else None,
                    title=place.node.title,
                    content_summary=place.node.content_summary,
                    target_words=place.node.target_words,
                )
            )
        return self._targeted(Outline(title=title, nodes=tuple(nodes)))

    def targets(self, outline: Outline) -> OutlineTargets:
        return OutlineTargets(
            job_id=self._tools.job.id,
            task_type=self._tools.job.kind,
            at=self._tools.now(),
            targets=word_targets(outline, self._total_words),
        )

    def _announce(
        self, proposed: ProposedOutline, ready: Sequence[tuple[tuple[int, ...], ProposedNode]]
    ) -> None:
        if proposed.title.strip() and proposed.nodes:
            self._tell_title(proposed.title)
        for path, node in ready:
            node_id = self._id(path)
            if node_id in self._announced:
                continue
            self._announced.add(node_id)
            self._tools.journal.tell(
                OutlineNodeAdded(
                    job_id=self._tools.job.id,
                    task_type=self._tools.job.kind,
                    at=self._tools.now(),
                    node_id=node_id,
                    parent_id=self._id(path[:-1]) if len(path) > 1 else None,
                    after_id=self._id((*path[:-1], path[-1] - 1)) if path[-1] else None,
                    title=" ".join(node.title.split()),
                    content_summary=node.content_summary.strip(),
                )
            )

    def _tell_title(self, title: str) -> None:
        if self._title:
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

    def _id(self, path: tuple[int, ...]) -> NodeId:
        return NodeId("n" + short_id(self._tools.job.id, ".".join(map(str, path))))

    def _node(self, node: ProposedNode, path: tuple[int, ...]) -> OutlineNode:
        return OutlineNode(
            id=self._id(path),
            title=node.title,
            content_summary=node.content_summary,
            children=tuple(self._node(c, (*path, i)) for i, c in enumerate(node.children)),
        )

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


def _paths(
    nodes: Sequence[ProposedNode], above: tuple[int, ...] = ()
) -> Iterator[tuple[tuple[int, ...], ProposedNode]]:
    for i, node in enumerate(nodes):
        yield (*above, i), node
        yield from _paths(node.children, (*above, i))
