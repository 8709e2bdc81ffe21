"""What the reader is given of a document, and the words of both components."""

import re
from datetime import UTC, datetime

import pytest

from components.board.labels import LABELS as BOARD_LABELS
from components.reader.findings import findings_shown
from components.reader.labels import LABELS as READER_LABELS
from components.reader.payload import (
    citations_shown,
    integrity_sentence,
    references_shown,
    sections_shown,
)
from components.rendering import _rendered
from pipeline.domain.documents import (
    Claim,
    Document,
    DocumentSection,
    Finding,
    Integrity,
    Language,
    NodeId,
    Passage,
    PassageId,
    Publication,
    Reference,
    SectionStatus,
    Source,
    SourceId,
    Support,
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


@pytest.mark.parametrize(
    ("name", "language", "place"),
    [
        ("moon.pdf", "en", "pp. 4–5"),
        ("moon.pdf", "zh", "第 4–5 页"),
        ("moon.pptx", "en", "slides 4–5"),
        ("moon.pptx", "zh", "第 4–5 张幻灯片"),
    ],
)
def test_a_passage_that_goes_on_over_a_page_names_both(
    name: str, language: Language, place: str
) -> None:
    source = Source(id=MOON, title="The Moon", file_name=name)
    _, passage, _ = document().passages
    shown = document().model_copy(
        update={
            "sources": (source, document().sources[1]),
            "passages": (passage.model_copy(update={"last_page": 5}),),
        }
    )

    assert citations_shown(shown, language)["m4"]["place"] == (
        f"{name} · {place} · Methods › Sampling"
    )


def test_a_passage_of_a_presentation_stands_on_a_slide() -> None:
    deck = Source(id=MOON, title="The Moon", file_name="moon.PPTX")
    shown = document().model_copy(update={"sources": (deck, document().sources[1])})

    assert citations_shown(shown, "en")["m4"]["place"] == "moon.PPTX · slide 4 · Methods › Sampling"
    assert "第 4 张幻灯片" in str(citations_shown(shown, "zh")["m4"]["place"])


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
    assert [entry["failure"] for entry in shown] == ["", "", "模型没有响应。", "原因不明。"]
    assert shown[1]["source"] == "月球引起潮汐[@m4]，高潮推迟[@w1]。"
    assert re.findall(r">\[(\d)\]</button>", str(shown[1]["html"])) == ["1", "2"]


def test_a_page_of_the_web_is_shown_with_its_dates() -> None:
    shown = document()
    page = shown.sources[1].model_copy(
        update={
            "url": "https://tides.example/表",
            "publication": Publication(issued="2024-05", accessed="2026-11-24"),
        }
    )
    shown = shown.model_copy(update={"sources": (shown.sources[0], page)})

    def place(language: Language) -> str:
        return str(citations_shown(shown, language)["w1"]["place"])

    assert place("en") == "表.docx · published 2024-05 · read 2026-11-24"
    assert place("zh") == "表.docx · 发表于 2024-05 · 读取于 2026-11-24"


def test_references_are_shown_in_their_style_or_as_plain_text() -> None:
    shown = document()
    moon = shown.sources[0].model_copy(update={"entry": "*The Moon* \\[Z\\]."})
    shown = shown.model_copy(update={"sources": (moon, shown.sources[1])})

    assert references_shown(shown) == [
        {"number": 1, "text": "The Moon [Z].", "html": "<em>The Moon</em> [Z]."},
        {"number": 2, "text": "表 [Z].", "html": ""},
    ]


def claim(section_id: str, start: int, end: int, support: Support, **more: object) -> Claim:
    return Claim(
        section_id=NodeId(section_id),
        start=start,
        end=end,
        support=support,
        **more,  # type: ignore[arg-type]  # by name, in tests
    )


def doubtful() -> Document:
    return document().model_copy(
        update={
            "claims": (
                claim("1.1", 0, 4, Support.SUPPORTED),
                claim("1.1", 0, 11, Support.CHECK, passage_ids=("m4",), reasons=("name", "?")),
                claim("1.1", 12, 21, Support.NOT_FOUND, opinion="supported"),
            )
        }
    )


def test_a_sentence_that_wants_a_look_is_marked_and_says_why() -> None:
    shown = sections_shown(doubtful(), "zh")[1]

    assert re.findall(r'data-marks="(\w+)">([^<]+)', str(shown["html"])) == [
        ("c0", "月球引起潮汐"),
        ("c1", "高潮推迟"),
    ]
    assert shown["claims"] == [
        {
            "name": "c0",
            "kind": "check",
            "title": "值得核对",
            "says": [
                "这句话里有内容未在所引段落中找到。",
                "其中的名称未在所引段落中出现。",
                "由程序比对，仅供参考，不是定论。",
            ],
            "passages": ["m4"],
        },
        {
            "name": "c1",
            "kind": "not_found",
            "title": "来源中未见",
            "says": [
                "这句话引用的段落讲的似乎是别的内容。",
                "模型的第二意见：所引段落支持这句话。",
                "由程序比对，仅供参考，不是定论。",
            ],
            "passages": [],
        },
    ]


def finding(kind: str, section_id: str, **more: object) -> Finding:
    return Finding(kind=kind, section_id=NodeId(section_id), **more)  # type: ignore[arg-type]


def line(number: str, words: str, *places: tuple[str, str], other: str = "") -> dict[str, object]:
    to = [{"section": section_id, "mark": mark} for section_id, mark in places]
    return {"number": number, "words": words, "places": to, "other": other}


def test_findings_are_grouped_by_kind_with_a_sentence_and_their_places() -> None:
    shown = document().model_copy(
        update={
            "findings": (
                finding("length", "3", values={"words": 1200, "target": 400}),
                finding("repetition", "1.1", start=0, end=11, other_id=NodeId("2"), other_end=0),
                finding("never_heard_of", "1.1", start=12, end=21),
                finding("abbreviation", "1.1"),
                finding("length", "gone"),
            )
        }
    )

    groups = findings_shown(shown, "en")

    repeated = line("1.1", "repeats 2: “月球引起潮汐”", ("1.1", "f0"), ("2", "f0"), other="2")
    assert [(g["kind"], g["name"], g["findings"]) for g in groups] == [
        ("repetition", "Repetition", [repeated]),
        ("length", "Length", [line("3", "1,200 of 400 words", ("3", "f0"))]),
        (
            "abbreviation",
            "Abbreviations",
            [line("1.1", "is worth a look: “节 1.1”", ("1.1", "f2"))],
        ),
        ("other", "Other", [line("1.1", "is worth a look: “高潮推迟”", ("1.1", "f1"))]),
    ]
    html = str(sections_shown(shown, "en")[1]["html"])
    assert re.findall(r'data-marks="(\w+)"', html) == ["f0", "f1"]
    assert findings_shown(document(), "zh") == []


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (
            finding("markdown", "1.1", end=6, values={"problem": "footnote"}),
            "脚注没有内容：“月球引起潮汐”",
        ),
        (
            finding("markdown", "1.1", end=6, values={"problem": "never_heard_of"}),
            "有 Markdown 无法按原意显示：“月球引起潮汐”",
        ),
        (
            finding("language", "1.1", end=6, values={"language": "en"}),
            "有一段是英文：“月球引起潮汐”",
        ),
        (
            finding("abbreviation", "1.1", values={"abbreviation": "ISO", "count": 3}),
            "ISO 用了 3 次，从未给出全称",
        ),
        (
            finding(
                "contradiction", "1.1", end=6, other_id=NodeId("3"), values={"differs": "number"}
            ),
            "与 3 的数字不一致：“月球引起潮汐”/“”",
        ),
    ],
)
def test_a_finding_is_said_as_plainly_as_its_values_allow(found: Finding, words: str) -> None:
    shown = document().model_copy(update={"findings": (found,)})

    [group] = findings_shown(shown, "zh")

    assert [one["words"] for one in group["findings"]] == [words]  # type: ignore[attr-defined]  # a list


def test_an_edit_of_one_section_leaves_what_is_shown_of_the_others_as_it_was() -> None:
    before = doubtful()
    extra = before.sections[3].model_copy(update={"content": "新的一句[@m4]。", "status": "done"})
    after = before.model_copy(
        update={
            "sections": (*before.sections[:3], extra),
            "claims": (claim("3", 0, 3, Support.CHECK), *before.claims),
        }
    )

    assert sections_shown(after, "en")[:3] == sections_shown(before, "en")[:3]


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
        (
            Integrity(citations=63, resolved=63, supported=58, to_check=4, needing_source=2),
            "en",
            "63 citations, all resolved; 58 sentences supported; 4 to check; 2 need a source",
        ),
        (
            Integrity(citations=2, resolved=2, supported=1, to_check=1, needing_source=1),
            "zh",
            "2 处引用，全部可查到来源；1 句有据；1 句待核对；1 句缺少出处",
        ),
        (Integrity(citations=1, resolved=1), "en", "1 citation, resolved"),
        (Integrity(uncited_sections=1), "zh", "没有引用；1 节没有来源"),
        (Integrity(citations=63, resolved=63), "zh", "63 处引用，全部可查到来源"),
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


def test_a_long_document_is_rendered_once_and_not_again() -> None:
    """Of 60 sections with 300 marked sentences, an edit of one costs one."""
    sentence = "潮汐电站的建设成本高于风电[@m4]，"
    sections = tuple(section(str(n), f"{n}：" + sentence * 40) for n in range(1, 61))
    claims = tuple(
        claim(str(n), 10 * at, 10 * at + 9, Support.CHECK) for n in range(1, 61) for at in range(5)
    )
    long = document().model_copy(update={"sections": sections, "claims": claims})
    edited = sections[7].model_copy(update={"content": "新的一节[@m4]。"})
    sections_shown(long, "zh")

    before = _rendered.cache_info().misses
    sections_shown(long, "en")
    again = _rendered.cache_info().misses
    after = long.model_copy(update={"sections": (*sections[:7], edited, *sections[8:])})
    sections_shown(after, "en")

    assert (again - before, _rendered.cache_info().misses - again) == (0, 1)
