from hypothesis import given
from hypothesis import strategies as st

from pipeline.domain.briefs import ChapterEdits, Replacement, WrittenSection
from pipeline.domain.citations import cited
from pipeline.domain.documents import NodeId
from pipeline.domain.fusion import Fused, apply_edits, labelled, numbered_sentences

TEXT = (
    "### Heading one. Two.\n\n"
    "First sentence [@a]. Second has `code. Here` in it. Third ends. [@b]\n\n"
    "- A list. Item.\n- Another.\n\n"
    "| A table. | Cell. |\n|---|---|\n\n"
    "```python\nprint('Not. A sentence.')\n```\n\n"
    "中文第一句[@c]。第二句！\n第三句换了行。\n"
)


def chapter(*texts: str) -> list[WrittenSection]:
    return [
        WrittenSection(node_id=NodeId(f"n{i}"), number=f"1.{i}", title=f"节 {i}", text=text)
        for i, text in enumerate(texts, start=1)
    ]


def fused(texts: list[str], *edits: tuple[str, str], lead_in: str = "") -> Fused:
    replacements = tuple(Replacement(sentence=where, text=text) for where, text in edits)
    return apply_edits(chapter(*texts), ChapterEdits(lead_in=lead_in, replacements=replacements))


def test_only_sentences_of_running_text_are_numbered() -> None:
    sentences = [TEXT[s.start : s.end] for s in numbered_sentences(TEXT)]

    assert sentences == [
        "First sentence [@a].",
        "Second has `code. Here` in it.",
        "Third ends. [@b]",
        "中文第一句[@c]。",
        "第二句！",
        "第三句换了行。",
    ]


def test_labels_stand_before_their_sentences() -> None:
    assert labelled(2, "One. 二。三。") == "⟦2.1⟧One. ⟦2.2⟧二。⟦2.3⟧三。"


def test_a_replacement_changes_only_its_sentence() -> None:
    result = fused(["A start.", TEXT], ("2.1", "A first sentence, reworded [@a]."))

    assert result.texts[NodeId("n2")] == TEXT.replace(
        "First sentence [@a].", "A first sentence, reworded [@a]."
    )
    assert (result.texts[NodeId("n1")], result.applied, result.refused) == ("A start.", 1, 0)


def test_a_wrapped_sentence_is_replaced_as_a_whole() -> None:
    result = fused(["One goes\nover lines. Two."], ("1.1", "One is short."))

    assert result.texts[NodeId("n1")] == "One is short. Two."


def test_an_edit_that_drops_a_citation_is_refused() -> None:
    result = fused([TEXT], ("1.1", "First sentence."), ("1.4", "中文第一句。"))

    assert (result.texts[NodeId("n1")], result.applied, result.refused) == (TEXT, 0, 2)


def test_an_edit_that_invents_a_citation_is_refused() -> None:
    assert fused([TEXT], ("1.1", "First [@a][@zzz].")).refused == 1


def test_an_edit_that_touches_code_is_refused() -> None:
    result = fused([TEXT], ("1.2", "Second has `other` in it."), ("1.3", "Third `x` ends [@b]."))

    assert (result.texts[NodeId("n1")], result.refused) == (TEXT, 2)


def test_an_edit_that_makes_a_heading_or_a_list_of_a_sentence_is_refused() -> None:
    text = "One. Two. Three."

    result = fused([text], ("1.1", "# One"), ("1.2", "- two\n- items"), ("1.3", "A.\n\nB."))

    assert (result.texts[NodeId("n1")], result.refused) == (text, 3)


def test_an_edit_that_keeps_the_id_of_a_sentence_is_refused() -> None:
    text = "One. Two. The sign ⟦ opens."

    result = fused(
        [text], ("1.1", "⟦1.1⟧"), ("1.2", "A. ⟦1.2⟧ B."), ("1.3", "⟦ opens."), lead_in="⟦1⟧ On it."
    )

    assert result.texts[NodeId("n1")] == "One. Two. ⟦ opens."
    assert (result.lead_in, result.applied, result.refused) == ("", 1, 3)


def test_an_edit_of_an_unknown_sentence_or_a_second_one_is_refused() -> None:
    edits = (("1.9", "X."), ("3.1", "X."), ("one", "X."), ("1.1", "Uno."), ("1.1", "Ein."))

    result = fused(["One. Two."], *edits)

    assert (result.texts[NodeId("n1")], result.applied, result.refused) == ("Uno. Two.", 1, 4)


def test_a_repeated_sentence_goes_when_its_citation_stands_elsewhere() -> None:
    texts = ["Tides rise [@a]. More.", "Here too. Tides rise [@a]. End."]

    result = fused(texts, ("2.2", ""))

    assert result.texts[NodeId("n2")] == "Here too. End."
    assert (result.applied, result.refused) == (1, 0)


def test_the_only_citation_of_a_passage_cannot_be_removed() -> None:
    result = fused(["潮汐上涨[@a]。还有。", "别的[@b]。"], ("1.1", ""))

    assert (result.applied, result.refused) == (0, 1)


def test_twins_cannot_both_be_removed() -> None:
    texts = ["Tides rise [@a]. More.", "Tides rise [@a]. End."]

    result = fused(texts, ("1.1", ""), ("2.1", ""))

    assert (result.applied, result.refused) == (1, 1)


def test_the_last_sentence_of_a_paragraph_cannot_be_removed() -> None:
    result = fused(["One. Two.\n\nThree."], ("1.1", ""), ("1.2", ""), ("1.3", ""))

    assert result.texts[NodeId("n1")] == "Two.\n\nThree."
    assert (result.applied, result.refused) == (1, 2)


def test_removing_the_last_of_several_leaves_no_space_behind() -> None:
    assert fused(["One. Two.\n\nThree."], ("1.2", "")).texts[NodeId("n1")] == "One.\n\nThree."


def test_a_lead_in_is_a_sentence_and_cites_nothing_new() -> None:
    assert fused(["One."], lead_in="本章介绍潮汐。").lead_in == "本章介绍潮汐。"
    assert fused(["One."], lead_in="# Heading").lead_in == ""
    assert fused(["One."], lead_in="A claim [@zzz].").lead_in == ""
    assert fused(["One."], lead_in="word " * 200).refused == 1


WORDS = st.sampled_from(
    ["One", "两句", " ", ". ", "。", "[@a]", "[@b]", "`c. d`", "\n", "\n\n", "- "]
)
TEXTS = st.lists(WORDS, max_size=14).map("".join)
EDITS = st.lists(
    st.tuples(st.sampled_from(["1.1", "1.2", "1.3", "2.1", "2.2", "9.9"]), TEXTS), max_size=5
)


@given(st.lists(TEXTS, min_size=2, max_size=2), EDITS)
def test_no_edit_loses_a_source_or_touches_another_block(
    texts: list[str], edits: list[tuple[str, str]]
) -> None:
    result = fused(texts, *edits)

    before = {i for text in texts for i in cited(text)}
    after = {i for text in result.texts.values() for i in cited(text)}
    assert after == before
    assert result.applied + result.refused == len(edits)
    for old, new in zip(texts, result.texts.values(), strict=True):
        assert old.count("`c. d`") == new.count("`c. d`")
