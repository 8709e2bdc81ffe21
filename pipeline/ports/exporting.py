"""What builds files from a finished document."""

from typing import Protocol

from pipeline.domain.documents import Document


class Exporter(Protocol):
    """Builds a file from a finished document."""

    def export(self, markdown: str, *, title: str, language: str) -> bytes: ...


class ReferenceExporter(Protocol):
    """Builds a file from the references of a finished document."""

    def export(self, document: Document) -> bytes: ...
