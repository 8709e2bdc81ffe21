"""How the outline job's events grow the draft while the author already edits it."""

from collections.abc import Iterable

from pipeline.domain.documents import NodeId, OutlineNode
from pipeline.domain.jobs import (
    START,
    EventId,
    JobEvent,
    OutlineNodeAdded,
    OutlineReset,
    OutlineSources,
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
        update={
            "seen_event": START,
            "growing": True,
            "removed": (),
            "settled": (),
            "revision": draft.revision + 1,
        }
    )


def grow(draft: OutlineDraft, event_id: EventId, event: JobEvent) -> OutlineDraft:
    """Fold one event of the outline job into the draft; see `grow_all`."""
    return grow_all(draft, [(event_id, event)])


def grow_all(draft: OutlineDraft, events: Iterable[tuple[EventId, JobEvent]]) -> OutlineDraft:
    """Fold events of the outline job into the draft, in their order.

    Events at or before `seen_event` change nothing, so that they may be replayed. What the
    author changed is never overwritten, and what the author removed does not come back: a node
    that is announced again, and whatever is announced below it, is left out. Events that say
    nothing about the outline return the same draft.
    """
    growing = _Growing(draft)
    for event_id, event in events:
        if _order(event_id) > _order(growing.seen_event):
            growing.take(event_id, event)
    return growing.draft()


class _Growing:
    """A draft taken apart while events are folded into it."""

    def __init__(self, draft: OutlineDraft) -> None:
        self.seen_event = draft.seen_event
        self._before = draft
        self._tree = WorkingTree.of(draft.outline)
        self._proposed = dict(draft.proposed)
        self._removed = frozenset(draft.removed)
        self._settled = frozenset(draft.settled)
        self._uncovered = draft.uncovered
        self._carried = draft.carried
        self._growing = draft.growing
        self._revision = draft.revision

    def take(self, event_id: EventId, event: JobEvent) -> None:
        match event:
            case OutlineNodeAdded():
                changed = self._add(event)
            case OutlineTitled():
                changed = self._name(event.title)
            case OutlineTargets():
                changed = self._set_targets(event)
            case OutlineSources():
                changed = self._set_sources(event)
            case OutlineReset():
                changed = self._withdraw()
            case TaskStarted() | TaskFailed():
                changed = self._go_on(isinstance(event, TaskStarted))
            case TaskCompleted():
                changed = self._complete()
            case _:
                return
        self.seen_event = event_id
        self._revision += changed

    def draft(self) -> OutlineDraft:
        if self.seen_event == self._before.seen_event:
            return self._before
        return self._before.model_copy(
            update={
                "outline": self._tree.outline(),
                "proposed": self._proposed,
                "removed": self._before.removed if self._removed else (),
                "settled": self._before.settled if self._settled else (),
                "uncovered": self._uncovered,
                "carried": self._carried,
                "growing": self._growing,
                "seen_event": self.seen_event,
                "revision": self._revision,
            }
        )

    def _add(self, event: OutlineNodeAdded) -> bool:
        parent = event.parent_id or TOP
        if parent not in self._tree.children or event.node_id in self._removed:
            return False
        node = OutlineNode(
            id=event.node_id,
            title=event.title,
            content_summary=event.content_summary,
            notes=event.notes,
            target_words=event.target_words,
        )
        if not self._tree.insert([(TOP, node)], parent, event.after_id):
            return False
        self._proposed[event.node_id] = event.title
        self._growing = True
        return True

    def _name(self, title: str) -> bool:
        now = self._tree.title
        is_ours = self._proposed.get(TOP) == now
        if now.strip() and not is_ours:
            return False
        self._tree.title = self._proposed[TOP] = title
        return title != now or not is_ours

    def _set_targets(self, event: OutlineTargets) -> bool:
        changed = False
        for node_id, words in event.targets.items():
            if node_id in self._tree.nodes and self._tree.nodes[node_id].target_words is None:
                changed |= self._tree.set(node_id, {"target_words": words})
        return changed

    def _set_sources(self, event: OutlineSources) -> bool:
        """Bind and mark what the author has not named or bound meanwhile."""
        changed = False
        for node_id, sources in event.sources.items():
            node = self._tree.nodes.get(node_id)
            if node is not None and node_id not in self._settled:
                changed |= self._tree.set(node_id, {"source_ids": sources})
        uncovered = tuple(each for each in event.uncovered if each not in self._settled)
        changed |= (self._uncovered, self._carried) != (uncovered, event.carried)
        self._uncovered, self._carried = uncovered, event.carried
        return changed

    def _withdraw(self) -> bool:
        """Take back announced nodes that the author left alone, unless they hold others' work."""
        tree = self._tree
        kept: set[NodeId] = set()
        for node_id, node in tree.nodes.items():
            if self._proposed.get(node_id) != node.title:
                kept.update(_with_ancestors(tree, node_id))
        gone = [node_id for node_id in tree.nodes if node_id not in kept]
        for node_id in gone:
            tree.delete(node_id)
        self._proposed = {k: v for k, v in self._proposed.items() if k in tree.nodes or k == TOP}
        return self._go_on(True) or bool(gone)

    def _go_on(self, growing: bool) -> bool:
        changed = self._growing != growing
        self._growing = growing
        return changed

    def _complete(self) -> bool:
        changed = self._growing or bool(self._proposed or self._removed or self._settled)
        self._growing, self._proposed = False, {}
        self._removed = self._settled = frozenset()
        return changed


def _order(event_id: EventId) -> tuple[int, int]:
    epoch, _, sequence = event_id.partition("-")
    return int(epoch), int(sequence or 0)


def _with_ancestors(tree: WorkingTree, node_id: NodeId) -> list[NodeId]:
    found = []
    while node_id != TOP:
        found.append(node_id)
        node_id = tree.parent[node_id]
    return found
