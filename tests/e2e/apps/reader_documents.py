"""The documents that the reader's page shows, and what was posted to them."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

from pipeline.domain.documents import (
    Claim,
    Document,
    DocumentSection,
    Finding,
    Integrity,
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

MOON = Source(id=SourceId("moon"), title="The Moon and the sea", file_name="moon.pdf", pages=12)
SURVEY = Source(id=SourceId("survey"), title="潮汐调查报告", file_name="潮汐调查报告.docx")
WEB = Source(
    id=SourceId("web"),
    title="Tide tables",
    url="https://tides.example/tables",
    publication=Publication(type="webpage", issued="2024-05", accessed="2026-11-24"),
    entry="*Tide tables*. 2024. https://tides.example/tables",
)
EVIL = Source(id=SourceId("evil"), title="<img src=x onerror=hurt()>", url="javascript:hurt()")

PASSAGES = (
    Passage(
        id=PassageId("m4"),
        source_id=MOON.id,
        text="The Moon raises two bulges of water, one on each side of the Earth.",
        heading_path=("Methods", "Sampling"),
        page=4,
    ),
    Passage(
        id=PassageId("s1"),
        source_id=SURVEY.id,
        text=(
            "大潮出现在新月和满月前后。\n\n| 地点 | 潮差 |\n| --- | --- |\n| 芬迪湾 | 16 m \\| 高 |"
        ),
    ),
    Passage(id=PassageId("w1"), source_id=WEB.id, text="High water comes 50 minutes later a day."),
    Passage(id=PassageId("e1"), source_id=EVIL.id, text="<script>hurt()</script>"),
)
REFERENCES = (
    Reference(number=1, source_id=MOON.id, text="The Moon and the sea [Z]. moon.pdf."),
    Reference(number=2, source_id=SURVEY.id, text="潮汐调查报告 [Z]. 2024."),
    Reference(number=3, source_id=WEB.id, text="Tide tables [EB/OL]. tides.example."),
    Reference(number=4, source_id=EVIL.id, text="<img src=x onerror=hurt()> [Z]."),
)
CAUSES = (
    "The Moon pulls at the sea[@m4], and the Sun does so **less**[@m4][@s1]. An array a[0] and a "
    "note [1] are no citations, nor is `[@m4]`.\n\n"
    "| Body | Share of the tide | Note |\n| --- | ---: | --- |\n| Moon | 69 % | [@m4] |\n"
    "| Sun | 31 % | the rest |\n\n"
    "- Spring tides at new and full moon[@s1]\n- Neap tides between\n\n"
    "```python\nheight = sum(part.amplitude for part in parts if part.period < 24 and part.speed)"
    "\n```\n"
)
CHINESE = (
    "**大潮：**出现在新月和满月前后[@s1]，高潮每天推迟约五十分钟[@w1]。\n\n"
    "> 潮差由月球、太阳与海岸的形状共同决定[@m4]。"
)
EVIL_TEXT = (
    "<img src=x onerror=hurt()> [press](javascript:hurt()) <script>hurt()</script>[@e1]\n\n"
    "![picture](https://elsewhere.example/pixel.png)"
)
LONG = "The tide turns four times a day, and the shore with it[@w1]. " * 12


def _claims() -> tuple[Claim, ...]:
    """Of each kind one, as the check of support leaves them."""
    moon = "The Moon pulls at the sea[@m4], and the Sun does so **less**[@m4][@s1]."
    doubt, wrong, bare = moon, "高潮每天推迟约五十分钟[@w1]。", "Sun | 31 %"
    return (
        _claim("bodies", CAUSES, doubt, Support.CHECK, ("m4", "s1"), ("name", "words")),
        _claim("bodies", CAUSES, bare, Support.NEEDS_SOURCE),
        _claim("spring", CHINESE, wrong, Support.NOT_FOUND, ("w1",)).model_copy(
            update={"opinion": "unsupported"}
        ),
    )


def _claim(
    section_id: str,
    content: str,
    sentence: str,
    support: Support,
    cited: tuple[str, ...] = (),
    reasons: tuple[str, ...] = (),
) -> Claim:
    start = content.index(sentence)
    return Claim(
        section_id=NodeId(section_id),
        start=start,
        end=start + len(sentence),
        support=support,
        passage_ids=tuple(PassageId(passage) for passage in cited),
        reasons=reasons,
    )


def _findings() -> tuple[Finding, ...]:
    line = "Spring tides at new and full moon"
    start, there = CAUSES.index(line), CHINESE.index("出现在新月")
    return (
        Finding(
            kind="repetition",
            section_id=NodeId("bodies"),
            start=start,
            end=start + len(line),
            other_id=NodeId("spring"),
            other_start=there,
            other_end=there + 10,
        ),
        Finding(kind="length", section_id=NodeId("shore"), values={"words": 1120, "target": 400}),
    )


def _section(number: str, title: str, content: str, section_id: str) -> DocumentSection:
    return DocumentSection(
        id=NodeId(section_id),
        title=title,
        level=number.count(".") + 1,
        number=number,
        content=content,
    )


TIDES = Document(
    title="Tides 潮汐",
    content="",
    sections=(
        _section("1", "What makes the tides", "", "causes"),
        _section("1.1", "Moon and Sun", CAUSES, "bodies"),
        _section("1.2", "大潮与小潮", CHINESE, "spring"),
        DocumentSection(
            id=NodeId("lost"),
            title="Storm surges",
            level=1,
            number="2",
            status=SectionStatus.FAILED,
            error_code="model_unavailable",
            error="Model 'm' at http://127.0.0.1 did not answer",
        ),
        _section("3", "<img src=x onerror=hurt()>", EVIL_TEXT, "evil"),
        _section("4", "Along the shore", LONG, "shore"),
    ),
    sources=(MOON, SURVEY, WEB, EVIL),
    passages=PASSAGES,
    references=REFERENCES,
    integrity=Integrity(
        citations=63,
        resolved=63,
        supported=58,
        to_check=2,
        needing_source=1,
        uncited_sections=2,
        failed_sections=1,
    ),
    claims=_claims(),
    findings=_findings(),
    generated_at=datetime(2026, 1, 2, tzinfo=UTC),
)


@dataclass
class Desk:
    """A document with the edits that arrived, and how the next one is answered."""

    document: Document = TIDES
    edits: list[dict[str, object]] = field(default_factory=list)
    refusal: str = ""


DESKS: dict[str, Desk] = {}


def desk(name: str) -> Desk:
    return DESKS.setdefault(name, Desk())


def document(name: str) -> Document:
    return desk(name).document


def revision(name: str) -> int:
    return len(desk(name).edits)


def edit(name: str, section_id: str, content: str) -> None:
    at = desk(name)
    at.document = at.document.model_copy(
        update={
            "sections": tuple(
                section.model_copy(update={"content": content})
                if section.id == section_id
                else section
                for section in at.document.sections
            ),
            "claims": tuple(c for c in at.document.claims if c.section_id != section_id),
            "findings": tuple(f for f in at.document.findings if f.other_id != section_id),
        }
    )
