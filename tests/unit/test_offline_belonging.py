"""Which section of the offline author's a sentence goes to."""

import asyncio

import pytest

from pipeline.adapters.offline_author import OfflineAuthor
from pipeline.domain.briefs import Commission, Neighbour, SectionBrief
from pipeline.domain.citations import without_markers
from pipeline.domain.documents import Language, NodeId, Passage, PassageId, SourceId


def passage(text: str, *path: str, source: str = "s", place: int = 1) -> Passage:
    return Passage(
        id=PassageId(f"{source}{place}"),
        source_id=SourceId(source),
        text=text,
        heading_path=path,
        position=place,
    )


def written(
    sections: tuple[Neighbour, ...],
    passages: tuple[Passage, ...],
    *,
    language: Language = "en",
    title: str = "",
) -> list[str]:
    """The text of each section, without markers; empty for one that found nothing."""
    texts: list[str] = []
    for section in sections:
        brief = SectionBrief(
            commission=Commission(language=language, has_material=True, title=title),
            node_id=NodeId(f"n{section.number}"),
            number=section.number,
            title=section.title,
            summary=section.summary,
            target_words=300,
            neighbours=sections,
            headings=frozenset(heading for each in passages for heading in each.heading_path),
            passages=passages,
        )
        text = without_markers(asyncio.run(OfflineAuthor().write_section(brief, lambda _: None)))
        texts.append("" if text.startswith(">") else text)
    return texts


def test_what_stands_below_a_heading_goes_to_the_section_of_that_name() -> None:
    sections = (
        Neighbour(number="1", title="Use"),
        Neighbour(
            number="2", title="Car traffic and riders", summary="Cars, riders, trips, bikes."
        ),
    )
    trips = "Riders and former car users made more trips by bike than expected."
    cars = "Car traffic in the centre rose by a fifth."

    texts = written(
        sections,
        (
            passage(trips, "Bike sharing", "2. Use", "2.1 Trips", place=1),
            passage(cars, "Bike sharing", "1. Car traffic and riders", place=2),
        ),
    )

    assert texts == [trips, cars]


@pytest.mark.parametrize("bound", ["a", "b"])
def test_what_the_bound_source_says_of_a_section_is_told_first(bound: str) -> None:
    sections = (Neighbour(number="1", title="Pumps", source_ids=(SourceId(bound),)),)
    texts = {
        "a": "The pumps in Ghent move 300 litres a second.",
        "b": "The pumps in Bruges move 900 litres and cost two million euros.",
    }

    told = written(
        sections, tuple(passage(text, "Pumps", source=name) for name, text in texts.items())
    )

    other = "b" if bound == "a" else "a"
    assert told == [f"{texts[bound]}\n\n{texts[other]}"]


def test_a_chapter_called_general_provisions_gets_its_articles_without_their_numbers() -> None:
    sections = (
        Neighbour(number="1", title="总则", summary="内容包括：公共数据、本办法。"),
        Neighbour(number="2", title="监督与责任", summary="内容包括：数据安全、本办法。"),
    )
    law = "某市数据安全管理办法"

    texts = written(
        sections,
        (
            passage("第二条 本市机构开展数据处理活动，适用本办法。", law, "第一章 总则"),
            passage("第九条 每年组织一次数据安全检查并公布。", law, "第五章 监督与责任", place=2),
        ),
        language="zh",
    )

    assert texts == ["本市机构开展数据处理活动，适用本办法。", "每年组织一次数据安全检查并公布。"]


def test_a_section_that_no_heading_has_gets_the_sentences_with_all_words_of_its_title() -> None:
    sections = (
        Neighbour(number="1", title="Costs and benefits"),
        Neighbour(number="2", title="Theft and vandalism"),
    )
    stolen = "Vandalism and theft cost the city 96,000 euros."
    bought = "Subscriptions brought in half of the costs."

    texts = written(sections, (passage(f"{stolen} {bought}", "Bikes", "Costs and benefits"),))

    assert texts == [bought, stolen]


def test_what_opens_a_chapter_is_told_in_its_first_section() -> None:
    sections = (
        Neighbour(number="1.1", title="Batteries", path=("Technologies",)),
        Neighbour(number="1.2", title="Pumped hydro", path=("Technologies",)),
    )
    opening = "Four families of plants compete for the same task."

    texts = written(sections, (passage(opening, "Storage", "Technologies"),))

    assert texts == [opening, ""]


def test_of_two_sections_of_one_name_that_of_the_same_chapter_gets_the_sentence() -> None:
    sections = (
        Neighbour(number="1.1", title="Costs", path=("Batteries",)),
        Neighbour(number="2.1", title="Costs", path=("Hydrogen",)),
    )
    cells, tanks = "Cells cost less every year.", "Tanks cost more than caverns."

    texts = written(
        sections,
        (
            passage(tanks, "Hydrogen", "Costs", place=1),
            passage(cells, "Batteries", "Costs", place=2),
        ),
    )

    assert texts == [cells, tanks]


def test_a_sentence_of_another_file_needs_more_than_a_common_word() -> None:
    sections = (
        Neighbour(number="1", title="How text is read", source_ids=(SourceId("a"),)),
        Neighbour(number="2", title="Backups", source_ids=(SourceId("b"),)),
    )
    own = "A stream is read piece by piece."

    texts = written(
        sections,
        (
            passage(own, "How text is read", source="a"),
            passage("Sheets and text are among the formats.", "Formats", "Added", source="c"),
        ),
    )

    assert texts == [own, ""]


def test_the_sentences_of_a_paragraph_without_a_heading_stay_together() -> None:
    health = (
        "Health was a mixed picture. Sick days fell from nine to seven. "
        "Eleven employees complained of back pain."
    )
    security = (
        "Security is handled by the IT department. All laptops are encrypted. "
        "Two incidents were recorded."
    )
    sections = (
        Neighbour(number="1", title="Health", summary="Covers: Sick days, back pain."),
        Neighbour(number="2", title="Security", summary="Covers: Laptops, incidents."),
    )

    texts = written(sections, (passage(f"{health}\n{security}"),))

    assert texts == [health, security]


def test_a_text_without_headings_is_opened_in_the_first_section() -> None:
    opening = (
        "Two dozen people were asked in spring. All of them work at desks. "
        "None of them was paid for it."
    )
    laptops = "All laptops are encrypted."
    sections = (
        Neighbour(number="1", title="Health", summary="Covers: Sick days, back pain."),
        Neighbour(number="2", title="Security", summary="Covers: Laptops, incidents."),
    )

    texts = written(sections, (passage(f"{opening}\n{laptops}", place=0),))

    assert texts == [opening, laptops]


@pytest.mark.parametrize(
    ("title", "text", "language"),
    [
        ("Copyright", "Copyright protects a work for seventy years.", "en"),
        ("声明", "变量的声明规定它的类型和作用域。", "zh"),
    ],
)
def test_a_chapter_called_like_boilerplate_is_told(
    title: str, text: str, language: Language
) -> None:
    sections = (Neighbour(number="1", title=title),)
    other = "潮汐每天涨落两次，幅度不同。" if language == "zh" else "Tides rise twice a day."

    texts = written(
        sections, (passage(text, title), passage(other, "Tides", place=2)), language=language
    )

    assert texts == [text]


@pytest.mark.parametrize(
    ("path", "text", "entry", "language"),
    [
        ("Sources", "Tides rise twice a day.", "Tides rise twice, J. Coast. Res., 2017.", "en"),
        ("References", "Tides rise twice a day.", "Tides rise twice, J. Coast. Res., 2017.", "en"),
        (
            "参考文献",
            "潮汐每天涨落两次，幅度不同。",
            "张伟, 刘洋. 潮汐观测综述. 海洋学报, 2020。",
            "zh",
        ),
    ],
)
def test_a_list_of_references_is_not_told(
    path: str, text: str, entry: str, language: Language
) -> None:
    title = "潮汐" if language == "zh" else "Tides"
    sections = (Neighbour(number="1", title=title),)

    texts = written(
        sections, (passage(text, title), passage(entry, path, place=2)), language=language
    )

    assert texts == [text]
