"""How much something is: in the singular where it is one, and as its own language is measured."""

import pytest

from components.change_notes import TEXTS as CHANGES
from components.messages import Messages
from components.reader.findings import findings_shown
from pipeline.domain.documents import Document, Finding, Language
from pipeline.domain.manuscripts import Brief, Manuscript
from pipeline.runtime import Runtime
from tests.runtimes import finish
from tests.ui.conftest import Open
from tests.ui.screens import component_data, text_of


def test_one_section_is_no_sections(running: Runtime, shown: Open, written: Manuscript) -> None:
    document = text_of(shown(running, "document", doc=written.id))
    outline = text_of(shown(running, "outline", doc=written.id))

    assert "1 section " in document
    assert "1 section, " in outline
    assert "for the only section" in outline
    assert "1 sections" not in document + outline


def test_one_of_whatever_is_counted_is_said_so() -> None:
    m = Messages("en")

    one, two = (m.counted("fused", number, CHANGES) for number in (1, 2))

    assert (one, two) == ("1 chapter smoothed again", "2 chapters smoothed again")
    assert m.counted("file.pages", 1) == "1 page"
    assert m.counted("file.words", 9_300) == "9,300 words"


@pytest.mark.parametrize(
    ("interface", "prompt", "unit"),
    [
        ("zh", "Write a report on tidal power", "词"),
        ("zh", "写一份关于潮汐能的报告", "字"),
        ("en", "写一份关于潮汐能的报告", "characters"),
    ],
)
def test_a_document_is_measured_as_its_language_is_on_every_page(
    running: Runtime, shown: Open, interface: Language, prompt: str, unit: str
) -> None:
    manuscript = running.manuscripts.start(Brief(prompt=prompt), [])
    finish(running, manuscript.outline_job)
    finish(running, running.manuscripts.write(manuscript.id).id)
    document = running.manuscripts.open(manuscript.id).manuscript.document
    assert document is not None

    outline = shown(running, "outline", doc=manuscript.id, language=interface)
    read = text_of(shown(running, "document", doc=manuscript.id, language=interface))

    labels = component_data(outline, "longhand_outliner")["labels"]
    assert labels["total_words"] == f"{{n}} {unit}"
    assert f" {unit}" in text_of(outline)
    assert f"{document.word_count:,} {unit}" in read
    assert unit in length_found(document, interface)


def length_found(document: Document, interface: Language) -> str:
    """What is said of a section that misses its length."""
    values: dict[str, str | int] = {"words": 3, "target": 900}
    finding = Finding(kind="length", section_id=document.sections[0].id, values=values)
    shown = findings_shown(document.model_copy(update={"findings": (finding,)}), interface)
    return str(shown[0]["findings"])
