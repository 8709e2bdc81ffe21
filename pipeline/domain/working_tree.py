"""An outline taken apart so that it can be edited; the twin of `components/outliner/tree.js`."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Self

from pipeline.domain.documents import NodeId, Outline, OutlineNode

TOP = NodeId("")
"""The parent of chapters; no node has this id."""


class WorkingTree:
    """A mutable copy of an outline, made for one change and dropped after it.

    Every method says whether it changed anything. What names an unknown node changes nothing.
    """

    def __init__(self, title: str) -> None:
        self.title = title
        self.nodes: dict[NodeId, OutlineNode] = {}
        self.children: dict[NodeId, list[NodeId]] = {TOP: []}
        self.parent: dict[NodeId, NodeId] = {}

    @classmethod
    def of(cls, outline: Outline) -> Self:
        tree = cls(outline.title)
        stack = [(TOP, node) for node in reversed(outline.nodes)]
        while stack:
            parent, node = stack.pop()
            tree._add(node, parent)
            stack.extend((node.id, child) for child in reversed(node.children))
        return tree

    def outline(self) -> Outline:
        return Outline(title=self.title, nodes=self._built(TOP))

    def place(self, ids: Sequence[NodeId]) -> Iterator[tuple[NodeId, int]]:
        """Yield these nodes and all below them in reading order, with their depth below `ids`."""
        stack = [(node_id, 1) for node_id in reversed(ids)]
        while stack:
            node_id, depth = stack.pop()
            yield node_id, depth
            stack.extend((child, depth + 1) for child in reversed(self.children[node_id]))

    def depth(self, node_id: NodeId) -> int:
        """1 for a chapter, 0 for the top."""
        depth = 0
        while node_id != TOP:
            node_id = self.parent[node_id]
            depth += 1
        return depth

    def is_inside(self, node_id: NodeId, ancestor: NodeId) -> bool:
        """Whether a node is `ancestor` or below it."""
        while node_id not in {ancestor, TOP}:
            node_id = self.parent[node_id]
        return node_id == ancestor

    def set(self, node_id: NodeId, values: Mapping[str, object]) -> bool:
        node = self.nodes.get(node_id)
        if node is None or all(getattr(node, name) == value for name, value in values.items()):
            return False
        self.nodes[node_id] = node.model_copy(update=values)
        return True

    def insert(
        self,
        nodes: Sequence[tuple[NodeId, OutlineNode]],
        parent: NodeId,
        after: NodeId | None,
    ) -> bool:
        """Insert a subtree: its root first, the others each with a parent that came before.

        An unknown `parent` is the top and an unknown `after` the end, so that nothing typed is
        lost when somebody else removed them. Nodes that are there already, or whose parent is
        not in the subtree, are left out.
        """
        _, root = nodes[0]
        if not root.id or root.id in self.nodes:
            return False
        target = parent if parent in self.children else TOP
        self._add(root, target)
        self._put_after(root.id, after)
        inserted = {root.id}
        for parent_id, node in nodes[1:]:
            if node.id and node.id not in self.nodes and parent_id in inserted:
                self._add(node, parent_id)
                inserted.add(node.id)
        return True

    def delete(self, node_id: NodeId) -> bool:
        """Remove a node with all below it."""
        if node_id not in self.nodes:
            return False
        gone = [below for below, _ in self.place([node_id])]
        self.children[self.parent[node_id]].remove(node_id)
        for below in gone:
            del self.nodes[below], self.children[below], self.parent[below]
        return True

    def move(self, node_id: NodeId, parent: NodeId, after: NodeId | None) -> bool:
        """Move a node below `parent`, behind `after` (None: first; unknown: last)."""
        if (
            node_id not in self.nodes
            or parent not in self.children
            or self.is_inside(parent, node_id)
        ):
            return False
        self.children[self.parent[node_id]].remove(node_id)
        self.children[parent].append(node_id)
        self.parent[node_id] = parent
        self._put_after(node_id, after)
        return True

    def _add(self, node: OutlineNode, parent: NodeId) -> None:
        self.nodes[node.id] = node
        self.children[node.id] = []
        self.children[parent].append(node.id)
        self.parent[node.id] = parent

    def _put_after(self, node_id: NodeId, after: NodeId | None) -> None:
        siblings = self.children[self.parent[node_id]]
        siblings.remove(node_id)
        if after is None:
            siblings.insert(0, node_id)
        elif after in siblings:
            siblings.insert(siblings.index(after) + 1, node_id)
        else:
            siblings.append(node_id)

    def _built(self, parent: NodeId) -> tuple[OutlineNode, ...]:
        return tuple(
            self.nodes[node_id].model_copy(update={"children": self._built(node_id)})
            for node_id in self.children[parent]
        )
