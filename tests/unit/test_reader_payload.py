"""What the reader is given of a document, and the words of both components."""

import re
from datetime import UTC, datetime

import pytest

from components.board.labels import LABELS as BOARD_LABELS
from components.reader.labels import LABELS as READER_LABELS
from components.reader.payload import (
    citations_shown,
    integrity_sentence,
    references_shown,
    sections_shown,
)
from pipeline.domain.documents import (
    Document,
    DocumentSection,
    Integrity,
    Language,
    NodeId,
    Passage,
    PassageId,
    Reference,
    SectionStatus,
    Source,
    SourceId,
)

MOON, WEB = SourceId("moon"), SourceId("web")


def section(number: str, content: str, **more: str) -> DocumentSection:
    return DocumentSection(
        id=NodeId(number),
        title=f"节 {number}",
        level=number.count(".") + 1,
        number=number,
        content=content,
        **{"status": SectionStatus.DONE} | more,  # type: ignore[arg-type]  # by name, in tests
    )


def document() -> Document:
    return Document(
        title="潮汐",
        content="",
        sections=(
            section("1", ""),
            section("1.1", "月球引起潮汐[@m4]，高潮推迟[@w1]。"),
            section("2", "", status="failed", error_code="model_unavailable", error="secret"),
            section("3", "", status="failed", error_code="never_heard_of"),
        ),
        sources=(
            Source(id=MOON, title="The Moon", file_name="moon.pdf"),
            Source(id=WEB, title="", file_name="表.docx", url="javascript:hurt()"),
        ),
        passages=(
            Passage(
                id=PassageId("w1"),
                source_id=WEB,
                text="五十分钟",
            ),
            Passage(
                id=PassageId("m4"),
                source_id=MOON,
                text="Two bulges.",
                heading_path=("Methods", "Sampling"),
                page=4,
            ),
            Passage(id=PassageId("x"), source_id=SourceId("nobody"), text="not cited"),
        ),
        references=(
            Reference(number=1, source_id=MOON, text="The Moon [Z]."),
            Reference(number=2, source_id=WEB, text="表 [Z]."),
        ),
        generated_at=datetime(2026, 1, 2, tzinfo=UTC),
    )


def test_a_passage_has_the_number_of_its_sources_reference_and_its_place() -> None:
    assert citations_shown(document(), "en") == {
        "m4": {
            "number": 1,
            "text": "Two bulges.",
            "title": "The Moon",
            "url": "",
            "place": "moon.pdf · p. 4 · Methods › Sampling",
        },
        "w1": {"number": 2, "text": "五十分钟", "title": "表.docx", "url": "", "place": "表.docx"},
    }
    assert citations_shown(document(), "zh")["m4"]["place"] == (
        "moon.pdf · 第 4 页 · Methods › Sampling"
    )


def test_only_addresses_that_a_browser_opens_as_a_page_are_links() -> None:
    def url(address: str) -> object:
        shown = document()
        web = shown.sources[1].model_copy(update={"url": address})
        shown = shown.model_copy(update={"sources": (shown.sources[0], web)})
        return citations_shown(shown, "zh")["w1"]["url"]

    assert url("https://tides.example/a") == "https://tides.example/a"
    assert url("data:text/html,x") == ""


def test_sections_carry_their_html_their_markdown_and_why_they_failed() -> None:
    shown = sections_shown(document(), "zh")

    assert [entry["is_leaf"] for entry in shown] == [False, True, True, True]
    assert [entry["failure"] for entry in shown] == ["", "", "模型没有响应。", "正文未通过检查。"]
    assert shown[1]["source"] == "月球引起潮汐[@m4]，高潮推迟[@w1]。"
    assert re.findall(r">\[(\d)\]</button>", str(shown[1]["html"])) == ["1", "2"]


def test_references_are_shown_with_number_and_text() -> None:
    assert references_shown(document()) == [
        {"number": 1, "text": "The Moon [Z]."},
        {"number": 2, "text": "表 [Z]."},
    ]


@pytest.mark.parametrize(
    ("integrity", "language", "sentence"),
    [
        (
            Integrity(citations=63, resolved=63, uncited_sections=2),
            "en",
            "63 citations, all resolved; 2 sections without a source",
        ),
        (
            Integrity(citations=3, resolved=2, unknown_markers=1, failed_sections=1),
            "en",
            "2 of 3 citations resolved; 1 unknown marker removed; 1 section missing",
        ),
        (Integrity(citations=1, resolved=1), "en", "1 citation, resolved"),
        (Integrity(uncited_sections=1), "zh", "没有引用；1 节没有来源"),
        (Integrity(citations=63, resolved=63), "zh", "63 处引用，全部已核对"),
    ],
)
def test_the_integrity_is_one_sentence(
    integrity: Integrity, language: Language, sentence: str
) -> None:
    assert integrity_sentence(integrity, language) == sentence


@pytest.mark.parametrize("labels", [BOARD_LABELS, READER_LABELS])
def test_both_languages_say_everything_with_the_same_places(
    labels: dict[Language, dict[str, str]],
) -> None:
    def places(language: Language) -> dict[str, set[str]]:
        return {key: set(re.findall(r"\{\w+\}", text)) for key, text in labels[language].items()}

    assert places("en") == places("zh")
    assert all(text.strip() for text in labels["en"].values() if text != ", ")
    assert not any(re.search(r"[\u4e00-\u9fff]", text) for text in labels["en"].values())
