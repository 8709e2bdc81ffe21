"""What a text is about: words that mean the same have one term, and others do not."""

import pytest

from pipeline.domain.terms import stem, term_set


@pytest.mark.parametrize(
    "words",
    [
        ["price", "prices", "priced"],
        ["battery", "batteries"],
        ["barrage", "barrages"],
        ["store", "stored", "storing"],
        ["plant", "plants", "planted", "planting"],
        ["evaluate", "evaluates", "evaluated", "evaluation", "evaluations"],
        ["energy", "energies"],
    ],
)
def test_forms_of_a_word_have_one_term(words: list[str]) -> None:
    assert len({stem(word) for word in words}) == 1


@pytest.mark.parametrize(
    ("one", "other"), [("plan", "plant"), ("tide", "tidy"), ("state", "station"), ("sea", "seal")]
)
def test_short_words_that_only_look_alike_stay_apart(one: str, other: str) -> None:
    assert stem(one) != stem(other)


def test_a_chinese_text_has_pairs_of_characters_and_none_across_a_linking_one() -> None:
    assert term_set("潮汐的成因") == {"潮汐", "成因"}
