import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.domain.language import (
    composed,
    count_words,
    detect_language,
    sentence_spans,
    split_sentences,
)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Tides rise twice a day.", "en"),
        ("请写一份关于潮汐能的报告", "zh"),
        ("使用 Kubernetes 和 Docker 部署 FastAPI 应用", "zh"),
        ("The word 潮汐 means tide in Chinese.", "en"),
        ("12345 --", "en"),
    ],
)
def test_the_language_is_told_by_the_script(text: str, language: str) -> None:
    assert detect_language(text) == language


@pytest.mark.parametrize(
    ("text", "words"),
    [("", 0), ("a well-known fact", 3), ("潮汐能 is 3.5 GW", 6), ("don't stop", 2)],
)
def test_words_are_runs_of_letters_and_single_han_characters(text: str, words: int) -> None:
    assert count_words(text) == words


def test_sentences_end_at_full_stops_but_not_at_abbreviations() -> None:
    text = "Dr. Lin measured it, e.g. in May. The result held!  Was it new?"

    assert split_sentences(text) == [
        "Dr. Lin measured it, e.g. in May.",
        "The result held!",
        "Was it new?",
    ]


def test_chinese_sentences_end_at_chinese_stops() -> None:
    assert split_sentences("潮汐由月球引起。为什么？因为引力！") == [
        "潮汐由月球引起。",
        "为什么？",
        "因为引力！",
    ]


def test_a_closing_quote_stays_with_its_sentence() -> None:
    assert split_sentences('He said "Stop." Then he left. “走吧。”他说。') == [
        'He said "Stop."',
        "Then he left.",
        "“走吧。”",
        "他说。",
    ]


@given(st.text(alphabet="aA1 .!?。！“”\"')\n潮"))
def test_splitting_loses_nothing_but_white_space(text: str) -> None:
    kept = "".join("".join(split_sentences(text)).split())

    assert kept == "".join(text.split())


def test_a_citation_behind_the_stop_belongs_to_its_sentence() -> None:
    assert split_sentences("Tides rise. [@a][@b] They fall.") == [
        "Tides rise. [@a][@b]",
        "They fall.",
    ]
    assert split_sentences("潮起。[@a]潮落。") == ["潮起。[@a]", "潮落。"]


def test_a_semicolon_ends_no_sentence() -> None:
    assert split_sentences("潮起；潮落。风停。") == ["潮起；潮落。", "风停。"]


@given(st.text(alphabet="aA1 .!?。！“”\"')\n潮"))
def test_spans_are_in_order_and_say_where_each_sentence_stands(text: str) -> None:
    spans = sentence_spans(text)

    assert spans == sorted(spans)
    assert [text[a:b].replace("\n", " ") for a, b in spans] == split_sentences(text)


def test_a_number_that_is_raised_behind_another_is_no_part_of_it() -> None:
    assert composed("10⁶ t in 2021¹, ４５０ km²") == "10^6 t in 2021^1, 450 km2"
