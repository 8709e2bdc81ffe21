"""The trial before a service is believed: it refuses noise, and no service that knows words."""

import asyncio
import threading
import time
from collections.abc import Mapping
from typing import Any

import pytest

from evals.local_service import Answer, Say, meaning, service
from pipeline.adapters.meaning import RankedMaterial
from pipeline.adapters.meaning.service import AT_ONCE, TRIES
from pipeline.adapters.meaning.trial import TEXTS, merit, trial_of
from pipeline.errors import PipelineError, RankingFailed
from pipeline.graphs.research import passages_on
from tests.meaning_service import (
    SUBJECTS,
    TRIED,
    found,
    garbage,
    good,
    index,
    letters,
    ranked,
    unexpected,
)


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


def test_a_trial_takes_its_time_without_that_of_the_first_question(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("pipeline.adapters.meaning.material.TIME_LIMIT_S", 2.0)
    at_once, most, lock = 0, 0, threading.Lock()

    def slow_in_its_trial(path: str, body: Mapping[str, Any]) -> Answer:
        nonlocal at_once, most
        with lock:
            at_once += 1
            most = max(most, at_once)
        if len(body["documents"]) <= TEXTS:
            time.sleep(0.5)
        with lock:
            at_once -= 1
        return good(path, body)

    with service(slow_in_its_trial) as server:
        material = ranked(server.url, embeddings=False)
        texts = found(material, "turbines injure salmon; a bay has a wall", 6)
        calls = len(server.asked)

    assert len(texts) == 8
    assert calls == TRIED + 1
    assert most == AT_ONCE


def test_a_trial_that_was_passed_is_not_repeated_by_the_next_job() -> None:
    query = "turbines injure salmon; a bay has a wall"
    with service(good) as server:
        shared = meaning(server.url, embeddings=False)
        for _ in range(2):
            found(RankedMaterial(index(), shared, unexpected), query)
        calls = len(server.asked)

    assert calls == TRIED + 2


@pytest.mark.parametrize("kind", ["contract", "rows"])
def test_a_good_service_is_believed_where_passages_resemble_each_other(kind: str) -> None:
    texts = {
        "contract": [
            f"{day} The tenant pays rent for {thing} each {day}. {thing} is kept in good order."
            for day in ("Monday", "Tuesday", "Friday")
            for thing in ("the hall", "the yard", "a shed", "the roof", "each room")
        ],
        "rows": [f"| {n} | {n * 7} | {n * 31} |\n| {n + 1} | {n} | 2 |" for n in range(60)],
    }
    with service(letters) as server:
        chosen = meaning(server.url)
        material = RankedMaterial(index(*texts[kind], filler=0), chosen, unexpected)
        assert len(found(material, "the tenant pays for the hall 7", 6)) == 8


def test_a_trial_takes_sentences_that_stand_once_from_all_over_a_material() -> None:
    form = [f"Form\n{number}: ____ Date: ____ Name, please sign here: ____" for number in range(99)]
    own = [f"§\n{text}" for known in SUBJECTS.values() for text in known[:2]]

    trial = trial_of([*form, *own, *form])

    assert set(trial.texts) == set(own)
    assert [f"§\n{part}" for part in trial.parts] == list(trial.texts)


@pytest.mark.parametrize(
    "texts",
    [[], ["潮汐"], ["a text", "another"], ["", "", ""], ["x"] * 9, [f"§\n{n}" for n in range(50)]],
)
def test_there_is_no_trial_where_nothing_can_be_mistaken(texts: list[str]) -> None:
    assert trial_of(texts).parts == ()


def test_merit_is_one_for_what_leads_back_half_for_chance_and_ties_and_zero_for_the_reverse() -> (
    None
):
    assert merit([[3, 1, 2], [0, 9, 1]]) == 1.0
    assert merit([[1, 1, 1], [1, 1, 1]]) == 0.5
    assert merit([[1, 2, 3], [9, 0, 1]]) == 0.0


def slow(seconds: float) -> Say:
    def say(path: str, body: Mapping[str, Any]) -> Answer:
        time.sleep(seconds)
        return good(path, body)

    return say


@pytest.mark.parametrize("kinds", [{"embeddings": False}, {"reranker": False}])
def test_a_service_that_is_asked_for_many_sections_at_once_is_not_late_for_that(
    monkeypatch: pytest.MonkeyPatch, kinds: dict[str, bool]
) -> None:
    monkeypatch.setattr("pipeline.adapters.meaning.material.TIME_LIMIT_S", 1.5)
    questions = [f"turbines injure salmon; bay {number} has a wall" for number in range(80)]

    async def all_at_once(material: RankedMaterial) -> None:
        await asyncio.gather(*(passages_on([each], material, limit=6) for each in questions))
        await material.meaning.aclose()

    troubles: list[PipelineError] = []
    with service(slow(0.1)) as server:
        asyncio.run(all_at_once(ranked(server.url, troubles, **kinds)))
        asked = [body.get("query") or body["input"][0] for _, body in server.asked]

    assert troubles == []
    assert set(questions) <= set(asked)


def test_an_outage_is_not_waited_for_by_each_section() -> None:
    def fails_after_its_trial(path: str, body: Mapping[str, Any]) -> Answer:
        if len(body["documents"]) <= TEXTS:
            return good(path, body)
        time.sleep(0.05)
        return 503, {}

    async def all_at_once(material: RankedMaterial) -> None:
        questions = [f"turbines injure salmon; bay {number} has a wall" for number in range(80)]
        await asyncio.gather(*(passages_on([each], material, limit=6) for each in questions))
        await material.meaning.aclose()

    troubles: list[PipelineError] = []
    with service(fails_after_its_trial) as server:
        asyncio.run(all_at_once(ranked(server.url, troubles, embeddings=False)))
        calls = len(server.asked)

    assert len(troubles) == 1
    assert calls <= TRIED + TRIES * AT_ONCE + AT_ONCE


def test_a_service_that_lets_one_question_wait_too_long_is_given_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("pipeline.adapters.meaning.service.LONGEST_S", 0.2)
    troubles: list[PipelineError] = []
    with service(slow(1.0)) as server:
        texts = found(ranked(server.url, troubles, embeddings=False), "salmon")

    assert texts == found(index(), "salmon")
    assert "it took over 0.2 s" in str(troubles[0])
