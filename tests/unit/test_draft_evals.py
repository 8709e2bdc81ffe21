"""The judge of drafts sees what points nowhere, and by other rules than those of the author."""

import random
from pathlib import Path

import pytest

from evals import pointing
from evals.drafts import at_home, beginning, dangling, passages_cited, redundancy, rows
from evals.pointing import names_a_place, points_back
from pipeline.domain.documents import (
    Document,
    DocumentSection,
    Language,
    NodeId,
    Passage,
    PassageId,
    SourceId,
)
from pipeline.domain.language import count_words, detect_language, split_sentences
from tests.graph_fakes import NOW

POINTING = (
    *("It rises twice a day.", "However, mills stood still at low water.", "Both fell dry."),
    *("In the light of these findings, the town built a wall.", "The latter is dearer."),
    *("For example, Bristol has a range of 14 metres.", "Such a dam silts up.", "Its gates open."),
    *("它每天涨落两次。", "因此，磨坊在低潮时停工。", "这些结果促使小镇修建堤坝。", "其造价更高。"),
    *("在这种情况下，闸门会打开。", "然而渔民反对。", "该项目耗时十年。", "例如，钱塘江潮差很大。"),
)
STANDING = (
    *("The Moon raises tides.", "There are two high waters a day.", "Programs that fail are rare."),
    *("Itaipu holds more water than any tidal basin.", "When the gates close, these ships wait."),
    *("In 1966, the barrage of the Rance was opened.", "Theseus crossed the bay."),
    *(
        "月球引起潮汐。",
        "其实潮差因海岸而异。",
        "即使在枯水期，闸门也开放。",
        "也许二十年后才回本。",
    ),
)
PLACES = (
    *("The yields are shown above.", "See below, where costs are told.", "Figure 3 has the costs."),
    *(
        "The next section speaks of costs.",
        "This chapter tells of costs.",
        "Costs are listed below.",
    ),
    *("如上图所示，潮差很大。", "造价见下表。", "下文介绍成本。", "本章说明成本。", "参见第七章。"),
)
NO_PLACES = (
    *("The gate lies below the water line.", "Version 3 or above, with a gate, is needed."),
    *("水位高于堤顶。", "第三章程序由理事会通过。", "地图表明河口很浅。"),
)
BY_CHANCE = {
    "drafts, English: sequences in two sections",
    "drafts, Chinese: sequences in two sections",
}
"""As often as people do, within what a dozen texts can tell."""

TEXTS: dict[Language, str] = {
    "en": "The Moon raises tides. It pulls on the sea. However, coasts differ. Mills used them. "
    "These stood at the shore. Both are gone. The Rance has a barrage. It was opened in 1966.",
    "zh": "月球引起潮汐。它吸引海水。然而各地海岸不同。磨坊曾利用潮水。这些磨坊建在岸边。"
    "两者都已消失。朗斯河口建有拦潮坝。它于1966年启用。",
}


@pytest.mark.parametrize("sentence", POINTING)
def test_an_opening_that_stands_for_what_was_said_before_is_seen(sentence: str) -> None:
    assert points_back(sentence, detect_language(sentence))


@pytest.mark.parametrize("sentence", STANDING)
def test_an_opening_that_says_what_it_is_about_is_left(sentence: str) -> None:
    assert not points_back(sentence, detect_language(sentence))


def test_a_place_on_the_page_is_seen_and_a_place_in_the_world_is_left() -> None:
    assert [sentence for sentence in PLACES if not names_a_place(sentence)] == []
    assert [sentence for sentence in NO_PLACES if names_a_place(sentence)] == []


@pytest.mark.parametrize("language", ["en", "zh"])
def test_sentences_point_nowhere_once_they_are_shuffled_and_not_in_their_own_order(
    language: Language,
) -> None:
    sentences = split_sentences(TEXTS[language])
    mixed = random.Random(1).sample(sentences, len(sentences))  # noqa: S311  no secret

    assert dangling(a_document(sentences, language), [PASSAGE[language]]) == 0
    assert dangling(a_document(mixed, language), [PASSAGE[language]]) > 25


def test_what_is_cited_and_stands_below_another_heading_is_counted_by_its_text() -> None:
    told = a_document([f"{TEXTS['en']} [@p1]"], "en")
    elsewhere = told.sections[0].model_copy(update={"title": "Mills"})
    other = PASSAGE["en"].model_copy(update={"id": PassageId("p2"), "text": "Coal is black."})

    assert passages_cited(told, [PASSAGE["en"], other]) == 0.5
    assert at_home(told, []) == 1.0
    assert at_home(told.model_copy(update={"sections": (elsewhere, *told.sections)}), []) == 0.5


def test_the_judge_takes_nothing_from_the_author() -> None:
    assert "offline_author" not in Path(pointing.__file__).read_text("utf-8").split('"""', 2)[2]


PASSAGE: dict[Language, Passage] = {
    language: Passage(
        id=PassageId("p1"), source_id=SourceId("s"), text=text, heading_path=("Tides",)
    )
    for language, text in TEXTS.items()
}


def a_document(sentences: list[str], language: Language) -> Document:
    content = (" " if language == "en" else "").join(sentences)
    section = DocumentSection(id=NodeId("n1"), title="Tides", level=1, number="1", content=content)
    return Document(
        title="Tides",
        content="",
        language=language,
        sections=(section,),
        passages=(PASSAGE[language],),
        generated_at=NOW,
    )


@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_people_wrote_begins_their_sections_and_is_no_longer_than_what_is_asked_for(
    language: Language,
) -> None:
    sentences = split_sentences(TEXTS[language])
    words = sum(map(count_words, sentences[:3]))

    told = beginning([TEXTS[language]], words)

    assert split_sentences(told) == sentences[:3]
    assert beginning([TEXTS[language]], 0) == ""


def test_a_section_that_tells_nothing_repeats_nothing() -> None:
    told = a_document([f"{TEXTS['en']} [@p1]"], "en").sections[0]
    empty = told.model_copy(update={"content": "> Your files hold nothing on this."})

    assert redundancy(with_sections(told, empty, empty), []) == 0.0
    assert redundancy(with_sections(told, told), []) == 1.0
    assert redundancy(with_sections(empty, empty), []) == 1.0


def with_sections(*sections: DocumentSection) -> Document:
    return a_document([], "en").model_copy(update={"sections": sections})


@pytest.mark.long
@pytest.mark.timeout(240)
def test_every_goal_of_drafts_is_met() -> None:
    found = {row.name: row for row in rows()}

    missed = {name for name, row in found.items() if row.met is False}
    assert missed <= BY_CHANCE
    assert all(found[name].value < 0.01 for name in BY_CHANCE)
    assert [name for name, row in found.items() if "by construction" in row.note] == [
        f"drafts, {language}: factual sentences marked" for language in ("English", "Chinese")
    ]
