"""The labelled questions of `evals/data/retrieval` are what they claim to be."""

import pytest

from components.examples import EXAMPLES
from evals.retrieval import articles, rows
from pipeline.domain.language import detect_language


@pytest.mark.parametrize("language", ["en", "zh"])
def test_each_language_has_enough_paragraphs_and_questions_and_none_twice(language: str) -> None:
    found = articles(f"{language}.txt")

    paragraphs = [text for article in found for text in article.paragraphs]
    questions = [question for article in found for question, _ in article.questions]
    assert len(paragraphs) == len(set(paragraphs)) >= 60
    assert len(questions) == len(set(questions)) >= 100
    assert {detect_language(text) for text in paragraphs} == {language}


def test_questions_in_other_words_have_their_answer_in_the_file_that_they_name() -> None:
    texts = {each.file_name: each.content().decode() for each in EXAMPLES.values()}
    asked = {article.title: article.questions for article in articles("other-words.txt")}

    assert asked.keys() == texts.keys()
    assert all(answer in texts[name] for name, pairs in asked.items() for _, answer in pairs)
    assert sum(len(pairs) for pairs in asked.values()) >= 50


@pytest.mark.long
@pytest.mark.timeout(180)
def test_every_goal_of_retrieval_is_met() -> None:
    missed = [row.name for row in rows() if row.met is False]

    assert missed == []
