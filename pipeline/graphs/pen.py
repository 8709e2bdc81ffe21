"""Where an author's pieces of a section go, and where the section stands while it is written."""

from dataclasses import dataclass

from pipeline.domain.documents import SectionStatus
from pipeline.domain.outline import Place
from pipeline.graphs.tools import Tools


@dataclass(slots=True)
class Pen:
    """Where an author's pieces of a section go."""

    place: Place
    tools: Tools
    has_written: bool = False

    def write(self, piece: str) -> None:
        """An empty piece says that the text starts over."""
        self.has_written = bool(piece)
        if piece:
            self.tools.journal.write(self.place.node.id, piece)
        else:
            self._tell(SectionStatus.WRITING)

    def wait(self, waits: bool) -> None:
        """Say that it waits for the budget, or begins now; a text that is there stays shown."""
        if not self.has_written:
            self._tell(SectionStatus.WAITING if waits else SectionStatus.WRITING)

    def _tell(self, state: SectionStatus) -> None:
        self.tools.journal.tell(self.tools.section(self.place, state))
