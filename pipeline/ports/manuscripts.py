"""What the service needs to keep manuscripts; an adapter provides it."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Protocol

from pipeline.domain.jobs import JobKind, ManuscriptId
from pipeline.domain.manuscripts import Listed, Manuscript, OutlineDraft
from pipeline.domain.units import StoredUnit


class ManuscriptStore(Protocol):
    """The author's manuscripts; each change renews their expiry, and that of their files."""

    def save(self, manuscript: Manuscript) -> None: ...

    def load(self, manuscript_id: ManuscriptId) -> Manuscript:
        """Raises `NotFound`."""

    def change(
        self, manuscript_id: ManuscriptId, change: Callable[[Manuscript], Manuscript]
    ) -> Manuscript:
        """Apply a pure change atomically; it may run more than once. Raises `NotFound`."""

    def outline(self, manuscript_id: ManuscriptId) -> OutlineDraft:
        """Raises `NotFound`."""

    def change_outline(
        self, manuscript_id: ManuscriptId, change: Callable[[OutlineDraft], OutlineDraft]
    ) -> OutlineDraft:
        """Apply a pure change to the outline draft atomically. Raises `NotFound`."""

    def units(self, manuscript_id: ManuscriptId, kind: JobKind) -> Mapping[str, StoredUnit]:
        """What its jobs of that kind have finished, for later ones to use."""

    def finished(self, manuscript_id: ManuscriptId, kind: JobKind) -> Collection[str]:
        """The names of these units, without what they hold."""

    def listed(self, *, limit: int | None = None) -> Sequence[Listed]:
        """Manuscripts, last changed first; without a limit, all."""

    def delete(self, manuscript_id: ManuscriptId) -> None:
        """Whoever saves it again within the hour gets its units back."""
