"""Export: a file of a finished document, built when asked for."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from pipeline.domain.documents import Document
from pipeline.errors import InvalidRequest
from pipeline.ports.exporting import Exporter, ReferenceExporter

NAME_CHARS = 80
"""Of a title in a file's name; file systems take 255 bytes, and a Chinese character has three."""


@dataclass(frozen=True, slots=True)
class FileForm:
    """How a file of a format is called and served."""

    ending: str
    media_type: str


FORMS: Mapping[str, FileForm] = {
    "md": FileForm("md", "text/markdown; charset=utf-8"),
    "docx": FileForm(
        "docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    ),
    "pdf": FileForm("pdf", "application/pdf"),
    "html": FileForm("html", "text/html; charset=utf-8"),
    "epub": FileForm("epub", "application/epub+zip"),
    "latex": FileForm("tex", "application/x-tex"),
    "bibtex": FileForm("bib", "application/x-bibtex"),
    "ris": FileForm("ris", "application/x-research-info-systems"),
    "csl-json": FileForm("json", "application/vnd.citationstyles.csl+json"),
}
"""By name: `bibtex`, `ris` and `csl-json` are of a document's references alone."""


@dataclass(frozen=True, slots=True)
class Exporters:
    """All that builds files, each by the name of its format in `FORMS`."""

    of_documents: Mapping[str, Exporter]
    of_references: Mapping[str, ReferenceExporter]


class ExportService:
    """Files of documents and of their references, in the formats of `FORMS`."""

    def __init__(self, load: Callable[[], Exporters]) -> None:
        """`load` is asked for each file, and quick after the first."""
        self._load = load

    def build(self, document: Document, form: str) -> bytes:
        """Raises `InvalidRequest` (`format_unknown`)."""
        self.check(form)
        exporters = self._load()
        if form in exporters.of_references:
            return exporters.of_references[form].export(document)
        exporter = exporters.of_documents[form]
        return exporter.export(document.content, title=document.title, language=document.language)

    def check(self, form: str) -> None:
        """Raises `InvalidRequest` (`format_unknown`)."""
        if form not in FORMS:
            raise InvalidRequest(
                "format_unknown",
                f"There is no export to {form[:40]!r}. There are: {', '.join(FORMS)}.",
                {"format": form[:40], "formats": ", ".join(FORMS)},
            )


def file_name(title: str, form: str) -> str:
    """The title as every file system takes it, with the format's ending."""
    fit = re.sub(r'[\\/:*?"<>|\x00-\x1f\x7f\ud800-\udfff]', " ", title)
    name = " ".join(fit.split()).strip(" .")[:NAME_CHARS].strip(" .")
    return f"{name or 'document'}.{FORMS[form].ending}"
