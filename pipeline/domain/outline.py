"""Pure operations on an outline tree: walk, number, split, check."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from pipeline.domain.documents import NodeId, Outline, OutlineNode
from pipeline.errors import InvalidRequest, TooLarge

MAX_TITLE_CHARS = 500
"""A longer title is a pasted paragraph; no heading needs it."""

FEWEST_WORDS = 80
"""A section without a target gets at least these: fewer make no paragraph."""


@dataclass(frozen=True, slots=True)
class Place:
    """A node with its place in the tree; chapters have depth 1 and a path of themselves."""

    node: OutlineNode
    number: str
    path: tuple[OutlineNode, ...]

    @property
    def depth(self) -> int:
        return len(self.path)

    @property
    def is_leaf(self) -> bool:
        return not self.node.children

    @property
    def chapter(self) -> OutlineNode:
        return self.path[0]

    @property
    def parent(self) -> OutlineNode | None:
        return self.path[-2] if len(self.path) > 1 else None


def walk(nodes: Sequence[OutlineNode]) -> Iterator[Place]:
    """Yield every node in reading order, with its number ("2.1.3") and its path from the top."""
    stack = [Place(n, str(i), (n,)) for i, n in reversed(list(enumerate(nodes, start=1)))]
    while stack:
        place = stack.pop()
        yield place
        below = list(enumerate(place.node.children, start=1))
        stack.extend(
            Place(child, f"{place.number}.{i}", (*place.path, child))
            for i, child in reversed(below)
        )


def leaves(nodes: Sequence[OutlineNode]) -> list[Place]:
    """The sections that are written, in reading order."""
    return [place for place in walk(nodes) if place.is_leaf]


def tidied(outline: Outline) -> Outline:
    """The outline with all titles trimmed and on one line."""

    def tidy(node: OutlineNode) -> OutlineNode:
        return node.model_copy(
            update={
                "title": " ".join(node.title.split()),
                "content_summary": node.content_summary.strip(),
                "notes": node.notes.strip(),
                "children": tuple(tidy(child) for child in node.children),
            }
        )

    return Outline(
        title=" ".join(outline.title.split()), nodes=tuple(tidy(node) for node in outline.nodes)
    )


def check(outline: Outline, *, max_nodes: int, max_depth: int) -> None:
    """Refuse an outline that cannot be written as it stands.

    Raises:
        InvalidRequest: `outline_title_empty`, `outline_empty`, `node_title_empty`,
            `node_title_too_long`, `node_id_twice`.
        TooLarge: `outline_too_many_nodes`, `outline_too_deep`.
    """
    if not outline.title.strip():
        raise InvalidRequest("outline_title_empty", "The outline has no title. Give it one.")
    if not outline.nodes:
        raise InvalidRequest(
            "outline_empty", "The outline has no nodes. Add at least one, with a title."
        )
    seen: set[NodeId] = set()
    for count, place in enumerate(walk(outline.nodes), start=1):
        if count > max_nodes:
            raise TooLarge(
                "outline_too_many_nodes",
                f"The outline has more than {max_nodes} nodes. Split it into several documents.",
                {"limit": max_nodes},
            )
        if place.depth > max_depth:
            raise TooLarge(
                "outline_too_deep",
                f"Node {place.number} is deeper than {max_depth} levels. Move it up.",
                {"limit": max_depth, "number": place.number},
            )
        _check_node(place, seen)
        seen.add(place.node.id)


def check_sections(outline: Outline, own_texts: Sequence[NodeId], gaps: Collection[NodeId]) -> None:
    """Refuse what is said of nodes that the outline does not have, or twice of one.

    A text may also stand before the sections below a node; a gap is a section.

    Raises:
        InvalidRequest: `section_unknown`, `own_text_twice`.
    """
    places = list(walk(outline.nodes))
    written = {place.node.id for place in places if place.is_leaf}
    _check_named("gaps", gaps, written, "Name a node without children.")
    nodes = {place.node.id for place in places}
    _check_named("own_texts", own_texts, nodes, "Name one of its nodes.")
    seen: set[NodeId] = set()
    for section_id in own_texts:
        if section_id in seen:
            raise InvalidRequest(
                "own_text_twice",
                f"own_texts has two texts for section {section_id!r}. Send one.",
                {"id": section_id},
            )
        seen.add(section_id)


def _check_named(
    field: str, named: Collection[NodeId], known: Collection[NodeId], advice: str
) -> None:
    for section_id in named:
        if section_id not in known:
            raise InvalidRequest(
                "section_unknown",
                f"{field} names {section_id!r}, which is no section of the outline. {advice}",
                {"id": section_id, "field": field},
            )


def _check_node(place: Place, seen: set[NodeId]) -> None:
    title = place.node.title.strip()
    if not title:
        raise InvalidRequest(
            "node_title_empty",
            f"Node {place.number} has no title. Give it one, or remove it.",
            {"number": place.number},
        )
    if len(title) > MAX_TITLE_CHARS:
        raise InvalidRequest(
            "node_title_too_long",
            f"The title of node {place.number} is longer than {MAX_TITLE_CHARS} characters.",
            {"number": place.number, "limit": MAX_TITLE_CHARS},
        )
    if place.node.id in seen:
        raise InvalidRequest(
            "node_id_twice",
            f"The id {place.node.id!r} stands twice in the outline. Make ids unique.",
            {"id": place.node.id},
        )


def bound_node(place: Place) -> OutlineNode:
    """The node whose sources are searched first: itself, or the nearest above it that has some."""
    return next((node for node in reversed(place.path) if node.source_ids), place.node)


def word_targets(outline: Outline, total: int) -> dict[NodeId, int]:
    """How many words each section gets: its own target, or an equal share of what is left.

    When too little is left, as for a section that is added to a proposal in which all others
    have a target, it gets as many as the others have.

    Args:
        outline: The tree; targets of nodes that hold others are ignored.
        total: Words of the whole document (characters in Chinese).
    """
    sections = leaves(outline.nodes)
    own = {p.node.id: p.node.target_words for p in sections if p.node.target_words}
    rest = [p.node.id for p in sections if p.node.id not in own]
    return own | dict.fromkeys(rest, _share(total, list(own.values()), len(rest)))


def _share(total: int, own: Sequence[int], rest: int) -> int:
    """Words for each of the `rest` sections that have no target of their own."""
    if not rest:
        return 0
    left = (total - sum(own)) // rest
    if left >= FEWEST_WORDS:
        return left
    # The mean of a few targets says nothing of the others: one long section, and all were long.
    most_have_one = bool(own) and len(own) >= rest
    usual = sum(own) // len(own) if most_have_one else total // (len(own) + rest)
    return max(FEWEST_WORDS, usual)
