"""Whether a section is rightly said to have no material: labelled by hand, on files kept apart."""

from collections.abc import Mapping, Sequence

from components.examples import EXAMPLES
from evals.labelled_sections import SECTIONS, Labelled
from evals.table import Row
from pipeline.adapters.passage_index import PassageIndex
from pipeline.adapters.reading.extract import to_reading
from pipeline.adapters.reading.from_markdown import extract
from pipeline.adapters.reading.limits import Limits
from pipeline.domain.coverage import PASSAGES_PER_SECTION, Looked, coverage, query_of
from pipeline.domain.documents import NodeId, Outline, OutlineNode, SourceId
from pipeline.domain.outline import leaves

KEPT_APART: Mapping[str, str] = {"grid": "English", "evaluation": "Chinese"}
"""The thresholds were set on the other two examples."""

FOUND = 0.75
"""Goal: of the sections without material most are named; one that is not costs nobody anything."""

FILE = SourceId("file")


def rows() -> list[Row]:
    """Sections that are called uncovered, rightly and wrongly."""
    found: list[Row] = []
    for name, language in KEPT_APART.items():
        labelled = SECTIONS[name]
        told = set(uncovered(name, labelled))
        wrong = sum(1 for title, _, _ in labelled.covered if title in told)
        right = sum(1 for title, _, _ in labelled.uncovered if title in told)
        share = right / len(labelled.uncovered)
        found += [
            Row(
                f"sections without material, {language}: named",
                share,
                "",
                f"≥ {FOUND:.3f}",
                share >= FOUND,
                f"{right} of {len(labelled.uncovered)}",
            ),
            Row(
                f"sections with material, {language}: wrongly named",
                wrong / len(labelled.covered),
                "",
                "0.000",
                wrong == 0,
                f"{wrong} of {len(labelled.covered)}",
            ),
        ]
    return found


def uncovered(example: str, labelled: Labelled) -> Sequence[str]:
    """Titles of the sections of which a bundled example is said to hold nothing."""
    bundled, data = EXAMPLES[example], EXAMPLES[example].content()
    limits = Limits()
    reading = to_reading(bundled.file_name, data, extract(bundled.file_name, data, limits), limits)
    index = PassageIndex({FILE: reading})
    nodes = [
        OutlineNode(
            id=NodeId(f"{number} above"),
            title=above,
            children=(OutlineNode(id=NodeId(title), title=title, content_summary=summary),),
        )
        for number, (title, summary, above) in enumerate((*labelled.covered, *labelled.uncovered))
    ]
    outline = Outline(title=labelled.title, nodes=tuple(nodes))
    looked = [
        Looked(place, index.find(query_of(place), limit=PASSAGES_PER_SECTION))
        for place in leaves(outline.nodes)
    ]
    return coverage(outline, looked, {FILE: reading.language}).uncovered
