"""Changes to a finished document: each is one atomic step, and makes a new revision."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from pipeline.domain.assembly import edited, restyled
from pipeline.domain.documents import CitationStyle, Document
from pipeline.domain.jobs import ManuscriptId
from pipeline.domain.manuscripts import EarlierText, Manuscript, earlier_text
from pipeline.errors import NotFound
from pipeline.ports import Bibliographer, Intake
from pipeline.ports.manuscripts import ManuscriptStore

Change = Callable[[Manuscript, Document], Mapping[str, object]]
"""The fields of the manuscript that a change sets; it may run more than once, and may refuse."""


@dataclass(frozen=True, slots=True)
class Outside:
    """What reads files and words references; both block the calling thread."""

    intake: Intake
    bibliographer: Bibliographer


@dataclass(frozen=True, slots=True)
class Revisions:
    """Changes documents behind one store."""

    store: ManuscriptStore
    bibliographer: Bibliographer
    now: Callable[[], datetime]

    def revise(self, manuscript_id: ManuscriptId, change: Change) -> Document:
        """Raises `NotFound`, and whatever `change` raises."""

        def step(current: Manuscript) -> Manuscript:
            fields = change(current, _document(current))
            step_fields = {"revision": current.revision + 1, "updated_at": self.now()}
            return current.model_copy(update={**step_fields, **fields})

        return _document(self.store.change(manuscript_id, step))

    def restyle(
        self,
        manuscript_id: ManuscriptId,
        style: CitationStyle,
        refuse: Callable[[Manuscript], None],
    ) -> Document:
        """Word the reference list anew, in the calling thread, and put it into the document.

        `refuse` raises where the document must not be changed.
        """
        manuscript = self.store.load(manuscript_id)
        refuse(manuscript)
        sources = _document(manuscript).sources
        entries = self.bibliographer.format(
            sources, style=style, language=_document(manuscript).language
        )

        def change(current: Manuscript, document: Document) -> Mapping[str, object]:
            refuse(current)
            return {
                "document": restyled(document, style, entries),
                "brief": current.brief.model_copy(update={"citation_style": style}),
            }

        return self.revise(manuscript_id, change)

    def put_back(
        self,
        manuscript_id: ManuscriptId,
        earlier: EarlierText,
        refuse: Callable[[Manuscript], None],
    ) -> Document:
        """Let an earlier text stand again; today's becomes an earlier one, to undo this."""

        def change(current: Manuscript, document: Document) -> Mapping[str, object]:
            refuse(current)
            return _with_text_of_before(current, document, earlier, self.now())

        return self.revise(manuscript_id, change)


def _with_text_of_before(
    manuscript: Manuscript, document: Document, earlier: EarlierText, now: datetime
) -> Mapping[str, object]:
    """The fields of a manuscript in which an earlier text stands again, and today's is kept."""
    standing = next((s for s in document.sections if s.id == earlier.section_id), None)
    sources = {source.id for source in document.sources}
    found = [passage for passage in earlier.passages if passage.source_id in sources]
    changed = edited(document, earlier.section_id, earlier.content, found, by_hand=earlier.by_hand)
    others = [each for each in manuscript.earlier_texts if each != earlier]
    if standing is not None and standing.content:
        others.insert(0, earlier_text(standing, document, now))
    kept = tuple(each for each in manuscript.anew if each != earlier.section_id)
    return {"document": changed, "earlier_texts": tuple(others), "anew": kept}


def _document(manuscript: Manuscript) -> Document:
    if manuscript.document is None:
        raise NotFound("This manuscript has no document yet.")
    return manuscript.document
