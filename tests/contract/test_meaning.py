"""Ranking by meaning against a local server: a good one improves, a bad one does no harm."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from evals.local_service import Answer, Say, meaning, service
from pipeline.adapters.meaning import (
    Embeddings,
    JsonService,
    Meaning,
    RankedMaterial,
)
from pipeline.adapters.meaning.service import AT_ONCE, TRIES
from pipeline.adapters.meaning.trial import TEXTS
from pipeline.domain.documents import SourceId
from pipeline.errors import PipelineError, RankingFailed
from pipeline.graphs.research import passages_on
from tests.meaning_service import (
    SUBJECTS,
    TRIED,
    VECTOR_SIZE,
    found,
    good,
    index,
    letters,
    ranked,
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


def treacherous(path: str, body: Mapping[str, Any]) -> Answer:
    """Passes its trial, and has last first where it is asked a question."""
    if path == "/rerank" and "?" in body["query"]:
        return 200, {
            "results": [
                {"index": place, "relevance_score": place}
                for place in range(len(body["documents"]))
            ]
        }
    return letters(path, body)


@pytest.mark.parametrize("limit", [1, 2, 5, 8, 16])
@pytest.mark.parametrize("kinds", [{}, {"reranker": False}, {"embeddings": False}])
@pytest.mark.parametrize("say", [letters, treacherous, good])
def test_all_that_words_find_keeps_its_places_and_a_third_more_is_added(
    say: Say, kinds: dict[str, bool], limit: int
) -> None:
    query = "A barrage blocks the estuary; turbines injure salmon; rotors and machines in a bay?"
    by_words = found(index(), query, limit)
    with service(say) as server:
        texts = found(ranked(server.url, None, **kinds), query, limit)

    assert texts[:limit] == by_words
    assert limit < len(texts) == len(set(texts)) <= limit + (limit + 2) // 3


def test_openings_that_stand_in_for_what_words_do_not_find_come_last() -> None:
    with service(good) as server:
        texts = found(ranked(server.url, reranker=False), "harm to wildlife", 6)

    assert set(texts[:2]) == set(SUBJECTS["fish"][:2])


def test_bound_sources_have_half_of_the_places_that_meaning_fills() -> None:
    query, sea = "lunar gravity in a bay with machines", SourceId("zh")
    with service(good) as server:
        texts = found(ranked(server.url, reranker=False), query, 6, first=[sea])

    assert SUBJECTS["moon"][1] in texts
    assert SUBJECTS["moon"][0] in texts


def test_a_good_reranker_brings_what_words_find_too_late_to_be_given() -> None:
    query = "harm to wildlife: salmon"
    dishes = [f"Salmon, salmon and again salmon, with {herb}." for herb in ("dill", "sage", "mint")]
    with service(good) as server:
        chosen = meaning(server.url, embeddings=False)
        texts = found(RankedMaterial(index(*dishes), chosen, unexpected), query, 3)

    assert found(index(*dishes), query, 3) == dishes
    assert texts == [*dishes, SUBJECTS["fish"][0]]


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

    assert sum(sizes) == 150 + 2 * len(SUBJECTS) + TRIED + 1
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
    assert len(embedded) < 20 + 2 * TEXTS


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
    assert texts == 40 + 3 * len(SUBJECTS) + TRIED


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
