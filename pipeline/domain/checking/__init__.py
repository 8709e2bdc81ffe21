"""What an author may want to look at in a text: found by rules, without a model, in both languages.

Each kind of check is a module. They would rather miss something than cry wolf: a finding that is
none costs more trust than one that is missing.
"""

from collections.abc import Callable, Iterable, Mapping
from itertools import islice

from pipeline.domain.checking.abbreviations import abbreviations
from pipeline.domain.checking.contradictions import contradictions
from pipeline.domain.checking.foreign import foreign_paragraphs
from pipeline.domain.checking.leftovers import leftovers
from pipeline.domain.checking.lengths import lengths
from pipeline.domain.checking.markup import broken_markup
from pipeline.domain.checking.repetitions import repetitions
from pipeline.domain.documents import Document, Finding

__all__ = ["findings_of"]

MOST_OF_A_KIND = 30
"""More of one kind say nothing new, and nobody reads them."""

CHECKS: Mapping[str, Callable[[Document], Iterable[Finding]]] = {
    "markdown": broken_markup,
    "leftover": leftovers,
    "language": foreign_paragraphs,
    "contradiction": contradictions,
    "repetition": repetitions,
    "length": lengths,
    "abbreviation": abbreviations,
}
"""By kind, what is most likely a mistake first."""


def findings_of(document: Document) -> tuple[Finding, ...]:
    """All findings, in the order of the document; of each kind at most `MOST_OF_A_KIND`."""
    order = {section.id: place for place, section in enumerate(document.sections)}
    found = [one for check in CHECKS.values() for one in islice(check(document), MOST_OF_A_KIND)]
    opposed = {_place(one) for one in found if one.kind == "contradiction"}
    kept = (one for one in found if one.kind != "repetition" or _place(one) not in opposed)
    return tuple(sorted(kept, key=lambda one: (order[one.section_id], one.start)))


def _place(finding: Finding) -> tuple[str, int]:
    return finding.section_id, finding.start
