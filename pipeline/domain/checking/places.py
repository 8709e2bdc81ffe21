"""A finding that is about two sentences."""

from collections.abc import Mapping

from pipeline.domain.documents import Finding, NodeId
from pipeline.domain.prose import Sentence

Spot = tuple[NodeId, Sentence]
"""A sentence and the section that it is in."""


def between(kind: str, spot: Spot, earlier: Spot, values: Mapping[str, str | int]) -> Finding:
    """A finding at a sentence, with the earlier one as its second place."""
    (section, sentence), (other, said_before) = spot, earlier
    return Finding(
        kind=kind,
        section_id=section,
        start=sentence.start,
        end=sentence.end,
        other_id=other,
        other_start=said_before.start,
        other_end=said_before.end,
        values=values,
    )
