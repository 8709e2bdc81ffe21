"""How the outline job's events grow the draft while the author already edits it."""

from pipeline.domain.documents import NodeId, OutlineNode
from pipeline.domain.jobs import (
    START,
    EventId,
    JobEvent,
    OutlineNodeAdded,
    OutlineReset,
    OutlineTargets,
    OutlineTitled,
    TaskCompleted,
    TaskFailed,
    TaskStarted,
)
from pipeline.domain.manuscripts import OutlineDraft
from pipeline.domain.working_tree import TOP, WorkingTree


def await_growth(draft: OutlineDraft) -> OutlineDraft:
    """Make a draft ready for the events of a new outline job."""
    return draft.model_copy(
        update={"seen_event": START, "growing": True, "revision": draft.revision + 1}
    )


def grow(draft: OutlineDraft, event_id: EventId, event: JobEvent) -> OutlineDraft:
    """Fold one event of the outline job into the draft.

    Events at or before `seen_event` change nothing, so that they may be replayed. What the
    author changed is never overwritten, and what the author removed does not come back: nodes
    that were announced below a removed one are left out. An event that says nothing about the
    outline returns the same draft.
    """
    if _order(event_id) <= _order(draft.seen_event):
        return draft
    match event:
        case OutlineNodeAdded():
            grown = _with_node(draft, event)
        case OutlineTitled():
            grown = _titled(draft, event.title)
        case OutlineTargets():
            grown = _with_targets(draft, event)
        case OutlineReset():
            grown = _withdrawn(draft)
        case TaskStarted() | TaskFailed():
            grown = draft.model_copy(update={"growing": isinstance(event, TaskStarted)})
        case TaskCompleted():
            grown = draft.model_copy(update={"growing": False, "proposed": {}})
        case _:
            return draft
    revision = draft.revision + (grown != draft)
    return grown.model_copy(update={"seen_event": event_id, "revision": revision})


def _order(event_id: EventId) -> tuple[int, int]:
    epoch, _, sequence = event_id.partition("-")
    return int(epoch), int(sequence or 0)


def _with_node(draft: OutlineDraft, event: OutlineNodeAdded) -> OutlineDraft:
    tree = WorkingTree.of(draft.outline)
    parent = event.parent_id or TOP
    if parent not in tree.children:
        return draft
    node = OutlineNode(
        id=event.node_id,
        title=event.title,
        content_summary=event.content_summary,
        target_words=event.target_words,
    )
    if not tree.insert([(TOP, node)], parent, event.after_id):
        return draft
    return draft.model_copy(
        update={
            "outline": tree.outline(),
            "proposed": draft.proposed | {event.node_id: event.title},
            "growing": True,
        }
    )


def _titled(draft: OutlineDraft, title: str) -> OutlineDraft:
    is_ours = draft.proposed.get(TOP) == draft.outline.title
    if draft.outline.title.strip() and not is_ours:
        return draft
    return draft.model_copy(
        update={
            "outline": draft.outline.model_copy(update={"title": title}),
            "proposed": draft.proposed | {TOP: title},
        }
    )


def _with_targets(draft: OutlineDraft, event: OutlineTargets) -> OutlineDraft:
    tree = WorkingTree.of(draft.outline)
    for node_id, words in event.targets.items():
        if node_id in tree.nodes and tree.nodes[node_id].target_words is None:
            tree.set(node_id, {"target_words": words})
    return draft.model_copy(update={"outline": tree.outline()})


def _withdrawn(draft: OutlineDraft) -> OutlineDraft:
    """Take back announced nodes that the author left alone, unless they hold others' work."""
    tree = WorkingTree.of(draft.outline)
    kept: set[NodeId] = set()
    for node_id, node in tree.nodes.items():
        if draft.proposed.get(node_id) != node.title:
            kept.update(_with_ancestors(tree, node_id))
    for node_id in [node_id for node_id in tree.nodes if node_id not in kept]:
        tree.delete(node_id)
    return draft.model_copy(
        update={
            "outline": tree.outline(),
            "proposed": {k: v for k, v in draft.proposed.items() if k in tree.nodes or k == TOP},
            "growing": True,
        }
    )


def _with_ancestors(tree: WorkingTree, node_id: NodeId) -> list[NodeId]:
    found = []
    while node_id != TOP:
        found.append(node_id)
        node_id = tree.parent[node_id]
    return found
