"""Ranking by meaning with a good, a mediocre and a bad service, beside words alone.

What words find keeps its places, so no service can take an answer away. Whether the further places
are better used by meaning than by words is measured against words with as many places.

The services are simulated, always in the same way, behind a local server that speaks as real ones
do; so the adapters that talk to them are measured, too.
"""

import asyncio
import math
import random
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evals.local_service import Answer, Say, meaning, service
from evals.questions import HALVES, LANGUAGES, other_words, pool, public
from evals.retrieval import hits_of
from evals.table import Row
from pipeline.adapters.meaning import Meaning, RankedMaterial
from pipeline.adapters.passage_index import PassageIndex
from pipeline.domain.documents import Reading, SourceId
from pipeline.domain.terms import terms
from pipeline.errors import PipelineError
from pipeline.graphs.research import FOR_MEANING
from pipeline.ports import Material

SIZE = 128
"""Numbers of a vector of the good and of the bad service."""

FEW = 96
"""Of the mediocre one, which knows words alone and so few numbers that some are taken for others:
by itself it finds one in two or three of the answers that a search by words finds all."""

KNOWS = 2.0
"""How much a good service's knowledge of what answers weighs beside the words."""

GOOD_IN_OTHER_WORDS = 0.9
"""Goal: what knows every answer has to bring nearly all of them, in the places that it has."""

PLACES = 5
"""For what words find, as in `evals/retrieval.py`."""

ALL_PLACES = PLACES + math.ceil(PLACES * FOR_MEANING)

STRETCH, STRETCHES = 12, 20
"""Texts of a small material, and how many of these a service is tried on."""

WANTED = {"good": 1.0, "mediocre": 1.0, "bad": 0.0}
"""Share of the cases in which a service is to be believed."""

SEED = 20_26

SETUPS: Mapping[str, Mapping[str, bool]] = {
    "both": {},
    "embeddings": {"reranker": False},
    "reranker": {"embeddings": False},
}
HALF = "test"

Vector = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class _Reached:
    """What one set-up of a service came to."""

    recalls: Mapping[str, float]
    """By set of questions."""
    refusal: str
    """Why the service was not believed; empty where it was."""


def rows() -> list[Row]:
    """Recall with each service, at worst of its set-ups, and whether it was believed."""
    index = PassageIndex(pool())
    alone = {limit: asyncio.run(_recalls(index, limit)) for limit in (PLACES, ALL_PLACES)}
    found: list[Row] = []
    for name, say in SERVICES.items():
        reached = _with(say, index)
        found += [_row(name, label, alone, reached) for label in alone[PLACES]]
        found += [_believed(name, reached), _on_stretches(name, say, index)]
    return found


def _with(say: Say, index: PassageIndex) -> dict[str, _Reached]:
    """What is reached by each set-up."""
    with service(say) as server:
        return {
            setup: asyncio.run(_reached(index, meaning(server.url, **kinds)))
            for setup, kinds in SETUPS.items()
        }


async def _reached(index: PassageIndex, chosen: Meaning) -> _Reached:
    troubles: list[PipelineError] = []
    try:
        recalls = await _recalls(RankedMaterial(index, chosen, troubles.append), PLACES)
    finally:
        await chosen.aclose()
    return _Reached(recalls, " ".join(map(str, troubles)))


async def _recalls(material: Material, limit: int) -> Mapping[str, float]:
    """By set of questions: the share whose answer is among what is given."""
    return {
        f"recall{label}, {language}": (await hits_of(material, of(language, HALF), limit))[1]
        for language in LANGUAGES
        for label, of in (("", public), (" in other words", other_words))
    }


def _row(
    name: str,
    label: str,
    alone: Mapping[int, Mapping[str, float]],
    reached: Mapping[str, _Reached],
) -> Row:
    values = {setup: each.recalls[label] for setup, each in reached.items()}
    least, words, more = min(values.values()), alone[PLACES][label], alone[ALL_PLACES][label]
    refused = any(each.refusal for each in reached.values())
    goal, met = "≥ words alone", least >= words
    if name != "bad":
        goal = "≥ words alone in as many places"
        met = not refused and least >= more
    if name == "good" and "other words" in label:
        goal += f", both ≥ {GOOD_IN_OTHER_WORDS:.3f}"
        met = met and values["both"] >= GOOD_IN_OTHER_WORDS
    each = ", ".join(
        f"{setup} {value:.3f}{' (refused)' if reached[setup].refusal else ''}"
        for setup, value in values.items()
    )
    note = (
        f"words alone {words:.3f} in {PLACES} places, {more:.3f} in {ALL_PLACES}; by meaning in "
        f"{ALL_PLACES - PLACES} more than {PLACES}: {each}; the least counts"
    )
    return Row(f"ranking by meaning, {name} service: {label}", least, "", goal, met, note)


def _believed(name: str, reached: Mapping[str, _Reached]) -> Row:
    """Whether the service was used in all its set-ups; a bad one must be used in none."""
    share = sum(not each.refusal for each in reached.values()) / len(reached)
    said = [f"{setup}: {each.refusal}" for setup, each in reached.items() if each.refusal]
    goal = WANTED[name]
    title = f"ranking by meaning, {name} service: believed, of {len(reached)} set-ups"
    return Row(title, share, "", f"{goal:.3f}", share == goal, " ".join(said))


def _on_stretches(name: str, say: Say, index: PassageIndex) -> Row:
    """How often the service is believed on other, smaller material."""
    rng = random.Random(SEED)
    readings = list(index.readings.items())
    with service(say) as server:
        verdicts = [
            asyncio.run(_is_believed(dict(rng.sample(readings, STRETCH)), meaning(server.url)))
            for _ in range(STRETCHES)
        ]
    share, goal = sum(verdicts) / len(verdicts), WANTED[name]
    title = f"ranking by meaning, {name} service: believed, of {STRETCHES} small materials"
    note = f"{STRETCH} texts each, at random from the pool"
    return Row(title, share, "", f"{goal:.3f}", share == goal, note)


async def _is_believed(readings: Mapping[SourceId, Reading], chosen: Meaning) -> bool:
    troubles: list[PipelineError] = []
    try:
        material = RankedMaterial(PassageIndex(readings), chosen, troubles.append)
        await material.nearest("?", beside=(), limit=1)
    finally:
        await chosen.aclose()
    return not troubles


def _good(path: str, body: Mapping[str, Any]) -> Answer:
    """Knows the answer to every question, and the words of everything else."""
    if path == "/rerank":
        asked = _knowing(body["query"])
        return _ranking([float(_knowing(text) @ asked) for text in body["documents"]])
    return _embedding([_knowing(text) for text in body["input"]])


def _mediocre(path: str, body: Mapping[str, Any]) -> Answer:
    """Compares words, and takes many of them for others."""
    if path == "/rerank":
        asked = _words(body["query"], FEW)
        return _ranking([float(_words(text, FEW) @ asked) for text in body["documents"]])
    return _embedding([_words(text, FEW) for text in body["input"]])


def _bad(path: str, body: Mapping[str, Any]) -> Answer:
    """Says something else of every text, always the same of one."""
    if path == "/rerank":
        return _ranking(
            [_chance(f"{body['query']}\n{text}").random() for text in body["documents"]]
        )
    return _embedding([_noise(text) for text in body["input"]])


SERVICES: Mapping[str, Say] = {"good": _good, "mediocre": _mediocre, "bad": _bad}


@cache
def _knowing(text: str) -> Vector:
    """The words of a text, and the question that it asks or answers."""
    letters = "".join(text.split())
    known = [
        _noise(question) for question, answer in _answers() if text == question or answer in letters
    ]
    return _normal(_words(text, SIZE) + np.float32(KNOWS) * sum(known, np.zeros(SIZE, np.float32)))


@cache
def _answers() -> Sequence[tuple[str, str]]:
    """Each question with its answer without spaces."""
    return [
        (question, "".join(answer.split()))
        for language in LANGUAGES
        for half in HALVES
        for question, answer in (*public(language, half), *other_words(language, half))
    ]


@cache
def _words(text: str, size: int) -> Vector:
    """A vector of so many numbers, in which each word has some direction."""
    found = np.zeros(size, np.float32)
    for term in terms(text):
        found += _noise(term)[:size]
    return _normal(found if found.any() else _noise(text)[:size])


@cache
def _noise(text: str) -> Vector:
    rng = np.random.default_rng(zlib.crc32(text.encode()))
    return rng.standard_normal(SIZE).astype(np.float32) / np.float32(SIZE**0.5)


def _normal(vector: Vector) -> Vector:
    return vector / np.linalg.norm(vector)


def _chance(text: str) -> random.Random:
    return random.Random(zlib.crc32(text.encode()))


def _ranking(scores: Sequence[float]) -> Answer:
    results = [{"index": i, "relevance_score": score} for i, score in enumerate(scores)]
    return 200, {"results": results}


def _embedding(vectors: Sequence[Vector]) -> Answer:
    data = [{"index": i, "embedding": vector.tolist()} for i, vector in enumerate(vectors)]
    return 200, {"data": data}
