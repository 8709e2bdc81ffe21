"""Export: a file of a finished document, built when asked for."""

from collections.abc import Mapping

from pipeline.domain.documents import Document
from pipeline.errors import InvalidRequest
from pipeline.ports import Exporter


class ExportService:
    """The formats that this installation can build, by their file ending."""

    def __init__(self, exporters: Mapping[str, Exporter]) -> None:
        self._exporters = dict(exporters)

    def build(self, document: Document, form: str) -> bytes:
        """Raises `InvalidRequest` (`format_unknown`)."""
        exporter = self._exporters.get(form)
        if exporter is None:
            known = ", ".join(sorted(self._exporters))
            raise InvalidRequest(
                "format_unknown",
                f"There is no export to {form!r}; there is {known}.",
                {"format": form},
            )
        return exporter.export(document.content, title=document.title, language=document.language)
