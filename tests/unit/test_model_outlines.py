"""The outline that a model proposes: what it is told of the sources, and what it says of them."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic_core import from_json

from pipeline.adapters.model_author.answers import Chapter, OutlineAnswer, proposal
from pipeline.adapters.model_author.outline_prompts import (
    DIGESTS_SIZE,
    fair_shares,
    outline_messages,
)
from pipeline.adapters.model_author.source_names import SourceNames
from pipeline.adapters.openai_chat.shapes import parsed
from pipeline.domain.briefs import Commission, OutlineBrief, SourceDigest
from pipeline.domain.documents import (
    Language,
    Passage,
    PassageId,
    ProposedNode,
    ProposedOutline,
    Source,
    SourceId,
)
from pipeline.domain.passages import size_of
from tests.unit.trees import proposed_paths

OUTLINE_JSON = (
    '{"title": "1. 潮汐 Tides", "chapters": [{"title": "第一章 The sea", "summary": "海。",'
    ' "sources": ["S2", "S9", "S1", "S2"],'
    ' "children": [{"title": "2.1 Spring", "summary": "a", "sources": ["none"], "children": []},'
    ' {"title": "Neap", "summary": "b", "children": [{"title": "小", "summary": "c"}]}]},'
    ' {"title": "3D maps", "summary": "", "sources": [], "children": []}]}'
)
NAMES = SourceNames([SourceId("sha-tides"), SourceId("sha-潮汐")])


def digest(number: int, **fields: object) -> SourceDigest:
    source = Source(
        id=SourceId(f"sha{number}"), title=f"TITLE{number}", file_name=f"文件{number}.pdf"
    )
    return SourceDigest.model_validate({"source": source, **fields})


def prompt_of(*digests: SourceDigest, passages: tuple[Passage, ...] = ()) -> str:
    return "\n".join(told(*digests, passages=passages))


def told(
    *digests: SourceDigest, passages: tuple[Passage, ...] = (), language: Language = "en"
) -> list[str]:
    commission = Commission(prompt="潮汐" if language == "zh" else "Tides", language=language)
    brief = OutlineBrief(commission=commission, digests=digests, passages=passages)
    names = SourceNames([each.source.id for each in digests])
    return [message["content"] for message in outline_messages(brief, names)]


def test_sources_and_passages_go_out_under_short_names_and_without_ids() -> None:
    passage = Passage(
        id=PassageId("p.moon"),
        source_id=SourceId("sha1"),
        text="月球引起潮汐。",
        heading_path=("成因",),
    )

    prompt = prompt_of(digest(0, opening="Spring tides."), digest(1), passages=(passage,))

    assert '<source id="S1" title="文件0.pdf">\nTITLE0\nSpring tides.\n</source>' in prompt
    assert '<source id="S2" title="文件1.pdf">' in prompt
    assert '<passage title="S2 › 成因">\n月球引起潮汐。' in prompt
    assert "sha" not in prompt
    assert "p.moon" not in prompt


def test_sentences_under_one_heading_stand_behind_it_once() -> None:
    said = (("Costs", "It costs much."), ("Costs", "Walls last."), ("成因", "月球引起潮汐。"))

    prompt = prompt_of(digest(0, key_sentences=(*said, ("", "No heading."))))

    assert "\nCosts › It costs much. Walls last.\n成因 › 月球引起潮汐。\nNo heading.\n" in prompt


@pytest.mark.parametrize(("language", "word"), [("en", "short names"), ("zh", "短名")])
def test_a_model_is_asked_for_sources_only_where_there_are_some(
    language: Language, word: str
) -> None:
    rules_with, _ = told(digest(0), language=language)
    rules_without, prompt = told(language=language)

    assert word in rules_with
    assert word not in rules_without
    assert "<source id" not in prompt


def test_the_outline_prompt_names_every_source_however_long_the_first_is() -> None:
    digests = [
        digest(
            i,
            headings=((1, f"HEADING{i}"),),
            opening="long " * 50_000 if i == 0 else "短",
        )
        for i in range(30)
    ]

    prompt = prompt_of(*digests)

    assert all(f"TITLE{i}" in prompt and f"HEADING{i}" in prompt for i in range(30))
    assert len(prompt) < DIGESTS_SIZE + 6_000


def test_of_a_source_that_is_too_long_something_of_all_its_parts_is_shown() -> None:
    chapters = range(40)
    long = digest(
        0,
        headings=tuple(
            (depth, f"{'章' if depth == 1 else 'SECTION'}{i}.{j} " + "x" * 60)
            for i in chapters
            for j in range(20)
            for depth in ([1] if j == 0 else [2])
        ),
        opening="OPENING " + "潮" * 20_000,
        key_sentences=tuple((f"章{i}", f"SAID{i}. " + "潮汐发电" * 100) for i in chapters),
    )

    prompt = prompt_of(long)

    assert all(f"章{i}.0" in prompt for i in chapters)
    assert "OPENING" in prompt
    shown = [i for i in chapters if f"SAID{i}." in prompt]
    assert len(shown) > 10
    assert max(after - before for before, after in pairwise(shown)) <= 8
    assert shown[-1] >= 32
    assert size_of(prompt) < DIGESTS_SIZE + 8_000
    assert "the rest is left out" in prompt


@given(st.lists(st.integers(0, 5_000), max_size=30), st.integers(0, 20_000))
def test_fair_shares_fit_and_leave_nobody_out(sizes: list[int], total: int) -> None:
    shares = fair_shares(sizes, total)

    assert sum(shares) <= total
    assert all(0 <= share <= size for share, size in zip(shares, sizes, strict=True))
    if sum(sizes) <= total:
        assert shares == sizes
    elif sizes:
        assert min(s for s, size in zip(shares, sizes, strict=True) if s < size) >= (
            total // len(sizes)
        )


def test_an_outline_answer_becomes_a_proposal_without_numbers_or_short_names() -> None:
    whole = proposal(parsed(OUTLINE_JSON, OutlineAnswer), NAMES)

    assert whole == ProposedOutline(
        title="潮汐 Tides",
        nodes=(
            ProposedNode(
                title="The sea",
                content_summary="海。",
                source_ids=(SourceId("sha-潮汐"), SourceId("sha-tides")),
                children=(
                    ProposedNode(title="Spring", content_summary="a", is_uncovered=True),
                    ProposedNode(
                        title="Neap",
                        content_summary="b",
                        children=(ProposedNode(title="小", content_summary="c"),),
                    ),
                ),
            ),
            ProposedNode(title="3D maps"),
        ),
    )


@pytest.mark.parametrize(
    ("written", "title"),
    [("第一部分 项目概况", "项目概况"), ("第二部分：方案", "方案"), ("第三部 终章", "终章")],
)
def test_a_part_is_a_number_as_a_whole(written: str, title: str) -> None:
    whole = proposal(OutlineAnswer(title=written, chapters=(Chapter(title=written),)), NAMES)

    assert (whole.title, whole.nodes[0].title) == (title, title)


def test_of_an_unfinished_outline_nodes_are_only_added_whatever_has_arrived() -> None:
    before: dict[tuple[int, ...], tuple[str, str]] = {}
    for end in range(1, len(OUTLINE_JSON) + 1):
        value = from_json(OUTLINE_JSON[:end], allow_partial=True)

        after = proposed_paths(proposal(OutlineAnswer.model_validate(value)).nodes)

        assert before.items() <= after.items()
        before = after

    assert before == proposed_paths(proposal(parsed(OUTLINE_JSON, OutlineAnswer), NAMES).nodes)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (["S1"], ["a"]),
        (["s2", "S 1"], ["b"]),
        (["S2, S1"], ["b", "a"]),
        (["S1、S2"], ["a", "b"]),
        (["S2和S1。"], ["b", "a"]),
        (["S1/S2", "S2: 潮汐.pdf"], ["a", "b"]),
        (["[S1]", "【S2】"], ["a", "b"]),
        (["S1 (tides.pdf)"], ["a"]),
        (["S2", "S2", "S1", "S2"], ["b", "a"]),
        (["S3", "S0", "S999"], []),
        (["s1-guide.pdf", "tides.pdf", "https://example.org/S1"], []),
        (["潮汐.pdf", "a", ""], []),
        (["none", "S1"], ["a"]),
        ([], []),
    ],
)
def test_only_short_names_that_were_given_become_sources(
    said: list[str], expected: list[str]
) -> None:
    names = SourceNames([SourceId("a"), SourceId("b")])

    assert list(names.sources(said)) == expected


@pytest.mark.parametrize(
    ("sources", "expected"),
    [
        ('"S2, S1"', ("sha-潮汐", "sha-tides")),
        ("null", ()),
        ('[{"id": "S1"}, "S2", 1, null]', ("sha-潮汐",)),
        ('{"S1": true}', ()),
        ("7", ()),
    ],
)
def test_names_that_come_in_another_form_cost_no_outline(
    sources: str, expected: tuple[str, ...]
) -> None:
    answer = f'{{"title": "潮汐", "chapters": [{{"title": "海", "sources": {sources}}}]}}'

    whole = proposal(parsed(answer, OutlineAnswer), NAMES)

    assert [(node.title, node.source_ids) for node in whole.nodes] == [("海", expected)]


@pytest.mark.parametrize(
    ("said", "is_denied"),
    [
        (["none"], True),
        (["None"], True),
        (["无"], True),
        (["none", "S9"], True),
        (["none", "S1"], False),
        (["无。"], True),
        (["None."], True),
        (["S9"], False),
        ([], False),
    ],
)
def test_a_part_is_denied_only_by_the_one_word_for_it(said: list[str], *, is_denied: bool) -> None:
    assert SourceNames([SourceId("a")]).is_denied(said) == is_denied
    assert not SourceNames().is_denied(said)
