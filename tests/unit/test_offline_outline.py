import asyncio
from itertools import pairwise

import pytest

from pipeline.adapters.offline_author import OfflineAuthor
from pipeline.adapters.offline_author.subjects import subject_of
from pipeline.domain.briefs import OutlineBrief
from pipeline.domain.documents import ProposedNode, ProposedOutline
from tests.example_files import (
    commission,
    outline_brief,
    text_of,
    without_headings,
)

STORAGE_TEXT = text_of("grid-storage.md")
EVALUATION_TEXT = text_of("llm-evaluation.zh.md")


def proposal(brief: OutlineBrief) -> tuple[ProposedOutline, list[ProposedOutline]]:
    grown: list[ProposedOutline] = []
    whole = asyncio.run(OfflineAuthor().propose_outline(brief, grown.append))
    return whole, grown


def titles(nodes: tuple[ProposedNode, ...]) -> list[str]:
    return [node.title for node in nodes]


def leaves(nodes: tuple[ProposedNode, ...]) -> list[ProposedNode]:
    return [leaf for node in nodes for leaf in (leaves(node.children) or [node])]


def test_an_outline_follows_the_headings_of_the_file() -> None:
    brief = outline_brief(commission("Write a report on grid storage"), storage=STORAGE_TEXT)

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
    assert "Fire services" in safety


def test_a_chapter_that_was_asked_for_and_is_in_no_file_is_said_to_have_none() -> None:
    prompt = "A report for the council, covering grid storage, costs and taxes of nuclear fusion"

    outline, _ = proposal(outline_brief(commission(prompt), storage=STORAGE_TEXT))

    without = [node.title for node in leaves(outline.nodes) if node.is_uncovered]
    assert without == ["Taxes of nuclear fusion"]
    assert "Grid storage" in titles(outline.nodes)  # the subject of the whole file, not of a part


def test_a_chinese_outline_follows_the_headings_and_what_was_asked_comes_first() -> None:
    prompt = "写一份大语言模型评测报告，包括判分方法和数据集"

    outline, _ = proposal(outline_brief(commission(prompt), evaluation=EVALUATION_TEXT))

    assert outline.title == "大语言模型评测报告"
    assert titles(outline.nodes)[:2] == ["判分方法", "数据集"]
    assert titles(outline.nodes[0].children) == ["自动判分", "人工判分", "模型判分"]
    assert all(node.content_summary.startswith("内容包括：") for node in outline.nodes)


def test_an_outline_grows_and_never_changes_what_it_showed() -> None:
    brief = outline_brief(commission("Grid storage"), storage=STORAGE_TEXT)

    whole, grown = proposal(brief)

    assert grown[-1] == whole
    assert len(grown) == 1 + len(whole.nodes) + sum(len(n.children) for n in whole.nodes)
    for before, after in pairwise(grown):
        kept = after.nodes[: len(before.nodes)]
        assert titles(kept) == titles(before.nodes)
        for old, new in zip(before.nodes, kept, strict=True):
            assert new.children[: len(old.children)] == old.children


def test_boilerplate_numbers_and_empty_headings_are_dropped() -> None:
    said = "A sentence with some twelve words in it stands here for the text. " * 3
    text = f"""# Manual

## Table of contents

- Pumps

## 1. Pumps

### 1.1 Seals

{said}

### 1.2 Bearings

{said}

### 1.3 Nothing yet

## 第二章 阀门

{said}

## References

### Web pages

{said}

## 参考文献

{said}
"""

    outline, _ = proposal(outline_brief(commission("Pumps"), manual=text))

    assert titles(outline.nodes) == ["Pumps", "阀门"]
    assert titles(outline.nodes[0].children) == ["Seals", "Bearings"]


def test_chapters_of_two_files_on_the_same_subject_become_one_that_names_both() -> None:
    def file(*names: str) -> str:
        said = "A plant holds water and gives it back when the town needs it most of all. " * 2
        return "\n\n".join(f"# {name}\n\n{said}" for name in names)

    brief = outline_brief(
        commission("Plants"),
        a=file("Introduction", "Fire safety", "Costs"),
        b=file("Conclusion", "Fire safety", "Permits", "Background"),
    )

    outline, _ = proposal(brief)

    assert titles(outline.nodes) == [
        "Introduction",
        "Background",
        "Permits",
        "Costs",
        "Fire safety",
        "Conclusion",
    ]
    assert [node.source_ids for node in outline.nodes] == [
        ("a",),
        ("b",),
        ("b",),
        ("a",),
        ("a", "b"),
        ("b",),
    ]


SAID = "The harbour keeps a record of each storm and of the water at its gates. " * 3
SAID_ZH = "港口记录每次风暴和闸门处的水位，并据此决定何时关闭闸门。" * 3


@pytest.mark.parametrize(
    ("prompt", "said", "names"),
    [
        ("Harbours", SAID, ("Storms", "Warnings", "Gates", "Ships", "Pilots", "Tugs")),
        ("港口", SAID_ZH, ("风暴", "预警发布", "闸门", "船舶", "引航员", "拖轮")),
    ],
)
def test_the_only_chapter_of_a_part_of_a_book_stays_a_chapter(
    prompt: str, said: str, names: tuple[str, ...]
) -> None:
    def part(chapter: str, *sections: str) -> str:
        below = "\n\n".join(f"## {section}\n\n{said}" for section in sections)
        return f"---\ntitle: {prompt}\n---\n\n# {chapter}\n\n{below}"

    told = commission(prompt, words=9000)
    outline, _ = proposal(outline_brief(told, a=part(*names[:3]), b=part(*names[3:])))
    alone, _ = proposal(outline_brief(told, a=part(*names[:3])))

    assert titles(outline.nodes) == [names[0], names[3]]
    assert [titles(node.children) for node in outline.nodes] == [[*names[1:3]], [*names[4:]]]
    assert titles(alone.nodes) == [*names[1:3]]


@pytest.mark.parametrize(
    ("prompt", "text", "wanted"),
    [
        (
            "Storage",
            STORAGE_TEXT,
            {"Pumped hydro plants", "Lithium-ion batteries", "Cost of storage"},
        ),
        ("大语言模型评测", EVALUATION_TEXT, {"数据集的质量", "人工判分", "模型判分", "评测流程"}),
    ],
)
def test_a_file_without_headings_is_outlined_by_what_its_sentences_speak_of(
    prompt: str, text: str, wanted: set[str]
) -> None:
    brief = outline_brief(commission(prompt), flat=without_headings(text))

    outline, _ = proposal(brief)

    assert wanted <= set(titles(outline.nodes))
    assert 7 <= len(outline.nodes) <= 10


@pytest.mark.parametrize(("words", "fewest", "most"), [(800, 3, 6), (3000, 7, 10)])
def test_the_number_of_sections_follows_the_length(words: int, fewest: int, most: int) -> None:
    told = commission("Storage", words=words)

    outline, _ = proposal(outline_brief(told, flat=without_headings(STORAGE_TEXT)))

    assert fewest <= len(leaves(outline.nodes)) <= most


def test_no_more_sections_are_proposed_than_the_material_fills() -> None:
    short = "\n\n".join(without_headings(STORAGE_TEXT).split("\n\n")[:4])

    outline, _ = proposal(outline_brief(commission("Storage", words=50_000), flat=short))

    assert 1 <= len(leaves(outline.nodes)) <= 4


@pytest.mark.timeout(60)  # measured in CPU time; a busy machine takes longer by the clock
@pytest.mark.parametrize(
    ("sentence", "subject"),
    [
        ("Pumped hydro plants lift water into an upper reservoir.", "Pumped hydro plants"),
        ("The main limit of pumped hydro is geography.", "limit of pumped hydro"),
        ("Within the town, rain should be kept where it falls.", "rain"),
        ("This makes the plant cheaper.", ""),
        ("Local knowledge corrects the map.", "Local knowledge"),
        ("数据集的质量决定评测的上限。", "数据集的质量"),
        ("与拆除重建相比，更新投入较少。", "更新投入"),
        ("该方法可以明显降低成本。", ""),
        ("更新的目的是改善居住条件。", "更新的目的"),
    ],
)
def test_a_sentence_names_what_it_speaks_of(sentence: str, subject: str) -> None:
    assert subject_of(sentence) == subject


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
    ("prompt", "own", "foreign", "note"),
    [
        (
            "写一份关于电网储能的报告",
            EVALUATION_TEXT,
            STORAGE_TEXT,
            "您的文件与本文档使用的语言不同",
        ),
        (
            "A report on evaluation",
            STORAGE_TEXT,
            EVALUATION_TEXT,
            "Your files are in another language",
        ),
    ],
)
def test_files_in_another_language_than_the_document_give_it_no_titles(
    prompt: str, own: str, foreign: str, note: str
) -> None:
    alone, _ = proposal(outline_brief(commission(prompt), own=own))
    both, _ = proposal(outline_brief(commission(prompt), own=own, foreign=foreign))
    strange, _ = proposal(outline_brief(commission(prompt), foreign=foreign))
    bare, _ = proposal(OutlineBrief(commission=commission(prompt, has_material=False)))

    assert titles(both.nodes) == titles(alone.nodes)
    assert (alone.left_out, both.left_out, strange.left_out) == ((), ("foreign",), ("foreign",))
    assert titles(strange.nodes) == titles(bare.nodes)
    assert [note in node.content_summary for node in strange.nodes[:2]] == [True, False]


@pytest.mark.parametrize(
    ("prompt", "said", "names"),
    [
        ("Harbours", SAID, ("Storms", "Warnings", "Gates", "Ships")),
        ("港口", SAID_ZH, ("风暴", "预警发布", "闸门", "船舶")),
    ],
)
def test_a_lone_section_stays_below_a_chapter_only_where_both_have_text(
    prompt: str, said: str, names: tuple[str, ...]
) -> None:
    storms, warnings, gates, ships = names
    text = f"# {storms}\n\n{said}\n\n## {warnings}\n\n{said}\n\n# {gates}\n\n## {ships}\n\n{said}"

    outline, _ = proposal(outline_brief(commission(prompt, words=9000), a=text))

    assert titles(outline.nodes) == [storms, gates]
    assert [titles(node.children) for node in outline.nodes] == [[warnings], []]


@pytest.mark.parametrize(
    ("prompt", "text"),
    [
        ("写一份关于潮汐能的报告", "# 成本\n\n潮汐电站的建设成本高于风电。"),
        ("写一份关于潮汐能的报告", "潮汐电站的建设成本高于风电。"),
        ("A report on tidal power", "It is so."),
    ],
)
def test_a_file_of_one_sentence_gets_the_shape_of_the_genre(prompt: str, text: str) -> None:
    outline, _ = proposal(outline_brief(commission(prompt), a=text))

    assert len(outline.nodes) > 2
    assert all(node.title and node.content_summary for node in outline.nodes)
