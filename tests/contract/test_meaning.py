"""Ranking by meaning against a local server: a good one improves, a bad one does no harm."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from pipeline.adapters.meaning import (
    Embeddings,
    JsonService,
    Meaning,
    RankedMaterial,
)
from pipeline.adapters.meaning.service import AT_ONCE, TRIES
from pipeline.adapters.meaning.trial import PARTS, TEXTS, merit, trial_of
from pipeline.domain.documents import SourceId
from pipeline.errors import PipelineError, RankingFailed
from pipeline.graphs.research import passages_on
from tests.meaning_service import (
    SUBJECTS,
    VECTOR_SIZE,
    Answer,
    Say,
    found,
    garbage,
    good,
    index,
    letters,
    meaning,
    ranked,
    service,
    subject_of,
    unexpected,
)

INFINITE = (
    b'{"data": [{"index": 0, "embedding": [Infinity]}], '
    b'"results": [{"index": 0, "relevance_score": NaN}]}'
)

HUGE = 10**400
"""JSON has such numbers; no float holds them."""

FAILURES: Mapping[str, Say] = {
    "outage": lambda path, body: (503, {"error": "down"}),
    "refused": lambda path, body: (401, {"error": "who are you"}),
    "no json": lambda path, body: (200, b"<html>"),
    "another shape": lambda path, body: (200, [1, 2]),
    "empty": lambda path, body: (200, {}),
    "too few": lambda path, body: (200, {"data": [], "results": []}),
    "no numbers": lambda path, body: (
        200,
        {
            "data": [{"index": i, "embedding": ["x"]} for i in range(len(body.get("input", [])))],
            "results": [{"index": 0, "relevance_score": "high"}],
        },
    ),
    "zeros": lambda path, body: (
        200,
        {
            "data": [{"index": i, "embedding": [0, 0]} for i in range(len(body.get("input", [])))],
            "results": [{"index": 99, "relevance_score": 1}],
        },
    ),
    "infinite": lambda path, body: (200, INFINITE),
    "huge numbers": lambda path, body: (
        200,
        {
            "data": [{"index": i, "embedding": [HUGE]} for i in range(len(body.get("input", [])))],
            "results": [{"index": 0, "relevance_score": HUGE}],
        },
    ),
    "nested": lambda path, body: (200, b"[" * 100_000),
}


@pytest.mark.parametrize("kinds", [{}, {"reranker": False}])
def test_good_embeddings_find_what_is_said_in_other_words_and_languages(
    kinds: dict[str, bool],
) -> None:
    with service(good) as server:
        material = ranked(server.url, None, **kinds)
        hits = [found(material, question, 6) for *_, question in SUBJECTS.values()]

    by_words = [found(index(), question, 6) for *_, question in SUBJECTS.values()]
    wanted = [known[:2] for known in SUBJECTS.values()]
    both = sum(set(pair) <= set(texts) for pair, texts in zip(wanted, hits, strict=True))
    before = sum(set(pair) <= set(texts) for pair, texts in zip(wanted, by_words, strict=True))
    assert both == len(SUBJECTS)
    assert before < len(SUBJECTS) / 2


def test_a_good_reranker_puts_first_what_words_find_late() -> None:
    query, dish = "harm to wildlife: salmon", "Salmon, salmon and again salmon."
    troubles: list[PipelineError] = []
    with service(good) as server:
        material = RankedMaterial(
            index(dish), meaning(server.url, embeddings=False), troubles.append
        )
        texts = found(material, query, 2)

    assert found(index(dish), query, 2) == [dish, SUBJECTS["fish"][0]]
    assert texts == [SUBJECTS["fish"][0], dish]
    assert troubles == []


@pytest.mark.parametrize("limit", [2, 5, 8, 16])
@pytest.mark.parametrize("kinds", [{}, {"reranker": False}, {"embeddings": False}])
def test_a_service_that_answers_at_random_is_not_believed_and_this_is_told_once(
    kinds: dict[str, bool], limit: int
) -> None:
    query = "A barrage blocks the estuary; turbines injure salmon; rotors and machines in a bay"
    troubles: list[PipelineError] = []
    with service(garbage) as server:
        material = ranked(server.url, troubles, **kinds)
        texts = [found(material, query, limit) for _ in range(3)]

    assert texts == [found(index(), query, limit)] * 3
    assert [type(trouble) for trouble in troubles] == [RankingFailed]
    assert "cannot tell the passages of this material apart" in str(troubles[0])


def test_a_reranker_that_gives_all_the_same_is_not_believed() -> None:
    def indifferent(path: str, body: Mapping[str, Any]) -> Answer:
        places = range(len(body["documents"]))
        return 200, {"results": [{"index": i, "relevance_score": 0.5} for i in places]}

    troubles: list[PipelineError] = []
    with service(indifferent) as server:
        texts = found(ranked(server.url, troubles, embeddings=False), "salmon and a bay", 5)

    assert texts == found(index(), "salmon and a bay", 5)
    assert len(troubles) == 1


@pytest.mark.parametrize("limit", [2, 5, 8, 16])
@pytest.mark.parametrize("kinds", [{}, {"reranker": False}, {"embeddings": False}])
def test_a_service_that_passes_its_trial_and_knows_nothing_leaves_two_thirds_to_words(
    kinds: dict[str, bool], limit: int
) -> None:
    query = "A barrage blocks the estuary; turbines injure salmon; rotors and machines in a bay"
    by_words = found(index(), query, limit)
    with service(letters) as server:
        texts = found(ranked(server.url, None, **kinds), query, limit)

    assert set(by_words[: limit - limit // 3]) <= set(texts)
    assert len(texts) == len(set(texts)) == limit


def test_a_good_reranker_brings_what_words_find_too_late_to_be_given() -> None:
    query = "harm to wildlife: salmon"
    dishes = [f"Salmon, salmon and again salmon, with {herb}." for herb in ("dill", "sage", "mint")]
    with service(good) as server:
        chosen = meaning(server.url, embeddings=False)
        texts = found(RankedMaterial(index(*dishes), chosen, unexpected), query, 3)

    assert found(index(*dishes), query, 3) == dishes
    assert SUBJECTS["fish"][0] in texts


@pytest.mark.parametrize("failure", FAILURES)
@pytest.mark.parametrize("kinds", [{"reranker": False}, {"embeddings": False}])
def test_a_service_that_fails_leaves_what_words_find_and_is_told_once(
    failure: str, kinds: dict[str, bool]
) -> None:
    troubles: list[PipelineError] = []
    query = "turbines injure salmon"
    with service(FAILURES[failure]) as server:
        material = ranked(server.url, troubles, **kinds)
        texts = [found(material, query) for _ in range(3)]
        calls = len(server.asked)

    assert texts == [found(index(), query)] * 3
    assert [type(trouble) for trouble in troubles] == [RankingFailed]
    assert calls <= TRIES
    assert "Bearer" not in str(troubles[0])


def test_a_service_that_is_not_there_leaves_what_words_find() -> None:
    troubles: list[PipelineError] = []
    with service(good) as server:
        url = server.url

    assert found(ranked(url, troubles), "salmon") == found(index(), "salmon")
    assert [trouble.code for trouble in troubles] == ["ranking_failed"]


def test_a_call_that_fails_for_a_moment_is_made_again() -> None:
    def busy_at_first(path: str, body: Mapping[str, Any]) -> Answer:
        return (429, {}) if len(server.asked) == 1 else good(path, body)

    with service(busy_at_first) as server:
        texts = found(ranked(server.url, reranker=False), "lunar gravity")

    assert SUBJECTS["moon"][0] in texts


def test_each_text_is_embedded_once_in_batches() -> None:
    with service(good) as server:
        shared = meaning(server.url, reranker=False)
        for _ in range(2):  # the outline job and the document job
            material = RankedMaterial(index(filler=150), shared, unexpected)
            found(material, "lunar gravity")
            found(material, "lunar gravity")
        sizes = [len(body["input"]) for _, body in server.asked]

    assert sum(sizes) == 150 + 2 * len(SUBJECTS) + PARTS + 1
    assert max(sizes) <= 64


def test_vectors_that_are_used_least_make_room() -> None:
    with service(good) as server:
        endpoint = JsonService(f"{server.url}/embeddings")
        small = Embeddings(endpoint, "m", max_bytes=4 * VECTOR_SIZE * 3)

        async def ask(*texts: str) -> None:
            await small.vectors(texts)
            await small.aclose()

        for texts in (["a", "b", "c"], ["a"], ["d"], ["a"], ["b"]):
            asyncio.run(ask(*texts))
        asked = [text for _, body in server.asked for text in body["input"]]

    assert asked == ["a", "b", "c", "d", "b"]


def test_bound_sources_are_all_that_is_ranked() -> None:
    with service(good) as server:
        texts = found(ranked(server.url), "lunar gravity", 2, first=[SourceId("zh")], only=True)

    assert texts[0] == SUBJECTS["moon"][1]
    assert all("\u4e00" <= text[0] <= "\u9fff" for text in texts)


def test_of_a_large_material_only_what_words_find_is_embedded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("pipeline.adapters.meaning.material.EMBEDDED_MOST", 10)
    with service(good) as server:
        texts = found(ranked(server.url, reranker=False), "harm to wildlife: salmon")
        embedded = [text for _, body in server.asked for text in body["input"]]

    assert texts[0] == SUBJECTS["fish"][0]
    assert len(embedded) < 20 + TEXTS + PARTS


def test_an_empty_question_is_not_sent() -> None:
    with service(good) as server:
        texts = found(ranked(server.url), " ", 2)

    assert len(texts) == 2
    assert server.asked == []


def sequence_of(texts: Sequence[str]) -> list[str]:
    return [subject_of(text) for text in texts]


def test_many_sections_at_once_embed_the_material_once() -> None:
    async def all_at_once(material: RankedMaterial) -> list[list[str]]:
        questions = [question for *_, question in SUBJECTS.values()]
        answers = await asyncio.gather(
            *(passages_on([question], material, limit=6) for question in questions)
        )
        await material.meaning.aclose()
        return [sequence_of([passage.text for passage in passages]) for passages in answers]

    with service(good) as server:
        subjects = asyncio.run(all_at_once(ranked(server.url, reranker=False)))
        texts = sum(len(body["input"]) for _, body in server.asked)

    assert all(name in each for name, each in zip(SUBJECTS, subjects, strict=True))
    assert texts == 40 + 3 * len(SUBJECTS) + PARTS


def test_a_trial_takes_what_stands_once_from_all_over_a_material() -> None:
    form = [f"{number}: ____ Date: ____ Name, please sign here: ____" for number in range(99)]
    texts = [*form, *(text for known in SUBJECTS.values() for text in known[:2]), *form]

    trial = trial_of(texts)

    assert set(trial.texts) == {text for known in SUBJECTS.values() for text in known[:2]}
    assert len(trial.texts) == len(trial.parts) == 2 * len(SUBJECTS) <= TEXTS
    assert all(part in text for part, text in zip(trial.parts, trial.texts[:PARTS], strict=True))


@pytest.mark.parametrize("texts", [[], ["潮汐"], ["a text", "another"], ["", "", ""], ["x"] * 9])
def test_there_is_no_trial_where_nothing_can_be_mistaken(texts: list[str]) -> None:
    assert trial_of(texts).parts == ()


def test_merit_is_one_for_what_leads_back_half_for_chance_and_ties_and_zero_for_the_reverse() -> (
    None
):
    assert merit([[3, 1, 2], [0, 9, 1]]) == 1.0
    assert merit([[1, 1, 1], [1, 1, 1]]) == 0.5
    assert merit([[1, 2, 3], [9, 0, 1]]) == 0.0


def test_the_first_batch_that_fails_ends_the_others() -> None:
    async def fails(endpoint: JsonService) -> set[asyncio.Task[Any]]:
        before = asyncio.all_tasks()
        with pytest.raises(RankingFailed):
            await Embeddings(endpoint, "m").vectors([f"潮 {number}" for number in range(64 * 12)])
        left = asyncio.all_tasks() - before
        await endpoint.aclose()
        return left

    with service(FAILURES["refused"]) as server:
        left = asyncio.run(fails(JsonService(f"{server.url}/embeddings")))

    assert left == set()
    assert len(server.asked) <= AT_ONCE + 1


def test_connections_are_kept_between_calls_until_they_are_closed() -> None:
    async def ask_and_close(shared: Meaning) -> list[int]:
        material = RankedMaterial(index(), shared, unexpected)
        counts = []
        for question in ("lunar gravity", "salmon"):
            await passages_on([question], material, limit=6)
            counts.append(server.connections)
        await shared.aclose()
        await shared.aclose()  # is no harm
        await passages_on(["造价"], material, limit=6)
        counts.append(server.connections)
        await shared.aclose()
        return counts

    with service(good) as server:
        first, second, reopened = asyncio.run(ask_and_close(meaning(server.url)))

    assert first == second
    assert reopened == second + 2
