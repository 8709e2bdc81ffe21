import asyncio

import pytest

from benchmarks.pace import thread_cost
from pipeline.adapters.offline_author import OfflineAuthor
from pipeline.adapters.offline_author.cleaning import cleaned
from pipeline.adapters.offline_author.sections import section_pieces
from pipeline.domain.briefs import (
    ChapterBrief,
    Commission,
    Neighbour,
    SectionBrief,
    WrittenSection,
)
from pipeline.domain.citations import checked, cited, without_markers
from pipeline.domain.documents import (
    Language,
    NodeId,
    Passage,
    PassageId,
    SourceId,
)
from pipeline.domain.fusion import apply_edits
from pipeline.domain.language import count_words, detect_language, split_sentences
from tests.example_files import (
    EVALUATION,
    EVALUATION_PASSAGES,
    STORAGE_PASSAGES,
    commission,
)


def section(
    title: str,
    passages: tuple[Passage, ...],
    *,
    number: str = "1",
    neighbours: tuple[tuple[str, str], ...] = (),
    words: int = 150,
    summary: str = "",
    has_material: bool = True,
    language: Language | None = None,
) -> str:
    text, _ = streamed(
        SectionBrief(
            commission=Commission(
                language=language or detect_language(title), has_material=has_material
            ),
            node_id=NodeId("n1"),
            number=number,
            title=title,
            summary=summary,
            target_words=words,
            neighbours=tuple(Neighbour(number=place, title=other) for place, other in neighbours),
            passages=passages,
        )
    )
    return text


def streamed(brief: SectionBrief) -> tuple[str, list[str]]:
    pieces: list[str] = []
    return asyncio.run(OfflineAuthor().write_section(brief, pieces.append)), pieces


@pytest.mark.parametrize(
    ("title", "passages"),
    [("Safety", STORAGE_PASSAGES), ("评测流程", EVALUATION_PASSAGES)],
)
def test_every_sentence_is_the_files_own_and_carries_its_marker(
    title: str, passages: tuple[Passage, ...]
) -> None:
    known = {passage.id: passage for passage in passages}

    text = section(title, passages)

    sentences = [s for paragraph in text.split("\n\n") for s in split_sentences(paragraph)]
    assert len(sentences) >= 4
    for sentence in sentences:
        (passage_id,) = cited(sentence)
        assert without_markers(sentence) in known[passage_id].text
    assert checked(text, known).unknown_markers == 0


def test_the_section_is_on_its_subject() -> None:
    text = section("Safety", STORAGE_PASSAGES, neighbours=(("2", "Costs"), ("3", "Batteries")))

    under = {p.id: p.heading_path[-1] for p in STORAGE_PASSAGES}
    headings = [under[i] for i in cited(text)]
    assert headings.count("Safety") >= 0.8 * len(headings)


@pytest.mark.parametrize(
    ("title", "passages", "words"),
    [
        ("Safety", STORAGE_PASSAGES, 60),
        ("Safety", STORAGE_PASSAGES, 120),
        ("数据集", EVALUATION_PASSAGES, 120),
    ],
)
def test_the_length_is_kept(title: str, passages: tuple[Passage, ...], words: int) -> None:
    text = section(title, passages, words=words)

    assert 0.75 * words <= count_words(without_markers(text)) <= 1.1 * words


def test_no_sentence_stands_in_two_sections_although_they_do_not_know_each_other() -> None:
    places = [(str(i), title) for i, (_, title) in enumerate(EVALUATION.headings[1:])]
    sentences: list[str] = []
    for number, title in places:
        others = tuple(place for place in places if place[0] != number)
        text = section(title, EVALUATION_PASSAGES, number=number, neighbours=others, words=400)
        sentences += [s for line in text.split("\n\n") for s in split_sentences(line)]

    quoted = [s for s in sentences if cited(s)]
    assert len(quoted) > 30
    assert len(quoted) == len(set(quoted))


def test_what_is_shown_is_what_is_written() -> None:
    brief = SectionBrief(
        commission=commission("Storage"),
        node_id=NodeId("n1"),
        number="1",
        title="Costs",
        target_words=150,
        passages=STORAGE_PASSAGES,
    )

    text, pieces = streamed(brief)

    assert "".join(pieces) == text
    assert len(pieces) > 3
    assert streamed(brief) == (text, pieces)


def test_a_section_without_fitting_passages_says_so_and_asks() -> None:
    text = section("Beekeeping law", STORAGE_PASSAGES, summary="Which permits are needed?")

    assert text.startswith("> **Note.** Your files hold nothing on this section.")
    assert "> - Which permits are needed?" in text
    assert all(line.startswith(">") for line in text.splitlines())


def test_a_scaffold_does_not_repeat_what_the_outline_found_little_of() -> None:
    little = "The files say little about this. Required: Permits must be explained."

    text = section("Beekeeping law", STORAGE_PASSAGES, summary=little)

    assert "say little" not in text
    assert "**What belongs here:** Required: Permits must be explained." in text


def test_a_chinese_section_without_fitting_passages_says_so_in_chinese() -> None:
    text = section("养蜂法规", EVALUATION_PASSAGES, summary="说明需要哪些许可。")

    assert text.startswith("> **说明**：您的文件中没有与本节有关的内容。")
    assert "> **本节应写**：说明需要哪些许可。" in text
    assert 3 <= text.count("> - ") <= 5


def test_files_in_another_language_are_not_called_empty() -> None:
    text = section("Safety", EVALUATION_PASSAGES)

    assert "Your files are in another language than this document." in text


@pytest.mark.parametrize(
    ("title", "own", "foreign", "note"),
    [
        (
            "TiDB 备份",
            "TiDB 把数据存放在各个区域之中。",
            "TiDB stores data in regions.",
            "您的文件与本文档",
        ),
        (
            "TiDB backups",
            "TiDB stores data in regions.",
            "TiDB 把数据存放在各个区域之中。",
            "Your files are in",
        ),
    ],
)
def test_no_sentence_of_another_language_is_told_for_a_name_that_both_have(
    title: str, own: str, foreign: str, note: str
) -> None:
    abroad = passage_of(foreign, title="TiDB")
    here = abroad.model_copy(update={"id": PassageId("bb"), "text": own})

    assert note in section(title, (abroad,))
    assert without_markers(section(title, (abroad, here))) == own


def test_a_chinese_sentence_full_of_commands_is_told_in_a_chinese_text() -> None:
    command = "运行 apt-get install python3-dev build-essential libssl-dev postgresql-server。"
    text = f"安装数据库之前先准备编译环境和依赖的开发包。{command}"

    assert without_markers(section("编译环境", (passage_of(text, title="编译环境"),))) == text


@pytest.mark.parametrize(
    ("title", "label"),
    [("Budget", "without a model and without material"), ("预算", "既无模型也无资料")],
)
def test_without_material_a_section_is_a_labelled_scaffold(title: str, label: str) -> None:
    text = section(title, (), has_material=False)

    assert label in text.splitlines()[0]
    assert 3 <= text.count("> - ") <= 5
    assert cited(text) == []


TIDES = (
    (
        "Spring tides come twice in a month. They are higher than all other tides. However, storms "
        "can raise the tides much further."
    ),
    "大潮每个农历月出现两次，与月相有关。它比其他潮汐高出许多，也更危险。因此，港口在大潮期间需要加强巡查和值守。",
)


def passage_of(text: str, *, title: str) -> Passage:
    return Passage(
        id=PassageId("aa"), source_id=SourceId("s"), text=text, heading_path=(title,), position=1
    )


@pytest.mark.parametrize(
    ("title", "text", "pronoun", "linked"),
    [("Tides", TIDES[0], "They are", "However, storms"), ("大潮", TIDES[1], "它比", "因此，港口")],
)
def test_a_sentence_that_points_back_stands_behind_what_it_points_at(
    title: str, text: str, pronoun: str, linked: str
) -> None:
    whole = section(title, (passage_of(text, title=title),))
    first, rest = split_sentences(text)[0], "".join(split_sentences(text)[1:])
    without_first = section(title, (passage_of(rest, title=title),))

    assert without_markers(whole) == text
    assert first not in without_first
    assert pronoun not in without_first
    assert linked in whole


@pytest.mark.parametrize(
    ("title", "text", "opening"),
    [
        ("Storms", "However, storms can raise the tides by several metres.", "Storms can"),
        ("港口", "因此，港口在大潮期间需要加强巡查和值守。", "港口在大潮"),
    ],
)
def test_a_connective_goes_when_what_it_connects_to_is_not_told(
    title: str, text: str, opening: str
) -> None:
    assert section(title, (passage_of(text, title=title),)).startswith(opening)


@pytest.mark.parametrize(
    "sentence",
    [
        "Studies of tides differ because these assumptions shift the result.",
        "For those reasons, tides are measured in every large harbour.",
        "潮汐观测的误差由上述假设引起，并且逐年增大。",
    ],
)
def test_what_points_back_inside_is_not_told_alone(sentence: str) -> None:
    title = "潮汐" if detect_language(sentence) == "zh" else "Tides"

    assert cited(section(title, (passage_of(sentence, title=title),))) == []


def test_a_marker_stands_before_the_stop_behind_a_bracket_or_quotation() -> None:
    text = "Tides follow the Moon from day to day (and the Sun to a lesser degree)."

    told = section("Tides", (passage_of(text, title="Tides"),))

    assert told == text.removesuffix(".") + " [@aa]."


@pytest.mark.parametrize(
    "next_one",
    [
        "They follow it daily [@aa].",
        "Studies differ because these assumptions change the result [@aa].",
    ],
)
def test_fusing_keeps_a_repeated_sentence_that_the_next_one_points_at(next_one: str) -> None:
    repeated = "Tides are raised mostly by the gravity of the Moon [@aa]."
    sections = tuple(
        WrittenSection(node_id=NodeId(name), number="1", title=name, text=f"{repeated} {more}")
        for name, more in (("a", "Harbours wait [@aa]."), ("b", next_one))
    )
    brief = ChapterBrief(
        commission=commission("Tides"), chapter_id=NodeId("c"), title="Tides", sections=sections
    )

    assert asyncio.run(OfflineAuthor().fuse_chapter(brief)).replacements == ()


def test_thousands_of_sentences_are_compared_with_a_bound() -> None:
    words = ("basin", "turbine", "river", "harbour", "valley", "dam", "pump", "canal", "lake")
    passages = tuple(
        passage_of(
            " ".join(
                f"Tides of place {a}{b}{n} fill the {a} beside the {b} near number {n}."
                for a in words
                for b in words[:3]
            ),
            title="Tides",
        ).model_copy(update={"id": PassageId(f"p{n}"), "position": n})
        for n in range(80)
    )
    brief = SectionBrief(
        commission=commission("Tides"),
        node_id=NodeId("n1"),
        number="1",
        title="Tides",
        target_words=3_000,
        passages=passages,
    )

    with thread_cost() as cost:
        section_pieces(brief)

    assert cost.seconds < 3


def test_markup_and_foreign_reference_marks_are_cleaned_off() -> None:
    assert cleaned("- **Tides** [rise](http://x.y) daily [3, 4].") == "Tides rise daily."
    assert cleaned("It is <b>bold</b> at <file id>.<br/>") == "It is bold at <file id>."
    assert cleaned("Choice. components/box: a box of ours.") == "components/box: a box of ours."
    assert cleaned("摘要：本系统用于监测温室环境。") == "本系统用于监测温室环境。"
    assert cleaned("Tides rise [@moon2020; @sun, p. 4].") == "Tides rise."


def test_fusing_tells_a_repeated_sentence_once_and_keeps_its_sources() -> None:
    repeated = "Tides are raised mostly by the gravity of the Moon"
    sections = (
        WrittenSection(
            node_id=NodeId("a"), number="1.1", title="Moon", text=f"{repeated} [@aa]. More [@aa]."
        ),
        WrittenSection(
            node_id=NodeId("b"), number="1.2", title="Sun", text=f"First [@cc]. {repeated} [@bb]."
        ),
    )
    brief = ChapterBrief(
        commission=commission("Tides"), chapter_id=NodeId("c"), title="Tides", sections=sections
    )

    edits = asyncio.run(OfflineAuthor().fuse_chapter(brief))
    fused = apply_edits(sections, edits)

    assert fused.texts == {
        NodeId("a"): f"{repeated} [@aa][@bb]. More [@aa].",
        NodeId("b"): "First [@cc].",
    }
    assert (fused.lead_in, fused.refused) == ("", 0)


@pytest.mark.parametrize(
    ("prompt", "summary", "lead_in"),
    [
        ("Tides", "Covers: a; b. From: a.md.", "In this chapter: Moon; 太阳."),
        ("潮汐", "内容包括：甲；乙。", "本章内容：Moon；太阳。"),
        ("Tides", "Explain the tides to children.", ""),
    ],
)
def test_a_lead_in_names_the_sections_and_nothing_else(
    prompt: str, summary: str, lead_in: str
) -> None:
    sections = tuple(
        WrittenSection(node_id=NodeId(title), number="1.1", title=title, text="Text [@aa].")
        for title in ("Moon", "太阳")
    )
    brief = ChapterBrief(
        commission=commission(prompt),
        chapter_id=NodeId("c"),
        title="Tides",
        summary=summary,
        sections=sections,
    )

    assert asyncio.run(OfflineAuthor().fuse_chapter(brief)).lead_in == lead_in
