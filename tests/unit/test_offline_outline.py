import asyncio
from itertools import pairwise

import pytest

from pipeline.adapters.offline_author import OfflineAuthor
from pipeline.adapters.offline_author.query import read_query
from pipeline.domain.briefs import (
    OutlineBrief,
    SourceDigest,
)
from pipeline.domain.documents import (
    ProposedNode,
    ProposedOutline,
    Source,
    SourceId,
)
from tests.example_files import (
    EVALUATION,
    EVALUATION_PASSAGES,
    STORAGE,
    STORAGE_PASSAGES,
    commission,
)


def proposal(brief: OutlineBrief) -> tuple[ProposedOutline, list[ProposedOutline]]:
    grown: list[ProposedOutline] = []
    whole = asyncio.run(OfflineAuthor().propose_outline(brief, grown.append))
    return whole, grown


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
