"""The claims of a document: which are supported, which are to be checked, which need a source."""

from datetime import UTC, datetime

import pytest

from pipeline.domain.assembly import edited, recomputed
from pipeline.domain.claims import states_something
from pipeline.domain.documents import (
    Claim,
    Document,
    DocumentSection,
    NodeId,
    Passage,
    PassageId,
    Source,
    SourceId,
    Support,
)
from pipeline.domain.prose import sentences

NOW = datetime(2026, 11, 24, tzinfo=UTC)
SOURCE = Source(id=SourceId("s"), title="Tidal power")
PASSAGES = (
    Passage(
        id=PassageId("p1"),
        source_id=SOURCE.id,
        text="The Rance barrage opened in 1966. It has 24 turbines. Silt settles behind the dam.",
    ),
    Passage(
        id=PassageId("p2"), source_id=SOURCE.id, text="江厦电站于1980年并网发电，共有六台机组。"
    ),
)


def document(*contents: str, sources: tuple[Source, ...] = (SOURCE,)) -> Document:
    sections = tuple(
        DocumentSection(id=NodeId(f"n{i}"), title=f"T{i}", level=1, number=str(i), content=content)
        for i, content in enumerate(contents, 1)
    )
    return recomputed(
        Document(
            title="T",
            content="",
            sections=sections,
            sources=sources,
            passages=PASSAGES,
            generated_at=NOW,
        )
    )


def marked(whole: Document) -> list[tuple[str, str, tuple[str, ...]]]:
    texts = {section.id: section.content for section in whole.sections}
    return [
        (texts[claim.section_id][claim.start : claim.end], claim.support.value, claim.reasons)
        for claim in whole.claims
    ]


def test_only_what_is_not_supported_is_listed_and_all_is_counted() -> None:
    whole = document(
        "The Rance barrage opened in 1966 [@p1]. It has **42** turbines [@p1].",
        "江厦电站于1980年并网发电[@p2]。议会在首都通过了新的港口法案。[@p2]",
    )

    assert marked(whole) == [
        ("It has **42** turbines [@p1].", "check", ("number",)),
        ("议会在首都通过了新的港口法案。[@p2]", "not_found", ("words",)),
    ]
    integrity = whole.integrity
    assert (integrity.supported, integrity.to_check, integrity.needing_source) == (2, 2, 0)


def test_a_statement_without_a_citation_needs_a_source_where_there_is_material() -> None:
    text = "The largest plant of Korea has 254 MW.\n\n韩国始华湖电站装机容量为254兆瓦。"

    assert [support for _, support, _ in marked(document(text))] == ["needs_source"] * 2
    assert document(text).integrity.needing_source == 2
    assert document(text, sources=()).claims == ()


def test_one_citation_covers_what_it_carries_in_its_paragraph() -> None:
    covered = "The Rance barrage opened in 1966. It has 24 turbines [@p1]."
    elsewhere = "The Rance barrage opened in 1966.\n\nIt has 24 turbines [@p1]."
    beyond = "The Annapolis station opened in 1984. It has 24 turbines [@p1]."

    assert marked(document(covered)) == []
    assert marked(document(elsewhere)) == [
        ("The Rance barrage opened in 1966.", "needs_source", ())
    ]
    assert marked(document(beyond)) == [
        ("The Annapolis station opened in 1984.", "needs_source", ())
    ]


def test_a_rule_line_of_number_signs_does_not_stop_an_edit() -> None:
    whole = edited(document("It has 24 turbines [@p1]."), NodeId("n1"), "一" * 5_000 + " [@p1]")

    assert whole.sections[0].content.startswith("一一一")


@pytest.mark.parametrize(
    "text",
    [
        "This chapter describes 3 ways to use the tides.",
        "本章介绍利用潮汐的三种方式。",
        "Who built the barrage on the Rance in 1966?",
        "The barrage on the Rance has 3 parts:",
        "We propose that Korea builds 2 further plants by 2030.",
        "本项目计划于2027年在温岭市完成两台机组的改造。",
        "It is a question of how one looks at it.",
        "因此值得进一步了解。",
        "See table 3 for the plants of Korea.",
        "数据备份是日常工作的一部分。",
        "选择哪一种方式，依据团队的习惯而定。",
        "Yesterday I counted 3 plants in Korea.",
        "At Stanford I measured 40 boats a day.",
        "The ministry told us of 3 plants in Korea.",
    ],
)
def test_questions_announcements_lead_ins_and_plans_are_no_claims(text: str) -> None:
    assert not states_something(text)
    assert marked(document(text)) == []


@pytest.mark.parametrize(
    "text",
    [
        "北京是中国的首都和文化中心。",
        "三分之二的受访者支持这一方案。",
        "超过半数的受访者支持这一方案。",
        "该工艺需要1200度的高温。",
        "据世界银行统计，当地用电户逐年上升。",
        "Two thirds of the farmers use the new pump.",
        "The US imported 3 million tonnes in 2019.",
        "World War I ended in 1918, and Elizabeth I died in 1603.",
        "In World War I many ships were lost, 40 of them in 1915.",
        "Patients with type I diabetes need 4 doses a day, i.e. one every 6 hours.",
    ],
)
def test_a_share_a_need_and_what_a_place_is_are_claims(text: str) -> None:
    assert states_something(text)
    assert [support for _, support, _ in marked(document(text))] == ["needs_source"]


def test_code_headings_notes_and_formulas_are_no_claims() -> None:
    text = (
        "#### Plants of Korea since 2011\n\n"
        "```\nThe Rance barrage opened in 1967.\n```\n\n"
        "> **Note**: The largest plant of Korea has 254 MW.\n\n"
        "$$P = 254\\,MW$$\n"
    )

    assert marked(document(text)) == []


def test_a_table_that_cites_nothing_is_one_claim_and_a_row_that_cites_is_compared() -> None:
    table = (
        "| Plant | Opened |\n| --- | --- |\n| The Rance barrage | 1966 |\n| Sihwa of Korea | 2011 |"
    )
    rows = (
        "| Plant | Opened |\n| --- | --- |\n| Rance barrage | 1976 [@p1] |\n| Sihwa, Korea | 2011 |"
    )
    long = table.replace("The Rance barrage", "The great Rance barrage near Saint-Malo")

    assert [support for _, support, _ in marked(document(long))] == ["needs_source"]
    assert marked(document(rows)) == [("| Rance barrage | 1976 [@p1] |", "check", ("number",))]


def test_an_edit_judges_anew_and_an_opinion_stays_with_the_same_wording() -> None:
    whole = document("It has 42 turbines [@p1].", "It has 43 turbines [@p1].")
    told = whole.model_copy(
        update={
            "claims": tuple(c.model_copy(update={"opinion": "unsupported"}) for c in whole.claims)
        }
    )

    after = edited(
        told, NodeId("n1"), "First, silt settles behind the dam [@p1]. It has 42 turbines [@p1]."
    )
    mended = edited(after, NodeId("n2"), "It has 24 turbines [@p1].")

    assert [claim.opinion for claim in after.claims] == ["unsupported", "unsupported"]
    assert [claim.section_id for claim in mended.claims] == ["n1"]
    assert mended.integrity.supported == 2


def test_a_marker_without_its_passage_is_not_supported() -> None:
    whole = document("It has 24 turbines [@gone].")

    assert [(c.support, c.reasons) for c in whole.claims] == [(Support.NOT_FOUND, ("passage",))]


def test_an_unsupported_claim_says_which_passages_it_cites() -> None:
    (claim,) = document("It has 42 turbines [@p1][@p2].").claims

    assert isinstance(claim, Claim)
    assert claim.passage_ids == ("p1", "p2")


def test_sentences_have_their_places_and_read_without_markup() -> None:
    text = (
        "The **Moon** pulls [water](https://example.org/a.B) e.g. here. "
        "Next,\nmore.[@p1] 下一句。\n\n"
        "1. An item. [@p2]\n- [ ] Two\n  lines\n\n| a | b |\n|---|---|\n| 1 | `x` |\n"
    )

    found = sentences(text)

    assert [each.text for each in found] == [
        "The Moon pulls water e.g. here.",
        "Next, more.",
        "下一句。",
        "An item.",
        "Two lines",
        "1 x",
    ]
    assert text[found[1].start : found[1].end] == "Next,\nmore.[@p1]"
    assert [each.cites for each in found][1:4] == [("p1",), (), ("p2",)]


def test_a_line_that_only_names_the_source_of_what_stands_above_is_no_claim() -> None:
    whole = document(
        "| Year | Power |\n|---|---|\n| 1966 | 240 MW |\n\nSource: [@p1]\n\n来源：[@p2]"
    )

    assert [text for text, *_ in marked(whole) if "@" in text] == []
    assert (whole.integrity.citations, whole.integrity.resolved) == (2, 2)
