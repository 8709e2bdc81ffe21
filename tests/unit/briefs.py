"""Briefs for an author, in both languages, and the passages that they hold."""

from pipeline.adapters.model_author.markers import Markers
from pipeline.domain.briefs import (
    Above,
    ChapterBrief,
    Commission,
    SectionBrief,
    WrittenSection,
)
from pipeline.domain.documents import (
    Language,
    NodeId,
    Passage,
    PassageId,
    SourceId,
)

PASSAGES = (
    Passage(id=PassageId("p.moon"), source_id=SourceId("tides"), text="The Moon raises tides."),
    Passage(id=PassageId("p.sun"), source_id=SourceId("tides"), text="太阳也引起潮汐。"),
    Passage(id=PassageId("p.spin"), source_id=SourceId("tides"), text="The Earth turns."),
)
THREE = Markers([passage.id for passage in PASSAGES])


def commission(language: Language = "en", **given: object) -> Commission:
    fields = {"language": language, "prompt": "Tides" if language == "en" else "潮汐"}
    return Commission.model_validate(fields | given)


def section(language: Language = "en", **given: object) -> SectionBrief:
    fields = {
        "commission": commission(language),
        "node_id": "n1",
        "number": "1.2",
        "title": "Spring tides" if language == "en" else "大潮",
        "target_words": 200,
        "above": (Above(title="The sea" if language == "en" else "海洋"),),
        "passages": PASSAGES,
    }
    return SectionBrief.model_validate(fields | given)


def chapter(language: Language = "en") -> ChapterBrief:
    texts = (
        ("The Moon raises tides [@p.moon]. They come twice a day.", "Tides come twice a day."),
        ("月球引起潮汐[@p.moon]。潮汐每天两次。", "潮汐每天发生两次。"),
    )[language == "zh"]
    return ChapterBrief(
        commission=commission(language),
        chapter_id=NodeId("c1"),
        title="The sea",
        sections=tuple(
            WrittenSection(node_id=NodeId(f"n{i}"), number=f"1.{i}", title=f"T{i}", text=text)
            for i, text in enumerate(texts, start=1)
        ),
    )
