"""Export: a file of a finished document, built when asked for."""

from collections.abc import Mapping

from pipeline.domain.documents import Document
from pipeline.errors import InvalidRequest
from pipeline.ports import Exporter, ReferenceExporter


class ExportService:
    """The formats that this installation can build, each by its name.

    Of the whole document they are called by their file ending (`md`, `docx`), of its references
    alone `bibtex`, `ris` and `csl-json`.
    """

    def __init__(
        self, exporters: Mapping[str, Exporter], references: Mapping[str, ReferenceExporter]
    ) -> None:
        self._exporters = dict(exporters)
        self._references = dict(references)

    def build(self, document: Document, form: str) -> bytes:
        """Raises `InvalidRequest` (`format_unknown`)."""
        if form in self._references:
            return self._references[form].export(document)
        exporter = self._exporters.get(form)
        if exporter is None:
            known = ", ".join(sorted([*self._exporters, *self._references]))
            raise InvalidRequest(
                "format_unknown",
                f"There is no export to {form!r}; there is {known}.",
                {"format": form},
            )
        return exporter.export(document.content, title=document.title, language=document.language)
