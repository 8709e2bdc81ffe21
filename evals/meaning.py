"""Ranking by meaning with a good, a mediocre and a bad service: it may improve on words alone.

The services are simulated, always in the same way, behind a local server that speaks as real ones
do; so the adapters that talk to them are measured, too.
"""

import asyncio
import random
import zlib
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evals.questions import HALVES, LANGUAGES, other_words, pool, public
from evals.retrieval import hits_of
from evals.table import Row
from pipeline.adapters.meaning import Meaning, RankedMaterial
from pipeline.adapters.passage_index import PassageIndex
from pipeline.domain.terms import terms
from pipeline.errors import PipelineError
from pipeline.ports import Material
from tests.meaning_service import Answer, Say, meaning, service

SIZE = 128
"""Numbers of a vector of the good and of the bad service."""

FEW = 96
"""Of the mediocre one, which knows words alone and so few numbers that some are taken for others:
by itself it finds one in two or three of the answers that a search by words finds all."""

KNOWS = 2.0
"""How much a good service's knowledge of what answers weighs beside the words."""

GOOD_IN_OTHER_WORDS = 0.9
"""Goal: what knows every answer has to bring nearly all of them."""

SETUPS: Mapping[str, Mapping[str, bool]] = {
    "both": {},
    "embeddings": {"reranker": False},
    "reranker": {"embeddings": False},
}
HALF = "test"

Vector = NDArray[np.float32]


def rows() -> list[Row]:
    """Recall with each service, at worst of its set-ups, beside that of words alone."""
    index = PassageIndex(pool())
    alone = asyncio.run(_recalls(index))
    return [
        _row(name, label, alone[label], {setup: each[label] for setup, each in reached.items()})
        for name, say in SERVICES.items()
        for reached in [_with(say, index)]
        for label in alone
    ]


def _with(say: Say, index: PassageIndex) -> dict[str, Mapping[str, float]]:
    """Recalls by set-up."""
    with service(say) as server:
        return {
            setup: asyncio.run(_ranked(index, meaning(server.url, **kinds)))
            for setup, kinds in SETUPS.items()
        }


async def _ranked(index: PassageIndex, chosen: Meaning) -> Mapping[str, float]:
    try:
        return await _recalls(RankedMaterial(index, chosen, _quiet))
    finally:
        await chosen.aclose()


async def _recalls(material: Material) -> Mapping[str, float]:
    """By set of questions."""
    return {
        f"recall@5{label}, {language}": (await hits_of(material, of(language, HALF)))[1]
        for language in LANGUAGES
        for label, of in (("", public), (" in other words", other_words))
    }


def _row(name: str, label: str, alone: float, reached: Mapping[str, float]) -> Row:
    least = min(reached.values())
    goal, met = "≥ words alone", least >= alone
    if name == "good" and "other words" in label:
        goal = f"≥ words alone, both ≥ {GOOD_IN_OTHER_WORDS:.3f}"
        met = met and reached["both"] >= GOOD_IN_OTHER_WORDS
    each = ", ".join(f"{setup} {value:.3f}" for setup, value in reached.items())
    note = f"words alone {alone:.3f}; {each}; the least counts"
    return Row(f"ranking by meaning, {name} service: {label}", least, "", goal, met, note)


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


def _quiet(error: PipelineError) -> None:
    """Words alone go on; the figure shows it."""
    del error
