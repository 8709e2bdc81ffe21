"""What an author does to an outline, as operations; the browser applies the same ones."""

from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass
from typing import Annotated, Literal, Self

from pydantic import Field, JsonValue, PositiveInt, TypeAdapter, model_validator

from pipeline.domain.documents import (
    MAX_TARGET_WORDS,
    NodeId,
    Outline,
    OutlineNode,
    SourceId,
    Value,
)
from pipeline.domain.manuscripts import OutlineDraft
from pipeline.domain.outline import walk
from pipeline.domain.working_tree import TOP, WorkingTree
from pipeline.errors import TooLarge

MAX_CLIENTS = 50
"""Editors whose acknowledgements are kept: far more than tabs that edit one outline at a time."""

MAX_FIELD_CHARS = 20_000
"""A longer field is no title, summary or note, and would make every snapshot slow."""

MAX_REMEMBERED = 2_000
"""Nodes that are remembered while an outline grows, as removed ones: twice what it may hold."""

FieldName = Literal[
    "title",
    "content_summary",
    "notes",
    "target_words",
    "source_ids",
    "sources_only",
    "locked",
]
SETTLING = frozenset({"title", "source_ids", "sources_only"})
"""Fields by which the author says what a node is about, or what it is written from."""

Text = Annotated[str, Field(max_length=MAX_FIELD_CHARS)]


class FlatNode(Value):
    """A node as it travels: with its parent's id instead of its children."""

    id: NodeId = Field(min_length=1, max_length=128)
    parent: NodeId = TOP
    title: Text = ""
    content_summary: Text = ""
    notes: Text = ""
    target_words: int | None = Field(default=None, ge=0, le=MAX_TARGET_WORDS)
    source_ids: tuple[SourceId, ...] = ()
    sources_only: bool = False
    locked: bool = False
    uncovered: bool = False
    """The material holds nothing on it: so was the node marked that is put back."""

    def node(self) -> OutlineNode:
        return OutlineNode(
            id=self.id,
            title=self.title,
            content_summary=self.content_summary,
            notes=self.notes,
            target_words=self.target_words,
            source_ids=self.source_ids,
            sources_only=self.sources_only,
            locked=self.locked,
        )


class SetField(Value):
    """Set one field of a node."""

    t: Literal["set"] = "set"
    seq: PositiveInt
    id: NodeId
    k: FieldName
    v: bool | int | Text | tuple[SourceId, ...] | None

    @model_validator(mode="after")
    def _fits_the_field(self) -> Self:
        self.values()
        return self

    def values(self) -> dict[str, object]:
        node = FlatNode.model_validate({"id": NodeId("any"), self.k: self.v})
        return {self.k: getattr(node, self.k)}


class InsertNodes(Value):
    """Insert a subtree; the first of its nodes is its root."""

    t: Literal["ins"] = "ins"
    seq: PositiveInt
    parent: NodeId = TOP
    after: NodeId | None = None
    nodes: tuple[FlatNode, ...] = Field(min_length=1)


class DeleteNode(Value):
    """Remove a node with all below it."""

    t: Literal["del"] = "del"
    seq: PositiveInt
    id: NodeId


class MoveNode(Value):
    """Move a node with all below it; `after` None puts it first."""

    t: Literal["mv"] = "mv"
    seq: PositiveInt
    id: NodeId
    parent: NodeId = TOP
    after: NodeId | None = None


class NameOutline(Value):
    """Set the outline's own title."""

    t: Literal["name"] = "name"
    seq: PositiveInt
    v: Text


Operation = Annotated[
    SetField | InsertNodes | DeleteNode | MoveNode | NameOutline, Field(discriminator="t")
]
OPERATION: TypeAdapter[Operation] = TypeAdapter(Operation)


class EditRequest(Value):
    """What an editor posts: what it did since the last acknowledgement."""

    client: str = Field(min_length=1, max_length=64)
    ops: tuple[Operation, ...] = Field(max_length=5_000)
    revision: int = -1
    """The draft's revision that the editor has; -1: none."""


@dataclass(frozen=True, slots=True)
class Applied:
    """A draft with operations in it; `refused` is the last one that was above a limit."""

    draft: OutlineDraft
    revision_before: int
    refused: TooLarge | None = None


def apply_operations(
    draft: OutlineDraft,
    client: str,
    operations: Sequence[Operation],
    *,
    max_nodes: int,
    max_depth: int,
) -> Applied:
    """Apply what was not applied yet; all given operations are acknowledged afterwards.

    One that would exceed a limit changes nothing and is reported; the editor must be told, and
    must take the tree from the draft. The same operations again change nothing.
    """
    tree = WorkingTree.of(draft.outline)
    nodes_before = list(tree.nodes)
    done = draft.acknowledged.get(client, 0)
    proposed = dict(draft.proposed)
    settled: dict[NodeId, None] = {}
    uncovered = dict.fromkeys(draft.uncovered)
    changed = False
    refused: TooLarge | None = None
    for operation in operations:
        if operation.seq <= done:
            continue
        done = operation.seq
        try:
            _check_size(tree, operation, max_nodes=max_nodes, max_depth=max_depth)
        except TooLarge as error:
            refused = error
            continue
        there = set(tree.nodes) if isinstance(operation, InsertNodes) else frozenset[NodeId]()
        if _apply(tree, operation):
            changed = True
            if (touched := _touched(operation)) is not None:
                proposed.pop(touched, None)
            settled |= _settled(operation)
            uncovered = _uncovered(uncovered, operation, there)
    after = draft.model_copy(
        update={
            "outline": tree.outline() if changed else draft.outline,
            "revision": draft.revision + changed,
            "acknowledged": _acknowledged(draft.acknowledged, client, done),
            "proposed": {k: v for k, v in proposed.items() if k in tree.nodes or k == TOP},
            "removed": _removed(draft, nodes_before, tree),
            "settled": _remembered(draft, draft.settled, settled),
            "uncovered": tuple(node_id for node_id in uncovered if node_id in tree.nodes),
        }
    )
    return Applied(after, draft.revision, refused)


def answer(applied: Applied, request: EditRequest) -> dict[str, JsonValue]:
    """What the editor is told; the nodes only when its own tree is not the draft's."""
    draft = applied.draft
    in_step = applied.revision_before == request.revision and applied.refused is None
    said: dict[str, JsonValue] = {
        "ack": draft.acknowledged.get(request.client, 0),
        "revision": draft.revision,
        "title": draft.outline.title,
        "nodes": None if in_step else _nodes(draft),
    }
    if applied.refused is not None:
        said["refused"] = {
            "code": applied.refused.code,
            "message": str(applied.refused),
            "limit": applied.refused.details.get("limit", 0),
        }
    return said


def snapshot(draft: OutlineDraft) -> dict[str, JsonValue]:
    """The whole draft as the editor takes it."""
    return {
        "revision": draft.revision,
        "ack": dict(draft.acknowledged),
        "title": draft.outline.title,
        "nodes": _nodes(draft),
        "growing": draft.growing,
    }


def flat(
    outline: Outline, fresh: Set[NodeId] = frozenset(), uncovered: Set[NodeId] = frozenset()
) -> list[dict[str, JsonValue]]:
    """The nodes in reading order, each with its parent's id.

    Those in `fresh` are marked as new, and those in `uncovered` as without material.
    """
    return [
        {
            "id": place.node.id,
            "parent": place.parent.id if place.parent else TOP,
            "title": place.node.title,
            "content_summary": place.node.content_summary,
            "notes": place.node.notes,
            "target_words": place.node.target_words,
            "source_ids": list(place.node.source_ids),
            "sources_only": place.node.sources_only,
            "locked": place.node.locked,
            "uncovered": place.node.id in uncovered,
            "status": "new" if place.node.id in fresh else "",
        }
        for place in walk(outline.nodes)
    ]


def _nodes(draft: OutlineDraft) -> list[JsonValue]:
    fresh = draft.proposed.keys() if draft.growing else frozenset()
    return list(flat(draft.outline, fresh, frozenset(draft.uncovered)))


def _apply(tree: WorkingTree, operation: Operation) -> bool:
    match operation:
        case SetField():
            return tree.set(operation.id, operation.values())
        case InsertNodes():
            nodes = [(node.parent, node.node()) for node in operation.nodes]
            return tree.insert(nodes, operation.parent, operation.after)
        case DeleteNode():
            return tree.delete(operation.id)
        case MoveNode():
            return tree.move(operation.id, operation.parent, operation.after)
        case NameOutline():
            renamed = tree.title != operation.v
            tree.title = operation.v
            return renamed


def _touched(operation: Operation) -> NodeId | None:
    if isinstance(operation, InsertNodes):
        return None
    return TOP if isinstance(operation, NameOutline) else operation.id


def _settled(operation: Operation) -> dict[NodeId, None]:
    """The node of which the author said what it is about, or what it is written from."""
    if isinstance(operation, SetField) and operation.k in SETTLING:
        return {operation.id: None}
    return {}


def _uncovered(
    before: dict[NodeId, None], operation: Operation, there: Set[NodeId]
) -> dict[NodeId, None]:
    """The nodes without material after an operation; `there` are those that stood before it."""
    if isinstance(operation, InsertNodes):
        put = {node.id: node.uncovered for node in reversed(operation.nodes)}
        fresh = {node_id: marked for node_id, marked in put.items() if node_id not in there}
        kept = {node_id: None for node_id in before if fresh.get(node_id, True)}
        return kept | {node_id: None for node_id, marked in fresh.items() if marked}
    settled = _settled(operation)
    return {node_id: None for node_id in before if node_id not in settled}


def _removed(
    draft: OutlineDraft, nodes_before: Sequence[NodeId], tree: WorkingTree
) -> tuple[NodeId, ...]:
    """What the author has removed of a growing outline and not put back, the latest last."""
    gone = [each for each in (*draft.removed, *nodes_before) if each not in tree.nodes]
    return _remembered(draft, (), gone) if draft.growing else draft.removed


def _remembered(
    draft: OutlineDraft, before: Sequence[NodeId], more: Iterable[NodeId]
) -> tuple[NodeId, ...]:
    """What is remembered while the outline grows, each once, the latest last."""
    known = dict.fromkeys((*before, *more) if draft.growing else before)
    return tuple(known)[-MAX_REMEMBERED:]


def _acknowledged(before: dict[str, int], client: str, done: int) -> dict[str, int]:
    latest_last = {name: seq for name, seq in before.items() if name != client} | {client: done}
    return dict(list(latest_last.items())[-MAX_CLIENTS:])


def _check_size(tree: WorkingTree, operation: Operation, *, max_nodes: int, max_depth: int) -> None:
    if isinstance(operation, InsertNodes):
        if len(tree.nodes) + len(operation.nodes) > max_nodes:
            raise TooLarge(
                "outline_too_many_nodes",
                f"The outline would have more than {max_nodes} nodes. "
                "Remove some, or split it into several documents.",
                {"limit": max_nodes},
            )
        above = operation.parent if operation.parent in tree.children else TOP
        height = _height(operation.nodes)
        before = 0
    elif isinstance(operation, MoveNode):
        if operation.id not in tree.nodes or operation.parent not in tree.children:
            return
        above = operation.parent
        height = max(depth for _, depth in tree.place([operation.id]))
        before = tree.depth(operation.id) + height - 1
    else:
        return
    if max(max_depth, before) < tree.depth(above) + height:
        raise TooLarge(
            "outline_too_deep",
            f"The outline would be deeper than {max_depth} levels. Move it up.",
            {"limit": max_depth},
        )


def _height(nodes: Sequence[FlatNode]) -> int:
    depth = {nodes[0].id: 1}
    for node in nodes[1:]:
        if node.parent in depth:
            depth[node.id] = depth[node.parent] + 1
    return max(depth.values())
