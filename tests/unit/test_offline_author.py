import asyncio
import re
from itertools import pairwise
from pathlib import Path

import pytest

from pipeline.adapters.offline_author import OfflineAuthor
from pipeline.adapters.offline_author.query import read_query
from pipeline.adapters.offline_author.sentences import as_markdown, cleaned, worth_of
from pipeline.domain.briefs import (
    ChapterBrief,
    Commission,
    Neighbour,
    OutlineBrief,
    SectionBrief,
    SourceDigest,
    WrittenSection,
)
from pipeline.domain.citations import checked, cited, without_markers
from pipeline.domain.documents import (
    Language,
    NodeId,
    Passage,
    PassageId,
    ProposedNode,
    ProposedOutline,
    Source,
    SourceId,
)
from pipeline.domain.fusion import apply_edits
from pipeline.domain.language import count_words, detect_language, split_sentences
from pipeline.domain.units import short_id

EXAMPLES = Path(__file__).parents[2] / "components" / "examples"


def example(name: str) -> tuple[SourceDigest, tuple[Passage, ...]]:
    """A bundled example as a digest and one passage for each of its paragraphs."""
    source = Source(id=SourceId(name), title=name, file_name=name)
    headings: list[tuple[int, str]] = []
    path: list[str] = []
    passages: list[Passage] = []
    for block in (EXAMPLES / name).read_text("utf-8").split("\n\n"):
        if match := re.match(r"(#+) (.+)", block):
            level = len(match[1])
            headings.append((level, match[2].strip()))
            path[level - 1 :] = [match[2].strip()]
            continue
        passages.append(
            Passage(
                id=PassageId(short_id(name, block)),
                source_id=source.id,
                text=block.strip(),
                heading_path=tuple(path),
                position=len(passages),
            )
        )
    return SourceDigest(source=source, headings=tuple(headings)), tuple(passages)


STORAGE, STORAGE_PASSAGES = example("grid-storage.md")
EVALUATION, EVALUATION_PASSAGES = example("llm-evaluation.zh.md")


def commission(prompt: str, *, has_material: bool = True, words: int = 3000) -> Commission:
    return Commission(
        prompt=prompt,
        language=detect_language(prompt),
        target_words=words,
        has_material=has_material,
    )


def proposal(brief: OutlineBrief) -> tuple[ProposedOutline, list[ProposedOutline]]:
    grown: list[ProposedOutline] = []
    whole = asyncio.run(OfflineAuthor().propose_outline(brief, grown.append))
    return whole, grown


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


def titles(nodes: tuple[ProposedNode, ...]) -> list[str]:
    return [node.title for node in nodes]


@pytest.mark.parametrize(
    ("prompt", "title", "genre", "asked"),
    [
        (
            "Please write a detailed report on tidal power, covering sites, costs and the law.",
            "Tidal power",
            "report",
            ("Sites", "Costs", "Law"),
        ),
        ("Write a proposal for a repair workshop", "Repair workshop", "proposal", ()),
        (
            "A guide to sailing\n- Knots\n- Weather\n- Right of way",
            "Sailing",
            "guide",
            ("Knots", "Weather", "Right of way"),
        ),
        ("请生成一份关于人工智能的技术文档大纲", "人工智能技术文档", "article", ()),
        (
            "帮我写一份2000字的潮汐能研究综述，包括选址、成本以及环境影响等方面。",
            "潮汐能研究综述",
            "survey",
            ("选址", "成本", "环境影响"),
        ),
        (
            "写一份 TiDB 备份与恢复技术报告，包括快照备份、日志备份与 PITR、备份存储",
            "TiDB 备份与恢复技术报告",
            "report",
            ("快照备份", "日志备份与 PITR", "备份存储"),
        ),
    ],
)
def test_a_prompt_says_its_subject_genre_and_sections(
    prompt: str, title: str, genre: str, asked: tuple[str, ...]
) -> None:
    query = read_query(commission(prompt))

    assert (query.title, query.genre, query.asked) == (title, genre, asked)


def test_an_outline_follows_the_headings_of_the_file() -> None:
    brief = OutlineBrief(
        commission=commission("Write a report on grid storage"),
        digests=(STORAGE,),
        passages=STORAGE_PASSAGES,
    )

    outline, _ = proposal(brief)

    assert outline.title == "Grid storage"
    assert titles(outline.nodes) == [
        "Why grids need storage",
        "Technologies",
        "Costs",
        "Safety",
        "Planning a project",
        "Open questions",
    ]
    assert titles(outline.nodes[1].children) == ["Pumped hydro", "Batteries", "Heat and hydrogen"]
    safety = outline.nodes[3].content_summary
    assert safety.startswith("Covers: ")
    assert "thermal runaway" in safety
    assert safety.endswith("From: grid-storage.md.")


def test_a_chinese_outline_follows_the_headings_and_what_was_asked_comes_first() -> None:
    prompt = "写一份大语言模型评测报告，包括判分方法和数据集"
    brief = OutlineBrief(
        commission=commission(prompt), digests=(EVALUATION,), passages=EVALUATION_PASSAGES
    )

    outline, _ = proposal(brief)

    assert outline.title == "大语言模型评测报告"
    assert titles(outline.nodes)[:2] == ["判分方法", "数据集"]
    assert titles(outline.nodes[0].children) == ["自动判分", "人工判分", "模型判分"]
    assert all(node.content_summary for node in outline.nodes)


def test_an_outline_grows_and_never_changes_what_it_showed() -> None:
    brief = OutlineBrief(commission=commission("Grid storage"), digests=(STORAGE,))

    whole, grown = proposal(brief)

    assert grown[-1] == whole
    assert len(grown) == 1 + len(whole.nodes) + sum(len(n.children) for n in whole.nodes)
    for before, after in pairwise(grown):
        kept = after.nodes[: len(before.nodes)]
        assert titles(kept) == titles(before.nodes)
        for old, new in zip(before.nodes, kept, strict=True):
            assert new.children[: len(old.children)] == old.children


def test_boilerplate_and_numbers_of_headings_are_dropped() -> None:
    headings = (
        (1, "Manual"),
        (2, "Table of contents"),
        (2, "1. Pumps"),
        (3, "1.1 Seals"),
        (3, "1.2 Bearings"),
        (2, "第二章 阀门"),
        (2, "References"),
        (3, "Web pages"),
        (2, "参考文献"),
    )
    digest = SourceDigest(source=STORAGE.source, headings=headings)

    outline, _ = proposal(OutlineBrief(commission=commission("Pumps"), digests=(digest,)))

    assert titles(outline.nodes) == ["Pumps", "阀门"]
    assert titles(outline.nodes[0].children) == ["Seals", "Bearings"]


def test_chapters_of_two_files_on_the_same_subject_become_one() -> None:
    def digest(name: str, *names: str) -> SourceDigest:
        source = Source(id=SourceId(name), title=name, file_name=name)
        return SourceDigest(source=source, headings=tuple((1, title) for title in names))

    digests = (
        digest("a.md", "Introduction", "Fire safety", "Costs"),
        digest("b.md", "Fire safety", "Permits", "Conclusion"),
    )

    outline, _ = proposal(OutlineBrief(commission=commission("Plants"), digests=digests))

    assert titles(outline.nodes) == [
        "Introduction",
        "Fire safety",
        "Costs",
        "Permits",
        "Conclusion",
    ]
    assert outline.nodes[1].content_summary == "From: a.md; b.md."


def test_a_file_without_headings_is_outlined_by_what_it_repeats() -> None:
    flat = tuple(p.model_copy(update={"heading_path": ()}) for p in STORAGE_PASSAGES)
    digest = SourceDigest(source=STORAGE.source)
    brief = OutlineBrief(commission=commission("Storage"), digests=(digest,), passages=flat)

    outline, _ = proposal(brief)

    text = " ".join(passage.text for passage in flat).lower()
    assert len(outline.nodes) >= 2
    assert all(node.title.lower() in text for node in outline.nodes)


@pytest.mark.parametrize(
    ("prompt", "first", "question"),
    [
        ("Write a proposal for a workshop", "Summary", "?"),
        ("请生成一份关于人工智能的技术文档大纲", "引言", "？"),
    ],
)
def test_without_material_the_outline_is_the_genres_shape_with_questions(
    prompt: str, first: str, question: str
) -> None:
    outline, _ = proposal(OutlineBrief(commission=commission(prompt, has_material=False)))

    every = [*outline.nodes, *(child for node in outline.nodes for child in node.children)]
    assert outline.nodes[0].title == first
    assert all(node.content_summary.endswith(question) for node in every)


def test_without_material_the_sections_asked_for_are_there() -> None:
    prompt = "Write a guide to bees, covering hives, honey and winter"

    outline, _ = proposal(OutlineBrief(commission=commission(prompt, has_material=False)))

    assert {"Hives", "Honey", "Winter"} <= set(titles(outline.nodes))


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


def test_a_chinese_section_without_fitting_passages_says_so_in_chinese() -> None:
    text = section("养蜂法规", EVALUATION_PASSAGES, summary="说明需要哪些许可。")

    assert text.startswith("> **说明**：您的文件中没有与本节有关的内容。")
    assert "> **本节应写**：说明需要哪些许可。" in text
    assert 3 <= text.count("> - ") <= 5


def test_files_in_another_language_are_not_called_empty() -> None:
    text = section("Safety", EVALUATION_PASSAGES)

    assert "Your files are in another language than this document." in text


@pytest.mark.parametrize(
    ("title", "label"),
    [("Budget", "without a model and without material"), ("预算", "既无模型也无资料")],
)
def test_without_material_a_section_is_a_labelled_scaffold(title: str, label: str) -> None:
    text = section(title, (), has_material=False)

    assert label in text.splitlines()[0]
    assert 3 <= text.count("> - ") <= 5
    assert cited(text) == []


@pytest.mark.parametrize(
    "sentence",
    [
        "This makes the plant cheaper to run each year.",
        "How much storage does a grid need each year?",
        "I measured the tide at the harbour every morning.",
        "Click here to read more about storage on the grid.",
        "The plant has two basins, see Figure 3 for details.",
        "Too short.",
        "A label without a stop at its very end",
        "该方法可以明显降低评测的人工成本。",
        "上述结果说明模型的能力仍有不足。",
        "系统由三个部分组成，如图所示，各自独立。",
        "为什么大语言模型需要系统的评测？",
        "版权所有，未经许可不得转载本文任何内容。",
    ],
)
def test_what_cannot_stand_alone_is_left_out(sentence: str) -> None:
    assert worth_of(sentence) == 0


@pytest.mark.parametrize(
    "sentence",
    [
        "A plant needs two basins at different heights.",
        "The share rose to 12.5 percent within a decade.",
        "数据污染是公开数据集面临的难题。",
        "大语言模型（LLM）的能力无法从规模直接推断。",
    ],
)
def test_what_stands_alone_is_kept(sentence: str) -> None:
    assert worth_of(sentence) == 1


def test_markup_and_foreign_reference_marks_are_cleaned_off() -> None:
    assert cleaned("- **Tides** [rise](http://x.y) daily [3, 4].") == "Tides rise daily."
    assert as_markdown("a * b < c and `x*y` [z]") == r"a \* b \< c and `x*y` \[z\]"


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
        ("Tides", "Covers: a; b. From: a.md.", "This chapter covers Moon and 太阳."),
        ("潮汐", "内容包括：甲；乙。", "本章内容包括Moon和太阳。"),
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
