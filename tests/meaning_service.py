"""What a local service says of texts, and material to be ranked by it."""

import asyncio
import random
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from evals.local_service import Answer, meaning
from pipeline.adapters.meaning import RankedMaterial
from pipeline.adapters.passage_index import PassageIndex
from pipeline.domain.documents import Block, Reading, SourceId
from pipeline.errors import PipelineError
from pipeline.graphs.research import passages_on

SUBJECTS = {
    "moon": ("The Moon pulls on the sea.", "月球吸引海水。", "lunar gravity"),
    "dam": ("A barrage blocks the estuary.", "拦潮坝横跨河口。", "walls across river mouths"),
    "fish": ("Turbines may injure salmon.", "水轮机可能伤害鱼类。", "harm to wildlife"),
    "money": (
        "Building is dear, running it is cheap.",
        "造价高昂，运行便宜。",
        "what it takes to pay",
    ),
    "wind": ("Rotors resemble wind farms.", "叶轮类似风力发电。", "machines driven by moving air"),
    "time": (
        "High water comes every twelve hours.",
        "高潮每十二小时一次。",
        "when does the sea rise",
    ),
}
"""By subject: an English passage, a Chinese one, and a question with other words than both."""

TRIED = 2 * len(SUBJECTS)
"""Sentences that a trial of `index` has; the other passages differ in a number alone."""

PAIR_SUMS = 199
"""Numbers that pairs of letters are counted in."""

VECTOR_SIZE = PAIR_SUMS + len(SUBJECTS)


def subject_of(text: str) -> str:
    return next(
        (name for name, known in SUBJECTS.items() if any(part in text for part in known)), ""
    )


def good(path: str, body: Mapping[str, Any]) -> Answer:
    """Knows what every text is about, and compares the letters of the others."""
    return _compared(path, body, knows=3.0)


def letters(path: str, body: Mapping[str, Any]) -> Answer:
    """Compares letters alone: it tells texts apart, and knows nothing of what they mean."""
    return _compared(path, body, knows=0.0)


def _compared(path: str, body: Mapping[str, Any], *, knows: float) -> Answer:
    if path == "/rerank":
        asked = _vector(body["query"], knows)
        scores = [
            sum(one * other for one, other in zip(asked, _vector(text, knows), strict=True))
            for text in body["documents"]
        ]
        return 200, {
            "results": [{"index": i, "relevance_score": score} for i, score in enumerate(scores)]
        }
    data = [{"index": i, "embedding": _vector(text, knows)} for i, text in enumerate(body["input"])]
    return 200, {"data": list(reversed(data))}


def _vector(text: str, knows: float) -> list[float]:
    """How often pairs of letters come, by their sums, and the subject."""
    counted = [0.01] * PAIR_SUMS
    for one, other in pairwise(text.lower()):
        counted[(31 * ord(one) + ord(other)) % PAIR_SUMS] += 1.0
    length = sum(each * each for each in counted) ** 0.5
    subject = subject_of(text)
    return [*(each / length for each in counted), *(knows * (subject == s) for s in SUBJECTS)]


def garbage(path: str, body: Mapping[str, Any]) -> Answer:
    """Well-formed noise."""
    rng = random.Random(str(body))  # noqa: S311 - noise, no secret
    if path == "/rerank":
        places = range(len(body["documents"]))
        return 200, {"results": [{"index": i, "relevance_score": rng.random()} for i in places]}
    data = [
        {"index": i, "embedding": [rng.gauss(0, 1) for _ in range(16)]}
        for i in range(len(body["input"]))
    ]
    return 200, {"data": data}


def index(*more: str, filler: int = 40) -> PassageIndex:
    """A passage on each subject in both languages among others that share stray words."""
    english = [*(known[0] for known in SUBJECTS.values()), *more]
    chinese = [known[1] for known in SUBJECTS.values()]
    english += [f"Bay {number} has a wall, a river and machines." for number in range(filler)]
    return PassageIndex(
        {
            SourceId(name): Reading(
                sha256=name * 9,
                title=name,
                language="zh" if name == "zh" else "en",
                blocks=tuple(
                    block
                    for text in texts
                    for block in (
                        Block(kind="heading", text="§", level=1),
                        Block(kind="paragraph", text=text),
                    )
                ),
            )
            for name, texts in (("en", english), ("zh", chinese))
        }
    )


def found(
    material: PassageIndex | RankedMaterial, query: str, limit: int = 6, **options: Any
) -> list[str]:
    return asyncio.run(_found(material, query, limit, **options))


async def _found(
    material: PassageIndex | RankedMaterial, query: str, limit: int, **options: Any
) -> list[str]:
    """What is used up in this event loop must not be used in the next one."""
    try:
        passages = await passages_on([query], material, limit=limit, **options)
    finally:
        if isinstance(material, RankedMaterial):
            await material.meaning.aclose()
    return [passage.text for passage in passages]


def ranked(
    url: str,
    troubles: list[PipelineError] | None = None,
    *,
    embeddings: bool = True,
    reranker: bool = True,
) -> RankedMaterial:
    chosen = meaning(url, embeddings=embeddings, reranker=reranker)
    return RankedMaterial(index(), chosen, unexpected if troubles is None else troubles.append)


def unexpected(error: PipelineError) -> None:
    raise AssertionError from error
