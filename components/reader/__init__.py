"""The reader: a finished document with contents, citations, references and editing in place."""

import json
from functools import cache
from pathlib import Path

import streamlit as st
from streamlit.components.v2.types import ComponentRenderer

from components.assets import loader
from components.reader.findings import findings_shown
from components.reader.labels import LABELS
from components.reader.payload import (
    citations_shown,
    integrity_sentence,
    references_shown,
    sections_shown,
)
from pipeline.domain.documents import Document, Language, NodeId


def reader(
    *,
    key: str,
    document: Document,
    language: Language,
    post: str | None = None,
    revision: int | None = None,
    can_retry: bool = False,
) -> NodeId | None:
    """Draw a document, and return the failed section that the author wants tried again.

    The document's title is the page's to draw. After an edit was saved the page runs again, and
    has to pass the document as it then is.

    Args:
        key: One per document.
        document: What is shown.
        language: Of the interface.
        post: Relative address that takes `{"section_id", "content", "revision"}`; None: the
            document can only be read.
        revision: Of the document that is shown, handed back with an edit.
        can_retry: Whether a failed section offers to be tried again.
    """
    data = {
        "labels": LABELS[language],
        "language": language,
        "document_language": document.language,
        "sections": sections_shown(document, language),
        "citations": citations_shown(document, language),
        "references": references_shown(document),
        "integrity": integrity_sentence(document.integrity, language),
        "findings": findings_shown(document, language),
        "post": post,
        "revision": revision,
        "can_retry": can_retry,
    }
    result = _component()(
        key=key,
        data=json.dumps(data, ensure_ascii=False),
        on_edited_change=lambda: None,
        on_retry_change=lambda: None,
    )
    asked = result.get("retry")
    return NodeId(asked) if isinstance(asked, str) else None


@cache
def _style_sheet() -> str:
    sheets = sorted(Path(__file__).parent.glob("*.css"))
    return "\n".join(sheet.read_text(encoding="utf-8") for sheet in sheets)


def _component() -> ComponentRenderer:
    """Not isolated: a selection inside a shadow root can be read in one browser only."""
    return st.components.v2.component(
        "longhand_reader",
        css=_style_sheet(),
        js=loader("reader", "reader.js"),
        isolate_styles=False,
    )
