"""What the checks found in a document, in words, with the places that it stands at."""

import re
from collections.abc import Mapping, Sequence

from components.marking import Mark
from components.reader.labels import LABELS
from pipeline.domain.documents import (
    Claim,
    Document,
    DocumentSection,
    Finding,
    Language,
    NodeId,
    Support,
)

Labels = Mapping[str, str]
Shown = dict[str, object]

QUOTED_CHARS = 90
"""One line of the list; the place itself is a click away."""

ORDER = (
    *("contradiction", "repetition", "length", "leftover"),
    *("language", "abbreviation", "markdown", "other"),
)
"""What changes the text most comes first."""

VARIANTS = {
    "contradiction": "differs",
    "language": "language",
    "length": "unit",
    "markdown": "problem",
}
"""Kinds that have sentences of their own for the values of one field."""

_MARKERS = re.compile(r"\s*\[@[^\[\]\s]{1,128}\]")
_BLANK = re.compile(r"\{(\w+)\}")


def marks_by_section(document: Document) -> dict[NodeId, list[Mark]]:
    """Where claims (`c0` …) and findings (`f0` …) stand; names count within each section.

    A section that is not changed keeps its names, whatever comes and goes in others.
    """
    marks: dict[NodeId, list[Mark]] = {}
    for section_id, claims in claims_by_section(document).items():
        marks[section_id] = [Mark(c.start, c.end, f"c{at}") for at, c in enumerate(claims)]
    for places in _places(document):
        for section_id, mark in places:
            if mark.end > mark.start:
                marks.setdefault(section_id, []).append(mark)
    return marks


def claims_by_section(document: Document) -> dict[NodeId, list[Claim]]:
    """The claims that want a look, in reading order."""
    claims: dict[NodeId, list[Claim]] = {}
    for claim in document.claims:
        if claim.support is not Support.SUPPORTED:
            claims.setdefault(claim.section_id, []).append(claim)
    return claims


def claims_shown(claims: Sequence[Claim], language: Language) -> list[Shown]:
    """What the popover of each marked sentence of a section says."""
    labels = LABELS[language]
    return [
        {
            "name": f"c{at}",
            "kind": claim.support.value,
            "title": labels[f"claim_{claim.support.value}"],
            "says": _says(claim, labels),
            "passages": list(claim.passage_ids),
        }
        for at, claim in enumerate(claims)
    ]


def findings_shown(document: Document, language: Language) -> list[Shown]:
    """The findings by kind, each as a sentence with the places that it leads to."""
    labels = LABELS[language]
    unit = "characters" if document.language == "zh" else "words"
    sections = {section.id: section for section in document.sections}
    groups: dict[str, list[Shown]] = {}
    for finding, places in zip(document.findings, _places(document), strict=True):
        if finding.section_id in sections:
            kind = finding.kind if finding.kind in ORDER else "other"
            values = {**finding.values, "unit": unit}
            told = finding.model_copy(update={"values": values})
            shown = _finding_shown(told, places, sections, labels)
            groups.setdefault(kind, []).append(shown)
    return [
        {"kind": kind, "name": labels[f"group_{kind}"], "findings": groups[kind]}
        for kind in ORDER
        if kind in groups
    ]


def _places(document: Document) -> list[list[tuple[NodeId, Mark]]]:
    """For each finding the place or the two places that it is about."""
    counts: dict[NodeId, int] = {}

    def place(section_id: NodeId, start: int, end: int) -> tuple[NodeId, Mark]:
        at = counts.get(section_id, 0)
        counts[section_id] = at + 1
        return section_id, Mark(start, end, f"f{at}")

    return [
        [place(finding.section_id, finding.start, finding.end)]
        + (
            [place(finding.other_id, finding.other_start, finding.other_end)]
            if finding.other_id is not None
            else []
        )
        for finding in document.findings
    ]


def _says(claim: Claim, labels: Labels) -> list[str]:
    """Why it is marked, what a model said of it, and how far that can be trusted."""
    reasons = [labels[key] for r in claim.reasons if (key := f"reason_{r}") in labels]
    said = [labels[f"why_{claim.support.value}"], *dict.fromkeys(reasons)]
    if claim.opinion:
        said.append(labels[f"opinion_{claim.opinion}"])
    return [*said, labels["compared"]]


def _finding_shown(
    finding: Finding,
    places: Sequence[tuple[NodeId, Mark]],
    sections: Mapping[NodeId, DocumentSection],
    labels: Labels,
) -> Shown:
    section = sections[finding.section_id]
    other = sections.get(finding.other_id) if finding.other_id is not None else None
    values = {key: _figure(value) for key, value in finding.values.items()}
    quoted = _quoted(section.content, finding.start, finding.end)
    values["text"] = quoted or values.get("text") or section.title
    if other is not None:
        values["other"] = other.number or other.title
        values["other_text"] = _quoted(other.content, finding.other_start, finding.other_end)
    to = [{"section": section_id, "mark": mark.name} for section_id, mark in places]
    return {
        "number": section.number or section.title,
        "words": _sentence(finding.kind, values, labels),
        "places": to if other is not None else to[:1],
        "other": values.get("other", ""),
    }


def _sentence(kind: str, values: Mapping[str, str], labels: Labels) -> str:
    """The most telling sentence whose blanks can all be filled."""
    variant = values.get(VARIANTS.get(kind, ""), "")
    for key in (f"finding_{kind}_{variant}", f"finding_{kind}", "finding_other"):
        label = labels.get(key)
        if label is not None and set(_BLANK.findall(label)) <= values.keys():
            return _BLANK.sub(lambda blank: values[blank[1]], label)
    return values["text"]


def _figure(value: str | int) -> str:
    return f"{value:,}" if isinstance(value, int) else value


def _quoted(content: str, start: int, end: int) -> str:
    """A stretch of a section on one line, without its citations."""
    words = " ".join(_MARKERS.sub("", content[start:end]).split())
    return words if len(words) <= QUOTED_CHARS else f"{words[: QUOTED_CHARS - 1].rstrip()}…"
