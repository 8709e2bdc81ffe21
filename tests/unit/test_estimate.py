"""The estimate before a writing: how it grows, and how near it comes to what is counted."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.endpoint import Pace as EndpointPace
from pipeline.adapters.model_author import ModelAuthor
from pipeline.adapters.openai_chat import OpenAIChat
from pipeline.config import Settings
from pipeline.domain.documents import Language, NodeId, Outline, OutlineNode
from pipeline.domain.estimate import Estimate, Pace, Writing, estimate
from pipeline.domain.jobs import DocumentGenerationRequest
from pipeline.domain.spending import Budget, Price, Prices
from tests.unit.test_budgets import run

PRICE = Price(read=1, written=4, currency="EUR")
FACTOR = 1.3
"""How far the estimate may be from the endpoint's count, either way, for all tokens of a job.

Without corrections of lengths, which nobody can foresee; each is one more call of a section.
"""

words = st.integers(1, 20_000)
writings = st.builds(
    Writing,
    language=st.sampled_from(["en", "zh"]),
    sections=st.lists(words, max_size=100),
    chapters=st.lists(words, max_size=12),
    all_sections=st.integers(0, 200),
    frame=st.integers(0, 5_000),
    material_words=st.integers(0, 200_000),
    passages_for=st.just(lambda words: max(6, words // 60)),
    second_opinion=st.booleans(),
)
paces = st.builds(
    Pace,
    speed=st.integers(1, 500),
    calls_at_once=st.integers(1, 100),
    requests_per_minute=st.none() | st.integers(1, 500),
    tokens_per_minute=st.none() | st.integers(1_000, 1_000_000),
)


def is_more(more: Estimate, less: Estimate) -> bool:
    assert more.cost is not None
    assert less.cost is not None
    pairs = [
        (more.calls, less.calls),
        (more.tokens_in, less.tokens_in),
        (more.tokens_out, less.tokens_out),
        (more.seconds, less.seconds),
        (more.cost, less.cost),
    ]
    return all(large >= small - 1e-9 for large, small in pairs)


@given(writings, paces, words)
def test_another_section_or_chapter_never_makes_it_less(
    writing: Writing, pace: Pace, size: int
) -> None:
    before = estimate(writing, pace, PRICE)

    section = replace(writing, sections=[*writing.sections, size])
    assert is_more(estimate(section, pace, PRICE), before)
    chapter = replace(writing, chapters=[*writing.chapters, size])
    assert estimate(chapter, pace, PRICE).tokens >= before.tokens
    material = replace(writing, material_words=writing.material_words + size)
    assert is_more(estimate(material, pace, PRICE), before)


@given(writings, paces)
def test_a_faster_model_and_higher_limits_never_take_longer(writing: Writing, pace: Pace) -> None:
    before = estimate(writing, pace)

    faster = replace(pace, speed=pace.speed + 1, calls_at_once=pace.calls_at_once + 1)
    free = replace(faster, requests_per_minute=None, tokens_per_minute=None)

    assert estimate(writing, faster).seconds <= before.seconds + 1e-9
    assert estimate(writing, free).seconds <= estimate(writing, faster).seconds
    assert estimate(writing, free).tokens == before.tokens


def test_sections_at_once_take_as_long_as_the_longest() -> None:
    few = Writing("en", sections=[400, 400, 800])
    pace = Pace(speed=50, calls_at_once=3)

    once = estimate(few, pace).seconds
    assert once == pytest.approx(1 + 800 * 1.35 / 50)
    assert estimate(few, replace(pace, calls_at_once=1)).seconds == pytest.approx(
        3 + 1_600 * 1.35 / 50
    )


def test_limits_of_the_provider_decide_where_they_are_low() -> None:
    many = Writing("en", sections=[100] * 30)

    assert estimate(many, Pace(requests_per_minute=10)).seconds == 120


def test_what_is_above_a_budget_is_said_to_be() -> None:
    some = Estimate(calls=1, tokens_in=900, tokens_out=100, seconds=1, cost=0.5, currency="EUR")

    assert not some.exceeds(Budget())
    assert not some.exceeds(Budget(tokens=1_000, cost=0.5))
    assert some.exceeds(Budget(tokens=999))
    assert some.exceeds(Budget(cost=0.4))
    assert not some.model_copy(update={"cost": None}).exceeds(Budget(cost=0.4))


SENTENCE = {
    "en": "The barrage turns tides into power, town by town. ",
    "zh": "堤坝把潮汐变成电力。",
}
WORDS_PER_SENTENCE = 9
TITLES = {"en": "Part {} of the plan", "zh": "计划的第{}部分"}


def tree(language: Language, chapters: int, sections: int, words: int) -> Outline:
    def leaf(chapter: int, i: int) -> OutlineNode:
        title = TITLES[language].format(f"{chapter}.{i}")
        return OutlineNode(id=NodeId(f"c{chapter}n{i}"), title=title, target_words=words)

    return Outline(
        title=TITLES[language].format(0),
        nodes=tuple(
            OutlineNode(
                id=NodeId(f"c{chapter}"),
                title=TITLES[language].format(chapter),
                children=tuple(leaf(chapter, i) for i in range(sections)),
            )
            for chapter in range(chapters)
        ),
    )


@pytest.mark.parametrize(
    ("language", "chapters", "sections", "length", "sentences"),
    [
        ("en", 3, 4, 350, 0),
        ("en", 3, 4, 350, 600),
        ("en", 1, 6, 120, 60),
        ("en", 2, 1, 4_000, 600),
        ("zh", 3, 4, 500, 0),
        ("zh", 3, 4, 500, 1_500),
        ("zh", 2, 1, 3_600, 1_500),
    ],
)
def test_the_estimate_is_near_what_an_endpoint_counts(
    language: Language, chapters: int, sections: int, length: int, sentences: int
) -> None:
    outline = tree(language, chapters, sections, length)
    per_paragraph = 16 if language == "en" else 40
    paragraph = SENTENCE[language] * per_paragraph
    file = {
        "file_id": "f",
        "file_name": "f.md",
        "content": "\n\n".join(f"{i} {paragraph}" for i in range(sentences // per_paragraph)),
    }
    request = DocumentGenerationRequest.model_validate(
        {
            "outline": outline,
            "language": language,
            "context_files": [file] if sentences else [],
        }
    )
    settings = Settings(_env_file=None, openai_base_url="http://127.0.0.1:9/v1", openai_model="m")
    many = sections > 1
    guess = estimate(
        Writing(
            language,
            sections=[length] * (chapters * sections),
            chapters=[length * sections] * chapters if many else [],
            all_sections=chapters * sections,
            material_words=sentences * WORDS_PER_SENTENCE,
            passages_for=ModelAuthor(OpenAIChat(settings), settings).passages_for,
        ),
        Pace(),
    )

    done = run(
        request,
        pace=EndpointPace(tells_usage=True),
        model="sim-asked",
        prices=Prices("sim-asked"),
    )

    assert done.error is None
    counted = done.read + done.wrote
    assert guess.calls == done.calls
    assert counted / FACTOR <= guess.tokens <= counted * FACTOR
