import re
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.domain.assembly import GAP, Evidence, Imprint, assemble, edited, obeys
from pipeline.domain.citations import cited
from pipeline.domain.documents import (
    Document,
    Draft,
    Language,
    NodeId,
    Outline,
    OutlineNode,
    Passage,
    PassageId,
    SectionStatus,
    Source,
    SourceId,
)
from pipeline.domain.markdown import protected
from pipeline.domain.outline import leaves, walk
from pipeline.errors import ModelUnavailable, NotFound, PipelineError

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
SOURCES = tuple(
    Source(id=SourceId(f"s{i}"), title=title, file_name=f"file_{i}.md")
    for i, title in enumerate(["Tides", "潮汐能", "Wind [draft]", "海岸"])
)
PASSAGES = {
    PassageId(f"{i:012x}"): Passage(
        id=PassageId(f"{i:012x}"), source_id=SOURCES[i % 4].id, text=f"Passage {i}."
    )
    for i in range(12)
}
EVIDENCE = Evidence(PASSAGES, SOURCES)
A, B, C = list(PASSAGES)[:3]


def node(key: str, title: str, *children: OutlineNode) -> OutlineNode:
    return OutlineNode(id=NodeId(key), title=title, children=children)


OUTLINE = Outline(
    title="Tidal power",
    nodes=(
        node("intro", "Introduction"),
        node("tech", "Technology", node("barrage", "Barrages"), node("stream", "潮流能")),
    ),
)


def built(
    drafts: dict[str, str],
    *,
    outline: Outline = OUTLINE,
    failures: dict[NodeId, PipelineError] | None = None,
    language: Language = "en",
) -> Document:
    return assemble(
        outline,
        {NodeId(key): Draft(text=text) for key, text in drafts.items()},
        failures or {},
        EVIDENCE,
        Imprint(language, "offline", NOW),
    )


WHOLE = {
    "intro": f"Tides rise [@{B}].",
    "barrage": f"Dams hold water [@{A}]. More [@{B}].",
    "stream": f"潮流推动叶轮[@{A}]。",
}


def test_every_node_stands_in_order_under_its_title_and_number() -> None:
    document = built(WHOLE)

    assert document.content == (
        "# Tidal power\n\n"
        "## 1 Introduction\n\n"
        "Tides rise [1].\n\n"
        "## 2 Technology\n\n"
        "### 2.1 Barrages\n\n"
        "Dams hold water [2]. More [1].\n\n"
        "### 2.2 潮流能\n\n"
        "潮流推动叶轮[2]。\n\n"
        "## References\n\n"
        r"[1] 潮汐能 (file\_1.md)"
        "\n\n"
        r"[2] Tides (file\_0.md)"
        "\n"
    )
    assert obeys(OUTLINE, document) == []


def test_a_chinese_document_names_its_references_in_chinese() -> None:
    document = built({"intro": f"潮汐上涨[@{A}]。"}, language="zh")

    assert "## 1 Introduction" in document.content
    assert document.content.endswith("## 参考文献\n\n[1] Tides（file\\_0.md）\n")


def test_only_cited_sources_are_listed_and_only_cited_passages_kept() -> None:
    document = built(WHOLE)

    assert [entry.source_id for entry in document.references] == ["s1", "s0"]
    assert {passage.id for passage in document.passages} == {A, B}
    assert document.sources == SOURCES


def test_a_failed_section_is_a_marked_gap_and_its_error_is_no_text() -> None:
    failures: dict[NodeId, PipelineError] = {
        NodeId("barrage"): ModelUnavailable("connect ECONNREFUSED 10.0.0.1")
    }

    document = built({"intro": "Text.", "stream": "文字。"}, failures=failures)

    section = next(s for s in document.sections if s.id == "barrage")
    assert "> **This section could not be written.** The model did not answer." in document.content
    assert "ECONNREFUSED" not in document.content
    assert (section.status, section.content) == (SectionStatus.FAILED, "")
    assert (section.error_code, document.integrity.failed_sections) == ("model_unavailable", 1)


def test_a_gap_in_a_chinese_document_is_in_chinese() -> None:
    document = built({}, language="zh")

    assert document.content.count("> **本节未能写成**。撰写过程中出现了问题。") == 3
    assert document.integrity.failed_sections == 3


def test_headings_inside_a_section_move_below_it_and_code_stays() -> None:
    text = "# Own\n\nText.\n\n```python\n# comment\n```\n\nSub\n---\n\nMore."

    document = built({**WHOLE, "barrage": text})

    assert (
        "#### Own\n\nText.\n\n```python\n# comment\n```\n\n##### Sub\n\nMore." in document.content
    )
    assert obeys(OUTLINE, document) == []


def test_an_open_code_fence_does_not_swallow_the_next_section() -> None:
    document = built({**WHOLE, "intro": "See:\n\n```\ncode"})

    assert "```\ncode\n```\n\n## 2 Technology" in document.content
    assert obeys(OUTLINE, document) == []


def test_a_chapter_with_a_lead_in_has_it_before_its_sections() -> None:
    document = built({**WHOLE, "tech": "Two ways are in use."})

    assert "## 2 Technology\n\nTwo ways are in use.\n\n### 2.1 Barrages" in document.content


def test_headings_deeper_than_markdown_has_them_still_obey() -> None:
    deep = node("8", "Eight")
    for level in range(7, 0, -1):
        deep = node(str(level), f"Level {level}", deep)
    outline = Outline(title="Deep", nodes=(deep,))

    document = built({"8": "# Own\n\nText."}, outline=outline)

    assert "###### 1.1.1.1.1.1.1.1 Eight\n\n**Own**\n\nText." in document.content
    assert obeys(outline, document) == []


def test_words_and_characters_are_of_the_text_without_citations_and_gaps() -> None:
    document = built({"intro": f"Two words [@{A}].", "stream": f"四个汉字[@{B}]。"})

    assert (document.word_count, document.char_count) == (6, 14)
    assert [s.word_count for s in document.sections] == [2, 0, 0, 4]


def test_integrity_counts_what_was_cited_and_what_was_invented() -> None:
    document = built({**WHOLE, "intro": "No source [@p99]."})

    integrity = document.integrity
    assert (integrity.citations, integrity.resolved) == (3, 3)
    assert (integrity.unknown_markers, integrity.uncited_sections) == (1, 1)


def test_an_edit_renumbers_the_whole_document() -> None:
    document = edited(built(WHOLE), NodeId("intro"), f"First now [@{A}].")

    assert "First now [1]." in document.content
    assert "Dams hold water [1]. More [2]." in document.content
    assert [entry.source_id for entry in document.references] == ["s0", "s1"]


def test_an_edit_that_is_taken_back_restores_the_document() -> None:
    before = built(WHOLE)

    cut = edited(before, NodeId("intro"), "No citation.")
    back = edited(cut, NodeId("intro"), WHOLE["intro"])

    assert back.content == before.content
    assert back.references == before.references


def test_an_edit_fills_a_gap() -> None:
    document = edited(built({}), NodeId("stream"), f"潮流能[@{C}]。", [PASSAGES[C]])

    section = document.sections[-1]
    assert (section.status, section.error_code, section.error) == (SectionStatus.DONE, "", "")
    assert "潮流能[1]。" in document.content


def test_a_marker_that_an_edit_invents_is_removed() -> None:
    document = edited(built(WHOLE), NodeId("intro"), "Made up [@ffffffffffff].")

    assert "## 1 Introduction\n\nMade up." in document.content
    assert document.integrity.unknown_markers == 1


def test_an_edit_of_an_unknown_section_is_refused() -> None:
    with pytest.raises(NotFound):
        edited(built(WHOLE), NodeId("nowhere"), "Text.")


def test_a_document_that_departs_from_its_outline_is_found_out() -> None:
    document = built(WHOLE)
    renamed = document.model_copy(
        update={"content": document.content.replace("### 2.1 Barrages", "### 2.1 Dams")}
    )
    swapped = document.model_copy(update={"sections": document.sections[::-1]})

    assert obeys(OUTLINE, renamed) != []
    assert obeys(OUTLINE, swapped) != []
    assert obeys(Outline(title="Tidal power", nodes=OUTLINE.nodes[:1]), document) != []


TITLES = st.sampled_from(
    ["A", "A", "潮汐", "1.1 A", "C#", "C #", "*Bold* `x`", "References", "参考"]
)
TEXTS = st.lists(
    st.sampled_from(
        [
            "A sentence. ",
            "一句话。",
            "# Heading\n",
            "\n\n",
            "```\n",
            "\n## 1 A\n",
            "$$\n",
            "- item\n",
            "---\n",
            "[7] ",
            "[@p9]",
            *(f"[@{key}]" for key in PASSAGES),
        ]
    ),
    max_size=12,
).map("".join)


@st.composite
def outlines(draw: st.DrawFn) -> Outline:
    counter = iter(range(1000))

    def branch(depth: int) -> OutlineNode:
        width = draw(st.integers(0, 2)) if depth < 4 else 0
        children = tuple(branch(depth + 1) for _ in range(width))
        return node(f"n{next(counter)}", draw(TITLES), *children)

    nodes = tuple(branch(1) for _ in range(draw(st.integers(1, 3))))
    return Outline(title=draw(TITLES), nodes=nodes)


def citation_numbers(text: str) -> list[int]:
    shield = protected(text)
    return [
        int(match[1])
        for match in re.finditer(r"\[(\d+)\]", text)
        if not any(start <= match.start() < end for start, end in shield)
    ]


@given(st.data())
def test_any_outline_is_obeyed_and_any_edits_keep_the_citations_whole(data: st.DataObject) -> None:
    outline = data.draw(outlines())
    written = [place.node.id for place in leaves(outline.nodes)]
    document = assemble(
        outline,
        {node_id: Draft(text=data.draw(TEXTS)) for node_id in written[:-1]},
        {},
        EVIDENCE,
        Imprint("en", "offline", NOW),
    )
    ids = [place.node.id for place in walk(outline.nodes)]
    for _ in range(data.draw(st.integers(0, 3))):
        found = list(PASSAGES.values())
        document = edited(document, data.draw(st.sampled_from(ids)), data.draw(TEXTS), found)

    assert obeys(outline, document) == []
    body, _, listed = document.content.rpartition("\n## References\n")
    count = len(document.references)
    used = citation_numbers(body if document.references else document.content)
    assert list(dict.fromkeys(used)) == list(range(1, count + 1))
    assert [entry.number for entry in document.references] == list(range(1, count + 1))
    assert citation_numbers(listed) == list(range(1, count + 1)) or not document.references
    sources = {passage.id: passage.source_id for passage in document.passages}
    quoted = [sources[i] for section in document.sections for i in cited(section.content)]
    assert [entry.source_id for entry in document.references] == list(dict.fromkeys(quoted))
    assert document.integrity.citations == document.integrity.resolved == len(quoted)


def test_the_gap_names_both_languages() -> None:
    assert set(GAP) == {"en", "zh"}
