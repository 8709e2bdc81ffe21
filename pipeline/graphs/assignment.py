"""What all sections of a job share."""

from collections.abc import Mapping
from dataclasses import dataclass

from pipeline.domain.briefs import Commission, Neighbour
from pipeline.domain.documents import NodeId, SourceId
from pipeline.domain.jobs import DocumentGenerationRequest, OwnText
from pipeline.domain.outline import Place, bound_node, leaves
from pipeline.domain.passages import headings_of
from pipeline.domain.units import content_key
from pipeline.ports import Material


@dataclass(frozen=True, slots=True)
class Assignment:
    """What all sections of a job share: made once, and not copied for each of a thousand."""

    commission: Commission
    commission_key: str
    """Of all in the commission that makes texts stale when it changes."""
    material: Material
    targets: Mapping[NodeId, int]
    sections: Mapping[NodeId, tuple[Place, ...]]
    """The leaves of each chapter, in reading order."""
    neighbours: tuple[Neighbour, ...]
    headings: frozenset[str]
    """All of the material."""
    guides: Mapping[str, str]
    """Keys of the requirements and of the style guide, which may be whole books."""
    content: Mapping[SourceId, str]
    """The SHA-256 of each source."""
    abroad: Mapping[NodeId, tuple[str, ...]]
    """What sections are called in the other languages of the material."""
    own: Mapping[NodeId, OwnText]
    """Texts of the author's own."""
    gaps: Mapping[NodeId, str]
    """Sections that are not written now, each with the code of why it has no text."""


def assignment(
    request: DocumentGenerationRequest,
    task: Commission,
    material: Material,
    targets: Mapping[NodeId, int],
    abroad: Mapping[NodeId, tuple[str, ...]] | None = None,
) -> Assignment:
    """Look at the whole outline once, for all of its sections."""
    outline = request.outline
    places = leaves(outline.nodes)
    sections: dict[NodeId, list[Place]] = {node.id: [] for node in outline.nodes}
    for place in places:
        sections[place.chapter.id].append(place)
    return Assignment(
        commission=task,
        commission_key=_commission_key(task),
        material=material,
        targets=targets,
        sections={chapter: tuple(found) for chapter, found in sections.items()},
        neighbours=tuple(
            Neighbour(
                number=p.number,
                title=p.node.title,
                summary=p.node.content_summary,
                path=tuple(node.title for node in p.path[:-1]),
                source_ids=bound_node(p).source_ids,
            )
            for p in places
        ),
        headings=headings_of(material.readings.values()),
        guides={
            "requirements": content_key("requirements", text=task.requirements),
            "style": content_key("style", text=task.style),
        },
        content={each: reading.sha256 for each, reading in material.readings.items()},
        abroad=abroad or {},
        own={text.section_id: text for text in request.own_texts},
        gaps=request.gaps,
    )


def _commission_key(task: Commission) -> str:
    """Title, prompt and length of the whole document stay out: they only give orientation.

    With a new title of the document all its texts would be stale.
    """
    return content_key(
        "commission",
        language=task.language,
        type=task.document_type,
        audience=task.audience,
        tone=task.tone,
        requirements=task.requirements,
        style=task.style,
    )
