import tracemalloc

import pytest

from benchmarks.pace import thread_cost
from pipeline.adapters.offline_author.cleaning import cleaned
from pipeline.adapters.offline_author.headings import Topic, tree_of
from pipeline.adapters.offline_author.naming import evenly
from pipeline.adapters.offline_author.outlines import proposed
from pipeline.adapters.offline_author.phrases import PhraseBook
from pipeline.adapters.offline_author.sentences import WEIGHED, tellable_words
from pipeline.domain.terms import terms
from tests.example_files import commission, outline_brief, without_headings
from tests.unit.test_offline_outline import STORAGE_TEXT, leaves


def test_a_text_as_long_as_a_book_is_outlined_in_seconds() -> None:
    paragraphs = without_headings(STORAGE_TEXT).split("\n\n")
    book = "\n\n".join(f"{p} Number {i}." for i in range(52) for p in paragraphs)
    assert len(book) > 350_000
    brief = outline_brief(commission("Storage", words=30_000), flat=book)
    with thread_cost() as pace:  # half a second on an idle core; a busy one is slower
        for _ in range(20):
            terms(book)

    with thread_cost() as cost:
        outline = proposed(brief)

    assert cost.seconds < 11 * pace.seconds  # six times, for some eighty sections
    assert len(leaves(outline.nodes)) > 20


def test_more_than_a_thousand_headings_side_by_side_are_compared_in_seconds() -> None:
    text = "\n\n".join(f"## Station {n} of the {n * 7919} line\n\nRead." for n in range(1_200))
    [(name, reading)] = outline_brief(commission("Stations"), a=text).readings.items()

    with thread_cost() as cost:
        _, topics = tree_of(name, reading)

    assert cost.seconds < 8  # 1 on an idle core; 30 with each title read each time
    assert len(topics) == 1_200


@pytest.mark.parametrize("space", [" ", "\u3000"])
def test_columns_made_with_spaces_take_a_sentence_no_longer_than_its_length(space: str) -> None:
    text = f"It was{space * 100_000}built in the year 1980{space * 9}[3, 4]."

    with thread_cost() as cost:
        told = cleaned(text)

    assert told == "It was built in the year 1980."
    assert cost.seconds < 2  # milliseconds; minutes with a mark looked for behind each space


def test_phrases_that_come_once_are_not_kept() -> None:
    noise = "".join(chr(0x4E00 + n * 7_919 % 20_000) for n in range(3_000))
    text = f"抽水蓄能很大。{noise}。我们看抽水蓄能吗？"
    tracemalloc.start()
    try:
        book = PhraseBook([text])
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert book.phrases([text], 1) == ["抽水蓄能"]
    assert most < 6_000_000  # 3 with a number for each; 16 with all that may be known of them


def test_a_material_of_any_size_is_named_by_paragraphs_from_end_to_end() -> None:
    stretches = [[f"{n:09}储" for n in range(1_000)], ["只有一段"], []]

    assert evenly(stretches, 1_000_000) == stretches
    first, second, third = evenly(stretches, 1_000)
    assert len(first) <= 100
    assert (first[0], first[-1]) == ("000000000储", "000000990储")
    assert (second, third) == (["只有一段"], [])


def test_what_a_book_can_tell_is_judged_by_a_part_of_it() -> None:
    texts = [f"The plant number {n} stores the energy of the wind." for n in range(10_000)]
    assert sum(map(len, texts)) > 4 * WEIGHED

    words = tellable_words(texts)

    assert 0.9 < words / (10 * 10_000) < 1.1


def test_words_are_counted_again_only_where_a_topic_grew() -> None:
    below = Topic("Tides", texts=["Tides rise and fall."])
    topic = Topic("The sea", [below], texts=["The sea is large."])
    assert topic.words == 8

    topic.texts += ["它很大。"]
    below.texts.append("They come twice a day.")

    assert topic.words == 8 + 3 + 5
    assert below.words == 9
