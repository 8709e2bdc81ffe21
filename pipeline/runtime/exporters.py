"""All that builds files; imported with the first one, see `docs/decisions/0005-late-imports.md`."""

from collections.abc import Callable
from datetime import datetime

from pipeline.adapters.export_docx import DocxExporter
from pipeline.adapters.export_markdown import MarkdownExporter
from pipeline.adapters.export_pandoc import PandocExporter
from pipeline.adapters.export_pdf import PdfExporter
from pipeline.adapters.export_references import BibtexExporter, CslJsonExporter, RisExporter
from pipeline.service.exports import Exporters


def exporters(now: Callable[[], datetime]) -> Exporters:
    """By the name of the format."""
    return Exporters(
        {
            "md": MarkdownExporter(),
            "docx": DocxExporter(),
            "pdf": PdfExporter(now),
            "html": PandocExporter("html", now),
            "epub": PandocExporter("epub", now),
            "latex": PandocExporter("latex", now),
        },
        {"bibtex": BibtexExporter(), "ris": RisExporter(), "csl-json": CslJsonExporter()},
    )
