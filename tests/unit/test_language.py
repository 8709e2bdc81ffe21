import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.pace import thread_cost
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
    [
        ("", 0),
        ("a well-known fact", 3),
        ("潮汐能 is 3.5 GW", 6),
        ("don't stop", 2),
        ("YOLOv5是算法，用Python3写成", 8),
    ],
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
        "“走吧。”他说。",
    ]


@pytest.mark.parametrize(
    "sentence",
    [
        "It rained, and Mr. Li and Dr. Wang left with J. R. R. Tolkien.",
        "In the report No. 5 of the reactors was closed in 1999.",
        "He lives in St. Petersburg, the U.K. Government says, near Smith & Co. Limited.",
        "As Figs. 2 and 3, Vol. 4, pp. 5 and Eq. A show, Jan. 5 was cold.",
        "Sales of Acme Inc. Berlin rose, see Smith et al. 2020 for all.",
        "他说：“好的。”然后离开了会场。",
        "“走吧！”他说，“快走。”大家便走了。",
        "真的吗？！",
        "是的！！！",
    ],
)
def test_a_stop_inside_a_sentence_ends_none(sentence: str) -> None:
    assert split_sentences(f"Before it. {sentence} 之后。") == ["Before it.", sentence, "之后。"]


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("It is in the U.K. The plan holds.", ["It is in the U.K.", "The plan holds."]),
        ("It is vitamin C. It helps.", ["It is vitamin C.", "It helps."]),
        ("Was it so? No. Nobody came.", ["Was it so?", "No.", "Nobody came."]),
        ("Émile went. École won. Übung hilft.", ["Émile went.", "École won.", "Übung hilft."]),
        ("“走吧。”“好。”", ["“走吧。”", "“好。”"]),
        ("他说：“好。”[@a]次日他走了。", ["他说：“好。”[@a]", "次日他走了。"]),
        ("（潮起。）潮落。", ["（潮起。）", "潮落。"]),
    ],
)
def test_a_stop_ends_a_sentence_where_another_begins(text: str, sentences: list[str]) -> None:
    assert split_sentences(text) == sentences


@pytest.mark.parametrize(
    "unit", [".[@", "。[@", ". [@a", '."', "。”", "No. ", "？！", ". \t", ".[@a]"]
)
def test_a_long_text_of_stops_is_split_at_once(unit: str) -> None:
    with thread_cost() as cost:
        spans = sentence_spans(unit * (60_000 // len(unit)))

    assert cost.seconds < 2
    assert spans


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
